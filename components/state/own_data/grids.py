"""Text as rows of cells: finds out what separates the cells.

A tab or a semicolon always separates cells. A comma can also be a decimal comma; a comma or a space can also separate
groups of thousands. The text decides, and an ambiguous text is refused:

- Below a first line of names separated by commas, commas separate cells: ``x,y`` above ``1,5``.
- If everything between spaces is a complete number, commas separate nothing: ``1,5 2,7``, ``1,234.5 2,345.6``.
- Otherwise a single comma between digits in each line is a decimal comma: ``3,14``.
- More commas, or a comma before a space, separate cells: ``1,2,3``. ``1,5, 2,7`` has both meanings and is refused.
- Lines such as ``1,234.5`` or ``12 345`` could be groups of thousands or several cells. They are refused, unless the
  first line names each cell and, between spaces, the first column numbers the rows. Lines that would be numbers of nine
  digits, ``150 160 170``, and a single line are cells: nobody pastes one number.
"""

from __future__ import annotations

import csv
import io
import re

from components.state.own_data.decoding import Refused
from components.state.own_data.numerals import is_number, tidy

MAX_ROWS, MAX_CELLS = 200_000, 1_000_000
"""Most rows and cells that are read."""
SAMPLE = 50_000
"""The separator is found in so many characters; the rest is read in the same way."""

Row = tuple[int, list[str]]
"""A row's number, as a spreadsheet counts, and its tidy cells."""

_AMBIGUOUS = {" ": "space", ",": "comma"}


def read_rows(text: str) -> tuple[str, list[Row]]:
    r"""Cells of a text.

    Parameters
    ----------
    text : str
        Lines that end in "\n".

    Returns
    -------
    separator : str
        A tab, semicolon, comma or space; a tab too if every line is one cell.
    rows : list of (int, list of str)
        Every row that is not empty.

    Raises
    ------
    Refused
        If there are too many rows or cells, quotation marks do not pair, or commas or spaces are ambiguous.
    """
    _refuse_more("rows", text.count("\n") + 1, MAX_ROWS)
    edges = " []" if text.lstrip().startswith("[") else " "  # a Python list
    lines = [line.strip(edges) for line in text.lstrip("#%").split("\n")]  # the header can be a comment
    text = "\n".join(lines)
    separator = _separator(_sample(text))
    if separator == " ":
        text = re.sub("[ \t]+", " ", text)
    _refuse_more("cells", text.count(separator) + len(lines), MAX_CELLS)
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator, skipinitialspace=True, strict=True)
    found: list[Row] = []
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            cells = [tidy(cell) for cell in row]
            if any(cells):
                found.append((number, cells))
    except csv.Error as error:
        raise Refused(
            f"Row {number + 1:,} cannot be read: its quotation marks do not pair, or one of its cells has more than "
            f"{csv.field_size_limit():,} characters. Take the quotation marks out, or put each number in a cell."
        ) from error
    return separator, found


def _refuse_more(what: str, count: int, most: int) -> None:
    if count > most:
        raise Refused(f"This has {count:,} {what}; at most {most:,} are allowed. Take out what is not needed.")


def _sample(text: str) -> list[str]:
    """Lines from the start that are not empty, with a letter in place of quoted cells: commas in these do not count."""
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample.rpartition("\n")[0] or sample
    return [re.sub(r'"[^"]*"', "q", line) for line in sample.split("\n") if line.strip()]


def _separator(lines: list[str]) -> str:
    for mark in "\t;":
        if _separates(lines, mark):
            return mark
    separator = "," if _commas_separate(lines) else " " if _separates(lines, " ") else "\t"
    if separator in _AMBIGUOUS and _may_be_thousands(lines, separator):
        name = _AMBIGUOUS[separator]
        raise Refused(
            f"It is not clear whether the {name}s part numbers, or groups of thousands within a number. "
            f"Write thousands without a {name}, or put semicolons between the numbers."
        )
    return separator


def _cells(line: str, separator: str) -> list[str]:
    return [tidy(cell) for cell in line.split(separator) if cell or separator != " "]


def _separates(lines: list[str], separator: str) -> bool:
    """Whether at least half of the lines have the separator, or any line has numbers on both sides of each."""
    having = [line for line in lines if separator in line]
    return bool(having) and (
        2 * len(having) >= len(lines) or any(all(map(is_number, _cells(line, separator))) for line in having)
    )


def _names(lines: list[str], separator: str) -> int:
    """Number of cells in the first line if it has several names; 0 otherwise."""
    cells = _cells(lines[0], separator) if lines else []
    return len(cells) if len(cells) > 1 and not any(map(is_number, cells)) else 0


def _commas_separate(lines: list[str]) -> bool:
    """Whether commas separate cells, by the rules above."""
    named = _names(lines, ",") > 0
    tokens = [[tidy(token) for token in line.split()] for line in lines[named:]]
    if (
        not named
        and max(map(len, tokens), default=0) > 1
        and all(is_number(token) for line in tokens for token in line)
    ):
        return False
    decimal = separating = ambiguous = 0
    for line in lines[named:]:
        for token in (tidy(token) for token in line.split() if "," in token):
            if token.count(",") == 1 and is_number(token, ","):
                decimal += 1
            else:
                separating += token.count(",")
                ambiguous += token.count(",") == 2 and token.endswith(",") and is_number(token[:-1], ",")
        ambiguous += bool(re.search(r"[0-9],[0-9]", line) and re.search(r"[0-9], +[-+.0-9]", line))
    # "Height, m" above 1,75 is one name; "x,y" is two.
    unclear = decimal > separating == 0 and ", " in lines[0] if named else ambiguous or decimal > separating > 0
    if unclear:
        raise Refused(
            "Some commas look like decimal commas, others seem to part names or numbers. "
            "Put each number on a line of its own, or semicolons between them."
        )
    return named or separating > 0


def _may_be_thousands(lines: list[str], separator: str) -> bool:
    """Whether each line of numbers can also be one number with groups of thousands."""
    numbers = [line for line in lines if all(map(is_number, _cells(line, separator)))]
    several = [cells for line in numbers if len(cells := _cells(line, separator)) > 1]
    if len(numbers) < 2 or not several or not all(is_number(tidy(line)) for line in numbers):
        return False
    named = all(len(cells) == _names(lines, separator) for cells in several)
    if named and (separator == "," or count_up([cells[0] for cells in several])):
        return False
    pairs = all(len(cells) == 2 for cells in several)
    return pairs or any(len(cells[0].lstrip("+-")) < 3 or not cells[-1].isdigit() for cells in several)


def count_up(cells: list[str]) -> bool:
    """Whether cells only number the rows, from 0 or 1."""
    return cells[0] in ("0", "1") and cells == [str(int(cells[0]) + i) for i in range(len(cells))]
