"""The E-step and the M-step one by one, for every family: a run consists of them."""

from __future__ import annotations

import numpy as np
import pytest

import em
from tests.families import FAMILIES, TRUTHS, LogNormalMixture, PlainGaussian, sample


@FAMILIES
def test_a_run_consists_of_the_steps(truth):
    x = sample(truth)
    run = em.fit(x, truth, em.StoppingRule(12, 0))
    prepared, mixture = em.Observations(x, type(truth)), truth
    for t in range(run.n_iter):
        statistics = em.e_step(prepared, mixture)
        assert statistics.log_likelihood == statistics.objective == run.log_likelihood[t]
        mixture = em.m_step(statistics)
        assert mixture == run.mixtures[t + 1]
    assert mixture == [record.mixture for record, _ in zip(em.iterate(x, truth), range(13), strict=False)][-1]


@FAMILIES
def test_the_steps_agree_with_the_responsibilities_written_out(truth):
    for n in (3, 400, 12_000):
        x = sample(truth, n, seed=n)
        r, statistics = truth.responsibilities(x), em.e_step(x, truth)
        np.testing.assert_allclose(statistics.n_eff, r.sum(axis=0), rtol=1e-11)
        assert statistics.log_likelihood == pytest.approx(truth.log_likelihood(x), rel=1e-12)
        assert statistics.n_observations == n
        following, expected = em.m_step(statistics), type(truth).m_step(x, r)
        for name, array in expected.parameters.items():
            np.testing.assert_allclose(following.parameters[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


@FAMILIES
def test_a_hard_e_step_gives_each_observation_to_its_likeliest_component(truth):
    x = sample(truth, 500, seed=3)
    log_joint = np.log(truth.weights) + truth.component_log_density(x)
    label = log_joint.argmax(axis=1)
    statistics = em.e_step(x, truth, hard=True)
    np.testing.assert_array_equal(statistics.n_eff, np.bincount(label, minlength=2))
    assert statistics.objective == pytest.approx(log_joint.max(axis=1).sum(), rel=1e-12)
    assert statistics.log_likelihood == pytest.approx(truth.log_likelihood(x), rel=1e-12)
    following = em.m_step(statistics)
    for k in range(2):
        alone = type(truth).m_step(x[label == k], np.ones((int((label == k).sum()), 1)))
        for name, array in list(alone.parameters.items())[1:]:
            np.testing.assert_allclose(following.parameters[name][k], array[0], rtol=1e-9)


def test_a_hard_e_step_gives_ties_to_the_first_component():
    tied = em.GaussianMixture([0.5, 0.5], [0, 0], [1, 1])
    assert em.e_step([1.0, -2.0, 0.5], tied, hard=True).n_eff.tolist() == [3, 0]
    with pytest.raises(em.DegenerateComponent, match="component 1 has lost all its weight"):
        em.m_step(em.e_step([1.0, -2.0, 0.5], tied, hard=True))
    far = em.GaussianMixture([0.5, 0.5], [0, 1], [1e-160, 1e-160])  # every log density overflows
    assert em.e_step([-1.0, 0.4, 3.0], far, hard=True).n_eff.tolist() == [2, 1]


@FAMILIES
@pytest.mark.parametrize("n", [60, 12_000])
def test_prepared_observations_give_the_same_bits_and_are_not_those_of_the_caller(truth, n):
    x = sample(truth, n)
    prepared = em.Observations(x, type(truth))
    runs = [em.fit(given, truth, em.StoppingRule(6, 0)) for given in (x, prepared, prepared)]
    original = x.copy()
    x += 1
    runs.append(em.fit(prepared, truth, em.StoppingRule(6, 0)))
    np.testing.assert_array_equal(prepared.x, original)
    for run in runs[1:]:
        assert run.mixtures == runs[0].mixtures
        assert run.log_likelihood.tolist() == runs[0].log_likelihood.tolist()
        assert run.n_passes == runs[0].n_passes
    with pytest.raises(ValueError, match="read-only"):
        prepared.x[0] = 1


def test_statistics_and_mixtures_copy_their_arguments():
    x = np.array([1.0, 2, 3, 4, 9])
    for start in (LogNormalMixture([0.5, 0.5], [0, 1], [1, 1]), em.GaussianMixture([0.5, 0.5], [1, 4], [1, 1])):
        own = x.copy()
        statistics = em.e_step(own, start)
        expected = em.m_step(statistics)
        own *= 100
        assert em.m_step(statistics) == expected
        assert {statistics: 1}[statistics] == 1  # it is immutable, so it has a hash
        np.testing.assert_allclose(statistics.means, start.responsibilities(x).T @ x / statistics.n_eff, rtol=1e-12)
    assert em.e_step(x, em.ExponentialMixture([1], [2])).stds is None


def test_prepared_observations_serve_mixtures_of_any_number_of_components():
    x = sample(TRUTHS[1], 7000)
    prepared = em.Observations(x, em.GaussianMixture)
    for k in (1, 3, 2, 5, 2):
        mixture = em.quantile_start(x, em.GaussianMixture, k)
        for _ in range(3):
            found, fresh = em.e_step(prepared, mixture), em.e_step(x, mixture)
            assert found.log_likelihood == pytest.approx(fresh.log_likelihood, rel=1e-13)
            np.testing.assert_allclose(found.n_eff, fresh.n_eff, rtol=1e-11)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: em.e_step([-1.0], TRUTHS[0]), "x must not be negative"),
        (
            lambda: em.e_step(em.Observations([1, 2], em.GaussianMixture), TRUTHS[0]),
            "mixture must be of the family of the observations, GaussianMixture; got ExponentialMixture: prepare",
        ),
        (
            lambda: em.e_step(em.Observations([1, 2], PlainGaussian), em.GaussianMixture([1], [0], [1])),
            "mixture must be of the family of the observations, PlainGaussianMixture; got GaussianMixture: prepare",
        ),
        (lambda: em.Observations([0.5], em.PoissonMixture), "x must hold whole numbers.*got 0.5 at index 0: round"),
        (
            lambda: em.Observations([3, -1.0], em.PoissonMixture),
            "x must not be negative for poisson.*got -1.0 at index 1",
        ),
        (lambda: em.fit([1, 0.0], TRUTHS[3]), "x must be above 0 for log-normal components; got 0.0 at index 1: leave"),
        (lambda: em.bounds(em.fit([1.0, 2], TRUTHS[0]), [1.0]), "x must be the 2 observations of the run; got 1"),
        (lambda: LogNormalMixture.from_moments([1], [-1], [1]), "means must be above 0; got -1.0: use those of"),
        (lambda: LogNormalMixture.from_moments([1], [1], [-1]), "stds must not be negative; got -1.0: use those of"),
        (
            lambda: em.PoissonMixture([1], [1e300]).sample(3, np.random.default_rng(0)),
            r"means must be at most 9.2e\+18",
        ),
        (lambda: LogNormalMixture([0.5, 0.5], [0, 1], [1, 0]), "log_stds must be positive"),
        (
            lambda: em.quantile_start([0, 0], em.PoissonMixture, 2),
            "x must not be all zeros; got .*: add observations above 0, for poisson",
        ),
    ],
)
def test_nonsense_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
