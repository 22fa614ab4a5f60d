"""Monitoring: a line in the log for each request, and metrics for Prometheus.

Neither has addresses of clients or queries: a link can contain a class's own data.
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

from serving.refusals import ENCODED
from settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("emlab_requests", "Requests answered.", ["kind", "status"])
DURATION = Histogram("emlab_request_seconds", "From a request's arrival to its answer.", ["kind"], buckets=SECONDS)
WAITED = Histogram("emlab_wait_seconds", "Time until it was the request's turn to compute.", buckets=SECONDS)
CACHED = Counter("emlab_cached_replies", "Requests answered from the cache.", ["kind"])
IN_PROGRESS = Gauge("emlab_requests_in_progress", "Requests that wait or compute.", multiprocess_mode="livesum")

OTHER = "file"
"""Kind of all other requests."""

LOG = logging.getLogger("emlab.requests")

ID = re.compile(r"[\w-]{8,64}", re.ASCII)
"""A request's name that a proxy may give."""


def add(app: Dash, settings: Settings) -> None:
    """Record the kind of each request, and serve `metrics` to clients with the token."""
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
    def record_kind(response: flask.Response) -> flask.Response:
        environ = flask.request.environ
        environ.setdefault("emlab.kind", kinds.get(flask.request.endpoint or "", OTHER))
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
    """The metrics of all processes if gunicorn.conf.py has set a folder for them, else of this process."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def observe(app: Dash, settings: Settings) -> None:
    """Name, count, time and log every request, files included. Call it last."""
    app.server.wsgi_app = Observed(app.server.wsgi_app, settings)


class Observed:
    """A WSGI application whose requests are named, counted, timed and logged."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self._application = application
        self._proxy_gives_names = settings.proxies > 0
        LOG.setLevel(logging.INFO if settings.access_log else logging.WARNING)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, and add its name to the response."""
        began = time.monotonic()
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._proxy_gives_names else ""
        name = given if ID.fullmatch(given) else uuid.uuid4().hex[:16]

        def record_and_start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            self._record(environ, name, int(status[:3]), dict(headers).get("Content-Length"), time.monotonic() - began)
            return start_response(status, [*headers, ("X-Request-ID", name)], *error)

        return self._application(environ, record_and_start)

    def _record(self, environ: WSGIEnvironment, name: str, status: int, size: str | None, seconds: float) -> None:
        kind = environ.get("emlab.kind", OTHER)
        REQUESTS.labels(kind, status).inc()
        DURATION.labels(kind).observe(seconds)
        if "emlab.cached" in environ:
            CACHED.labels(kind).inc()
        level = logging.ERROR if status >= 500 else logging.WARNING if status >= 400 else logging.INFO
        if LOG.isEnabledFor(level):
            path = ENCODED.sub("", f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}")[:200]
            method = environ["REQUEST_METHOD"]
            entries = {"id": name, "kind": kind, "bytes": size and int(size), "seconds": round(seconds, 4)}
            entries |= {key: environ.get(f"emlab.{key}") for key in ("waited", "cached", "reason")}
            extra = {key: value for key, value in entries.items() if value is not None}
            LOG.log(level, "%s %s %s", method, path, status, extra=extra)
