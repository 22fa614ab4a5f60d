"""Bounds bodies of callback requests before they are parsed: how large one may be, how much is read at once."""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import Any

import flask
from dash import Dash

from components.state import ids
from components.state.own_data.sentences import MAX_BYTES
from components.state.parameters import MAX_VALUES
from serving import workers

SMALL = 64_000
"""Largest body of most requests, in bytes. Larger ones hold own data, and only the heavy worker parses them."""
OWN_VALUES, OWN_FILE = SMALL + 26 * MAX_VALUES, SMALL + MAX_BYTES * 4 // 3
"""Largest body with own values, each as JSON; with an own file, in base 64."""
LARGEST = {ids.OWN_REPLY: OWN_FILE} | dict.fromkeys((ids.RUN_REPLY, ids.STUDY_REPLY, ids.EXPORT_REPLY), OWN_VALUES)
"""Largest body for each output; `SMALL` for the others."""
MOST = max(LARGEST.values())
"""Largest body of all; the proxies in deploy/ let it pass."""
QUICK = {ids.STUDY_REPLY: 0, ids.EXPORT_REPLY: 0, ids.OWN_REPLY: 4_000, ids.QR_REPLY: 1_000}
"""Largest bodies, in bytes, that do not go to the heavy worker at once; of the others `SMALL`."""
MAX_HELD = 4 * MOST
"""Most bytes of larger bodies in the memory of a process: of the largest four, of those of a class all."""

OUTPUT = re.compile(rb'"output"\s*:\s*"([\w-]+)\.data"')
"""What a body is for; in other places of it, Dash writes these quotes with a backslash."""
NO_LENGTH = "The request must say how long it is, in Content-Length."
TOO_LARGE = "The request has {length:,} bytes; at most {largest:,} are allowed."
TOO_MANY = "The server reads much data from others just now. Try again in a few seconds."


def bound(app: Dash, endpoint: str) -> None:
    """Check the length of every body; one that is too large is not read."""
    held, lock = Counter[str](), threading.Lock()
    app.server.config["MAX_CONTENT_LENGTH"] = MOST

    @app.server.before_request
    def check() -> tuple[Any, ...] | None:
        request = flask.request
        if request.method != "POST" or request.endpoint != endpoint:
            return None
        length = request.content_length
        if length is None and "Transfer-Encoding" in request.headers:
            return flask.jsonify(error=NO_LENGTH), 411
        if not length or length <= SMALL:
            return None
        if length > MOST:
            return _too_large(length, MOST)
        with lock:
            if fits := held["bytes"] + length <= MAX_HELD:
                held["bytes"] += length
                flask.g.held = length
        if not fits:
            _drop()
            return flask.jsonify(error=TOO_MANY), 503, {"Retry-After": "2"}
        largest = LARGEST.get(output(), SMALL)
        return _too_large(length, largest) if length > largest else None

    @app.server.teardown_request
    def leave(_error: BaseException | None) -> None:
        with lock:
            held["bytes"] -= flask.g.pop("held", 0)


def _too_large(length: int, largest: int) -> tuple[flask.Response, int]:
    _drop()
    return flask.jsonify(error=TOO_LARGE.format(length=length, largest=largest)), 413


def _drop() -> None:
    """Read what is left of a body, in pieces: many clients, nginx too, read a reply only when they have sent all."""
    left = min(flask.request.content_length or 0, 2 * MOST)
    while left > 0 and (piece := flask.request.environ["wsgi.input"].read(min(left, SMALL))):
        left -= len(piece)


def output() -> str:
    """The component that a body says it is for, without parsing it; empty if it says nothing."""
    match = OUTPUT.search(flask.request.get_data())
    return match[1].decode() if match else ""


def is_unparsed() -> bool:
    """Whether this process leaves the body to the heavy worker."""
    is_large = flask.request.method == "POST" and (flask.request.content_length or 0) > SMALL
    return is_large and workers.SOCKET in flask.current_app.config


def takes_long() -> bool:
    """Whether the current request goes to the heavy worker at once: a study, a file, much own data."""
    if is_unparsed() or flask.request.method != "POST":
        return is_unparsed()
    output = flask.request.get_json()["output"].removesuffix(".data")
    return (flask.request.content_length or 0) > QUICK.get(output, SMALL)
