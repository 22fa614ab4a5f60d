"""Values read from own data, and what the page says: what was left out, why data are refused, what they can mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from components.state.parameters import with_minus

MAX_BYTES = 5_000_000
"""Largest file or pasted text that is read."""
ALLOWED = (
    f"Paste numbers, or choose a CSV, TSV or TXT file of at most {MAX_BYTES / 1e6:g} MB; "
    "a spreadsheet must be saved as CSV first."
)
TOO_LARGE = f"This has {{size:,}} bytes; at most {MAX_BYTES:,} are allowed. {ALLOWED}"
"""Message for what is larger than `MAX_BYTES`; the browser shows it too."""
OTHER_UNIT = "give the values in another unit."
NO_NUMBERS = "no numbers"
NAMES_DIFFER = (
    "Row {row:,} does not fit the row of names: {cells:,} cells, and {names:,} names. Give each column a name; if the "
    "numbers have decimal commas, put semicolons between the cells."
)
UNPAIRED = (
    "Row {row:,} cannot be read: its quotation marks do not pair, or one of its cells has more than {length:,} "
    "characters. Take the quotation marks out, or put each number in a cell."
)
CLOSE = 10
"""Numbers are shown with more digits if their size is so many times their difference, here and in the browser."""


class Choice(NamedTuple):
    """A button that reads the data again: its label, and what its answer adds to the request (`reading.read`)."""

    label: str
    answer: Mapping[str, str]


class Offer(NamedTuple):
    """A column that can be chosen: its name, and what is wrong with it or None."""

    name: str
    problem: str | None


class Skipped(NamedTuple):
    """A value left out: its row, as a spreadsheet counts, its text, shortened, and the reason."""

    row: int
    cell: str
    reason: str


class Refused(ValueError):
    """Data cannot be read. The message, in sentences for the page, says what was found and what is allowed.

    Attributes
    ----------
    choices : tuple of Choice
        How the data can be read if they have more than one meaning.
    columns : tuple of Offer
        The columns that can be chosen, where they are known.
    """

    def __init__(self, message: str, choices: Sequence[Choice] = (), columns: Sequence[Offer] = ()):
        super().__init__(message)
        self.choices, self.columns = tuple(choices), tuple(columns)


class Values(NamedTuple):
    """A column of cells as numbers."""

    values: tuple[float | None, ...] = ()  # one for each cell; None where it was left out; empty if there is a problem
    skipped: tuple[Skipped, ...] = ()  # each cell that was left out
    unit: str = ""  # what stands around the digits of each number (`Number.unit`)
    mark: str = "."  # the decimal mark, "." or ","
    problem: str | None = None  # why the column cannot be used, in words
    constant: bool = False  # whether the problem is that all values are equal
    conflict: bool = False  # whether the problem is that all are numbers, but their units or decimal marks differ
    remedy: str = ""  # what to do about it, as a sentence
    choices: tuple[Choice, ...] = ()  # how it can be used if its numbers have several meanings; `problem` then says so

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values without what was left out."""
        return tuple(value for value in self.values if value is not None)

    def refusal(self, source: str, skipped: Sequence[Skipped]) -> str:
        """The problem as sentences, with the name of the column and all that was left out."""
        subject = f"{source[0].upper()}{source[1:]}" if source else "The numbers"
        if self.choices:
            return joined(f"{subject} can be read in more than one way: {self.problem}.", told(skipped))
        if self.problem == NO_NUMBERS:
            return joined(f"{subject} has {NO_NUMBERS}.", told(skipped), ALLOWED)
        return joined(f"{subject} cannot be used: {self.problem}.", self.remedy, told(skipped))


@dataclass(frozen=True)
class OwnData:
    """The values of one column.

    Attributes
    ----------
    values : tuple of float
        In the order of the rows; at least one, at most `MAX_VALUES`, none out of range (`cells.out_of_range`).
    columns : tuple of Offer
        All that can be chosen.
    column, source : str
        Name of the one that was read; where the values come from, in words.
    names : tuple of str
        Cells of the row that was read as names.
    mark, unit : str
        The decimal mark, and what stood around the digits of each number ("#").
    skipped : tuple of Skipped
        What was left out.
    choices : tuple of Choice
        Other meanings that the data can have.
    """

    values: tuple[float, ...]
    columns: tuple[Offer, ...]
    column: str
    source: str
    names: tuple[str, ...]
    mark: str
    unit: str
    skipped: tuple[Skipped, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def sentence(self) -> str:
        """What was read and what was left out, in words."""
        n = len(self.values)
        choice = f" (one of {len(self.columns)} to choose from)" if len(self.columns) > 1 else ""
        source = f" from {self.source}" if self.source else ""
        text = f"{n:,} value{' was' if n == 1 else 's were'} read{source}{choice}, "
        low, high = (with_minus(text) for text in _distinct_texts(min(self.values), max(self.values)))
        text += f"the smallest {low}, the largest {high}."
        if self.mark == ",":
            text += " Commas were read as decimal commas."
        if self.unit:
            text += f" “{self.unit.replace('#', '').strip()}” was taken off each number."
        if any(c.isdigit() for name in self.names for c in name):
            text += f" The row “{shown(' '.join(self.names))}” was read as names."
        return joined(text, told(self.skipped))


def told(skipped: Sequence[Skipped]) -> str:
    """What was left out, as a sentence; empty if nothing was."""
    if not skipped:
        return ""
    n = len(skipped)
    listed = "; ".join(f"{at(cell.row, cell.cell)}: {cell.reason}" for cell in skipped[:3])
    return f"{n:,} {'was' if n == 1 else 'were'} left out: {listed}" + (f"; and {n - 3:,} more." if n > 3 else ".")


def joined(*sentences: str) -> str:
    """Those of the sentences that are not empty."""
    return " ".join(filter(None, sentences))


def at(row: int, cell: str) -> str:
    """Where a cell is, and what it holds."""
    return f"row {row:,} (“{shown(cell)}”)" if cell else f"row {row:,}"


def shown(text: str, length: int = 24) -> str:
    """A cell or a name as a sentence shows it: in one line, shortened, nothing invisible."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1] + "…"


def one_line(text: str) -> str:
    """Text with spaces in place of line breaks and of what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _distinct_texts(low: float, high: float) -> tuple[str, str]:
    """Two values in six digits, or in up to 12 if they are close together or large."""
    size = max(abs(low), abs(high))
    ratio = size / (high - low) if high > low else 1.0
    digits = 6 + (math.ceil(math.log10(ratio)) if ratio >= CLOSE else 0)
    digits = min(max(digits, len(f"{size:.0f}")), 12)
    return f"{low:.{digits}g}", f"{high:.{digits}g}"
