"""A class's own data at random and at their limits: random numbers in every style, random bytes, huge files."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

import em
from components.state.own_data import cells, sentences, table
from components.state.own_data.reading import read
from components.state.own_data.sentences import Refused
from components.state.parameters import MAX_VALUES
from components.state.sources import suits
from tests.state.test_own_data import READ, outcome


@pytest.mark.parametrize("name", em.datasets.names())
def test_data_sets_survive_a_file(name):
    x = em.datasets.load(name).x
    for text in (
        "x\n" + "\n".join(map(str, x)),
        "nr;x\n" + "\n".join(f"{i};{v}" for i, v in enumerate(x, 1)).replace(".", ","),
    ):
        assert read(text).values == tuple(x)


ANSWERS = {
    "layout": ["line", "comma", "list", "space", "spaces", "blank", "tab", "x"],
    "decimal": [".", ",", "x"],
    "header": ["names", "values", "x"],
    "missing": ["out", "value", "x"],
}
VALID = [text.encode() for text in READ] + ["Größe;x\n1 234,5;−2\n".encode("utf-16"), b"x,y\n1.5,2.5\n" * 20]


@pytest.mark.slow
def test_random_bytes_are_read_or_refused():
    rng = random.Random(7)
    read_at_all = 0
    for i in range(3000):
        if i % 3 == 0:
            content = rng.randbytes(rng.randint(0, 60))
        elif i % 3 == 1:
            content = bytes(rng.choices(b"0123456789.,;\t \n\r\"'+-eE_xNa#[]\xa0\xe2", k=rng.randint(0, 60)))
        else:
            content = bytearray(rng.choice(VALID))
            for _ in range(rng.randint(1, 4)):
                at = rng.randint(0, len(content))
                content[at : at + rng.randint(0, 2)] = rng.randbytes(rng.randint(0, 2))
        outcome(bytes(content), {key: rng.choice(ANSWERS[key]) for key in ANSWERS if rng.random() < 0.5})
        data, refusal = outcome(bytes(content))
        if data is None:
            assert refusal.endswith(".")
            continue
        read_at_all += 1
        assert data.values
        assert all(isinstance(v, float) and (v == 0 or 1e-12 <= abs(v) <= 1e12) for v in data.values)
        assert data.sentence.endswith(".")
        assert data.sentence.isprintable()
        for column in data.columns:
            assert column.name.isprintable()
            assert len(column.name) <= 100
        for family in (em.ExponentialMixture, em.GaussianMixture):
            if suits(data.values, family) is None:
                em.quantile_start(data.values, family, 2)
    assert 200 < read_at_all < 2900


@pytest.mark.slow
def test_values_at_the_limits_are_allowed():
    assert len(read("1\n2\n" * (MAX_VALUES // 2)).values) == MAX_VALUES
    assert read("1" + " " * (sentences.MAX_BYTES - 2) + "2").values == (1, 2)
    with pytest.raises(Refused, match="5,000,001 bytes"):
        read("1" + " " * sentences.MAX_BYTES)
    assert len(read(";".join("x" * 200) + "\n" + ";".join("1" * 200)).columns) == table.MAX_COLUMNS
    assert len(read("1;" * 99_999 + "2").values) == 99_999 + 1
    assert table.MAX_ROWS > MAX_VALUES
    assert em.ExponentialMixture.check_observations([cells.LARGEST, cells.SMALLEST]).size == 2


HUGE = {
    "one digit": "1" * 4_999_999,
    "separators": "," * 4_999_999,
    "numbers": "1," * 2_499_999,
    "spaces": "1 " * 2_499_999,
    "decimal commas": "1,1 " * 1_249_999,
    "quotes": '"' * 4_999_999,
    "quoted quotes": '"a""' * 1_249_999,
    "points": "." * 4_999_999,
    "brackets": "[" * 4_999_999,
    "comments": "#" * 4_999_999,
    "blank lines": "\n" * 4_999_998 + "1",
    "text": "abc\n" * 199_000 + "5",
    "titles": "a\n" * 90_000 + "1;2\n" * 100_000,
    "names": ",".join(f"c{i}" for i in range(600_000)),
    "no-break spaces": "\u00a0" * 2_499_999,
    "two numbers": "1" + " " * 4_999_990 + "2",
    "two numbers and commas": "1," + " " * 4_999_990 + ",2",
    "a rule": "|x\n" + "-" * 4_999_000 + "x",
    "a list": "[[1]" + " " * 4_999_990 + "2]",
    "a name": "a" * 4_999_999,
    "a call": "a" + " " * 4_999_990 + "(1",
    "keywords": "[1" + ", a" * 1_666_000 + "]",
    "limits": "<" * 4_999_999,
    "open quotes": '"a\n' * 199_999,
    "many columns": ";".join("x" * 200) + ("\n" + ";".join("1.5" for _ in range(200))) * 4_990,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
def test_huge_input_is_refused_quickly(name):
    start = time.process_time()
    data, refusal = outcome(HUGE[name])
    if data:
        assert data.values
    else:
        assert refusal.endswith(".")
        assert len(refusal) < 400
    assert time.process_time() - start < 20, "time that grows with the square of the length would be hours"


@pytest.mark.slow
@pytest.mark.parametrize("separator", ["\n", ";", " ", ", "])
def test_a_hundred_thousand_values_are_read(separator):
    values = tuple(np.random.default_rng(1).normal(50, 10, MAX_VALUES).round(3).tolist())
    assert read(separator.join(map(str, values)).encode()).values == values


def test_reading_ends_in_words_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr("components.state.time_limit.READING_SECONDS", 0)
    with pytest.raises(Refused, match="takes longer than 20 s, which is the limit"):
        read("1,5;2,5\n" * 50)
