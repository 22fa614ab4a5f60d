"""A cache of replies that are the same for every client: a class on one link requests one page and one run."""

from __future__ import annotations

import threading
import zlib

from cachetools import LRUCache

MAX_BYTES = 4_000_000
"""Size of the cache in each process: some hundred runs of a thousand observations, with their compressed forms."""


class Cache:
    """A bounded cache of bytes; the least recently used are dropped first.

    flask-compress stores compressed replies under `algorithm;key`; the key of a reply that must not be cached is empty.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._entries: LRUCache[str, bytes] = LRUCache(max_bytes, getsizeof=len)
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """Bytes that were stored, if they are still there."""
        with self._lock:
            return self._entries.get(key)

    def set(self, key: str, content: bytes) -> None:
        """Store bytes, unless they need more than a tenth of the cache."""
        if len(content) <= self._entries.maxsize / 10 and not key.endswith(";"):
            with self._lock:
                self._entries[key] = content

    def get_reply(self, key: str) -> bytes | None:
        """An uncompressed reply, if it is still there."""
        compressed = self.get(key)
        return None if compressed is None else zlib.decompress(compressed)

    def set_reply(self, key: str, reply: bytes) -> None:
        """Store an uncompressed reply; it is rarely needed, since most browsers accept a compressed form."""
        self.set(key, zlib.compress(reply, level=1))
