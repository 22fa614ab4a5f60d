"""Input of any size, from 1e-150 to 1e150: public functions give numbers and no warning."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

import em

FAMILIES = list(em.FAMILIES.values())
RULE = em.StoppingRule(8)


def powers(rng, spread, size):
    return 10 ** np.clip(rng.uniform(-150, 150) + rng.uniform(-spread, spread, size), -150, 150)


def any_mixture(family, k, rng):
    """Components of equal or different sizes, some without weight."""
    weights = rng.dirichlet(np.ones(k)) if rng.random() < 0.8 else np.eye(k)[0]
    arrays = [powers(rng, rng.choice([3, 100]), k) for _ in family.kinds]
    if family is em.GaussianMixture:
        arrays[0] *= rng.choice([-1, 1], k)
    return family(weights, *arrays)


def any_observations(family, rng):
    """Observations of one size, far from 0, or with one value far below the others; counts up to 1e15."""
    n = int(rng.choice([3, 40]))
    if family is em.PoissonMixture:
        x = np.floor(10 ** rng.uniform(0, 15, n))
        x[1::2] = 1
    elif family is em.ExponentialMixture:
        x = rng.exponential(size=n) * 10 ** rng.uniform(-150, 149)
    else:
        x = rng.normal(rng.choice([0, 1e3, 1e10]), size=n) * 10 ** rng.uniform(-150, 139)
    x[0] *= rng.choice([1, 0, 1 if family is em.PoissonMixture else 1e-100])
    return x


def numbers(result):
    """All numbers in a result, however it is nested."""
    if isinstance(result, em.Mixture):
        return numbers(result.parameters)
    if isinstance(result, (tuple, dict)):
        parts = result.values() if isinstance(result, dict) else result
        return [number for part in parts for number in numbers(part)]
    return np.ravel(result).tolist() if isinstance(result, (float, np.ndarray)) else []


def results(x, mixture, other, rng) -> Iterator[object]:
    """The result of every public function for observations and two mixtures, one at a time."""
    family, r = type(mixture), mixture.responsibilities(x)
    share = r[:, 0] if r[:, 0].any() else None
    yield mixture.log_likelihood(x), mixture.density(-x), mixture.component_log_density(x), mixture.mean, mixture.std
    yield mixture.lower_bound(x, r), mixture.lower_bound(x, other.responsibilities(x))
    family.saddle_matrix(x, share)  # it may be nan, then the growth is inf
    yield em.diagnosis.unstable_direction(x, family, share)
    yield mixture.nudged(np.ones(len(family.kinds)), np.full(mixture.n_components, 0.01))
    yield em.match(mixture, other), em.break_tie(x, mixture)
    if family is em.GaussianMixture:
        yield em.diagnosis.modes(mixture)
    if family is em.ExponentialMixture:
        yield em.diagnosis.half_life(mixture), mixture.cv2
    for hard in (False, True):
        try:
            yield em.m_step(em.e_step(x, mixture, hard=hard))
        except em.DegenerateComponent as end:
            yield end
    here = em.information(x, mixture)
    yield here.gain(), here.is_settled, here.covariance() if here.is_concave else None
    yield em.standard_errors(x, mixture)
    for method in em.METHODS:
        run = em.fit(x, mixture, RULE, method)
        yield run.message, run.parameters, em.aic(run), em.bic(run), em.describe(x, run, other)
        yield em.standard_errors(x, run.mixture)
        for parameter in family.kinds:
            yield em.surface(x, run.mixture, parameter, em.surface_axes(run, parameter, n=3))
        if method == em.EM:
            yield em.bounds(run), em.bounds(run, x), em.lessons.measured_growth(run)
    yield em.lessons.local_optimum(em.restarts(x, [mixture, other], RULE))
    yield em.random_start(x, family, 2, rng), em.kmeans_start(x, family, 3, rng)
    yield em.lessons.model_choice(em.choose(x, family, [1, 2], 2, stopping=RULE))


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES, ids=em.FAMILIES)
def test_there_is_no_warning_and_no_nan_whatever_the_scales(family):
    for seed in range(100):
        rng = np.random.default_rng(seed)
        x = any_observations(family, rng)
        k = int(rng.integers(2, 4))
        mixture = em.quantile_start(x, family, k) if seed % 2 else any_mixture(family, k, rng)
        with warnings.catch_warnings(action="error"):
            for step, result in enumerate(results(x, mixture, any_mixture(family, k, rng), rng)):
                assert not np.isnan(numbers(result)).any(), (seed, step)


def test_bounds_of_a_run_across_many_orders_of_magnitude_lie_between_its_log_likelihoods():
    for family, unit in ((em.PoissonMixture, 1e-300), (em.PoissonMixture, 1e300), (em.ExponentialMixture, 1e-150)):
        x, _ = family([0.5, 0.5], [20, 90]).sample(50, np.random.default_rng(0))
        run = em.fit(x * (1e12 if unit < 1 else 1), family([0.5, 0.5], [unit, 2 * unit]), em.StoppingRule(5))
        below, above = run.log_likelihood[:-1], run.log_likelihood[1:]
        slack = 1e-9 * np.abs(below)
        assert np.isfinite(run.log_likelihood).all()
        assert (below - slack <= em.bounds(run)).all()
        assert (em.bounds(run) <= above + slack).all()


@pytest.mark.parametrize("mean", [1e-300, 1e-30, 1e-3, 0.1])
@pytest.mark.parametrize("x", [1e4, 1e9, 1e15])
def test_a_large_count_far_above_its_mean_has_a_finite_log_probability(x, mean):
    found = em.PoissonMixture([1], [mean]).log_density([x])[0]
    assert found == pytest.approx(stats.poisson.logpmf(x, mean), rel=1e-9)
