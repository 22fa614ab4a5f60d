"""Answers that are the same for everybody who asks the same: made once, and kept while there is room.

A class on one link asks for one page and one run three hundred times.
"""

from __future__ import annotations

import threading

from cachetools import LRUCache

MAX_BYTES = 8_000_000
"""Room for answers in each process: some two hundred runs of a thousand observations, with what they compress to."""


class Answers:
    """A bounded store of bytes; what has not been asked for longest goes first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._kept: LRUCache[str, bytes] = LRUCache(max_bytes, getsizeof=len)
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """The answer that was kept, if it still is."""
        with self._lock:
            return self._kept.get(key)

    def set(self, key: str, answer: bytes) -> None:
        """Keep an answer, unless it takes more than a tenth of the room."""
        if len(answer) <= self._kept.maxsize / 10:
            with self._lock:
                self._kept[key] = answer


class Compressed:
    """Where flask-compress keeps those answers compressed, as `algorithm;key`; answers of no key it keeps nowhere."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def get(self, key: str) -> bytes | None:
        """The compressed form, if it was kept."""
        return None if key.endswith(";") else self._answers.get(key)

    def set(self, key: str, answer: bytes) -> None:
        """Keep a compressed form of an answer that is kept."""
        if not key.endswith(";"):
            self._answers.set(key, answer)
