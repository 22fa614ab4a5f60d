"""Histograms of the reply: counts of each label, in bins that are equally wide or equally wide in decades."""

from __future__ import annotations

import numpy as np
import pytest

import em
from components.results import runs
from components.results.bins import MOST, bins, decade_edges
from components.state.run_request import parse_run
from components.state.sources import SOURCES
from components.views.run import reply
from tests.page_requests import run_request


def decades(values: list[float]) -> np.ndarray:
    found = decade_edges(np.array(values, float))
    assert found is not None
    return found


@pytest.mark.parametrize("source", ["generated", "generated-gaussian"])
def test_counts_of_each_label_are_numpys_and_add_up_to_the_density(source):
    for seed in range(1, 41):
        request = run_request(source, seed=seed, n=50 + 37 * seed, true_k=1 + seed % 5, max_iter=1)
        found = reply(request)["result"]["histogram"]
        x, z, truth = runs.observations(parse_run(request)[0])
        edges = np.histogram_bin_edges(x, *bins(x))
        scales = [(found, edges, edges)]
        if source == "generated":
            edges = decade_edges(x)
            scales.append((found["log"], edges, np.log10(edges)))
            assert found["log"]["zeros"] == 0
        else:
            assert found["log"] is None, "some are negative"
        for one, edges, places in scales:
            assert one["edges"] == pytest.approx(edges, rel=1e-11)
            expected = [np.histogram(x[z == k], edges)[0].tolist() for k in range(truth.n_components)]
            assert one["counts"] == expected
            shares = np.array(one["counts"]) / (x.size * np.diff(places))
            assert one["density"] == pytest.approx(shares.sum(axis=0), rel=1e-9)
            assert one["density"] @ np.diff(places) == pytest.approx(1)


def test_the_density_is_that_of_numpy_as_ever():
    x, _, _ = runs.observations(parse_run(run_request("generated"))[0])
    density, edges = np.histogram(x, *bins(x), density=True)
    found = reply(run_request("generated"))["result"]["histogram"]
    assert found["density"] == pytest.approx(density, rel=1e-11)
    assert found["edges"] == pytest.approx(edges, rel=1e-11)


@pytest.mark.parametrize("source", SOURCES)
def test_unknown_labels_are_in_no_histogram(source):
    found = reply(run_request(source, blind=True))["result"]
    assert found["z"] is None
    for one in filter(None, (found["histogram"], found["histogram"]["log"])):
        assert len(one["counts"]) == 1
        assert sum(one["counts"][0]) == found["n"]


def test_every_observation_above_0_is_in_one_bin_of_those_in_decades():
    made = 0
    for seed in range(600):
        rng = np.random.default_rng(seed)
        x = np.concatenate([rng.exponential(scale, rng.integers(1, 400)) for scale in 10 ** rng.uniform(-4, 4, 2)])
        x = [x, np.rint(x), np.rint(x * 100) / 100, np.float64([f"{value:.2g}" for value in x])][seed % 4]
        edges = decade_edges(x)
        if edges is None:
            assert 2 * (x > 0).sum() < x.size or np.ptp(x[x > 0]) < 0.001 * x[x > 0].min()
            continue
        assert (np.diff(edges) > 0).all()
        assert edges[0] > 0
        assert np.histogram(x, edges)[0].sum() == (x > 0).sum()
        assert len(edges) <= MOST + 2
        made += 1
    assert made > 400


def test_rounded_data_have_no_bin_in_which_no_value_is_possible():
    for seed in range(300):
        rng = np.random.default_rng(seed)
        step = (1, 0.5, 0.01, 1 / 60, 5)[seed % 5]
        whole = np.arange(rng.integers(1, 4), rng.integers(150, 400))  # each possible value is there
        x = np.repeat(whole, rng.integers(1, 4, whole.size)) * step
        edges = decade_edges(x)
        counts = np.histogram(x, edges)[0]
        assert counts.min() > 0
        places = edges[1:-1] / step
        assert places - np.floor(places) == pytest.approx(0.5, abs=0.01)
        wide = np.diff(np.log10(edges))[np.diff(edges) / step > 11.5]  # where steps are fine against the bins
        assert wide == pytest.approx(wide.mean(), rel=0.1)


def test_bins_of_continuous_data_are_equally_wide_in_decades():
    for seed in range(100):
        x = np.random.default_rng(seed).exponential(3, 20 + 10 * seed)
        wide = np.diff(np.log10(decade_edges(x)))
        assert wide == pytest.approx(wide.mean())


def test_hours_at_the_low_end_have_a_bar_each():
    x = em.datasets.load("air-conditioning").x
    assert decade_edges(x)[:4] == pytest.approx([0.5, 1.5, 2.5, 3.5])


def test_zeros_count_in_the_total_and_are_told():
    values = [0, 0, 0, 1, 2, 4, 8, 8, 30, 2]
    request = run_request("air-conditioning", start_from="quantiles", k=1)
    found = reply(request | {"source": "own", "family": "exponential", "data": values})["result"]["histogram"]
    log = found["log"]
    assert log["zeros"] == 3
    assert (sum(found["counts"][0]), sum(log["counts"][0])) == (10, 7)
    assert log["density"] @ np.diff(np.log10(log["edges"])) == pytest.approx(0.7, rel=1e-6)


@pytest.mark.parametrize("values", [[-1, 2, 3], [0, 0, 0, 4, 7], [5, 5, 5], [1, 1.0005], [0, 0, 5]])
def test_data_that_no_axis_in_decades_can_show_have_none(values):
    assert decade_edges(np.array(values, float)) is None


@pytest.mark.parametrize("values", [[1, 2], [1e-12, 1, 1e12], [3, 3, 3, 4], [0, 1, 2], [1e-9, 3e-9] * 50])
def test_extreme_data_have_bins_that_hold_every_observation(values):
    assert np.histogram(values, decades(values))[0].sum() == np.count_nonzero(values)
