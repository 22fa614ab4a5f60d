"""Faults of the server, and how many students notice: `python -m benchmarks.faults killed|reload|term|half-open|all`.

`--seconds` is the length of each; `--nginx` puts nginx in front, which half-open always has, with `--connections`.
"""

from __future__ import annotations

import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Thread
from urllib.parse import urlsplit

import psutil
import requests

from benchmarks.classroom import WAYS, Line, digest, failures, listed, p95, parser, print_table, served, students
from tests.page_requests import callback_request, run_request
from tests.servers import raise_open_files

OPENING = 30
PAGE_TRIES = 6
"""How often the page sends a run."""


def request_run(address: str, n: int, seed: int) -> requests.Response:
    """Request a run, once."""
    body = callback_request({"id": 1} | run_request(n=n, seed=seed))
    return requests.post(f"{address}_dash-update-component", json=body, timeout=60)


def differing(lines: Iterable[Line]) -> str:
    """How many of the answered runs differ in any bit from those of an undisturbed server."""
    digests: dict[tuple[int, int], set[str]] = {}
    for line in lines:
        if line.kind == "run" and line.ok:
            digests.setdefault((line.n, line.seed), set()).add(line.digest)
    with served() as (address, _):
        wrong = sum(found != {digest(request_run(address, *run).content)} for run, found in digests.items())
    return f"{wrong} of {len(digests):,} different runs"


def killed(seconds: float, count: int, behind_nginx: bool) -> None:
    """A process is killed every three seconds; runs are sent again as the page does."""
    kills = 0
    with students(count, OPENING, OPENING + seconds + 120, behind_nginx, 10, PAGE_TRIES) as room:
        time.sleep(OPENING + 5)
        begin = time.time()
        while time.time() < begin + seconds:
            workers = psutil.Process(room.server.process.pid).children()
            if workers:
                with suppress(psutil.NoSuchProcess):
                    random.choice(workers).kill()
                    kills += 1
            time.sleep(3)
        time.sleep(15)
        lines = [line for line in room.lines() if line.kind == "run" and line.at >= begin]
    rows = [
        ("processes killed", "", str(kills)),
        ("runs that failed for a student", "0", failures(lines)),
        ("runs sent again, and how often in all", "", repeated(lines)),
        ("runs that differ from an undisturbed server's", "0", differing(lines)),
        ("run, N ≤ 10,000, p95, with sending again", "", f"{p95(x for x in lines if x.small_run):,.0f} ms"),
    ]
    print_table(f"a process killed every 3 s, {count} students, {WAYS[behind_nginx]}", rows)


def repeated(lines: Iterable[Line]) -> str:
    """How many runs were sent more than once, and how often."""
    retries = [line.tries - 1 for line in lines if line.tries > 1]
    return f"{len(retries)}, {sum(retries)}"


def reload(seconds: float, count: int, behind_nginx: bool) -> None:
    """The server reloads every ten seconds, while students come and work; no request is sent twice."""
    with students(count, seconds, seconds + 120, behind_nginx, 10) as room:
        end, reloads = time.time() + seconds, 0
        while time.time() < end:
            time.sleep(10)
            room.server.process.send_signal(signal.SIGHUP)
            reloads += 1
        time.sleep(10)
        lines = room.lines()
    rows = [
        ("requests that failed, none sent twice", "0", failures(lines)),
        ("runs that differ from an undisturbed server's", "0", differing(lines)),
    ]
    print_table(f"{reloads} reloads (SIGHUP) while {count} students come and work, {WAYS[behind_nginx]}", rows)


def term(_seconds: float, _count: int, behind_nginx: bool, rounds: int = 5, at_once: int = 16) -> None:
    """The server is terminated while it computes long runs."""
    statuses: Counter[str] = Counter()
    longest, before = 0.0, 0
    for number in range(rounds):
        with served(behind_nginx) as (address, servers), ThreadPoolExecutor(at_once) as threads:
            process = servers["gunicorn"].process
            runs = [threads.submit(status, address, 100_000, 1000 * number + i) for i in range(at_once)]
            time.sleep(0.5)
            before += sum(run.done() for run in runs)
            begin = time.monotonic()
            process.terminate()
            statuses.update(run.result() for run in runs)
            process.wait(60)
            longest = max(longest, time.monotonic() - begin)
    rows = [
        ("requests, by status", f"200: {rounds * at_once}", listed(statuses)),
        ("of them answered before the signal", "", str(before)),
        ("longest until the server was gone", "< 30 s", f"{longest:.1f} s"),
    ]
    print_table(f"{rounds} times SIGTERM with {at_once} runs of N = 100,000 sent, {WAYS[behind_nginx]}", rows)


def status(address: str, n: int, seed: int) -> str:
    """Request a run: the status of the answer."""
    try:
        return str(request_run(address, n, seed).status_code)
    except requests.RequestException:
        return "no answer"


@contextmanager
def half_open(address: str, count: int) -> Iterator[Counter[str]]:
    """Hold connections with unfinished requests: half of them stop in the first line, half in a body.

    Half are of one address, the others of two hundred.
    """
    raise_open_files()
    server = (urlsplit(address).hostname, urlsplit(address).port)
    head = b"POST /_dash-update-component HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    beginnings = (b"GET / HT", head + b"Content-Length: 1000\r\n\r\n{")
    connections: dict[int, socket.socket] = {}
    counts, stopped = Counter[str](), Event()

    def hold() -> None:
        while not stopped.wait(0.5):
            for place in range(count):
                if place not in connections or is_closed(connections[place]):
                    source = f"127.0.0.{2 if place % 4 < 2 else 3 + place % 200}"
                    with suppress(OSError):
                        connection = socket.create_connection(server, timeout=5, source_address=(source, 0))
                        connections[place] = connection
                        connection.sendall(beginnings[place % 2])
                        connection.setblocking(False)
                        counts["opened"] += 1

    holder = Thread(target=hold, daemon=True)
    holder.start()
    try:
        yield counts
    finally:
        stopped.set()
        holder.join()
        for connection in connections.values():
            connection.close()


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has closed it."""
    try:
        return connection.recv(1, socket.MSG_PEEK) in (b"", b"H")  # the end, or a last reply
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextmanager
def health_checks(address: str) -> Iterator[list[Line]]:
    """Check the server's health ten times a second."""
    lines: list[Line] = []
    stopped = Event()

    def check() -> None:
        while not stopped.wait(0.1):
            at, begin, status = time.time(), time.perf_counter(), 0
            with suppress(requests.RequestException):
                status = requests.get(f"{address}healthz", timeout=2).status_code
            lines.append(Line(at, "health", 1000 * (time.perf_counter() - begin), status))

    checker = Thread(target=check, daemon=True)
    checker.start()
    try:
        yield lines
    finally:
        stopped.set()
        checker.join()


def half_opened(seconds: float, connections: int, _behind_nginx: bool, others: int = 50) -> None:
    """Clients stop in the middle of their requests while others come and work."""
    with students(others, 10, 2 * seconds + 120, True, 5, revisit=0.1) as room, health_checks(room.address) as health:
        time.sleep(15)
        begin = time.time()
        time.sleep(seconds)
        with half_open(room.address, connections) as counts:
            time.sleep(2)
            middle = time.time()
            time.sleep(seconds)
            lines = [line for line in (*room.lines(), *health) if line.kind != "visit"]
    alone = [line for line in lines if begin <= line.at < middle - 2]
    beside = [line for line in lines if line.at >= middle]

    def compared(name: str, lines: Callable[[list[Line]], list[Line]]) -> tuple[str, str, str]:
        measured = f"{p95(lines(alone)):,.0f}, {p95(lines(beside)):,.0f} ms"
        return (f"{name}, p95: without them, with them", "< 500 ms", measured)

    checks = partial(of, "health")
    rows = [
        ("health checks that failed: without them", "0", failures(checks(alone))),
        ("health checks that failed: with them", "0", failures(checks(beside))),
        *(compared(kind, partial(of, kind)) for kind in ("health", "page", "layout", "file", "run")),
        compared("all requests", list),
        ("requests that failed, health checks included", "0", failures(beside)),
        (f"connections opened to hold {connections:,}, as nginx closes them", "", str(counts["opened"])),
    ]
    print_table(f"{connections:,} half-open connections beside {others} students, {WAYS[True]}", rows)


def of(kind: str, lines: Iterable[Line]) -> list[Line]:
    """Lines of a kind; of runs those with N ≤ 10,000."""
    return [line for line in lines if line.kind == kind and (kind != "run" or line.small_run)]


FAULTS: dict[str, Callable[[float, int, bool], None]] = {
    "killed": killed,
    "reload": reload,
    "term": term,
    "half-open": half_opened,
}


def main() -> None:
    """Cause one fault, or each."""
    arguments = parser(__doc__, seconds=60.0, students=200, connections=1600)
    arguments.add_argument("fault", choices=[*FAULTS, "all"])
    options = arguments.parse_args()
    for name, cause in FAULTS.items():
        if options.fault in (name, "all"):
            count = options.connections if name == "half-open" else options.students
            cause(options.seconds, count, options.nginx)


if __name__ == "__main__":
    main()
