"""Small data in a link: every bit comes back, links stay short, and other text is not read as data."""

from __future__ import annotations

import random
import re
import struct

import pytest

from components.state.own_data.packing import MAX_PACKED, MAX_TEXT, _signed, pack, unpack


def bits(values):
    return struct.pack(f"<{len(values)}d", *values)


def finite(rng):
    """Any finite double: subnormal, huge, -0."""
    while True:
        (value,) = struct.unpack("<d", rng.randbytes(8))
        if value - value == 0:
            return value


KINDS = {
    "any": finite,
    "two decimals": lambda rng: round(rng.gauss(170, 10), 2),
    "exponential": lambda rng: round(rng.expovariate(1), 3),
    "whole": lambda rng: rng.randint(-1000, 1000),
    "full precision": lambda rng: rng.gauss(0, 1),
    "few": lambda rng: rng.choice([0.1, -0.25, 1e12, 1e-12]),
    "zeros": lambda rng: rng.choice([0.0, -0.0]),
    "huge": lambda rng: rng.choice([1, -1, 3]) * 1e300,
    "tiny": lambda rng: rng.choice([5e-324, 1e-323, 0]),
    "extremes": lambda rng: rng.choice([1.7976931348623157e308, -5e-324, 2.2250738585072014e-308, 123456.789]),
    "thousands": lambda rng: rng.randint(1, 9) * 1000.0,
    "constant": lambda rng: 3.25,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_values_come_back_bit_for_bit(kind):
    for seed in range(60):
        rng = random.Random(seed)
        values = [
            float(KINDS[kind](rng)) for _ in range(rng.choice([1, 2, 3, 50, MAX_PACKED, rng.randint(1, MAX_PACKED)]))
        ]
        text = pack(values)
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", text)
        assert len(text) <= MAX_TEXT
        assert bits(unpack(text)) == bits(values)


@pytest.mark.parametrize(
    ("kind", "longest"),
    [("two decimals", 450), ("exponential", 480), ("whole", 400), ("full precision", 2150), ("constant", 25)],
)
def test_two_hundred_values_stay_short(kind, longest):
    for seed in range(20):
        rng = random.Random(seed)
        assert len(pack([KINDS[kind](rng) for _ in range(MAX_PACKED)])) <= longest


@pytest.mark.parametrize("values", [[], [1.0] * 201, [float("nan")], [1, float("inf")], [-float("inf")]], ids=repr)
def test_what_a_link_cannot_carry_is_refused(values):
    with pytest.raises(ValueError, match=r"^A link carries .*\.$"):
        pack(values)


def refused(text):
    with pytest.raises(ValueError, match=r"^The data in this link are damaged: copy the whole link again\.$"):
        unpack(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "....",
        "AAAA\n",
        "ä" * 8,
        "A" * MAX_TEXT,
        "A" * 10_000_000,
        "9" * 5000,
        None,
        7,
        b"AAAA",
        _signed("", b""),
        _signed("", bytes(7)),
        _signed("", bytes(8 * 201)),
        _signed("", struct.pack("<d", float("nan"))),
        _signed("", struct.pack("<2d", 1, float("inf"))),
        _signed("0.0.0.1.", b""),
        _signed("201.0.0.1.", b""),
        _signed("3.0.0.0.", b""),
        _signed("3.0.0.0.", bytes(1)),
        _signed("3.0.0.100.", bytes(2)),
        _signed("3.0.0.100.", bytes(4)),
        _signed("2.999.1.1.", b""),
        _signed("2.0.1_0.1.", b""),
        _signed("2.0.１.1.", b""),
        _signed("200.0.0.99999999999999999999.", b"\xff"),
    ],
    ids=lambda text: repr(text)[:30],
)
def test_anything_else_is_refused(text):
    refused(text)


def test_links_cut_short_or_changed_are_noticed():
    for kind in ("two decimals", "full precision", "constant"):
        rng = random.Random(3)
        text = pack([KINDS[kind](rng) for _ in range(40)])
        for end in range(len(text)):
            refused(text[:end])
        for at in range(len(text)):
            other = "A" if text[at] != "A" else "B"
            refused(text[:at] + other + text[at + 1 :])
            refused(text[:at] + "_" + text[at:])


def test_random_text_is_refused():
    rng = random.Random(5)
    for _ in range(2000):
        refused("".join(rng.choices("ABCabc0123456789-_.", k=rng.randint(0, 60))))
