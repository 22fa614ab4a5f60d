"""EM Lab: a web page to see mixture models and the expectation-maximisation algorithm.

`python app.py` serves it on HOST and PORT (default 127.0.0.1:8050). `server` is for a WSGI server; gunicorn reads
gunicorn.conf.py. All settings are in settings.py.
"""

from __future__ import annotations

import html
import json

import flask
from dash import Dash
from dash.development.base_component import Component
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from components.state import ids, words
from components.views import page
from serving import files, headers, health, limits, logs, malformed, metrics, refusals
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
    <main class="welcome">
      <p>{DESCRIPTION}</p>
      <noscript>EM Lab draws in your browser and needs JavaScript. A frame around it must allow that:
        {words.SANDBOX}.</noscript>
    </main>
    <div>
      <h1 class="unseen" hidden>{page.TITLE}</h1>
      <p id="{ids.FIRST_LOAD}" data-words="{html.escape(json.dumps(words.FAILED))}" aria-live="polite"></p>
    </div>
    <footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
  </body>
</html>
"""


def create_app(at: Settings = DEFAULTS) -> Dash:
    """Make an independent Dash app."""
    app = files.Light(
        __name__,
        server=flask.Flask(__name__, static_folder=None),
        url_base_pathname=at.url_prefix,
        title=page.TITLE,
        update_title="",
        suppress_callback_exceptions=True,  # else Dash sends the layout a second time, to check against
        index_string=INDEX,
        assets_url_path=files.assets_path(),
        include_assets_files=False,  # serving/files.py names them
        external_stylesheets=[f"{at.url_prefix}{files.style_path()}"],
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.layout = layout
    refusals.add(app, at)
    files.add_own(app)
    page.register(app)
    malformed.refuse_malformed(app)
    app.server.config |= {"COMPRESS_ALGORITHM": ["br", "gzip"], "COMPRESS_STREAMS": False}  # files: tools.build
    limits.add(app, Compress(app.server).after_request)
    health.add(app)
    metrics.add(app, at)
    headers.add(app, at)
    if at.proxies:
        app.server.wsgi_app = ProxyFix(app.server.wsgi_app, x_for=at.proxies, x_proto=at.proxies, x_host=at.proxies)
    return app


def layout() -> Component:
    """The page as its address sets it (assets/core/network.mjs adds the query); Dash's first call has no address."""
    return page.layout(flask.request.query_string.decode("latin-1") if flask.has_request_context() else "")


def warm(app: Dash) -> None:
    """Request the page before processes and threads start: only then does Dash know the files that it serves."""
    client = app.server.test_client()
    for path in ("", "_dash-layout", "_dash-dependencies"):
        if client.get(app.config.routes_pathname_prefix + path).status_code != 200:
            raise RuntimeError(f"The page cannot be made: /{path} fails")


settings = current()
app = create_app(settings)
warm(app)
files.serve(app)
metrics.observe(app, settings)
server: flask.Flask = app.server

if __name__ == "__main__":
    logs.begin()
    app.run(host=settings.host, port=str(settings.port), debug=False)
