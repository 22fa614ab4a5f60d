"""Densities, sampling, moments and responsibilities; a mixture is a value that never changes."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

import em
from tests import oracle

MIXTURES = {
    "exponential-1": em.ExponentialMixture([1], [2.5]),
    "exponential-2": em.ExponentialMixture([0.5, 0.5], [0.1, 1]),
    "exponential-5": em.ExponentialMixture([0.1, 0.2, 0.3, 0.15, 0.25], [0.01, 0.3, 1, 7, 40]),
    "exponential-weight-0": em.ExponentialMixture([0.4, 0, 0.6], [0.1, 5, 1]),
    "gaussian-1": em.GaussianMixture([1], [-3], [2]),
    "gaussian-2": em.GaussianMixture([0.36, 0.64], [54.6, 80.1], [5.9, 5.8]),
    "gaussian-5": em.GaussianMixture([0.1, 0.2, 0.3, 0.15, 0.25], [-9, -1, 0, 0.5, 12], [1, 3, 0.2, 0.1, 5]),
    "gaussian-weight-0": em.GaussianMixture([0.4, 0, 0.6], [-1, 20, 1], [1, 1, 2]),
}


@pytest.fixture(params=MIXTURES, name="mixture")
def _mixture(request):
    return MIXTURES[request.param]


def points(mixture):
    """Points over the bulk and far into the tails, within the support."""
    far = mixture.std * np.array([0, 1e-9, 1e-3, 0.1, 0.5, 1, 2, 5, 30, 1e3, 1e6])
    return far if mixture.family == "exponential" else mixture.mean + np.r_[-far, far]


def test_component_log_densities_are_those_of_scipy(mixture):
    x = points(mixture)
    expected = np.stack([part.logpdf(x) for part in oracle.components(mixture.parameters)], axis=1)
    np.testing.assert_allclose(mixture.component_log_density(x), expected, rtol=1e-12, atol=1e-12)


def test_log_density_is_that_of_scipy_far_into_the_tails(mixture):
    x = points(mixture)
    np.testing.assert_allclose(
        mixture.log_density(x), oracle.log_density(mixture.parameters, x), rtol=1e-12, atol=1e-12
    )


def test_density_is_that_of_scipy(mixture):
    x = points(mixture)
    parts = zip(mixture.weights, oracle.components(mixture.parameters), strict=True)
    np.testing.assert_allclose(mixture.density(x), sum(w * part.pdf(x) for w, part in parts), rtol=1e-11, atol=0)


def test_density_integrates_to_one(mixture):
    edges = np.unique(
        np.concatenate([part.ppf([0, 1e-9, 0.3, 0.7, 1 - 1e-9, 1]) for part in oracle.components(mixture.parameters)])
    )
    total = sum(
        integrate.quad(lambda v: mixture.density([v])[0], low, high, epsabs=1e-11)[0] for low, high in pairwise(edges)
    )
    assert total == pytest.approx(1, abs=1e-8)


def test_log_likelihood_is_the_total_of_scipys_log_densities(mixture):
    x, _ = mixture.sample(500, np.random.default_rng(1))
    total = mixture.log_likelihood(x)
    assert type(total) is float
    assert total == pytest.approx(oracle.log_density(mixture.parameters, x).sum(), rel=1e-12)


def test_exponential_density_is_zero_below_zero_and_the_rate_at_zero():
    mixture = em.ExponentialMixture([0.25, 0.75], [0.5, 2])
    assert mixture.density([-1e-300, -1, -1e300]).tolist() == [0, 0, 0]
    assert np.isneginf(mixture.log_density([-1])).all()
    assert np.isneginf(mixture.component_log_density([-1])).all()
    assert mixture.density([0])[0] == pytest.approx(0.25 / 0.5 + 0.75 / 2)


def test_component_of_weight_zero_changes_no_density():
    x = np.linspace(0, 30, 50)
    with_it = em.ExponentialMixture([0.4, 0, 0.6], [0.1, 1e6, 1])
    without = em.ExponentialMixture([0.4, 0.6], [0.1, 1])
    np.testing.assert_allclose(with_it.log_density(x), without.log_density(x), rtol=1e-15)
    assert with_it.log_likelihood(x) == pytest.approx(without.log_likelihood(x), rel=1e-15)


@pytest.mark.parametrize("convert", [list, tuple, np.float32, lambda x: np.repeat(x, 3)[::3], np.ma.array])
def test_observations_of_any_real_type_give_the_same_numbers(mixture, convert):
    x = np.array([0.0, 0.5, 1, 2, 64])
    np.testing.assert_array_equal(mixture.log_density(convert(x)), mixture.log_density(x))
    np.testing.assert_array_equal(mixture.log_density([0, 1, 2**70]), mixture.log_density([0.0, 1.0, 2.0**70]))


def test_samples_follow_the_mixture_distribution(mixture):
    p_values = [
        stats.kstest(mixture.sample(2000, np.random.default_rng(seed))[0], oracle.cdf(mixture.parameters)).pvalue
        for seed in range(20)
    ]
    assert min(p_values) > 1e-3
    assert 0.25 < np.mean(p_values) < 0.75


def test_each_label_follows_its_component_as_often_as_its_weight_says(mixture):
    x, z = mixture.sample(20_000, np.random.default_rng(2))
    assert x.shape == z.shape == (20_000,)
    assert x.dtype == np.float64
    assert z.dtype.kind == "i"
    expected = 20_000 * mixture.weights
    excess = np.bincount(z, minlength=mixture.n_components) - expected
    assert (np.abs(excess) <= 4 * np.sqrt(expected * (1 - mixture.weights))).all()
    for k in np.flatnonzero(mixture.weights):
        assert stats.kstest(x[z == k], oracle.components(mixture.parameters)[k].cdf).pvalue > 1e-3


def test_same_seed_draws_the_same_bits_and_another_seed_others(mixture):
    first, again, other = (mixture.sample(100, np.random.default_rng(seed)) for seed in (7, 7, 8))
    assert first[0].tobytes() == again[0].tobytes()
    assert first[1].tobytes() == again[1].tobytes()
    assert not np.array_equal(first[0], other[0])


def test_mean_std_and_cv2_are_the_moments_of_the_density(mixture):
    parts = list(zip(mixture.weights, oracle.components(mixture.parameters), strict=True))
    mean = sum(w * integrate.quad(lambda v, d=d: v * d.pdf(v), *d.ppf([0, 1]))[0] for w, d in parts)
    square = sum(w * integrate.quad(lambda v, d=d: (v - mean) ** 2 * d.pdf(v), *d.ppf([0, 1]))[0] for w, d in parts)
    assert mixture.mean == pytest.approx(mean, rel=1e-7)
    assert mixture.std == pytest.approx(np.sqrt(square), rel=1e-7)
    if mixture.family == "exponential":
        assert mixture.cv2 == pytest.approx(square / mean**2, rel=1e-7)


def test_responsibilities_are_bayes_rule_and_rows_sum_to_one(mixture):
    x, _ = mixture.sample(300, np.random.default_rng(3))
    joint = mixture.weights * np.stack([part.pdf(x) for part in oracle.components(mixture.parameters)], axis=1)
    r = mixture.responsibilities(x)
    np.testing.assert_allclose(r, joint / joint.sum(axis=1, keepdims=True), rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(r.sum(axis=1), 1, rtol=0, atol=1e-15 * mixture.n_components)


@pytest.mark.parametrize(
    ("mixture", "x", "winner"),
    [
        (em.GaussianMixture([0.5, 0.5], [0, 0], [1, 2]), [1e6, -1e6, 1e150, -1e150], 1),
        (em.GaussianMixture([0.5, 0.5], [0, 3], [1, 1]), [1e6, 1e12], 1),
        (em.GaussianMixture([0.5, 0.5], [0, 0], [1e-6, 1e6]), [1, 1e10, 1e150], 1),
        (em.GaussianMixture([0, 1], [1e150, 0], [1, 1]), [1e150], 1),
        (em.GaussianMixture([0, 1], [0, 0], [1e6, 1e-6]), [1e150], 1),
        (em.ExponentialMixture([0.5, 0.5], [1e-6, 1e6]), [1, 1e6, 1e150], 1),
        (em.ExponentialMixture([0, 1], [1e6, 1e-6]), [1e150], 1),
        (em.ExponentialMixture([0.5, 0.5], [1e-200, 1e-199]), [1e150], 1),
    ],
)
def test_far_out_the_nearest_component_with_weight_takes_the_observation(mixture, x, winner):
    everything = np.arange(mixture.n_components) == winner
    assert mixture.responsibilities(x).tolist() == [everything.tolist()] * len(x)


@pytest.mark.parametrize(("std", "x"), [(1e-3, 1e-3), (1e-3, 30), (1e-6, 1e150), (1e-6, -1e150)])
def test_identical_components_share_by_weight_even_where_every_density_underflows(std, x):
    mixture = em.GaussianMixture([0.2, 0.8], [0, 0], [std, std])
    np.testing.assert_allclose(mixture.responsibilities([x]), [[0.2, 0.8]], rtol=1e-6)


def test_log_density_where_even_its_logarithm_overflows_is_minus_infinity():
    assert np.isneginf(em.GaussianMixture([1], [-1e308], [1]).log_density([1e308])).all()
    assert np.isneginf(em.ExponentialMixture([1], [1e-200]).log_density([1e150])).all()


def test_parameters_are_frozen_read_only_float64_copies():
    weights, scales = np.array([0.5, 0.5]), np.array([1, 2])
    mixture = em.ExponentialMixture(weights, scales)
    weights[:] = 9
    scales[:] = 9
    assert mixture == em.ExponentialMixture([0.5, 0.5], [1, 2])
    for array in mixture.parameters.values():
        assert array.dtype == np.float64
        assert array.shape == (2,)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(FrozenInstanceError):
        mixture.scales = np.ones(2)


def test_no_call_modifies_or_keeps_the_callers_arrays(mixture):
    x = np.array([0.1, 0.5, 1, 2, 60.0])
    r = mixture.responsibilities(x)
    original, original_r = x.copy(), r.copy()
    records = em.iterate(x, mixture)
    for call in (mixture.density, mixture.log_density, mixture.component_log_density, mixture.log_likelihood):
        call(x)
    np.testing.assert_array_equal(x, original)
    if (mixture.weights > 0).all():
        type(mixture).m_step(x, r)
        np.testing.assert_array_equal(r, original_r)
        np.testing.assert_array_equal(x, original)
    x[:] = 3
    assert next(records).log_likelihood == pytest.approx(mixture.log_likelihood(original), rel=1e-14)


def test_fitted_mixtures_are_read_only_too():
    x, _ = MIXTURES["gaussian-2"].sample(50, np.random.default_rng(0))
    for fitted in em.fit(x, MIXTURES["gaussian-2"], em.StoppingRule(3)).mixtures:
        assert not any(array.flags.writeable for array in fitted.parameters.values())


@pytest.mark.parametrize("round_trip", [lambda m: pickle.loads(pickle.dumps(m)), copy.copy, copy.deepcopy])
def test_pickle_and_copy_give_an_equal_read_only_mixture(mixture, round_trip):
    other = round_trip(mixture)
    assert other == mixture
    assert hash(other) == hash(mixture)
    assert type(other) is type(mixture)
    assert not any(array.flags.writeable for array in other.parameters.values())


def test_equality_is_by_family_and_value():
    assert em.ExponentialMixture([0.5, 0.5], [1, 2]) == em.ExponentialMixture((0.5, 0.5), (1.0, 2.0))
    assert em.ExponentialMixture([0.5, 0.5], [1, 2]) != em.ExponentialMixture([0.5, 0.5], [2, 1])
    assert em.ExponentialMixture([0.5, 0.5], [1, 2]) != em.ExponentialMixture([0.4, 0.6], [1, 2])
    assert em.ExponentialMixture([1], [1]) != em.ExponentialMixture([0.5, 0.5], [1, 1])
    assert em.ExponentialMixture([1], [1]) != em.GaussianMixture([1], [1], [1])
    assert em.ExponentialMixture([1], [1]) != "ExponentialMixture"


def test_equal_mixtures_have_equal_hashes_signed_zeros_included():
    plus, minus = em.GaussianMixture([1, 0.0], [0.0, 1], [1, 1]), em.GaussianMixture([1, -0.0], [-0.0, 1], [1, 1])
    assert plus == minus
    assert hash(plus) == hash(minus)
    assert len({plus, minus, em.GaussianMixture([1, 0], [0, 1], [1, 2])}) == 2


@pytest.mark.parametrize("k", [1, 2, 5])
def test_free_parameters_are_k_minus_one_weights_and_the_others(k):
    weights = np.full(k, 1 / k)
    exponential, gaussian = em.ExponentialMixture(weights, np.ones(k)), em.GaussianMixture(weights, weights, weights)
    assert (exponential.n_components, exponential.n_free_parameters) == (k, 2 * k - 1)
    assert (gaussian.n_components, gaussian.n_free_parameters) == (k, 3 * k - 1)


def test_tied_components_are_found_whatever_their_weights_and_unit():
    for unit in (1e-6, 1, 1e6):
        mixture = em.GaussianMixture([0.2, 0.3, 0.5], np.array([1, 1, 2]) * unit, np.array([3, 3 + 1e-13, 3]) * unit)
        assert mixture.tied_components() == [(0, 1)]
        assert em.ExponentialMixture([0, 1], np.array([1, 1 + 1e-13]) * unit).tied_components() == [(0, 1)]
        assert em.ExponentialMixture([0.5, 0.5], np.array([1, 1 + 1e-11]) * unit).tied_components() == []
    assert em.GaussianMixture([0.5, 0.5], [-1e308, 1e308], [1e-310, 1]).tied_components() == []
