"""Whether the process answers (`healthz`), and whether it can do its work (`readyz`): JSON, cheap, never cached."""

from __future__ import annotations

import flask
from dash import Dash

import em
from components.views import page


def add(app: Dash) -> None:
    """Answer both under the path that the page is served under."""
    prefix = app.config.routes_pathname_prefix

    @app.server.get(f"{prefix}healthz")
    def healthz() -> flask.Response:
        return _answer("ok")

    @app.server.get(f"{prefix}readyz")
    def readyz() -> flask.Response:
        try:
            page.layout()
            em.fit([0.5, 1, 4, 5], em.ExponentialMixture([0.5, 0.5], [1, 4]), em.StoppingRule(max_iter=2))
        except Exception:  # whatever it is, it belongs in the log, and nobody should be sent here
            app.server.logger.exception("Not ready")
            return _answer("not ready", 503)
        return _answer("ready")


def _answer(status: str, code: int = 200) -> flask.Response:
    response = flask.jsonify(status=status)
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response
