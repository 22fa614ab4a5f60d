"""A class's own data: the values read from pasted text and files, and the messages of refusals."""

from __future__ import annotations

import codecs
import io
import math
import zipfile

import pytest

from components.state.own_data import table
from components.state.own_data.reading import read
from components.state.own_data.sentences import Refused


def outcome(content, answers=None):
    """The values read, and the message of a refusal: one of them None."""
    try:
        return read(content, None, answers), None
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
    "1 2 3\n4\n5\n6": [1, 2, 3, 4, 5, 6],
    "5,\n6,\n7,": [5, 6, 7],
    "1 2 3\n4 5": [1, 2, 3, 4, 5],
    "1,2,3\n4,5\n": [1, 2, 3, 4, 5],
    "1 2 3\n4 5 6": [1, 2, 3, 4, 5, 6],  # fewer lines than columns
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
    '"1,5", "2,7","3"': [1.5, 2.7, 3],
    "3,-14,2": [3, -14, 2],
    # thousands
    "1.234,5;2": [1234.5, 2],
    "1.234.567\t2": [1234567, 2],
    "1,234.5;2": [1234.5, 2],
    "1 234,5;2": [1234.5, 2],
    "1'234.5\n2’345": [1234.5, 2345],
    "a;b\n1.234;2,5": [1234],  # the other column has decimal commas
    "a;b\n1,234;2.5": [1234],
    "id height\n1 150\n2 160\n3 170": [150, 160, 170],
    # signs and spellings
    "−3\n–2\n-1\n+4": [-3, -2, -1, 4],
    "1e3\n.5\n5.\n1E-2\n007": [1000, 0.5, 5, 0.01, 7],
    "'5'\n\"6\"\n 7 ": [5, 6, 7],
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
    "x;y\n4;2;0\n3;4;0": [4, 3],
    "x;y;\n4;2;\n3;4;\n;;": [4, 3],
    "-0\n1\n-0.0": [0, 1, 0],
    "1\u202f234,5\n2\u202f345,6": [1234.5, 2345.6],  # no other use of a narrow space
    "a;b\n1\u00a0234,5;x\n2\u00a0345,6;y": [1234.5, 2345.6],
    # units, taken off where they are the same
    "12.5 kg\n13 kg\nNA": [12.5, 13],
    "-$5.50\n$-6\n$ 7": [-5.5, -6, 7],
    "kr 12,50;kr 9": [12.5, 9],
    "5 fl oz\n6 fl oz": [5, 6],
    "12 m²\n13 m²": [12, 13],
    "n who\n5 Ada\n6 Bob": [5, 6],
    # lists in code, and R's output
    "x <- c(1.5, 2.5)": [1.5, 2.5],
    "np.array([1.5, 2.5], dtype=float32)": [1.5, 2.5],
    "[[1.5, 2], [3, 4]]": [1.5, 3],
    "5.1,3.5,setosa\n7.0,3.2,versicolor": [5.1, 7],
    "x\n12.5 m³\n13 m³": [12.5, 13],
    "1.\t170\n2.\t165\n3.\t180": [170, 165, 180],
    "id x\n101 5.1\n102 6.2\n103 7.3": [5.1, 6.2, 7.3],
    "oran\n%12,5\n%13,5": [12.5, 13.5],
    "x =\n\n    1.5000\n    2.5200\n": [1.5, 2.52],
    '["1.5", "2.5"]': [1.5, 2.5],
    "x = 1,5": [1, 5],
    " [1] 1.234 2.345\n [3] 3.456": [1.234, 2.345, 3.456],
    '"","x"\n"a",1.5\n"b",2.5': [1.5, 2.5],
    "  height weight\n1    5.1    3.5\n2    4.9    3.0\n3    4.7    3.2": [5.1, 4.9, 4.7],
    # files of programs
    "SEP=,\nx,y\n1,5\n3,6": [1, 3],
    "Instrument: UV-1800\nDate;2020-01-05\nGain;5\nTime;Abs\n0;1,1\n1;1,2": [1.1, 1.2],
    "; logger 3\n; run 2\n1.5\n2.5": [1.5, 2.5],
    "// made by hand\n1.5\n2.5": [1.5, 2.5],
    "# 3 runs\n1.5\n2.5": [1.5, 2.5],
    "| x | y |\n|---|---:|\n| 1.5 | 2 |\n| 2.5 | 3 |": [1.5, 2.5],
    "x;y\n#NV;2\n4;#DIV/0!\n3;2\n": [4, 3],
    "id,score\n1,.5\n2, .\n3,1.5": [0.5, 1.5],
    "x\n#N/A\n5\n6": [5, 6],
    "date,x\n2020-01-01,5\n2020-01-02,6": [5, 6],
    "2024-05-01 5.5\n2024-05-02 6.5": [5.5, 6.5],
    # spaces within cells and between them
}


@pytest.mark.parametrize("text", READ, ids=repr)
def test_values_are_read_as_they_are_meant(text):
    for content in (text, text.encode()):
        values = read(content).values
        assert values == tuple(READ[text])
        assert all(math.copysign(1, value) == 1 for value in values if value == 0)


SKIPPED = {
    "NaN": "marked as missing",
    "N/A": "marked as missing",
    "—": "marked as missing",
    "#WERT!": "marked as missing",
    "": "empty",
    "inf": "infinite",
    "-∞": "infinite",
    "<0.5": "only a limit is known",
    "≥ 1,5": "only a limit is known",
    "k.A.": "text, not a number",
    "missing": "text, not a number",
}


@pytest.mark.parametrize("cell", SKIPPED, ids=lambda cell: cell[:8])
def test_cells_without_a_value_are_left_out_with_row_and_reason(cell):
    data = read(f'x;y\n1.5;a\n"{cell}";b\n2.5;c\n3.5;d')
    assert data.values == (1.5, 2.5, 3.5)
    (skipped,) = data.skipped
    assert skipped.row == 3
    assert skipped.reason == SKIPPED[cell]
    assert f"row 3{cell and f' (“{cell}”)'}: {SKIPPED[cell]}." in data.sentence


MARKED = {
    "1_000": "no number as a whole",
    "0x10": "no number as a whole",
    "5 kg;": "no number as a whole",
    "1/2": "no number as a whole",
    "5 1/2": "no number as a whole",
    "3.4*": "no number as a whole",
    "~3": "no number as a whole",
    "1.2 ± .1": "no number as a whole",
    "(12.5)": "no number as a whole",
    "12-14": "no number as a whole",
    "n=5": "no number as a whole",
    "ca. 3": "no number as a whole",
    "1e": "no number as a whole",
    "5-": "no number as a whole",
    "$-5-": "no number as a whole",
    "-$-5": "no number as a whole",
    "±": "no number as a whole",
    "½": "no number as a whole",
    "\ud800": "marked as missing",
    "1 23": "no number as a whole",
    "1,23,4": "no number as a whole",
    "1'234 567": "no number as a whole",
    "5\n6": "no number as a whole",
    "12:30": "a date or a time",
    "1.2.2020": "a date or a time",
    "５": "written with digits other than 0 to 9",
    "٣": "written with digits other than 0 to 9",
    "1e999": "beyond ±1e+12",
    "-1.1e12": "beyond ±1e+12",
    "1e-13": "nearer to it than 1e-12",
    "9" * 61: "longer than the 60 characters",
    "9" * 5000: "longer than the 60 characters",
    "12.5%": "have different units",
    "2,5": "a decimal comma",
}


@pytest.mark.parametrize("cell", MARKED, ids=lambda cell: cell[:8])
def test_a_column_with_a_cell_that_is_no_number_as_a_whole_is_refused_and_the_cell_named(cell):
    text = f'x;y\n1.5;1\n"{cell}";5\n2.5;3\nNA;4'
    if cell == "\ud800":  # a question mark in UTF-8
        assert read(text, "x").values == (1.5, 2.5)
        return
    with pytest.raises(Refused) as refusal:
        read(text, "x")
    assert MARKED[cell] in str(refusal.value)
    assert "row 3 (“" in str(refusal.value)
    assert str(refusal.value).endswith("1 was left out: row 5 (“NA”): marked as missing.")
    data = read(text)
    assert data.column == "y", "another column can be used"
    assert [MARKED[cell] in str(column.problem) for column in data.columns] == [True, False]


REFUSED = {
    "": "There is nothing in it",
    " \r\n\t\ufeff": "There is nothing in it",
    "abc": "There are no numbers in it; it begins “abc”",
    ";;;\n;;": "There is nothing in it but comments",
    "[]": "row 1 (“[]”) is no number as a whole",
    "a b c 1 2": "It mixes words and numbers; it begins “a b c 1 2”",
    "about 3 and 4": "It mixes words and numbers",
    "ca. 3\nca. 4": "It mixes words and numbers",
    "5 kg\n500 g": "row 1 (“5 kg”) and row 2 (“500 g”) have different units",
    "12.5%\n13": "row 1 (“12.5%”) and row 2 (“13”) have different units",
    "(1.5, 2.5)": "row 1 (“(1.5, 2.5)”) is no number as a whole",
    '"a, b" 1.5\n"c, d" 2.5': "It mixes words and numbers",
    "(5,5)\n(6,5)": "row 1 (“(5,5)”) is no number as a whole",
    "2020-01-01\n2020-01-02": "row 1 (“2020-01-01”) is a date or a time",
    "c(1,000, 2,000)": "“000” is no number in code",
    "sep=x\n1x2": "“x” separates its cells",
    "½\n(12.5)": "row 1 (“½”) is no number as a whole",
    "5;5\n5;5": "all 2 values are 5",
    "#": "There is nothing in it but comments",
    "1e300\n1e301": "row 1 (“1e300”) is beyond",
    "1.5;2,5": "row 1 (“1.5”) has a decimal point, row 1 (“2,5”) a decimal comma",
    "1,5\n2,7\n3,x\n4,1": "row 3 (“3,x”) is no number as a whole",
    "x,y\n1,5,2,7\n1,5,2,8": "Row 2 does not fit the row of names: 4 cells, and 2 names",
    "x\ty\n1\t2\t3\n": "Row 2 does not fit the row of names: 3 cells, and 2 names",
    '1\n2\n"3\n4': "Row 3 cannot be read: its quotation marks do not pair",
    '1;"2"3;4': "Row 1 cannot be read",
    "1" * 200_000: "more than 131,072 characters",
    b"PK\x03\x04rest": "a zip archive or a spreadsheet (xlsx, ods)",
    b"\x1f\x8b\x08": "a gzip archive",
    b"%PDF-1.7\n1\n2": "a PDF document",
    b"\x89PNG\r\n\x1a\n": "a picture",
    b"\xd0\xcf\x11\xe0\xa1\xb1": "an old Excel or Word file",
    b"1\n2\n\x00": "a binary file",
    "1\n2\n".encode("utf-16-le"): "UTF-16 without a byte order mark",
    codecs.BOM_UTF16_LE + b"1": "UTF-16 text but is damaged",
    codecs.BOM_UTF32_LE + "1 2".encode("utf-32-le"): "a binary file",
    bytes(50_000_000): "This has 50,000,000 bytes; at most 5,000,000 are allowed",
    "1\n" * 100_001: "it has 100,001 numbers; at most 100,000 are allowed",
    "1\n" * 250_000: "This has 250,001 rows; at most 200,000 are allowed",
    "1;" * 2_000_000: "This has 2,000,001 cells; at most 1,000,000 are allowed",
    ";".join("x" * 201) + "\n" + ";".join("1" * 201): "This has 201 columns; at most 200 are allowed",
}


@pytest.mark.parametrize("content", REFUSED, ids=lambda content: repr(content[:12]))
def test_unreadable_data_are_refused_in_sentences(content):
    with pytest.raises(Refused) as refusal:
        read(content)
    assert REFUSED[content] in str(refusal.value)
    assert str(refusal.value).endswith(".")


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
    assert data.column == "Größe"
    assert read(codecs.BOM_UTF16_BE + text.encode("utf-16-be")) == data


# -- columns -----------------------------------------------------------------------------------------------------------


def test_a_column_is_chosen_by_name():
    text = "id;x;name;x;\n1;1,5;Ada;7;0\n2;2,5;Bob;;0\n3;;Eve;;0\n"
    data = read(text)
    assert [tuple(column) for column in data.columns] == [
        ("id", None),
        ("x", None),
        ("name", "no numbers"),
        ("x (2)", None),
        ("column 5", "all 3 values are 0"),
    ]
    assert data.names == ("id", "x", "name", "x", "")
    assert data.column == "x"
    assert read(text, "x (2)").values == (7,)
    assert read(text, "id").values == (1, 2, 3)
    with pytest.raises(Refused, match=r"Column “name” has no numbers. 3 were left out: row 2 \(“Ada”\): text"):
        read(text, "name")
    for column in ("y", "", "ID", ["x"], 1, "y" * 1_000_000):
        with pytest.raises(
            Refused, match=r"^There is no column “.{0,24}”. There are “id”, “x”, “name”, “x .2.”, “column 5”.$"
        ):
            read(text, column)


def test_a_grid_without_names_can_be_read_by_column_or_in_order():
    text = "1;10\n2;20\n3;30\n"
    data = read(text)
    assert not data.names
    counts = "“column 1”, each as often as “column 2” says"
    assert [column.name for column in data.columns] == ["column 1", "column 2", table.ALL, counts]
    assert data.values == (10, 20, 30)
    assert read(text, table.ALL).values == (1, 10, 2, 20, 3, 30)
    assert read("7;1\n5;2\n6;\n").values == (7, 5, 6)
    assert [c.name for c in read("1 2\n3").columns] == [table.ALL]
    assert [c.name for c in read("Ada;4\nBob;5").columns] == ["column 2"]
    assert len(read("1;2;;\n3;;4;\n5").skipped) == 1
    assert not read("NA\n5\n6").names
    assert read("# x y\n4 5\n3 6").column == "x"


def test_the_sentence_says_what_was_read_and_what_was_left_out():
    assert read("4;5;6").sentence == "3 values were read, the smallest 4, the largest 6."
    text = "Survey\nx;y\n1,5;1\n;2\nn/a;3\nabc;4\n\n2,5;5\n"
    assert read(text, "x").sentence == (
        "2 values were read from column “x” (one of 2 to choose from), the smallest 1.5, the largest 2.5. Commas were "
        "read as decimal commas. 4 were left out: row 1 (“Survey”): stands above the table; row 4: empty; "
        "row 5 (“n/a”): marked as missing; and 1 more."
    )
    assert read("x1;y\n5 kg;1\n6 kg;2").sentence == (
        "2 values were read from column “x1” (one of 2 to choose from), the smallest 5, the largest 6. “kg” was taken "
        "off each number. The row “x1 y” was read as names."
    )
    for text, ends in {
        "123456.7 123459.2 123499.9": "smallest 123456.7, the largest 123499.9",
        "1000000.1 1000000.2 1000001.3": "smallest 1000000.1, the largest 1000001.3",
        "-1234567 9876543": "smallest −1234567, the largest 9876543",
        "0.00001234 0.00005": "smallest 1.234e−5, the largest 5e−5",
        "0.8414709848078965 0.1411200080598672": "smallest 0.14112, the largest 0.841471",
        "1000000000000 2": "smallest 2, the largest 1e12",
    }.items():
        assert f"the {ends}." in read(text).sentence
    assert read("a;b\n5;x").sentence.startswith("1 value was read from column “a”")
    assert "1 was left out: row 2 (“x”): text, not a number." in read("1\nx\n2").sentence


def test_rows_are_counted_as_a_spreadsheet_counts_them_and_not_all_are_listed():
    text = '\n"a\nb";x\n\n"c\nd";5\ne;bad\n'
    assert [(s.row, s.cell) for s in read(text).skipped] == [(5, "bad")]
    data = read("1\n" + "bad\n" * 50 + "2\n")
    assert [s.row for s in data.skipped] == list(range(2, 52))
    assert data.sentence.endswith("row 4 (“bad”): text, not a number; and 47 more.")


def test_numbers_that_are_out_of_range_are_reported_in_any_place():
    for text, where in (("1e299 2e299", "The numbers"), ("x\n5\n2e299", "Column “x”")):
        with pytest.raises(Refused) as refused:
            read(text)
        assert str(refused.value).startswith(f"{where} cannot be used: row ")
        assert str(refused.value).endswith("beyond ±1e+12. Leave it out, or give the values in another unit.")
