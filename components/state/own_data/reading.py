"""A class's own data: pasted numbers or a file, read in memory into the values of one column.

The values read are those written; or the data are refused in words; or, if they have more than one meaning, the page
offers each (`Choice`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

from components.state.own_data.cells import (
    DASHES,
    decimal_mark,
    is_unknown,
    is_word,
    left_out,
    no_numbers,
    number,
    read_column,
    row_names,
    tidy,
)
from components.state.own_data.sentences import Choice, Offer, OwnData, Refused, Skipped, Values, shown
from components.state.own_data.table import BY_SPACES, CERTAIN, POSSIBLE, Column, Table, Text, prepared, read_table
from components.state.parameters import MAX_VALUES
from components.state.time_limit import READING_SECONDS, TooLong, reading

SAMPLE = 50_000
"""What separates cells is found in so many characters; the rest is read in the same way."""
TOO_LONG = (
    f"Reading this takes longer than {READING_SECONDS} s, which is the limit. Leave out columns that you do not need."
)
_YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
_COUNTS = re.compile("n|counts?|freq.*|number|anzahl|häufigkeit.*|effectifs?|nombre|frecuencia.*|aantal|antal", re.I)
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)(?![0-9.,])")


def read(content: bytes | str, column: str | None = None, answers: Mapping[str, str] | None = None) -> OwnData:
    """Read the values of one column.

    Parameters
    ----------
    content : bytes or str
        A file, or pasted text.
    column : str or None
        Name of the column; None: `Columns.default`.
    answers : mapping or None
        What a user chose where the data have more than one meaning (`Choice.answer`).

    Raises
    ------
    Refused
        A ValueError, in sentences for the page: empty, not text, too large, no numbers, no such column, a cell that is
        no number as a whole, more than one meaning, or too long to read.
    """
    answers = answers or {}
    try:
        with reading():
            text = prepared(content)
            layout, choices = _choose_layout(text, answers)
            return replace(Columns(text, layout, answers).read(column), choices=choices)
    except TooLong:
        raise Refused(TOO_LONG) from None


# -- what separates cells ----------------------------------------------------------------------------------------------


class _Trial(NamedTuple):
    """A sample of the lines, read in one layout as a whole."""

    table: Table
    read: Values

    @property
    def meaning(self) -> object:
        """Equal for two layouts that give the same values."""
        return self.read.problem or self.read.numbers


def _choose_layout(text: Text, answers: Mapping[str, str]) -> tuple[str, tuple[Choice, ...]]:
    """The layout in which the lines are numbers as a whole, and a choice of one that is possible, but seldom meant.

    Raises
    ------
    Refused
        If several layouts give different values: with a choice for each.
    """
    layouts = (text.layout,) if text.layout else _layouts(text.text)
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
        return _refused(sample, layouts), ()
    if "comma" in trials and "comma" not in meant and trials[meant[0]].read.mark == ",":
        cells = [cell for _, cells in trials["comma"].table.rows for cell in cells[1:]]
        if all(_WHOLE.match(cell) for cell in cells if number(cell)):
            return meant[0], (choices["comma"],)  # 1,5 can be two whole numbers
    return meant[0], ()


def _layouts(text: str) -> tuple[str, ...]:
    """What may separate cells in the first lines that are not empty; what stands in quotation marks does not count."""
    lines = [re.sub(r'"[^"]*"', "0", line) for line in text.split("\n") if line.strip()][:1000]
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


def _refused(sample: str, layouts: Sequence[str]) -> str:
    """The layout whose refusal says most: that of a table with names, or of lines."""
    if "comma" in layouts:
        read_table(sample, "comma")
    try:
        read_table(sample, "line")
    except Refused as refusal:
        table = read_table(sample, layouts[-1])
        raise Refused(no_numbers([*table.titles, *table.rows])) from refusal
    return "line"


def _trial(text: Text, layout: str, answers: Mapping[str, str]) -> _Trial | None:
    """A layout's reading; None if some cell is no number as a whole."""
    try:
        columns = Columns(text, layout, answers)
    except Refused:
        return None
    table = columns.table
    if not table.columns or not _whole(table, layout):
        return None
    read = columns.values(columns.default)
    refused = read.problem and not (read.choices or read.constant or read.conflict or table.named)
    return None if refused and layout == "line" else _Trial(table, read)


def _whole(table: Table, layout: str) -> bool:
    """Whether each cell is a number or a gap, and not a part of something else. Words can stand below names."""
    cells = table.flat
    if layout == "line":
        return all(number(cell) or left_out(cell) for cell in cells)
    if any('"' in cell for cell in (*table.names, *cells)):
        return False  # a part of a quoted cell
    by_spaces = layout in BY_SPACES
    if table.named:
        return not by_spaces or (not any(map(is_unknown, cells)) and _words_apart(table))
    *lengths, last = [len(cells) for _, cells in table.rows]
    regular = {*lengths} <= {last}
    words = [cell for cell in cells if is_word(cell)]
    if any(" " in word and any(map(str.isdigit, word)) for word in words):
        return False  # a name and a number
    if any(map(is_unknown, cells)):
        return False
    points = any(found.comma is None for found in map(number, cells) if found)  # then commas separate cells
    if words and (by_spaces or not regular or not _words_apart(table) or not points):
        return False
    if len({found.unit for found in map(number, cells) if found}) > 1 and not words:
        return False  # 1h 30m
    if by_spaces:
        pairs = chain.from_iterable(pairwise(cells) for _, cells in table.rows)
        parts = any(before.isdecimal() and cell[0] in ".," for before, cell in pairs if cell)  # 12 .5
        return not parts and DASHES.isdisjoint(cells) and (regular or not row_names(table.first))
    wrapped = len({*lengths}) == 1 and last < lengths[0] > 1  # a sequence in several lines
    return all(table.first) and "-" not in cells and (regular or wrapped)


def _words_apart(table: Table) -> bool:
    """Whether no column has words and numbers."""
    words = {j for _, cells in table.rows for j, cell in enumerate(cells) if is_word(cell)}
    return not any(j in words and number(cell) for _, cells in table.rows for j, cell in enumerate(cells))


def _meant(trials: Mapping[str, _Trial], sample: str) -> list[str]:
    """The layouts that can be meant."""
    for layout, (table, _) in trials.items():
        spaced = any(", " in names for names in sample.split("\n")[: table.rows[0][0] - 1])
        numbered = layout in BY_SPACES and len(table.rows) > 2 and row_names(table.first)
        if table.named and (numbered or (layout == "comma" and not spaced)):
            return [layout]
    line = trials.get("line")
    if line and line.read.conflict:  # or other cells are names: 5 Ada
        return [layout for layout, (table, _) in trials.items() if table.named] or ["line"]
    meant = [layout for layout, trial in trials.items() if not (line and _outdone(line, layout, trial))]
    single = line and len(line.table.rows) == 1 and not (line.read.unit or line.table.names)
    return meant[1:] if single and len(meant) > 1 else meant  # nobody pastes one number


def _outdone(line: _Trial, layout: str, trial: _Trial) -> bool:
    """Whether each line is meant to be a number rather than several cells."""
    table = trial.table
    if layout == "line" or line.table.rows[0][0] != table.rows[0][0]:
        return False  # a name in one is a value in the other
    if line.read.unit:
        return layout in BY_SPACES or not table.named
    counted = len(table.rows) > 2 and row_names(table.first) and not line.table.names
    unclear = any("decimal" in choice.answer for choice in line.read.choices)
    return layout == "comma" and not table.named and (unclear or (line.read.mark == "," and not counted))


def _example(trials: Mapping[str, _Trial], layout: str) -> Choice:
    """A button for a layout: what it makes of the first line of which another one makes something else."""
    lines = {name: dict(trial.table.rows) for name, trial in trials.items()}
    differing = (row for row, cells in lines[layout].items() if any(line.get(row) != cells for line in lines.values()))
    row = next(differing, 0)
    cells = [shown(cell) for cell in lines[layout].get(row, []) if cell]
    several = f"{len(cells)} cells: {'; '.join(cells[:4])}{'; …' if len(cells) > 4 else ''}"
    return Choice(several if len(cells) > 1 else f"One cell: {''.join(cells)}", {"layout": layout})


# -- columns -----------------------------------------------------------------------------------------------------------


class Columns:
    """The columns of a text in one layout, each read once."""

    def __init__(self, text: Text, layout: str, answers: Mapping[str, str]):
        self.text, self.answers = text, answers
        header = {"names": True, "values": False}.get(answers.get("header", ""))
        self.table = read_table(text.text, layout, header)
        self._read: dict[Column, Values] = {}

    def values(self, column: Column) -> Values:
        """The numbers of a column."""
        if column not in self._read:
            cells = self.table.cells(column)
            self._read[column] = read_column(cells, lambda: self._usual_mark, self.answers)
        return self._read[column]

    @cached_property
    def _usual_mark(self) -> str | None:
        return "." if self.text.code else decimal_mark(self.table.flat)

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
            raise Refused(no_numbers([*table.titles, *table.rows]))
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
            values, unit, mark = read.numbers, read.unit, read.mark
            source = "" if column.position is None else f"column “{name}”" if column.named else name
            if read.problem:
                raise Refused(read.refusal(source, skipped), read.choices, offers)
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
