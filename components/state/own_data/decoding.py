"""Bytes of a file as text: which encodings are read, and what is refused because it is not text."""

from __future__ import annotations

import codecs
import re

MAX_BYTES = 5_000_000
"""Largest file or pasted text that is read."""

ALLOWED = (
    f"Paste numbers, or choose a CSV, TSV or TXT file of at most {MAX_BYTES / 1e6:g} MB; "
    "a spreadsheet must be saved as CSV first."
)
TOO_LARGE = f"This has {{size:,}} bytes; at most {MAX_BYTES:,} are allowed. {ALLOWED}"
"""Message for what is larger than `MAX_BYTES`; the browser shows it too."""

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or a spreadsheet (xlsx, ods)",
    b"PK\x05\x06": "an empty zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file (xls, doc)",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
"""Characters without width, often copied along from a web page."""


class Refused(ValueError):
    """Data cannot be read; the message, in sentences for the page, says what was found and what is allowed."""


def decoded(content: bytes | str) -> str:
    r"""Text of a file or of what was pasted, with "\n" at the end of lines.

    UTF-8, UTF-16 with a byte order mark, otherwise Windows-1252. A wrong guess could only change a non-breaking space
    or a typographic minus in a number.

    Parameters
    ----------
    content : bytes or str
        A file as it is, or pasted text.

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
        raise Refused(
            "This seems to be a binary file, or UTF-16 without a byte order mark: it has control characters in it. "
            f"{ALLOWED}"
        )
    for character in _INVISIBLE:
        text = text.replace(character, "")
    if not text.strip():
        raise Refused(f"There is nothing in it: it is empty. {ALLOWED}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shown(text: str, length: int = 24) -> str:
    """A cell or a name as a sentence shows it: in one line, shortened, nothing invisible."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1] + "…"


def one_line(text: str) -> str:
    """Text with spaces in place of line breaks and of what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


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
