"""A class at work: `python -m benchmarks.load [--minutes 5] [--students 300]`.

All students come within 30 seconds from one address, each with an empty cache, and ask for a run every 20 seconds on
average. Nothing is sent twice.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.classroom import WAYS, failures, p95, students, table

OPENING = 30


def main() -> None:
    """Print each figure beside its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--nginx", action="store_true", help="with nginx in front, as deploy/nginx.conf has it")
    asked = parser.parse_args()
    seconds = OPENING + 60 * asked.minutes
    with (
        TemporaryDirectory() as folder,
        students(Path(folder), asked.students, OPENING, seconds + 60, asked.nginx) as room,
    ):
        time.sleep(seconds)
        lines, cores = room.lines(), room.watch.cores()
        resident, proportional = room.watch.peaks()

    def of(kind: str) -> list:
        return [line for line in lines if line.kind == kind]

    small = [line for line in of("run") if line.small_run]
    visits = of("visit")
    came = sum(line.well for line in visits)
    refused = sum(line.refused for line in lines) + sum(
        line.status in (429, 503) and line.kind != "run" for line in lines
    )
    table(
        f"{asked.students} students, {asked.minutes:g} minutes, {WAYS[asked.nginx]}",
        [
            (
                "students who got the page and a first run",
                str(asked.students),
                f"{came} ({len(visits)} were done or had failed)",
            ),
            ("requests that failed", "0", failures(lines)),
            ("refused (429, 503)", "0", str(refused)),
            ("page, p95 (`/` alone)", "< 2,000 ms", f"{p95(of('page')):,.0f} ms"),
            ("page, p95 (until the first run is answered)", "< 2,000 ms", f"{p95(visits):,.0f} ms"),
            (f"run, N ≤ 10,000, p95 ({len(small):,} runs)", "< 300 ms", f"{p95(small):,.0f} ms"),
            (
                f"run, N = 100,000, p95 ({len(of('run')) - len(small):,} runs)",
                "",
                f"{p95(set(of('run')) - set(small)):,.0f} ms",
            ),
            ("memory of all server processes, sum of RSS, most", "< 350 MB", f"{resident:.0f} MB"),
            ("the same with shared pages counted once (PSS)", "", f"{proportional:.0f} MB"),
            ("cores kept busy", "", cores),
        ],
    )


if __name__ == "__main__":
    main()
