"""A class's own data at random and at their limits: random numbers in every style, random bytes, huge files."""

from __future__ import annotations

import random
import re
import time

import numpy as np
import pytest

import em
from components.state.own_data import columns, decoding, grids, numerals, reading
from components.state.own_data.reading import Refused, read, suits
from tests.state.test_own_data import READ, outcome


def styled(number, decimals, mark, group):
    return f"{number:,.{decimals}f}".replace(",", "g").replace(".", mark).replace("g", group)


def test_random_numbers_are_read_exactly_or_refused_as_doubtful():
    doubtful = 0
    for seed in range(3000):
        rng = random.Random(seed)
        mark, group = rng.choice([".", ".,", ".'", ",", ",.", ",\u00a0", ", "]).ljust(2, "|")
        separator = rng.choice(["\n", ";", "\t", "; ", " ", ",", ", "])
        decimals, scale = rng.choice([0, 1, 2, 3]), rng.choice([1, 100, 10_000, 10**6])
        if separator[0] in (mark, group) or (group == "." and decimals == 0):
            continue  # ambiguous; points alone are decimal points
        values = [round(rng.uniform(-1, 1) * scale, decimals) for _ in range(rng.randint(2, 30))]
        written = separator.join(styled(value, decimals, mark, group.strip("|")) for value in values)
        data, refusal = outcome(written)
        if data:
            assert data.values == tuple(values), written
        else:
            assert {",", " "} & {mark, group}, "only commas and spaces are doubtful"
            assert re.search("not clear whether|do not tell whether|Some commas look like", refusal), written
            doubtful += 1
    assert doubtful < 600


@pytest.mark.parametrize("name", em.datasets.names())
def test_data_sets_survive_a_file(name):
    x = em.datasets.load(name).x
    for text in (
        "x\n" + "\n".join(map(str, x)),
        "nr;x\n" + "\n".join(f"{i};{v}" for i, v in enumerate(x, 1)).replace(".", ","),
    ):
        assert read(text).values == tuple(x)


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
            assert len(column.name) <= 40
        for family in (em.ExponentialMixture, em.GaussianMixture):
            if suits(data.values, family) is None:
                em.quantile_start(data.values, family, 2)
    assert 700 < read_at_all < 2900


@pytest.mark.slow
def test_values_at_the_limits_are_allowed():
    assert len(read("1\n" * reading.MAX_VALUES).values) == reading.MAX_VALUES
    assert read("1" + " " * (decoding.MAX_BYTES - 2) + "2").values == (1, 2)
    with pytest.raises(Refused, match="5,000,001 bytes"):
        read("1" + " " * decoding.MAX_BYTES)
    assert len(read(";".join("x" * 200) + "\n" + ";".join("1" * 200)).columns) == columns.MAX_COLUMNS
    assert len(read("1;" * 99_999 + "1").values) == 99_999 + 1
    assert grids.MAX_ROWS > reading.MAX_VALUES
    assert em.ExponentialMixture.check_observations([numerals.LARGEST, numerals.SMALLEST]).size == 2


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
    assert time.process_time() - start < 4


@pytest.mark.slow
@pytest.mark.parametrize("separator", ["\n", ";", " ", ", "])
def test_a_hundred_thousand_values_are_read_in_less_than_a_second(separator):
    values = tuple(np.random.default_rng(1).normal(50, 10, reading.MAX_VALUES).round(3).tolist())
    text = separator.join(map(str, values)).encode()

    def seconds():
        start = time.process_time()
        assert read(text).values == values
        return time.process_time() - start

    assert any(seconds() < 1 for _ in range(5)), "one of several attempts, since the machine may be busy"
