"""Standard errors: their values, where there are none, where they are poor, and whether their sentences are true."""

from __future__ import annotations

import re

import numpy as np
import pytest

import em
from benchmarks import coverage
from benchmarks.report import RESULTS
from em.fitting.acceleration import moved
from em.fitting.standard_errors import ENOUGH, OFF
from tests.em.test_information import MIXTURES, optimum, sample

TABLE = RESULTS / "coverage.md"


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


@pytest.mark.slow
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


def test_information_that_is_not_finite_is_reported_as_such():
    x = np.array([0.0, 1, 2, 5])
    for mixture, why in (
        (em.ExponentialMixture([0, 1], [1, x.mean()]), "a component has weight 0"),
        (em.GaussianMixture([0.3, 0.7], [1e200, 2], [1, 2]), "no observation belongs to component 0"),
        (em.PoissonMixture([1e-200, 1], [1e-150, 2]), "too large for a float"),
    ):
        found = em.standard_errors(x, mixture)
        assert found.parameters is None
        assert "not finite" in found.message
        assert why in found.message
        r = mixture.responsibilities(x)
        assert ("no observation" in why or "weight 0" in why) is bool((r.sum(axis=0) == 0).any())


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


# -- the sentences are true --------------------------------------------------------------------------------------------


def random_end(seed):
    """Observations, and an end of any kind: converged, cut off, tied, overfitted, or the truth itself."""
    rng = np.random.default_rng(seed)
    k, n = int(rng.integers(1, 4)), int(rng.choice([5, 20, 100, 500]))
    weights = rng.dirichlet(np.full(k, 2.0))
    if seed % 3 == 0:
        truth = em.ExponentialMixture(weights, 10 ** rng.uniform(-1, 1, k))
    elif seed % 3 == 1:
        truth = em.GaussianMixture(weights, rng.uniform(-3, 3, k), np.exp(0.4 * rng.normal(size=k)))
    else:
        truth = em.PoissonMixture(weights, 10 ** rng.uniform(-2, 1.2, k))
    x, _ = truth.sample(n, rng)
    x[0] = max(x[0], 1)  # data of zeros only have no fit
    how = seed // 3 % 4
    if how == 0:
        return x, truth
    if how == 1:
        return x, em.fit(x, truth, em.StoppingRule(int(rng.integers(1, 60)), 0)).mixture
    if how == 2 and k > 1:
        own = [np.concatenate((values[:1], values[:1], values[2:])) for values in list(truth.parameters.values())[1:]]
        return x, em.fit(x, type(truth)(weights, *own), em.StoppingRule(200)).mixture
    return x, em.fit(x, truth, em.StoppingRule(2000), em.ACCELERATED).mixture


def rise(x, mixture, step):
    """Central first and second differences of the log-likelihood along a step in its own coordinates."""
    low, here, high = (moved(mixture, sign * step).log_likelihood(x) for sign in (-1, 0, 1))
    return (high - low) / 2, low - 2 * here + high


@pytest.mark.slow
def test_every_reason_holds_on_hundreds_of_random_ends():
    seen = dict.fromkeys(("flat or bends", "parabola", "varies by", "edge of its range", "say no more", "has only"), 0)
    for seed in range(600):
        x, mixture = random_end(seed)
        found = em.standard_errors(x, mixture)
        for reason in seen:
            seen[reason] += reason in found.message
        information = em.information(x, mixture)
        if "flat or bends" in found.message:
            direction = information._basis @ information._eigen[1][:, 0]
            size = 1e-3 / np.abs(direction).max()
            _, bend = rise(x, mixture, size * direction)
            noise = 1e-12 * (1 + abs(information.log_likelihood)) / size**2
            assert bend / size**2 >= -1e-6 - noise - 1e-3 * abs(information.shares[0])
        elif "parabola" in found.message:
            distance = float(re.search(r"is ([\d.e+]+) standard errors away", found.message)[1])
            step = information.newton_step
            size = 1e-3 / np.abs(step).max()
            slope, bend = rise(x, mixture, size * step)
            assert slope > 0
            assert bend < 0
            # Along Newton's step the parabola has its top at 1 and rises by half the squared distance.
            assert np.sqrt(slope / size) == pytest.approx(distance, rel=0.06)
            assert np.sqrt(-bend / size**2) == pytest.approx(distance, rel=0.06)
        elif "varies by" in found.message:
            k, size = re.search(r"component (\d) would be ([\d.e+]+),", found.message).groups()
            steps = 1e-6 * np.eye(information.gradient.size)
            change = [(moved(mixture, step).weights - moved(mixture, -step).weights) / 2e-6 for step in steps]
            errors = np.sqrt(np.diagonal(np.transpose(change) @ information.covariance() @ change))
            assert errors[int(k)] == pytest.approx(float(size), rel=0.06)
            assert errors[int(k)] == pytest.approx(errors.max(), rel=1e-6)
            assert float(size) >= 0.5
        elif "edge of its range" in found.message:
            lowered = {name: values.copy() for name, values in mixture.parameters.items()}
            name = [name for name, kind in mixture.kinds.items() if kind is em.Kind.POSITIVE][-1]
            lowered[name][lowered[name].argmin()] /= 10
            change = type(mixture)(**lowered).log_likelihood(x) - mixture.log_likelihood(x)
            assert abs(change) < 0.01
        elif found.parameters is not None:
            assert found.poor is (found.worth < ENOUGH) is ("are poor" in found.message)
    assert min(seen.values()) >= 5, seen


def test_a_warning_names_a_component_its_count_and_what_it_is_worth():
    n = 0
    for seed in range(300):
        x, mixture = random_end(seed)
        found = em.standard_errors(x, mixture)
        if not found.poor:
            continue
        n += 1
        for number in ("only ([\\d,.]+) obs", "the ([\\d,.]+) obs"):
            if match := re.search(number, found.message):
                count = float(match[1].replace(",", ""))
        k = int(re.search(r"component (\d)", found.message)[1])
        assert count == pytest.approx(x.size * mixture.weights[k], rel=0.01)
        assert found.worth <= count * 1.01
        if "say no more" in found.message:
            name, label = re.search(r"its ([\w ]+) than ([\d.e-]+) with known labels", found.message).groups()
            assert float(label) == pytest.approx(found.worth, rel=0.01)
            unit = {"mean": 1 / mixture._component_stds() ** 2}
            unit |= {"scale": unit["mean"], "standard deviation": 2 * unit["mean"]}
            error = found.parameters[name.replace("standard deviation", "std") + "s"][k]
            assert 1 / (unit[name][k] * error**2) == pytest.approx(found.worth, rel=1e-6)
    assert n > 40


def test_a_worth_below_the_limit_is_also_below_it_when_rounded_in_the_message():
    for n, poor in ((19, True), (20, False), (21, False)):
        x = np.random.default_rng(n).exponential(1, n)
        found = em.standard_errors(x, em.ExponentialMixture([1], [x.mean()]))
        assert found.poor is poor
        assert ("component 0 has only 19 observations, and 20 are needed" in found.message) is poor
    close = 0
    for seed in range(150):
        x, _ = em.GaussianMixture([0.5, 0.5], [0, 7], [1, 1]).sample(41, np.random.default_rng(seed))
        found = em.standard_errors(x, em.fit(x, em.GaussianMixture([0.5, 0.5], [0, 7], [1, 1])).mixture)
        if numbers := re.search(r"only ([\d.]+) obs|than ([\d.]+) with known", found.message):
            worth = float(numbers[1] or numbers[2])
            assert worth < 20
            close += worth > 19.5
    assert close > 3


def test_components_that_merged_have_no_standard_errors():
    deaths = em.datasets.load("deaths").x
    run = em.fit(deaths, em.PoissonMixture([0.3, 0.3, 0.4], [1, 2, 3]), em.StoppingRule(5000), em.ACCELERATED)
    found = em.standard_errors(deaths, run.mixture)
    assert run.converged
    assert found.parameters is None
    assert found.worth is None
    assert not found.poor
    assert "flat or bends upwards" in found.message


# -- how often an estimate is off --------------------------------------------------------------------------------------


def test_the_sentences_state_the_figures_of_the_table():
    lines = TABLE.read_text().splitlines()
    table = [line for line in lines if re.search(": (no )?warning", line)]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table]
    found = {int(name.split()[0]): (rate, worst) for name, _, rate, worst in rows}
    assert found.keys() == OFF.keys()
    for lowest, (rate, worst) in found.items():
        assert f"{float(rate.rstrip('%')) / 100:.0%}" == f"{OFF[lowest][0]:.0%}"
        assert worst == f"{OFF[lowest][1]:.0%}"
    caught = [list(map(int, re.findall(r"\b(\d+)\b(?!%)", line))) for line in lines if line.startswith("- Of")]
    (poor, warned), (good, needless) = caught
    assert warned > 0.95 * poor
    assert needless < 0.35 * good


def test_every_setting_of_the_table_is_one_of_the_benchmark():
    lines = [line.split("|") for line in TABLE.read_text().splitlines() if line.count("|") == 7]
    rows = [(line[1].strip(), line[2].strip()) for line in lines[2:]]
    assert rows == [(setting.name, f"{setting.n:,}") for setting in coverage.settings()]


@pytest.mark.slow
def test_estimates_are_off_as_often_as_the_table_says():
    chosen = [setting for setting in coverage.settings() if setting.n in (300, 1000)][::7]
    outcomes = [coverage.outcome(setting, 30, 1000 + seed) for seed, setting in enumerate(chosen)]
    for lowest, highest in coverage.classes():
        assert coverage.rate(outcomes, lowest, highest) == pytest.approx(
            OFF[lowest][0], abs=0.3 * OFF[lowest][0] + 0.01
        )
    for one in outcomes:
        good = one.within(ENOUGH, np.inf)
        if good.sum() >= 30:
            # An estimate of a rate from 30 samples has a standard error of 6 %.
            assert max(one.rates(ENOUGH, np.inf)) < OFF[ENOUGH][1] + 3 * np.sqrt(0.11 * 0.89 / good.sum())
