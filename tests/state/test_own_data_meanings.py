"""Own data with more than one meaning: what is asked, and what each choice gives; the law over random texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.state.own_data.reading import read
from components.state.own_data.sentences import Refused
from tests.written import check

CASES = json.loads((Path(__file__).parents[1] / "cases" / "pasted.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_what_people_paste_is_what_is_read(case):
    if case["values"] is None:
        with pytest.raises(Refused) as refusal:
            read(case["text"])
        assert refusal.value.choices or "row 1 (“" in str(refusal.value) or "row 2 (“" in str(refusal.value)
    else:
        assert list(read(case["text"]).values) == case["values"]


def meanings(text: str, answers: dict[str, str] | None = None) -> dict[str, tuple[float, ...]]:
    """The values that each choice for a text gives, by its label."""
    with pytest.raises(Refused) as refusal:
        read(text, None, answers)
    found = {}
    for label, answer in refusal.value.choices:
        given = {**(answers or {}), **answer}
        column = given.pop("column", None)
        found[label] = read(text, column, given).values
    return found


ASKED = {
    # thousands or decimals
    "1,234\n5,678": {"1,234 is 1234": (1234, 5678), "1,234 is 1.234": (1.234, 5.678)},
    "9.683;3.780;838": {"9.683 is 9.683": (9.683, 3.78, 838), "9.683 is 9683": (9683, 3780, 838)},
    "a\tb\n1,234\t5\n2,345\t6": {"1,234 is 1234": (1234, 2345), "1,234 is 1.234": (1.234, 2.345)},
    '"1,000","2,500"': {"1,000 is 1000": (1000, 2500), "1,000 is 1": (1, 2.5)},
    "0.;40,485;47,185\n1.;43,429;35,860": {
        "40,485 is 40485": (0, 40485, 47185, 1, 43429, 35860),
        "40,485 is 40.485": (40.485, 43.429),
    },
    # numbers with groups, or several numbers
    "1,234.5\n987.2": {"One cell: 1,234.5": (1234.5, 987.2), "2 cells: 1; 234.5": (1, 234.5, 987.2)},
    "1,234,567\n2,345,678": {
        "One cell: 1,234,567": (1234567, 2345678),
        "3 cells: 1; 234; 567": (1, 234, 567, 2, 345, 678),
    },
    "1,23,456.7\n2,34,567.8": {
        "One cell: 1,23,456.7": (123456.7, 234567.8),
        "3 cells: 1; 23; 456.7": (1, 23, 456.7, 2, 34, 567.8),
    },
    "154 662\n538 930": {"One cell: 154 662": (154662, 538930), "2 cells: 154; 662": (154, 538)},
    "150 160\n170 165 172": {"One cell: 150 160": (150160, 170165172), "2 cells: 150; 160": (150, 160, 170, 165, 172)},
    "1 234,5\n987,0": {"One cell: 1 234,5": (1234.5, 987), "2 cells: 1; 234,5": (1, 234.5, 987)},
    "x\n1 234\n2 345": {"One cell: 1 234": (1234, 2345), "2 cells: 1; 234": (234, 345)},
    "Income EUR\n12 345\n23 456": {"One cell: 12 345": (12345, 23456), "2 cells: 12; 345": (12, 23)},
    # a comma within numbers or between them
    "1,5, 2,7, 3,9": {"6 cells: 1; 5; 2; 7; …": (1, 5, 2, 7, 3, 9), "3 cells: 1,5; 2,7; 3,9": (1.5, 2.7, 3.9)},
    "1, 2,3, 4": {"4 cells: 1; 2; 3; 4": (1, 2, 3, 4), "3 cells: 1; 2,3; 4": (1, 2.3, 4)},
    "1,5,\n2,7,": {"2 cells: 1; 5": (5, 7), "One cell: 1,5": (1.5, 2.7)},
    "Height, m\n1,75\n1,80": {"One cell: 1,75": (1.75, 1.8), "2 cells: 1; 75": (75, 80)},
    "1,5\n2,7\n3,9": {"One cell: 1,5": (1.5, 2.7, 3.9), "2 cells: 1; 5": (5, 7, 9)},
    # codes of missing values
    "5\n-99\n7\n-99.0\n8": {"-99 is a missing value": (5, 7, 8), "-99 is a value": (5, -99, 7, -99, 8)},
    "-5\n-999\n7": {"-999 is a missing value": (-5, 7), "-999 is a value": (-5, -999, 7)},
    # names or values in the first row
    "x;2019\n1;5\n2;6": {"The first row has names": (5, 6), "It has values": (1, 2)},
    "Country;2019;2020\nA;1;2\nB;3;4": {"The first row has names": (1, 3), "It has values": (2019, 1, 3)},
    # counts
    "x,count\n0,5\n1,1\n2,2": {
        "“x”, each as often as “count” says: 8 values": (0, 0, 0, 0, 0, 1, 2, 2),
        "“x” alone": (0, 1, 2),
        "“count” alone": (5, 1, 2),
    },
}


@pytest.mark.parametrize("text", ASKED)
def test_a_text_with_several_meanings_is_asked_about(text):
    assert meanings(text) == ASKED[text]


def test_one_question_follows_the_other():
    text = "1.000,2.000\n-999,3.000\n4.000,1.500"
    with pytest.raises(Refused) as refusal:
        read(text)
    assert [choice.label for choice in refusal.value.choices] == ["1.000 is 1", "1.000 is 1000"]
    assert meanings(text, {"decimal": ","}) == {
        "-999 is a missing value": (1000, 4000),
        "-999 is a value": (1000, -999, 4000),
    }


@pytest.mark.parametrize("text", ["5\n-99\n-98\n7", "-99\n-99.5\n-98", "99\n5\n7", "-998\n5\n7"])
def test_values_beside_others_of_their_size_are_no_codes(text):
    assert read(text).values == tuple(map(float, text.split()))


def test_a_rare_meaning_is_offered_beside_the_usual_one():
    data = read("3,14\n2,72\n1,41")
    assert data.values == (3.14, 2.72, 1.41)
    ((label, answer),) = data.choices
    assert label == "2 cells: 3; 14"
    assert read("3,14\n2,72\n1,41", None, answer).values == (3, 2, 1)
    assert read("3,14\n2,05").choices == (), "05 is no whole number of its own"


def test_counts_are_offered_where_the_columns_have_no_names():
    text = "1;10\n2;20\n3;30\n"
    counts = read(text).columns[-1].name
    assert read(text, counts).values == (1,) * 10 + (2,) * 20 + (3,) * 30
    assert read(text, counts).sentence.startswith(
        "60 values were read from “column 1”, each as often as “column 2” says"
    )
    for other in ("1;10\n1;20", "2;10\n1;20", "1;1.5\n2;2", "1;-1\n2;2", "1;100000\n2;1", "a;b\n1;10\n2;20"):
        assert not any("each as often" in column.name for column in read(other).columns)


def test_what_is_written_is_read_or_refused_or_asked_about():
    kinds = check(10_000, seed=0)
    outcomes = kinds.pop("all")
    assert outcomes["read"] > 6_500
    assert outcomes["asked"] > 300
    assert outcomes["offered"] > 0
    assert outcomes["asked in vain"] < 30
    unreadable = {kind for kind, count in kinds.items() if not count["read"]}
    assert len(unreadable) == 12
    for kind, count in kinds.items():
        assert count.total() > 50, kind
        assert kind in unreadable or count["read"] > 0.2 * count.total(), kind


@pytest.mark.parametrize("header", ["names", "values"])
def test_an_answer_to_no_question_is_no_error(header):
    for text in ("#", ";;;", "x"):
        with pytest.raises(Refused):
            read(text, None, {"header": header})
    assert read("5\n6", None, {"header": "values", "layout": "space", "decimal": ",", "missing": "out"}).values == (
        5,
        6,
    )


LOST = {
    # a part of a number would be lost
    "5½\n6½": "row 1 (“5½”) is no number",
    "5²\n6²": "row 1 (“5²”) is no number",
    "5 million\n6 million": "row 1 (“5 million”) is no number",
    "5万\n6万": "row 1 (“5万”) is no number",
    "1.5 x10^3\n2.5 x10^4": "row 1 (“1.5 x10^3”) is no number",
    "x\n1.5 E+03\n2.5 E+04": "row 2 (“1.5 E+03”) is no number",
    "1.2 10³\n3.4 10⁴": "row 1 (“1.2 10³”) is no number",
    "temp\n-5\n- 6\n7": "row 3 (“- 6”) is no number",
    "- 5\n- 6\n- 7": "row 1 (“- 5”) is no number",
    "5 - 6\n7 - 9": "row 1 (“5 - 6”) is no number",
    "12 . 5\n13 . 7": "row 1 (“12 . 5”) is no number",
    "12 .5\n13 .7": "row 1 (“12 .5”) is no number",
    "5 < 6\n7 < 9": "row 1 (“5 < 6”) is no number",
    "1.5 *\n2.5\n3.5 *": "row 1 (“1.5 *”) is no number",
    "1h 30m\n2h 15m": "row 1 (“1h 30m”) is no number",
    "3 d 4 h\n5 w 6 d": "row 1 (“3 d 4 h”) is no number",
    "£5 10s\n£6 4s": "row 1 (“£5 10s”) is no number",
    "3 of 5\n4 out 7": "row 1 (“3 of 5”) is no number",
    "500 cm2\n6 m2\n700 cm2": "row 1 (“500 cm2”) is no number",
    # a unit or a name in each line
    "Eve 6,216.2711\nEve 9,192.1452": "It mixes words and numbers",
    "-9,6701\n-9,1556\n- ,4671": "row 3 (“- ,4671”) is no number",
    "Ada 5 kg\nBob 500 g\nEve 7 kg": "It mixes words and numbers",
    "drug dose\nA 5 mg\nB 500 µg\nC 2 g": "It mixes words and numbers",
    "Berlin 3 645 000\nHamburg 1 841 000": "It mixes words and numbers",
    "Ada,1,5\nBob,2,7": "It mixes words and numbers",
    # another decimal mark in some row
    "1,5\n2,7\n3.9": "row 1 (“1,5”) a decimal comma",
    "x\n170,5\n165,2\n180.2": "row 2 (“170,5”) a decimal comma",
    "1.234,5\n2,345.6": "row 1 (“1.234,5”) a decimal comma",
    # code that computes
    "log(c(1.5, 2.5))": "It mixes words and numbers",
    "seq(1, 10, by=2)": "row 1 (“seq(1, 10, by=2)”) is no number",
    "rnorm(50, 170, 10)": "It mixes words and numbers",
    "c(1, 2, na=99)": "row 1 (“c(1, 2, na=99)”) is no number",
    "x = 5 - 10": "“-” is no number in code",
    "n = 100 mean 5": "“mean” is no number in code",
    "x =\n\n   1.0e+03 *\n\n    1.5000\n    2.5000": "“1.0e+03 *”",
    "[1] 5 6 7\nLevels: 5 6 7": "row 1",
}


@pytest.mark.parametrize("text", LOST)
def test_a_text_of_which_a_part_would_be_lost_is_refused(text):
    with pytest.raises(Refused) as refusal:
        read(text)
    assert LOST[text] in str(refusal.value)
    assert refusal.value.choices == ()
