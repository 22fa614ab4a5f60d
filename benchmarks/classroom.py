"""A server with a class of virtual students, and the measurements of both.

Shared by load, greedy, faults and soak, which need benchmarks/requirements.txt. Everything stays on the loopback, and
server and students share the cores.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import numpy as np
import psutil

from benchmarks import report
from benchmarks.hosted import hosted
from tests import ROOT
from tests.servers import Running, located, nginx

WAYS = {False: "gunicorn alone", True: "behind nginx"}


@dataclass(frozen=True)
class Line:
    """A student's request: start in seconds since 1970, kind, duration, status; the other fields are those of runs."""

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
    def ok(self) -> bool:
        return self.status == 200

    @property
    def small_run(self) -> bool:
        """Whether the target for runs applies to it."""
        return self.kind == "run" and self.n <= 10_000


class Watch(Thread):
    """Memory and processor time of processes and all their children, by name, about every second."""

    def __init__(self, **roots: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.roots = {name: psutil.Process(process.pid) for name, process in roots.items()}
        self.memory: list[tuple[float, float, float]] = []
        """The server's: seconds since 1970, sum of resident MB, sum of proportional MB."""
        self.spent: dict[str, dict[int, float]] = {name: {} for name in roots}
        """Seconds of processor time by process, including processes that have ended."""
        self.begin, self.stopped = time.time(), Event()
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
            if self.stopped.wait(1):
                return

    def cores(self) -> str:
        """How many busy cores each has had, and the whole machine with everything else on it."""
        seconds = time.time() - self.begin
        used = {name: (sum(spent.values()) - self.first[name]) / seconds for name, spent in self.spent.items()}
        used["the whole machine"] = (busy() - self.machine) / seconds
        return ", ".join(f"{name} {cores:.2f}" for name, cores in used.items()) + f" of {psutil.cpu_count()}"

    def peaks(self) -> tuple[float, float]:
        """Maximum of the server's resident and of its proportional memory, MB."""
        _, resident, proportional = np.array(self.memory).max(axis=0)
        return resident, proportional


def busy() -> float:
    """Seconds that all cores of the machine have worked since it was started."""
    times = psutil.cpu_times()
    idle = times.idle + times.iowait
    return float(sum(times) - idle - times.guest - times.guest_nice)  # user and nice contain the guests' times


def family(root: psutil.Process) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


@dataclass
class Classroom:
    """A server with students."""

    address: str
    server: Running
    watch: Watch
    record: Path

    def lines(self) -> list[Line]:
        """What the students have recorded so far."""
        with self.record.open(encoding="utf-8") as file:
            return [Line(*json.loads(line)) for line in file if line.endswith("\n")]


@contextmanager
def served(behind_nginx: bool = False) -> Iterator[tuple[str, dict[str, Running]]]:
    """The page as `make serve` serves it, or behind nginx with deploy/nginx.conf: its address, and the servers."""
    with hosted(PROXIES=str(int(behind_nginx))) as server:
        if not behind_nginx:
            yield server.address, {"gunicorn": server}
            return
        program = located("nginx") or sys.exit("nginx is not installed here")
        upstream = server.address.removeprefix("http://").rstrip("/")
        with TemporaryDirectory() as folder, nginx(program, Path(folder), upstream) as proxy:
            yield proxy.address, {"gunicorn": server, "nginx": proxy}


@contextmanager
def students(
    count: int,
    opening: float,
    longest: float,
    behind_nginx: bool = False,
    pause: float = 20,
    tries: int = 1,
    revisit: float = 0,
    moves: int = 0,
) -> Iterator[Classroom]:
    """A class with a server of its own: all come within `opening` seconds and leave at the end of the block.

    Parameters
    ----------
    count, opening : int, float
        How many students, and the seconds within which they come.
    longest : float
        Seconds after which they leave in any case.
    behind_nginx : bool
        Whether nginx is in front of gunicorn.
    pause : float
        Seconds between two runs of a student, on average.
    tries : int
        How often a run is sent before it counts as failed; the page does so six times.
    revisit : float
        Share of the students' actions that are a new visit to the page.
    moves : int
        Sliders that come to rest before each run, each with a request for the start.
    """
    with served(behind_nginx) as (address, servers), TemporaryDirectory() as folder:
        record, log = Path(folder) / "record", Path(folder) / "log"
        command = [sys.executable, "-m", "locust", "-f", "benchmarks/students.py", "--headless", "--only-summary"]
        command += ["--host", address.rstrip("/"), "--users", str(count), "--spawn-rate", str(count / opening)]
        command += ["--run-time", f"{longest:.0f}s", "--stop-timeout", "30", "--record", str(record)]
        command += ["--pause", str(pause), "--tries", str(tries), "--revisit", str(revisit)]
        command += ["--moves", str(moves)]
        with log.open("wb") as output:
            locust = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        try:
            end = time.monotonic() + 60
            while not (record.exists() and record.stat().st_size):
                if locust.poll() is not None or time.monotonic() > end:
                    sys.exit(log.read_text("utf-8"))
                time.sleep(0.1)
            watch = Watch(**{name: server.process for name, server in servers.items()}, students=locust)
            watch.start()
            yield Classroom(address, servers["gunicorn"], watch, record)
            watch.stopped.set()
            watch.join()
        finally:
            locust.terminate()
            locust.wait(60)


def digest(reply: bytes) -> str:
    """A hash, to compare replies."""
    return sha256(reply).hexdigest()


def p95(lines: Iterable[Line]) -> float:
    """95th percentile of the durations, ms; a failed request counts as infinitely long."""
    times = [line.ms if line.ok else np.inf for line in lines]
    return float(np.percentile(times, 95, method="higher")) if times else np.nan


def failures(lines: Iterable[Line]) -> str:
    """How many requests failed, by kind and status."""
    requests = [line for line in lines if line.kind != "visit"]  # a visit consists of other requests
    counts = Counter(f"{line.kind} {line.status or 'no answer'}" for line in requests if not line.ok)
    return f"{counts.total()} of {len(requests):,}" + (f" ({listed(counts)})" if counts else "")


def listed(counts: Counter[str]) -> str:
    """Counts by name."""
    return ", ".join(f"{name}: {n:,}" for name, n in sorted(counts.items()))


def parser(doc: str | None, **defaults: float) -> ArgumentParser:
    """`report.parser` with the option `--nginx`."""
    made = report.parser(doc, **defaults)
    made.add_argument("--nginx", action="store_true", help="with nginx in front, as deploy/nginx.conf has it")
    return made


def print_table(title: str, rows: Iterable[tuple[str, str, str]]) -> None:
    """Print what was measured beside its target."""
    print("\n" + report.table((title, "target", "measured"), rows), flush=True)
