"""Lighthouse's scores of the page on a phone: `python -m benchmarks.lighthouse`.

Needs node; npm installs Lighthouse into `.lighthouse` the first time. It visits the page that `make serve` serves on
this computer, with its own mobile settings, and simulates a slow connection and a slow computer. Printed are the
medians of the scores, 0 to 100, and every imperfect audit of categories other than performance.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.hosted import hosted
from benchmarks.report import parser, table
from tests import ROOT

VERSION = "12.8.2"  # the last that node 20 runs
FOLDER = ROOT / ".lighthouse"
SCRIPT = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = {
    "performance": "Performance",
    "accessibility": "Accessibility",
    "best-practices": "Best practices",
    "seo": "SEO",
}
TIMES = {
    "first-contentful-paint": "first paint",
    "largest-contentful-paint": "largest paint",
    "total-blocking-time": "blocked",
    "cumulative-layout-shift": "layout shift",
    "speed-index": "speed index",
}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
LONGEST = 300
"""Seconds that one visit may take."""


def missing() -> str | None:
    """The first program that is needed and not installed, in words."""
    programs = {"node": "Lighthouse runs in it", "npm": "it installs Lighthouse", "chromium": "it visits"}
    return next((f"{name} is missing: {why}" for name, why in programs.items() if shutil.which(name) is None), None)


def install() -> None:
    """Install Lighthouse unless this version is there."""
    package = SCRIPT.parents[1] / "package.json"
    if package.exists() and json.loads(package.read_text("utf-8"))["version"] == VERSION:
        return
    FOLDER.mkdir(exist_ok=True)
    command = ["npm", "install", "--prefix", str(FOLDER), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run([*command, f"lighthouse@{VERSION}"], check=True, stdout=subprocess.DEVNULL)


def visit(address: str, report: Path) -> dict[str, Any]:
    """Lighthouse's report of one visit."""
    chromium = str(shutil.which("chromium"))
    options = ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={FLAGS}"]
    options.append(f"--only-categories={','.join(CATEGORIES)}")
    command = ["node", str(SCRIPT), address, *options]
    subprocess.run(command, check=True, timeout=LONGEST, env=os.environ | {"CHROME_PATH": chromium})
    return dict(json.loads(report.read_text("utf-8")))


def imperfect(report: dict[str, Any]) -> list[str]:
    """Audits below their best score, in categories other than performance."""
    found = []
    for category, title in CATEGORIES.items():
        if category != "performance":
            for reference in report["categories"][category]["auditRefs"]:
                audit = report["audits"][reference["id"]]
                if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                    found.append(f"{title}: {audit['title']}")
    return found


def main() -> None:
    """Print a table of scores, one of times, and what is not perfect."""
    arguments = parser(__doc__, repeats=3)
    arguments.add_argument("--query", default="", help="query of the address that is visited")
    options = arguments.parse_args()
    if problem := missing():
        arguments.error(problem)
    install()
    with TemporaryDirectory() as folder, hosted() as server:
        address = f"{server.address}?{options.query}" if options.query else server.address
        reports = [visit(address, Path(folder) / f"{i}.json") for i in range(options.repeats)]

    def median(part: str, name: str, value: str) -> float:
        return statistics.median(float(report[part][name][value]) for report in reports)

    scores = [f"{100 * median('categories', name, 'score'):.0f}" for name in CATEGORIES]
    values = {name: median("audits", name, "numericValue") for name in TIMES}
    times = [f"{value:.3f}" if name.endswith("shift") else f"{value:.0f} ms" for name, value in values.items()]
    print(f"Lighthouse {VERSION}, mobile, {options.repeats} visits: medians\n")
    print(table(list(CATEGORIES.values()), [scores]) + "\n")
    print(table(list(TIMES.values()), [times]) + "\n")
    for audit in sorted({audit for report in reports for audit in imperfect(report)}):
        print(f"- {audit}")


if __name__ == "__main__":
    main()
