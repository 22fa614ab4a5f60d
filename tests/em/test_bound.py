"""The lower bound J(q, θ): a bound, tight after an E-step, and no half of an iteration lowers it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import em
from components.state.sources import SOURCES
from components.views.run import reply
from tests import oracle
from tests.page_requests import run_request

FAMILIES = pytest.mark.parametrize("family", ["exponential", "gaussian"])
KS = pytest.mark.parametrize("k", [1, 2, 3, 4, 5])


def mixture(family, k, rng):
    """A random mixture; the distance of components is a few times their size."""
    weights = rng.dirichlet(np.full(k, 2.0))
    if family == "exponential":
        return em.ExponentialMixture(weights, 10 ** rng.uniform(-1, 1, k))
    return em.GaussianMixture(weights, rng.normal(0, 3, k), 10 ** rng.uniform(-0.5, 0.5, k))


def case(family, k, seed, n=120):
    """Observations from one random mixture, and another mixture."""
    rng = np.random.default_rng([k, seed])
    return mixture(family, k, rng).sample(n, rng)[0], mixture(family, k, rng), rng


def size(log_likelihood, x):
    return abs(log_likelihood) + x.size


@KS
@FAMILIES
def test_it_is_the_naive_sum_and_never_above_the_log_likelihood(family, k):
    for seed in range(10):
        x, at, rng = case(family, k, seed)
        q = rng.dirichlet(np.full(k, 0.5), x.size)
        bound = at.lower_bound(x, q)
        log_joint = at.component_log_density(x) + np.log(at.weights)
        assert type(bound) is float
        assert bound == pytest.approx(oracle.lower_bound(log_joint, q), rel=1e-12)
        assert bound <= at.log_likelihood(x) + 1e-12 * size(bound, x)
        log_posterior = log_joint - at.log_density(x)[:, np.newaxis]
        gap = -oracle.lower_bound(log_posterior, q)  # KL(q || posterior), summed over observations
        assert bound + gap == pytest.approx(at.log_likelihood(x), rel=1e-10)


@KS
@FAMILIES
def test_after_an_e_step_it_touches(family, k):
    for seed in range(20):
        x, at, _ = case(family, k, seed)
        log_likelihood = at.log_likelihood(x)
        assert abs(at.lower_bound(x, at.responsibilities(x)) - log_likelihood) <= 1e-10 * max(1, abs(log_likelihood))


@KS
@FAMILIES
def test_it_never_falls_over_either_half_step(family, k):
    for seed in range(12):
        x, start, _ = case(family, k, seed)
        run = em.fit(x, start, em.StoppingRule(40, 0))
        after = em.bounds(run)
        assert after.shape == (run.n_iter,)
        slack = 1e-12 * size(run.log_likelihood[0], x)
        assert (after >= run.log_likelihood[:-1] - slack).all()  # the M-step lifts the bound
        assert (after <= run.log_likelihood[1:] + slack).all()  # the next E-step closes the gap it opened


@FAMILIES
def test_bounds_are_the_definition_entry_by_entry(family):
    x, start, _ = case(family, 3, 1)
    run = em.fit(x, start, em.StoppingRule(15, 0))
    expected = [after.lower_bound(x, before.responsibilities(x)) for before, after in pairwise(run.mixtures)]
    np.testing.assert_allclose(em.bounds(run), expected, rtol=1e-11)


def test_zero_responsibility_counts_nothing_and_impossible_ones_minus_infinity():
    at = em.ExponentialMixture([1, 0], [2, 3])
    x = [0.5, 1.0]
    assert at.lower_bound(x, [[1, 0], [1, 0]]) == pytest.approx(at.log_likelihood(x))
    assert at.lower_bound(x, [[1, 0], [0.5, 0.5]]) == -np.inf


def test_a_run_that_ended_at_its_start_has_no_bounds():
    x = np.full(5, 2.0)
    assert em.bounds(em.fit(x, em.GaussianMixture([1], [0], [1]))).shape == (0,)


@pytest.mark.parametrize(
    ("q", "message"),
    [
        ([[0.5, 0.5]], r"responsibilities must have shape \(2, K\)"),
        ([[0.5, 0.5], [0.5, 0.6]], "divide each row by its sum"),
        ([[1.5, -0.5], [1, 0]], "is not negative"),
        ([[1.0], [1.0]], "a column for each of the 2 components"),
    ],
)
def test_bad_responsibilities_are_refused(q, message):
    with pytest.raises(ValueError, match=message):
        em.ExponentialMixture([0.5, 0.5], [1, 2]).lower_bound([1.0, 2.0], q)


@pytest.mark.parametrize("source", SOURCES)
def test_the_half_steps_of_a_run_on_the_page_are_those_of_the_engine(source):
    result = reply(run_request(source) | {"max_iter": 6, "tol": 0})["result"]
    family, x = SOURCES[source].family, np.array(result["x"])
    rows = zip(*map(np.array, result["trajectory"].values()), strict=True)
    records = [family(weights / np.sum(weights), *others) for weights, *others in rows]
    assert len(records) == 7
    for t, (mixture, following) in enumerate(pairwise(records)):
        statistics = em.e_step(x, mixture)
        assert statistics.log_likelihood == pytest.approx(result["log_likelihood"][t], rel=1e-10)
        fitted = em.m_step(statistics)
        for name, values in fitted.parameters.items():
            np.testing.assert_allclose(following.parameters[name], values, rtol=1e-8)
        bound = fitted.lower_bound(x, mixture.responsibilities(x))
        assert result["bounds"][t] == pytest.approx(bound, rel=1e-10)
