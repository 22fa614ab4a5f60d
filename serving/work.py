"""What costs the server time, callbacks and the page's layout: made once for all who ask the same, by turns, and
refused in words where it would be too much.

What takes long has turns of its own, so that one at a time of each kind computes: a class's runs of a thousand
observations need not wait for one of a hundred thousand.
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
from serving.answers import Answers, Compressed, Store
from serving.metrics import QUEUE, WAITED
from serving.turns import THREADS, Refused, Turns
from serving.visits import Visits

QUICK_PLACES, LONG_PLACES = 340, 40
"""How many may wait for each kind of turn at once: a class of 300 that presses a button at once. The other threads are
for what needs no turn."""
assert QUICK_PLACES + LONG_PLACES < THREADS
PATIENCE = 10.0
"""Longest wait for a turn, in seconds."""
BUDGET = 20.0
"""Seconds of computing that one address may always have had of late; with `turns.HALF_LIFE`, nearly half of the time:
more than a class of 240 takes that asks for a run every five seconds."""
PAGE_TURNS = 100
"""Turns that one page may always have had of late: two a second and more, for ever, are no person's."""

PAGE = "X-Page"
"""Header in which a page names itself, by a random number of its own (assets/core/network.js): so that one page that
asks for very much does not keep the others of its class waiting."""
PAGE_LENGTH = 16

CROWDED = "The server has very much to do just now. Try again in a few seconds."
GREEDY = "Very much is asked from your address while others wait. Try again in {seconds} s."


def add(app: Dash) -> None:
    """Bring callbacks and layout under these rules."""
    store = Store()
    answers = Answers(store)
    visits = Visits()
    quick, long = (Turns(places, PATIENCE, BUDGET, PAGE_TURNS) for places in (QUICK_PLACES, LONG_PLACES))
    server, prefix = app.server, app.config.routes_pathname_prefix
    server.config |= {"COMPRESS_CACHE_BACKEND": lambda: Compressed(store), "COMPRESS_CACHE_KEY": _compressed_key}
    server.extensions["emlab-turns"] = {"quick": quick, "long": long}

    def in_turn(endpoint: str, *rules: Callable[[], Any]) -> None:
        server.view_functions[endpoint] = _in_turn(server.view_functions[endpoint], answers, *rules)

    in_turn(
        malformed.endpoint(app),
        _callback_key,
        lambda: _page(visits),
        lambda: long if cache_keys.takes_long(flask.request.get_json()) else quick,
    )
    in_turn(f"{prefix}_dash-layout", _page_key, lambda: (None, 1.0), lambda: quick)

    @server.before_request
    def visited() -> None:
        if flask.request.endpoint == prefix:
            visits.came(client(flask.request.remote_addr))

    @server.errorhandler(Refused)
    def refused(refusal: Refused) -> tuple[flask.Response, int, dict[str, str]]:
        seconds = refusal.retry_after
        words = CROWDED if refusal.crowded else GREEDY.format(seconds=seconds)
        return flask.jsonify(error=words), 503 if refusal.crowded else 429, {"Retry-After": str(seconds)}


def _in_turn(
    view: Callable[..., Any],
    answers: Answers,
    key_of: Callable[[], str | None],
    page_of: Callable[[], tuple[str | None, float]],
    turns_of: Callable[[], Turns],
) -> Callable[..., flask.typing.ResponseReturnValue]:
    """Answer from what is kept, or make the answer when it is this request's turn."""

    @wraps(view)
    def in_turn(**arguments: Any) -> flask.typing.ResponseReturnValue:
        key, page, environ = key_of(), page_of(), flask.request.environ
        answer = answers.get(key) if key else None
        if answer is None:
            address = client(flask.request.remote_addr)
            with QUEUE.track_inprogress(), turns_of().turn(address, *page) as waited:
                WAITED.observe(waited)
                environ["emlab.waited"] = round(waited, 4)
                answer = answers.get(key) if key else None  # whoever was before may have asked the same
                if answer is None:
                    began = time.monotonic()
                    response = flask.make_response(view(**arguments))
                    if key and response.status_code == 200 and time.monotonic() - began < MAX_SECONDS:  # all of it
                        answers.set(key, response.get_data())
                        flask.g.answer = key
                    return response
        environ["emlab.kept"] = True
        flask.g.answer = key
        return flask.Response(answer, mimetype="application/json")

    return in_turn


def client(address: str | None) -> str:
    """Whom an address belongs to: a network of IPv6 is one household's or one school's."""
    try:
        at = ip_address(address or "")
    except ValueError:
        return ""
    return str(at if at.version == 4 else ip_network(f"{at}/64", strict=False))


def _page(visits: Visits) -> tuple[str, float]:
    """The page that asks, and how many it may be: one, or all of its address that came and have no name."""
    address, name = client(flask.request.remote_addr), flask.request.headers.get(PAGE, "")[:PAGE_LENGTH]
    if not name:
        return name, max(1.0, visits.unnamed(address))
    visits.asked(address, name)
    return name, 1.0


def _callback_key() -> str | None:
    return cache_keys.callback_key(flask.request.get_json(), flask.request.content_length or 0)


def _page_key() -> str | None:
    return cache_keys.page_key(flask.request.query_string.decode("latin-1"))


def _compressed_key(_request: flask.Request) -> str:
    """Under what flask-compress keeps an answer; under nothing what is not kept as it is either."""
    return str(flask.g.get("answer") or "")
