"""The server's log: one JSON object per line, on the standard error stream."""

from __future__ import annotations

import logging

from pythonjsonlogger.orjson import OrjsonFormatter


def formatter() -> logging.Formatter:
    """The format of every line; a traceback is one string in it."""
    return OrjsonFormatter(
        ["asctime", "levelname", "process", "message"],
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        rename_fields={"asctime": "time", "levelname": "level"},
    )


def begin() -> None:
    """Set this format for all loggers of the process that have no handler of their own."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    logging.basicConfig(handlers=[handler])
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it would log addresses of clients and whole links
