"""Limits on the requests that need computing: callbacks and the page's layout.

Equal requests are computed once. A process computes one request at a time, since threads that alternate in numpy need
two to three times as long. What takes long goes to the heavy worker (serving/workers.py).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial, wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from weakref import WeakValueDictionary

import flask
from cachetools import LRUCache
from dash import Dash
from werkzeug.exceptions import TooManyRequests

from components.state.time_limit import MAX_SECONDS, TooLong, trial
from serving import bodies, malformed, workers
from serving.cache import MAX_BYTES, MAX_REPLY, callback_key, page_key
from serving.metrics import IN_PROGRESS, WAITED
from serving.refusals import JSON, RETRY_AFTER, busy

MAX_REQUESTS, MAX_PER_ADDRESS, MAX_PER_PAGE = 380, 330, 3
"""Most requests in hand: of all, of one address (a whole class may press a button at once), of one page."""
MAX_WAIT, TRIAL = 30.0, 0.1
"""Longest wait for the turn to compute; processor time after which a run is not quick. In s."""
PAGE = "X-Page"
"""Header with the page's name, a random number (assets/core/network.mjs)."""

GREEDY = "Too many requests from {who} are waiting. Try again in a few seconds."

Compute = Callable[[], flask.Response]


class Limits:
    """Replies to requests from the cache, from this process when it is their turn, or from the heavy worker."""

    def __init__(self, app: Dash, compress: Callable[[flask.Response], flask.Response]) -> None:
        self._app, self._compress, self.turn, self._lock = app, compress, threading.Semaphore(), threading.Lock()
        self._cache: LRUCache[str, bytes] = LRUCache(MAX_BYTES, getsizeof=len)
        self._turns = WeakValueDictionary[str, threading.Semaphore]()  # address -> its own turn, so that each is next
        self._taken = Counter[tuple[str, ...]]()

    def limited(self, view: Callable[..., Any], get_key: Callable[[], str | None]) -> Callable[..., flask.Response]:
        """The same view within limits."""

        @wraps(view)
        def limited(**arguments: Any) -> flask.Response:
            encoding = flask.request.accept_encodings.best_match(("br", "gzip")) or ""
            key = (key := get_key()) and f"{encoding};{key}"
            compute = partial(self._compute, lambda: flask.make_response(view(**arguments)), key)
            if reply := self._cached(key):
                return reply
            if workers.IS_HEAVY in flask.request.environ:
                return compute()
            with IN_PROGRESS.track_inprogress(), self.places(_owners()):
                return self._reply(compute, key)

        return limited

    @contextmanager
    def places(self, owners: dict[tuple[str, ...], int]) -> Iterator[None]:
        """Take a place of each owner, who may have so many; the client must try again if one has them already."""
        with self._lock:
            for owner, most in owners.items():
                if self._taken[owner] >= most:
                    raise TooManyRequests(GREEDY.format(who=owner[0]), retry_after=RETRY_AFTER) if owner else busy()
            self._taken.update(owners.keys())
        try:
            yield
        finally:
            with self._lock:
                self._taken -= Counter(owners.keys())  # and it forgets those who have none

    def _reply(self, compute: Compute, key: str | None) -> flask.Response:
        if workers.SOCKET not in self._app.server.config:
            return self._in_turn(compute, key)
        if not bodies.takes_long():
            with suppress(TooLong):
                return self._in_turn(trial(TRIAL)(compute), key)
        try:
            return self._store(workers.forward(), key)
        except FileNotFoundError:  # the server is stopping
            if bodies.is_unparsed() and (refusal := malformed.refusal(self._app)):
                return flask.make_response(refusal)
            return self._in_turn(compute, key)

    def _in_turn(self, compute: Compute, key: str | None) -> flask.Response:
        began, address = time.monotonic(), client(flask.request.remote_addr)
        with self._lock:
            own = self._turns.setdefault(address, threading.Semaphore())
        with _held(own, began + MAX_WAIT), _held(self.turn, began + MAX_WAIT):
            WAITED.observe(waited := time.monotonic() - began)
            flask.request.environ["emlab.waited"] = round(waited, 4)
            return self._cached(key) or compute()  # an equal request may have been computed meanwhile

    def _compute(self, view: Compute, key: str | None) -> flask.Response:
        end, response = time.thread_time() + MAX_SECONDS, view()
        if time.thread_time() >= end:  # it may have been cut off
            response.cache_control.no_store = True
        return self._store(self._compress(response), key)

    def _store(self, response: flask.Response, key: str | None) -> flask.Response:
        fits = len(reply := response.get_data()) <= MAX_REPLY and not response.cache_control.no_store
        if key and key.startswith(f"{response.content_encoding or ''};") and response.status_code == 200 and fits:
            with self._lock:
                self._cache[key] = reply
        return response

    def _cached(self, key: str | None) -> flask.Response | None:
        with self._lock:
            reply = self._cache.get(key or "")
        if not key or reply is None:
            return None
        flask.request.environ["emlab.cached"] = True
        encoding = key.partition(";")[0]
        return flask.Response(reply, headers={"Content-Encoding": encoding} if encoding else {}, mimetype=JSON)


def add(app: Dash, compress: Callable[[flask.Response], flask.Response]) -> None:
    """Put limits and cache before callbacks and layout; what they compute is compressed at once."""
    server, limits = app.server, Limits(app, compress)
    server.extensions["emlab-limits"] = limits
    layout = f"{app.config.routes_pathname_prefix}_dash-layout"
    for endpoint, get_key in ((malformed.endpoint(app), callback_key), (layout, page_key)):
        server.view_functions[endpoint] = limits.limited(server.view_functions[endpoint], get_key)


@contextmanager
def _held(turn: threading.Semaphore, until: float) -> Iterator[None]:
    """Wait for a turn, and keep it."""
    if not turn.acquire(timeout=max(0, until - time.monotonic())):
        raise busy()
    try:
        yield
    finally:
        turn.release()


def client(address: str | None) -> str:
    """The client that an address belongs to: a /64 network of IPv6 is one household or school."""
    with suppress(ValueError):
        at = ip_address(address or "")
        return str((at.ipv4_mapped or ip_network(f"{at}/64", strict=False)) if isinstance(at, IPv6Address) else at)
    return ""


def _owners() -> dict[tuple[str, ...], int]:
    """Who takes a place for the current request, as a message says it, and how many places each may have."""
    address, page = client(flask.request.remote_addr), flask.request.headers.get(PAGE)
    owners: dict[tuple[str, ...], int] = {(): MAX_REQUESTS, ("your address", address): MAX_PER_ADDRESS}
    return owners | ({("this page", address, page): MAX_PER_PAGE} if page else {})
