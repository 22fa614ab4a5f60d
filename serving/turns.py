"""Who computes next: one at a time, the others wait, and an address that asks much waits for the rest.

Threads that take turns in numpy need two to three times as long for the same work, so one computes and the others wait.
A whole class may stand behind one address. So nobody is refused for asking much, only for asking more than everybody
else while they ask too; and among the pages of one address, who has had least is next.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

THREADS = 400
"""Threads of a process: most of them wait for slow clients, or for their turn."""
MOST_OF_A_PAGE = 8
"""Most requests of one page that may wait: a page in a browser has no more than one of each kind under way."""

MOST_OF_AN_ADDRESS = 7 / 8
"""Share of all places that one address may take."""
HALF_LIFE = 30.0
"""After so many seconds, half of what an address has computed is forgotten."""

LITTLE = 0.001
"""Seconds of computing, less what is forgotten, that need not be known any more."""

FEW = 0.1
"""Turns that need not, either."""

OFTEN = 0.1
"""Seconds after which something more is forgotten; it takes time in proportion to the pages that are known."""


@dataclass(frozen=True, eq=False)
class _Request:
    address: str
    page: str | None
    turn: threading.Event = field(default_factory=threading.Event)


class Refused(Exception):
    """No turn now; `crowded` if that is everybody's doing, not this address's; `retry_after` in seconds."""

    def __init__(self, crowded: bool, retry_after: float) -> None:
        super().__init__()
        self.crowded = crowded
        self.retry_after = max(1, math.ceil(retry_after))


class Turns:
    """A queue that shares the time of computing evenly among the addresses that wait.

    This is start-time fair queueing (Goyal, Vin and Cheng 1996): a clock goes with the work done, and each address has
    a place on it that moves on by what it computes. Who has not asked of late starts at the clock, neither ahead of
    those who wait nor behind them, whatever it has computed before. Of an address's requests the next is the first of
    the page that has computed least of late, and a page that has asked more often than any other, and than a person
    would, is refused. Pages name themselves, so that keeps a runaway page or program from its neighbours, not somebody
    who means harm.

    Parameters
    ----------
    places : int
        How many may wait at once; `MOST_OF_AN_ADDRESS` of them for any one address.
    patience : float
        Longest wait in seconds.
    budget : float
        Seconds of computing, of those not yet forgotten, above which the address that has the most is refused while
        others ask too.
    page_turns : float
        Turns, of those not yet forgotten, above which the page that has had the most is refused, likewise.
    clock : callable
        Seconds that never run backwards.
    """

    def __init__(
        self,
        places: int,
        patience: float,
        budget: float,
        page_turns: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places, self._patience, self._clock = places, patience, clock
        self._budget, self._page_turns = budget, page_turns
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: dict[str, deque[_Request]] = defaultdict(deque)
        self._used: dict[str, float] = {}  # by an address: seconds, less what is forgotten
        self._used_by_page: dict[tuple[str, str | None], float] = {}  # each page's share, likewise
        self._turns_of_page: dict[tuple[str, str | None], float] = {}
        self._places_on_clock: dict[str, float] = {}
        self._work = 0.0  # the clock
        self._as_of = clock()
        self._usual = 0.02  # seconds that a turn has taken of late

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    @contextmanager
    def turn(self, address: str, page: str | None = None, pages: float = 1.0) -> Iterator[float]:
        """Wait for a turn, and have it: the seconds waited.

        Parameters
        ----------
        address : str
            Who asks.
        page : str, optional
            Which of its pages; empty for those without a name, None for what is of none, as a visit.
        pages : float
            How many pages that may be: the more, the less of it is each one's.

        Raises
        ------
        Refused
            If too many wait already, if this one has waited too long, or if its address asks too much.
        """
        asked = self._clock()
        self._wait(_Request(address, page))
        began = self._clock()
        try:
            yield began - asked
        finally:
            with self._lock:
                self._charge(address, page, pages, self._clock() - began)
                self._hand_over()

    def _wait(self, request: _Request) -> None:
        address = request.address
        with self._lock:
            self._forget()
            self._used.setdefault(address, 0.0)
            self._refuse_most(self._used, address, self._budget)
            self._refuse_most(self._turns_of_page, (address, request.page), self._page_turns)
            if not self._busy:
                self._busy = True
                self._start(address)
                return
            self._refuse_crowd(request)
            if not self._waiting[address]:
                self._places_on_clock[address] = max(self._place(address), self._work)
            self._waiting[address].append(request)
        if request.turn.wait(self._patience):
            return
        with self._lock:
            if request.turn.is_set():  # it came just now
                return
            self._waiting[address].remove(request)
            raise Refused(True, self.waiting * self._usual)

    @staticmethod
    def _refuse_most(used: dict[Any, float], who: object, budget: float) -> None:
        mine, others = used.get(who, 0.0), [seconds for other, seconds in used.items() if other != who]
        if others and mine > max(budget, *others):
            raise Refused(False, HALF_LIFE * math.log2(mine / budget))

    def _refuse_crowd(self, request: _Request) -> None:
        if self.waiting >= self._places:
            raise Refused(True, self.waiting * self._usual)
        line = self._waiting[request.address]
        of_page = sum(waiting.page == request.page for waiting in line) if request.page else 0
        if len(line) >= MOST_OF_AN_ADDRESS * self._places or of_page >= MOST_OF_A_PAGE:
            raise Refused(False, self.waiting * self._usual)

    def _hand_over(self) -> None:
        self._waiting = defaultdict(deque, {address: line for address, line in self._waiting.items() if line})
        self._busy = bool(self._waiting)
        if not self._waiting:  # nobody is behind or ahead of anybody
            self._work = max(self._places_on_clock.values())
            self._places_on_clock = {}
        else:
            address = min(self._waiting, key=self._place)
            self._start(address)
            line = self._waiting[address]
            request = min(line, key=lambda waiting: self._used_by_page.get((address, waiting.page), 0.0))
            line.remove(request)
            request.turn.set()

    def _place(self, address: str) -> float:
        return self._places_on_clock.get(address, 0.0)

    def _start(self, address: str) -> None:
        """The clock goes to where this address stands; of those behind it only who waits need be known."""
        self._work = max(self._work, self._place(address))
        places = self._places_on_clock.items()
        self._places_on_clock = {a: at for a, at in places if at > self._work or self._waiting.get(a)}
        self._places_on_clock[address] = self._work

    def _charge(self, address: str, page: str | None, pages: float, seconds: float) -> None:
        self._forget()
        if page is not None:
            for of_page, share in ((self._used_by_page, seconds), (self._turns_of_page, 1)):
                of_page[address, page] = of_page.get((address, page), 0.0) + share / pages
        self._used[address] = self._used.get(address, 0.0) + seconds
        self._places_on_clock[address] = self._place(address) + seconds
        self._usual += 0.1 * (seconds - self._usual)

    def _forget(self) -> None:
        """Let what was used fade; who has used next to nothing of late, and does not wait, is not known any more."""
        now = self._clock()
        if now - self._as_of < OFTEN:
            return
        kept = 0.5 ** ((now - self._as_of) / HALF_LIFE)
        self._as_of = now
        used = {address: seconds * kept for address, seconds in self._used.items()}
        self._used = {a: seconds for a, seconds in used.items() if seconds > LITTLE or self._waiting.get(a)}
        self._used_by_page = {p: left for p, used in self._used_by_page.items() if (left := used * kept) > LITTLE}
        self._turns_of_page = {p: left for p, turns in self._turns_of_page.items() if (left := turns * kept) > FEW}
