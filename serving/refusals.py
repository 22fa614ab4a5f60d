"""What is refused before any work, in words and as JSON, never HTML: unknown paths, wrong methods, hosts, sizes."""

from __future__ import annotations

import re
from urllib.parse import quote

import flask
from dash import Dash
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound
from werkzeug.exceptions import RequestEntityTooLarge as TooLarge
from werkzeug.wrappers import Response

ENCODED = re.compile(r"(?:\?|%(?:25)*3F)(.*)", re.IGNORECASE | re.DOTALL)
"""The query of a link in its path, as mail or chat has encoded its question mark."""
QUERY = "&=;,:@!$'()*+/?~"
"""Characters that stand in a query as they are."""


def add(app: Dash) -> None:
    """Refuse in words; a link whose question mark was encoded is led to what it meant."""
    prefix = app.config.routes_pathname_prefix

    @app.server.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        given, response = flask.request, error.get_response()
        encoded = ENCODED.fullmatch(given.path.removeprefix(prefix))
        if encoded and isinstance(error, NotFound) and given.path.startswith(prefix):
            query = given.query_string.decode("latin-1")
            return flask.redirect(f"{prefix}?{quote(encoded[1], QUERY)}{query and '&'}{query}")
        response.data = flask.json.dumps({"error": _words(error, prefix)})
        response.content_type = "application/json"
        return response


def _words(error: HTTPException, prefix: str) -> str:
    """Why a request is refused and what is allowed, without anything of the request: the log has it too."""
    if error.description != type(error).description:  # whoever refused it has said why
        return str(error.description)
    if isinstance(error, NotFound):
        return f"There is nothing at this address; the page is at {prefix}."
    if isinstance(error, MethodNotAllowed):
        return f"This address allows only {', '.join(sorted(error.valid_methods or ()))}."
    if isinstance(error, TooLarge):
        return f"The request is too large: at most {flask.request.max_content_length:,} bytes are read."
    if isinstance(error, InternalServerError):
        return "The server failed at this request; its log says how."
    return str(error.description)
