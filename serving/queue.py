"""A queue in which one request at a time computes, and addresses share the time evenly.

Threads that alternate in numpy need two to three times as long for the same work, so one computes and the others wait.
A whole class can be behind one address. So a client is refused only if it has used more than any other while others
wait too; and among the pages of one address, the one that has used least is next.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

THREADS = 400
"""Threads of a process: most of them wait for slow clients, or in the queue."""

MAX_PER_PAGE = 8
"""Most requests of one page that may wait: a browser sends at most one of each kind at a time."""

MAX_SHARE = 7 / 8
"""Share of the queue's capacity that one address may take."""

HALF_LIFE = 30.0
"""Seconds after which recorded use counts half."""

NEGLIGIBLE_SECONDS, NEGLIGIBLE_REQUESTS = 0.001, 0.1
"""Decayed use up to these is dropped."""

DECAY_INTERVAL = 0.1
"""Least time between two decays, in s: each takes time in proportion to the number of pages."""


@dataclass(frozen=True, eq=False)
class _Request:
    address: str
    page: str | None
    ready: threading.Event = field(default_factory=threading.Event)


class Refused(Exception):
    """The request may not wait: the server is `overloaded`, or its client uses too much; `retry_after` in seconds."""

    def __init__(self, overloaded: bool, retry_after: float) -> None:
        super().__init__()
        self.overloaded = overloaded
        self.retry_after = max(1, math.ceil(retry_after))


class FairQueue:
    """A queue that shares the time of computing evenly among the addresses that wait.

    This is start-time fair queueing (Goyal, Vin and Cheng 1996). A virtual clock advances with the work done. Each
    address has a position on it, which advances by the time that it computes. An address that has not waited recently
    starts at the clock: its earlier use counts neither for nor against it.

    The next request of an address is the first of the page that has used least recently. A page that has made more
    requests than any other, and more than a person would, is refused. Pages name themselves: this protects against a
    faulty page or program, not against an attacker.

    Parameters
    ----------
    capacity : int
        How many requests may wait; `MAX_SHARE` of them from one address.
    max_wait : float
        Longest wait in seconds.
    address_budget : float
        Decayed seconds of computing above which the address that has used most is refused, if there are others.
    page_budget : float
        Decayed number of requests above which the page that has made most is refused, if there are others.
    clock : callable
        Monotonic time in seconds.
    """

    def __init__(
        self,
        capacity: int,
        max_wait: float,
        address_budget: float,
        page_budget: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity, self._max_wait, self._clock = capacity, max_wait, clock
        self._address_budget, self._page_budget = address_budget, page_budget
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: dict[str, deque[_Request]] = defaultdict(deque)
        # Use, decayed: seconds of each address and page, requests of each page.
        self._address_seconds: dict[str, float] = {}
        self._page_seconds: dict[tuple[str, str | None], float] = {}
        self._page_requests: dict[tuple[str, str | None], float] = {}
        self._decayed_at = clock()
        self._positions: dict[str, float] = {}
        self._virtual_time = 0.0
        self._mean_seconds = 0.02  # of a computation, recently

    @property
    def waiting(self) -> int:
        """Number of requests that wait."""
        return sum(map(len, self._waiting.values()))

    @contextmanager
    def enter(self, address: str, page: str | None = None, pages: float = 1.0) -> Iterator[float]:
        """Wait until this request may compute; gives the seconds waited.

        Parameters
        ----------
        address : str
            The client's address.
        page : str, optional
            Name of the page; empty for clients without a name, None for requests of no page, such as a visit.
        pages : float
            Number of pages that may share this name; each is charged its share.

        Raises
        ------
        Refused
            If too many wait already, if this request has waited too long, or if its address or page uses too much.
        """
        arrived = self._clock()
        self._wait(_Request(address, page))
        began = self._clock()
        try:
            yield began - arrived
        finally:
            with self._lock:
                self._charge(address, page, pages, self._clock() - began)
                self._start_next()

    def _wait(self, request: _Request) -> None:
        address = request.address
        with self._lock:
            self._decay()
            self._address_seconds.setdefault(address, 0.0)
            self._refuse_heaviest(self._address_seconds, address, self._address_budget)
            self._refuse_heaviest(self._page_requests, (address, request.page), self._page_budget)
            if not self._busy:
                self._busy = True
                self._advance_clock(address)
                return
            self._refuse_if_full(request)
            if not self._waiting[address]:
                self._positions[address] = max(self._position(address), self._virtual_time)
            self._waiting[address].append(request)
        if request.ready.wait(self._max_wait):
            return
        with self._lock:
            if request.ready.is_set():  # since the wait ended
                return
            self._waiting[address].remove(request)
            raise Refused(True, self.waiting * self._mean_seconds)

    @staticmethod
    def _refuse_heaviest(used: dict[Any, float], client: object, budget: float) -> None:
        own, others = used.get(client, 0.0), [amount for other, amount in used.items() if other != client]
        if others and own > max(budget, *others):
            raise Refused(False, HALF_LIFE * math.log2(own / budget))

    def _refuse_if_full(self, request: _Request) -> None:
        if self.waiting >= self._capacity:
            raise Refused(True, self.waiting * self._mean_seconds)
        line = self._waiting[request.address]
        of_page = sum(waiting.page == request.page for waiting in line) if request.page else 0
        if len(line) >= MAX_SHARE * self._capacity or of_page >= MAX_PER_PAGE:
            raise Refused(False, self.waiting * self._mean_seconds)

    def _start_next(self) -> None:
        self._waiting = defaultdict(deque, {address: line for address, line in self._waiting.items() if line})
        self._busy = bool(self._waiting)
        if not self._waiting:  # all addresses are equal again
            self._virtual_time = max(self._positions.values())
            self._positions = {}
        else:
            address = min(self._waiting, key=self._position)
            self._advance_clock(address)
            line = self._waiting[address]
            request = min(line, key=lambda waiting: self._page_seconds.get((address, waiting.page), 0.0))
            line.remove(request)
            request.ready.set()

    def _position(self, address: str) -> float:
        return self._positions.get(address, 0.0)

    def _advance_clock(self, address: str) -> None:
        """Set the clock to the position of the address that starts; drop positions behind it that nobody needs."""
        self._virtual_time = max(self._virtual_time, self._position(address))
        positions = self._positions.items()
        self._positions = {a: at for a, at in positions if at > self._virtual_time or self._waiting.get(a)}
        self._positions[address] = self._virtual_time

    def _charge(self, address: str, page: str | None, pages: float, seconds: float) -> None:
        self._decay()
        if page is not None:
            for used, amount in ((self._page_seconds, seconds), (self._page_requests, 1)):
                used[address, page] = used.get((address, page), 0.0) + amount / pages
        self._address_seconds[address] = self._address_seconds.get(address, 0.0) + seconds
        self._positions[address] = self._position(address) + seconds
        self._mean_seconds += 0.1 * (seconds - self._mean_seconds)

    def _decay(self) -> None:
        """Decay all use, and drop what is negligible, except addresses that wait."""
        now = self._clock()
        if now - self._decayed_at < DECAY_INTERVAL:
            return
        factor = 0.5 ** ((now - self._decayed_at) / HALF_LIFE)
        self._decayed_at = now
        waiting = {address for address, line in self._waiting.items() if line}
        self._address_seconds = _decayed(self._address_seconds, factor, NEGLIGIBLE_SECONDS, waiting)
        self._page_seconds = _decayed(self._page_seconds, factor, NEGLIGIBLE_SECONDS)
        self._page_requests = _decayed(self._page_requests, factor, NEGLIGIBLE_REQUESTS)


def _decayed(used: dict[Any, float], factor: float, negligible: float, keep: Collection[str] = ()) -> dict[Any, float]:
    return {who: left for who, amount in used.items() if (left := amount * factor) > negligible or who in keep}
