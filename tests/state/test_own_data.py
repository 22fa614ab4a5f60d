"""A class's own data: the values read from pasted text and files, and the messages of refusals."""

from __future__ import annotations

import codecs
import io
import math
import time
import zipfile

import pytest

import em
from components.state.own_data import columns, reading
from components.state.own_data.reading import Refused, read, suits


def outcome(content):
    """The values read, and the message of a refusal: one of them None."""
    try:
        return read(content), None
    except Refused as refusal:
        return None, str(refusal)


READ = {
    # one number a line, or several in a line
    "1\n2\n3\n": [1, 2, 3],
    "1, 2, 3": [1, 2, 3],
    "1,2,3": [1, 2, 3],
    "1;2;3": [1, 2, 3],
    "1\t2\t3": [1, 2, 3],
    "1  2 3 ": [1, 2, 3],
    "5 120 340": [5, 120, 340],
    "a b c 1 2": [1, 2],
    "1 2 3\n4\n5\n6": [1, 2, 3, 4, 5, 6],
    "5,\n6,\n7,": [5, 6, 7],
    "1 2 3\n4 5": [1, 2, 3, 4, 5],
    "1,2,3\n4,5\n": [1, 2, 3, 4, 5],
    "1 2 3\n4 5 6": [1, 2, 3, 4, 5, 6],  # fewer lines than columns
    "150 160\n170 165 172": [150, 160, 170, 165, 172],
    "[1.5, 2.5, 3.5]": [1.5, 2.5, 3.5],
    "[1.5 2.5\n 3.5]": [1.5, 2.5, 3.5],
    "\n\n1\n\n2\n": [1, 2],
    "1\r2\r3": [1, 2, 3],
    "1\r\n2\r\n3\x1a": [1, 2, 3],
    "1.5": [1.5],
    # decimal commas
    "1,5;2,7": [1.5, 2.7],
    "3,14\n2,72": [3.14, 2.72],
    "1,5": [1.5],
    "1,5 2,7 3": [1.5, 2.7, 3],
    "1,234.5 2,345.6": [1234.5, 2345.6],
    "x\n1,5\n2,7": [1.5, 2.7],
    "1,5e3\n2,5": [1500, 2.5],
    '"1,5"\n"2"': [1.5, 2],
    "0,577\n1,234": [0.577, 1.234],  # no group of thousands begins with 0
    # commas that separate cells
    "x,y\n1,5\n2,7\n3,9": [5, 7, 9],  # x only counts the rows
    "x,y\n4,5\n2,7": [4, 2],
    "1.5,2.5,3.5": [1.5, 2.5, 3.5],
    "100,200,300": [100, 200, 300],
    "150,160,170\n165,172,180": [150, 160, 170, 165, 172, 180],
    '"1,5", "2,7","3"': [1.5, 2.7, 3],
    '"a, b" 1.5\n"c, d" 2.5': [1.5, 2.5],
    "3,-14,2": [3, -14, 2],
    # thousands
    "1.234,5;2": [1234.5, 2],
    "1.234.567\t2": [1234567, 2],
    "1,234.5;2": [1234.5, 2],
    "1 234,5;2": [1234.5, 2],
    "1\u00a0234,5\n2\u202f345,6": [1234.5, 2345.6],
    "1'234.5\n2’345": [1234.5, 2345],
    "a;b\n1.234;2,5": [1234],  # the other column has decimal commas
    "a;b\n1,234;2.5": [1234],
    "1.234\n5.678": [1.234, 5.678],  # no comma anywhere: a decimal point
    "id height\n1 150\n2 160\n3 170": [150, 160, 170],
    # signs and spellings
    "−3\n–2\n-1\n+4": [-3, -2, -1, 4],
    "1e3\n.5\n5.\n1E-2\n007": [1000, 0.5, 5, 0.01, 7],
    "'5'\n\"6\"\n 7 ": [5, 6, 7],
    "-0\n-0.0": [0, 0],
    "\u200b5\u200e\n6": [5, 6],
    "1e12\n-1e12\n1e-12": [1e12, -1e12, 1e-12],
    # tables
    ",x\n0,5.5\n1,6.5": [5.5, 6.5],  # the first column has no name
    '"x" "y"\n"7" 5.1 3.5\n"9" 4.9 3.0': [5.1, 4.9],  # as R writes it
    "# x y\n1 5\n3 6": [1, 3],
    "Survey 2024\n\nx;y\n4;2\n3;4": [4, 3],
    "name;x\nAda;4\nBob;5": [4, 5],
    "Ada;4\nBob;5\nEve;": [4, 5],
    "x\nNA\n5": [5],
    "NA\n5\n6": [5, 6],
    "12.5%\n13": [13],
    "x;y\n4;2;0\n3;4;0": [4, 3],
    "x;y;\n4;2;\n3;4;\n;;": [4, 3],
}


@pytest.mark.parametrize("text", READ, ids=repr)
def test_values_are_read_as_they_are_meant(text):
    for content in (text, text.encode()):
        values = read(content).values
        assert values == tuple(READ[text])
        assert all(math.copysign(1, value) == 1 for value in values if value == 0)


SKIPPED = {
    "1_000": "text",
    "0x10": "text",
    "12.5%": "text",
    "5 kg;": "text",
    "1/2": "text",
    "12:30": "text",
    "1 23": "text",
    "1,23,4": "text",
    "1'234 567": "text",
    "\ud800": "marked as missing",
    "5\n6": "text",
    "５": "digits other than 0 to 9",
    "٣": "digits other than 0 to 9",
    "NaN": "marked as missing",
    "N/A": "marked as missing",
    "": "empty",
    "inf": "infinite",
    "-∞": "infinite",
    "1e999": "beyond ±1e+12",
    "-1.1e12": "beyond ±1e+12",
    "1e-13": "nearer to it than 1e-12",
    "1e-400x": "text",
    "9" * 61: "longer than the 60 characters",
    "9" * 5000: "longer than the 60 characters",
    "2,5": "which have a decimal point",
}


@pytest.mark.parametrize("cell", SKIPPED, ids=lambda cell: cell[:8])
def test_cells_without_a_value_are_left_out_with_row_and_reason(cell):
    data = read(f'x;y\n1.5;a\n"{cell}";b\n2.5;c\n3.5;d')
    assert data.values == (1.5, 2.5, 3.5)
    (skipped,) = data.skipped
    assert skipped.row == 3
    assert SKIPPED[cell] in skipped.reason
    assert len(skipped.cell) <= 24
    assert str(skipped) in data.sentence


REFUSED = {
    "": "There is nothing in it",
    " \r\n\t\ufeff": "There is nothing in it",
    "abc": "There are no numbers in it; it begins “abc”",
    ";;;\n;;": "There are no numbers",
    "[]": "There are no numbers",
    "#": "There are no numbers",
    "1e300\n1e301": "row 1 (“1e300”): beyond",
    "1,234\n5,678": "whether “1,234” has decimals or thousands",
    "1.5;2,5": "whether “2,5” has decimals or thousands",
    "a\tb\n1,234\t5": "whether “1,234” has decimals or thousands",
    "1,234.5\n987.2": "not clear whether the commas part numbers, or groups of thousands",
    "1,234,567\n2,345,678": "not clear whether the commas",
    "9.683;3.780;838": "whether “9.683” has decimals or thousands",
    "154 662\n538 930": "not clear whether the spaces",
    "123 456 789,5\n234 567 890,5": "not clear whether the spaces",
    "1 234,5\n2 345,6\n987,0": "not clear whether the spaces part numbers, or groups of thousands",
    "x\n1 234\n2 345": "not clear whether the spaces",
    "Income EUR\n12 345\n23 456": "not clear whether the spaces",
    "1,5, 2,7, 3,9": "Some commas look like decimal commas",
    "1, 2,3": "Some commas look like decimal commas",
    "1, 2,3, 4": "Some commas look like decimal commas",
    "1,5,\n2,7,": "Some commas look like decimal commas",
    "1,5\n2,7\n3,x\n4,1": "Some commas look like decimal commas",
    "Height, m\n1,75\n1,80": "Some commas look like decimal commas",
    "x,y\n1,5,2,7\n1,5,2,8": "Most rows have 4 cells, but only 2 names",
    "x\ty\n1\t2\t3\n": "Most rows have 3 cells, but only 2 names",
    '1\n2\n"3\n4': "Row 3 cannot be read: its quotation marks do not pair",
    '1;"2"3;4': "Row 1 cannot be read",
    "1" * 200_000: "more than 131,072 characters",
    b"PK\x03\x04rest": "a zip archive or a spreadsheet (xlsx, ods)",
    b"\x1f\x8b\x08": "a gzip archive",
    b"%PDF-1.7\n1\n2": "a PDF document",
    b"\x89PNG\r\n\x1a\n": "a picture (PNG)",
    b"\xd0\xcf\x11\xe0\xa1\xb1": "an old Excel or Word file",
    b"1\n2\n\x00": "a binary file",
    "1\n2\n".encode("utf-16-le"): "UTF-16 without a byte order mark",
    codecs.BOM_UTF16_LE + b"1": "UTF-16 text but is damaged",
    codecs.BOM_UTF32_LE + "1 2".encode("utf-32-le"): "a binary file",
    bytes(50_000_000): "This has 50,000,000 bytes; at most 5,000,000 are allowed",
    "1\n" * 100_001: "There are 100,001 numbers; at most 100,000 are allowed",
    "1\n" * 250_000: "This has 250,001 rows; at most 200,000 are allowed",
    "1;" * 2_000_000: "This has 2,000,001 cells; at most 1,000,000 are allowed",
    ";".join("x" * 201) + "\n" + ";".join("1" * 201): "This has 201 columns; at most 200 are allowed",
}


@pytest.mark.parametrize("content", REFUSED, ids=lambda content: repr(content[:12]))
def test_unreadable_data_are_refused_in_sentences(content):
    start = time.process_time()
    with pytest.raises(Refused) as refusal:
        read(content)
    assert REFUSED[content] in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert time.process_time() - start < 2


def test_a_real_zip_is_recognised():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.csv", "x\n1\n2\n")
    with pytest.raises(Refused, match="zip archive"):
        read(file.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_encodings(encoding):
    text = "Größe;Zahl\n1\u00a0234,5;2\n3,5;4\n"
    data = read(text.encode(encoding))
    assert data.values == (1234.5, 3.5)
    assert data.column.name == "Größe"
    assert read(codecs.BOM_UTF16_BE + text.encode("utf-16-be")) == data


# -- columns -----------------------------------------------------------------------------------------------------------


def test_a_column_is_chosen_by_name():
    text = "id;x;name;x;\n1;1,5;Ada;7;0\n2;2,5;Bob;;0\n3;;Eve;;0\n"
    data = read(text)
    assert [(c.name, c.numbers) for c in data.columns] == [
        ("id", 3),
        ("x", 2),
        ("name", 0),
        ("x (2)", 1),
        ("column 5", 3),
    ]
    assert data.header
    assert data.column.name == "x"
    assert read(text, "x (2)").values == (7,)
    assert read(text, "id").values == (1, 2, 3)
    assert read(text, "column 5").values == (0, 0, 0)
    with pytest.raises(Refused, match=r"Column “name” has no number that can be used; row 2 \(“Ada”\): text"):
        read(text, "name")
    for column in ("y", "", "ID", ["x"], 1, "y" * 1_000_000):
        with pytest.raises(
            Refused, match=r"^There is no column “.{0,24}”. There are “id”, “x”, “name”, “x .2.”, “column 5”.$"
        ):
            read(text, column)


def test_a_grid_without_names_can_be_read_by_column_or_in_order():
    text = "1;10\n2;20\n3;30\n"
    data = read(text)
    assert not data.header
    assert [(c.name, c.numbers) for c in data.columns] == [("column 1", 3), ("column 2", 3), (columns.ALL, 6)]
    assert data.values == (10, 20, 30)
    assert read(text, columns.ALL).values == (1, 10, 2, 20, 3, 30)
    assert read("7;1\n5;2\n6;\n").values == (7, 5, 6)
    assert [c.name for c in read("1 2\n3").columns] == [columns.ALL]
    assert [c.name for c in read("Ada;4\nBob;5").columns] == ["column 2"]
    assert read("1;2;;\n3;;4;\n5").n_skipped == 1
    assert not read("NA\n5\n6").header
    assert read("# x y\n4 5\n3 6").column.name == "x"


def test_the_sentence_says_what_was_read_and_what_was_left_out():
    assert read("4;5;6").sentence == "3 values were read, the smallest 4, the largest 6."
    text = "Survey\nx;y\n1,5;1\n;2\nn/a;3\nabc;4\n\n2,5;5\n1e20;6\n"
    assert read(text, "x").sentence == (
        "2 values were read from column “x” (one of 2 to choose from), the smallest 1.5, the largest 2.5. Commas were "
        "read as decimal commas. 5 were left out: row 1 (“Survey”): stands above the table; row 4: empty; "
        "row 5 (“n/a”): marked as missing; and 2 more."
    )
    for text, ends in {
        "123456.7 123459.2 123499.9": "smallest 123456.7, the largest 123499.9",
        "1000000.1 1000000.2 1000001.3": "smallest 1000000.1, the largest 1000001.3",
        "-1234567 9876543": "smallest −1234567, the largest 9876543",
        "0.00001234 0.00005": "smallest 1.234e−5, the largest 5e−5",
        "0.8414709848078965 0.1411200080598672": "smallest 0.14112, the largest 0.841471",
        "1000000000000 2": "smallest 2, the largest 1e12",
        "7.25 7.25": "smallest 7.25, the largest 7.25",
    }.items():
        assert f"the {ends}." in read(text).sentence
    assert read("a;b\n5;x").sentence.startswith("1 value was read from column “a”")
    assert "1 was left out: row 2 (“x”): text, not a number." in read("1\nx\n2").sentence


def test_rows_are_counted_as_a_spreadsheet_counts_them_and_not_all_are_listed():
    text = '\n"a\nb";x\n\n"c\nd";5\ne;bad\n'
    assert [(s.row, s.cell) for s in read(text).skipped] == [(5, "bad")]
    data = read("1\n" + "bad\n" * 50 + "2\n")
    assert data.n_skipped == 50
    assert [s.row for s in data.skipped] == list(range(2, 2 + reading.MAX_SKIPPED))


# -- families ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "exponential", "gaussian"),
    [
        ([1.5, 2.5], None, None),
        ([0, 0, 3], None, None),
        ([], "There are no values: a mixture needs at least two.", "There are no values"),
        ([3], "There is only one value: a mixture needs at least two.", "There is only one value"),
        ([0, 0], "All 2 values are 0: a mixture needs at least two different values.", "All 2 values are 0"),
        ([2.5] * 1200, "All 1,200 values are 2.5: ", "All 1,200 values are 2.5: "),
        ([-2, -2], "All 2 values are -2: ", "All 2 values are -2: "),
        ([1, -2, 3, -4.5], "2 of the 4 values are negative, the smallest -4.5: ", None),
        ([1, -2], "1 of the 2 values is negative, the smallest -2: ", None),
        ([1, 1e13], "The value 1e+13 is beyond ±1e+12: ", "The value 1e+13 is beyond ±1e+12: "),
        ([1, 1e-13], "The value 1e-13 is not 0, but nearer to it than 1e-12: ", "The value 1e-13 is not 0"),
        ([1, float("nan")], "The value nan is ", "The value nan is "),
        ([1, -float("inf")], "The value -inf is ", "The value -inf is "),
    ],
    ids=str,
)
def test_families_that_do_not_suit_are_refused_in_words(values, exponential, gaussian):
    for family, words in ((em.ExponentialMixture, exponential), (em.GaussianMixture, gaussian)):
        message = suits(values, family)
        if words is None:
            assert message is None
            assert em.fit(values, em.quantile_start(values, family, 2)).message
        else:
            assert message.startswith(words)
            assert message.endswith(".")
    if exponential and not gaussian:
        assert suits(values, em.ExponentialMixture).endswith("Choose a Gaussian mixture.")


def test_the_engine_decides_last(monkeypatch):
    def refuse(x):
        raise ValueError("x must be something else")

    monkeypatch.setattr(em.GaussianMixture, "check_spread", refuse)
    assert suits([-1, 2], em.GaussianMixture) == "These values cannot be fitted: x must be something else."


def test_numbers_that_are_all_out_of_range_are_reported_in_any_place():
    for text, where in (("1e299 2e299", "There is no"), ("x\n1e299\n2e299", "Column “x” has no")):
        with pytest.raises(Refused) as refused:
            read(text)
        assert str(refused.value).startswith(f"{where} number that can be used; row ")
        assert str(refused.value).endswith("beyond ±1e+12. Give the values in another unit.")
