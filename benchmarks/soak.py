"""Hours of lessons in little: `python -m benchmarks.soak [--minutes 20]`.

Students work without rest and open the page anew now and then; memory must not grow. A line a minute.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from benchmarks.classroom import WAYS, failures, students, table

OPENING = 30
WARM = 2
"""Minutes until everything has been used once; what is taken until then is not growth."""


def main() -> None:
    """Print memory a minute, and what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--nginx", action="store_true", help="with nginx in front, as deploy/nginx.conf has it")
    asked = parser.parse_args()
    seconds = 60 * asked.minutes
    workers: set[int] = set()
    with (
        TemporaryDirectory() as folder,
        students(
            Path(folder), asked.students, OPENING, seconds + 120, asked.nginx, pause=5, tries=6, again=0.05
        ) as room,
    ):
        print("| minute | RSS, MB | PSS, MB | runs | processes so far |\n|---|---|---|---|---|")
        for minute in range(1, asked.minutes + 1):
            time.sleep(60)
            _, resident, proportional = np.mean(room.watch.memory[-5:], axis=0)
            workers |= {child.pid for child in psutil.Process(room.server.process.pid).children()}
            runs = sum(line.kind == "run" for line in room.lines())
            print(f"| {minute} | {resident:.0f} | {proportional:.0f} | {runs:,} | {len(workers)} |", flush=True)
        lines, memory = room.lines(), np.array(room.watch.memory)
    warm = memory[memory[:, 0] > memory[0, 0] + 60 * min(WARM, asked.minutes / 2)]
    hours = (warm[:, 0] - warm[0, 0]) / 3600
    rows = [
        (
            f"{name}: slope; growth over the {hours[-1] * 60:.0f} minutes after the first; mean",
            "< 5 %",
            f"{slope:+.1f} MB an hour; {slope * hours[-1] / values.mean():+.1%}; {values.mean():.0f} MB",
        )
        for name, values in (("RSS", warm[:, 1]), ("PSS", warm[:, 2]))
        for slope in [np.polyfit(hours, values, 1)[0]]
    ]
    rows.append(("requests that failed", "0", failures(lines)))
    table(f"{asked.minutes} minutes, {asked.students} students, {WAYS[asked.nginx]}", rows)


if __name__ == "__main__":
    main()
