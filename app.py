"""EM Lab: a web page to see mixture models and the expectation-maximisation algorithm.

`python app.py` serves it on HOST and PORT (default 127.0.0.1:8050); a WSGI server finds `server` here.
"""

from __future__ import annotations

import os
import sys

import flask
from dash import Dash
from dash.development.base_component import Component

from components import guard, page

DESCRIPTION = "See mixture models and the EM algorithm: Gaussian and exponential mixtures, fitted before your eyes."

INDEX = f"""<!DOCTYPE html>
<html lang="en">
  <head>
    {{%metas%}}
    <meta name="description" content="{DESCRIPTION}">
    <meta name="color-scheme" content="light dark">
    <title>{{%title%}}</title>
    {{%favicon%}}
    {{%css%}}
  </head>
  <body>
    {{%app_entry%}}
    <noscript>EM Lab draws in your browser and needs JavaScript.</noscript>
    <footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
  </body>
</html>
"""


def create_app() -> Dash:
    """Make the Dash app; each call makes an independent one."""
    app = Dash(
        __name__,
        title="EM Lab",
        update_title="",
        index_string=INDEX,
        assets_path_ignore=["vendor"],  # fetched by who needs it, not by every page
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = lambda: page.layout(
        flask.request.query_string.decode("latin-1") if flask.has_request_context() else ""
    )
    page.register(app)
    guard.refuse_malformed(app)
    return app


def layout() -> Component:
    """The page as its address wants it (assets/network.js sends the address along); once at the start without any."""
    return page.layout(flask.request.query_string.decode("latin-1") if flask.has_request_context() else "")


def address() -> tuple[str, int]:
    """HOST and PORT from the environment."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8050"
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        sys.exit(f"PORT must be a whole number from 1 to 65535; got {port!r}")
    return host, int(port)


app = create_app()
server: flask.Flask = app.server

if __name__ == "__main__":
    host, port = address()
    app.run(host=host, port=str(port), debug=False)
