"""Servers that fail: one that is killed and started again, and one that refuses the requests that a test chooses."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import flask
from werkzeug.serving import make_server

from app import create_app
from tests.page import Page
from tests.servers import Running, free_port, running

EVER = [100] * 1000
"""Waits before further tries, in ms: longer than any server takes to start."""


class Mortal:
    """The page in a process of its own, always at the same address."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/"
        self._log = folder / f"mortal-{self.port}.log"
        self._stack = ExitStack()
        self._server: Running | None = None

    def start(self) -> None:
        """Start the server unless it runs."""
        if self._server is None:
            command = (sys.executable, "app.py")
            self._server = self._stack.enter_context(
                running(command, self.address, self._log, HOST="127.0.0.1", PORT=str(self.port))
            )

    def kill(self) -> None:
        """Kill the server if it runs."""
        if self._server is not None:
            self._server.process.kill()
            self._server = None
            self._stack.close()


@dataclass
class Refusing:
    """A server whose response to a request is what `refuse` returns, unless that is None."""

    address: str
    refuse: Callable[[flask.Request], flask.Response | None] = lambda _request: None
    refused: list[float] = field(default_factory=list)
    """Times of the refusals, in seconds."""

    def answer(self) -> flask.Response | None:
        """Refuse the current request, or return None."""
        refusal = self.refuse(flask.request)
        if refusal is not None:
            self.refused.append(time.monotonic())
        return refusal


@contextmanager
def refusing() -> Iterator[Refusing]:
    """The page, served by threads; nothing is refused at first."""
    app = create_app()
    with make_server("127.0.0.1", free_port(), app.server, threaded=True) as threads:
        server = Refusing(f"http://127.0.0.1:{threads.port}/")
        app.server.before_request(server.answer)
        thread = Thread(target=threads.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            threads.shutdown()
            thread.join(30)


def is_callback(request: flask.Request) -> bool:
    return request.path.endswith("_dash-update-component")


def busy(status: int = 503, seconds: int = 0, sentence: str = "Too many ask at once.") -> flask.Response:
    """The response of a server that is too busy."""
    response = flask.jsonify(error=sentence)
    response.status_code = status
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def broken_off() -> flask.Response:
    """A response that breaks off."""
    return flask.Response(iter([b'{"response": ']), headers={"Content-Length": "1000"}, mimetype="application/json")


def unexpected(page: Page) -> list[str]:
    """Lines of the console except those about failed requests, which the browser and Dash always write."""
    requests = ("_dash-update-component", "_dash-layout", "_dash-dependencies")
    dash = ("did not respond", "dash_renderer.* Object$", "dash_renderer.* body stream already read$")
    return [line for line in page.logs() if not re.search("|".join([*requests, *dash]), line)]
