"""What goes wrong, and who notices: `python -m benchmarks.faults killed|reload|term|half-open|all`.

`--seconds` is the length of each; `--nginx` puts nginx in front, which half-open always has.
"""

from __future__ import annotations

import argparse
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from urllib.parse import urlsplit

import psutil
import requests

from benchmarks.classroom import WAYS, Line, digest, failures, p95, served, students, table
from tests.asking import callback_request, run_request

OPENING = 30
PAGE_TRIES = 6
"""How often the page sends a run."""


def answer(address: str, n: int, seed: int) -> requests.Response:
    """Ask for a run, once."""
    body = callback_request({"id": 1} | run_request(n=n, seed=seed))
    return requests.post(f"{address}_dash-update-component", json=body, timeout=60)


def differing(lines: Iterable[Line]) -> str:
    """How many of the runs that were answered are not, bit for bit, what a server says that nobody disturbs."""
    said: dict[tuple[int, int], set[str]] = {}
    for line in lines:
        if line.kind == "run" and line.well:
            said.setdefault((line.n, line.seed), set()).add(line.digest)
    with TemporaryDirectory() as folder, served(Path(folder)) as (address, _):
        wrong = sum(told != {digest(answer(address, *asked).content)} for asked, told in said.items())
    return f"{wrong} of {len(said):,} different runs"


def killed(seconds: float, count: int, behind_nginx: bool) -> None:
    """A process is killed every three seconds; runs are asked for again as the page does."""
    kills = 0
    with (
        TemporaryDirectory() as folder,
        students(Path(folder), count, OPENING, OPENING + seconds + 120, behind_nginx, 10, PAGE_TRIES) as room,
    ):
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
    table(
        f"a process killed every 3 s, {count} students, {WAYS[behind_nginx]}",
        [
            ("processes killed", "", str(kills)),
            ("runs lost to a student", "0", failures(lines)),
            ("runs asked again, and how often in all", "", again(lines)),
            ("runs that differ from an undisturbed server's", "0", differing(lines)),
            ("run, N ≤ 10,000, p95, with asking again", "", f"{p95(x for x in lines if x.small_run):,.0f} ms"),
        ],
    )


def again(lines: Iterable[Line]) -> str:
    """How many runs were sent more than once, and how often."""
    repeated = [line.tries - 1 for line in lines if line.tries > 1]
    return f"{len(repeated)}, {sum(repeated)}"


def reload(seconds: float, count: int, behind_nginx: bool) -> None:
    """The server is told to start anew every ten seconds, while students come and work; nothing is sent twice."""
    with (
        TemporaryDirectory() as folder,
        students(Path(folder), count, seconds, seconds + 120, behind_nginx, 10) as room,
    ):
        end, reloads = time.time() + seconds, 0
        while time.time() < end:
            time.sleep(10)
            room.server.process.send_signal(signal.SIGHUP)
            reloads += 1
        time.sleep(10)
        lines = room.lines()
    table(
        f"{reloads} reloads (SIGHUP) while {count} students come and work, {WAYS[behind_nginx]}",
        [
            ("requests that failed, none sent twice", "0", failures(lines)),
            ("runs that differ from an undisturbed server's", "0", differing(lines)),
        ],
    )


def term(_seconds: float, _count: int, behind_nginx: bool, rounds: int = 5, at_once: int = 16) -> None:
    """The server is told to end while long runs are under way."""
    statuses: Counter[str] = Counter()
    longest = 0.0
    for number in range(rounds):
        with TemporaryDirectory() as folder, served(Path(folder), behind_nginx) as (address, servers):
            ask = partial(ending, address)
            with ThreadPoolExecutor(at_once) as threads:
                answers = [threads.submit(ask, 100_000, 1000 * number + i) for i in range(at_once)]
                time.sleep(0.5)
                statuses["answered before"] += sum(answer.done() for answer in answers)
                begin = time.monotonic()
                servers["gunicorn"].process.terminate()
                statuses.update(answer.result() for answer in answers)
            servers["gunicorn"].process.wait(60)
            longest = max(longest, time.monotonic() - begin)
    before = statuses.pop("answered before")
    table(
        f"{rounds} times SIGTERM with {at_once} runs of N = 100,000 sent, {WAYS[behind_nginx]}",
        [
            (
                "requests, by status",
                f"200: {rounds * at_once}",
                ", ".join(f"{k}: {n}" for k, n in sorted(statuses.items())),
            ),
            ("of them answered before the signal", "", str(before)),
            ("longest until the server was gone", "< 30 s", f"{longest:.1f} s"),
        ],
    )


def ending(address: str, n: int, seed: int) -> str:
    """What becomes of a run."""
    try:
        return str(answer(address, n, seed).status_code)
    except requests.RequestException:
        return "no answer"


@contextmanager
def half_open(address: str, count: int) -> Iterator[Counter[str]]:
    """Keep so many connections open on which nobody goes on: half of them stop in the first line, half in a body."""
    where = (urlsplit(address).hostname, urlsplit(address).port)
    body = b"POST /_dash-update-component HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    beginnings = (b"GET / HT", body + b"Content-Length: 1000\r\n\r\n{")
    held: list[socket.socket | None] = [None] * count
    told, ended = Counter[str](), Event()

    def hold() -> None:
        while not ended.wait(0.5):
            for place, connection in enumerate(held):
                if connection is None or is_closed(connection):
                    with suppress(OSError):
                        held[place] = socket.create_connection(where, timeout=5, source_address=("127.0.0.2", 0))
                        held[place].sendall(beginnings[place % 2])
                        held[place].setblocking(False)
                        told["opened"] += 1

    keeper = Thread(target=hold, daemon=True)
    keeper.start()
    try:
        yield told
    finally:
        ended.set()
        keeper.join()
        for connection in held:
            if connection:
                connection.close()


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has given it up."""
    try:
        return connection.recv(1, socket.MSG_PEEK) in (b"", b"H")  # the end, or its last words
    except BlockingIOError:
        return False
    except OSError:
        return True


def half_opened(seconds: float, _count: int, _behind_nginx: bool, connections: int = 200, others: int = 50) -> None:
    """Clients stop halfway in their requests while others come and work."""
    with (
        TemporaryDirectory() as folder,
        students(Path(folder), others, 10, 2 * seconds + 120, True, 5, again=0.1) as room,
    ):
        time.sleep(15)
        begin = time.time()
        time.sleep(seconds)
        with half_open(room.address, connections) as told:
            time.sleep(2)
            half = time.time()
            time.sleep(seconds)
            lines = [line for line in room.lines() if line.kind != "visit"]
    alone = [line for line in lines if begin <= line.at < half - 2]
    beside = [line for line in lines if line.at >= half]
    rows = [
        (
            f"{kind}, p95: without them, with them",
            "< 500 ms",
            f"{p95(of(kind, alone)):,.0f}, {p95(of(kind, beside)):,.0f} ms",
        )
        for kind in ("page", "layout", "file", "run")
    ]
    rows += [
        ("all requests, p95: without them, with them", "< 500 ms", f"{p95(alone):,.0f}, {p95(beside):,.0f} ms"),
        ("requests that failed", "0", failures(beside)),
        (f"connections opened to hold {connections}, as nginx gives them up", "", str(told["opened"])),
    ]
    table(f"{connections} half-open connections beside {others} students, {WAYS[True]}", rows)


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
    """Let one thing go wrong, or each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fault", choices=[*FAULTS, "all"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--nginx", action="store_true", help="with nginx in front, as deploy/nginx.conf has it")
    asked = parser.parse_args()
    for name, let in FAULTS.items():
        if asked.fault in (name, "all"):
            let(asked.seconds, asked.students, asked.nginx)


if __name__ == "__main__":
    main()
