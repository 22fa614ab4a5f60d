"""Numbers as people write them: decimal point or comma, groups of thousands, typographic minus signs.

A cell can be a number with a decimal point and another with a decimal comma: 1,234 is 1234 or 1.234. So all cells of a
column decide which mark it has (`decimal_mark`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LARGEST = 1e12
SMALLEST = 1e-12
"""Values beyond ±LARGEST, and nonzero values within ±SMALLEST, are left out: the page's figures and sliders cannot show
them. The engine allows up to 1e150."""

LONGEST = 60
"""Most characters of a number."""

LEAD = 100
"""A column has a decimal mark as soon as this many more cells have it than the other mark."""

MISSING = frozenset({"na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", ".", "..", "?", "*"})
_INFINITE = re.compile(r"[+-]?(?:inf(?:inity)?|∞)", re.IGNORECASE)
_MINUS_SIGNS = str.maketrans(dict.fromkeys("−–﹣－", "-"))
_SPACES = " \u00a0\u2007\u2009\u202f"


def _number(mark: str, other: str, decimals: str) -> str:
    """Pattern of numbers with a decimal mark; the `other` one, a space or an apostrophe can separate thousands."""
    group = f"group{ord(other)}"
    plain = rf"(?:[0-9]+(?:\{mark}[0-9]{decimals})?|\{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    grouped = (
        rf"[1-9][0-9]{{0,2}}(?P<{group}>[{other}{_SPACES}'’])[0-9]{{3}}(?:(?P={group})[0-9]{{3}})*(?:\{mark}[0-9]+)?"
    )
    return rf"[+-]?(?:{plain}|{grouped})"


_POINT = _number(".", ",", "*")  # Python writes "5."
_COMMA = _number(",", ".", "+")  # "5," belongs to a list
_PATTERNS = {
    marks: re.compile(pattern) for marks, pattern in ((".", _POINT), (",", _COMMA), (".,", f"{_POINT}|{_COMMA}"))
}
_PLAIN = {
    mark: str.maketrans({other: None, mark: "."} | dict.fromkeys(f"{_SPACES}'’"))
    for mark, other in ((".", ","), (",", "."))
}
_NAMES = {".": "point", ",": "comma"}


def tidy(cell: str) -> str:
    """A cell without spaces or quotes around it, and with plain minus signs."""
    cell = cell.strip()
    if not cell.isascii():
        cell = cell.translate(_MINUS_SIGNS)
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "'\"" else cell


def is_number(cell: str, marks: str = ".,") -> bool:
    """Whether a tidy cell is a number with a decimal mark, or with either."""
    return _match(cell, marks) is not None


def _match(cell: str, marks: str) -> re.Match[str] | None:
    return _PATTERNS[marks].fullmatch(cell) if len(cell) <= LONGEST else None


def decimal_mark(cells: Iterable[str]) -> str | None:
    """The decimal mark of most tidy cells; None if they are equally many.

    A cell counts if it is a number with one mark and not with the other: 0,5 and 12.34 count, 1,234 does not.
    """
    votes = 0
    for cell in cells:
        if "." in cell or "," in cell:
            votes += is_number(cell, ".") - is_number(cell, ",")
            if abs(votes) == LEAD:
                break
    return "." if votes > 0 else "," if votes < 0 else None


def value(cell: str, mark: str) -> float | str:
    """The value of a tidy cell with this decimal mark, or why it has none, in words."""
    if match := _match(cell, mark):
        as_python = mark == "." and not match.lastindex  # no groups of thousands
        number = float(cell if as_python else cell.translate(_PLAIN[mark])) + 0.0  # -0 becomes 0
        return out_of_range(number) or number
    if not cell:
        return "empty"
    if cell.lower() in MISSING:
        return "marked as missing"
    if _INFINITE.fullmatch(cell):
        return "infinite"
    if len(cell) > LONGEST:
        return f"longer than the {LONGEST} characters that a number may have"
    if is_number(cell):
        return f"its decimals or thousands are not written as in the other cells, which have a decimal {_NAMES[mark]}"
    if any(c.isdigit() and not c.isascii() for c in cell):
        return "digits other than 0 to 9"
    return "text, not a number"


def out_of_range(number: float) -> str | None:
    """Why a number is too large or too small for the page, in words, or None."""
    if not abs(number) <= LARGEST:  # nan too
        return f"beyond ±{LARGEST:g}"
    if 0 < abs(number) < SMALLEST:
        return f"not 0, but nearer to it than {SMALLEST:g}"
    return None
