"""The accelerated method: the same ends as EM, in fewer passes over the data."""

from __future__ import annotations

import time

import numpy as np
import pytest

import em
from em.fitting.fast import FastPass

OVERLAP = em.ExponentialMixture([0.5, 0.5], [0.5, 1])
START = em.ExponentialMixture([0.5, 0.5], [0.3, 0.6])
LONG = em.StoppingRule(20_000, 1e-11)


def sample(truth, n, seed):
    return truth.sample(n, np.random.default_rng(seed))[0]


def hard():
    """Data sets and sizes on which EM is slow or has several optima."""
    for name, family, sizes in (
        ("galaxies", em.GaussianMixture, (2, 3, 4)),
        ("faithful-waiting", em.GaussianMixture, (2, 3)),
        ("geyser-duration", em.GaussianMixture, (3,)),
        ("air-conditioning", em.ExponentialMixture, (2, 3)),
    ):
        for k in sizes:
            yield pytest.param(em.datasets.load(name).x, family, k, id=f"{name}-{k}")
    for truth in (OVERLAP, em.GaussianMixture([0.5, 0.5], [0, 1.5], [1, 1])):
        yield pytest.param(sample(truth, 400, 5), type(truth), 2, id=f"overlapping {truth.family}")
    truth = em.GaussianMixture([0.3, 0.4, 0.3], [0, 1.5, 4], [1, 1, 0.5])
    yield pytest.param(sample(truth, 300, 5), em.GaussianMixture, 3, id="three overlapping")


@pytest.mark.slow
@pytest.mark.parametrize(("x", "family", "k"), list(hard()))
def test_it_ends_where_em_ends(x, family, k):
    for seed in range(6):
        make = (em.random_start, em.kmeans_start)[seed % 2]
        start = make(x, family, k, np.random.default_rng(seed))
        plain, run = em.fit(x, start, LONG), em.fit(x, start, LONG, "accelerated")
        assert run.reason is plain.reason
        if plain.converged:
            assert run.log_likelihood[-1] == pytest.approx(plain.log_likelihood[-1], abs=1e-10 * x.size)
            assert run.log_likelihood[-1] >= plain.log_likelihood[-1] - 1e-12 * abs(plain.log_likelihood[-1])
        assert run.n_passes <= 2 * plain.n_passes
        assert (np.diff(run.log_likelihood) >= -1e-9 * np.abs(run.log_likelihood[1:])).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_where_components_overlap_it_takes_a_fraction_of_the_passes(seed):
    x = sample(OVERLAP, 1000, seed)
    plain, run = em.fit(x, START, LONG), em.fit(x, START, LONG, "accelerated")
    assert run.converged
    assert run.n_passes * 20 < plain.n_passes
    assert "accelerated" in run.message
    assert f"{run.n_passes} passes" in run.message


@pytest.mark.parametrize(("n", "ratio"), [(1000, 1.3), (1000, 1.5), (30_000, 1.3)])
def test_along_a_ridge_that_bends_upwards_slightly_too(n, ratio):
    """EM takes up to 20,000 iterations there, and a step that requires concavity finds none.

    Where it bends more steeply, the accelerated method ends elsewhere one time in twenty.
    """
    quick = 0
    for seed in range(20):
        x = sample(em.ExponentialMixture([0.5, 0.5], [1, ratio]), n, seed)
        run = em.fit(x, em.ExponentialMixture([0.5, 0.5], [0.9, 1.1 * ratio]), method="accelerated")
        quick += run.converged and run.n_passes < 100
    assert quick >= 19


def test_each_record_holds_parameters_and_their_own_log_likelihood():
    x = sample(OVERLAP, 20_000, 0)
    run = em.fit(x, START, method="accelerated")
    expected = [mixture.log_likelihood(x) for mixture in run.mixtures]
    np.testing.assert_allclose(run.log_likelihood, expected, rtol=1e-13)
    assert run.mixtures[0] is START
    assert run.method == "accelerated"
    assert em.fit(x, START, em.StoppingRule(3)).method == "em"


def test_it_begins_as_em_and_is_the_same_every_time():
    x = sample(OVERLAP, 1000, 0)
    first, second = (em.fit(x, START, LONG, "accelerated") for _ in range(2))
    assert first.mixtures == second.mixtures
    assert first.log_likelihood.tolist() == second.log_likelihood.tolist()
    assert first.mixtures[:6] == em.fit(x, START, em.StoppingRule(5)).mixtures


def counted(monkeypatch, x, *arguments):
    """A run, and its number of passes over the observations in an E-step, by sums or with care."""
    passes = 0.0
    expect, by_sums = em.Mixture._expect, FastPass._pass

    def counting(self, part):
        nonlocal passes
        passes += part.size / x.size
        return expect(self, part)

    def counting_sums(self, log_odds, direct):
        nonlocal passes
        passes += 1
        return by_sums(self, log_odds, direct)

    with monkeypatch.context() as patch:
        patch.setattr(FastPass, "_pass", counting_sums)
        patch.setattr(em.Mixture, "_expect", counting)
        run = em.fit(x, *arguments)
    return run, passes


@pytest.mark.parametrize("method", em.METHODS)
@pytest.mark.parametrize("tol", [0, 1e-6, 1e-10])
def test_passes_are_the_e_steps_made(monkeypatch, method, tol):
    x = sample(OVERLAP, 1000, 1)
    for max_iter in (1, 6, 8, 300):
        run, passes = counted(monkeypatch, x, START, em.StoppingRule(max_iter, tol), method)
        assert run.n_passes == pytest.approx(passes, abs=1e-9)
        assert run.n_passes >= run.n_iter + 1


@pytest.mark.parametrize("method", em.METHODS)
def test_rejected_passes_and_passes_repeated_with_care_are_counted_too(monkeypatch, method):
    x, start = np.array([1e-9, 1e-7]), em.ExponentialMixture([1, 1e-300], [1e-6, 1e6])  # odds that overflow
    run, passes = counted(monkeypatch, x, start, em.StoppingRule(3, 0), method)
    assert run.n_passes == passes > run.n_iter + 1
    degenerate = em.GaussianMixture([0.5, 0.5], [0, 3], [0.1, 2])
    run, passes = counted(monkeypatch, np.array([0.0, 1, 5]), degenerate, em.StoppingRule(), method)
    assert run.reason is em.StopReason.DEGENERATE
    assert run.n_passes == pytest.approx(passes, abs=1e-9)


def test_a_symmetric_start_never_converges():
    for seed in range(10):
        x = sample(em.ExponentialMixture([0.5, 0.5], [0.1, 1]), 300, seed)
        run = em.fit(x, em.ExponentialMixture([0.5, 0.5], [0.5, 0.5]), method="accelerated")
        assert not run.converged
        x = sample(em.GaussianMixture([0.3, 0.7], [0, 4], [1, 2]), 300, seed)
        run = em.fit(x, em.GaussianMixture([0.5, 0.5], [1, 1], [2, 2]), method="accelerated")
        assert not run.converged


@pytest.mark.parametrize("method", em.METHODS)
def test_beside_a_saddle_neither_converges(method):
    x = em.datasets.load("faithful-waiting").x
    start = em.break_tie(x, em.GaussianMixture([0.5, 0.5], [x.mean()] * 2, [x.std()] * 2))
    run = em.fit(x, start, em.StoppingRule(2000, 1e-6), method)
    assert run.converged
    assert em.information(x, run.mixture).is_concave
    assert run.mixture.means == pytest.approx([54.6, 80.1], abs=0.1)


def test_two_components_where_there_is_one_end_as_with_em():
    x = np.array([1.0, 2, 3, 4, 5])  # CV² < 1: the maximum has two identical components
    start = em.ExponentialMixture([0.5, 0.5], [2, 4])
    plain, run = em.fit(x, start), em.fit(x, start, method="accelerated")
    assert plain.converged
    assert run.converged
    assert run.log_likelihood[-1] == pytest.approx(plain.log_likelihood[-1], abs=1e-7)


def test_degenerate_is_a_result_and_the_same_as_with_em():
    start = em.GaussianMixture([0.5, 0.5], [0, 3], [0.1, 2])
    plain, run = em.fit([0.0, 1, 5], start), em.fit([0.0, 1, 5], start, method="accelerated")
    assert run.reason is em.StopReason.DEGENERATE
    assert str(run.degenerate) == str(plain.degenerate)
    zeros = em.fit(np.zeros(3), START, method="accelerated")
    assert zeros.reason is em.StopReason.DEGENERATE


@pytest.mark.parametrize("max_iter", [1, 5, 7, 50])
def test_tolerance_0_runs_exactly_max_iter_iterations(max_iter):
    x = sample(OVERLAP, 500, 0)
    run = em.fit(x, START, em.StoppingRule(max_iter, 0), "accelerated")
    assert (run.n_iter, run.reason) == (max_iter, em.StopReason.MAX_ITER)
    assert (np.diff(run.log_likelihood) >= -1e-9 * abs(run.log_likelihood[-1])).all()


def test_the_deadline_holds():
    x = sample(OVERLAP, 1000, 0)
    assert em.fit(x, START, em.StoppingRule(deadline=0), "accelerated").reason is em.StopReason.OUT_OF_TIME
    long = em.StoppingRule(10**9, 0, time.monotonic() + 0.2)
    assert em.fit(x, START, long, "accelerated").reason is em.StopReason.OUT_OF_TIME


@pytest.mark.parametrize("method", ["newton", "EM", None, ["em"]])
def test_other_methods_are_refused(method):
    with pytest.raises(ValueError, match="method must be one of em, accelerated"):
        em.fit([1.0, 2], START, method=method)


def test_an_accelerated_run_has_no_bounds():
    run = em.fit(sample(OVERLAP, 300, 0), START, method="accelerated")
    with pytest.raises(ValueError, match="no M-steps"):
        em.bounds(run)


# -- plain EM confirms what Aitken suggests ----------------------------------------------------------------------------


def test_a_plateau_is_not_convergence():
    x = sample(OVERLAP, 1000, 69)
    run = em.fit(x, OVERLAP, em.StoppingRule(20_000, 1e-8))  # Aitken alone stops it after 27 iterations
    best = em.fit(x, OVERLAP, LONG, "accelerated")
    assert run.converged
    assert best.log_likelihood[-1] - run.log_likelihood[-1] < 2e-8 * x.size


@pytest.mark.slow
@pytest.mark.parametrize("tol", [1e-6, 1e-8])
def test_converged_means_that_less_than_the_tolerance_remains_where_components_overlap(tol):
    for seed in range(10):
        x = sample(OVERLAP, 1000, seed)
        run = em.fit(x, START, em.StoppingRule(20_000, tol))
        best = em.fit(x, run.mixture, LONG, "accelerated").log_likelihood[-1]
        assert run.converged
        assert best - run.log_likelihood[-1] < 1.05 * tol * x.size


@pytest.mark.parametrize("method", em.METHODS)
@pytest.mark.parametrize("tol", [1e-8, 1e-6])
@pytest.mark.parametrize(("n", "seed", "apart"), [(30_000, 1, 0.2), (300, 1, 0.05), (30_000, 4, 0.2)])
def test_a_flat_direction_that_still_rises_is_not_convergence(method, tol, n, seed, apart):
    """The information along the difference of the scales is a millionth of the complete data's; the slope is not."""
    x = sample(em.ExponentialMixture([0.5, 0.5], [1, 1.3]), n, seed)
    start = em.ExponentialMixture([0.5, 0.5], x.mean() * np.array([1 - apart, 1 + apart]))
    run = em.fit(x, start, em.StoppingRule(400, tol), method)
    best = em.fit(x, em.ExponentialMixture([0.5, 0.5], [0.5, 1.5]), em.StoppingRule(500, 1e-8), "accelerated")
    assert not run.converged or best.log_likelihood[-1] - run.log_likelihood[-1] < 2 * tol * n


@pytest.mark.parametrize("tol", [1e-8, 1e-4])
def test_merged_components_are_a_maximum_all_the_same(tol):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = rng.gamma(2, 1, int(rng.choice([10, 100, 1000])))  # CV² < 1
        start = em.ExponentialMixture([0.5, 0.5], x.mean() * np.exp(rng.normal(size=2) / 2))
        assert em.fit(x, start, em.StoppingRule(3000, tol)).converged
        flat = rng.uniform(-1, 1, x.size)
        start = em.GaussianMixture([0.5, 0.5], rng.choice(flat, 2), flat.std() * np.exp(rng.normal(size=2) / 3))
        assert em.fit(flat, start, em.StoppingRule(3000, tol)).reason is not em.StopReason.MAX_ITER
