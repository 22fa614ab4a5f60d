"""Bad input raises a ValueError before anything runs. It names the parameter, shows the value and gives a remedy."""

from __future__ import annotations

import re

import numpy as np
import pytest

import em

EXPONENTIAL = em.ExponentialMixture([0.5, 0.5], [1, 2])
GAUSSIAN = em.GaussianMixture([0.5, 0.5], [0, 1], [1, 2])
FAMILIES = pytest.mark.parametrize("mixture", [EXPONENTIAL, GAUSSIAN], ids=["exponential", "gaussian"])

NOT_REAL_VECTORS = {
    "nan": ([1, np.nan], "nan at index 1: leave such entries out"),
    "inf": ([np.inf, 1], "inf at index 0: leave such entries out"),
    "minus-inf": ([1, 2, -np.inf], "-inf at index 2: leave such entries out"),
    "longdouble-overflow": (np.array([np.longdouble("1e4000"), 1]), "inf at index 0: leave such entries out"),
    "masked": (np.ma.array([1.0, 2.0], mask=[True, False]), "masked entries: pass {name}.compressed() instead"),
    "string": ("12", "'12' of type"),
    "bytes": (b"12", "b'12' of type"),
    "list-of-strings": (["1", "2"], "['1', '2'] of type"),
    "object-strings": (np.array(["1", 2], dtype=object), "array(['1', 2], dtype=object)"),
    "none": (None, "None"),
    "list-with-none": ([1, None], "[1, None]"),
    "complex": ([1j, 1], "[1j, 1] of type complex"),
    "bool": ([True, False], "[True, False] of type bool"),
    "huge-int": ([10**400, 1], "[1000"),
    "dates": (np.array(["2020", "2021"], dtype="M8[D]"), "of type datetime64"),
    "empty": ([], "got none"),
    "scalar": (1.5, "1.5 of shape (): use np.ravel({name})"),
    "zero-d": (np.array(1.5), "array(1.5) of shape (): use np.ravel({name})"),
    "two-d": ([[0.5, 0.5]], "[[0.5, 0.5]] of shape (1, 2): use np.ravel({name})"),
    "ragged": ([[1], [1, 2]], "[[1], [1, 2]]"),
    "dict": ({1: 2}, "{1: 2}"),
    "generator": ((i for i in (1, 2)), "<generator object"),
}
BAD_VECTOR = pytest.mark.parametrize(("value", "shown"), NOT_REAL_VECTORS.values(), ids=NOT_REAL_VECTORS)


def refused(name, shown):
    """The expected error: it begins with the parameter and what it must be, and shows the value."""
    return pytest.raises(ValueError, match=rf"(?s)^{name} must .*{re.escape(shown.replace('{name}', name))}")


@BAD_VECTOR
@FAMILIES
@pytest.mark.parametrize(
    "method", ["component_log_density", "log_density", "density", "log_likelihood", "responsibilities"]
)
def test_points_that_are_not_a_real_vector_are_refused(mixture, method, value, shown):
    with refused("x", shown):
        getattr(mixture, method)(value)


@BAD_VECTOR
@FAMILIES
def test_observations_that_are_not_a_real_vector_are_refused_by_every_step_of_em(mixture, value, shown):
    for call in (
        lambda: em.fit(value, mixture),
        lambda: em.iterate(value, mixture),
        lambda: em.break_tie(value, mixture),
        lambda: em.diagnosis.saddle_growth(value, type(mixture)),
        lambda: type(mixture).m_step(value, [[1.0]]),
    ):
        with refused("x", shown):
            call()


@BAD_VECTOR
def test_parameters_that_are_not_a_real_vector_are_refused(value, shown):
    good = [0.5, 0.5]
    with refused("weights", shown):
        em.ExponentialMixture(value, good)
    with refused("scales", shown):
        em.ExponentialMixture(good, value)
    with refused("weights", shown):
        em.GaussianMixture(value, good, good)
    with refused("means", shown):
        em.GaussianMixture(good, value, good)
    with refused("stds", shown):
        em.GaussianMixture(good, good, value)


@pytest.mark.parametrize("x", [[1, -1e-300, 2], [-3], [5, 1, -2.5]])
def test_negative_observations_are_refused_by_exponential_components(x):
    shown = f"got {float(next(v for v in x if v < 0))} at index"
    for call in (
        lambda: em.fit(x, EXPONENTIAL),
        lambda: em.iterate(x, EXPONENTIAL),
        lambda: em.break_tie(x, EXPONENTIAL),
        lambda: EXPONENTIAL.log_likelihood(x),
        lambda: EXPONENTIAL.responsibilities(x),
        lambda: em.ExponentialMixture.m_step(x, np.ones((len(x), 1))),
        lambda: em.diagnosis.saddle_growth(x, em.ExponentialMixture),
    ):
        with refused("x", shown):
            call()
    assert np.isfinite(GAUSSIAN.log_likelihood(x))


@FAMILIES
@pytest.mark.parametrize("x", [[1, 1e151], [1.7e308]])
def test_observations_whose_squares_overflow_are_refused_with_advice_to_rescale(mixture, x):
    for call in (lambda: em.fit(x, mixture), lambda: em.iterate(x, mixture), lambda: mixture.responsibilities(x)):
        with refused("x", f"{x[-1]}: rescale the observations"):
            call()


@pytest.mark.parametrize(
    ("weights", "shown"),
    [
        ([0.5, 0.4], "with sum 0.9: divide by their sum"),
        ([0.5, 0.6], "with sum 1.1: divide by their sum"),
        ([0, 0], "with sum 0.0: use numbers from 0 to 1, not all 0"),
        ([0.5, 0.5 + 1e-6], "divide by their sum"),
        ([1.5, -0.5], "got -0.5: they are probabilities"),
        ([1 + 1e-300, -1e-300], "got -1e-300: they are probabilities"),
    ],
)
def test_weights_off_the_simplex_are_refused(weights, shown):
    with refused("weights", shown):
        em.ExponentialMixture(weights, [1, 2])
    with refused("weights", shown):
        em.GaussianMixture(weights, [1, 2], [1, 2])


def test_probabilities_normalised_in_few_digits_are_refused_with_a_remedy():
    for k in range(2, 40):
        rng = np.random.default_rng(k)
        weights = rng.dirichlet(np.ones(k)).astype(np.float32)
        weights /= weights.sum()
        helped = weights.astype(np.float64) / weights.astype(np.float64).sum()
        assert em.ExponentialMixture(helped, np.ones(k)).n_components == k
        if abs(weights.astype(np.float64).sum() - 1) > 1e-12:
            with refused("weights", "convert to float64 first, then divide by their sum"):
                em.ExponentialMixture(weights, np.ones(k))
            with refused("responsibilities", "convert to float64 first, then divide each row by its sum"):
                em.GaussianMixture.m_step([1.0, 2.0], np.array([weights, weights]))


def test_weights_may_carry_rounding():
    tenth = [0.1] * 10
    assert sum(tenth) != 1
    assert em.ExponentialMixture(tenth, np.ones(10)).n_components == 10


@pytest.mark.parametrize("worst", [0, -1, -1e-300])
def test_scales_and_stds_that_are_not_positive_are_refused(worst):
    with refused("scales", f"got {float(worst)}: use a small positive number instead"):
        em.ExponentialMixture([0.5, 0.5], [1, worst])
    with refused("stds", f"got {float(worst)}: use a small positive number instead"):
        em.GaussianMixture([0.5, 0.5], [1, 2], [worst, 1])


def test_parameters_of_different_lengths_are_refused():
    with refused("scales", "got 3: give it as many entries"):
        em.ExponentialMixture([0.5, 0.5], [1, 2, 3])
    with refused("means", "got 1: give it as many entries"):
        em.GaussianMixture([0.5, 0.5], [1], [1, 2])
    with refused("stds", "got 1: give it as many entries"):
        em.GaussianMixture([0.5, 0.5], [1, 2], [1])


@pytest.mark.parametrize("name", ["", "faithful", "FAITHFUL-WAITING", None, 3])
def test_unknown_data_set_is_refused_with_the_known_names(name):
    with refused("name", f"; got {name!r}") as error:
        em.datasets.load(name)
    assert all(known in str(error.value) for known in em.datasets.names())


@FAMILIES
@pytest.mark.parametrize(
    ("responsibilities", "shown"),
    [
        ([0.5, 0.5], "[0.5, 0.5] of shape (2,)"),
        ([[0.5, 0.5]], "[[0.5, 0.5]] of shape (1, 2)"),
        ([[], []], "of shape (2, 0)"),
        (np.full((2, 2, 1), 0.5), "of shape (2, 2, 1)"),
        (1.0, "1.0 of shape ()"),
        ([[0.5, 0.5], [0.5, 0.4]], "[0.5 0.4] in row 1: divide each row by its sum"),
        ([[1.5, -0.5], [0.5, 0.5]], "[ 1.5 -0.5] in row 0: use numbers from 0 to 1, not all 0"),
        ([[np.nan, 1], [0.5, 0.5]], "nan at index 0, 0: leave such entries out"),
        ([[0.5, 0.5], [0, np.inf]], "inf at index 1, 1: leave such entries out"),
        ([["a", "b"], ["c", "d"]], "[['a', 'b'], ['c', 'd']] of type"),
        ([[1j, 0], [0, 1]], "[[1j, 0], [0, 1]] of type complex"),
        ([[True, False], [False, True]], "[[True, False], [False, True]] of type bool"),
        ([[0.5, 0.5], [1]], "[[0.5, 0.5], [1]]"),
        ([[10**400, 0], [0, 1]], "[[1000"),
        (np.ma.array([[0.5, 0.5]] * 2, mask=[[1, 0], [0, 0]]), "masked entries"),
        (None, "None"),
    ],
)
def test_responsibilities_that_are_not_rows_of_probabilities_are_refused(mixture, responsibilities, shown):
    with refused("responsibilities", shown):
        type(mixture).m_step([1.0, 2.0], responsibilities)


def test_tie_in_data_without_spread_is_refused():
    with refused("x", "at least two different values"):
        em.break_tie([3.0, 3.0], em.GaussianMixture([0.5, 0.5], [0, 0], [1, 1]))
    with refused("x", "not be all zeros"):
        em.break_tie([0.0, 0.0], em.ExponentialMixture([0.5, 0.5], [1, 1]))
