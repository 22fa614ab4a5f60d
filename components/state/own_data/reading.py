"""A class's own data: pasted numbers or a file, read in memory into the values of one column.

`OwnData.sentence` says what was read and from where, and lists values left out with row and reason. Ambiguous data are
refused (`grids`, `columns`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import em
from components.state.own_data.columns import Column, read_table
from components.state.own_data.decoding import ALLOWED, Refused, decoded, shown
from components.state.own_data.numerals import is_number, out_of_range, value
from components.state.parameters import MAX_COMPONENTS, MAX_VALUES, with_minus

OTHER_UNIT = "give the values in another unit."
MAX_SKIPPED = 20
"""Most left-out values that are listed."""
CLOSE = 10
"""Numbers are shown with more digits if their size is so many times their difference, here and in the browser."""


@dataclass(frozen=True)
class Skipped:
    """A value left out: its row, as a spreadsheet counts, its text, shortened, and the reason."""

    row: int
    cell: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row:,}{f' (“{self.cell}”)' if self.cell else ''}: {self.reason}"


@dataclass(frozen=True)
class OwnData:
    """The values of one column.

    Attributes
    ----------
    values : tuple of float
        In the order of the rows; at least one, at most `MAX_VALUES`, none out of range (`numerals.out_of_range`).
    columns : tuple of Column
        All that can be chosen.
    column : Column
        The one that was read.
    header : bool
        Whether there is a row of names above the values.
    decimal : str
        The decimal mark, "." or ",".
    skipped : tuple of Skipped
        The first `MAX_SKIPPED` values left out.
    n_skipped : int
        How many were left out.
    """

    values: tuple[float, ...]
    columns: tuple[Column, ...]
    column: Column
    header: bool
    decimal: str
    skipped: tuple[Skipped, ...]
    n_skipped: int

    @property
    def sentence(self) -> str:
        """What was read and what was left out, in words."""
        n = len(self.values)
        name = f"column “{self.column.name}”" if self.column.named else self.column.name
        source = "" if self.column.position is None else f" from {name}"
        choice = f" (one of {len(self.columns)} to choose from)" if len(self.columns) > 1 else ""
        text = f"{n:,} value{' was' if n == 1 else 's were'} read{source}{choice}, "
        low, high = (with_minus(text) for text in _distinct_texts(min(self.values), max(self.values)))
        text += f"the smallest {low}, the largest {high}."
        if self.decimal == ",":
            text += " Commas were read as decimal commas."
        if self.n_skipped:
            text += f" {self.n_skipped:,} {'was' if self.n_skipped == 1 else 'were'} left out: "
            text += "; ".join(map(str, self.skipped[:3]))
            text += f"; and {self.n_skipped - 3:,} more." if self.n_skipped > 3 else "."
        return text


def read(content: bytes | str, column: str | None = None) -> OwnData:
    """Read the values of one column.

    Parameters
    ----------
    content : bytes or str
        A file, or pasted text.
    column : str or None
        Name of the column; None: `Table.default`.

    Returns
    -------
    OwnData
        The values, where they come from, and what was left out.

    Raises
    ------
    Refused
        A ValueError, in sentences for the page: empty, not text, too large, no numbers, no such column, or ambiguous
        commas or spaces.
    """
    table = read_table(decoded(content))
    chosen = table.default if column is None else next((c for c in table.columns if c.name == column), None)
    if chosen is None:
        names = "”, “".join(c.name for c in table.columns[:10]) + "”" + ", …" * (len(table.columns) > 10)
        raise Refused(f"There is no column “{shown(str(column))}”. There are “{names}.")
    if chosen.numbers > MAX_VALUES:
        raise Refused(f"There are {chosen.numbers:,} numbers; at most {MAX_VALUES:,} are allowed.")
    cells = table.cells(chosen)
    mark = table.decimal_mark([cell for _, cell in cells])
    values: list[float] = []
    skipped = [
        Skipped(row, shown(" ".join(title)), "stands above the table") for row, title in table.titles[:MAX_SKIPPED]
    ]
    for row, cell in cells:
        found = value(cell, mark)
        if isinstance(found, float):
            values.append(found)
        elif len(skipped) < MAX_SKIPPED:
            skipped.append(Skipped(row, shown(cell), found))
    if not values:
        row, cell = cells[0]
        first = Skipped(row, shown(cell), str(value(cell, mark)))
        where = f"Column “{chosen.name}” has no" if chosen.position is not None else "There is no"
        remedy = OTHER_UNIT.capitalize() if is_number(cell, mark) else ALLOWED
        raise Refused(f"{where} number that can be used; {first}. {remedy}")
    n_skipped = len(table.titles) + len(cells) - len(values)
    return OwnData(tuple(values), table.columns, chosen, table.header, mark, tuple(skipped), n_skipped)


def _distinct_texts(low: float, high: float) -> tuple[str, str]:
    """Two values in six digits, or in up to 12 if they are close together or large."""
    size = max(abs(low), abs(high))
    ratio = size / (high - low) if high > low else 1.0
    digits = 6 + (math.ceil(math.log10(ratio)) if ratio >= CLOSE else 0)
    digits = min(max(digits, len(f"{size:.0f}")), 12)
    return f"{low:.{digits}g}", f"{high:.{digits}g}"


def suits(values: Sequence[float], family: type[em.Mixture]) -> str | None:
    """Why a mixture of this family cannot be fitted to these values, in words; None if it can be."""
    n = len(values)
    if n < 2:
        return f"There {'is only one value' if n else 'are no values'}: a mixture needs at least two."
    for number in values:
        if problem := out_of_range(number):
            return f"The value {number:g} is {problem}: leave it out, or {OTHER_UNIT}"
    lowest = min(values)
    if lowest == max(values):
        return f"All {n:,} values are {lowest:.12g}: a mixture needs at least two different values."
    try:
        for k in range(1, MAX_COMPONENTS + 1):
            em.quantile_start(values, family, k)
    except ValueError as error:
        if lowest >= family.lowest:
            return f"These values cannot be fitted: {error}."
        negative = sum(number < 0 for number in values)
        return (
            f"{negative:,} of the {n:,} values {'is' if negative == 1 else 'are'} negative, the smallest {lowest:g}: "
            f"components of the {family.family} family have no negative values. Choose a Gaussian mixture."
        )
    return None
