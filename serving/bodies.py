"""Bounds bodies of callback requests before they are parsed: how large one may be, how much is read at once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import flask
from dash import Dash
from werkzeug.exceptions import ClientDisconnected, HTTPException, LengthRequired, RequestEntityTooLarge, RequestTimeout

from components.state import ids
from components.state.own_data.sentences import MAX_BYTES
from components.state.parameters import MAX_VALUES
from serving import workers
from serving.refusals import busy

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
MAX_SILENCE = 30.0
"""Longest time without a byte of a larger body, in s: then it is read no further."""
NO_LENGTH = "The request must say how long it is, in Content-Length."
TOO_LARGE = "The request has {length:,} bytes; at most {largest:,} are allowed."
SILENT = "Nothing of the request has come for {seconds:.0f} s."
TOO_MANY = "The server reads much data from others just now. Try again in a few seconds."


def bound(app: Dash, endpoint: str) -> None:
    """Check the length of every body; one that is too large is not read."""
    held, lock = 0, threading.Lock()
    app.server.config["MAX_CONTENT_LENGTH"] = MOST

    @app.server.before_request
    def check() -> None:
        nonlocal held
        request, size = flask.request, length()
        if request.method != "POST" or request.endpoint != endpoint:
            return
        if request.content_length is None and "Transfer-Encoding" in request.headers:
            raise LengthRequired(NO_LENGTH)
        if size > MOST:
            raise _refused(RequestEntityTooLarge(TOO_LARGE.format(length=size, largest=MOST)))
        if size <= SMALL:
            return
        with lock:
            if fits := held + size <= MAX_HELD:
                held += size
                flask.g.held = size
        if not fits:
            raise _refused(busy(TOO_MANY))
        largest = LARGEST.get(output(), SMALL)
        if size > largest:
            raise RequestEntityTooLarge(TOO_LARGE.format(length=size, largest=largest))

    @app.server.teardown_request
    def leave(_error: BaseException | None) -> None:
        nonlocal held
        with lock:
            held -= flask.g.pop("held", 0)


def length() -> int:
    """Bytes of the current request's body, as its head says."""
    return flask.request.content_length or 0


def _refused(refusal: HTTPException) -> HTTPException:
    """Read what is left of a body, in pieces: many clients, nginx too, read a reply only when they have sent all."""
    left = min(length(), 2 * MOST)
    with _bounded_silence():
        while left > 0 and (piece := flask.request.environ["wsgi.input"].read(min(left, SMALL))):
            left -= len(piece)
    return refusal


@contextmanager
def _bounded_silence() -> Iterator[None]:
    """Read a body only as long as the client goes on to send it."""
    client = flask.request.environ.get("gunicorn.socket")
    if client:
        client.settimeout(MAX_SILENCE)
    try:
        yield
    except (TimeoutError, ClientDisconnected) as end:
        if isinstance(end, TimeoutError) or isinstance(end.__context__, TimeoutError):  # werkzeug raises its own
            raise RequestTimeout(SILENT.format(seconds=MAX_SILENCE)) from end
        raise
    finally:
        if client:
            client.settimeout(None)


def output() -> str:
    """The component that a body says it is for, without parsing it; empty if it says nothing."""
    with _bounded_silence():
        match = OUTPUT.search(flask.request.get_data())
    return match[1].decode() if match else ""


def is_unparsed() -> bool:
    """Whether this process leaves the body to the heavy worker."""
    is_large = flask.request.method == "POST" and length() > SMALL
    return is_large and workers.SOCKET in flask.current_app.config


def takes_long() -> bool:
    """Whether the current request goes to the heavy worker at once: a study, a file, much own data."""
    if is_unparsed() or flask.request.method != "POST":
        return is_unparsed()
    output = flask.request.get_json()["output"].removesuffix(".data")
    return length() > QUICK.get(output, SMALL)
