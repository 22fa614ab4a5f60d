"""QR codes, made here: the address in the code goes to no other host."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

import segno

from components.state.parameters import number

MAX_LENGTH = 2_000
"""Most characters in a code: more modules than these need are too small to be read from a wall."""
QUIET_ZONE = 4
"""Light modules around a code, as the standard asks."""

NO_ADDRESS = "A QR code is made of an address that starts with http:// or https:// and has no spaces."
TOO_LONG = "No QR code: the link has {length} characters, and a code that can be read holds {limit}. Copy it instead."

_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)


def reply(text: object) -> dict[str, Any]:
    """The QR code of an address, or words for what is wrong with it.

    Returns
    -------
    dict
        The ``text``; ``modules``, how many there are along each side, quiet zone included, and ``path``, the dark ones
        as an SVG path in those units; or ``error``.
    """
    if not isinstance(text, str) or not _ADDRESS.fullmatch(text):
        # What is no address is not handed back: it may be what cannot be written as JSON.
        return {"text": text if isinstance(text, str) and text.isprintable() else None, "error": NO_ADDRESS}
    if len(text) > MAX_LENGTH:
        return {"text": text, "error": TOO_LONG.format(length=number(len(text)), limit=number(MAX_LENGTH))}
    code = segno.make_qr(text, error="l")  # the largest modules; what the size leaves room for goes into correction
    return {"text": text, "modules": code.symbol_size(border=QUIET_ZONE)[0], "path": _path(code.matrix)}


def _path(matrix: tuple[bytearray, ...]) -> str:
    """A rectangle for each run of dark modules."""
    rectangles = []
    for y, row in enumerate(matrix, QUIET_ZONE):
        x = QUIET_ZONE
        for dark, modules in groupby(row):
            width = len(list(modules))
            if dark:
                rectangles.append(f"M{x},{y}h{width}v1h-{width}z")
            x += width
    return "".join(rectangles)
