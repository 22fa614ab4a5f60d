"""Facts about mixtures in the sentences of the page: modes and half-lives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

import em
from em.studies.diagnosis import half_life, modes
from tests import oracle


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_modes_are_those_of_a_fine_grid_over_random_mixtures(k):
    counts = set()
    for seed in range(40):
        rng = np.random.default_rng([k, seed])
        mixture = em.GaussianMixture(rng.dirichlet(np.ones(k)), rng.normal(0, 3, k), 10 ** rng.uniform(-1, 0.5, k))
        expected, step = oracle.grid_modes(mixture.parameters)
        found = modes(mixture)
        assert len(found) == len(expected), seed
        np.testing.assert_allclose(found, expected, rtol=0, atol=1.01 * step)
        counts.add(len(found))
    assert max(counts) == k  # some of the mixtures were separated


@pytest.mark.parametrize("centre", [0, 0.3, 100, -7])
@pytest.mark.parametrize("std", [0.1, 0.25, 0.5, 1, 2, 3, 20])
@pytest.mark.parametrize("ratio", [0.01, 0.25, 0.5, 0.9, 0.99, 1, 1.01, 1.1, 1.5, 2, 10])
def test_two_equal_components_are_bimodal_if_and_only_if_their_means_are_more_than_two_stds_apart(ratio, std, centre):
    found = modes(em.GaussianMixture([0.5, 0.5], [centre - ratio * std, centre + ratio * std], [std, std]))
    assert len(found) == (2 if ratio > 1 else 1)
    np.testing.assert_allclose(found + found[::-1], 2 * centre, rtol=0, atol=1e-3 * std)  # mirror images


@pytest.mark.parametrize(
    ("mixture", "expected"),
    [
        (em.GaussianMixture([1], [3], [2]), [3]),
        (em.GaussianMixture([0.3, 0.7], [3, 3], [2, 0.1]), [3]),
        (em.GaussianMixture([0.5, 0.5], [0.3, 0.1 + 0.2], [1, 1]), [0.3]),  # means an ulp apart
        (em.GaussianMixture([0.5, 0.5], [0, 1000], [1, 1]), [0, 1000]),
        (em.GaussianMixture([0.5, 0.5], [1000, 0], [1, 1]), [0, 1000]),
        (em.GaussianMixture([0.5, 0.5], [0, 1e6], [1e-6, 1]), [0, 1e6]),
        (em.GaussianMixture([1, 0], [0, 5], [1, 1]), [0]),
        (em.GaussianMixture([0, 0.5, 0.5], [0, 5, 50], [1, 1, 1]), [5, 50]),
    ],
)
def test_modes_of_known_cases_are_ascending_and_leave_out_absent_components(mixture, expected):
    np.testing.assert_allclose(modes(mixture), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("unit", [1e-12, 1e-6, 1e6, 1e12])
def test_modes_scale_with_the_unit(unit):
    weights, means, stds = [0.3, 0.3, 0.4], np.array([0, 3, 7]), np.array([1, 0.5, 2])
    plain = modes(em.GaussianMixture(weights, means, stds))
    assert len(plain) == 3
    scaled = modes(em.GaussianMixture(weights, unit * means, unit * stds))
    np.testing.assert_allclose(scaled, unit * plain, rtol=1e-6, atol=1e-9 * unit)


@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
@pytest.mark.parametrize("share", [0, 1e-200, 1e-320])
def test_components_on_one_value_alone_part_in_size_and_without_bound(family, share):
    growth, direction = em.diagnosis.unstable_direction([0, 9, 10], family, np.array([1, share, share]))
    assert growth > 1e150
    assert direction[-1] == pytest.approx(1)


def test_slope_of_the_density_vanishes_at_a_mode_and_falls_across_it():
    mixture = em.GaussianMixture([0.2, 0.5, 0.3], [0, 3, 7], [1, 0.5, 2])
    for mode in modes(mixture):
        before, at, after = mixture.log_density([mode - 1e-3, mode, mode + 1e-3])
        assert before < at > after
        assert after - before == pytest.approx(0, abs=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.3, 1, 3, 6])
def test_half_life_is_the_median_over_random_mixtures(spread):
    for seed in range(100):
        rng = np.random.default_rng(seed)
        k = int(rng.integers(1, 6))
        weights, scales = rng.dirichlet(np.full(k, 0.5)), 10 ** rng.uniform(-spread, spread, k)
        cdf = oracle.cdf({"weights": weights, "scales": scales})
        log_median = brentq(
            lambda u, cdf=cdf: float(cdf(np.exp(u))) - 0.5, *np.log([scales.min() / 10, scales.max() * 10]), xtol=1e-13
        )
        assert half_life(em.ExponentialMixture(weights, scales)) == pytest.approx(np.exp(log_median), rel=1e-9)


@pytest.mark.parametrize("scale", [1e-100, 1e-6, 1, 3, 1e6, 1e100])
def test_half_life_of_one_exponential_is_log_2_times_its_scale_however_it_is_written(scale):
    for mixture in (
        em.ExponentialMixture([1], [scale]),
        em.ExponentialMixture([0.5, 0.5], [scale, scale]),
        em.ExponentialMixture([0, 1], [7, scale]),
        em.ExponentialMixture([1, 0], [scale, 1e-3]),
        em.ExponentialMixture([0.1] * 10, [scale] * 10),
    ):
        assert half_life(mixture) == pytest.approx(np.log(2) * scale, rel=1e-12)


def test_half_life_allows_for_weights_that_sum_to_one_within_rounding_only():
    assert half_life(em.ExponentialMixture([1 + 5e-13], [1])) == pytest.approx(np.log(2), rel=1e-11)
    assert half_life(em.ExponentialMixture([0.5, 0.5 - 9e-13], [1, 1])) == pytest.approx(np.log(2), rel=1e-11)


def test_half_life_where_scales_are_two_hundred_orders_of_magnitude_apart():
    mixture = em.ExponentialMixture([0.6, 0.4], [1e-100, 1e100])
    assert half_life(mixture) == pytest.approx(np.log(6) * 1e-100, rel=1e-9)  # 0.6 exp(-t / s) = 0.1
