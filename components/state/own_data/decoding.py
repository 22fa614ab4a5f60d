"""Bytes of a file as text: which encodings are read, and what is refused because it is not text."""

from __future__ import annotations

import codecs
import re

from components.state.own_data.sentences import ALLOWED, MAX_BYTES, TOO_LARGE, Refused

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or a spreadsheet (xlsx, ods)",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file (xls, doc)",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
"""Characters without width, often copied along from a web page."""


def decoded(content: bytes | str) -> str:
    r"""Text of a file or of what was pasted, with "\n" at the end of lines.

    UTF-8, UTF-16 with a byte order mark, otherwise Windows-1252: a wrong guess changes names and units, but no digit.

    Raises
    ------
    Refused
        If it is empty, larger than `MAX_BYTES`, or not text.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", "replace")  # lone surrogates, which JSON can carry, become question marks
    if len(content) > MAX_BYTES:
        raise Refused(TOO_LARGE.format(size=len(content)))
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            raise Refused(f"This seems to be {kind}, not text. {ALLOWED}")
    text = _text(content).rstrip("\x1a")  # the end of a file under DOS
    if _CONTROL.search(text):
        kind = "a binary file, or UTF-16 without a byte order mark"
        raise Refused(f"This seems to be {kind}: it has control characters in it. {ALLOWED}")
    for character in _INVISIBLE:
        text = text.replace(character, "")
    if not text.strip():
        raise Refused(f"There is nothing in it: it is empty. {ALLOWED}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Refused(f"This begins as UTF-16 text but is damaged. Save it as UTF-8. {ALLOWED}") from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
