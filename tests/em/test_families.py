"""What every family must do: the engine's own, and families with only the required methods."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import em
from em.mixtures import derivatives
from em.mixtures.parameters import Kind
from tests import oracle
from tests.families import (
    FAMILIES,
    LONG,
    OWN,
    TRUTHS,
    PlainGaussian,
    PlainPoisson,
    fitted,
    sample,
    without_closed_forms,
)

# -- fits --------------------------------------------------------------------------------------------------------------


def test_a_log_normal_mixture_is_fitted_as_the_gaussian_mixture_of_the_logarithms():
    truth = TRUTHS[3]
    x = sample(truth, 500)
    run = em.fit(x, truth, em.StoppingRule(200, 0))
    of_logs = em.fit(
        np.log(x), em.GaussianMixture(truth.weights, truth.log_means, truth.log_stds), em.StoppingRule(200, 0)
    )
    np.testing.assert_allclose(run.log_likelihood, of_logs.log_likelihood - np.log(x).sum(), rtol=1e-12)
    for mine, theirs in zip(run.parameters.values(), of_logs.parameters.values(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10)
    errors = em.standard_errors(x, em.fit(x, truth, LONG).mixture).parameters
    expected = em.standard_errors(np.log(x), em.fit(np.log(x), of_logs.mixtures[0], LONG).mixture).parameters
    for mine, theirs in zip(errors.values(), expected.values(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)


@pytest.mark.parametrize("n", [50, 3000, 20_000])
def test_poisson_fits_agree_with_the_plain_family_and_with_naive_code(n):
    x = sample(TRUTHS[2], n)
    start = em.PoissonMixture([0.5, 0.5], [0.5, 3])
    run = em.fit(x, start, em.StoppingRule(30, 0))
    plain = em.fit(x, PlainPoisson(start.weights, start.means), em.StoppingRule(30, 0))
    np.testing.assert_allclose(run.log_likelihood, plain.log_likelihood, rtol=1e-12)
    np.testing.assert_allclose(run.parameters["means"], plain.parameters["means"], rtol=1e-10)
    if n == 50:
        weights, means, log_likelihood = oracle.poisson_em(x, start.weights, start.means, 30)
        np.testing.assert_allclose(run.parameters["weights"], weights, rtol=1e-10)
        np.testing.assert_allclose(run.parameters["means"], means, rtol=1e-10)
        np.testing.assert_allclose(run.log_likelihood, log_likelihood, rtol=1e-12)


def test_a_leap_that_goes_too_far_is_rejected_without_a_warning():
    start = em.PoissonMixture([1 / 3] * 3, [174.28, 352.58, 682.77])
    run = em.fit([578, 664], start, method="accelerated")
    assert np.isfinite(run.log_likelihood).all()


@pytest.mark.parametrize("count", [1e3, 9e3, 1.1e4, 1e6, 1e9, 1e12, 1e15])
def test_poisson_counts_may_be_large(count):
    truth = em.PoissonMixture([0.4, 0.6], [count, count + 3 * np.sqrt(count)])
    x = sample(truth, 500)
    for step in (-2, 0, 1, 5):
        at = np.round(count + step * np.sqrt(count))
        d = (count - at) / at  # the deviance to the fourth order, where scipy has no digits left
        series = d**2 / 2 - d**3 / 3 + d**4 / 4 if abs(d) < 1e-3 else d - np.log1p(d)
        expected = -at * series - np.log(2 * np.pi * at) / 2 - 1 / (12 * at)
        found = em.PoissonMixture([1], [count]).log_density([at])[0]
        assert found == pytest.approx(expected, abs=1e-8)
        if count < 1e6:
            assert found == pytest.approx(stats.poisson.logpmf(at, count), abs=1e-8)
    run = em.fit(x, truth, em.StoppingRule(100, 0))
    assert (np.diff(run.log_likelihood) >= -1e-9 * np.abs(run.log_likelihood[1:])).all()
    statistics = em.e_step(x, truth)
    assert statistics.log_likelihood == pytest.approx(truth.log_likelihood(x), rel=1e-10)
    with pytest.raises(ValueError, match="x must be at most 9"):
        em.fit([1e16], em.PoissonMixture([1], [1]))


def test_a_component_on_one_value_does_not_spoil_standard_errors_by_differences():
    x = [366.0, 1599, 101, 108, 108, 1665, 103, 1642]
    plain, own = (family([1 / 3] * 3, [105, 366, 1600]) for family in (PlainPoisson, em.PoissonMixture))
    errors = [em.standard_errors(x, em.fit(x, start, LONG).mixture).parameters["means"] for start in (plain, own)]
    np.testing.assert_allclose(*errors, rtol=1e-4)
    np.testing.assert_allclose(errors[1], np.sqrt([105 / 4, 366, 1635.333 / 3]), rtol=1e-3)


def test_poisson_probabilities_are_those_of_scipy():
    x = np.array([0, 1, 2, 10, 400, 0.5, -1])
    means = np.array([1e-3, 1, 7, 300])
    mixture = em.PoissonMixture(np.full(4, 0.25), means)
    np.testing.assert_allclose(
        mixture.component_log_density(x), stats.poisson.logpmf(x[:, np.newaxis], means), rtol=1e-12
    )
    assert mixture.density(np.arange(600)).sum() == pytest.approx(1, abs=1e-12)
    drawn, _ = mixture.sample(20_000, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(mixture.mean, rel=0.05)
    assert drawn.std() == pytest.approx(mixture.std, rel=0.05)


def test_a_poisson_component_on_zeros_only_has_a_mean_of_0():
    run = em.fit([0, 0, 0], em.PoissonMixture([1], [2]))
    assert run.converged
    assert run.mixture.means[0] < 1e-300
    assert run.log_likelihood[-1] == pytest.approx(0, abs=1e-12)
    x = np.r_[np.zeros(50), np.full(50, 40)]
    run = em.fit(x, em.PoissonMixture([0.5, 0.5], [1, 30]))
    assert run.converged
    assert run.log_likelihood[-1] == pytest.approx(100 * np.log(0.5) + 50 * stats.poisson.logpmf(40, 40), abs=1e-9)
    assert em.standard_errors(x, run.mixture).parameters is None
    assert em.preferred(em.choose(x, em.PoissonMixture, [1, 2])).n_components == 2
    small = [6, 6, 7, 0, 3, 0, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 0]
    found = em.choose(small, em.PoissonMixture, [1, 2, 3], 3)
    assert (np.diff([one.log_likelihood for one in found]) >= -1e-9).all()
    inflated = np.r_[np.zeros(300), sample(em.PoissonMixture([1], [8]), 300)]
    run = em.fit(inflated, em.PoissonMixture([0.5, 0.5], [0.1, 8]), em.StoppingRule(20_000))
    assert run.converged
    assert run.mixture.means[0] < 1e-2


@pytest.mark.slow
@FAMILIES
def test_the_log_likelihood_never_falls(truth):
    family = type(truth)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = sample(truth, int(rng.integers(20, 300)), seed)
        start = em.random_start(x, family, int(rng.integers(1, 5)), rng)
        run = em.fit(x, start, em.StoppingRule(60, 0))
        assert (np.diff(run.log_likelihood) >= -1e-9 * np.abs(run.log_likelihood[:-1])).all()


@FAMILIES
def test_both_methods_end_at_the_same_maximum(truth):
    x, mixture = fitted(truth)
    quick = em.fit(x, truth, LONG, "accelerated")
    assert quick.converged
    assert quick.log_likelihood[-1] == pytest.approx(mixture.log_likelihood(x), abs=1e-8)


# -- derivatives -------------------------------------------------------------------------------------------------------


def natural(mixture):
    """All free parameters in a row: the weights except the last, then the others as they are shown."""
    return np.concatenate([mixture.weights[:-1], *list(mixture.parameters.values())[1:]])


def of_natural(family, values, k):
    weights, others = values[: k - 1], values[k - 1 :].reshape(-1, k)
    return family(np.r_[weights, 1 - weights.sum()], *others)


def differentiated_errors(x, mixture, errors):
    """Standard errors from second differences of the log-likelihood by the parameters themselves."""
    k, at = mixture.n_components, natural(mixture)
    steps = np.diag(0.02 * errors)

    def value(step):
        return of_natural(type(mixture), at + step, k).log_likelihood(x)

    p = at.size
    hessian = np.empty((p, p))
    for a in range(p):
        for b in range(p):
            corners = [s * t * value(s * steps[a] + t * steps[b]) for s in (1, -1) for t in (1, -1)]
            hessian[a, b] = sum(corners) / (4 * steps[a, a] * steps[b, b])
    return np.sqrt(np.diagonal(np.linalg.inv(-hessian)))


UNITS = [(truth, 1) for truth in TRUTHS]
UNITS += [(truth, unit) for truth in TRUTHS for unit in (1e-6, 1e6) if not truth.counts]


@pytest.mark.parametrize(
    ("truth", "unit"), UNITS, ids=lambda one: f"{one:g}" if one in (1, 1e-6, 1e6) else type(one).__name__
)
def test_standard_errors_are_those_of_numerical_differentiation(truth, unit):
    x = unit * sample(truth)
    mixture = em.fit(x, em.quantile_start(x, type(truth), 2), LONG).mixture
    found = em.standard_errors(x, mixture)
    assert found.parameters, found.message
    errors = np.concatenate([found.parameters["weights"][:-1], *list(found.parameters.values())[1:]])
    np.testing.assert_allclose(errors, differentiated_errors(x, mixture, errors), rtol=2e-3)


@OWN
def test_derivatives_by_differences_agree_with_those_in_closed_form(truth):
    x, mixture = fitted(truth)
    np.testing.assert_allclose(derivatives.slopes(mixture, x), mixture._slopes(x), rtol=1e-7, atol=1e-7)
    r = mixture.responsibilities(x).T
    summed = np.einsum("kn,abkn->abk", r, derivatives.curvatures(mixture, x))
    closed = mixture._curvature(r.sum(axis=1), np.einsum("kn,akn->ak", r, mixture._slopes(x)))
    np.testing.assert_allclose(summed, closed, rtol=1e-5, atol=1e-4)
    single = type(truth).m_step(x, np.ones((x.size, 1)))
    information = single._unit_information()[:, 0]
    np.testing.assert_allclose(
        information, -np.diagonal(derivatives.curvatures(single, x)[:, :, 0].mean(axis=-1)), rtol=1e-5
    )


def test_there_are_no_standard_errors_where_differences_are_unreliable():
    class Wrong(PlainGaussian):
        kinds = {"means": Kind.PLAIN, "stds": Kind.PLAIN}  # noqa: RUF012 (stds of 1e-6 are no plain numbers)

    x = 1e-6 * sample(TRUTHS[1])
    mixture = em.fit(x, em.quantile_start(x, em.GaussianMixture, 2), LONG).mixture
    found = em.standard_errors(x, Wrong(*mixture.parameters.values()))
    assert found.parameters is None
    assert em.standard_errors(x, mixture).parameters


# -- studies of fits ---------------------------------------------------------------------------------------------------


@FAMILIES
def test_the_surface_is_the_log_likelihood_of_each_point(truth):
    x = sample(truth, 200)
    run = em.fit(x, truth, em.StoppingRule(20, 0))
    for name, kind in truth.kinds.items():
        axes = em.surface_axes(run, name, n=5)
        found = em.surface(x, run.mixture, name, axes)
        for g, h in ((0, 0), (1, 3), (4, 2)):
            moved = run.mixture.parameters | {name: np.array([axes[0][g], axes[1][h]])}
            assert found[g, h] == pytest.approx(type(truth)(*moved.values()).log_likelihood(x), rel=1e-11)
        path = run.parameters[name]
        assert all(
            axis[0] < column.min() and column.max() < axis[-1] for axis, column in zip(axes, path.T, strict=True)
        )
        assert kind is not Kind.POSITIVE or min(axis[0] for axis in axes) > 0


@FAMILIES
def test_the_lower_bound_after_each_m_step(truth):
    x = sample(truth, 200)
    run = em.fit(x, truth, em.StoppingRule(5, 0))
    expected = [
        after.lower_bound(x, before.responsibilities(x))
        for before, after in zip(run.mixtures, run.mixtures[1:], strict=False)
    ]
    np.testing.assert_allclose(em.bounds(run, x), expected, rtol=1e-11)
    if type(truth)._divergences is em.Mixture._divergences:
        with pytest.raises(ValueError, match="x must be given for the bounds"):
            em.bounds(run)
    else:
        np.testing.assert_allclose(em.bounds(run), expected, rtol=1e-11)


@FAMILIES
def test_the_saddle_of_identical_components_is_what_em_does_there(truth):
    family, x = type(truth), sample(truth, 3000, seed=1)
    growth = em.diagnosis.saddle_growth(x, family)
    single = family.m_step(x, np.ones((x.size, 1)))
    matrix = family.saddle_matrix(x)
    assert matrix.shape == (len(truth.kinds),) * 2
    twice = family([0.5, 0.5], *(np.repeat(array, 2) for array in list(single.parameters.values())[1:]))
    start = twice.nudged(em.diagnosis.unstable_direction(x, family)[1], [-1e-5, 1e-5])
    apart = [mixture._component_distances()[0, 1] for mixture in em.fit(x, start, em.StoppingRule(3, 0)).mixtures]
    assert apart[3] / apart[2] == pytest.approx(growth, rel=1e-2)


@OWN
def test_closed_forms_of_the_saddle_agree_with_the_default(truth):
    x, share = sample(truth, 500), np.random.default_rng(0).uniform(size=500)
    plain = without_closed_forms(type(truth))
    for given in ((x,), (x, share)):
        np.testing.assert_allclose(plain.saddle_matrix(*given), type(truth).saddle_matrix(*given), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@FAMILIES
def test_starts_restarts_and_the_number_of_components(truth):
    family, x = type(truth), sample(truth, 300)
    rng = np.random.default_rng(0)
    for start in (
        em.quantile_start(x, family, 3),
        em.random_start(x, family, 3, rng),
        em.kmeans_start(x, family, 3, rng),
    ):
        assert not start.tied_components()
        assert (np.diff(start._component_means()) > 0).all()
    found = em.restarts(x, [em.random_start(x, family, 2, rng) for _ in range(4)])
    assert found.best.converged
    assert em.match(found.best.mixture, truth) in {(0, 1), (1, 0)}
    chosen = em.preferred(em.choose(x, family, range(1, 4), n_starts=4))
    assert chosen.n_components == 2
    assert em.describe(x, found.best, truth) is not None


@FAMILIES
def test_the_density_is_zero_outside_the_support(truth):
    x = np.array([-1.0, 0, 0.5, 1, 2])
    family = type(truth)
    inside = (x > family.lowest) | ((x == family.lowest) & family.includes_lowest)
    inside &= (x == np.floor(x)) | (not family.counts)
    np.testing.assert_array_equal(np.isfinite(truth.component_log_density(x)), np.repeat(inside[:, None], 2, axis=1))
    np.testing.assert_array_equal(truth.density(x) > 0, inside)


@FAMILIES
def test_components_of_given_moments(truth):
    made = type(truth).from_moments([0.2, 0.8], [1.0, 6.0], [0.5, 2.0])
    assert made.weights.tolist() == [0.2, 0.8]
    np.testing.assert_allclose(made._component_means(), [1, 6], rtol=0.05)
