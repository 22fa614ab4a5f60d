"""Answers that are the same for everybody who asks the same: made once, and kept while there is room.

A class on one link asks for one page and one run three hundred times.
"""

from __future__ import annotations

import threading
import zlib

from cachetools import LRUCache

MAX_BYTES = 4_000_000
"""Room for answers in each process: some hundred runs of a thousand observations, with what they compress to."""


class Store:
    """Bounded room for bytes; what has not been asked for longest goes first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._kept: LRUCache[str, bytes] = LRUCache(max_bytes, getsizeof=len)
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """What was kept, if it still is."""
        with self._lock:
            return self._kept.get(key)

    def set(self, key: str, content: bytes) -> None:
        """Keep something, unless it takes more than a tenth of the room."""
        if len(content) <= self._kept.maxsize / 10:
            with self._lock:
                self._kept[key] = content


class Answers:
    """Answers as they are, which are asked for less often than what they compress to: they are packed quickly."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: str) -> bytes | None:
        """The answer that was kept, if it still is."""
        packed = self._store.get(key)
        return None if packed is None else zlib.decompress(packed)

    def set(self, key: str, answer: bytes) -> None:
        """Keep an answer."""
        self._store.set(key, zlib.compress(answer, level=1))


class Compressed:
    """Where flask-compress keeps those answers compressed, as `algorithm;key`; answers of no key it keeps nowhere."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: str) -> bytes | None:
        """The compressed form, if it was kept."""
        return None if key.endswith(";") else self._store.get(key)

    def set(self, key: str, answer: bytes) -> None:
        """Keep a compressed form of an answer that is kept."""
        if not key.endswith(";"):
            self._store.set(key, answer)
