"""Health checks, as JSON that is never cached: `healthz`, the process runs; `readyz`, it can also make and fit."""

from __future__ import annotations

from functools import cache

import flask
from dash import Dash

import em
from components.views import page


def add(app: Dash) -> None:
    """Serve both below the page's prefix."""
    prefix = app.config.routes_pathname_prefix

    @app.server.get(f"{prefix}healthz")
    def healthz() -> flask.Response:
        return _reply("ok")

    @cache  # of success only: an exception is not kept
    def prove() -> None:
        page.layout()
        em.fit([0.5, 1, 4, 5], em.ExponentialMixture([0.5, 0.5], [1, 4]), em.StoppingRule(max_iter=2))

    @app.server.get(f"{prefix}readyz")
    def readyz() -> flask.Response:
        """Whether this process answers and has, once, made the page and fitted a mixture.

        Neither depends on anything outside the process, so what worked once goes on to work. It does not say that the
        server has time: a busy one answers the others with 503 itself.
        """
        try:
            prove()
        except Exception:  # whatever went wrong, a proxy must send no requests here
            app.server.logger.exception("Not ready")
            return _reply("not ready", 503)
        return _reply("ready")


def _reply(status: str, code: int = 200) -> flask.Response:
    response = flask.jsonify(status=status)
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response
