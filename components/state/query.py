"""Names and values in the query of an address, also of one that mail, chat or a word processor has changed.

What the page writes is read as it stands: its values hold none of the characters that are joined, decoded or taken off
here. Only free texts may hold any, so they are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import unquote

DECODED = 3
"""How many times what was encoded too often is decoded."""
MOST_LOST, MOST_SHOWN = 3, 40
"""Pieces that are shown as not understood, and characters of each."""

_BETWEEN = re.compile(r"(?:^|&)(?:(?:amp|#0{0,4}38|#x0{0,4}26)(?:;|%3B))*", re.IGNORECASE)
_SOFT_BREAK = re.compile(r"=(?:%0D|%0A|%20|\s)+", re.IGNORECASE)
"""A break that quoted-printable puts into a long line."""
_QUOTED_EQUALS = re.compile("=3D", re.IGNORECASE)
_FOREIGN = re.compile(r"[a-z_][\w.~-]*=(?!%20|\s)(?:(?!%0)[^=])*=*", re.ASCII | re.IGNORECASE)
"""A name and value that may be another program's, such as `utm_source`."""
_ENTITIES = str.maketrans({"¶": "&para", "¬": "&not"})
"""In HTML without its semicolon, `&parametrisation` and `&notebook-curve` begin with such a character."""
_TYPESET = str.maketrans(
    "‐‑‒–—―−", "-" * 7, "\\\N{SOFT HYPHEN}\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
)
"""Dashes in place of a hyphen; escapes and characters without width."""
_WRITTEN_OUT = re.compile(r"&(?:gt|quot|apos|nbsp|rsquo|rdquo|#0{0,4}39|#x0{0,4}27);?(?=&|$)", re.IGNORECASE)
"""Such a mark in HTML."""
_BEFORE = "\"'`*~<([{“‘„«‹"
_AROUND = "/.,;:!?>)]}|\"'`*~”’“‘»›"
"""Marks of the sentence around a link, and of quotation around a value. Not an ellipsis: there something is missing."""


def pairs(query: str, names: Collection[str], texts: Collection[str] = ()) -> tuple[dict[str, str], list[str]]:
    """Read names and values, of which the first of each name counts.

    Parameters
    ----------
    query : str
        The query of an address, as the browser sent it.
    names : collection of str
        Names whose values have no space, ``&``, ``=``, ``%``, nor a mark of punctuation at their end.
    texts : collection of str
        Names whose values are free texts.

    Returns
    -------
    found : dict
        Name -> value.
    lost : list of str
        Some of the pieces that are neither understood nor another program's.
    """
    found: dict[str, str] = {}
    lost: list[str] = []
    for piece in _pieces(query.replace("+", " "), names):
        name, value = _name(piece), piece.partition("=")[2]
        if "=" in piece and name in texts:
            found.setdefault(name, unquote(value))
        elif "=" in piece and name in names and "=" not in value:
            found.setdefault(name, _bare(_joined(value)))
        elif name in names or not _FOREIGN.fullmatch(piece):
            lost.append("".join(filter(str.isprintable, _joined(piece)))[:MOST_SHOWN])
    return found, list(filter(_bare, lost))[:MOST_LOST]


def _pieces(text: str, names: Collection[str], rounds: int = DECODED) -> Iterator[str]:
    """Pieces `name=value`. Those of `names`, and pieces without a bare `=`, are decoded, and split again."""
    text = _WRITTEN_OUT.sub("", text.lstrip("?"))
    if text[:4].lower() == "v=3d":
        text = _QUOTED_EQUALS.sub("=", text)
    for broken in filter(None, _BETWEEN.split(text)):
        whole = _SOFT_BREAK.sub("", broken)
        piece = whole if "=" in whole and _name(whole) in names else broken
        decoded = unquote(piece).translate(_ENTITIES)
        if rounds and decoded != piece and ("=" not in piece or _name(piece) in names):
            yield from _pieces(decoded, names, rounds - 1)
        else:
            yield piece


def _name(piece: str) -> str:
    return _joined(unquote(piece.partition("=")[0])).lstrip("?")


def _joined(text: str) -> str:
    """A text without line breaks, spaces and what a word processor adds."""
    return "".join(text.split()).translate(_TYPESET)


def _bare(text: str) -> str:
    """A text without the marks of the sentence around it, unless they say that something is missing."""
    return text if ".." in text else text.lstrip(_BEFORE).rstrip(_AROUND)
