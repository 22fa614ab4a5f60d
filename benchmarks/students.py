"""Virtual students, for locust: each opens the page as a browser does, then requests a run now and then.

Started by benchmarks/classroom.py. A slider sends a request for the start when it comes to rest. A line
(classroom.Line) is written for each page, file, start and run, and for each visit, which ends with the reply to the
first start or run.
"""

from __future__ import annotations

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
from serving.limits import PAGE
from tests.page_requests import callback_request, run_request

SIZES = {1000: 0.87, 10_000: 0.10, 100_000: 0.03}
"""Number of observations -> share of the runs."""
CLASS_SEEDS = (7, 8, 9)
"""Seeds that the teacher gives to everybody; a third of the students opens the page by a link with the first."""
RETRIED = {0, 429, 502, 503, 504}
"""Statuses after which the page sends a run again; 0 is no answer."""

# A request is sent once. By itself the client repeats a GET when a connection breaks, which would hide failures.
assert hasattr(geventhttpclient.client, "_may_retry_after_send_error")
geventhttpclient.client._may_retry_after_send_error = lambda _method: False


@events.init_command_line_parser.add_listener
def add_options(parser: ArgumentParser) -> None:
    """Add the options that classroom.py passes on."""
    parser.add_argument("--record", help="file to write the lines to")
    parser.add_argument("--pause", type=float, default=20, help="seconds between two runs of a student, on average")
    parser.add_argument("--tries", type=int, default=1, help="how often a run is sent before it counts as failed")
    parser.add_argument("--moves", type=int, default=0, help="sliders that come to rest before each run")
    parser.add_argument("--revisit", type=float, default=0, help="share of the actions that open the page again")


@events.init.add_listener
def open_record(environment: Environment, **_: Any) -> None:
    """Open the record, which stays open until the end."""
    environment.record = open(environment.parsed_options.record, "w", buffering=1)  # noqa: SIM115


class Student(FastHttpUser):
    """Opens the page, then requests runs."""

    concurrency = 6  # connections at once, as browsers have them
    visiting = False

    def wait_time(self) -> float:
        """Seconds until the next run, drawn anew each time."""
        pause = float(self.options.pause)
        return min(random.expovariate(1 / pause), 5 * pause)

    @property
    def options(self) -> Any:
        """The options of the command line."""
        return self.environment.parsed_options

    @task
    def act(self) -> None:
        """Open the page, or request a run if it is open."""
        if self.visiting and random.random() >= self.options.revisit:
            shared = random.random() < 0.25
            seed = random.choice(CLASS_SEEDS) if shared else random.randrange(10, 2**31)
            n = random.choices(list(SIZES), list(SIZES.values()))[0]
            for _ in range(self.options.moves):
                self.request_run(n, seed, start_lambda0=random.randrange(50, 3000) / 1000, preview=True)
                gevent.sleep(random.uniform(0.5, 1.5))
            self.request_run(n, seed)
        else:
            self.visiting = self.visit()

    def visit(self) -> bool:
        """Fetch what a browser with an empty cache fetches, in its order; whether all of it came."""
        at, begin = time.time(), time.perf_counter()
        by_link = random.random() < 1 / 3
        query = f"?v=1&view=em&seed={CLASS_SEEDS[0]}" if by_link else ""
        page = self.fetch("page", f"/{query}")
        linked = re.findall(r'(?:src|href)="(/[^"]+)"', page or "")
        styles = [address for address in linked if ".css" in address]
        files = [address for address in linked if not re.search(r"\.css|/_dash-(layout|dependencies)", address)]
        came = [page is not None, *self.fetch_together(("file", address) for address in files)]
        for address in styles:
            style, folder = self.fetch("file", address), address.rpartition("/")[0]
            pictures = re.findall(r'url\("([^":]+)"\)', style or "")
            came += [style is not None, *self.fetch_together(("file", f"{folder}/{name}") for name in pictures)]
        came += self.fetch_together([("layout", f"/_dash-layout{query}"), ("dependencies", "/_dash-dependencies")])
        seed = CLASS_SEEDS[0] if by_link else run_request()["seed"]
        came.append(self.request_run(1000, seed, preview=not by_link))
        self.record("visit", at, begin, 200 if all(came) else 0)
        return all(came)

    def fetch_together(self, wanted: Iterable[tuple[str, str]]) -> list[bool]:
        """Fetch several at a time."""
        jobs = [gevent.spawn(self.fetch, kind, address) for kind, address in wanted]
        return [job.get() is not None for job in jobs]

    def fetch(self, kind: str, address: str) -> str | None:
        """Request a file once: its text, or None if it did not come."""
        at, begin = time.time(), time.perf_counter()
        status, content, headers = self.send("GET", address)
        self.record(kind, at, begin, status)
        if status != 200:
            return None
        readable = kind == "page" or ".css" in address
        return unpacked(content, headers).decode() if readable else ""  # unpacking the others costs time

    def request_run(self, n: int, seed: int, *, preview: bool = False, **settings: Any) -> bool:
        """Request a run or its start, again after failures as the page does; whether the reply has a result."""
        at, begin, refused = time.time(), time.perf_counter(), 0
        body = json.dumps(callback_request({"id": 1, "preview": preview} | run_request(**settings, n=n, seed=seed)))
        for tries in range(1, self.options.tries + 1):
            status, content, headers = self.send("POST", "/_dash-update-component", body)
            refused += status in (429, 503)
            if status not in RETRIED or tries == self.options.tries:
                break
            gevent.sleep(seconds_before_retry(tries, headers.get("retry-after")))
        reply = unpacked(content, headers) if status == 200 else b""
        ok = b'"result"' in reply
        self.record(
            "start" if preview else "run", at, begin, status if ok else 0, n, seed, tries, refused, digest(reply)
        )
        return ok

    def send(self, method: str, address: str, body: str | None = None) -> tuple[int, bytes, Mapping[str, str]]:
        """Send one request: status (0 without an answer), content as it was transferred, headers."""
        headers = {"Accept-Encoding": "br, gzip"}
        if body:
            headers |= {"Content-Type": "application/json", PAGE: f"{id(self):x}"[-8:]}
        response = self.client.request(method, address, data=body, headers=headers, stream=True)
        if not response.status_code:
            return 0, b"", {}
        try:
            return response.status_code, response.stream.read(), response.headers
        except OSError:  # the connection broke
            return 0, b"", {}

    def record(self, kind: str, at: float, begin: float, status: int, *of_run: Any) -> None:
        """Write a line about a request that began at `at`, `begin` on the precise clock."""
        line = json.dumps([at, kind, 1000 * (time.perf_counter() - begin), status, *of_run])
        self.environment.record.write(f"{line}\n")


def unpacked(content: bytes, headers: Mapping[str, str]) -> bytes:
    """The content, decompressed."""
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(headers.get("content-encoding", ""), bytes)
    return bytes(unpack(content))


def seconds_before_retry(tries: int, retry_after: str | None) -> float:
    """The server's Retry-After, or twice as long each time; with a random part, so that not all retry at once."""
    seconds = float(retry_after) if retry_after else 0.15 * 2**tries
    return seconds * random.uniform(1, 1.25)
