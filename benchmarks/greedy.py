"""One greedy client beside a class: `python -m benchmarks.greedy [--seconds 30] [--rounds 2]`.

It requests a hundred runs a second, each with another seed, whether they are answered or not: from an address of its
own or from that of the class. Before each such phase the class is alone for a phase.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import replace
from urllib.parse import urlsplit

import requests

from benchmarks.classroom import WAYS, Classroom, Line, failures, listed, p95, parser, print_table, students
from benchmarks.clients import SEED, Group, Outcome, load
from benchmarks.costly import written
from serving.limits import PAGE
from tests.page_requests import callback_request, run_request

RATE = 100
ALONE = ("the class alone", "", "")
GREEDY = (
    ("a program, from another address", "127.0.0.2", ""),
    ("a program, from the class's address", "127.0.0.1", ""),
    ("a page run wild, from the class's address", "127.0.0.1", "wild"),
)
"""Name, address it sends from, and the page that its header names."""
OPENING, RECOVERY = 15, 90
"""Seconds: for the class to come, and the longest wait after a greedy phase until its effect has passed."""


def flood(room: Classroom, source: str, page: str, seconds: float) -> Outcome:
    """Run the greedy client, which waits ten seconds for each answer."""
    first, body = 1_000_000 + round(1000 * time.time()) % 10**9, written(run_request(seed=SEED))
    clients = Group("greedy", body, page=page, source=source, first=first, clients=round(RATE * seconds), each=1)
    port = int(str(urlsplit(room.address).port))
    return load(port, PAGE, replace(clients, spacing=1 / RATE, waits=(), patience=10))


def recovery(room: Classroom) -> float:
    """Seconds until three runs in a row are answered at once."""
    begin, quick = time.monotonic(), 0
    body, head = callback_request({"id": 1} | run_request()), {PAGE: "recovery"}
    while quick < 3 and time.monotonic() - begin < RECOVERY:
        try:
            reply = requests.post(f"{room.address}_dash-update-component", json=body, headers=head, timeout=5)
            quick = quick + 1 if reply.ok and reply.elapsed.total_seconds() < 0.5 else 0
        except requests.RequestException:
            quick = 0
        time.sleep(0.2)
    return time.monotonic() - begin


def main() -> None:
    """Print how the class fares in each phase, and the greedy client."""
    options = parser(__doc__, seconds=30.0, rounds=2, students=100).parse_args()
    phases = [phase for greedy in GREEDY for phase in (ALONE, greedy)] * options.rounds
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    recovered: dict[str, float] = defaultdict(float)
    cpu = 0.0
    longest = OPENING + len(phases) * (options.seconds + RECOVERY + 20)
    with students(options.students, OPENING, longest, options.nginx, pause=8, tries=6) as room:
        time.sleep(OPENING + 5)
        for name, source, page in phases:
            begin = time.time()
            spans[name].append((begin, begin + options.seconds))
            if not source:
                time.sleep(options.seconds)
                continue
            result = flood(room, source, page, options.seconds)
            answers[name] += Counter(str(one.status or "no answer") for one in result.sent["greedy"])
            cpu += result.cpu
            recovered[name] = max(recovered[name], recovery(room))
        lines, cores = room.lines(), room.watch.cores()
        resident, proportional = room.watch.peaks()

    def of(name: str) -> list[Line]:
        return [x for x in lines if x.kind == "run" and any(begin <= x.at < end for begin, end in spans[name])]

    alone = p95(line for line in of(ALONE[0]) if line.small_run)
    rows = [(f"{ALONE[0]}: run, N ≤ 10,000, p95", "", f"{alone:,.0f} ms ({failures(of(ALONE[0]))} runs failed)")]
    for name, *_ in GREEDY:
        small = [line for line in of(name) if line.small_run]
        compared = f"{p95(small):,.0f} ms ({p95(small) / alone - 1:+.0%})"
        rows += [
            (f"{name}: the class's runs, N ≤ 10,000, p95", f"< {1.25 * alone:,.0f} ms", compared),
            ("— runs that failed for the class", "0", failures(of(name))),
            ("— afterwards, s until runs are answered at once", "", f"{recovered[name]:.0f}"),
            ("— refused to the class, sent again", "", str(sum(line.refused for line in of(name)))),
            (f"— the greedy client's {RATE} a second", "", listed(answers[name])),
        ]
    spent = cpu / sum(end - begin for name, *_ in GREEDY for begin, end in spans[name])
    rows += [
        ("memory of the server, most: RSS, PSS", "", f"{resident:.0f} MB, {proportional:.0f} MB"),
        ("busy cores", "", f"{cores}; greedy, in its phases, {spent:.2f}"),
    ]
    print_table(f"{options.students} students and one greedy client, {WAYS[options.nginx]}", rows)


if __name__ == "__main__":
    main()
