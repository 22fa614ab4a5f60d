"""Bytes of a file as text, text as rows of cells, and rows as named columns.

A tab, semicolon or pipe always separates cells. Commas and spaces can separate cells, or stand within numbers:
`reading` finds out which layouts a text allows (`POSSIBLE`).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from typing import NamedTuple

from components.state.own_data import sentences
from components.state.own_data.cells import is_code, is_word, number, row_names, tidy
from components.state.own_data.sentences import ALLOWED, Refused, Skipped, shown

MAX_ROWS, MAX_CELLS, MAX_COLUMNS = 200_000, 1_000_000, 200
"""Most rows and cells that are read, and most columns to choose from."""

ALL = "all numbers, row by row"
"""Name of the column of all cells, which only a table without a header can have."""

NO_MARK = "\x1f"
"""A character that no text has: it takes the place of what separates cells."""
CERTAIN = {"tab": "\t", "semicolon": ";", "pipe": "|"}
"""Characters that always separate cells."""
_MARKS = CERTAIN | {"comma": ","}
"""Layouts whose cells one character separates."""
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

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or a spreadsheet (xlsx, ods)",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file (xls, doc)",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")
"""Characters without width, often copied along from a web page."""
_COMMENT = re.compile(r"[ \"]*(?:#+(?!NV\b|[A-ZÀ-Þ]+(?:/[A0]|[!?])|[0-9.+-])|//|%(?!\s*$|[0-9.,])|;(?!\s*[0-9]))")
_R_OUTPUT = re.compile(r"(?m)^[ \t]*\[[0-9]+\][ \t]")
_CODE = re.compile(
    r"\s*(?:[A-Za-z.][\w.$]*\s*(?:=|<-)\s*)?"
    r"(?P<opening>(?:(?:(?:(?:np|numpy|pd|torch)\.)?(?:c|list|array|tuple|set|Series|tensor))?\s*[(\[{])*)"
)
_KEYWORD = re.compile(r", ?(?:dtype|name|copy|ndmin) ?=[^,()\[\]]*(?=[)\]])")

Row = tuple[int, list[str]]
"""A row's number, as a spreadsheet counts, and its tidy cells."""


class Text(NamedTuple):
    """Lines that hold data; those left out are empty."""

    text: str
    layout: str | None = None  # key of CERTAIN or POSSIBLE, if the text itself tells
    code: bool = False  # whether it is a list in Python or R, or R's output, where the decimal mark is a point
    comments: tuple[Skipped, ...] = ()  # lines left out


class Column(NamedTuple):
    """A column that can be chosen."""

    name: str  # unique in its table
    position: int | None  # index of its cells in each row; None for `ALL`
    named: bool  # whether its name is in the header


class Table(NamedTuple):
    """The content of a text in one layout."""

    columns: tuple[Column, ...]  # in their order; none if there are no numbers
    names: tuple[str, ...]  # cells of the header; empty if there is none
    titles: list[Row]  # rows above the names
    rows: list[Row]  # rows below the names
    width: int  # how many cells most rows have

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


def prepared(content: bytes | str) -> Text:
    """The lines of a file or of what was pasted that hold data, and what may separate their cells.

    Raises
    ------
    Refused
        If it is not text, empty, too large, or code with more in it than numbers.
    """
    text = _decoded(content)
    lines = text.split("\n")
    _refuse_more("rows", len(lines), MAX_ROWS)
    first = next(i for i, line in enumerate(lines) if line.strip())
    if named := re.fullmatch(r"\s*\"?sep=(.)\"?\s*", lines[first], re.IGNORECASE):  # for Excel
        layout = next((name for name, mark in _MARKS.items() if mark == named[1]), None)
        if layout is None:
            raise Refused(f"It says that “{named[1]}” separates its cells. Use a semicolon, a tab, a comma or a pipe.")
        lines[first] = ""
        return Text("\n".join(lines), layout)
    if all(map(_R_OUTPUT.match, filter(str.strip, lines))):
        return Text(_checked(_R_OUTPUT.sub("", text)), "space", code=True)
    return _code(text) or _uncommented(lines)


def _decoded(content: bytes | str) -> str:
    r"""Bytes as text, with "\n" at the end of lines.

    UTF-8, UTF-16 with a byte order mark, otherwise Windows-1252: a wrong guess changes names and units, but no digit.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", "replace")  # lone surrogates, which JSON can carry, become question marks
    if len(content) > sentences.MAX_BYTES:
        raise Refused(sentences.TOO_LARGE.format(size=len(content)))
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            raise Refused(f"This seems to be {kind}, not text. {ALLOWED}")
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8")
    except UnicodeDecodeError as error:
        if utf_16:
            raise Refused(f"This begins as UTF-16 text but is damaged. Save it as UTF-8. {ALLOWED}") from error
        text = content.decode("cp1252", "replace")
    text = text.rstrip("\x1a")  # the end of a file under DOS
    if _CONTROL.search(text):
        kind = "a binary file, or UTF-16 without a byte order mark"
        raise Refused(f"This seems to be {kind}: it has control characters in it. {ALLOWED}")
    text = _INVISIBLE.sub("", text)
    if not text.strip():
        raise Refused(f"There is nothing in it: it is empty. {ALLOWED}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
    return Text(_checked(inner.replace(NO_MARK, "\n")), "comma" if "," in inner else "space", code=True)


def _checked(code: str) -> str:
    """Code in which everything is a number or a missing value."""
    for token in map(tidy, re.split(r"[\s,]+", code)):
        if not is_code(token):
            raise Refused(f"“{shown(token)}” is no number in code. Write numbers without groups, units or 0 in front.")
    return code


def _uncommented(lines: list[str]) -> Text:
    """Text without comments; the last one above the data can be the names."""
    semicolons = any(";" in line for line in lines if not line.lstrip().startswith(";"))
    starts = {i: start for i, line in enumerate(lines) if (start := _COMMENT.match(line))}
    found = {i: start for i, start in starts.items() if not (semicolons and start[0].endswith(";"))}
    comments = []
    for i, start in found.items():
        words = lines[i][start.end() :].strip()
        above_data = i + 1 < len(lines) and i + 1 not in found and not any(map(str.strip, lines[:i]))
        if not above_data or re.search(r"(?:^|[\s,;+-])[0-9]", words):
            words = ""
        if not words and lines[i].strip(" ;"):
            comments.append(Skipped(i + 1, shown(lines[i]), "a comment"))
        lines[i] = words
    if any(line.lstrip().startswith("|") for line in lines):  # a table in Markdown
        rule = re.compile(r"[ |+:=-]*(?:---|-:|:-)[ |+:=-]*")
        lines = ["" if len(line) < 1000 and rule.fullmatch(line) else line.strip().strip("|") for line in lines]
    return Text("\n".join(lines), comments=tuple(comments))


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
    titles, below = rows[:0], rows
    if start is not None:
        titles, names, below = rows[:start], rows[start][1], rows[start + 1 :]
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
            raise Refused(sentences.NAMES_DIFFER.format(row=bad[0], cells=_filled(bad[1]), names=_filled(names)))
    if not names:
        possible = range(len(rows) - len(below), len(rows))
        begin = next((i for i in possible if not all(map(is_word, filter(None, rows[i][1])))), 0)
        titles, below = rows[:begin], rows[begin:]
    return Table(tuple(_columns(names, below)), tuple(names), titles, below, _usual_width(below))


def _rows(text: str, layout: str) -> list[Row]:
    """Every row that is not empty."""
    mark = _MARKS.get(layout, NO_MARK)
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
        raise Refused(sentences.UNPAIRED.format(row=row + 1, length=csv.field_size_limit())) from error
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
        _refuse_more("columns", len(having), MAX_COLUMNS)
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
