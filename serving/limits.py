"""Cache and queues for the requests that need computing: callbacks and the page's layout.

Equal requests are computed once. Long computations have their own queue, so that a class's small runs need not wait for
them. A client that uses too much is refused with a message.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import Any

import flask
from dash import Dash

from components.state.run_request import MAX_SECONDS
from serving import cache_keys, malformed
from serving.cache import Cache
from serving.metrics import QUEUE, WAITED
from serving.queue import THREADS, FairQueue, Refused
from serving.visits import Visits

QUICK_CAPACITY, LONG_CAPACITY = 340, 40
"""How many requests may wait in each queue: a class of 300 can press a button at the same time. The other threads are
for requests that need no queue."""
assert QUICK_CAPACITY + LONG_CAPACITY < THREADS
MAX_WAIT = 10.0
"""Longest wait in a queue, in seconds."""
ADDRESS_BUDGET = 20.0
"""Recent seconds of computing that one address may always use. With `queue.HALF_LIFE` this is nearly half of the time:
more than a class of 240 needs that requests a run every five seconds."""
PAGE_BUDGET = 100
"""Recent requests that one page may always make: no person makes two a second all the time."""

PAGE = "X-Page"
"""Header with the page's name, a random number (assets/core/network.mjs). With it a page that sends too many requests
does not delay the others of its class."""
PAGE_LENGTH = 16

CROWDED = "The server has very much to do just now. Try again in a few seconds."
GREEDY = "Very much is asked from your address while others wait. Try again in {seconds} s."


def add(app: Dash) -> None:
    """Put cache and queues before callbacks and layout."""
    cache = Cache()
    visits = Visits()
    quick, long = (
        FairQueue(capacity, MAX_WAIT, ADDRESS_BUDGET, PAGE_BUDGET) for capacity in (QUICK_CAPACITY, LONG_CAPACITY)
    )
    server, prefix = app.server, app.config.routes_pathname_prefix
    server.config |= {"COMPRESS_CACHE_BACKEND": lambda: cache, "COMPRESS_CACHE_KEY": _compressed_key}
    server.extensions["emlab-queues"] = {"quick": quick, "long": long}

    def limit(endpoint: str, *rules: Callable[[], Any]) -> None:
        server.view_functions[endpoint] = _limited(server.view_functions[endpoint], cache, *rules)

    limit(
        malformed.endpoint(app),
        _callback_key,
        lambda: _page(visits),
        lambda: long if cache_keys.takes_long(flask.request.get_json()) else quick,
    )
    limit(f"{prefix}_dash-layout", _page_key, lambda: (None, 1.0), lambda: quick)

    @server.before_request
    def count_visit() -> None:
        if flask.request.endpoint == prefix:
            visits.add_visit(client(flask.request.remote_addr))

    @server.errorhandler(Refused)
    def refuse(refusal: Refused) -> tuple[flask.Response, int, dict[str, str]]:
        seconds = refusal.retry_after
        message = CROWDED if refusal.overloaded else GREEDY.format(seconds=seconds)
        return flask.jsonify(error=message), 503 if refusal.overloaded else 429, {"Retry-After": str(seconds)}


def _limited(
    view: Callable[..., Any],
    cache: Cache,
    get_key: Callable[[], str | None],
    get_page: Callable[[], tuple[str | None, float]],
    get_queue: Callable[[], FairQueue],
) -> Callable[..., flask.typing.ResponseReturnValue]:
    """A view that replies from the cache, or else waits in the queue and computes."""

    @wraps(view)
    def limited(**arguments: Any) -> flask.typing.ResponseReturnValue:
        key, page, environ = get_key(), get_page(), flask.request.environ
        reply = cache.get_reply(key) if key else None
        if reply is None:
            address = client(flask.request.remote_addr)
            with QUEUE.track_inprogress(), get_queue().enter(address, *page) as waited:
                WAITED.observe(waited)
                environ["emlab.waited"] = round(waited, 4)
                reply = cache.get_reply(key) if key else None  # an equal request may have been computed meanwhile
                if reply is None:
                    began = time.monotonic()
                    response = flask.make_response(view(**arguments))
                    cut_off = time.monotonic() - began >= MAX_SECONDS
                    if key and response.status_code == 200 and not cut_off:
                        cache.set_reply(key, response.get_data())
                        flask.g.reply_key = key
                    return response
        environ["emlab.kept"] = True
        flask.g.reply_key = key
        return flask.Response(reply, mimetype="application/json")

    return limited


def client(address: str | None) -> str:
    """The client that an address belongs to: a /64 network of IPv6 is one household or school."""
    try:
        at = ip_address(address or "")
    except ValueError:
        return ""
    return str(at if at.version == 4 else ip_network(f"{at}/64", strict=False))


def _page(visits: Visits) -> tuple[str, float]:
    """Name of the page that sent the request, and the number of pages with this name: many may have none."""
    address, name = client(flask.request.remote_addr), flask.request.headers.get(PAGE, "")[:PAGE_LENGTH]
    if not name:
        return name, max(1.0, visits.unnamed(address))
    visits.add_name(address, name)
    return name, 1.0


def _callback_key() -> str | None:
    return cache_keys.callback_key(flask.request.get_json(), flask.request.content_length or 0)


def _page_key() -> str | None:
    return cache_keys.page_key(flask.request.query_string.decode("latin-1"))


def _compressed_key(_request: flask.Request) -> str:
    """Key of a reply for flask-compress; empty if the reply is not cached."""
    return str(flask.g.get("reply_key") or "")
