"""Virtual students, for locust: each opens the page as a browser does, then asks for a run now and then.

Started by benchmarks/classroom.py. Dragging sliders asks nothing of the server, so nobody does it here. A line
(classroom.Line) is written for each page, file and run, and for each visit: from asking for the page until the first
run is answered.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from typing import Any

import brotli
import gevent
import geventhttpclient.client
from locust import FastHttpUser, events, task
from locust.env import Environment

from benchmarks.classroom import digest
from serving.work import PAGE
from tests.asking import callback_request, run_request

SIZES = {1000: 0.87, 10_000: 0.10, 100_000: 0.03}
"""How often a run has so many observations."""
CLASS_SEEDS = (7, 8, 9)
"""Seeds that the teacher tells everybody: a third opens the page by a link with the first of them."""
RETRIED = {0, 429, 502, 503, 504}
"""What the page asks again after: no answer at all, or one that says `later`."""

# A request is sent once. The client would send a GET again where a kept connection breaks, and nobody would see it.
assert hasattr(geventhttpclient.client, "_may_retry_after_send_error")
geventhttpclient.client._may_retry_after_send_error = lambda _method: False


@events.init_command_line_parser.add_listener
def add_options(parser: ArgumentParser) -> None:
    """Take what classroom.py passes on."""
    parser.add_argument("--record", help="file to write the lines to")
    parser.add_argument("--pause", type=float, default=20, help="seconds between two runs of a student, on average")
    parser.add_argument("--tries", type=int, default=1, help="how often a run is sent before it counts as lost")
    parser.add_argument("--again", type=float, default=0, help="how often a student opens the page anew, of all acts")


@events.init.add_listener
def open_record(environment: Environment, **_: Any) -> None:
    """Begin the record."""
    file = open(environment.parsed_options.record, "w", buffering=1, newline="")  # noqa: SIM115 - until the end
    environment.record = csv.writer(file)


class Student(FastHttpUser):
    """Opens the page, then asks for runs."""

    concurrency = 6  # connections at once, as browsers have them
    visiting = False

    def wait_time(self) -> float:
        """Seconds until the next run, drawn anew each time."""
        pause = self.told.pause
        return min(random.expovariate(1 / pause), 5 * pause)

    @property
    def told(self) -> Any:
        """The options of the command line."""
        return self.environment.parsed_options

    @task
    def act(self) -> None:
        """Open the page, or ask for a run if it is open."""
        if self.visiting and random.random() >= self.told.again:
            of_the_class = random.random() < 0.25
            seed = random.choice(CLASS_SEEDS) if of_the_class else random.randrange(10, 2**31)
            self.ask(random.choices(list(SIZES), list(SIZES.values()))[0], seed)
        else:
            self.visiting = self.visit()

    def visit(self) -> bool:
        """Fetch what a browser without a cache fetches, in its order; whether all of it came."""
        at, begin = time.time(), time.perf_counter()
        by_link = random.random() < 1 / 3
        query = f"?v=1&view=em&seed={CLASS_SEEDS[0]}" if by_link else ""
        page = self.fetch("page", f"/{query}")
        named = re.findall(r'(?:src|href)="(/[^"]+)"', page or "")
        styles = [address for address in named if ".css" in address]
        files = [address for address in named if address not in styles and "/_dash-layout" not in address]
        files = [address for address in files if "/_dash-dependencies" not in address]  # both below
        came = [page is not None, *self.together(("file", address) for address in files)]
        for address in styles:
            style = self.fetch("file", address)
            pictures = re.findall(r'url\("([^":]+)"\)', style or "")
            came += [style is not None, *self.together(("file", f"{address.rpartition('/')[0]}/{p}") for p in pictures)]
        came += self.together([("layout", f"/_dash-layout{query}"), ("dependencies", "/_dash-dependencies")])
        came.append(self.ask(1000, CLASS_SEEDS[0] if by_link else run_request()["seed"]))
        self.record("visit", at, begin, 200 if all(came) else 0)
        return all(came)

    def together(self, wanted: Iterable[tuple[str, str]]) -> list[bool]:
        """Fetch several at a time."""
        jobs = [gevent.spawn(self.fetch, kind, address) for kind, address in wanted]
        return [job.get() is not None for job in jobs]

    def fetch(self, kind: str, address: str) -> str | None:
        """Ask for one thing, once: its text, or None where it did not come."""
        at, begin = time.time(), time.perf_counter()
        status, content, headers = self.send("GET", address)
        self.record(kind, at, begin, status)
        if status != 200:
            return None
        readable = kind == "page" or ".css" in address
        return unpacked(content, headers).decode() if readable else ""  # unpacking takes time that others need

    def ask(self, n: int, seed: int) -> bool:
        """Ask for a run until it is answered, as often as the page does; whether it was."""
        at, begin, refused = time.time(), time.perf_counter(), 0
        body = json.dumps(callback_request({"id": 1} | run_request(n=n, seed=seed)))
        for tries in range(1, self.told.tries + 1):
            status, content, headers = self.send("POST", "/_dash-update-component", body)
            refused += status in (429, 503)
            if status not in RETRIED or tries == self.told.tries:
                break
            gevent.sleep(before_trying_again(tries, headers.get("retry-after")))
        answer = unpacked(content, headers) if status == 200 else b""
        answered = b'"result"' in answer
        self.record("run", at, begin, status if answered else 0, n, seed, tries, refused, digest(answer))
        return answered

    def send(self, method: str, address: str, body: str | None = None) -> tuple[int, bytes, Mapping[str, str]]:
        """One request: status (0 without an answer), content as it travelled, headers."""
        headers = {"Accept-Encoding": "br, gzip"}
        if body:
            headers |= {"Content-Type": "application/json", PAGE: f"{id(self):x}"[-8:]}
        response = self.client.request(method, address, data=body, headers=headers, stream=True)
        if not response.status_code:
            return 0, b"", {}
        try:
            return response.status_code, response.stream.read(), response.headers
        except OSError:  # it broke off
            return 0, b"", {}

    def record(self, kind: str, at: float, begin: float, status: int, *of_run: Any) -> None:
        """Write a line; times are those of the beginning."""
        self.environment.record.writerow([at, kind, 1000 * (time.perf_counter() - begin), status, *of_run])


def unpacked(content: bytes, headers: Mapping[str, str]) -> bytes:
    """What travelled, as it was before it was compressed."""
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(headers.get("content-encoding", ""), bytes)
    return unpack(content)


def before_trying_again(tries: int, retry_after: str | None) -> float:
    """Seconds: what the server asks for, or twice as long each time; a little more by chance, so that all differ."""
    wanted = float(retry_after) if retry_after else 0.15 * 2**tries
    return wanted * random.uniform(1, 1.25)
