"""Two tiers of processes: web workers, and one heavy worker for what takes long.

gunicorn starts all of them (gunicorn.conf.py). The heavy worker has a low priority, one thread, and a Unix socket on
which the web workers send it requests by plain HTTP. The connections that it has not read yet are its queue. Without
it, as in `python app.py`, the process computes everything itself.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

import flask
from werkzeug.exceptions import HTTPException as Refusal

from serving.refusals import JSON, busy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

THREADS, PATIENCE = 400, 45.0
"""Threads of a web worker, most of which wait; seconds to wait for the heavy worker: proxies in deploy/ wait longer."""
PIECE = 32_000
"""Bytes sent to it at once."""
PASSED = ("Cache-Control", "Content-Encoding")
"""Headers of the heavy worker's replies that web workers pass on."""
SOCKET, IS_HEAVY = "HEAVY_SOCKET", "emlab.heavy"
"""Name of the socket's path in a web worker's Flask configuration; mark on requests in the heavy worker."""


class Left(Refusal):
    """The client waits no longer."""

    code = 499  # as nginx writes it in its log
    description = "The client waits no longer."


class Heavy:
    """The WSGI application of the heavy worker. Web workers take care of proxies, files and metrics."""

    def __init__(self, server: flask.Flask) -> None:
        self._server = server

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, unless the web worker that sent it no longer waits."""
        poll = select.poll()
        poll.register(environ["gunicorn.socket"], 0)  # a connection that was closed is always reported
        if poll.poll(0):
            start_response("503 Service Unavailable", [])
            return []
        return flask.Flask.wsgi_app(self._server, environ | {IS_HEAVY: True}, start_response)


class _Connection(HTTPConnection):
    """HTTP by a Unix socket, whose path is the host."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.host)


def forward() -> flask.Response:
    """The heavy worker's reply to the current request, which is sent again once if that worker ends: it does no harm.

    FileNotFoundError if there is no heavy worker any more, since the server is stopping.
    """
    try:
        try:
            return _send()
        except (ConnectionError, HTTPException):
            return _send()
    except FileNotFoundError:
        raise
    except (OSError, HTTPException) as failure:
        raise busy() from failure


def _wait(connection: _Connection, event: int) -> None:
    """Until the heavy worker can be written to, or has replied."""
    poll = select.poll()
    poll.register(connection.sock, event)
    if client := flask.request.environ.get("gunicorn.socket"):
        poll.register(client, select.POLLRDHUP)
    ready = dict(poll.poll(1000 * PATIENCE))
    if connection.sock.fileno() not in ready:
        raise Left if ready else TimeoutError


def _pieces(connection: _Connection, body: bytes) -> Iterator[bytes]:
    """A body in pieces that fit into the socket, since it may wait for its turn in the middle."""
    for begin in range(0, len(body), PIECE):
        _wait(connection, select.POLLOUT)
        yield body[begin : begin + PIECE]


def _send() -> flask.Response:
    connection = _Connection(flask.current_app.config[SOCKET])
    try:
        headers = {"Host": "localhost", "Content-Type": JSON, "Connection": "close"}
        headers["Accept-Encoding"] = flask.request.headers.get("Accept-Encoding", "identity")
        body = flask.request.get_data()
        headers["Content-Length"] = str(len(body))
        connection.request("POST", flask.request.path, _pieces(connection, body), headers)
        _wait(connection, select.POLLIN)
        reply = connection.getresponse()
        passed = {name: value for name in PASSED if (value := reply.headers[name])}
        return flask.Response(reply.read(), reply.status, passed, mimetype=JSON)
    finally:
        connection.close()
