"""When a run stops, and its message: first with bare numbers, then on data."""

from __future__ import annotations

import math
import time
from itertools import accumulate

import numpy as np
import pytest

import em
from em.fitting.stopping import StoppingRule, StopReason, remaining_gain, rounding_level

N = 100


def geometric(limit, gap, c, n):
    """n + 1 log-likelihoods that approach `limit` from `gap` below, the gap shrinking by c each time."""
    return [limit - gap * c**t for t in range(n + 1)]


def records_until_stop(rule, log_likelihood, n_observations=N):
    """How many records the rule reads before it stops, and the reason; (None, None) if it never stops."""
    for count in range(1, len(log_likelihood) + 1):
        reason = rule.reason(log_likelihood[:count], n_observations)
        if reason is not None:
            return count, reason
    return None, None


@pytest.mark.parametrize("c", [0.01, 0.3, 0.9, 0.99, 0.999])
@pytest.mark.parametrize("limit", [-500, 0, 3e4])
def test_estimate_on_a_geometric_sequence_is_exactly_the_gap_before_the_last_step(c, limit):
    for t in (2, 3, 5):
        left_before = 10 * c ** (t - 1)
        if left_before * (1 - c) > 1e6 * rounding_level(limit, N):
            estimate = remaining_gain(geometric(limit, 10, c, t), N)
            assert estimate == pytest.approx(left_before / N, rel=1e-4)
            assert estimate > 10 * c**t / N  # so it bounds the gap after it


def test_remaining_gain_is_per_observation():
    sequence = geometric(-500, 10, 0.5, 4)
    assert remaining_gain(sequence, 10) == pytest.approx(10 * remaining_gain(sequence, 100))


@pytest.mark.parametrize("sequence", [[], [-5], [-5, -4]])
def test_remaining_gain_is_unknown_with_fewer_than_three_records(sequence):
    assert remaining_gain(sequence, N) == math.inf


def test_remaining_gain_is_unknown_while_increments_do_not_shrink():
    assert remaining_gain([0, 1, 2], N) == math.inf
    assert remaining_gain([0, 1, 2.1], N) == math.inf
    assert remaining_gain([0, 0, 1e-6], N) == math.inf
    assert remaining_gain([0, -1, 1], N) == math.inf


def test_remaining_gain_reads_the_last_three_records_only():
    assert remaining_gain([7, -3, 0, 1, 1.5], N) == remaining_gain([0, 1, 1.5], N) == pytest.approx(1 / N)


@pytest.mark.parametrize("level", [-1e-3, -1e3, -1e9, 1e5])
def test_increments_at_rounding_level_count_as_no_gain(level):
    ulp = np.spacing(abs(level))
    for noise in ([0, 1, 2], [0, 1, 3], [0, 2, 1], [3, 2, 1], [0, 0, 0], [0, -1, 1]):
        assert remaining_gain([level + step * ulp for step in noise], N) == 0


@pytest.mark.parametrize("level", [-1e3, -1e6])
def test_increments_well_above_rounding_count(level):
    step = 1000 * rounding_level(level, N)
    assert remaining_gain([level, level + step, level + 3 * step], N) == math.inf


@pytest.mark.parametrize("c", [0.15, 0.55, 0.9, 0.99])
@pytest.mark.parametrize("tol", [1e-3, 1e-6])
def test_rule_converges_when_the_estimates_at_the_last_two_records_are_below_tol(c, tol):
    expected = next(t for t in range(3, 10_000) if 10 * c ** (t - 2) / N < tol)
    count, reason = records_until_stop(StoppingRule(10_000, tol), geometric(-500, 10, c, expected + 50))
    assert reason is StopReason.CONVERGED
    assert count == expected + 1


@pytest.mark.slow
def test_small_steps_alone_are_not_convergence():
    slow = geometric(-500, 10, 0.9999, 1000)  # steps of 1e-3 and less, with 10 to go at first
    assert records_until_stop(StoppingRule(5000, 1e-3), slow)[0] is None
    assert slow[1] - slow[0] < 1e-3 * N


@pytest.mark.parametrize("growth", [1.0, 1.01, 2.34])
def test_growing_increments_never_stop(growth):
    increments = [1e-4 * growth**t for t in range(40)]
    log_likelihood = list(accumulate(increments, initial=-500.0))
    # Constant increments differ by rounding, so they may seem to shrink by 1e-12, with 1e8 to go.
    assert records_until_stop(StoppingRule(1000, 1e-2), log_likelihood) == (None, None)


def test_one_pause_is_not_convergence():
    pause = list(accumulate([1, 1e-9, 2.5e-9, 6e-9, 1.5e-8], initial=-500.0))
    assert remaining_gain(pause[:3], N) < 1e-8
    assert records_until_stop(StoppingRule(1000, 1e-8), pause) == (None, None)


@pytest.mark.parametrize("max_iter", [1, 2, 7, 50])
@pytest.mark.parametrize("sequence", [[-500.0] * 60, geometric(-500, 10, 0.5, 60), list(range(60))])
def test_tol_zero_runs_exactly_max_iter_iterations(max_iter, sequence):
    count, reason = records_until_stop(StoppingRule(max_iter, 0), sequence)
    assert count == max_iter + 1
    assert reason is StopReason.MAX_ITER


@pytest.mark.parametrize("max_iter", [1, 2, 5])
def test_rule_stops_at_max_iter_when_it_has_not_converged(max_iter):
    assert records_until_stop(StoppingRule(max_iter, 1e-12), geometric(-500, 10, 0.9, 20)) == (
        max_iter + 1,
        StopReason.MAX_ITER,
    )


def test_convergence_at_the_last_iteration_allowed_is_convergence():
    assert records_until_stop(StoppingRule(3, 1e-8), [-5.0] * 4) == (4, StopReason.CONVERGED)
    assert records_until_stop(StoppingRule(2, 1e-8), [-5.0] * 4) == (3, StopReason.MAX_ITER)


def test_rule_is_a_frozen_value():
    assert StoppingRule(5, 1) == StoppingRule(max_iter=5, tol=1.0)
    with pytest.raises(AttributeError):
        StoppingRule().tol = 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "start"),
    [
        (em.ExponentialMixture([0.5, 0.5], [0.1, 1]), em.ExponentialMixture([0.1, 0.9], [0.3, 0.6])),
        (em.GaussianMixture([0.4, 0.6], [0, 4], [1, 0.7]), em.GaussianMixture([0.5, 0.5], [0.5, 2], [1, 1])),
    ],
    ids=["exponential", "gaussian"],
)
@pytest.mark.parametrize("tol", [1e-4, 1e-6, 1e-8])
def test_converged_means_that_running_on_gains_less_than_tol_where_components_are_apart(truth, start, tol):
    for seed in range(10):
        x, _ = truth.sample(500, np.random.default_rng(seed))
        run = em.fit(x, start, StoppingRule(1000, tol))
        optimum = em.fit(x, run.mixture, StoppingRule(1000, 0)).log_likelihood[-1]
        assert run.converged
        assert run.remaining_gain < tol
        assert (optimum - run.log_likelihood[-1]) / x.size < 1.1 * tol


@pytest.mark.parametrize("max_iter", [1, 5, 30])
def test_fit_with_tol_zero_runs_exactly_max_iter_iterations_even_at_the_optimum(max_iter):
    x = np.array([1.0, 2.0, 3.0])
    optimum = em.ExponentialMixture([1], [2])
    run = em.fit(x, optimum, StoppingRule(max_iter, 0))
    assert run.n_iter == max_iter
    assert run.reason is StopReason.MAX_ITER
    assert run.converged is False


def test_only_the_first_reason_is_convergence():
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(300, np.random.default_rng(0))
    start = em.ExponentialMixture([0.1, 0.9], [0.3, 0.6])
    runs = {
        StopReason.CONVERGED: em.fit(x, start),
        StopReason.MAX_ITER: em.fit(x, start, StoppingRule(5)),
        StopReason.STATIONARY_START: em.fit(x, em.ExponentialMixture([0.5, 0.5], [1, 1])),
        StopReason.DEGENERATE: em.fit(np.zeros(3), start),
        StopReason.OUT_OF_TIME: em.fit(x, start, StoppingRule(deadline=0)),
    }
    assert set(runs) == set(StopReason)
    for reason, run in runs.items():
        assert run.reason is reason
        assert run.converged is (reason is StopReason.CONVERGED)
        assert f"{run.n_iter:,} iteration" in run.message


def test_messages_say_why_with_numbers():
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(300, np.random.default_rng(0))
    start = em.ExponentialMixture([0.1, 0.9], [0.3, 0.6])
    assert "below the tolerance 1e-08" in em.fit(x, start).message
    assert "without converging" in em.fit(x, start, StoppingRule(5)).message
    assert "as many as asked for (tolerance 0)" in em.fit(x, start, StoppingRule(5, 0)).message
    assert "1 iteration " in em.fit(x, start, StoppingRule(1)).message
    assert "Ran 1,200 iterations, as" in em.fit(x, start, StoppingRule(1200, 0)).message
    tied = em.fit(x, em.ExponentialMixture([0.2, 0.5, 0.3], [0.5, 1, 1]), StoppingRule(20, 1))
    assert "1 and 2 started identical" in tied.message


def beside_a_saddle():
    """A sample, and a start so near the saddle that EM's increments are rounding for forty iterations."""
    x = np.random.default_rng(14).exponential(1, 200)
    return x, em.ExponentialMixture([0.5, 0.5], x.mean() * np.array([1, 1 + 2e-6]))


@pytest.mark.parametrize("tol", [1e-8, 0])
def test_on_a_plateau_the_message_does_not_claim_the_end(tol):
    run = em.fit(*beside_a_saddle(), em.StoppingRule(60, tol))
    assert run.reason is StopReason.MAX_ITER
    assert remaining_gain(run.log_likelihood.tolist(), 200) == 0
    assert run.remaining_gain == math.inf
    assert "cannot be told" in run.message


def test_on_a_plateau_the_check_for_the_end_does_not_run_at_every_iteration():
    run = em.fit(*beside_a_saddle(), em.StoppingRule(60))
    assert run.n_passes < 1.4 * run.n_iter


@pytest.mark.parametrize("far", [0, 3e12, 9e12, -9e12])
def test_means_that_change_by_rounding_do_not_keep_a_run_going(far):
    x = far + np.random.default_rng(0).normal(0, 1, 600)
    run = em.fit(x, em.GaussianMixture([1], [far + 1], [2]))
    assert run.converged
    assert run.mixture.stds[0] == pytest.approx(x.std(), rel=1e-3)


# -- a deadline --------------------------------------------------------------------------------------------------------


SLOW = em.ExponentialMixture([0.5, 0.5], [0.5, 1])


def test_a_deadline_that_has_passed_gives_the_start_and_says_so():
    x, _ = SLOW.sample(500, np.random.default_rng(0))
    run = em.fit(x, em.ExponentialMixture([0.5, 0.5], [0.3, 0.6]), em.StoppingRule(deadline=time.monotonic() - 1))
    assert run.reason is em.StopReason.OUT_OF_TIME
    assert run.n_iter == 0
    assert not run.converged
    assert run.message.startswith("Stopped after 0 iterations because the time was up")


def test_a_deadline_ends_a_long_run_at_its_last_iteration():
    x, _ = SLOW.sample(500, np.random.default_rng(0))
    start = em.ExponentialMixture([0.5, 0.5], [0.3, 0.6])
    run = em.fit(x, start, em.StoppingRule(10**9, 0, time.monotonic() + 0.2))
    assert run.reason is em.StopReason.OUT_OF_TIME
    assert run.n_iter > 10
    again = em.fit(x, start, em.StoppingRule(run.n_iter, 0))
    np.testing.assert_array_equal(run.log_likelihood, again.log_likelihood)


def test_a_run_that_ends_in_time_is_the_same_without_a_deadline():
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(500, np.random.default_rng(0))
    start = em.ExponentialMixture([0.5, 0.5], [0.3, 0.6])
    for rule in (em.StoppingRule(), em.StoppingRule(5), em.StoppingRule(7, 0)):
        run = em.fit(x, start, rule)
        timed = em.fit(x, start, em.StoppingRule(rule.max_iter, rule.tol, time.monotonic() + 3600))
        assert timed.reason is run.reason
        np.testing.assert_array_equal(timed.log_likelihood, run.log_likelihood)


def test_after_the_deadline_only_one_start_is_run():
    x, _ = SLOW.sample(500, np.random.default_rng(0))
    starts = [em.random_start(x, em.ExponentialMixture, 2, np.random.default_rng(i)) for i in range(5)]
    found = em.restarts(x, starts, em.StoppingRule(deadline=time.monotonic() - 1))
    assert len(found.runs) == 1
    assert len(em.restarts(x, starts, em.StoppingRule(deadline=time.monotonic() + 3600)).runs) == 5
    late = em.choose(x, em.ExponentialMixture, stopping=em.StoppingRule(deadline=time.monotonic() - 1))
    assert [candidate.n_components for candidate in late] == [1, 2, 3, 4, 5]
    assert {candidate.run.reason for candidate in late} == {em.StopReason.OUT_OF_TIME}
