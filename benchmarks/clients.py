"""Simulated pages in one light process, `python -m benchmarks.clients`; `load` starts it and returns what came back.

It needs no library, keeps its connections open and unpacks nothing, so that it takes little processor time from the
server beside it. What fails is sent again as the page does it (assets/core/network.mjs).
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass, field
from itertools import count
from pathlib import Path
from zlib import crc32

WAITS = (0.3, 0.6, 1.2, 2.4, 4.8, 9.6)
"""Seconds before each retry, give or take half."""
LONGEST = 10.0
"""Longest wait that a server may ask for, in seconds."""
BUSY_SECONDS = 1800
"""How long it goes on, from the first request, while the server says that it is busy."""
BUSY, TEMPORARY = (429, 503), (0, 408, 429, 502, 503, 504)
"""Statuses that say so; all after which a request is sent again, where 0 is no answer."""
RUDE_PAUSE = 0.1
"""Seconds until a client without pauses goes on after it was refused: it shall not become a flood."""
SEED = "$SEED"
"""Stands in an address, a body or the name of a page for a number that no other request of the group has."""


@dataclass(frozen=True)
class Group:
    """Clients that send one kind of request, one at a time each.

    Attributes
    ----------
    name : str
        Key of its results.
    body : str
        JSON to post, or nothing to get the address.
    path : str
        Address below the root.
    page : str
        Name that the page sends as `header`; CLIENT in it stands for the number of the client.
    clients, spacing : int, float
        How many there are, and the seconds between their first requests.
    pause : float
        Seconds from one request of a client to its next, or more if the answer takes longer.
    seconds, each : float, int
        When the last request is sent, and how many a client sends at most.
    waits : tuple of float
        Seconds before each retry; without any, nothing is sent again.
    patience : float
        Seconds after which a request counts as not answered.
    source : str
        Address of the loopback that it is sent from.
    first : int
        The first seed.
    encoding : str
        The encodings that are accepted.
    beside : bool
        Whether it ends with the groups that are not beside others, in the middle of its requests.
    """

    name: str
    body: str = ""
    path: str = "_dash-update-component"
    page: str = "page-CLIENT"
    clients: int = 1
    spacing: float = 0
    pause: float = 0
    seconds: float = 3600
    each: int = 10**9
    waits: tuple[float, ...] = WAITS
    patience: float = 120
    source: str = "127.0.0.1"
    first: int = 1
    encoding: str = "br"
    beside: bool = False


@dataclass(frozen=True)
class Sent:
    """What came of a request: time from the first sending, last status, how often it was refused, and had no answer."""

    seed: int
    ms: float
    status: int
    refused: int
    broken: int
    check: int
    """A checksum of the answer."""
    words: str
    """The beginning of what was said instead of a result."""


@dataclass(frozen=True)
class Outcome:
    """Requests by group, how long all of them took, and the processor time of the clients, in seconds."""

    sent: dict[str, list[Sent]]
    seconds: float
    cpu: float


class Connection:
    """A connection that stays open as long as the server lets it."""

    def __init__(self, port: int, source: str, patience: float) -> None:
        self.port, self.source, self.patience = port, source, patience
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send once: status, headers and content of the answer; status 0 if there is none."""
        try:
            async with asyncio.timeout(self.patience):
                reader, writer = await self.opened()
                writer.write(request)  # a server may answer before it has read all of it
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.splitlines()
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                content = await reader.readexactly(int(headers["content-length"]))
            if headers.get("connection", "").lower() == "close":
                self.close()
            return int(first.split()[1]), headers, content
        except (OSError, EOFError):
            self.close()
            return 0, {}, b""

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The connection, opened anew if the server has closed it."""
        if self.streams is None or self.streams[0].at_eof() or self.streams[0].exception():
            self.close()
            self.streams = await asyncio.open_connection(
                "127.0.0.1", self.port, local_addr=(self.source, 0), limit=2**20
            )
        return self.streams

    def close(self) -> None:
        """Close it; the next request opens another."""
        if self.streams:
            self.streams[1].close()
        self.streams = None


@dataclass
class Client:
    """A page of a group, which shares seeds and results with the others."""

    group: Group
    number: int
    port: int
    header: str
    seeds: Iterator[int]
    sent: list[Sent] = field(default_factory=list)

    async def work(self, begin: float) -> None:
        """Send one request after another."""
        connection = Connection(self.port, self.group.source, self.group.patience)
        at = begin + self.number * self.group.spacing
        for _ in range(self.group.each):
            await asyncio.sleep(at - time.monotonic())
            if time.monotonic() > begin + self.group.seconds:
                break
            sent = await self.request(connection, next(self.seeds))
            self.sent.append(sent)
            at = max(at + self.group.pause, time.monotonic() + RUDE_PAUSE * (sent.status in TEMPORARY))
        connection.close()

    async def request(self, connection: Connection, seed: int) -> Sent:
        """Send a request until it is answered, as often as the page does."""
        begin, refused, broken, waits = time.monotonic(), 0, 0, self.group.waits
        for tries in count():
            status, headers, content = await connection.exchange(self.message(seed))
            refused += status in BUSY
            broken += status == 0
            is_early = (tries if status in BUSY else tries - refused) < len(waits)
            is_patient = status in BUSY and time.monotonic() - begin < BUSY_SECONDS
            if status not in TEMPORARY or not waits or not (is_early or is_patient):
                break
            wait = waits[min(tries, len(waits) - 1)]
            asked = min(float(headers.get("retry-after", 0)), LONGEST) * random.uniform(1, 1.25)
            await asyncio.sleep(max(asked, wait * random.uniform(0.5, 1.5)))
        ms = 1000 * (time.monotonic() - begin)
        words = "" if status == 200 else content[:300].decode("utf-8", "replace")
        return Sent(seed, ms, status, refused, broken, crc32(content), words)

    def message(self, seed: int) -> bytes:
        """The request as it is sent."""
        group = self.group
        body = group.body.replace(SEED, str(seed)).encode()
        page = group.page.replace(SEED, str(seed)).replace("CLIENT", str(self.number))
        head = (
            f"{'POST' if body else 'GET'} /{group.path.replace(SEED, str(seed))} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self.port}\r\nAccept-Encoding: {group.encoding}\r\n{self.header}: {page}\r\n"
        )
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode() + body


async def run(port: int, header: str, groups: list[Group]) -> dict[str, list[Sent]]:
    """Run all groups until those that are not beside others have their last answer."""
    begin, results, tasks = time.monotonic() + 0.2, {}, {}
    for group in groups:
        seeds, results[group.name] = count(group.first), list[Sent]()
        for number in range(group.clients):
            client = Client(group, number, port, header, seeds, results[group.name])
            tasks[asyncio.create_task(client.work(begin))] = group
    await asyncio.gather(*(task for task, group in tasks.items() if not group.beside))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return results


def load(port: int, header: str, *groups: Group) -> Outcome:
    """Start the process for these groups, and wait for its end; `header` is the name of that with the page's name."""
    plan = json.dumps([port, header, [asdict(group) for group in groups]])
    command, folder = [sys.executable, "-m", "benchmarks.clients"], Path(__file__).parent.parent
    done = subprocess.run(command, cwd=folder, input=plan, stdout=subprocess.PIPE, text=True, check=True)
    sent, *figures = json.loads(done.stdout)
    return Outcome({name: [Sent(*one) for one in many] for name, many in sent.items()}, *figures)


def main() -> None:
    """Run the plan on the standard input, and print the results."""
    port, header, groups = json.load(sys.stdin)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    begin = time.monotonic()
    results = asyncio.run(run(port, header, [Group(**group) for group in groups]))
    sent = {name: [astuple(one) for one in many] for name, many in results.items()}
    json.dump([sent, time.monotonic() - begin, time.process_time()], sys.stdout)


if __name__ == "__main__":
    main()
