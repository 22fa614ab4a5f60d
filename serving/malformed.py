"""Refuses callback requests that the page never sends: 4xx with a short reason.

Dash would respond to most of them with 500 and a traceback in the log.
"""

from __future__ import annotations

from typing import Any

import flask
from dash import Dash

from serving import bodies

MALFORMED = "malformed"
"""Kind of refused requests; other kinds are `run`, `study` and so on."""


def refuse_malformed(app: Dash) -> None:
    """Check the shape of every callback request; the callbacks check the values."""
    bodies.bound(app, endpoint(app))

    @app.server.before_request
    def check() -> tuple[flask.Response, int] | None:
        if flask.request.method != "POST" or flask.request.endpoint != endpoint(app):
            return None
        if bodies.is_unparsed():
            flask.request.environ["emlab.kind"] = kind(bodies.output())
            return None
        return refusal(app)


def refusal(app: Dash) -> tuple[flask.Response, int] | None:
    """The reply to a callback request whose shape is wrong, else None."""
    try:
        body = flask.request.get_json(silent=True)
    except RecursionError:  # nested deeper than the parser follows
        body = None
    reason = problem(body, app)
    flask.request.environ["emlab.kind"] = MALFORMED if reason or not body else kind(body["output"].rpartition(".")[0])
    return None if reason is None else (flask.jsonify(error=reason), 400)


def kind(output: str) -> str:
    """The kind of a callback request, for serving/metrics.py."""
    return output.removesuffix("-reply")


def endpoint(app: Dash) -> str:
    """Flask's name for the address of callbacks."""
    return str(app.config.routes_pathname_prefix + "_dash-update-component")


def problem(body: object, app: Dash) -> str | None:
    """What is wrong with the shape of a callback request, or None."""
    if not isinstance(body, dict):
        return "The body must be a JSON object."
    output = body.get("output")
    if not isinstance(output, str) or "callback" not in app.callback_map.get(output, {}):
        return "Unknown output."
    callback = app.callback_map[output]
    expected = {"id": output.rpartition(".")[0], "property": output.rpartition(".")[2]}
    if body.get("outputs") != expected:
        return "The outputs do not belong to this output."
    for kind in ("inputs", "state"):
        given = body.get(kind, [])
        if not isinstance(given, list) or [_reference(one) for one in given] != callback[kind]:
            return f"The value of {kind} does not match this output."
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
        return "changedPropIds must be a list of names."
    return None


def _reference(one: Any) -> dict[str, Any] | None:
    return {"id": one.get("id"), "property": one.get("property")} if isinstance(one, dict) else None
