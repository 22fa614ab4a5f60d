"""Whether memory grows in long use: `python -m benchmarks.soak [--minutes 20]`.

Students work without a rest and open the page again now and then. It prints a line every minute.
"""

from __future__ import annotations

import time

import numpy as np
import psutil

from benchmarks.classroom import WAYS, failures, parser, print_table, students
from benchmarks.report import header, row

OPENING = 30
WARM = 2
"""Minutes until everything has been used once; growth is counted from then on."""


def main() -> None:
    """Print memory every minute, and its growth."""
    options = parser(__doc__, minutes=20, students=60).parse_args()
    seconds = 60 * options.minutes
    workers: set[int] = set()
    with students(options.students, OPENING, seconds + 120, options.nginx, pause=5, tries=6, revisit=0.05) as room:
        print(header("minute", "RSS, MB", "PSS, MB", "runs", "processes so far"))
        for minute in range(1, options.minutes + 1):
            time.sleep(60)
            _, resident, proportional = np.mean(room.watch.memory[-5:], axis=0)
            workers |= {child.pid for child in psutil.Process(room.server.process.pid).children()}
            runs = sum(line.kind == "run" for line in room.lines())
            cells = (str(minute), f"{resident:.0f}", f"{proportional:.0f}", f"{runs:,}", str(len(workers)))
            print(row(*cells), flush=True)
        lines, memory = room.lines(), np.array(room.watch.memory)
    warm = memory[memory[:, 0] > memory[0, 0] + 60 * min(WARM, options.minutes / 2)]
    hours = (warm[:, 0] - warm[0, 0]) / 3600
    name = f"slope; growth over the {hours[-1] * 60:.0f} minutes after the first; mean"
    rows = []
    for kind, values in (("RSS", warm[:, 1]), ("PSS", warm[:, 2])):
        slope, mean = np.polyfit(hours, values, 1)[0], values.mean()
        measured = f"{slope:+.1f} MB an hour; {slope * hours[-1] / mean:+.1%}; {mean:.0f} MB"
        rows.append((f"{kind}: {name}", "< 5 %", measured))
    rows.append(("requests that failed", "0", failures(lines)))
    print_table(f"{options.minutes} minutes, {options.students} students, {WAYS[options.nginx]}", rows)


if __name__ == "__main__":
    main()
