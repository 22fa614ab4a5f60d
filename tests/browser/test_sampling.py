"""Points drawn in the browser: from the right distribution, the same from the same seed, rightly summed up."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import em
from tests.browser.test_densities import asking

MIXTURES = [
    em.GaussianMixture([0.3, 0.7], [1, -1], [0.5, 0.8]),
    em.GaussianMixture([1, 0], [0.5, 2], [0.1, 1]),
    em.ExponentialMixture([0.6, 0.4], [0.1, 1]),
    em.ExponentialMixture([0, 1], [0.1, 2]),
]


@pytest.fixture
def ask(lab):
    """Call a function of emlab.sampling."""
    return asking(lab, "sampling")


def drawn(ask, mixture, seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    p = {name: values.tolist() for name, values in mixture.parameters.items()}
    points = ask("sample", mixture.family, p, seed, count)
    return np.array(points["x"]), np.array(points["k"])


def laws(mixture):
    if mixture.family == "gaussian":
        return [stats.norm(*one) for one in zip(mixture.means, mixture.stds, strict=True)]
    return [stats.expon(scale=scale) for scale in mixture.scales]


@pytest.mark.parametrize("mixture", MIXTURES, ids=str)
def test_points_have_the_distribution_of_their_component_and_of_the_mixture(ask, mixture):
    x, k = drawn(ask, mixture, 3, 5000)
    assert len(x) == len(k) == 5000
    for j, law in enumerate(laws(mixture)):
        of = x[k == j]
        if mixture.weights[j] in (0, 1):
            assert len(of) == 5000 * mixture.weights[j]
            continue
        assert stats.binomtest(len(of), 5000, mixture.weights[j]).pvalue > 0.001
        assert stats.kstest(of, law.cdf).pvalue > 0.001
    uniform = sum(weight * law.cdf(x) for weight, law in zip(mixture.weights, laws(mixture), strict=True))
    counts = np.histogram(uniform, np.linspace(0, 1, 41))[0]
    assert stats.chisquare(counts).pvalue > 0.001


def test_the_same_seed_draws_the_same_and_more_go_on_where_fewer_ended(ask):
    x, k = drawn(ask, MIXTURES[0], 1, 400)
    again, labels = drawn(ask, MIXTURES[0], 1, 200)
    np.testing.assert_array_equal(again, x[:200])
    np.testing.assert_array_equal(labels, k[:200])
    other, _ = drawn(ask, MIXTURES[0], 2, 200)
    assert not np.isin(other, x).any()


def test_the_generator_is_mulberry32(ask, lab):
    """Against the algorithm written out with whole numbers."""

    def mulberry32(state: int) -> float:
        mixed = ((state ^ (state >> 15)) * (state | 1)) % 2**32
        mixed ^= (mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)) % 2**32
        return ((mixed ^ (mixed >> 14)) % 2**32) / 2**32

    got = lab.driver.execute_script(
        "const next = emlab.sampling.uniform(42); return Array.from({length: 50}, () => next())"
    )
    assert got == [mulberry32((42 + i * 0x6D2B79F5) % 2**32) for i in range(1, 51)]


def test_the_histogram_is_a_density_of_all_points_and_counts_none_twice(ask):
    x = [-9, -5, -4.99, 0, 0.1, 4.999, 5, 7]
    bars = ask("histogram", x, [-5, 5], 40)
    counts, edges = np.histogram([at for at in x if at < 5], 40, (-5, 5))
    assert bars["width"] == [0.25] * 40
    np.testing.assert_allclose(bars["x"], (edges[1:] + edges[:-1]) / 2)
    np.testing.assert_allclose(bars["y"], counts / len(x) / 0.25)


def test_the_steps_are_the_empirical_distribution_function(ask):
    x = np.random.default_rng(0).normal(0, 3, 300)
    steps = ask("steps", x.tolist(), [-5, 5])
    assert steps["x"] == sorted(steps["x"])
    for at, y in zip(steps["x"], steps["y"], strict=True):
        assert y == pytest.approx((x <= at).mean())
