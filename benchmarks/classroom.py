"""A server of its own, a class of virtual students before it, and what is read off both.

Shared by load, greedy, faults and soak. They need what is in benchmarks/requirements.txt. All of it stays on the
loopback, on the cores that server and students share.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

import numpy as np
import psutil

from benchmarks.hosted import hosted
from tests import ROOT
from tests.servers import Running, located, nginx

WAYS = {False: "gunicorn alone", True: "behind nginx"}


@dataclass(frozen=True)
class Line:
    """What a student wrote down: seconds since 1970, kind, how long it took and how it ended; the rest of runs only."""

    at: float
    kind: str
    ms: float
    status: int
    n: int = 0
    seed: int = 0
    tries: int = 1
    refused: int = 0
    digest: str = ""

    @property
    def well(self) -> bool:
        return self.status == 200

    @property
    def small_run(self) -> bool:
        """Whether it is a run that the target for runs is meant for."""
        return self.kind == "run" and self.n <= 10_000


class Watch(Thread):
    """Memory and processor time of processes and all their children, by name, every second or so until the end."""

    def __init__(self, **roots: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.roots = {name: psutil.Process(process.pid) for name, process in roots.items()}
        self.memory: list[tuple[float, float, float]] = []
        """Of the server: seconds since 1970, sum of resident MB, sum of proportional MB."""
        self.spent: dict[str, dict[int, float]] = {name: {} for name in roots}
        """Seconds of processor time by process, also of those that have ended."""
        self.begin, self.ended = time.time(), Event()
        self.first: dict[str, float] = {}
        self.machine = busy()

    def run(self) -> None:
        while True:
            resident, proportional = 0.0, 0.0
            for name, root in self.roots.items():
                for process in family(root):
                    try:
                        times = process.cpu_times()
                        self.spent[name][process.pid] = times.user + times.system
                        if name != "students":
                            memory = process.memory_full_info()
                            resident += memory.rss / 1e6
                            proportional += memory.pss / 1e6
                    except psutil.Error:  # it has ended
                        continue
                self.first.setdefault(name, sum(self.spent[name].values()))
            self.memory.append((time.time(), resident, proportional))
            if self.ended.wait(1):
                return

    def cores(self) -> str:
        """How many cores each has kept busy, and the machine with all that runs on it besides."""
        seconds = time.time() - self.begin
        used = {name: (sum(spent.values()) - self.first[name]) / seconds for name, spent in self.spent.items()}
        used["the whole machine"] = (busy() - self.machine) / seconds
        return ", ".join(f"{name} {cores:.2f}" for name, cores in used.items()) + f" of {psutil.cpu_count()}"

    def peaks(self) -> tuple[float, float]:
        """Most resident and most proportional memory of the server, MB."""
        _, resident, proportional = np.array(self.memory).max(axis=0)
        return resident, proportional


def busy() -> float:
    """Seconds that all cores of the machine have worked since it was started."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - times.iowait - times.guest - times.guest_nice  # those are in user and nice too


def family(root: psutil.Process) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


@dataclass
class Class:
    """A server with students before it."""

    address: str
    server: Running
    watch: Watch
    record: Path

    def lines(self) -> list[Line]:
        """What the students have written so far."""
        with self.record.open(newline="") as file:
            return [
                Line(*(make(cell) for make, cell in zip(MAKE, cells, strict=False)))
                for cells in csv.reader(file)
                if len(cells) in (4, 9)
            ]


MAKE: tuple[Callable[[str], float | int | str], ...] = (float, str, float, int, int, int, int, int, str)


@contextmanager
def served(folder: Path, behind_nginx: bool = False, **environment: str) -> Iterator[tuple[str, dict[str, Running]]]:
    """The page as `make serve` serves it, or behind nginx with deploy/nginx.conf: its address, and the servers."""
    with hosted(folder, PROXIES=str(int(behind_nginx)), **environment) as server:
        if not behind_nginx:
            yield server.address, {"gunicorn": server}
            return
        program = located("nginx") or sys.exit("nginx is not installed here")
        upstream = server.address.removeprefix("http://").rstrip("/")
        with nginx(program, folder, upstream) as proxy:
            yield proxy.address, {"gunicorn": server, "nginx": proxy}


@contextmanager
def students(
    folder: Path,
    count: int,
    opening: float,
    longest: float,
    behind_nginx: bool = False,
    pause: float = 20,
    tries: int = 1,
    again: float = 0,
) -> Iterator[Class]:
    """A class before a server of its own: all come within `opening` seconds, and go at the end of the block.

    Parameters
    ----------
    folder : Path
        Where logs and the record are written.
    count, opening : int, float
        How many students, and the seconds within which they come.
    longest : float
        Seconds after which they go, come what may.
    behind_nginx : bool
        Whether nginx stands in front of gunicorn.
    pause : float
        Seconds between two runs of a student, on average.
    tries : int
        How often a run is sent before it counts as lost; the page does so six times.
    again : float
        How often, of all that they do, students open the page anew.
    """
    record = folder / "record.csv"
    with served(folder, behind_nginx) as (address, servers), (folder / "students.log").open("wb") as output:
        command = [sys.executable, "-m", "locust", "-f", "benchmarks/students.py", "--headless", "--only-summary"]
        command += ["--host", address.rstrip("/"), "--users", str(count), "--spawn-rate", str(count / opening)]
        command += ["--run-time", f"{longest:.0f}s", "--stop-timeout", "30", "--record", str(record)]
        command += ["--pause", str(pause), "--tries", str(tries), "--again", str(again)]
        locust = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        try:
            wait_for(lambda: written(record) or locust.poll() is not None, 60)
            if not written(record):
                sys.exit((folder / "students.log").read_text("utf-8"))
            watch = Watch(**{name: server.process for name, server in servers.items()}, students=locust)
            watch.start()
            yield Class(address, servers["gunicorn"], watch, record)
            watch.ended.set()
            watch.join()
        finally:
            locust.terminate()
            locust.wait(60)


def written(record: Path) -> bool:
    """Whether the first line is there."""
    return record.exists() and record.stat().st_size > 0


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)


def digest(answer: bytes) -> str:
    """What tells two answers apart."""
    return sha256(answer).hexdigest()


def p95(lines: Iterable[Line]) -> float:
    """What 95 in 100 were quicker than, ms; those that failed count as what never comes."""
    times = [line.ms if line.well else np.inf for line in lines]
    return float(np.percentile(times, 95, method="higher")) if times else np.nan


def failures(lines: Iterable[Line]) -> str:
    """How many failed, and as what."""
    count: dict[str, int] = defaultdict(int)
    total = 0
    for line in lines:
        if line.kind != "visit":  # made of the others
            total += 1
            if not line.well:
                count[f"{line.kind} {line.status or 'no answer'}"] += 1
    told = ", ".join(f"{name}: {n}" for name, n in sorted(count.items()))
    return f"{sum(count.values())} of {total:,}" + (f" ({told})" if told else "")


def table(head: str, rows: Iterable[tuple[str, str, str]]) -> None:
    """Print figures with what they should be and what they are."""
    print(f"\n| {head} | target | measured |\n|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
