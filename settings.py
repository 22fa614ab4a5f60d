"""The server's settings: every environment variable with its default and meaning.

`docs/hosting.md` has them as a table. An empty variable means its default; a bad value is refused with a message.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from ipaddress import ip_address
from typing import Any


def _variable(default: str, meaning: str, read: Callable[[str], Any]) -> Any:
    """One variable: its default, as text in the environment, and the function that reads the text."""
    return field(metadata={"default": default, "meaning": meaning, "read": read})


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def _processes(text: str) -> int:
    return len(os.sched_getaffinity(0)) if text == "cores" else _whole(1, 64)(text)


def _matching(pattern: str, words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(words)
        return text

    return read


def _hosts(text: str) -> tuple[str, ...]:
    if text == "any":
        return ()
    words = "any, or host names separated by commas, without ports"
    host = _matching(r"\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:]+\]", words)
    return tuple(host(name.strip()) for name in text.split(","))


def _host(text: str) -> str:
    words = "an address such as 127.0.0.1 or ::, or a name, without a port"
    try:
        return str(ip_address(text))
    except ValueError:
        return _matching(r"[\w-]+(\.[\w-]+)*", words)(text)


def _switch(text: str) -> bool:
    return _matching("on|off", "on or off")(text) == "on"


def _secret(text: str) -> str:
    secret = _matching(r"off|[\w.~-]{16,200}", "off, or 16 to 200 letters, digits and -_.~")(text)
    return "" if secret == "off" else secret


@dataclass(frozen=True)
class Settings:
    """The values of the variables; their names in the environment are in capitals."""

    host: str = _variable(
        "127.0.0.1",
        "address or name to listen on; `0.0.0.0` for everybody on the network, `::` by IPv6 too",
        _host,
    )
    port: int = _variable("8050", "port to listen on, 1 to 65535", _whole(1, 65535))
    web_concurrency: int = _variable(
        "cores", "number of web workers: `cores`, or 1 to 64; the heavy worker is one more", _processes
    )
    proxies: int = _variable(
        "0",
        "number of proxies in front of the server, 0 to 9. As many entries at the end of `X-Forwarded-For`, `-Proto` "
        "and `-Host` are trusted",
        _whole(0, 9),
    )
    url_prefix: str = _variable(
        "/",
        "path that the page is served under, such as `/lab/`; a proxy passes it on unchanged",
        _matching(r"/([\w~-][\w.~-]*/)*", "/, or a path that starts and ends with one, such as /lab/"),
    )
    trusted_hosts: tuple[str, ...] = _variable(
        "any",
        "host names of the page, separated by commas (`.example.org` includes all subdomains), besides `localhost` "
        "and `127.0.0.1`; requests for others get status 400, but `healthz`, `readyz` and `metrics` reply to any IP "
        "address, since probes have that of the machine as their host",
        _hosts,
    )
    frame_ancestors: str = _variable(
        "*",
        "pages that may embed this one: `*` for any, `'none'`, or sources separated by spaces, such as "
        "`'self' https://moodle.example.org`",
        _matching(r"[\w.:/*'-]+( [\w.:/*'-]+)*", "sources of a Content-Security-Policy separated by spaces"),
    )
    hsts_seconds: int = _variable(
        "0",
        "for how many seconds after a visit by TLS browsers must use TLS; 0 sends no such header",
        _whole(0, 10**9),
    )
    access_log: bool = _variable(
        "off",
        "`on` logs every request (method, path, status, bytes, time), `off` only refused and failed ones",
        _switch,
    )
    metrics_token: str = _variable(
        "off",
        "secret of 16 to 200 letters, digits and `-_.~` that Prometheus must send (`Authorization: Bearer …`) to "
        "read `metrics`; `off` refuses everybody",
        _secret,
    )


def read(environment: Mapping[str, str]) -> Settings:
    """Read every variable; ValueError with name, what is allowed, and the given text."""
    return Settings(**{variable.name: _value(variable, environment) for variable in fields(Settings)})


def _value(variable: Field[Any], environment: Mapping[str, str]) -> Any:
    name, text = variable.name.upper(), environment.get(variable.name.upper())
    try:
        return variable.metadata["read"](text or variable.metadata["default"])
    except ValueError as problem:
        raise ValueError(f"{name} must be {problem}; got {text!r}") from None


DEFAULTS = read({})


def current() -> Settings:
    """Read the environment of this process, or end the process with a message."""
    try:
        return read(os.environ)
    except ValueError as problem:
        sys.exit(str(problem))


def table() -> str:
    """The variables as a table in Markdown."""
    rows = [
        f"| `{variable.name.upper()}` | `{variable.metadata['default']}` | {variable.metadata['meaning']} |"
        for variable in fields(Settings)
    ]
    return "\n".join(["| variable | default | what it sets |", "|---|---|---|", *rows])
