"""One greedy client beside a class: `python -m benchmarks.greedy [--seconds 30] [--rounds 2]`.

A hundred runs a second, each with another seed, whether answered or not: from an address of its own or
from that of the class. Before each there is a phase of the class alone; all are of one run, by turns.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import requests

from benchmarks.classroom import WAYS, Class, Line, failures, p95, students, table
from serving.work import PAGE
from tests import ROOT
from tests.asking import callback_request, run_request

RATE = 100
ALONE = ("the class alone", "", "")
GREEDY = (
    ("a program, from another address", "127.0.0.2", ""),
    ("a program, from the class's address", "127.0.0.1", ""),
    ("a page run wild, from the class's address", "127.0.0.1", "wild"),
)
"""What it is called, where it asks from, and what page it says it is."""
OPENING, RECOVERY = 15, 90
"""Seconds: for the class to come, and most that are waited after a greedy phase until nothing of it is left."""


def flood(room: Class, source: str, page: str, seconds: float) -> dict:
    """Let the greedy client go at it; what came of it."""
    template = json.dumps(callback_request({"id": 1} | run_request(seed="SEED"))).replace('"SEED"', "SEED")
    port = urlsplit(room.address).port
    command = [sys.executable, "-m", "benchmarks.flood", str(port), source, f"{PAGE}: {page}", str(RATE), str(seconds)]
    done = subprocess.run(
        command, cwd=ROOT, input=template, capture_output=True, text=True, check=True, timeout=seconds + 60
    )
    return json.loads(done.stdout)


def recovery(room: Class) -> float:
    """Seconds until a run is answered at once again, three times over."""
    begin, quick = time.monotonic(), 0
    body, head = callback_request({"id": 1} | run_request()), {PAGE: "recovery"}
    while quick < 3 and time.monotonic() - begin < RECOVERY:
        try:
            answer = requests.post(f"{room.address}_dash-update-component", json=body, headers=head, timeout=5)
            quick = quick + 1 if answer.ok and answer.elapsed.total_seconds() < 0.5 else 0
        except requests.RequestException:
            quick = 0
        time.sleep(0.2)
    return time.monotonic() - begin


def main() -> None:
    """Print how the class fares in each phase, and the greedy client."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="length of a phase")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--nginx", action="store_true", help="with nginx in front, as deploy/nginx.conf has it")
    asked = parser.parse_args()
    phases = [phase for greedy in GREEDY for phase in (ALONE, greedy)] * asked.rounds
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    recovered: dict[str, float] = defaultdict(float)
    cpu = 0.0
    longest = OPENING + len(phases) * (asked.seconds + RECOVERY + 20)
    with (
        TemporaryDirectory() as folder,
        students(Path(folder), asked.students, OPENING, longest, asked.nginx, pause=8, tries=6) as room,
    ):
        time.sleep(OPENING + 5)
        for name, source, page in phases:
            begin = time.time()
            if source:
                told = flood(room, source, page, asked.seconds)
                answers[name] += Counter(told["answers"])
                cpu += told["cpu"]
            else:
                time.sleep(asked.seconds)
            spans[name].append((begin, begin + asked.seconds))
            if source:
                recovered[name] = max(recovered[name], recovery(room))
        lines, cores = room.lines(), room.watch.cores()
        resident, proportional = room.watch.peaks()

    def of(name: str) -> list[Line]:
        return [x for x in lines if x.kind == "run" and any(begin <= x.at < end for begin, end in spans[name])]

    alone = p95(line for line in of(ALONE[0]) if line.small_run)
    rows = [(f"{ALONE[0]}: run, N ≤ 10,000, p95", "", f"{alone:,.0f} ms ({failures(of(ALONE[0]))} runs failed)")]
    for name, *_ in GREEDY:
        small = [line for line in of(name) if line.small_run]
        rise = p95(small) / alone - 1
        rows += [
            (
                f"{name}: the class's runs, N ≤ 10,000, p95",
                f"< {1.25 * alone:,.0f} ms",
                f"{p95(small):,.0f} ms ({rise:+.0%})",
            ),
            ("— runs lost to the class", "0", failures(of(name))),
            ("— afterwards, s until runs are answered at once", "", f"{recovered[name]:.0f}"),
            ("— refused to the class, asked again", "", str(sum(line.refused for line in of(name)))),
            (
                f"— the greedy client's {RATE} a second",
                "",
                ", ".join(f"{k}: {v:,}" for k, v in sorted(answers[name].items())),
            ),
        ]
    spent = cpu / sum(end - begin for name, *_ in GREEDY for begin, end in spans[name])
    rows += [
        ("memory of the server, most: RSS, PSS", "", f"{resident:.0f} MB, {proportional:.0f} MB"),
        ("cores kept busy", "", f"{cores}; greedy, while at it, {spent:.2f}"),
    ]
    table(f"{asked.students} students and one greedy client, {WAYS[asked.nginx]}", rows)


if __name__ == "__main__":
    main()
