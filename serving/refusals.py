"""What is refused before any work, in words and as JSON, never HTML: unknown paths, wrong methods, hosts, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, urlsplit

import flask
from dash import Dash
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, ServiceUnavailable
from werkzeug.exceptions import RequestEntityTooLarge as TooLarge
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wrappers import Response

from settings import Settings

ENCODED = re.compile(r"(?:\?|%(?:25)*3F)(.*)", re.IGNORECASE | re.DOTALL)
"""The query of a link in its path, as mail or chat has encoded its question mark."""
QUERY = "&=;,:@!$'()*+/?~"
"""Characters that stand in a query as they are."""
PROBES = {"healthz", "readyz", "metrics"}
"""Asked for by machines of the same network, whose requests have the server's IP address as their host."""

RETRY_AFTER = 2
"""Seconds after which a client may try again."""
JSON = "application/json"

CROWDED = "The server has very much to do just now. Try again in a few seconds."
NO_HOST = (
    "The header Host must be a name of letters, digits, hyphens and points, or an IP address, perhaps with a port."
)
FOREIGN = "The server does not answer to this host name; its TRUSTED_HOSTS say to which."


def add(app: Dash, settings: Settings) -> None:
    """Refuse in words; a link whose question mark was encoded is led to what it meant."""
    prefix = app.config.routes_pathname_prefix

    @app.server.before_request
    def check_host() -> None:
        given = flask.request
        if not given.headers.get("Host") or not given.host:  # the second is empty too if it is malformed
            flask.abort(400, NO_HOST)
        if settings.trusted_hosts and not _is_trusted(given.host, settings.trusted_hosts, given.endpoint in PROBES):
            flask.abort(400, FOREIGN)

    @app.server.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        given, response = flask.request, error.get_response()
        encoded = ENCODED.fullmatch(given.path.removeprefix(prefix))
        if encoded and isinstance(error, NotFound) and given.path.startswith(prefix):
            query = given.query_string.decode("latin-1")
            return flask.redirect(f"{prefix}?{quote(encoded[1], QUERY)}{query and '&'}{query}")
        response.data = flask.json.dumps({"error": _words(error, prefix)})
        response.content_type = JSON
        return response


def busy(message: str = CROWDED) -> ServiceUnavailable:
    """What is raised if the client must try again because of what others do."""
    return ServiceUnavailable(message, retry_after=RETRY_AFTER)


def _is_trusted(host: str, names: Iterable[str], probe: bool) -> bool:
    """Whether the server answers to a host. Foreign names may lead here, numbers do not, so a probe may have any."""
    number = _number(host)
    if number is None:
        return host_is_trusted(host.lower(), ["localhost", *map(str.lower, names)])
    return probe or number.is_loopback or number in map(_number, names)


def _number(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a host is, if it is no name."""
    try:
        return ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return None


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
