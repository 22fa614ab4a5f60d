"""`robots.txt`: search engines may read the page."""

from __future__ import annotations

import flask
from dash import Dash

EVERYTHING = "User-agent: *\nDisallow:\n"


def add(app: Dash) -> None:
    """Serve `robots.txt` below the page's prefix."""
    path = f"{app.config.routes_pathname_prefix}robots.txt"
    app.server.add_url_rule(path, "robots", lambda: flask.Response(EVERYTHING, mimetype="text/plain"))
