"""The columns of own data: their values, which of them is read if none is chosen, and what is doubtful about them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, pairwise

from components.state.own_data.cells import Values, is_date, is_word, left_out, number, read_column, row_names, unread
from components.state.own_data.sentences import (
    ALLOWED,
    Choice,
    Offer,
    OwnData,
    Refused,
    Skipped,
    at,
    joined,
    shown,
    told,
)
from components.state.own_data.table import Column, Table, Text, read_table
from components.state.parameters import MAX_VALUES

_YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
_COUNTS = re.compile("n|counts?|freq.*|number|anzahl|häufigkeit.*|effectifs?|nombre|frecuencia.*|aantal|antal", re.I)


class Columns:
    """The columns of a text in one layout, each read once."""

    def __init__(self, text: Text, layout: str, answers: Mapping[str, str]):
        self.text, self.layout, self.answers = text, layout, answers
        header = {"names": True, "values": False}.get(answers.get("header", ""))
        self.table = read_table(text.text, layout, header)
        self._read: dict[Column, Values] = {}

    def values(self, column: Column) -> Values:
        """The numbers of a column."""
        if column not in self._read:
            read = read_column(self.table.cells(column), lambda: self._usual_mark, self.answers)
            different = {value for value in read.values if value is not None}
            n = sum(value is not None for value in read.values)
            if n > MAX_VALUES:
                read = replace(read, values=(), problem=f"it has {n:,} numbers; at most {MAX_VALUES:,} are allowed")
            elif len(different) == 1 and n > 1:
                constant = f"all {n:,} values are {different.pop():.12g}"
                read = replace(read, values=(), problem=constant, constant=True)
            self._read[column] = read
        return self._read[column]

    @cached_property
    def _usual_mark(self) -> str | None:
        """The decimal mark of all cells of the table, if it is clear; the point of “1.” may number a row."""
        if self.text.code:
            return "."
        numbers = [
            found
            for found in (number(cell) for cell in self.table.flat if cell[-1:] != ".")
            if found and None in (found.point, found.comma)
        ]
        marks = {"." if found.comma is None else "," for found in numbers}
        return marks.pop() if len(marks) == 1 else None

    @property
    def default(self) -> Column:
        """The column that is read if none is chosen.

        All numbers if there are fewer rows than columns without names. Otherwise the first column with numbers in at
        least half of its rows, without a problem, that has a name and does more than number the rows. If there is none,
        one that a user can mend.
        """
        table = self.table
        columns = [column for column in table.columns if column.position is not None]
        in_order = len(table.rows) < len(columns) < len(table.columns) and not self.values(table.columns[-1]).problem
        if in_order or not columns:
            return table.columns[-1]
        usable = [column for column in columns if self.values(column).problem is None or self.values(column).choices]
        named = [column for column in usable if column.named or not table.names]
        full = [column for column in named if 2 * len(self.values(column).skipped) <= len(table.rows)]
        telling = [column for column in full if not row_names([cell for _, cell in table.cells(column)])]
        refused = [column for column in columns if self.values(column).remedy]  # better than numbers of rows
        return next(chain(telling, refused, full, named, usable), columns[0])

    def read(self, name: str | None) -> OwnData:
        """The values of a column, by its name, or of the default one."""
        table, counted = self.table, self._counted()
        if not table.columns:
            raise Refused(no_numbers(table))
        offers = tuple(Offer(column.name, self.values(column).problem) for column in table.columns)
        offers += tuple(Offer(counts_name, None) for counts_name in counted)
        if name is None:
            self._refuse_doubt(offers, counted)
            name = self.default.name
        skipped = tuple(self.text.comments) + tuple(
            Skipped(row, shown(" ".join(cells)), "stands above the table") for row, cells in table.titles
        )
        if name in tuple(counted):
            values, unit, mark, source = counted[name], "", ".", name
        else:
            column = next((column for column in table.columns if column.name == name), None)
            if column is None:
                names = "”, “".join(offer.name for offer in offers[:10]) + "”" + ", …" * (len(offers) > 10)
                raise Refused(f"There is no column “{shown(str(name))}”. There are “{names}.", columns=offers)
            read = self.values(column)
            skipped += read.skipped
            values, unit, mark = tuple(v for v in read.values if v is not None), read.unit, read.mark
            source = "" if column.position is None else f"column “{name}”" if column.named else name
            if read.problem:
                raise Refused(_refusal(source, read, skipped), read.choices, offers)
        return OwnData(values, offers, name, source, table.names, mark, unit, skipped)

    def _counted(self) -> dict[str, tuple[float, ...]]:
        """Values, each as often as a column of counts says, by a name for them; empty if there are no counts.

        Counts are in a column with such a name, or in the second of two columns without names.
        """
        columns = [
            column for column in self.table.columns if column.position is not None and self.values(column).values
        ]
        found = {}
        for value, count in pairwise(columns):
            named = count.named and _COUNTS.fullmatch(count.name) is not None
            pairs = list(zip(self.values(value).values, self.values(count).values, strict=True))
            full = [(v, n) for v, n in pairs if v is not None and n is not None]
            whole = len(full) == len(pairs) and all(n >= 0 and n == int(n) for _, n in full)
            rising = all(a < b for (a, _), (b, _) in pairwise(full))
            if whole and rising and (named or (len(columns) == 2 and not self.table.names)):
                total = int(sum(n for _, n in full))
                if len(full) < total <= MAX_VALUES:
                    source = f"“{value.name}”, each as often as “{count.name}” says"
                    found[source] = tuple(v for v, n in full for _ in range(int(n)))
        return found

    def _refuse_doubt(self, offers: tuple[Offer, ...], counted: Mapping[str, tuple[float, ...]]) -> None:
        """Refuse, with choices, if numbers in the first row can be names, or a column holds counts."""
        rows, names = self.table.rows, self.table.names
        if names and counted:
            choices = [Choice(f"{name}: {len(values):,} values", {"column": name}) for name, values in counted.items()]
            choices += [Choice(f"“{column.name}” alone", {"column": column.name}) for column in self.table.columns]
            raise Refused("One column seems to say how often each value was observed.", choices[:5], offers)
        if "header" in self.answers:
            return
        first, below = (names, rows) if names else (rows[0][1], rows[1:])
        doubtful = [j for j, cell in enumerate(first) if number(cell) and (names or _YEAR.fullmatch(cell))]
        again = any(_YEAR.fullmatch(cells[j]) for _, cells in below for j in doubtful if j < len(cells))
        if doubtful and below and (names or (any(map(is_word, first)) and not again)):
            choices = [
                Choice("The first row has names", {"header": "names"}),
                Choice("It has values", {"header": "values"}),
            ]
            raise Refused(f"“{shown(first[doubtful[0]])}” in the first row can be a name or a value.", choices, offers)


def no_numbers(table: Table) -> str:
    """That a table has no numbers, and why, as sentences."""
    rows = [*table.titles, *table.rows]
    for row, cell in ((row, cell) for row, cells in rows for cell in cells):
        if is_unknown(cell) or is_date(cell):
            return f"There is no number as a whole in it: {at(row, cell)} is {unread(cell)}. {ALLOWED}"
    if not rows:
        return f"There is nothing in it but comments. {ALLOWED}"
    begins = shown(" ".join(cell for _, cells in rows[:3] for cell in cells))
    found = "It mixes words and numbers" if any(map(str.isdigit, begins)) else "There are no numbers in it"
    remedy = "Write a row of names above the columns, or semicolons between the cells."
    return f"{found}; it begins “{begins}”. {remedy if any(map(str.isdigit, begins)) else ALLOWED}"


def _refusal(source: str, read: Values, skipped: Sequence[Skipped]) -> str:
    subject = f"{source[0].upper()}{source[1:]}" if source else "The numbers"
    if read.choices:
        return joined(f"{subject} can be read in more than one way: {read.problem}.", told(skipped))
    if read.problem == "no numbers":
        return joined(f"{subject} has no numbers.", told(skipped), ALLOWED)
    return joined(f"{subject} cannot be used: {read.problem}.", read.remedy, told(skipped))


def is_unknown(cell: str) -> bool:
    """Whether a tidy cell is neither a number, a gap, a word nor a date."""
    return not (number(cell) or left_out(cell) or is_word(cell) or is_date(cell))
