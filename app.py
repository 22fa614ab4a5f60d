"""EM Lab: a web page to see mixture models and the expectation-maximisation algorithm.

`python app.py` serves it on HOST and PORT (default 127.0.0.1:8050); a WSGI server finds `server` here, and
gunicorn.conf.py says how gunicorn does best. settings.py has all that can be set.
"""

from __future__ import annotations

import flask
from dash import Dash
from dash.development.base_component import Component

from components import guard, page
from settings import DEFAULTS, Settings, current

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


def create_app(at: Settings = DEFAULTS) -> Dash:
    """Make the Dash app; each call makes an independent one."""
    app = Dash(
        __name__,
        url_base_pathname=at.url_prefix,
        title="EM Lab",
        update_title="",
        index_string=INDEX,
        assets_path_ignore=["vendor"],  # fetched by who needs it, not by every page
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = layout
    page.register(app)
    guard.refuse_malformed(app)
    guard.one_at_a_time(app)
    return app


def layout() -> Component:
    """The page as its address wants it (assets/network.js sends the address along); once at the start without any."""
    return page.layout(flask.request.query_string.decode("latin-1") if flask.has_request_context() else "")


settings = current()
app = create_app(settings)
server: flask.Flask = app.server

if __name__ == "__main__":
    app.run(host=settings.host, port=str(settings.port), debug=False)
