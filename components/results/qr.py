"""QR codes, made on this server: the address is sent to no other host."""

from __future__ import annotations

import re
from typing import Any

import segno

from components.state.parameters import number

MAX_LENGTH = 2_000
"""Most characters in a code: with more, its modules are too small to be read from a wall."""
QUIET_ZONE = 4
"""Width of the light border in modules, from the standard."""

NO_ADDRESS = "A QR code is made of an address that starts with http:// or https:// and has no spaces."
TOO_LONG = "No QR code: the link has {length} characters, and a code that can be read holds {limit}. Copy it instead."

_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)


def reply(text: object) -> dict[str, Any]:
    """The ``text`` and its code as an ``svg``, one unit per module; or the ``text`` and an ``error`` message."""
    if not isinstance(text, str) or not _ADDRESS.fullmatch(text):
        # Other text is not sent back: it may be impossible to write as JSON.
        return {"text": text if isinstance(text, str) and text.isprintable() else None, "error": NO_ADDRESS}
    if len(text) > MAX_LENGTH:
        return {"text": text, "error": TOO_LONG.format(length=number(len(text)), limit=number(MAX_LENGTH))}
    code = segno.make_qr(text, error="l")  # the largest modules; segno raises the level if the size allows
    return {"text": text, "svg": code.svg_inline(border=QUIET_ZONE, omitsize=True)}
