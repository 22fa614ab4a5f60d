"""Components that shrink onto points or lose their weight end a run with a proper result."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest

import em

DEGENERATE = em.StopReason.DEGENERATE


def assert_proper(run, x):
    """The last record is usable, has its own log-likelihood, and the log-likelihood never fell."""
    assert np.isfinite(run.log_likelihood).all()
    assert run.mixture.log_likelihood(x) == pytest.approx(run.log_likelihood[-1], rel=1e-12)
    assert (np.diff(run.log_likelihood) >= -1e-9 * np.abs(run.log_likelihood[:-1])).all()
    for array in run.mixture.parameters.values():
        assert np.isfinite(array).all()
    assert (run.mixture.parameters[run.mixture.parameter_names[-1]] > 0).all()
    assert run.mixture.weights.sum() == pytest.approx(1, abs=1e-12)


def test_a_degenerate_run_can_be_sent_to_another_process():
    run = em.fit([0.0, 1, 2, 50], em.GaussianMixture([0.5, 0.5], [1, 50], [1, 1]))
    assert run.reason is DEGENERATE
    assert pickle.loads(pickle.dumps(run)).message == run.message


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
def test_constant_data_leave_any_number_of_gaussians_degenerate(n, value):
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


def test_zeros_do_no_harm_where_no_component_shrinks_onto_them():
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


def test_weights_off_one_by_more_than_rounding_are_refused_since_the_first_step_would_fall():
    with pytest.raises(ValueError, match="divide by their sum"):
        em.GaussianMixture([0.5, 0.5 + 1e-9], [0, 1], [1, 1])


# -- messages of degenerate ends, recomputed ---------------------------------------------------------------------------


def random_end(seed):
    """A run on values far out, repeated, or few, from narrow and wide components; None if the data are refused."""
    rng = np.random.default_rng(seed)
    n, k, far = int(rng.integers(4, 60)), int(rng.integers(2, 5)), 10.0 ** rng.uniform(0, 15.5)
    near = rng.normal(0, far / 3 * 10 ** rng.uniform(-2, 0), n)
    x = np.r_[near, far + rng.normal(0, 1, n) * rng.choice([0, 1, 1, 1])]
    x = np.round(x) if rng.random() < 0.3 else x
    if seed % 3 == 0:
        x = np.abs(x) * (rng.random(x.size) < 0.8) + 0.0
        start = em.ExponentialMixture(np.full(k, 1 / k), np.r_[1e-9 * x.mean(), rng.choice(x, k - 1) + 1e-6])
    else:
        stds = np.r_[rng.choice([1, 10]), np.full(k - 1, x.std())]
        means = rng.choice(x, k) + np.r_[rng.choice([0, 0, 1e3 * far]), np.zeros(k - 1)]
        start = em.GaussianMixture(np.full(k, 1 / k), means, stds)
    if type(start) is em.GaussianMixture and x.std() < 1.01e-13 * np.abs(x).max():
        return None
    return x, em.fit(x, start, em.StoppingRule(200, 0))


@pytest.mark.slow
def test_messages_about_a_degenerate_component_are_true():
    counts = {"shrunk onto the value": 0, "observations equal to 0": 0, "too narrow": 0, "lost all its weight": 0}
    for seed in range(900):
        x, run = random_end(seed) or (None, None)
        if run is None or run.reason is not DEGENERATE:
            continue
        assert_proper(run, x)
        r, message = run.mixture.responsibilities(x)[:, run.degenerate.component], run.message
        if "lost all its weight" in message:
            assert r.sum() == 0
            counts["lost all its weight"] += 1
            continue
        mean = np.average(x, weights=r)
        std = np.sqrt(np.average((x - mean) ** 2, weights=r))
        value = x[np.abs(x - mean).argmin()] + 0.0  # no -0
        share_elsewhere = r[np.abs(x - value) > 2 * np.spacing(abs(value))].sum() / r.sum()
        if "shrunk onto the value" in message:
            assert f"the value {value:.10g}:" in message
            assert share_elsewhere < 1e-12
            counts["shrunk onto the value"] += 1
        elif "observations equal to 0" in message:
            assert share_elsewhere < 1e-12
            assert value == 0
            counts["observations equal to 0"] += 1
        else:
            assert "too narrow to compute with" in message
            assert np.spacing(abs(mean)) / 2 < std < 20 * np.spacing(abs(mean))
            counts["too narrow"] += 1
    assert min(counts.values()) > 4, counts


def test_a_component_narrower_than_the_spacing_of_numbers_is_not_reported_as_shrunk():
    rng = np.random.default_rng(0)
    x = np.r_[rng.normal(0, 1e14, 100), 1e15 + rng.normal(0, 0.5, 100)]
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [0, 1e15], [1e14, 5]))
    assert run.reason is DEGENERATE
    assert "component 1 is too narrow to compute with: its standard deviation would be 0." in run.message
    assert "numbers near its mean differ by 0.12; subtract 1e+15 from all observations" in run.message


# -- far from 0 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [1e9, 1e11, 1e12, 9e12])
def test_gaussian_data_far_from_0_are_fitted_as_near_0_and_never_fall(offset):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        x = em.GaussianMixture([0.4, 0.6], [0, 4], [1, 0.7]).sample(300, rng)[0]
        x = x / x.std() + rng.choice([-1, 1]) * offset
        near = x - x.mean().round()
        start = em.GaussianMixture([0.5, 0.5], np.quantile(near, [0.2, 0.8]), [1, 1])
        far = em.GaussianMixture([0.5, 0.5], start.means + x.mean().round(), [1, 1])
        run, moved = em.fit(near, start, em.StoppingRule(60, 0)), em.fit(x, far, em.StoppingRule(60, 0))
        assert moved.n_iter == 60
        off_by_rounding = x.size * 3e-4 * offset / 1e13 + 1e-5
        assert moved.log_likelihood[-1] == pytest.approx(run.log_likelihood[-1], abs=off_by_rounding)
        assert_proper(moved, x)


@pytest.mark.parametrize("unit", [1e-150, 1, 1e100])
@pytest.mark.parametrize("offset", [2e13, -2e13, 5e14, 1e15])
def test_gaussian_data_farther_out_are_refused_with_a_remedy_that_helps(offset, unit):
    x = unit * (np.random.default_rng(0).normal(0, 1, 200) + offset)
    start = em.GaussianMixture([0.5, 0.5], [x.min(), x.max()], [unit, unit])
    for ask in (
        lambda: em.fit(x, start),
        lambda: em.iterate(x, start),
        lambda: em.e_step(x, start),
        lambda: em.Observations(x, em.GaussianMixture),
        lambda: em.quantile_start(x, em.GaussianMixture, 2),
        lambda: em.break_tie(x, em.GaussianMixture([0.5, 0.5], [x.max()] * 2, [unit] * 2)),
    ):
        with pytest.raises(ValueError, match=r"x must be within 1e\+13 of its standard deviations") as refused:
            ask()
    subtracted = float(re.search(r"subtract (\S+) from all", str(refused.value))[1])
    near = x - subtracted
    assert em.fit(near, em.quantile_start(near, em.GaussianMixture, 2)).reason is not DEGENERATE
    assert np.isfinite(start.log_density(x)).all()
