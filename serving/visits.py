"""Who opened the page and asks without a name: programs, such as those that send a class to measure the server.

A page in a browser names itself with each request. What has no name is measured by how many visits there were from its
address of which no page has named itself since: so many students it may be, and one if there were none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cachetools import TTLCache

KNOWN_FOR = 3600.0
"""Seconds: half of the visits of an hour ago are forgotten, and the names of pages that have not asked since."""

MOST_NAMES = 10_000
"""Names of pages that are known at once."""

FEW = 0.5
"""Visits of an address that need not be known any more."""


class Visits:
    """Visits by address, less the pages that have named themselves.

    Parameters
    ----------
    clock : callable
        Seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._names: TTLCache[tuple[str, str], bool] = TTLCache(MOST_NAMES, KNOWN_FOR, clock)
        self._unnamed: dict[str, float] = {}
        self._as_of = clock()

    def came(self, address: str) -> None:
        """Somebody opened the page."""
        with self._lock:
            self._forget()
            self._unnamed[address] = self._unnamed.get(address, 0.0) + 1

    def asked(self, address: str, page: str) -> None:
        """A page that has a name asks: one visit is its own, though it may have been told to another process."""
        with self._lock:
            if (address, page) not in self._names:
                self._unnamed[address] = self._unnamed.get(address, 0.0) - 1
            self._names[address, page] = True

    def unnamed(self, address: str) -> float:
        """How many visits there were of late of which no page has named itself."""
        with self._lock:
            self._forget()
            return max(0.0, self._unnamed.get(address, 0.0))

    def _forget(self) -> None:
        now = self._clock()
        kept = 0.5 ** ((now - self._as_of) / KNOWN_FOR)
        self._as_of = now
        self._unnamed = {a: left for a, visits in self._unnamed.items() if abs(left := visits * kept) >= FEW}
