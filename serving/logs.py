"""The server's log: a JSON object a line, on the standard error stream."""

from __future__ import annotations

import logging

from pythonjsonlogger.orjson import OrjsonFormatter


def formatter() -> logging.Formatter:
    """How every line is written; a traceback stands in it as one string."""
    return OrjsonFormatter(
        ["asctime", "levelname", "process", "message"],
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        rename_fields={"asctime": "time", "levelname": "level"},
    )


def begin() -> None:
    """Have whatever is logged in this process written so, unless it has a handler of its own."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    logging.basicConfig(handlers=[handler])
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it would write down addresses of people and whole links
