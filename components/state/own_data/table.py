"""Text as rows of cells, and rows as named columns.

A tab, semicolon or pipe always separates cells. Commas and spaces can separate cells, or stand within numbers:
`reading` finds out which layouts a text allows (`POSSIBLE`).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from components.state.own_data.cells import is_word, number, row_names, tidy
from components.state.own_data.sentences import Refused, Skipped, shown

MAX_ROWS, MAX_CELLS, MAX_COLUMNS = 200_000, 1_000_000, 200
"""Most rows and cells that are read, and most columns to choose from."""

ALL = "all numbers, row by row"
"""Name of the column of all cells, which only a table without a header can have."""

NO_MARK = "\x1f"
"""A character that no text has: it takes the place of what separates cells."""
CERTAIN = {"tab": "\t", "semicolon": ";", "pipe": "|"}
"""Characters that always separate cells."""
POSSIBLE = {
    "line": None,
    "comma": re.compile(","),
    "list": re.compile(r",[ \t\u00a0]+|,$"),
    "space": re.compile("[ \t]+"),
    "spaces": re.compile("[ \t]{2,}"),
    "blank": re.compile("[ \t\u00a0]+"),
}
"""What can separate cells; in a "line", nothing does."""
BY_SPACES = ("space", "spaces", "blank")

_NAMES_DIFFER = (
    "Row {row:,} does not fit the row of names: {cells:,} cells, and {names:,} names. Give each column a name; if the "
    "numbers have decimal commas, put semicolons between the cells."
)
_COMMENT = re.compile(r"[ \"]*(?:#+(?!NV\b|[A-ZÀ-Þ]+(?:/[A0]|[!?])|[0-9.+-])|//|%(?!\s*$|[0-9.,])|;(?!\s*[0-9]))")
_R_OUTPUT = re.compile(r"[ \t]*\[[0-9]+\][ \t]")
_CODE = re.compile(
    r"\s*(?:[A-Za-z.][\w.$]*\s*(?:=|<-)\s*)?"
    r"(?P<opening>(?:(?:(?:(?:np|numpy|pd|torch)\.)?(?:c|list|array|tuple|set|Series|tensor))?\s*[(\[{])*)"
)
_KEYWORD = re.compile(r", ?(?:dtype|name|copy|ndmin) ?=[^,()\[\]]*(?=[)\]])")
_IN_CODE = frozenset({"na", "nan", "none", "null", "na_real_", "inf", "-inf", ""})

Row = tuple[int, list[str]]
"""A row's number, as a spreadsheet counts, and its tidy cells."""


class Text(NamedTuple):
    """Lines that hold data; those left out are empty."""

    text: str
    layouts: tuple[str, ...]  # keys of CERTAIN or POSSIBLE that may apply
    code: bool = False  # whether it is a list in Python or R, or R's output, where the decimal mark is a point
    comments: tuple[Skipped, ...] = ()  # lines left out


class Column(NamedTuple):
    """A column that can be chosen."""

    name: str  # unique in its table
    position: int | None  # index of its cells in each row; None for `ALL`
    named: bool  # whether its name is in the header


@dataclass(frozen=True)
class Table:
    """The content of a text in one layout.

    Attributes
    ----------
    columns : tuple of Column
        In their order; none if there are no numbers.
    names : tuple of str
        Cells of the header; empty if there is none.
    titles, rows : list of Row
        Rows above and below the names.
    width : int
        How many cells most rows have.
    """

    columns: tuple[Column, ...]
    names: tuple[str, ...]
    titles: list[Row]
    rows: list[Row]
    width: int

    @property
    def named(self) -> bool:
        """Whether the header names each of several columns."""
        return len(self.names) > 1 and len(self.names) >= self.width

    @property
    def flat(self) -> list[str]:
        """All cells, row by row."""
        return [cell for _, cells in self.rows for cell in cells]

    @property
    def first(self) -> list[str]:
        """The first cell of each row."""
        return [cells[0] for _, cells in self.rows]

    def cells(self, column: Column) -> list[tuple[int, str]]:
        """Each cell of a column, with the number of its row."""
        j = column.position
        if j is None:
            return [(row, cell) for row, cells in self.rows for cell in cells[: _filled(cells)]]
        return [(row, cells[j] if j < len(cells) else "") for row, cells in self.rows]


def _refuse_more(what: str, count: int, most: int) -> None:
    if count > most:
        raise Refused(f"This has {count:,} {what}; at most {most:,} are allowed. Take some out.")


def prepared(text: str) -> Text:
    """The lines that hold data, and what may separate their cells."""
    lines = text.split("\n")
    _refuse_more("rows", len(lines), MAX_ROWS)
    first = next(i for i, line in enumerate(lines) if line.strip())
    if named := re.fullmatch(r"\s*\"?sep=(.)\"?\s*", lines[first], re.IGNORECASE):  # for Excel
        layout = next((name for name, mark in (CERTAIN | {"comma": ","}).items() if mark == named[1]), None)
        if layout is None:
            raise Refused(f"It says that “{named[1]}” separates its cells. Use a semicolon, a tab, a comma or a pipe.")
        lines[first] = ""
        return Text("\n".join(lines), (layout,))
    if all(map(_R_OUTPUT.match, filter(str.strip, lines))):
        return Text(_checked(re.sub(rf"(?m)^{_R_OUTPUT.pattern}", "", text)), ("space",), code=True)
    return _code(text) or _uncommented(lines)


def _code(text: str) -> Text | None:
    """A list in Python or R, such as c(1, 2) or x = [1, 2]; None for other text."""
    start = _CODE.match(text)
    if not start or not start[0].strip() or start["opening"] == "(":
        return None
    rest = text[start.end() :]
    inner = " ".join(rest.split()).rstrip(";")
    opened = sum(map(start["opening"].count, "([{"))
    body = inner.rstrip(")]} ")
    if opened:
        body = _KEYWORD.sub("", f"{body})").rstrip(")]} ")
    if bool(opened) != (len(body) < len(inner)) or (not opened and "\n" in start[0] + rest.strip()):
        return None
    inner = re.sub(r"[)\]}] ?,? ?[(\[{]", NO_MARK, body) if opened > 1 else body  # a list of rows
    if re.search(r"[()\[\]{}=]", inner) or not inner:
        return None
    return Text(_checked(inner.replace(NO_MARK, "\n")), ("comma" if "," in inner else "space",), code=True)


def _checked(code: str) -> str:
    """Code in which everything is a number or a missing value.

    Raises
    ------
    Refused
        If something is not; also for 05 and 000, which are the rest of a number with a comma in it.
    """
    for token in map(tidy, re.split(r"[\s,]+", code)):
        found = number(token)
        if not (found and found.unit == "" and not re.match("[+-]?0[0-9]", token)) and token.lower() not in _IN_CODE:
            raise Refused(f"“{shown(token)}” is no number in code. Write numbers without groups, units or 0 in front.")
    return code


def _uncommented(lines: list[str]) -> Text:
    """Text without comments; the last one above the data can be the names."""
    semicolons = any(";" in line for line in lines if not line.lstrip().startswith(";"))
    found = [i for i, line in enumerate(lines) if (m := _COMMENT.match(line)) and not (m[0][-1] == ";" and semicolons)]
    comments = []
    for i in found:
        words = _COMMENT.sub("", lines[i], count=1).strip()
        above_data = i + 1 < len(lines) and i + 1 not in found and not any(map(str.strip, lines[:i])) and words
        if above_data and not re.search(r"(?:^|[\s,;+-])[0-9]", words):
            lines[i] = words
        else:
            if lines[i].strip(" ;"):
                comments.append(Skipped(i + 1, shown(lines[i]), "a comment"))
            lines[i] = ""
    if any(line.lstrip().startswith("|") for line in lines):  # a table in Markdown
        rule = re.compile(r"[ |+:=-]*(?:---|-:|:-)[ |+:=-]*")
        lines = ["" if len(line) < 1000 and rule.fullmatch(line) else line.strip().strip("|") for line in lines]
    return Text("\n".join(lines), _layouts(_sample(lines)), comments=tuple(comments))


def _sample(lines: list[str]) -> list[str]:
    """Lines from the start that are not empty, with a digit in place of quoted cells: commas in these do not count."""
    return [re.sub(r'"[^"]*"', "0", line) for line in lines if line.strip()][:1000]


def _layouts(lines: list[str]) -> tuple[str, ...]:
    for layout, mark in CERTAIN.items():
        if _separates(lines, mark):
            return (layout,)
    data = [line.strip() for line in lines if any(c.isdigit() for c in line)]
    found = {name: mark is None or any(map(mark.search, data)) for name, mark in POSSIBLE.items()}
    found["blank"] = found["blank"] and any("\u00a0" in line for line in data)  # otherwise it is as "space"
    return tuple(layout for layout, possible in found.items() if possible)


def _separates(lines: list[str], separator: str) -> bool:
    """Whether at least half of the lines have the separator, or any line has numbers on both sides of each."""
    having = [line for line in lines if separator in line]
    return bool(having) and (
        2 * len(having) >= len(lines) or any(all(map(number, map(tidy, line.split(separator)))) for line in having)
    )


# -- rows and columns --------------------------------------------------------------------------------------------------


def read_table(text: str, layout: str, header: bool | None = None) -> Table:
    """Find the columns of a text in a layout.

    Without a header, a single line or lines of different lengths are one sequence of numbers; lines of equal length can
    be columns or one sequence. `header` says whether the first row has names; None: it is found out.

    Raises
    ------
    Refused
        If there are too many rows, cells or columns, quotation marks do not pair, or there are more cells than names.
    """
    rows = _rows(text, layout)
    start = _header(rows, _usual_width(rows[1:] or rows)) if header is None else 0 if header and rows else None
    names: list[str] = []
    if start is not None:
        names, below = rows[start][1], rows[start + 1 :]
        if layout in BY_SPACES and _usual_width(below) == _filled(names) + 1:  # R writes no name above names of rows
            quoted = all(line.lstrip().startswith('"') for line in text.split("\n") if line.strip())
            numbers = not any(is_word(cell) for _, cells in below for cell in cells[1:])
            first = [cells[0] for _, cells in below]
            unnamed = quoted or (row_names(first) and (numbers or not is_word(first[0])))
            names = [""] * unnamed + names
        bad = next((row for row in below if not _fits(len(row[1]), _filled(row[1]), _filled(names), layout)), None)
        if bad and (layout in BY_SPACES or _filled(names) == 1) and not any(map(number, names)):
            names = []  # a title or a sentence above the data
        elif bad:
            raise Refused(_NAMES_DIFFER.format(row=bad[0], cells=_filled(bad[1]), names=_filled(names)))
    if not names:
        above = range(0 if start is None else start + 1, len(rows))
        begin = next((i for i in above if not all(map(is_word, filter(None, rows[i][1])))), 0)
        titles, rows = rows[:begin], rows[begin:]
    else:
        titles, rows = rows[:start], below
    return Table(tuple(_columns(names, rows)), tuple(names), titles, rows, _usual_width(rows))


def _rows(text: str, layout: str) -> list[Row]:
    """Every row that is not empty."""
    mark = {**CERTAIN, "comma": ","}.get(layout, NO_MARK)
    if layout in BY_SPACES:
        text = "\n".join(line.strip(" \t\u00a0") for line in text.split("\n"))
    if mark == NO_MARK and (separator := POSSIBLE[layout]):
        text = re.sub(rf'("[^"\n]*")|{separator.pattern}', lambda at: at[1] or mark, text, flags=re.MULTILINE)
    _refuse_more("cells", text.count(mark) + text.count("\n") + 1, MAX_CELLS)
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=mark, skipinitialspace=True, strict=True)
    found: list[Row] = []
    row = 0
    try:
        for row, values in enumerate(reader, 1):
            cells = [tidy(value) for value in values]
            if any(cells):
                found.append((row, cells))
    except csv.Error as error:
        raise Refused(
            f"Row {row + 1:,} cannot be read: its quotation marks do not pair, or one of its cells has more than "
            f"{csv.field_size_limit():,} characters. Take the quotation marks out, or put each number in a cell."
        ) from error
    return found


def _header(rows: list[Row], width: int) -> int | None:
    """Index of the row of names: the last one of words above numbers, before the first row of data.

    A number can be a name, as in ``x;2019``, if a word stands beside it above a column of numbers.
    """
    found = None
    for i, (cells, numeric) in enumerate(_above_numbers(rows[:1000])[:50]):
        if not any(map(is_word, numeric or cells)):
            break
        if not numeric or _filled(cells) < min(2, width):
            continue  # a title
        if found is None or not any(map(number, cells)):
            found = i
    return found


def _above_numbers(rows: list[Row]) -> list[tuple[list[str], list[str]]]:
    """Cells of each row, and those of them below which there are numbers, and words in at most half of the cells."""
    numbers: Counter[int] = Counter()
    words: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    found = []
    for _, cells in reversed(rows):
        found.append((cells, [cell for j, cell in enumerate(cells) if numbers[j] and 2 * words[j] <= filled[j]]))
        for j, cell in enumerate(cells):
            numbers[j] += number(cell) is not None
            words[j] += is_word(cell)
            filled[j] += cell != ""
    return found[::-1]


def _fits(cells: int, filled: int, names: int, layout: str) -> bool:
    """Whether a row fits below so many names. In some files, Excel writes empty cells at the ends of rows."""
    return layout == "semicolon" or (cells == names if layout in BY_SPACES else filled <= names <= cells)


def _columns(names: list[str], rows: list[Row]) -> list[Column]:
    """Columns that have a name or numbers, with unique names; one of all cells if they can be a sequence."""
    cells = [cell for _, cells in rows[:1000] for cell in cells if cell]
    numbers = sum(number(cell) is not None for cell in cells)
    sequence = not names and (len(rows) == 1 or 2 * numbers > len(cells))
    lengths = {len(cells) for _, cells in rows}
    columns: dict[str, Column] = {}
    if not sequence or (len(rows) > 1 and len(lengths) == 1 and 1 < max(lengths) <= MAX_COLUMNS):
        named = {j: shown(name) for j, name in enumerate(names) if name}
        having = {j for _, cells in rows for j, cell in enumerate(cells) if j in named or number(cell)}
        if len(having) > MAX_COLUMNS:
            raise Refused(f"This has {len(having):,} columns; at most {MAX_COLUMNS:,} are allowed. Take some out.")
        for j in sorted(having):
            name = first = named.get(j, f"column {j + 1}")
            again = 2
            while name in columns:
                name = f"{first} ({again})"
                again += 1
            columns[name] = Column(name, j, j in named)
    if sequence and numbers:
        columns[ALL] = Column(ALL, None, False)
    return list(columns.values())


def _filled(cells: list[str]) -> int:
    """Number of cells without the empty ones at the end."""
    n = len(cells)
    while n and not cells[n - 1]:
        n -= 1
    return n


def _usual_width(rows: list[Row]) -> int:
    """The number of cells that most rows have, without empty ones at the end."""
    return Counter(_filled(cells) for _, cells in rows).most_common(1)[0][0] if rows else 0
