"""A server of two web processes, of this checkout or another, and what it uses."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil

from benchmarks.clients import Group, Outcome, load
from benchmarks.hosted import hosted
from serving.limits import PAGE
from tests.servers import Running

QUIET, LONGEST_QUIET = 0.1, 30
"""Busy cores of a server that has nothing left to do, and the longest wait for it, in seconds."""


@dataclass
class Server:
    """A running server, and what it uses."""

    running: Running

    def load(self, *groups: Group) -> Outcome:
        """What comes of these groups."""
        return load(self.running.port, PAGE, *groups)

    def processes(self) -> list[psutil.Process]:
        """The master and all below it."""
        master = psutil.Process(self.running.process.pid)
        return [master, *master.children(recursive=True)]

    def cpu(self) -> float:
        """Seconds of processor time so far, with processes that have ended."""
        total = 0.0
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                total += sum(process.cpu_times()[:4])
        return total

    def settle(self) -> None:
        """Wait until nothing is left to do, or end the processes that have not done it."""
        while not self._is_quiet():
            for process in self.processes()[1:]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def _is_quiet(self) -> bool:
        end, used = time.monotonic() + LONGEST_QUIET, self.cpu()
        while time.monotonic() < end:
            began = time.monotonic()
            time.sleep(1)
            before, used = used, self.cpu()
            if used - before < QUIET * (time.monotonic() - began):
                return True
        return False

    def memory(self) -> float:
        """Proportional memory of all processes, MB."""
        return memory(self.running.process.pid) / 1e3

    @contextmanager
    def highest(self) -> Iterator[list[float]]:
        """The highest memory in the block, sampled every 20 ms, in a list of one."""
        peak, stopped = [self.memory()], Event()

        def watch() -> None:
            while not stopped.wait(0.02):
                peak[0] = max(peak[0], self.memory())

        thread = Thread(target=watch)
        thread.start()
        try:
            yield peak
        finally:
            stopped.set()
            thread.join()


def memory(pid: int) -> int:
    """Proportional memory of a process and all below it, kB; light, since it is asked often."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:  # it has ended
        return 0
    found = re.search(r"^Pss:\s+(\d+)", rollup, re.M)
    return int(found[1] if found else 0) + sum(memory(int(child)) for child in below)


@contextmanager
def served(code: Path, **environment: str) -> Iterator[Server]:
    """The server of a checkout, with two web processes."""
    with hosted(code, WEB_CONCURRENCY="2", **environment) as running:
        yield Server(running)
