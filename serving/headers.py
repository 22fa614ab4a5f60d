"""Headers of every response: what the page may load and do, and which pages may embed it. No cookies are set."""

from __future__ import annotations

import flask
from dash import Dash

from settings import Settings

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # a link may hold a class's own data
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb")
    ),
}


def policy(app: Dash, frame_ancestors: str) -> str:
    """Content-Security-Policy: nothing from other hosts, and only Dash's inline scripts."""
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *app.csp_hashes()]),
            # Scripts of Dash and plotly make <style> elements.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",  # saved figures
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors}",
        ]
    )


def add(app: Dash, settings: Settings) -> None:
    """Add the headers to every response. All callbacks must be registered before: some are inline scripts."""
    always = FIXED | {"Content-Security-Policy": policy(app, settings.frame_ancestors)}

    @app.server.after_request
    def add_headers(response: flask.Response) -> flask.Response:
        response.headers.update(always)
        if flask.request.method in {"GET", "HEAD"} and response.status_code == 200 and not response.cache_control:
            response.cache_control.no_cache = True  # browsers store it, and ask each time whether it has changed
            response.add_etag()
            response.make_conditional(flask.request)
        if settings.hsts_seconds and flask.request.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={settings.hsts_seconds}"
        return response
