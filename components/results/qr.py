"""QR codes, made here: the address in the code goes to no other host."""

from __future__ import annotations

import re
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
        The ``text``, and its code as an ``svg``, a unit to each module; or ``error``.
    """
    if not isinstance(text, str) or not _ADDRESS.fullmatch(text):
        # What is no address is not handed back: it may be what cannot be written as JSON.
        return {"text": text if isinstance(text, str) and text.isprintable() else None, "error": NO_ADDRESS}
    if len(text) > MAX_LENGTH:
        return {"text": text, "error": TOO_LONG.format(length=number(len(text)), limit=number(MAX_LENGTH))}
    code = segno.make_qr(text, error="l")  # the largest modules; what the size leaves room for goes into correction
    return {"text": text, "svg": code.svg_inline(border=QUIET_ZONE, omitsize=True)}
