"""What an answer costs the server that is no computation: `python -m benchmarks.answers [CHECKOUT …]`.

Milliseconds of processor time a request of the application alone, once warm, without gunicorn. Several checkouts are
measured in turns, so that a commit stands beside the one before it.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from werkzeug.test import create_environ, run_wsgi_app

from benchmarks.report import header, parser, row, summary
from tests import ROOT

SUITES = "/_dash-component-suites"
KINDS: dict[str, Callable[[], tuple[str, str]]] = {
    "`healthz`": lambda: ("/healthz", ""),
    "`readyz`": lambda: ("/readyz", ""),
    "layout, again": lambda: ("/_dash-layout", "v=1&view=em&n=321"),
    "layout, made-up names": lambda: ("/_dash-layout", f"x={random.random()}"),
    "layout, made-up pieces": lambda: ("/_dash-layout", f"{random.random()}"),
    "layout, other values": lambda: ("/_dash-layout", f"seed={random.randrange(10**6)}"),
    "page": lambda: ("/", ""),
    "unknown path": lambda: ("/.git/config", ""),
    "unused plotly.js": lambda: (f"{SUITES}/plotly/package_data/plotly.min.js", ""),
    "unused table": lambda: (f"{SUITES}/dash/dash_table/async-table.js", ""),
}


def measure(count: int) -> dict[str, tuple[float, str]]:
    """The median time and the status of each kind of request to this process's application."""
    from app import server

    def send(path: str, query: str) -> tuple[float, str]:
        environ = create_environ(path, query_string=query) | {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd"}
        before = time.process_time()
        _, status, _ = run_wsgi_app(server.wsgi_app, environ, buffered=True)
        return 1000 * (time.process_time() - before), status[:3]

    found = {}
    for kind, make in KINDS.items():
        sent = [send(*make()) for _ in range(count + 3)][3:]
        found[kind] = statistics.median(milliseconds for milliseconds, _ in sent), sent[-1][1]
    return found


def main() -> None:
    """Print a row for each kind of request."""
    options = parser(__doc__, rounds=5, count=50, child=False)
    options.add_argument("checkouts", nargs="*", type=Path, default=[ROOT])
    given = options.parse_args()
    if given.child:
        print(json.dumps(measure(given.count)))
        return
    rounds: dict[Path, list[dict[str, tuple[float, str]]]] = {code: [] for code in given.checkouts}
    for _ in range(given.rounds):
        for code, found in rounds.items():
            command = [sys.executable, __file__, "--child", "--count", str(given.count)]
            environment = os.environ | {"PYTHONPATH": str(code.resolve())}
            done = subprocess.run(
                command, cwd=code, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
            )
            found.append(json.loads(done.stdout))
    print(header("ms of processor time, median (least to most); status", *(code.resolve().name for code in rounds)))
    for kind in KINDS:
        cells = (f"{summary([one[kind][0] for one in found], 1)}; {found[-1][kind][1]}" for found in rounds.values())
        print(row(kind, *cells))


if __name__ == "__main__":
    main()
