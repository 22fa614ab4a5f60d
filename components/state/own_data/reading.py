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

from components.state.own_data.cells import DASHES, Values, is_word, left_out, number, row_names
from components.state.own_data.columns import Columns, is_unknown, no_numbers
from components.state.own_data.decoding import decoded
from components.state.own_data.sentences import Choice, OwnData, Refused, shown
from components.state.own_data.table import BY_SPACES, Table, Text, prepared, read_table

SAMPLE = 50_000
"""What separates cells is found in so many characters; the rest is read in the same way."""
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
        no number as a whole, or more than one meaning.
    """
    answers = answers or {}
    text = prepared(decoded(content))
    layout, choices = choose_layout(text, answers)
    return replace(Columns(text, layout, answers).read(column), choices=choices)


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
        return _refused(text._replace(text=sample)), ()
    if "comma" in trials and "comma" not in meant and trials[meant[0]].read.mark == ",":
        cells = [cell for _, cells in trials["comma"].table.rows for cell in cells[1:]]
        if all(_WHOLE.match(cell) for cell in cells if number(cell)):
            return meant[0], (choices["comma"],)  # 1,5 can be two whole numbers
    return meant[0], ()


def _refused(text: Text) -> str:
    """The layout whose refusal says most: that of a table with names, or of lines."""
    if "comma" in text.layouts:
        read_table(text.text, "comma")
    try:
        read_table(text.text, "line")
    except Refused as refusal:
        raise Refused(no_numbers(read_table(text.text, text.layouts[-1]))) from refusal
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
    if words and (by_spaces or not regular or not _words_apart(table) or not _points(cells)):
        return False
    if len({found.unit for found in map(number, cells) if found}) > 1 and not words:
        return False  # 1h 30m
    if by_spaces:
        pairs = chain.from_iterable(pairwise(cells) for _, cells in table.rows)
        parts = any(before.isdecimal() and cell[0] in ".," for before, cell in pairs if cell)  # 12 .5
        return not parts and DASHES.isdisjoint(cells) and (regular or not row_names(table.first))
    wrapped = len({*lengths}) == 1 and last < lengths[0] > 1  # a sequence in several lines
    return all(table.first) and "-" not in cells and (regular or wrapped)


def _points(cells: Sequence[str]) -> bool:
    """Whether some numbers need a decimal point, so that commas separate cells."""
    return any(found.comma is None for found in map(number, cells) if found)


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
