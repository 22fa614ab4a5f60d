"""Bins of the histogram: of rounded data each holds the same number of possible values, with no value at an edge."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import em
from components.results import runs
from components.results.bins import COARSEST, FINEST, MOST, bins
from components.results.export_code import script
from components.state.run_request import parse_run
from components.views.run import reply
from tests.page_requests import run_request

STEPS = (1, 2, 5, 10, 0.1, 0.25, 0.01, 0.001, 2.54, 1 / 3, 1 / 32, 1 / 60, 1e-9, 1e9)
OFFSETS = (0, 0.5, 1 / 3, 17.25, 100, 1e4)
"""In steps."""

WAITING = em.datasets.load("faithful-waiting").x


def usual(x: np.ndarray) -> int:
    """How many bins there are of data that are not rounded."""
    fewest = min(COARSEST, math.ceil(2 * math.sqrt(x.size)))
    quartiles = np.percentile(x, [25, 75])
    width = 2 * np.diff(quartiles)[0] / np.cbrt(x.size)
    return int(np.clip(np.ptp(x) / width, fewest, MOST)) if width else fewest


def draw(rng: np.random.Generator, n: int, spread: float) -> np.ndarray:
    """A sample of one of four shapes."""
    heaps = np.where(rng.random(n) < 0.5, 0, 8) + rng.normal(size=n)
    return spread * [rng.normal(size=n), rng.exponential(size=n), rng.random(n), heaps][rng.integers(4)]


def test_each_bin_of_rounded_data_holds_as_many_possible_values_and_no_value_is_at_an_edge():
    found = 0
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        n, spread = (int(np.exp(rng.uniform(*np.log(between)))) for between in ((6, 5000), (1, 200)))
        step, offset = rng.choice(STEPS), rng.choice(OFFSETS)
        whole = np.rint(draw(rng, n, spread)).astype(int)
        x = (whole + offset) * step
        written = np.array([float(f"{value:.13g}") for value in x])
        if np.ptp(whole) == 0:
            continue
        times = np.gcd.reduce(whole - whole.min())  # the step of what was drawn
        count, between = bins(written)
        steps = np.ptp(whole) / times / usual(x)
        if between is None:
            assert steps > FINEST
            continue
        density, edges = np.histogram(written, count, between, density=True)
        wide = np.diff(edges) / step / times
        assert wide == pytest.approx(max(1, round(wide[0])), abs=1e-3)
        assert wide[0] == pytest.approx(steps, abs=0.501) or round(wide[0]) == 1
        places = (edges / step - offset - whole.min()) / times
        assert places - np.floor(places) == pytest.approx(0.5, abs=0.01)
        assert np.histogram(written, count, between)[0].sum() == n
        assert density @ np.diff(edges) == pytest.approx(1)
        assert count <= 1.5 * MOST + 1
        found += 1
    assert found > 900


def test_bins_of_continuous_data_are_as_ever():
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        x = draw(rng, int(np.exp(rng.uniform(*np.log((6, 3000))))), 1) + rng.choice([0, 1e6])
        assert bins(x) == (usual(x), None)
    default = reply(run_request("generated"))["result"]["histogram"]["edges"]
    x, _, _ = runs.observations(parse_run(run_request("generated"))[0])
    assert (len(default), default[0], default[-1]) == (59, pytest.approx(x.min()), pytest.approx(x.max()))


def test_waiting_times_of_old_faithful_have_bins_of_two_minutes():
    histogram = reply(run_request("faithful-waiting"))["result"]["histogram"]
    assert histogram["edges"] == (np.arange(28) * 2 + 42.5).tolist()
    assert histogram["density"] == pytest.approx(np.histogram(WAITING, histogram["edges"])[0] / 2 / WAITING.size)


@pytest.mark.parametrize("stray", [54.3, 60.5, 42.5, 96.49, 97.4])
def test_a_value_that_is_not_rounded_changes_no_bin(stray):
    x = np.append(WAITING, stray)
    count, between = bins(x)
    assert between[0] in (40.5, 41.5, 42.5)
    assert (between[1] - between[0]) / count == 2
    assert np.histogram(x, count, between)[0].sum() == x.size


@pytest.mark.parametrize("name", ["faithful-eruptions", "geyser-duration"])
def test_minutes_that_were_timed_in_seconds(name):
    x = em.datasets.load(name).x
    count, (low, high) = bins(x)
    seconds = 60 * (high - low) / count
    assert seconds == pytest.approx(round(seconds), abs=2e-3)
    assert np.abs((60 * (x - low)) % 1 - 0.5).max() < 0.06


@pytest.mark.parametrize(
    ("values", "low", "step"),
    [
        ([0, 1, 2, 3, 4, 5, 6], -0.5, 1),
        ([0, 1, 2, 3, 8], -0.5, 1),
        ([1.5, 2.5, 3.5], 1, 1),
        ([5, 10, 20, 50], 2.5, 5),
        ([0, 1], -0.5, 1),
        ([0.1, 0.2, 0.5], 0.05, 0.1),
    ],
)
def test_few_distinct_values_have_a_bar_each(values, low, step):
    x = np.repeat(np.array(values, float), np.arange(len(values)) + 3)
    count, between = bins(x)
    assert between == pytest.approx((low, values[-1] + step / 2))
    counts, edges = np.histogram(x, count, between)
    assert np.diff(edges) == pytest.approx(step)
    assert counts[counts > 0].tolist() == list(range(3, 3 + len(values)))


def test_a_small_sample_that_hardly_repeats_has_bins_of_several_steps():
    x = np.array([2.4, 3.7, 4.4, 4.9, 5.2, 5.3, 5.7, 6.0, 6.1, 6.4])
    count, (low, high) = bins(x)
    assert count <= 9
    assert (high - low) / count >= 0.4


@pytest.mark.parametrize(
    "x",
    [
        [3.0],
        [3.0, 3.0 + 1e-9],
        [1.2345] * 100 + [5.77123] * 100 + [9.10251],
        [0.0] * 500 + [1.0],
        [1e12, 1e12 + 0.01, 1e12 + 0.03] * 20,
        [1e-12, 3e-12, 5e-12],
        [-1e12, 0.001, 1e12],
    ],
)
def test_extreme_data_have_bins_that_hold_every_observation(x):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        count, between = bins(np.array(x))
        counts, _ = np.histogram(x, count, between)
    assert counts.sum() == len(x)
    assert 1 <= count <= 1.5 * MOST + 1


def test_the_exported_script_has_the_pages_bins():
    for source, expected in (("faithful-waiting", "bins=27, range=(42.5, 96.5)"), ("generated", "bins=58")):
        spec, _ = parse_run(run_request(source))
        assert f"    x, {expected},\n" in script(runs.complete(spec, ""))
