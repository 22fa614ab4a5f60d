"""What an answer costs the server that is no computation: `python -m benchmarks.answers [CHECKOUT …]`.

Milliseconds of processor time a request, of one process of gunicorn, over a connection that is kept. Several checkouts
are measured in turns, so that a commit stands beside the one before it.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import requests

from benchmarks.report import header, parser, row, summary
from tests import ROOT
from tests.servers import Running, gunicorn

SUITES = "_dash-component-suites"
KINDS: dict[str, Callable[[], str]] = {
    "`healthz`": lambda: "healthz",
    "`readyz`": lambda: "readyz",
    "layout, again": lambda: "_dash-layout?v=1&view=em&n=321",
    "layout, made-up names": lambda: f"_dash-layout?x={random.random()}",
    "layout, made-up pieces": lambda: f"_dash-layout?{random.random()}",
    "layout, other values": lambda: f"_dash-layout?seed={random.randrange(10**6)}",
    "page": lambda: "",
    "unknown path": lambda: ".git/config",
    "unused plotly.js": lambda: f"{SUITES}/plotly/package_data/plotly.min.js",
    "unused table": lambda: f"{SUITES}/dash/dash_table/async-table.js",
}


@contextmanager
def one_process(code: Path) -> Iterator[Running]:
    """A checkout as `make serve` serves it, with one process."""
    subprocess.run([sys.executable, "-m", "tools.build"], cwd=code, check=True)
    with TemporaryDirectory() as folder, gunicorn(Path(folder), code=code, WEB_CONCURRENCY="1") as server:
        yield server


def cost(server: Running, make: Callable[[], str], count: int) -> tuple[float, int]:
    """Milliseconds of processor time a request, once warm, and the last status."""
    (worker,) = map(psutil.Process, server.processes(1))
    with requests.Session() as session:
        session.headers["Accept-Encoding"] = "gzip, deflate, br, zstd"

        def send(times: int) -> int:
            return [session.get(server.address + make(), timeout=60).status_code for _ in range(times)][-1]

        send(3)
        before = worker.cpu_times()
        status = send(count)
        after = worker.cpu_times()
    return 1000 * (after.user + after.system - before.user - before.system) / count, status


def main() -> None:
    """Print a row for each kind of request."""
    options = parser(__doc__, rounds=3, count=100)
    options.add_argument("checkouts", nargs="*", type=Path, default=[ROOT])
    given = options.parse_args()
    found: dict[tuple[Path, str], list[float]] = {}
    statuses: dict[tuple[Path, str], int] = {}
    for _ in range(given.rounds):
        for code in given.checkouts:
            with one_process(code.resolve()) as server:
                for kind, make in KINDS.items():
                    milliseconds, statuses[code, kind] = cost(server, make, given.count)
                    found.setdefault((code, kind), []).append(milliseconds)
    print(header("ms of processor time", *(code.name for code in given.checkouts)))
    for kind in KINDS:
        cells = (f"{summary(found[code, kind], 1)}, {statuses[code, kind]}" for code in given.checkouts)
        print(row(kind, *cells), flush=True)


if __name__ == "__main__":
    main()
