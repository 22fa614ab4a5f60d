"""Traps at the edge: components that shrink onto points or lose their weight end a run properly, as a result."""

from __future__ import annotations

import numpy as np
import pytest

import em

DEGENERATE = em.StopReason.DEGENERATE


def assert_proper(run, x):
    """The last record is usable, belongs to its log-likelihood, and nothing fell on the way."""
    assert np.isfinite(run.log_likelihood).all()
    assert run.mixture.log_likelihood(x) == pytest.approx(run.log_likelihood[-1], rel=1e-12)
    assert (np.diff(run.log_likelihood) >= -1e-9 * np.abs(run.log_likelihood[:-1])).all()
    for array in run.mixture.parameters.values():
        assert np.isfinite(array).all()
    assert (run.mixture.parameters[run.mixture.parameter_names[-1]] > 0).all()
    assert run.mixture.weights.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("point", [0.0, 5.0, -3.25, 1e6])
def test_std_that_shrinks_onto_one_point_ends_degenerate_and_names_component_and_value(point):
    x = point + np.r_[0, np.random.default_rng(1).normal(8, 1, 40)]
    run = em.fit(x, em.GaussianMixture([0.9, 0.1], [point + 8, point], [1, 2]))
    assert run.reason is DEGENERATE
    assert not run.converged
    assert run.degenerate.component == 1
    assert f"component 1 has shrunk onto the value {point:.10g}: its standard deviation went to 0" in run.message
    assert "The last proper estimate is kept" in run.message
    assert run.n_iter > 0
    assert_proper(run, x)


@pytest.mark.parametrize("unit", [1e-6, 1, 1e6])
def test_std_that_shrinks_onto_a_value_repeated_many_times_ends_degenerate(unit):
    rng = np.random.default_rng(0)
    x = unit * np.r_[np.full(1000, 0.1), rng.normal(3, 1, 1000)]
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [0.1 * unit, 3 * unit], [0.05 * unit, unit]))
    assert run.reason is DEGENERATE
    assert run.degenerate.component == 0
    assert f"the value {0.1 * unit:.10g}" in run.message
    assert_proper(run, x)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, -7.3, 1e6 + 0.1])
@pytest.mark.parametrize("n", [1, 2, 1000, 100_000])
def test_constant_data_leave_gaussians_degenerate_however_many(n, value):
    x = np.full(n, value)
    start = em.GaussianMixture([0.3, 0.7], [value - 0.4, value + 1], [1, 2])
    run = em.fit(x, start)
    assert run.reason is DEGENERATE
    assert run.mixtures == (start,)
    assert f"{value:.10g}" in run.message
    assert_proper(run, x)


@pytest.mark.parametrize("unit", [-1, 1, 1e9])
def test_values_that_differ_by_rounding_only_count_as_one_point(unit):
    x = unit * np.array([0.3, 0.1 + 0.2] * 50)
    assert np.ptp(x) > 0
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [0, unit], [abs(unit), abs(unit)]))
    assert run.reason is DEGENERATE
    assert_proper(run, x)


@pytest.mark.parametrize("n", [1, 1000])
@pytest.mark.parametrize("value", [1e-6, 2.5, 1e6])
def test_constant_data_give_exponentials_that_constant_as_scale(n, value):
    run = em.fit(np.full(n, value), em.ExponentialMixture([0.4, 0.6], [value / 2, value * 3]))
    assert run.converged
    assert run.mixture.scales == pytest.approx(value, rel=1e-9)


def test_scale_that_shrinks_onto_zeros_ends_degenerate_and_says_so():
    x = np.r_[np.zeros(5), np.random.default_rng(0).exponential(10, 60) + 1]
    run = em.fit(x, em.ExponentialMixture([0.8, 0.2], [10, 0.1]))
    assert run.reason is DEGENERATE
    assert run.degenerate.component == 1
    assert "component 1 has shrunk onto the observations equal to 0: its scale went to 0" in run.message
    assert run.mixture.weights[1] == pytest.approx(5 / 65, rel=0.1)
    assert_proper(run, x)


def test_zeros_alone_do_no_harm_where_no_component_shrinks_onto_them():
    x = np.r_[0, np.random.default_rng(0).exponential(1, 200)]
    run = em.fit(x, em.ExponentialMixture([1], [3]))
    assert run.converged
    assert run.mixture.scales == pytest.approx(x.mean(), rel=1e-12)


@pytest.mark.parametrize("k", [1, 2])
def test_data_of_zeros_only_are_degenerate_at_once(k):
    start = em.ExponentialMixture(np.full(k, 1 / k), np.arange(1, k + 1))
    run = em.fit(np.zeros(7), start)
    assert run.reason is DEGENERATE
    assert run.mixtures == (start,)
    assert "observations equal to 0" in run.message


@pytest.mark.parametrize("weights", [[1], [0.3, 0.7]])
def test_single_observation(weights):
    k = len(weights)
    exponential = em.fit([2.0], em.ExponentialMixture(weights, np.arange(1, k + 1)))
    assert exponential.converged
    assert exponential.mixture.scales == pytest.approx([2] * k)
    gaussian = em.fit([2.0], em.GaussianMixture(weights, np.arange(k), np.ones(k)))
    assert gaussian.reason is DEGENERATE
    assert "the value 2" in gaussian.message
    assert_proper(gaussian, [2.0])


@pytest.mark.parametrize(
    "start",
    [
        em.GaussianMixture([0.5, 0.5], [0, 1e6], [1, 1]),
        em.GaussianMixture([1, 0], [0, 1], [1, 1]),
        em.GaussianMixture([0.3, 0.3, 0.4], [0, 1e150, 1], [1, 1e-150, 1]),
    ],
)
def test_component_that_loses_all_its_weight_is_named(start):
    x = np.random.default_rng(0).normal(size=50)
    run = em.fit(x, start)
    assert run.reason is DEGENERATE
    assert run.degenerate.component == 1
    assert "component 1 has lost all its weight: no observation belongs to it" in run.message
    assert run.mixtures == (start,)
    assert_proper(run, x)


def test_exponential_component_without_weight_is_named():
    run = em.fit([1.0, 2.0], em.ExponentialMixture([0, 1], [1, 2]))
    assert run.reason is DEGENERATE
    assert run.degenerate.component == 0
    assert "component 0 has lost all its weight" in run.message


def test_bare_m_step_raises_degenerate_component():
    with pytest.raises(em.DegenerateComponent, match="component 1 has lost all its weight") as error:
        em.GaussianMixture.m_step([1.0, 2.0], [[1, 0], [1, 0]])
    assert error.value.component == 1


@pytest.mark.parametrize("far", [1e3, 1e6, 1e12])
def test_far_point_ends_in_a_component_of_its_own_or_widens_one(far):
    x = np.r_[np.random.default_rng(0).normal(size=100), far]
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [-1, 1], [1, 1]))
    assert run.reason is DEGENERATE
    assert f"the value {far:.10g}" in run.message
    assert_proper(run, x)
    exponential = em.fit(np.abs(x), em.ExponentialMixture([0.5, 0.5], [0.5, 2]))
    assert exponential.converged
    assert exponential.mixture.scales[1] == pytest.approx(far, rel=0.05)
    assert exponential.mixture.weights[1] == pytest.approx(1 / 101, rel=0.05)
    assert_proper(exponential, np.abs(x))


def test_exponential_scales_of_1e_6_and_1e6_side_by_side_are_recovered():
    truth = em.ExponentialMixture([0.3, 0.7], [1e-6, 1e6])
    x, z = truth.sample(5000, np.random.default_rng(0))
    run = em.fit(x, em.ExponentialMixture([0.5, 0.5], [1e-3, 1e3]))
    assert run.converged
    assert run.mixture.weights[0] == pytest.approx((z == 0).mean(), rel=1e-3)
    assert run.mixture.scales == pytest.approx([x[z == 0].mean(), x[z == 1].mean()], rel=1e-3)


def test_gaussian_stds_of_1e_6_and_1e6_side_by_side_are_recovered():
    truth = em.GaussianMixture([0.3, 0.7], [0, 0], [1e-6, 1e6])
    x, z = truth.sample(5000, np.random.default_rng(0))
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [0, 0], [1e-3, 1e3]))
    assert run.converged
    assert run.mixture.stds == pytest.approx([x[z == 0].std(), x[z == 1].std()], rel=1e-3)


def test_data_of_std_1e_6_keep_their_two_components():
    truth = em.GaussianMixture([0.4, 0.6], [0, 4e-6], [1e-6, 1e-6])
    x, _ = truth.sample(2000, np.random.default_rng(0))
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [-1e-6, 3e-6], [2e-6, 2e-6]))
    assert run.converged
    assert run.mixture.stds == pytest.approx([1e-6, 1e-6], rel=0.1)


def test_log_likelihood_stays_monotone_until_the_end_over_many_degenerate_runs():
    ended = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = np.round(rng.normal(0, 2, 40)) + rng.choice([0, 1e3, -1e6])
        run = em.fit(x, em.GaussianMixture([0.5, 0.5], rng.choice(x, 2), [0.2, 2]), em.StoppingRule(200))
        ended += run.reason is DEGENERATE
        assert_proper(run, x)
    assert ended > 30


@pytest.mark.parametrize("unit", [1e-170, 1e-155, 1e-140, 1e-100])
def test_gaussian_data_whose_squares_underflow_are_fitted_as_in_any_other_unit(unit):
    truth = em.GaussianMixture([0.4, 0.6], [0, 4], [1, 0.5])
    x, _ = truth.sample(300, np.random.default_rng(0))
    start = np.array([[0, 3], [1, 1]])
    plain, tiny = (
        em.fit(x, em.GaussianMixture([0.5, 0.5], *start)),
        em.fit(unit * x, em.GaussianMixture([0.5, 0.5], *(unit * start))),
    )
    assert tiny.converged
    assert tiny.mixture.stds / unit == pytest.approx(plain.mixture.stds, rel=1e-5)
    assert tiny.mixture.std / unit == pytest.approx(plain.mixture.std, rel=1e-5)
    assert em.diagnosis.saddle_growth(unit * x, em.GaussianMixture) == pytest.approx(
        em.diagnosis.saddle_growth(x, em.GaussianMixture), rel=1e-9
    )


def test_weights_that_sum_from_one_by_more_than_rounding_are_refused_since_the_first_step_would_fall():
    with pytest.raises(ValueError, match="divide by their sum"):
        em.GaussianMixture([0.5, 0.5 + 1e-9], [0, 1], [1, 1])
