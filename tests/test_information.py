"""Gradient, observed information and standard errors."""

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
def test_at_an_optimum_the_shares_are_shares(mixture):
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


def test_standard_errors_of_one_component_are_the_textbooks():
    n = 400
    x = sample(em.ExponentialMixture([1], [0.3]), n)
    one = em.ExponentialMixture([1], [x.mean()])
    errors = em.standard_errors(x, one).parameters
    assert errors["scales"] == pytest.approx(one.scales / np.sqrt(n), rel=1e-12)
    assert errors["weights"].tolist() == [0]
    x = sample(em.GaussianMixture([1], [5], [2]), n)
    one = em.GaussianMixture([1], [x.mean()], [x.std()])
    errors = em.standard_errors(x, one).parameters
    assert errors["means"] == pytest.approx(one.stds / np.sqrt(n), rel=1e-9)
    assert errors["stds"] == pytest.approx(one.stds / np.sqrt(2 * n), rel=1e-9)


def test_two_weights_have_the_same_error_and_three_vary_together():
    two = sample(MIXTURES[0], 1000)
    errors = em.standard_errors(two, optimum(two, MIXTURES[0])).parameters["weights"]
    assert errors[0] == pytest.approx(errors[1], rel=1e-9)
    three = sample(MIXTURES[1], 1000)
    errors = em.standard_errors(three, optimum(three, MIXTURES[1])).parameters["weights"]
    assert (errors < errors.sum() / 2 + 1e-12).all()  # a side of a triangle: the changes sum to 0


@pytest.mark.parametrize("mixture", [MIXTURES[0], MIXTURES[2]], ids=["exponential", "gaussian"])
def test_standard_errors_are_those_of_numerical_derivatives_by_the_parameters_themselves(mixture):
    x = sample(mixture, 2000)
    best = optimum(x, mixture)
    names = best.parameter_names

    def at(values):
        weight, *others = values
        return type(best)([weight, 1 - weight], *np.reshape(others, (-1, 2))).log_likelihood(x)

    point = np.concatenate([[best.weights[0]], *(best.parameters[name] for name in names[1:])])
    unit = 1e-4 * np.eye(point.size)
    hessian = [
        [(at(point + a + b) - at(point + a - b) - at(point - a + b) + at(point - a - b)) / 4e-8 for b in unit]
        for a in unit
    ]
    expected = np.sqrt(np.diagonal(np.linalg.inv(-np.array(hessian))))
    errors = em.standard_errors(x, best).parameters
    found = np.concatenate([errors["weights"][:1], *(errors[name] for name in names[1:])])
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize(
    "truth",
    [em.ExponentialMixture([0.4, 0.6], [0.1, 1]), em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7])],
    ids=["exponential", "gaussian"],
)
def test_standard_errors_are_the_spread_of_five_hundred_fits(truth):
    estimates, errors = [], []
    for seed in range(500):
        x = sample(truth, 500, seed)
        best = optimum(x, truth)
        found = em.standard_errors(x, best).parameters
        estimates.append(np.concatenate(list(best.parameters.values())))
        errors.append(np.concatenate(list(found.values())))
    ratio = np.std(estimates, axis=0) / np.mean(errors, axis=0)
    assert (ratio > 0.9).all()  # 500 fits know their own spread to 3 %
    assert (ratio < 1.1).all()
    off = np.abs(np.array(estimates) - np.concatenate(list(truth.parameters.values()))) / errors
    assert 0.02 < (off > 2).mean() < 0.08


def test_there_are_no_standard_errors_away_from_an_optimum():
    x = sample(MIXTURES[2], 500)
    close = em.GaussianMixture([0.4, 0.6], [0.3, 1.6], [1, 0.8])
    found = em.standard_errors(x, close)
    assert found.parameters is None
    assert "no standard errors" in found.message


@pytest.mark.parametrize("cv2", ["below", "above"])
def test_there_are_none_where_components_coincide(cv2):
    x = np.array([1.0, 2, 3]) if cv2 == "below" else np.array([0.1, 0.1, 5])
    tied = em.ExponentialMixture([0.5, 0.5], [x.mean(), x.mean()])
    found = em.standard_errors(x, tied)
    assert found.parameters is None
    assert "flat or bends upwards" in found.message
    assert not em.information(x, tied).is_concave


def test_information_that_is_not_finite_is_said_to_be_that():
    x = sample(MIXTURES[0], 50)
    for unit, mixture, why in (
        (1, em.ExponentialMixture([0, 1], [1, x.mean()]), "weight 0"),
        (1e100, em.ExponentialMixture([0.5, 0.5], [1e-300, 1e100 * x.mean()]), "overflows"),
    ):
        found = em.standard_errors(unit * x, mixture)
        assert found.parameters is None
        assert "not finite" in found.message
        assert why in found.message


def test_units_do_not_matter():
    truth = MIXTURES[2]
    x = sample(truth, 400)
    best = optimum(x, truth)
    for unit in (1e-120, 1e120):
        other = em.GaussianMixture(best.weights, unit * best.means, unit * best.stds)
        errors, scaled = em.standard_errors(x, best).parameters, em.standard_errors(unit * x, other).parameters
        np.testing.assert_allclose(scaled["weights"], errors["weights"], rtol=1e-6)
        np.testing.assert_allclose(scaled["stds"], unit * errors["stds"], rtol=1e-6)


@pytest.mark.parametrize("arguments", [([1.0, np.nan], MIXTURES[0]), ([1.0], "mixture"), ([-1.0], MIXTURES[0])])
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(ValueError, match="must"):
        em.standard_errors(*arguments)
