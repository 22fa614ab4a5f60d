"""Who computes next: one at a time, the others wait, and an address that asks much waits for the rest.

Threads that take turns in numpy need two to three times as long for the same work, so one computes and the others wait.
A whole class may stand behind one address. So nobody is refused for asking much, only for asking more than everybody
else while they ask too.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

THREADS = 128
"""Threads of a process: most of them wait for slow clients, or for their turn."""
HALF_LIFE = 30.0
"""After so many seconds, half of what an address has computed is forgotten."""


class Refused(Exception):
    """No turn now; `crowded` if that is everybody's doing, not this address's; `retry_after` in seconds."""

    def __init__(self, crowded: bool, retry_after: float) -> None:
        super().__init__()
        self.crowded = crowded
        self.retry_after = max(1, math.ceil(retry_after))


class Turns:
    """A queue in which the address that has computed least is next, and each address's requests keep their order.

    Parameters
    ----------
    places : int
        How many may wait at once; three quarters of them for any one address.
    patience : float
        Longest wait in seconds.
    budget : float
        Seconds of computing, of those not yet forgotten, above which the address that has the most is refused while
        others ask too.
    clock : callable
        Seconds that never run backwards.
    """

    def __init__(
        self, places: int, patience: float, budget: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._places, self._patience, self._budget, self._clock = places, patience, budget, clock
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: dict[str, deque[threading.Event]] = defaultdict(deque)
        self._used: dict[str, float] = {}
        self._as_of = clock()
        self._usual = 0.02  # seconds that a turn has taken of late

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    @contextmanager
    def turn(self, address: str) -> Iterator[float]:
        """Wait for a turn, and have it: the seconds waited.

        Raises
        ------
        Refused
            If too many wait already, if this one has waited too long, or if its address asks too much.
        """
        asked = self._clock()
        self._wait(address)
        began = self._clock()
        try:
            yield began - asked
        finally:
            with self._lock:
                self._charge(address, self._clock() - began)
                self._hand_over()

    def _wait(self, address: str) -> None:
        with self._lock:
            self._forget()
            self._used.setdefault(address, 0.0)
            self._refuse_greed(address)
            if not self._busy:
                self._busy = True
                return
            self._refuse_crowd(address)
            turn = threading.Event()
            self._waiting[address].append(turn)
        if turn.wait(self._patience):
            return
        with self._lock:
            if turn.is_set():  # it came just now
                return
            self._waiting[address].remove(turn)
            raise Refused(True, self.waiting * self._usual)

    def _refuse_greed(self, address: str) -> None:
        used, others = self._used[address], [self._used[other] for other in self._used if other != address]
        if others and used > max(self._budget, *others):
            raise Refused(False, HALF_LIFE * math.log2(used / self._budget))

    def _refuse_crowd(self, address: str) -> None:
        if self.waiting >= self._places:
            raise Refused(True, self.waiting * self._usual)
        if len(self._waiting[address]) >= 0.75 * self._places:
            raise Refused(False, self.waiting * self._usual)

    def _hand_over(self) -> None:
        self._waiting = defaultdict(deque, {address: turns for address, turns in self._waiting.items() if turns})
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting[min(self._waiting, key=lambda address: self._used[address])].popleft().set()

    def _charge(self, address: str, seconds: float) -> None:
        self._forget()
        self._used[address] = self._used.get(address, 0.0) + seconds
        self._usual += 0.1 * (seconds - self._usual)

    def _forget(self) -> None:
        """Let what was used fade; who has used next to nothing of late, and does not wait, is not known any more."""
        now = self._clock()
        kept = 0.5 ** ((now - self._as_of) / HALF_LIFE)
        self._as_of = now
        used = {address: seconds * kept for address, seconds in self._used.items()}
        self._used = {a: seconds for a, seconds in used.items() if seconds > 0.005 or self._waiting.get(a)}
