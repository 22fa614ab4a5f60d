"""A class's own data: pasted numbers or a file, read in memory into the values of one column.

The values read are those written; or the data are refused in words; or, if they have more than one meaning, the page
offers each (`Choice`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import NamedTuple

from components.state.own_data.cells import Values, is_date, is_word, left_out, number, read_column, row_names, unread
from components.state.own_data.decoding import decoded
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
from components.state.own_data.table import BY_SPACES, Column, Table, Text, prepared, read_table
from components.state.parameters import MAX_VALUES

SAMPLE = 50_000
"""What separates cells is found in so many characters; the rest is read in the same way."""
_YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)(?![0-9.,])")
_COUNTS = re.compile("n|counts?|freq.*|number|anzahl|häufigkeit.*|effectifs?|nombre|frecuencia.*|aantal|antal", re.I)


def read(content: bytes | str, column: str | None = None, answers: Mapping[str, str] | None = None) -> OwnData:
    """Read the values of one column.

    Parameters
    ----------
    content : bytes or str
        A file, or pasted text.
    column : str or None
        Name of the column; None: `Reader.default`.
    answers : mapping or None
        What a user chose where the data have more than one meaning (`Choice.answer`).

    Raises
    ------
    Refused
        A ValueError, in sentences for the page: empty, not text, too large, no numbers, no such column, a cell that is
        no number as a whole, or more than one meaning.
    """
    answers = answers or {}
    text = prepared(decoded(content))
    layout, choices = choose_layout(text, answers)
    return replace(Reader(text, layout, answers).read(column), choices=choices)


class Reader:
    """The columns of a text in one layout, each read once."""

    def __init__(self, text: Text, layout: str, answers: Mapping[str, str]):
        self.text, self.layout, self.answers = text, layout, answers
        header = {"names": True, "values": False}.get(answers.get("header", ""))
        self.table = read_table(text.text, layout, header)
        self._read: dict[Column, Values] = {}

    def values(self, column: Column) -> Values:
        """The numbers of a column."""
        if column not in self._read:
            read = read_column(self.table.cells(column), self._usual_mark, self.answers)
            different = {value for value in read.values if value is not None}
            n = sum(value is not None for value in read.values)
            if n > MAX_VALUES:
                read = replace(read, values=(), problem=f"it has {n:,} numbers; at most {MAX_VALUES:,} are allowed")
            elif len(different) == 1 and n > 1:
                constant = f"all {n:,} values are {different.pop():.12g}"
                read = replace(read, values=(), problem=constant, constant=True)
            self._read[column] = read
        return self._read[column]

    def _usual_mark(self) -> str | None:
        """The decimal mark of all cells of the table, if it is clear."""
        if self.text.code:
            return "."
        numbers = [found for found in map(number, self.table.flat) if found and None in (found.point, found.comma)]
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
            raise Refused(_no_numbers(table))
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


def _no_numbers(table: Table) -> str:
    rows = [*table.titles, *table.rows]
    for row, cell in ((row, cell) for row, cells in rows for cell in cells):
        if not is_word(cell) and left_out(cell) is None:
            return f"There is no number as a whole in it: {at(row, cell)} is {unread(cell)}. {ALLOWED}"
    if not rows:
        return f"There is nothing in it but comments. {ALLOWED}"
    begins = shown(" ".join(cell for _, cells in rows[:3] for cell in cells))
    found = "It mixes words and numbers" if any(map(str.isdigit, begins)) else "There are no numbers in it"
    return f"{found}; it begins “{begins}”. {ALLOWED}"


def _refusal(source: str, read: Values, skipped: Sequence[Skipped]) -> str:
    subject = f"{source[0].upper()}{source[1:]}" if source else "The numbers"
    if read.choices:
        return joined(f"{subject} can be read in more than one way: {read.problem}.", told(skipped))
    if read.problem == "no numbers":
        return joined(f"{subject} has no numbers.", told(skipped), ALLOWED)
    return joined(f"{subject} cannot be used: {read.problem}.", read.remedy, told(skipped))


# -- what separates cells ----------------------------------------------------------------------------------------------


class _Trial(NamedTuple):
    """A sample of the lines, read in one layout as a whole."""

    table: Table
    read: Values

    @property
    def meaning(self) -> object:
        """Equal for two layouts that give the same values."""
        return self.read.problem or tuple(v for v in self.read.values if v is not None)


def choose_layout(text: Text, answers: Mapping[str, str]) -> tuple[str, tuple[Choice, ...]]:
    """The layout in which the lines are numbers as a whole, and a choice of one that is possible, but seldom meant.

    Raises
    ------
    Refused
        If several layouts give different values: with a choice for each.
    """
    layouts = text.layouts
    if len(layouts) == 1:
        return layouts[0], ()
    if answers.get("layout") in layouts:
        return answers["layout"], ()
    sample = text.text[:SAMPLE]
    if len(text.text) > SAMPLE:
        sample = sample.rpartition("\n")[0] or sample
    header = {key: value for key, value in answers.items() if key == "header"}
    trials = {layout: trial for layout in layouts if (trial := _trial(text._replace(text=sample), layout, header))}
    meant = _meant(trials, sample)
    choices = {layout: _example(trials, layout) for layout in trials}
    if len({trials[layout].meaning for layout in meant}) > 1:
        why = "It is not clear whether commas and spaces separate numbers or belong to them."
        raise Refused(why, [choices[layout] for layout in meant])
    if not meant:
        return _refused(text), ()
    if "comma" in trials and "comma" not in meant and trials[meant[0]].read.mark == ",":
        cells = [cell for _, cells in trials["comma"].table.rows for cell in cells[1:]]
        if all(_WHOLE.match(cell) for cell in cells if number(cell)):
            return meant[0], (choices["comma"],)  # 1,5 can be two whole numbers
    return meant[0], ()


def _refused(text: Text) -> str:
    """The layout whose refusal says most: that of a table with names, or of lines."""
    for layout in ("comma", "space"):
        if layout in text.layouts:
            read_table(text.text, layout)
    return "line"


def _trial(text: Text, layout: str, answers: Mapping[str, str]) -> _Trial | None:
    """A layout's reading; None if some cell is no number as a whole."""
    try:
        reader = Reader(text, layout, answers)
    except Refused:
        return None
    table = reader.table
    if not table.columns or not _whole(table, layout):
        return None
    read = reader.values(reader.default)
    refused = read.problem and not (read.choices or read.constant or read.units_differ or table.named)
    return None if refused and layout == "line" else _Trial(table, read)


def _whole(table: Table, layout: str) -> bool:
    """Whether each cell is a number, a gap or a word, and not a part of something else."""
    cells = table.flat
    if layout == "line":
        return all(number(cell) or left_out(cell) for cell in cells)
    if any('"' in cell for cell in (*table.names, *cells)):
        return False  # a part of a quoted cell
    known = all(number(cell) or left_out(cell) or is_word(cell) or is_date(cell) for cell in cells)
    if table.named:
        return known or layout not in BY_SPACES
    *lengths, last = [len(cells) for _, cells in table.rows]
    regular = {*lengths} <= {last}
    if layout in BY_SPACES:
        return known and (regular or not row_names(table.first)) and _words_apart(table, regular, constant=False)
    wrapped = len({*lengths}) == 1 and last < lengths[0]  # a sequence in several lines
    mixed = any(" " in cell and is_word(cell) and any(map(str.isdigit, cell)) for cell in cells)
    return known and all(table.first) and not mixed and (regular or wrapped) and _words_apart(table, regular)


def _words_apart(table: Table, regular: bool, constant: bool = True) -> bool:
    """Whether words stand in columns of their own, if there are any, which are not `constant`: “about”, or a unit."""
    words = {j for _, cells in table.rows for j, cell in enumerate(cells) if is_word(cell) or is_date(cell)}
    if not words or not regular or len(table.rows) == 1:
        return not words
    columns = [[cells[j] for _, cells in table.rows] for j in words]
    return all((constant or len({*column}) > 1) and not any(map(number, column)) for column in columns)


def _meant(trials: Mapping[str, _Trial], sample: str) -> list[str]:
    """The layouts that can be meant."""
    for layout, (table, _) in trials.items():
        spaced = any(", " in names for names in sample.split("\n")[: table.rows[0][0] - 1])
        numbered = layout in BY_SPACES and len(table.rows) > 2 and row_names(table.first)
        if table.named and (numbered or (layout == "comma" and not spaced)):
            return [layout]
    line = trials.get("line")
    if line and line.read.units_differ:  # or other cells are names: 5 Ada
        return [layout for layout, (table, _) in trials.items() if table.named] or ["line"]
    meant = [layout for layout, trial in trials.items() if not (line and _outdone(line, layout, trial))]
    single = line and len(line.table.rows) == 1 and not (line.read.unit or line.table.names)
    return meant[1:] if single and len(meant) > 1 else meant  # nobody pastes one number


def _outdone(line: _Trial, layout: str, trial: _Trial) -> bool:
    """Whether each line is meant to be a number rather than several cells."""
    table, by_spaces = trial.table, layout in BY_SPACES
    if layout == "line" or line.table.rows[0][0] != table.rows[0][0]:
        return False  # a name in one is a value in the other
    if line.read.unit:
        return by_spaces or not table.named
    if table.named:
        return False
    if line.table.names and not (by_spaces and row_names(table.first)):
        return True
    counted = len(table.rows) > 2 and row_names(table.first)
    unclear = any("decimal" in choice.answer for choice in line.read.choices)
    return layout == "comma" and (unclear or (line.read.mark == "," and not counted))


def _example(trials: Mapping[str, _Trial], layout: str) -> Choice:
    """A button for a layout: what it makes of the first line of which another one makes something else."""
    lines = {name: dict(trial.table.rows) for name, trial in trials.items()}
    differing = (row for row, cells in lines[layout].items() if any(line.get(row) != cells for line in lines.values()))
    row = next(differing, 0)
    cells = [shown(cell) for cell in lines[layout].get(row, []) if cell]
    several = f"{len(cells)} cells: {'; '.join(cells[:4])}{'; …' if len(cells) > 4 else ''}"
    return Choice(several if len(cells) > 1 else f"One cell: {''.join(cells)}", {"layout": layout})
