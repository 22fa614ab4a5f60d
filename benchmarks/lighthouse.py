"""What Lighthouse says of the page as a phone gets it: `python -m benchmarks.lighthouse`.

Lighthouse, of the version below, is installed by npm into `.lighthouse` the first time; node is needed. It visits the
page that `make serve` serves on this computer, with its own mobile settings, and simulates a slow connection and a slow
computer. Printed are the medians of the scores, 0 to 100, and what is not perfect in all but performance.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.hosted import hosted
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
    """What is not there that is needed, in words."""
    for program, why in (
        ("node", "Lighthouse runs in it"),
        ("npm", "it installs Lighthouse"),
        ("chromium", "it visits"),
    ):
        if shutil.which(program) is None:
            return f"{program} is missing: {why}"
    return None


def install() -> None:
    """Install Lighthouse, if it is not there in this very version."""
    package = SCRIPT.parents[1] / "package.json"
    if package.exists() and json.loads(package.read_text("utf-8"))["version"] == VERSION:
        return
    FOLDER.mkdir(exist_ok=True)
    command = ["npm", "install", "--prefix", str(FOLDER), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run([*command, f"lighthouse@{VERSION}"], check=True, stdout=subprocess.DEVNULL)


def visit(address: str, report: Path) -> dict[str, Any]:
    """What Lighthouse writes of one visit."""
    chromium = str(shutil.which("chromium"))
    options = ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={FLAGS}"]
    options.append(f"--only-categories={','.join(CATEGORIES)}")
    command = ["node", str(SCRIPT), address, *options]
    subprocess.run(command, check=True, timeout=LONGEST, env=os.environ | {"CHROME_PATH": chromium})
    return dict(json.loads(report.read_text("utf-8")))


def imperfect(report: dict[str, Any]) -> list[str]:
    """Audits below their best that count in all but performance."""
    found = []
    for category, title in CATEGORIES.items():
        if category != "performance":
            for one in report["categories"][category]["auditRefs"]:
                audit = report["audits"][one["id"]]
                if one["weight"] and audit["score"] is not None and audit["score"] < 1:
                    found.append(f"{title}: {audit['title']}")
    return found


def median(values: list[float]) -> float:
    return statistics.median(values)


def main() -> None:
    """Print a table of scores, one of times, and what is not perfect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--query", default="", help="of the address that is visited")
    given = parser.parse_args()
    if problem := missing():
        parser.error(problem)
    install()
    with TemporaryDirectory() as folder, hosted(Path(folder)) as server:
        address = f"{server.address}?{given.query}" if given.query else server.address
        reports = [visit(address, Path(folder) / f"{i}.json") for i in range(given.repeats)]
    scores = [median([100 * one["categories"][category]["score"] for one in reports]) for category in CATEGORIES]
    times = [median([one["audits"][name]["numericValue"] for one in reports]) for name in TIMES]
    print(f"Lighthouse {VERSION}, mobile, {given.repeats} visits: medians\n")
    for heads, cells in (
        (CATEGORIES.values(), [f"{score:.0f}" for score in scores]),
        (
            TIMES.values(),
            [
                f"{time:.3f}" if name.endswith("shift") else f"{time:.0f} ms"
                for name, time in zip(TIMES, times, strict=True)
            ],
        ),
    ):
        print(f"| {' | '.join(heads)} |\n{'|---' * len(cells)}|\n| {' | '.join(cells)} |\n")
    for words in sorted({words for one in reports for words in imperfect(one)}):
        print(f"- {words}")


if __name__ == "__main__":
    main()
