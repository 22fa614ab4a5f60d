"""Gradient and observed information."""

from __future__ import annotations

import numpy as np
import pytest

import em
from em.fitting.acceleration import moved

MIXTURES = [
    em.ExponentialMixture([0.3, 0.7], [0.2, 1]),
    em.ExponentialMixture([0.2, 0.5, 0.3], [1e-3, 0.2, 4]),
    em.GaussianMixture([0.4, 0.6], [0, 1.5], [1, 0.8]),
    em.GaussianMixture([0.2, 0.5, 0.3], [-300, 100, 500], [100, 50, 200]),
    em.GaussianMixture([1], [3], [2]),
]
EVERY = pytest.mark.parametrize("mixture", MIXTURES, ids=lambda m: f"{m.family}-{m.n_components}")


def sample(mixture, n, seed=0):
    return mixture.sample(n, np.random.default_rng(seed))[0]


def optimum(x, start):
    run = em.fit(x, start, em.StoppingRule(5000, 1e-13), "accelerated")
    assert run.converged
    return run.mixture


@EVERY
def test_gradient_and_hessian_are_those_of_central_differences(mixture):
    x = sample(mixture, 500)
    found = em.information(x, mixture)
    h = 1e-4
    unit = h * np.eye(found.gradient.size)

    def at(step):
        return moved(mixture, step).log_likelihood(x)

    gradient = [(at(a) - at(-a)) / (2 * h) for a in unit]
    hessian = [[(at(a + b) - at(a - b) - at(b - a) + at(-a - b)) / (4 * h * h) for b in unit] for a in unit]
    scale = np.abs(found.hessian).max()
    np.testing.assert_allclose(found.gradient, gradient, atol=1e-6 * scale)
    np.testing.assert_allclose(found.hessian, hessian, atol=1e-5 * scale)
    assert found.log_likelihood == pytest.approx(mixture.log_likelihood(x), rel=1e-12)


def test_many_observations_are_summed_in_chunks_to_the_same():
    mixture = MIXTURES[2]
    x = sample(mixture, 20_000)
    whole = em.information(x, mixture)
    parts = [em.information(part, mixture) for part in np.array_split(x, 7)]
    np.testing.assert_allclose(whole.gradient, sum(part.gradient for part in parts), rtol=1e-8, atol=1e-7)
    np.testing.assert_allclose(whole.hessian, sum(part.hessian for part in parts), rtol=1e-10, atol=1e-7)


@EVERY
def test_at_an_optimum_the_shares_are_between_0_and_1(mixture):
    x = sample(mixture, 800)
    best = optimum(x, mixture)
    shares = em.information(x, best).shares
    assert (shares > 0).all()
    assert shares.max() == pytest.approx(1, abs=1e-6)


def test_em_closes_the_smallest_share_of_the_gap_in_an_iteration():
    x = sample(MIXTURES[0], 800)
    best = optimum(x, MIXTURES[0])
    away = moved(best, 1e-3 * np.array([1, -1, 1, -1]))
    gaps = em.fit(x, away, em.StoppingRule(30, 0)).parameters["scales"][:, 0] - best.scales[0]
    share = em.information(x, best).shares[0]
    assert 0.02 < share < 0.2
    assert gaps[30] / gaps[29] == pytest.approx(1 - share, abs=0.01 * share)
