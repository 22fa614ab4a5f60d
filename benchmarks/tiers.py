"""What costly requests do to a class, beside the commit before: `python -m benchmarks.tiers [--before CHECKOUT]`.

Parts: a class `beside` costly requests; 300 that press a study `together`; processes `killed`; `memory` after many
requests; the largest `bodies`. Both servers have two web processes and are measured in turn, `--rounds` times. The
default of five seconds for a phase is for a trial: figures are from `--seconds 20 --rounds 2`.
"""

from __future__ import annotations

import json
import math
import random
import sys
from argparse import Namespace
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from itertools import chain, count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil

from benchmarks import report
from benchmarks.clients import SEED, Group, Outcome, Sent
from benchmarks.costly import BODIES, COSTLIEST, KINDS, longest, written
from benchmarks.watched import Server, served
from tests import ROOT
from tests.page_requests import run_request, study_request

CLASS = Group("class", written(run_request(seed=SEED)), clients=50, pause=5, spacing=0.1)
OTHER = "127.0.0.2"
"""Another address than the class's."""
HEAVY_NICE = 10
"""By this the heavy worker is known."""
KILL_EVERY = 3

START = "at the start"
MADE_UP = "the same from 16 connections with made-up names"
AFTERWARDS = "memory after the phases: most, last (PSS)"
STUDIES = ("surface", "starts", "sizes")

seeds = count(1_000, 1_000_000)
"""The first seed of each group, so that no answer is from the cache."""

Value = str | tuple[list[Sent], list[Sent], list[Sent]]
"""What was measured in a round, or the class's requests alone and beside others, and those of the others."""
Serve = Callable[..., AbstractContextManager[Server]]
"""Starts one of the two servers, with more settings."""
Rows = Iterator[tuple[str, Value]]


def fresh(group: Group) -> Group:
    """The group with seeds that no other had."""
    return replace(group, first=next(seeds))


def costly(kind: str, **change: Any) -> Group:
    """Four connections that send such requests without a pause."""
    path, body = KINDS[kind]
    group = Group("costly", body(), path, page="costly-CLIENT", clients=4, waits=(), beside=True, patience=600)
    return replace(group, **change)


def beside(serve: Serve, options: Namespace) -> Rows:
    """The class alone, then beside each kind of costly requests, then beside the costliest run in other ways."""
    group, memory = replace(CLASS, seconds=options.seconds), list[float]()

    def phase(server: Server, alone: Outcome, kind: str, **change: Any) -> Value:
        outcome = server.load(fresh(group), fresh(costly(kind, **change)))
        memory.append(server.memory())
        server.settle()
        return alone.sent["class"], outcome.sent["class"], outcome.sent["costly"]

    with serve() as server:
        server.load(fresh(replace(group, seconds=5)))
        alone = server.load(fresh(replace(group, seconds=2 * options.seconds)))
        yield "nothing", (alone.sent["class"], alone.sent["class"], [])
        for kind in KINDS:
            yield kind, phase(server, alone, kind)
        yield f"{COSTLIEST}, from another address", phase(server, alone, COSTLIEST, source=OTHER)
        made_up = phase(server, alone, COSTLIEST, source=OTHER, clients=16, page=f"made-up-{SEED}")
        yield MADE_UP, made_up
        yield AFTERWARDS, f"{max(memory):.0f} MB, {memory[-1]:.0f} MB"
    with serve(HOST="::") as server:
        server.load(fresh(replace(group, seconds=5)))
        alone = server.load(fresh(replace(group, seconds=2 * options.seconds)))
        yield "nothing, `HOST=::`", (alone.sent["class"], alone.sent["class"], [])
        yield f"{COSTLIEST}, `HOST=::`", phase(server, alone, COSTLIEST)
        yield f"{COSTLIEST}, `HOST=::`, from another address", phase(server, alone, COSTLIEST, source=OTHER)


def together(serve: Serve, options: Namespace) -> Rows:
    """Many press a study at once."""
    with serve() as server:
        for study in STUDIES:
            body = written(study_request(study, seed=SEED), "study")
            group = Group(study, body, clients=options.clients, each=1, patience=600)
            outcome = server.load(fresh(group))
            sent = outcome.sent[study]
            yield study, f"{ends(sent)}; p95 {percentile(sent, 0.95) / 1000:.1f} s; all in {outcome.seconds:.0f} s"
            server.settle()


def killed(serve: Serve, options: Namespace) -> Rows:
    """Processes are killed, the heavy worker and another in turn."""
    heavy_run = longest(10_000) | {"max_iter": 600}
    few = {"seconds": 4 * options.seconds, "encoding": "identity"}  # to compare the answers
    groups = [
        fresh(replace(CLASS, name="small runs", clients=20, pause=2, **few)),
        fresh(Group("heavy runs", written(heavy_run), page="heavy-CLIENT", clients=3, **few)),
    ]
    stopped, kills = Event(), Counter[str]()

    def kill(server: Server) -> None:
        while not stopped.wait(KILL_EVERY):
            with suppress(psutil.NoSuchProcess):
                workers = server.processes()[1:]
                heavy = [worker for worker in workers if worker.nice() == HEAVY_NICE]
                chosen = heavy if heavy and kills.total() % 2 == 0 else [one for one in workers if one not in heavy]
                if chosen:
                    random.choice(chosen).kill()
                    kills["heavy" if chosen == heavy else "web"] += 1

    with serve() as server:
        killer = Thread(target=kill, args=[server])
        killer.start()
        disturbed = server.load(*groups)
        stopped.set()
        killer.join()
    yield "processes killed", ", ".join(f"{name}: {n}" for name, n in sorted(kills.items()))
    with serve() as server:
        each = {group: math.ceil(len(disturbed.sent[group.name]) / group.clients) for group in groups}
        calm = server.load(*(replace(group, each=each[group], pause=0, seconds=3600) for group in groups))
    for group in groups:
        sent = disturbed.sent[group.name]
        again = sum(one.broken for one in sent)
        yield group.name, f"{ends(sent)}; sent again after a break: {again}"
        right = {one.seed: one.check for one in calm.sent[group.name]}
        wrong = sum(one.check != right[one.seed] for one in sent if one.status == 200)
        yield f"{group.name} that differ from an undisturbed server's", str(wrong)


def many(serve: Serve, _options: Namespace) -> Rows:
    """Distinct small requests, each with a page's name of its own."""
    body = written(run_request(n=50, max_iter=10, seed=SEED))
    group = Group("small", body, page=f"made-up-{SEED}", clients=20, each=250)
    with serve() as server:
        yield START, f"{server.memory():.0f} MB"
        for batch in range(1, 5):
            before = server.cpu()
            sent = server.load(fresh(group)).sent["small"]
            ms = 1000 * (server.cpu() - before) / len(sent)
            server.settle()
            unanswered = "" if all(one.status == 200 for one in sent) else f"; {ends(sent)}"
            yield f"after {batch * len(sent):,}", f"{server.memory():.0f} MB, {ms:.1f} ms of CPU a request{unanswered}"


def bodies(serve: Serve, _options: Namespace) -> Rows:
    """Twelve of the largest bodies at once."""
    for name, body in BODIES.items():
        with serve() as server, server.highest() as peak:
            sent = server.load(fresh(Group(name, body(), clients=12, each=1, waits=()))).sent[name]
        statuses = Counter(str(one.status or "no answer") for one in sent)
        answered = ", ".join(f"{status}: {n}" for status, n in statuses.items())
        wordless = sum(one.status != 200 and not error(one.words) for one in sent)
        yield name, f"{peak[0]:.0f} MB; {answered}; refused without words: {wordless}"
    with serve() as server:
        name, body = list(BODIES.items())[-1]
        outcome = server.load(fresh(Group(name, body(), clients=12, each=1)))
        yield f"{name}, sent again as the page does", f"{ends(outcome.sent[name])}; all in {outcome.seconds:.0f} s"


def error(words: str) -> bool:
    """Whether an answer says in words why there is no result."""
    try:
        return isinstance(json.loads(words)["error"], str)
    except (ValueError, TypeError, KeyError):
        return False


def percentile(sent: list[Sent], share: float) -> float:
    """Of the durations, ms; what was not answered counts as infinitely long."""
    times = sorted(one.ms if one.status == 200 else math.inf for one in sent)
    return times[math.ceil(share * len(times)) - 1] if times else math.nan


def ends(sent: list[Sent]) -> str:
    """How many were answered, and how the others ended."""
    others = Counter(one.status for one in sent if one.status != 200)
    parts = [
        f"{len(sent) - others.total()} of {len(sent)} answered",
        f"refused at first {sum(one.refused > 0 for one in sent)}",
        f"for good {others[429] + others[503]}",
        f"lost {others[0]}",
    ]
    return ", ".join(parts + [f"{n} × {status}" for status, n in others.items() if status not in (0, 429, 503)])


def cell(values: list[Value]) -> str:
    """What was measured in all rounds."""
    phases = [value for value in values if not isinstance(value, str)]
    if not phases:
        return " / ".join(map(str, values))
    alone, beside, others = (list(chain.from_iterable(sent)) for sent in zip(*phases, strict=True))
    half, most, usual = percentile(beside, 0.5), percentile(beside, 0.95), percentile(alone, 0.95)
    text = f"{half:,.0f}, {most:,.0f} ms (× {most / usual:.1f}); {ends(beside)}"
    return text + (f"; costly: {ends(others)}" if others else "")


Part = Callable[[Serve, Namespace], Rows]
PARTS: dict[str, tuple[Part, str, dict[str, str]]] = {
    "beside": (
        beside,
        "50 clients, N = 1,000, a run each 5 s (p50, p95, × p95 alone), beside 4 connections of",
        {"": "≤ × 3, none refused", "nothing": "", "nothing, `HOST=::`": "", MADE_UP: "", AFTERWARDS: "< 260 MB"},
    ),
    "together": (together, "all press a study at once", {"": "all answered"}),
    "killed": (
        killed,
        f"a process killed every {KILL_EVERY} s",
        {"small runs": "lost 0", "heavy runs": "lost 0", "processes killed": "", "": "0"},
    ),
    "memory": (many, "distinct small requests, each with a made-up page's name (PSS)", {"": "flat", START: ""}),
    "bodies": (bodies, "twelve bodies at once: highest PSS, statuses", {"": "< 400 MB, others refused in words"}),
}
"""Name -> how it is measured, title, and the aim of a row or, without a name, of all others."""


def main() -> None:
    """Print a table for each part."""
    parser = report.parser(__doc__, seconds=5.0, rounds=1, clients=300)
    parser.add_argument("--part", choices=PARTS, action="append", help="default: all")
    parser.add_argument("--before", type=Path, help="checkout of the commit before; default: only this one is measured")
    options = parser.parse_args()
    sides = ({"before": options.before} if options.before else {}) | {"after": ROOT}
    for name in options.part or PARTS:
        measure, title, aims = PARTS[name]
        found: dict[str, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
        for _ in range(options.rounds):
            for side, code in sides.items():
                for row, value in measure(partial(served, code), options):
                    found[row][side].append(value)
                    print(f"{name}, {side}, {row}: {cell([value])}", file=sys.stderr, flush=True)
        rows = [
            (row, aims.get(row, aims.get("", "")), *(cell(values[side]) for side in sides))
            for row, values in found.items()
        ]
        print(f"\n{report.table((title, 'aim', *sides), rows)}", flush=True)


if __name__ == "__main__":
    main()
