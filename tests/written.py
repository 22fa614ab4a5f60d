"""Random texts as people paste and export them, with the values that they write, and the law for reading them.

The law: the values read are those written, or the text is refused, or its meaning is asked about and one of the choices
gives those values. `make written` checks a hundred thousand texts.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from components.state.own_data.reading import read
from components.state.own_data.sentences import OwnData, Refused
from components.state.own_data.table import ALL

POINT = [(".", ""), (".", ""), (".", ","), (".", "'"), (".", "’"), (".", " "), (".", "\u00a0"), (".", "\u202f")]
COMMA = [(",", ""), (",", ""), (",", "."), (",", "'"), (",", " "), (",", "\u00a0"), (",", "\u202f")]
BEFORE = ["$", "€", "£", "€ ", "USD ", "R$ ", "CHF ", "kr "]
BEHIND = ["€", " €", "%", " %", "kg", " kg", "m", "°C", " °C", " m/s", " Kč", " USD", " mg/dL", "µm", " m²", " fl oz"]
MISSING = ["NA", "", "n/a", "-", ".", "NaN", "null", "#N/A", "#DIV/0!", "--", "?"]
LIMITS = ["<0.5", "< 2", ">10", "≤3", "≥ 7"]
MARKED = """
3.4*|~3|1.2 ± .1|1/2|5 1/2|12:30|١٫٥|５|½|1.2.3|0x1F|1_000|4-5|(12.5)|1e|#5|3..4|5 (2)|2.5 x 2|--5|5 ca. 3
""".strip().split("|")
NAMES = [
    "x",
    "height",
    "Größe",
    "waiting time",
    "Height (m)",
    "Height, m",
    "x1",
    "PM2.5",
    "Wert [kg]",
    "µ",
    "Preis EUR",
]
WORDS = ["Ada", "Bob", "Eve", "Zoë", "Li Wei"]
ENCODINGS = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]


Values = Sequence[float | str | None]
Columns = Mapping[str, Values]


@dataclass
class Written:
    """A text and what it writes.

    Attributes
    ----------
    text : str or bytes
        As pasted, or as a file.
    columns : dict
        Name of a column -> its values; None where one is missing, "" in an empty cell, "marked" where the column must
        be refused. Empty if no reading is right.
    in_order : list
        All values, row by row; empty if the text has a header.
    kinds : list of str
        How it is written.
    """

    text: str | bytes
    columns: Columns
    in_order: Values = ()
    kinds: Sequence[str] = ()

    def allows(self, data: OwnData) -> bool:
        """Whether these are values that the text writes, and all others were left out in words."""
        columns = [self.columns[data.column]] if data.column in self.columns else self.columns.values()
        for column in [self.in_order] if data.column == ALL else columns:
            left_out = sum(value is None for value in column)
            values = tuple(value for value in column if isinstance(value, float))
            if "marked" not in column and data.values == values and (len(data.skipped) >= left_out or data.unit):
                return True
        return False


def written(seed: int) -> Written:
    """A random text."""
    rng = random.Random(seed)
    make = rng.choices([_column, _table, _sequence, _code, _r_output, _unreadable], [4, 6, 3, 1, 0.5, 2])[0]
    return make(rng)


class Style:
    """How somebody writes numbers."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.mark, self.group = rng.choice(rng.choice([POINT, COMMA]))
        self.decimals = rng.choice([0, 0, 1, 2, 3, 4])
        self.scale = rng.choice([1, 10, 100, 1000, 10_000, 10**6])
        self.signed = rng.random() < 0.2
        self.minus = rng.choice("--−–")
        self.exponent = rng.random() < 0.05
        self.bare = rng.random() < 0.1  # .5 for 0.5
        self.quote = rng.choices(["", '"', "'"], [8, 2, 0.3])[0]
        self.before = rng.choice(BEFORE) if rng.random() < 0.1 else ""
        self.behind = rng.choice(BEHIND) if not self.before and rng.random() < 0.15 else ""

    def kinds(self, separator: str, header: bool) -> list[str]:
        """How this person writes, in words."""
        unit = "before" if self.before else "behind" if self.behind else "none"
        return [
            f"decimal {self.mark!r} group {self.group!r}",
            f"unit {unit}",
            f"separator {separator!r}",
            f"quotes {self.quote or 'none'}",
            f"header {header}",
        ]

    def number(self) -> tuple[float, str]:
        """A value, and how it is written."""
        value = round(self.rng.uniform(-1 if self.signed else 0, 1) * self.scale, self.decimals)
        if self.exponent:
            text = f"{value:.{self.decimals}e}"
            value = float(text)
        else:
            text = f"{abs(value):,.{self.decimals}f}"
        text = text.replace(",", "g").replace(".", self.mark).replace("g", self.group)
        if self.bare and text.startswith(f"0{self.mark}"):
            text = text[1:]
        sign = self.minus if value < 0 and not self.exponent else ""
        return value + 0.0, f"{sign}{self.before}{text}{self.behind}"

    def cell(self, gaps: float, marks: float) -> tuple[float | str | None, str]:
        """A value, a gap or something else, and how it is written."""
        chance = self.rng.random()
        if chance < gaps:
            text = self.rng.choice(MISSING + LIMITS)
            return None if text else "", text
        if chance < gaps + marks:
            return "marked", self.rng.choice(MARKED)
        return self.number()


def _gaps(rng: random.Random) -> tuple[float, float]:
    return rng.choice([0, 0, 0, 0.1, 0.2]), rng.choice([0, 0, 0, 0.1])


def _finished(
    rng: random.Random, lines: list[str], kinds: list[str], columns: Columns, in_order: Values = ()
) -> Written:
    """Lines as a text or a file."""
    if rng.random() < 0.05:
        lines = [rng.choice(["# made by a logger", "; exported 2024", "% by hand"]), *lines]
    text = rng.choice(["\n", "\n", "\r\n", "\r"]).join(lines) + rng.choice(["", "\n", "\n\n"])
    if rng.random() < 0.5:
        return Written(text, columns, in_order, [*kinds, "pasted"])
    encoding = rng.choice(ENCODINGS)
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        content, encoding = text.encode(), "utf-8"
    return Written(content, columns, in_order, [*kinds, f"encoding {encoding}"])


def _column(rng: random.Random) -> Written:
    """One number in each line."""
    style, (gaps, marks) = Style(rng), _gaps(rng)
    cells = [style.cell(gaps, marks) for _ in range(rng.randint(2, 12))]
    lines = [_quoted(text, style.quote) for _, text in cells]
    values = [value for value, _ in cells]
    if rng.random() < 0.5:
        return _finished(rng, lines, style.kinds("\n", False), {"column 1": values}, values)
    name = rng.choice(NAMES)
    return _finished(rng, [_quoted(name, style.quote), *lines], style.kinds("\n", True), {name: values})


def _quoted(text: str, quote: str, separator: str = "") -> str:
    """A cell in quotation marks, if its writer puts them or what parts cells is in it."""
    inner = separator and ((separator.strip() or " ") in text or not text)
    quote = '"' if inner else quote
    return f"{quote}{text}{quote}"


def _sequence(rng: random.Random) -> Written:
    """Numbers in one line or in several."""
    style, (gaps, marks) = Style(rng), _gaps(rng)
    separator = rng.choice([",", ", ", ";", "; ", "\t", " ", "  ", "\u00a0", "|", " | "])
    if style.group in {" ", "\u00a0"} and separator in {" ", "  ", style.group}:
        style.group = ""  # nobody could read that
    cells = [style.cell(gaps, marks) for _ in range(rng.randint(2, 20))]
    per_line = rng.choice([100, rng.randint(1, 6)])
    texts = [_quoted(text, style.quote, separator) for _, text in cells]
    lines = [separator.join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]
    rows = [cells[i : i + per_line] for i in range(0, len(cells), per_line)]
    if rng.random() < 0.2:
        lines = [rng.choice(["Heights", "Heights of class 7b", "Messwerte"]), *lines]
    columns = {
        f"column {j + 1}": [row[j][0] if j < len(row) else None for row in rows] for j in range(max(map(len, rows)))
    }
    return _finished(rng, lines, style.kinds(separator, False), columns, [value for value, _ in cells])


def _table(rng: random.Random) -> Written:
    """Columns of numbers and of words, with a header or none."""
    separator = rng.choice([",", ",", ";", ";", "\t", "|", ", ", "; ", " | ", " ", "  "])
    style, (gaps, marks) = Style(rng), _gaps(rng)
    n, header, index = rng.randint(2, 12), rng.random() < 0.7, rng.random() < 0.2
    names, columns, texts = [], [], []
    for j, name in enumerate(rng.sample(NAMES, rng.randint(1, 4))):
        if rng.random() < 0.15:
            words = [rng.choice(WORDS) for _ in range(n)]
            columns.append([None] * n)
            texts.append([_quoted(word, style.quote, separator) for word in words])
        else:
            other = Style(rng)
            style.decimals, style.scale, style.signed = other.decimals, other.scale, other.signed
            one = separator == "," and not header  # 1,5 kg is one number
            style.before, style.behind = ("", "") if one else (other.before, other.behind)
            cells = [style.cell(gaps, marks) for _ in range(n)]
            columns.append([value for value, _ in cells])
            texts.append([_quoted(text, style.quote, separator) for _, text in cells])
        names.append(name if header else f"column {j + 1 + index}")
    rows = [list(row) for row in zip(*texts, strict=True)]
    titles = [_quoted(name, style.quote, separator) for name in names]
    what = dict(zip(names, columns, strict=True))
    if index:
        start = rng.choice([0, 1])
        dot = rng.choice(["", "", "."])
        rows = [[_quoted(f"{start + i}{dot}", style.quote), *row] for i, row in enumerate(rows)]
        titles = [_quoted("", style.quote), *titles]
        what["column 1"] = [float(start + i) for i in range(n)]
    lines = [separator.join(row) for row in ([titles] if header else []) + rows]
    if separator in ",;" and rng.random() < 0.1:
        lines = [f"sep={separator}", *lines]
    if separator == "|" and rng.random() < 0.5:
        lines = [f"|{line}|" for line in lines]
    if header and rng.random() < 0.05 and separator in ",;\t":
        lines = ["Survey of 2024", "", *lines]
    in_order = [] if header else [what[name][i] for i in range(n) for name in sorted(what)]
    return _finished(rng, lines, style.kinds(separator, header), what, in_order)


def _code(rng: random.Random) -> Written:
    """A list in Python or R."""
    style = Style(rng)
    style.mark, style.group, style.before, style.behind, style.minus = ".", "", "", "", "-"
    cells = [style.number() for _ in range(rng.randint(1, 12))]
    begin, end = rng.choice(
        [("[", "]"), ("c(", ")"), ("x = [", "]"), ("x <- c(", ")"), ("np.array([", "])"), ("x = ", "")]
    )
    inner = rng.choice([",", ", ", ",\n"]).join(text for _, text in cells)
    values = [value for value, _ in cells]
    return Written(begin + inner + end, {"column 1": values}, values, ["code"])


def _r_output(rng: random.Random) -> Written:
    """A vector as R prints it."""
    style = Style(rng)
    style.mark, style.group, style.before, style.behind, style.minus = ".", "", "", "", "-"
    cells = [style.number() for _ in range(rng.randint(2, 20))]
    lines = [f" [{i + 1}] " + " ".join(text for _, text in cells[i : i + 6]) for i in range(0, len(cells), 6)]
    values = [value for value, _ in cells]
    columns = {f"column {j + 1}": values[j::6] for j in range(6)}
    return Written("\n".join(lines), columns, values, ["R's output"])


def _unreadable(rng: random.Random) -> Written:
    """Lines that no reading makes into one column of numbers as they are meant."""
    style = Style(rng)
    style.before = style.behind = style.quote = ""
    style.exponent = False
    numbers = [style.number()[1] for _ in range(rng.randint(3, 8))]
    others = [style.number()[1] for _ in numbers]
    one, two = rng.sample(["kg", "g", "mg", "m", "cm", "h", "min", "€", "l"], 2)
    name, power = rng.choice(WORDS), rng.randint(2, 9)
    units = [one, two, *(rng.choice([one, two]) for _ in numbers[2:])]
    several = list(zip(numbers, others, units, strict=True))
    kind, lines = rng.choice(
        [
            ("two units", [f"{a} {unit}" for a, _, unit in several]),
            ("names and two units", [f"{rng.choice(WORDS)} {a} {unit}" for a, _, unit in several]),
            ("name and number", [f"{name} {a}" for a in numbers]),
            ("power of ten", [f"{a} {rng.choice(['x', '×', '* '])}10^{power + i % 2}" for i, a in enumerate(numbers)]),
            ("exponent apart", [f"{a} E+0{power - i % 2}" for i, a in enumerate(numbers)]),
            ("minus apart", [*numbers, f"- {others[0]}"]),
            ("two parts", [f"{a}{one} {b}{two}" for a, b, _ in several]),
            ("range", [f"{a}{rng.choice([' - ', '–', ' to ', '..'])}{b}" for a, b, _ in several]),
            ("error", [f"{a}{rng.choice([' ± ', ' +/- ', ' (±'])}{b}" for a, b, _ in several]),
            ("footnote", [f"{a}{rng.choice('¹²³*†ᵃ½')}" for a in numbers]),
            ("marks differ", ["1,5", "2,75", "3.9", *rng.sample(["0,25", "0.5", "7,5"], 2)]),
            ("function", [f"{rng.choice(['rnorm', 'seq', 'log', 'np.linspace'])}({numbers[0]}, {others[0]})"]),
        ]
    )
    return Written("\n".join(lines), {}, (), [kind])


# -- the law -----------------------------------------------------------------------------------------------------------


def outcome(text: Written) -> str:
    """What became of a text: "read", "offered", "asked" or "refused"; "wrong" if other values were read."""
    try:
        data = read(text.text)
    except Refused as refusal:
        if not refusal.choices:
            return "refused"
        return "asked" if any(text.allows(found) for found in _answers(text, {}, refusal, 3)) else "asked in vain"
    if len(data.values) < 2:
        return "refused"  # by `suits`
    if text.allows(data):
        return "read"
    other = Refused("", data.choices)
    return "offered" if any(text.allows(found) for found in _answers(text, {}, other, 3)) else "wrong"


def _answers(text: Written, given: dict[str, str], refusal: Refused, depth: int) -> Iterator[OwnData]:
    """What each sequence of choices gives."""
    for choice in refusal.choices:
        answers = {**given, **choice.answer}
        column = answers.pop("column", None)
        try:
            yield read(text.text, column, answers)
        except Refused as again:
            if depth:
                yield from _answers(text, answers, again, depth - 1)


def check(count: int, seed: int) -> dict[str, Counter[str]]:
    """Outcomes of so many texts, by the kind of writing.

    Raises
    ------
    AssertionError
        If a text breaks the law.
    """
    outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for i in range(seed, seed + count):
        text = written(i)
        found = outcome(text)
        assert found != "wrong", f"text {i}: {text}\nwas read as {read(text.text)}"
        for kind in ("all", *text.kinds):
            outcomes[kind][found] += 1
    return outcomes


if __name__ == "__main__":
    for kind, counts in sorted(check(int(sys.argv[1]), int(sys.argv[2])).items()):
        print(f"{kind:30} {counts.total():7,}", *(f"{number:7,} {name}" for name, number in counts.most_common()))
