"""What search engines are told: that they may read the page. Without this, what they ask for would be the page."""

from __future__ import annotations

import flask
from dash import Dash

EVERYTHING = "User-agent: *\nDisallow:\n"


def add(app: Dash) -> None:
    """Answer at `robots.txt`."""
    path = f"{app.config.routes_pathname_prefix}robots.txt"
    app.server.add_url_rule(path, "robots", lambda: flask.Response(EVERYTHING, mimetype="text/plain"))
