"""Observations gathered onto nodes: sums over nodes equal sums over observations."""

from __future__ import annotations

import numpy as np
import pytest

import em
from em.fitting import fast, nodes
from em.fitting.fast import CHUNK, FEW, SHARE
from em.fitting.nodes import ORDER, STEEPEST, bins_for, gather, spread_of_slopes
from tests.em.test_fast import EXPONENTIAL, FAMILIES, GAUSSIAN, assert_agree, step

CURVES = {
    "logistic": lambda x, steepness: 1 / (1 + np.exp(-steepness * x)),
    "log of the sum of odds": lambda x, steepness: np.log1p(np.exp(steepness * x)),
    "responsibility times x squared": lambda x, steepness: x**2 / (1 + np.exp(steepness * (x - 1))),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("steepness", [0.1, 1.0, 10.0, 60.0])
def test_sums_of_an_iteration_equal_those_over_the_observations(name, steepness):
    x = np.random.default_rng(0).normal(0.3, 1, 30_000)
    low, high = x.min(), x.max()
    gathered = gather([x[:9000], x[9000:]], low, high, bins_for(steepness, high - low, x.size))
    assert gathered.are_fine_enough(steepness)
    of = CURVES[name]
    assert of(gathered.points, steepness) @ gathered.weights == pytest.approx(of(x, steepness).sum(), rel=1e-13)


def test_polynomials_of_a_lower_degree_are_summed_exactly_and_others_are_not():
    x = np.random.default_rng(1).uniform(0, 1, 500)
    gathered = gather([x], 0.0, 1.0, 1)
    t = 2 * np.r_[x] - 1
    for degree in range(ORDER + 1):
        wanted = np.cos(degree * np.arccos(t)).sum()
        found = np.cos(degree * np.arccos(np.clip(2 * gathered.points - 1, -1, 1))) @ gathered.weights
        assert bool(found == pytest.approx(wanted, abs=1e-11)) is (degree < ORDER)


@pytest.mark.parametrize("n_bins", [1, 2, 7, 400])
def test_empty_bins_have_no_nodes_and_every_observation_counts_once(n_bins):
    x = np.r_[np.zeros(3), 0.25, 0.5, np.full(4, 1.0)] + 5
    gathered = gather([x], 5.0, 6.0, n_bins)
    assert gathered.weights.sum() == pytest.approx(x.size, rel=1e-14)
    assert gathered.points.size == ORDER * min(n_bins, 4 if n_bins > 2 else 2)
    assert gathered.points @ gathered.weights == pytest.approx(x.sum(), rel=1e-14)
    assert sum(points.size for points, _ in gathered.parts(5)) == gathered.points.size


def test_how_many_bins():
    assert bins_for(0, 1, 100) == 1
    assert bins_for(10, 1, 1000) == 10 * nodes.ROOM / (2 * STEEPEST)
    for steepness, extent in ((1e9, 1), (np.inf, 1), (np.nan, 1), (1, 0), (1, np.inf), (0, np.inf), (1, 1e-310)):
        assert bins_for(steepness, extent, 100) == 0
    assert spread_of_slopes([[9, 0, 0], [9, -1, 2]], 3) == 11
    assert spread_of_slopes([[1.0, 0.0]], 3) == 0


def random_start(seed):
    """Many observations, and a mixture of as many components that is near them."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 6))
    unit, n = 10.0 ** rng.integers(-6, 7), int(rng.integers(FEW, 3 * CHUNK))
    weights = rng.dirichlet(np.full(k, 3))
    if seed % 2:
        truth = em.ExponentialMixture(weights, unit * 10 ** rng.uniform(-1.5, 1.5, k))
        start = em.ExponentialMixture(rng.dirichlet(np.full(k, 3)), truth.scales * np.exp(rng.normal(size=k) / 2))
    else:
        truth = em.GaussianMixture(weights, unit * rng.uniform(-5, 5, k), unit * 10 ** rng.uniform(-0.3, 0.3, k))
        start = em.GaussianMixture(weights, truth.means + truth.stds * rng.normal(size=k), 2 * truth.stds)
    return truth.sample(n, rng)[0], start


@pytest.mark.slow
def test_passes_over_nodes_agree_with_passes_over_observations():
    n_gathered = 0
    for seed in range(200):
        x, start = random_start(seed)
        used, mixture = em.Observations(x, type(start)), start
        for _ in range(6):
            gathered, whole = step(used, mixture), step(x, mixture)
            assert_agree(gathered, whole, rtol=1e-12)
            mixture = whole[1]
        n_gathered += used._fast._nodes is not None
    assert n_gathered > 100


@FAMILIES
def test_whole_runs_over_nodes_agree_with_runs_over_observations(mixture, monkeypatch):
    x, _ = mixture.sample(30_000, np.random.default_rng(5))
    start = em.quantile_start(x, type(mixture), 2)
    run = em.fit(x, start, em.StoppingRule(300))
    monkeypatch.setattr(fast, "FEW", x.size + 1)
    whole = em.fit(x, start, em.StoppingRule(300))
    assert run.n_iter == whole.n_iter
    np.testing.assert_allclose(run.log_likelihood, whole.log_likelihood, rtol=1e-14)
    for name, array in run.mixture.parameters.items():
        np.testing.assert_allclose(array, whole.mixture.parameters[name], rtol=1e-9)
    assert (np.diff(run.log_likelihood) >= -1e-9).all()


def gatherings(monkeypatch):
    """The number of bins each time that observations are gathered from now on."""
    made = []

    def counted(parts, low, high, n_bins, centre):
        made.append(n_bins)
        return gather(parts, low, high, n_bins, centre)

    monkeypatch.setattr(fast, "gather", counted)
    return made


def test_observations_are_gathered_at_the_second_pass_and_again_where_odds_have_become_too_steep(monkeypatch):
    made = gatherings(monkeypatch)
    x, _ = EXPONENTIAL.sample(50_000, np.random.default_rng(0))
    used = em.Observations(x, em.ExponentialMixture)
    alike = em.ExponentialMixture([0.5, 0.5], [0.5, 0.7])
    step(used, alike)
    assert made == []
    step(used, alike)
    step(used, alike)
    assert len(made) == 1
    step(used, EXPONENTIAL)
    assert len(made) == 2
    step(used, alike)  # finer ones are good enough too
    assert len(made) == 2


def test_observations_are_not_gathered_if_they_are_few_or_need_too_many_nodes(monkeypatch):
    made = gatherings(monkeypatch)
    few, many = (GAUSSIAN.sample(n, np.random.default_rng(0))[0] for n in (FEW - 1, 2 * FEW))
    apart = np.r_[many, 1e4]
    for x, start in ((few, GAUSSIAN), (apart, em.GaussianMixture([0.5, 0.5], [0, 3], [9e3, 1e4 / SHARE]))):
        em.fit(x, start, em.StoppingRule(5, 0))
    steep = em.ExponentialMixture([0.5, 0.5], [1e-6, 1])
    em.fit(np.abs(many), steep, em.StoppingRule(1, 0))
    assert made == []
    em.fit(many, GAUSSIAN, em.StoppingRule(5, 0))
    assert len(made) == 1


@pytest.mark.parametrize("x", [np.full(2 * FEW, 3.0), np.r_[np.zeros(2 * FEW), 1e-310]], ids=["equal", "subnormal"])
def test_observations_without_an_extent_are_not_gathered(x):
    run = em.fit(x + (x == 0), em.ExponentialMixture([0.5, 0.5], [1, 2]), em.StoppingRule(5, 0))
    assert np.isfinite(run.log_likelihood).all()


def exactly(x, mixture):
    """Log-likelihood, weights, means and stds after an iteration, in long doubles."""
    weights, means, stds = (np.array(array, dtype=np.longdouble) for array in mixture.parameters.values())
    x = x.astype(np.longdouble)[:, np.newaxis]
    log_joint = np.log(weights / stds) - ((x - means) / stds) ** 2 / 2 - np.log(2 * np.longdouble(np.pi)) / 2
    r = np.exp(log_joint)
    log_likelihood = np.log(r.sum(axis=1)).sum()
    r /= r.sum(axis=1, keepdims=True)
    n = r.sum(axis=0)
    means = (r * x).sum(axis=0) / n
    return log_likelihood, n / x.size, means, np.sqrt((r * (x - means) ** 2).sum(axis=0) / n)


@pytest.mark.parametrize("offset", [0, 1e2, 1e3, 1e4, 1e5, 9e5, 1e7])
@pytest.mark.parametrize("farthest", [5, 20])
def test_nodes_keep_their_digits_far_from_0_and_with_an_observation_far_out(offset, farthest):
    for seed, n in enumerate((10_000, 30_000)):
        x = np.r_[GAUSSIAN.sample(n, np.random.default_rng(seed))[0], farthest]
        x += offset * np.ptp(x)
        moved = offset * np.ptp(x)
        mixture = em.GaussianMixture([0.4, 0.6], np.array([0.2, 2.8]) + moved, [1.3, 0.9])
        observations = em.Observations(x, em.GaussianMixture)
        for _ in range(2):
            log_likelihood, following = step(observations, mixture)
        expected = exactly(x, mixture)
        assert log_likelihood == pytest.approx(float(expected[0]), rel=3e-14)
        np.testing.assert_allclose(following.weights, expected[1].astype(float), rtol=1e-13)
        np.testing.assert_allclose(following.means, expected[2].astype(float), rtol=4e-16, atol=1e-13)
        np.testing.assert_allclose(following.stds, expected[3].astype(float), rtol=1e-13)
