"""Rows of cells as named columns: where the header is, and which column is the default."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain

from components.state.own_data.decoding import ALLOWED, Refused, shown
from components.state.own_data.grids import Row, count_up, read_rows
from components.state.own_data.numerals import MISSING, decimal_mark, is_number

MAX_COLUMNS = 200
"""Most columns to choose from."""

ALL = "all numbers, row by row"
"""Name of the column of all cells, which only a table without a header can have."""


@dataclass(frozen=True)
class Column:
    """A column that can be chosen.

    Attributes
    ----------
    name : str
        Unique in its table.
    numbers : int
        How many of its cells look like numbers.
    position : int or None
        Index of its cells in each row; None for `ALL`.
    named : bool
        Whether its name is in the header.
    """

    name: str
    numbers: int
    position: int | None
    named: bool


@dataclass(frozen=True)
class Table:
    """The content of a text.

    Attributes
    ----------
    columns : tuple of Column
        In their order; at least one.
    header : bool
        Whether there is a row of names above the values.
    titles, rows : list of (int, list of str)
        Rows above and below the names, with their numbers.
    """

    columns: tuple[Column, ...]
    header: bool
    titles: list[Row]
    rows: list[Row]

    def cells(self, column: Column) -> list[tuple[int, str]]:
        """Each cell of a column, with the number of its row."""
        j = column.position
        if j is None:
            return [(number, cell) for number, cells in self.rows for cell in cells[: _filled(cells)]]
        return [(number, cells[j] if j < len(cells) else "") for number, cells in self.rows]

    def decimal_mark(self, column: list[str]) -> str:
        """The decimal mark of a column's cells, from themselves or else from all cells.

        If these are ambiguous, a point before three digits in every number is a decimal point: ``1.234`` and ``5.678``.

        Raises
        ------
        Refused
            If these are ambiguous, and there are commas, or points in only some of the numbers.
        """
        mark = decimal_mark(column)
        if mark is None and any("," in cell or "." in cell for cell in column):
            mark = decimal_mark(chain.from_iterable(cells for _, cells in self.rows))
        if mark is None:
            marked = [cell for cell in column if ("," in cell or "." in cell) and is_number(cell)]
            whole = any(cell.lstrip("+-").isdecimal() for cell in column)
            unclear = next((cell for cell in marked if "," in cell or whole), None)
            if unclear:
                raise Refused(
                    f"The other numbers do not tell whether “{unclear}” has decimals or thousands behind its mark. "
                    "Write thousands without a mark, and decimals with a point and equally many digits."
                )
        return mark or "."

    @property
    def default(self) -> Column:
        """The column that is read if none is chosen.

        All numbers if there are fewer rows than columns without names. Otherwise the first column with numbers in at
        least half of its rows; if possible one that has a name and does more than number the rows.
        """
        columns = [column for column in self.columns if column.position is not None]
        if len(self.rows) < len(columns) < len(self.columns) or not columns:
            return self.columns[-1]
        full = [column for column in columns if 2 * column.numbers >= len(self.rows)]
        named = [column for column in full if column.named or not self.header]
        telling = [column for column in named if not count_up([cell for _, cell in self.cells(column)])]
        return next(chain(telling, named, full), max(columns, key=lambda column: column.numbers))


def read_table(text: str) -> Table:
    """Find the columns of a text.

    A row with text above numbers is the header. Without it, a single line or lines of different lengths are one
    sequence of numbers; lines of equal length can be columns or one sequence.

    Raises
    ------
    Refused
        As `read_rows`; also if there are no numbers, too many columns, or more commas than names.
    """
    separator, rows = read_rows(text)
    width = _usual_width(rows[1:] or rows)
    start = next(
        (i for i, (_, cells) in enumerate(rows) if _filled(cells) >= min(2, width) or any(map(is_number, cells))), 0
    )
    titles, rows = rows[:start], rows[start:]

    names = rows[0][1] if rows else []
    counts = _counts(rows[1:])
    header = any(counts[j] for j, cell in enumerate(names) if _is_name(cell))
    if header:
        rows = rows[1:]
        names = _aligned(names, _usual_width(rows), separator)
    else:
        counts += _counts(rows[:1])
        names = []
    if not counts:
        raise Refused(f"There are no numbers in it; it begins “{shown(text[:100])}”. {ALLOWED}")

    filled = sum(map(bool, chain.from_iterable(cells for _, cells in rows)))
    in_order = not header and (len(rows) == 1 or 2 * counts.total() > filled)
    lengths = {len(cells) for _, cells in rows}
    columns: list[Column] = []
    if not in_order or (len(rows) > 1 and len(lengths) == 1 and 1 < max(lengths) <= MAX_COLUMNS):
        columns = _columns(names, counts)
    if in_order:
        columns.append(Column(ALL, counts.total(), None, False))
    return Table(tuple(columns), header, titles, rows)


def _is_name(cell: str) -> bool:
    """Whether a cell could be a name rather than an unreadable number such as 12.5%."""
    return cell != "" and cell[0] not in "0123456789+-.," and cell.lower() not in MISSING


def _counts(rows: list[Row]) -> Counter[int]:
    """How many cells look like numbers at each position."""
    return Counter(j for _, cells in rows for j, cell in enumerate(cells) if is_number(cell))


def _aligned(names: list[str], width: int, separator: str) -> list[str]:
    """Names aligned with the cells below them, of which most rows have `width`."""
    if width <= len(names) or separator == ";":
        return names
    if separator == " " and width == len(names) + 1:
        return ["", *names]  # R writes no name above the names of rows
    raise Refused(
        f"Most rows have {width:,} cells, but only {len(names):,} names stand above them. Give each column a name; if "
        "the numbers have decimal commas, put semicolons between the cells."
    )


def _columns(names: list[str], counts: Counter[int]) -> list[Column]:
    """Columns that have a name or numbers, with unique names."""
    named = {j: shown(name) for j, name in enumerate(names) if name}
    positions = sorted(named.keys() | counts.keys())
    if len(positions) > MAX_COLUMNS:
        raise Refused(f"This has {len(positions):,} columns; at most {MAX_COLUMNS:,} are allowed. Take some out.")
    columns: dict[str, Column] = {}
    for j in positions:
        name = first = named.get(j, f"column {j + 1}")
        again = 2
        while name in columns:
            name = f"{first} ({again})"
            again += 1
        columns[name] = Column(name, counts[j], j, j in named)
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
