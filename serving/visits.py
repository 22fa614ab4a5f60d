"""Visits whose pages have not sent a name, by address.

A page in a browser sends its name with each request. A program without one, such as a load test, may stand for a whole
class: its requests count as from one page for each of these visits, or from one page if there are none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cachetools import TTLCache

LIFETIME = 3600.0
"""Seconds until a visit counts half, and until the name of a page without requests is dropped."""

MAX_NAMES = 10_000
"""Most names of pages that are stored."""

NEGLIGIBLE = 0.5
"""Decayed number of visits that is dropped."""


class Visits:
    """Visits by address, less the pages that have sent their names.

    Parameters
    ----------
    clock : callable
        Monotonic time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._names: TTLCache[tuple[str, str], bool] = TTLCache(MAX_NAMES, LIFETIME, clock)
        self._unnamed: dict[str, float] = {}
        self._decayed_at = clock()

    def add_visit(self, address: str) -> None:
        """Count a visit of the page."""
        with self._lock:
            self._decay()
            self._unnamed[address] = self._unnamed.get(address, 0.0) + 1

    def add_name(self, address: str, page: str) -> None:
        """Subtract the visit of a named page, once, even if another process counted that visit."""
        with self._lock:
            if (address, page) not in self._names:
                self._unnamed[address] = self._unnamed.get(address, 0.0) - 1
            self._names[address, page] = True

    def unnamed(self, address: str) -> float:
        """Number of recent visits without a named page."""
        with self._lock:
            self._decay()
            return max(0.0, self._unnamed.get(address, 0.0))

    def _decay(self) -> None:
        now = self._clock()
        factor = 0.5 ** ((now - self._decayed_at) / LIFETIME)
        self._decayed_at = now
        self._unnamed = {a: left for a, visits in self._unnamed.items() if abs(left := visits * factor) >= NEGLIGIBLE}
