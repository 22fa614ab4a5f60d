"""Cells as people write them, and a column of them as numbers.

A cell is a number as a whole, with a unit perhaps; or it is no number. It is never a number in part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from components.state.own_data.sentences import ALLOWED, NO_NUMBERS, OTHER_UNIT, Choice, Skipped, Values, at, shown
from components.state.parameters import MAX_VALUES
from components.state.time_limit import check_reading

LARGEST = 1e12
SMALLEST = 1e-12
"""No value is beyond ±LARGEST, or within ±SMALLEST but not 0: the page's figures and sliders cannot show it. The engine
allows up to 1e150."""
LONGEST = 60
"""Most characters of a number with its unit."""
LONGEST_LIST = 2000
"""Most characters of a list in which a message looks for what is no number."""
MOST_NAMED = 5
"""Most of these that it names."""
TEXT = "text, not a number"

DASHES = frozenset({"-", "--", "---", "—", ".", "..", "…", "?", "*"})
"""Marks that stand for a missing value, if they stand in a cell of their own."""
MISSING = DASHES | {"na", "n/a", "nan", "null", "none", "nil"}
MISSING_CODES = frozenset({-99.0, -999.0, -9999.0})
"""Numbers that often stand for a missing value."""

_EXCEL_ERROR = re.compile(r"#[A-ZÀ-Þ]+(?:/[A-Z0]+)?[!?]?", re.IGNORECASE)
_INFINITE = re.compile(r"[+-]?(?:inf(?:inity)?|∞)", re.IGNORECASE)
_LIMIT = re.compile(r"[<>≤≥]=? *(?P<number>.+)")
_DATE = re.compile(r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}.*|[0-9]{1,2}:[0-9]{2}.*")
_IN_CODE = frozenset({"na", "nan", "none", "null", "na_real_", "inf", "-inf", ""})
_MINUS_SIGNS = str.maketrans(dict.fromkeys("−–﹣－", "-"))

_SPACES = " \u00a0\u2007\u2009\u202f"
_CURRENCY = (
    r"(?:[A-Z]{1,3})?[$¢£¤¥\u20a0-\u20cf]|AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HUF|INR|JPY|KRW|MXN|NOK|NZD|PLN|RUB|SEK"
    r"|TRY|USD|ZAR|Fr\.|[Kk]r\.?|Rs\.?"
)
_UNIT = r"(?:[^\W\d_]|[%‰′″°$¢£¤¥\u20a0-\u20cf])(?:[^\W\d_]|[%°·/. $¢£¤¥\u20a0-\u20cf])*"
_MULTIPLES = re.compile("[ket]|tsd|thousand|mio|mn|mill|millions?|mrd|bn|billions?|lakh|crore|dozen", re.IGNORECASE)
"""What stands behind a number is no unit if it changes the number, or is the rest of one."""
_CELL = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<before>{_CURRENCY}|%)[{_SPACES}]?(?P<sign_behind>[+-]?))?"
    rf"(?P<digits>[0-9.,](?:[0-9.,'’{_SPACES}]*[0-9.,])?(?:[eE][+-]?[0-9]+)?)"
    rf"(?:[{_SPACES}]?(?P<after>{_UNIT}))?"
)
_SIMPLE = re.compile(r"[+-]?(?P<whole>[0-9]+)(?:\.(?P<decimals>[0-9]+))?")
_NAMES = {".": "point", ",": "comma"}
_MARKS = frozenset("%‰#№€$£¥")
"""Signs that can be a name although they are no letters."""


def _digits(mark: str, other: str, decimals: str) -> re.Pattern[str]:
    """Digits with a decimal mark; the `other` one, a space or an apostrophe can separate thousands."""
    plain = rf"(?:[0-9]+(?:\{mark}[0-9]{decimals})?|\{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>[{other}{_SPACES}'’])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*(?:\{mark}[0-9]+)?"
    indian = rf"[1-9][0-9]?(?:{other}[0-9]{{2}})+{other}[0-9]{{3}}(?:\{mark}[0-9]+)?" if mark == "." else "-"
    return re.compile(rf"{plain}|{grouped}|{indian}")


_DIGITS = {".": _digits(".", ",", "*"), ",": _digits(",", ".", "+")}  # Python writes "5."; "5," belongs to a list
_PLAIN = {
    mark: str.maketrans({other: None, mark: "."} | dict.fromkeys(f"{_SPACES}'’"))
    for mark, other in ((".", ","), (",", "."))
}


class Number(NamedTuple):
    """A cell that is a number as a whole."""

    point: float | None  # its value if the decimal mark is a point; None if it is no number then
    comma: float | None  # its value if the decimal mark is a comma
    unit: str = ""  # what stands before and behind the digits, with "#" in place of them; empty if nothing does

    @property
    def unclear(self) -> bool:
        """Whether it has a value with either mark, but not the same: 1.000."""
        return self.point is not None and self.comma is not None and self.point != self.comma


def tidy(cell: str) -> str:
    """A cell without spaces or quotes around it, and with plain minus signs."""
    cell = cell.strip()
    if not cell.isascii():
        cell = cell.translate(_MINUS_SIGNS)
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "'\"" else cell


def number(cell: str) -> Number | None:
    """A tidy cell as a number; None if it is none as a whole."""
    if len(cell) > LONGEST:
        return None
    if simple := _SIMPLE.fullmatch(cell):  # the usual case, quickly
        whole, decimals = simple.groups()
        plain = float(cell) + 0.0  # -0 becomes 0
        thousands = decimals and len(decimals) == 3 and len(whole) < 4 and whole[0] != "0"
        return Number(plain, plain if decimals is None else float(cell.replace(".", "")) if thousands else None)
    check_reading()
    match = _CELL.fullmatch(cell)
    if not match or (match["sign"] and match["sign_behind"]) or not _is_unit(match["after"] or ""):
        return None
    before, after = match["before"] or "", match["after"] or ""
    sign = "-" if "-" in (match["sign"], match["sign_behind"]) else ""
    point, comma = [_value(sign, match["digits"], mark) for mark in ".,"]
    unit = f"{before}#{after}" if before or after else ""
    return None if point is None and comma is None else Number(point, comma, unit)


def _is_unit(text: str) -> bool:
    """Whether what stands behind a number can be taken off; ½ and ² are parts of the number, m² is a unit."""
    squared = [i for i, c in enumerate(text) if c in "²³" and i and text[i - 1].isalpha()]
    letters = all(i in squared or not c.isalnum() or (c.isalpha() and not c.isnumeric()) for i, c in enumerate(text))
    return letters and (text in ("K", "T") or not _MULTIPLES.fullmatch(text.rstrip(".")))


def _value(sign: str, digits: str, mark: str) -> float | None:
    return float(sign + digits.translate(_PLAIN[mark])) + 0.0 if _DIGITS[mark].fullmatch(digits) else None


def left_out(cell: str) -> str | None:
    """Why a tidy cell that is no number is left out, in words; None if its column cannot be read with it."""
    if not cell:
        return "empty"
    if cell.lower() in MISSING or _EXCEL_ERROR.fullmatch(cell):
        return "marked as missing"
    if _INFINITE.fullmatch(cell):
        return "infinite"
    limit = _LIMIT.fullmatch(cell)
    if limit and number(limit["number"]):
        return "only a limit is known"
    if any(c.isnumeric() for c in cell) or not any(c.isalpha() for c in cell):
        return None
    return TEXT


def is_word(cell: str) -> bool:
    """Whether a tidy cell can be a name: its first letter stands before any digit."""
    first = next((c for c in cell if c.isalnum()), None)
    if first is None:
        return bool(cell) and _MARKS.issuperset(cell)
    if not first.isalpha() or cell[0] in "<>≤≥~≈±" or ("=" in cell and any(map(str.isnumeric, cell))):  # n = 3
        return False
    return left_out(cell) in (None, TEXT) and number(cell) is None


def is_code(cell: str) -> bool:
    """Whether a tidy cell is a number or a gap in code; 05 and 000 are the rest of a number with a comma in it."""
    found = number(cell)
    plain = found is not None and found.unit == "" and not re.match("[+-]?0[0-9]", cell)
    return plain or cell.lower() in _IN_CODE


def is_unknown(cell: str) -> bool:
    """Whether a tidy cell is neither a number, a gap, a word nor a date."""
    return not (number(cell) or left_out(cell) or is_word(cell) or is_date(cell))


def unread(cell: str) -> str:
    """Why a column cannot be read with this tidy cell, which is no number and not left out, in words."""
    if len(cell) > LONGEST:
        return f"longer than the {LONGEST} characters that a number may have"
    if is_date(cell):
        return "a date or a time"
    if any(c.isdecimal() and not c.isascii() for c in cell):
        return "written with digits other than 0 to 9"
    return "no number as a whole"


def is_date(cell: str) -> bool:
    """Whether a tidy cell looks like a date or a time."""
    return _DATE.fullmatch(cell) is not None


def no_numbers(rows: Sequence[tuple[int, list[str]]]) -> str:
    """That rows of a table have no numbers, and why, as sentences."""
    for row, cell in ((row, cell) for row, cells in rows for cell in cells):
        if is_unknown(cell) or is_date(cell):
            return f"There is no number as a whole in it: {at(row, cell)} is {unread(cell)}. {_between(rows)}{ALLOWED}"
    if not rows:
        return f"There is nothing in it but comments. {ALLOWED}"
    begins = shown(" ".join(cell for _, cells in rows[:3] for cell in cells))
    found = "It mixes words and numbers" if any(map(str.isdigit, begins)) else "There are no numbers in it"
    remedy = "Write a row of names above the columns, or semicolons between the cells."
    return f"{found}; it begins “{begins}”. {remedy if any(map(str.isdigit, begins)) else ALLOWED}"


def _between(rows: Sequence[tuple[int, list[str]]]) -> str:
    """What stands between the numbers of a list and is none, as a sentence; empty if nothing does."""
    for row, cell in ((row, cell) for row, cells in rows for cell in cells):
        parts = re.split(r"[\s,;]+", cell[:LONGEST_LIST].strip())
        if len(cell) > LONGEST_LIST:
            parts.pop()  # it may be cut
        wrong = list(dict.fromkeys(shown(part) for part in parts if part and number(part) is None))
        if wrong and 2 * len(wrong) <= len(parts) > 2:
            return f"Among the numbers of row {row:,}: “{'”, “'.join(wrong[:MOST_NAMED])}”. "
    return ""


def row_names(cells: list[str]) -> bool:
    """Whether cells only name the rows, or number them: from 0 or 1, or three at least from any number."""
    if all(map(is_word, cells)):
        return len({*cells}) == len(cells)
    numbers = [cell.rstrip(".)") for cell in cells]  # 1. and 2) in a list
    if not numbers[0].isdecimal() or len(numbers[0]) > LONGEST or not (len(cells) > 2 or numbers[0] in ("0", "1")):
        return False
    return numbers == [str(int(numbers[0]) + i) for i in range(len(cells))]


def out_of_range(number: float) -> str | None:
    """Why a number is too large or too small for the page, in words, or None."""
    if not abs(number) <= LARGEST:  # nan too
        return f"beyond ±{LARGEST:g}"
    if 0 < abs(number) < SMALLEST:
        return f"not 0, but nearer to it than {SMALLEST:g}"
    return None


# -- a column ----------------------------------------------------------------------------------------------------------


def read_column(
    cells: Sequence[tuple[int, str]], usual_mark: Callable[[], str | None], answers: Mapping[str, str]
) -> Values:
    """The numbers of a column: all, or none and why.

    Parameters
    ----------
    cells : sequence of (int, str)
        Tidy cells with the numbers of their rows.
    usual_mark : callable
        Gives the decimal mark of the whole table, for a column that has none of its own.
    answers : mapping
        What a user chose: ``decimal`` "." or ",", and ``missing`` "out" or "value".
    """
    numbers = [number(cell) for _, cell in cells]
    located = [(row, cell, found) for (row, cell), found in zip(cells, numbers, strict=True) if found]
    others = [(row, cell, left_out(cell)) for (row, cell), found in zip(cells, numbers, strict=True) if not found]
    skipped = tuple(Skipped(row, shown(cell), reason) for row, cell, reason in others if reason)
    if bad := next(((row, cell) for row, cell, reason in others if not reason), None):
        remedy = "Write each number alone, or leave its cell empty."
        return Values(skipped=skipped, problem=f"{at(*bad)} is {unread(bad[1])}", remedy=remedy)
    if not located:
        return Values(skipped=skipped, problem=NO_NUMBERS)
    first = located[0]
    if other := next((item for item in located if item[2].unit != first[2].unit), None):
        problem = f"{at(*first[:2])} and {at(*other[:2])} have different units"
        remedy = "Write all numbers in one unit, or none."
        return Values(skipped=skipped, problem=problem, remedy=remedy, conflict=True)
    mark = _mark(located, usual_mark, answers)
    if isinstance(mark, Values):
        return mark._replace(skipped=skipped)
    values = [found and (found.point if mark == "." else found.comma) for found in numbers]
    for (row, cell), found, value in zip(cells, numbers, values, strict=True):
        if found and value is None:
            problem = f"{at(row, cell)} is no number with a decimal {_NAMES[mark]}"
            return Values(skipped=skipped, problem=problem, remedy="Write all numbers with the same decimal mark.")
        if value is not None and (limit := out_of_range(value)):
            remedy = f"Leave it out, or {OTHER_UNIT}"
            return Values(skipped=skipped, problem=f"{at(row, cell)} is {limit}", remedy=remedy)
    return _usable(_without_codes(Values(tuple(values), skipped, first[2].unit, mark), cells, answers))


def decimal_mark(cells: Sequence[str]) -> str | None:
    """The decimal mark of all numbers of a table, if it is clear; the point of “1.” may number a row."""
    numbers = [found for found in (number(cell) for cell in cells if cell[-1:] != ".") if found]
    marks = {"." if found.comma is None else "," for found in numbers if None in (found.point, found.comma)}
    return marks.pop() if len(marks) == 1 else None


def _mark(
    located: list[tuple[int, str, Number]], usual_mark: Callable[[], str | None], answers: Mapping[str, str]
) -> str | Values:
    """The decimal mark of numbers, or why there is none."""
    point = next((item for item in located if item[2].comma is None and item[1][-1] != "."), None)  # 1. is no evidence
    comma = next((item for item in located if item[2].point is None), None)
    if point and comma:
        problem = f"{at(*point[:2])} has a decimal point, {at(*comma[:2])} a decimal comma"
        return Values(problem=problem, remedy="Write all numbers with the same decimal mark.", conflict=True)
    if point or comma:
        return "." if point else ","
    unclear = next((item for item in located if item[2].unclear), None)
    if unclear is None:
        return "."
    if answers.get("decimal") in _NAMES:
        return answers["decimal"]
    if mark := usual_mark():
        return mark
    _, cell, found = unclear
    meanings = [(f"{value:.12g}", mark) for value, mark in ((found.point, "."), (found.comma, ","))]
    choices = tuple(Choice(f"{shown(cell)} is {value}", {"decimal": mark}) for value, mark in meanings)
    return Values(problem=f"{at(*unclear[:2])} can be {' or '.join(value for value, _ in meanings)}", choices=choices)


def _without_codes(read: Values, cells: Sequence[tuple[int, str]], answers: Mapping[str, str]) -> Values:
    """Values without numbers that stand for missing ones, if the user said so; a question if they did not."""
    different = {*read.numbers}
    codes, others = different & MISSING_CODES, different - MISSING_CODES
    if not codes or not others or min(others) < max(codes) / 2 or answers.get("missing") == "value":
        return read
    coded = [(at, value in codes) for at, value in zip(cells, read.values, strict=True)]
    if answers.get("missing") == "out":
        gone = [Skipped(row, shown(cell), "stands for a missing value") for (row, cell), is_code in coded if is_code]
        kept = tuple(None if value in codes else value for value in read.values)
        return read._replace(values=kept, skipped=tuple(sorted((*read.skipped, *gone))))
    row, cell = next(at for at, is_code in coded if is_code)
    choices = (
        Choice(f"{shown(cell)} is a missing value", {"missing": "out"}),
        Choice(f"{shown(cell)} is a value", {"missing": "value"}),
    )
    problem = f"{at(row, cell)} can be a value, or stand for a missing one"
    return read._replace(values=(), problem=problem, choices=choices)


def _usable(read: Values) -> Values:
    """Values that are not too many, nor all equal; or that they are."""
    numbers = read.numbers
    n, different = len(numbers), {*numbers}
    if n > MAX_VALUES:
        return read._replace(values=(), problem=f"it has {n:,} numbers; at most {MAX_VALUES:,} are allowed")
    if len(different) == 1 and n > 1:
        return read._replace(values=(), problem=f"all {n:,} values are {different.pop():.12g}", constant=True)
    return read
