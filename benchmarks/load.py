"""A class at work: `python -m benchmarks.load [--minutes 5] [--students 300] [--moves 0]`.

All students come within 30 seconds from one address, each with an empty cache, and request a run every 20 seconds on
average, after so many moves of a slider. No request is sent twice.
"""

from __future__ import annotations

import time

from benchmarks.classroom import WAYS, Line, failures, p95, parser, print_table, students

OPENING = 30


def main() -> None:
    """Print each figure beside its target."""
    options = parser(__doc__, minutes=5.0, students=300, moves=0).parse_args()
    seconds = OPENING + 60 * options.minutes
    with students(options.students, OPENING, seconds + 60, options.nginx, moves=options.moves) as room:
        time.sleep(seconds)
        lines, cores = room.lines(), room.watch.cores()
        resident, proportional = room.watch.peaks()

    def of(kind: str) -> list[Line]:
        return [line for line in lines if line.kind == kind]

    runs, visits, starts = of("run"), of("visit"), of("start")
    small = [line for line in runs if line.small_run]
    large = [line for line in runs if not line.small_run]
    came = f"{sum(line.ok for line in visits)} ({len(visits)} were done or had failed)"
    refused = sum(line.refused + (line.status in (429, 503) and line.kind != "run") for line in lines)
    rows = [
        ("students who got the page and its start or run", str(options.students), came),
        ("requests that failed", "0", failures(lines)),
        ("refused (429, 503)", "0", str(refused)),
        ("page, p95 (`/` alone)", "< 2,000 ms", f"{p95(of('page')):,.0f} ms"),
        ("page, p95 (until its start or run is answered)", "< 2,000 ms", f"{p95(visits):,.0f} ms"),
        (f"start, p95 ({len(starts):,} starts)", "", f"{p95(starts):,.0f} ms"),
        (f"run, N ≤ 10,000, p95 ({len(small):,} runs)", "< 300 ms", f"{p95(small):,.0f} ms"),
        (f"run, N = 100,000, p95 ({len(large):,} runs)", "", f"{p95(large):,.0f} ms"),
        ("memory of all server processes, sum of RSS, most", "< 350 MB", f"{resident:.0f} MB"),
        ("the same with shared pages counted once (PSS)", "", f"{proportional:.0f} MB"),
        ("busy cores", "", cores),
    ]
    print_table(f"{options.students} students, {options.minutes:g} minutes, {WAYS[options.nginx]}", rows)


if __name__ == "__main__":
    main()
