"""Starting points: by quantiles, at random, and seeded as in k-means++."""

from __future__ import annotations

import numpy as np
import pytest

import em

FAMILIES = pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
WAYS = pytest.mark.parametrize("way", [em.quantile_start, em.random_start, em.kmeans_start])


def make(way, x, family, k, seed=0):
    return way(x, family, k) if way is em.quantile_start else way(x, family, k, np.random.default_rng(seed))


def centres(mixture):
    return mixture.parameters[mixture.parameter_names[1]]


SAMPLES = {
    "ordinary": np.random.default_rng(1).exponential(2, 100),
    "one repeated": np.r_[np.full(50, 3.0), 4.0],
    "two values": np.repeat([1.0, 5.0], 20),
    "two observations": np.array([0.0, 7.0]),
    "three": np.array([1.0, 2.0, 30.0]),
    "zeros": np.r_[np.zeros(30), 1.0, 2.0],
    "tiny": 1e-170 * np.arange(1, 40),
    "huge": 1e149 * np.arange(1, 10),
    "wide": np.r_[1e-6 * np.arange(1, 20), 1e6 * np.arange(1, 20)],
}


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("x", SAMPLES.values(), ids=SAMPLES)
@FAMILIES
@WAYS
def test_every_start_is_valid_ordered_untied_and_can_be_run(way, family, x, k):
    for seed in range(5):
        start = make(way, x, family, k, seed)
        assert type(start) is family
        assert start.n_components == k
        assert start.tied_components() == []
        assert (np.diff(centres(start)) >= 0).all()
        assert (start.weights > 0).all()
        assert np.isfinite(start.log_likelihood(x))
        assert em.fit(x, start, em.StoppingRule(5)).n_iter >= 0


@WAYS
def test_one_observation_starts_exponentials_and_is_refused_for_gaussians(way):
    for k in (1, 2, 5):
        start = make(way, [3.0], em.ExponentialMixture, k)
        assert start.scales == pytest.approx(np.full(k, 3), rel=0.02)
        assert start.tied_components() == []
        with pytest.raises(ValueError, match="at least two different values"):
            make(way, [3.0], em.GaussianMixture, k)


@WAYS
def test_zeros_only_are_refused_for_exponentials(way):
    with pytest.raises(ValueError, match="x must not be all zeros"):
        make(way, np.zeros(4), em.ExponentialMixture, 2)


@FAMILIES
@WAYS
def test_same_seed_same_start_another_seed_another_and_x_is_left_alone(way, family):
    x = SAMPLES["ordinary"].copy()
    assert make(way, x, family, 3, 1) == make(way, x.tolist(), family, 3, 1)
    assert len({make(way, x, family, 3, seed) for seed in range(8)}) == (1 if way is em.quantile_start else 8)
    np.testing.assert_array_equal(x, SAMPLES["ordinary"])


@pytest.mark.parametrize("unit", [1e-3, 1e6])
@FAMILIES
@WAYS
def test_starts_follow_a_change_of_unit(way, family, unit):
    x = SAMPLES["ordinary"]
    plain, scaled = make(way, x, family, 3), make(way, unit * x, family, 3)
    np.testing.assert_allclose(scaled.weights, plain.weights, rtol=1e-12)
    for name in plain.parameter_names[1:]:
        np.testing.assert_allclose(scaled.parameters[name], unit * plain.parameters[name], rtol=1e-9)


def test_quantile_start_is_at_the_quantiles():
    x = np.arange(1, 101.0)
    start = em.quantile_start(x, em.GaussianMixture, 4)
    assert start.means == pytest.approx(np.quantile(x, [0.125, 0.375, 0.625, 0.875]))
    assert start.stds == pytest.approx(np.full(4, x.std() / 4))
    assert start.weights.tolist() == [0.25] * 4
    assert em.quantile_start(x, em.ExponentialMixture, 4).scales == pytest.approx(start.means)


def test_random_start_is_at_different_observations():
    x = SAMPLES["ordinary"]
    for seed in range(20):
        start = em.random_start(x, em.GaussianMixture, 5, np.random.default_rng(seed))
        assert np.isin(start.means, x).all()
        assert len(set(start.means)) == 5


def test_kmeans_start_finds_groups_that_are_far_apart():
    rng = np.random.default_rng(0)
    x = np.r_[rng.normal(0, 1, 30), rng.normal(100, 1, 60), rng.normal(300, 1, 10)]
    for seed in range(30):
        start = em.kmeans_start(x, em.GaussianMixture, 3, np.random.default_rng(seed))
        assert start.means == pytest.approx([0, 100, 300], abs=1)
        assert start.weights == pytest.approx(np.array([31, 61, 11]) / 103)
        assert start.stds == pytest.approx(np.full(3, 0.1 * x.std()))  # no narrower than that


@pytest.mark.parametrize("way", [em.random_start, em.kmeans_start])
def test_a_seed_is_no_generator(way):
    with pytest.raises(ValueError, match=r"use np.random.default_rng\(seed\)"):
        way([1.0, 2.0], em.GaussianMixture, 2, 7)


def test_break_tie_refuses_what_is_no_mixture():
    with pytest.raises(ValueError, match="start must be a mixture"):
        em.break_tie([1.0, 2.0], "a")
