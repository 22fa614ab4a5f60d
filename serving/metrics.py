"""What the server did, for those who look after it: a line in the log per request, and numbers for Prometheus.

Neither says who asked, nor what with: a link may hold a class's own data.
"""

from __future__ import annotations

import hmac
import logging
import os
import re
import time
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import flask
from dash import Dash
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("emlab_requests", "Requests answered.", ["kind", "status"])
DURATION = Histogram("emlab_request_seconds", "From a request's arrival to its answer.", ["kind"], buckets=SECONDS)
WAITED = Histogram("emlab_wait_seconds", "Wait for a turn to compute.", buckets=SECONDS)
KEPT = Counter("emlab_kept_answers", "Requests answered from what was kept of one before.", ["kind"])
QUEUE = Gauge("emlab_queue", "Requests that wait for their turn to compute, or have it.", multiprocess_mode="livesum")

OTHER = "file"
"""Kind of a request that is for nothing that is made anew."""

LOG = logging.getLogger("emlab.requests")

ID = re.compile(r"[\w-]{8,64}", re.ASCII)
"""A request's name as a proxy may give it."""


def add(app: Dash, settings: Settings) -> None:
    """Tell the kinds of requests apart, and answer `metrics` to who has the token."""
    prefix = app.config.routes_pathname_prefix
    kinds = {
        prefix: "page",
        f"{prefix}_dash-layout": "layout",
        f"{prefix}_dash-dependencies": "dependencies",
        "healthz": "health",
        "readyz": "health",
        "metrics": "metrics",
    }

    @app.server.after_request
    def tell(response: flask.Response) -> flask.Response:
        request, environ = flask.request, flask.request.environ
        environ.setdefault("emlab.kind", kinds.get(request.endpoint or "", OTHER))
        if response.status_code >= 400 and response.is_json:
            environ["emlab.reason"] = (response.get_json(silent=True) or {}).get("error")
        return response

    @app.server.get(f"{prefix}metrics")
    def metrics() -> flask.Response:
        token = settings.metrics_token
        given = flask.request.headers.get("Authorization", "")
        if not token:
            flask.abort(404)
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            flask.abort(401)
        return flask.Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """The numbers of all processes, where gunicorn.conf.py has them written to a folder, else of this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def observe(app: Dash, settings: Settings) -> None:
    """Number, count, time and log every request, files included. To be put around everything else."""
    app.server.wsgi_app = Observed(app.server.wsgi_app, settings)


class Observed:
    """A WSGI application, watched."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self._application = application
        self._names_are_given = settings.proxies > 0
        LOG.setLevel(logging.INFO if settings.access_log else logging.WARNING)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, and the answer with the request's name."""
        began = time.monotonic()
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._names_are_given else ""
        name = given if ID.fullmatch(given) else uuid.uuid4().hex[:16]

        def started(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            self._tell(environ, name, int(status[:3]), dict(headers).get("Content-Length"), time.monotonic() - began)
            return start_response(status, [*headers, ("X-Request-ID", name)], *error)

        return self._application(environ, started)

    def _tell(self, environ: WSGIEnvironment, name: str, status: int, size: str | None, seconds: float) -> None:
        kind = environ.get("emlab.kind", OTHER)
        REQUESTS.labels(kind, status).inc()
        DURATION.labels(kind).observe(seconds)
        if "emlab.kept" in environ:
            KEPT.labels(kind).inc()
        level = logging.ERROR if status >= 500 else logging.WARNING if status >= 400 else logging.INFO
        if LOG.isEnabledFor(level):
            path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"[:200]
            method = environ["REQUEST_METHOD"]
            told = {"kind": kind, "bytes": size and int(size), "seconds": round(seconds, 4)}
            told |= {what: environ.get(f"emlab.{what}") for what in ("waited", "kept", "reason")}
            LOG.log(level, "%s %s %s", method, path, status, extra={"id": name} | _known(told))


def _known(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}
