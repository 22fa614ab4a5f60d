"""The page's layout as a reply: which addresses have the same one, and its JSON."""

from __future__ import annotations

import flask
import orjson
from dash.development.base_component import Component

from components.state import address

OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
"""As Dash writes its replies with orjson."""


def key(query: str) -> str | None:
    """What a query sets: equal for equal layouts, however it is written; None if it may carry own data."""
    read = query[: address.MAX_LENGTH]
    link = address.decode(query)
    if link.own is not None or address.carries_data(read):
        return None
    return repr((sorted(link.values.items()), link.problems))


def reply(layout: Component) -> flask.Response:
    """A layout as JSON; Dash would first look for what orjson cannot write, which takes four times as long."""
    return flask.Response(orjson.dumps(layout, Component.to_plotly_json, OPTIONS), mimetype="application/json")
