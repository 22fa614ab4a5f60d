"""Nonsense for every parameter of every public function: a ValueError names the parameter, shows the value, and helps.

The table has valid arguments for each function, and says which of the common `NONSENSE` each parameter accepts. A test
fails if a function or a parameter is not in the table.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest

import em

X = np.random.default_rng(3).poisson([[2], [9]], (2, 30)).ravel().astype(float)
"""Counts above 0, so that they suit every family."""
MIXTURES = {
    em.ExponentialMixture: em.ExponentialMixture([0.4, 0.6], [2, 9]),
    em.GaussianMixture: em.GaussianMixture([0.4, 0.6], [2, 9], [1.5, 3]),
    em.PoissonMixture: em.PoissonMixture([0.4, 0.6], [2, 9]),
}
GAUSSIAN, EXPONENTIAL = MIXTURES[em.GaussianMixture], MIXTURES[em.ExponentialMixture]
ONE, THREE = em.GaussianMixture([1], [5], [4]), em.GaussianMixture([0.2, 0.3, 0.5], [1, 5, 9], [1, 1, 1])
TIED = em.GaussianMixture([0.5, 0.5], [5, 5], [4, 4])
RUN, LONELY = em.fit(X, GAUSSIAN), em.fit(X, ONE)
LEAPS = em.fit(X, GAUSSIAN, method=em.ACCELERATED)
FOUND = em.restarts(X, [GAUSSIAN])
CANDIDATES = em.choose(X, em.GaussianMixture, [1, 2], 2)
STATISTICS = em.e_step(X, GAUSSIAN)
SHARES = GAUSSIAN.responsibilities(X)
RNG = np.random.default_rng(0)

NONSENSE: dict[str, Any] = {
    "none": None,
    "int": 5,
    "minus": -5,
    "zero": 0,
    "float": 1.5,
    "nan": math.nan,
    "inf": math.inf,
    "huge": 10**5000,
    "minus huge": -(10**5000),
    "bool": True,
    "decimal": Decimal("1.5"),
    "complex": 1j,
    "numpy int": np.int64(-5),
    "numpy float": np.float64("nan"),
    "numpy bool": np.bool_(True),
    "numpy str": np.str_("a"),
    "str": "a",
    "two letters": "ab",
    "empty str": "",
    "bytes": b"a",
    "empty": [],
    "empty tuple": (),
    "strings": ["a", "b"],
    "nones": [None],
    "none within": [1.0, None],
    "nan within": [1.0, math.nan],
    "inf within": [math.inf, 1.0],
    "huge within": [10**5000],
    "complex within": [1j, 1],
    "bools": [True, False],
    "ragged": [[1], [1, 2]],
    "nested": [[[1.0]]],
    "0-d": np.array(1.5),
    "2-d": np.ones((2, 2)),
    "0 by 2": np.ones((0, 2)),
    "objects": np.array([object(), 1], dtype=object),
    "structured": np.zeros(2, dtype=[("a", float)]),
    "masked": np.ma.masked,
    "masked within": np.ma.array([1.0, 2.0], mask=[True, False]),
    "date": datetime(2020, 1, 1),
    "dates": np.array(["2020", "2021"], dtype="M8[D]"),
    "dict": {},
    "pairs": {0: 1, 1: 2},
    "set": {1},
    "iterator": iter(()),
    "object": object(),
    "class": int,
    "function": len,
    "family": em.GaussianMixture,
    "abstract": em.Mixture,
    "mixture": GAUSSIAN,
    "rule": em.StoppingRule(),
    "run": RUN,
    "restarts": FOUND,
    "candidates": CANDIDATES,
    "statistics": STATISTICS,
    "generator": RNG,
}


class Taken(NamedTuple):
    """What a parameter accepts: a valid value, the entries of `NONSENSE` that it accepts, and more nonsense."""

    good: Any
    welcome: Collection[str] = ()
    more: Collection[Any] = ()


def whole(good: int, *more: Any, least: int = 1) -> Taken:
    return Taken(good, ("int", "zero") if least == 0 else ("int",), (least - 1, 2.0, np.array([3]), *more))


def real(good: float, *more: Any) -> Taken:
    return Taken(good, ("int", "zero", "float"), (-1e-300, -1, [1e-8], np.float32("inf"), Fraction(10**400), *more))


OBSERVATIONS = Taken(X, more=([1e151], [[1, 2]]))
POSITIVE = OBSERVATIONS._replace(more=([-1.0, 2],))
POINTS = Taken(X)
MIXTURE = Taken(GAUSSIAN, ("mixture",), ([GAUSSIAN],))
FAMILY = Taken(em.GaussianMixture, ("family",), ("gaussian", type("Half", (em.Mixture,), {})))
RULE = Taken(None, ("none", "rule"), (em.StoppingRule, [em.StoppingRule()]))
A_RUN = Taken(RUN, ("run",), ([RUN], em.Run))
TRUTH = Taken(None, ("none", "mixture"), ([GAUSSIAN],))
SOME_CANDIDATES = Taken(CANDIDATES, ("candidates",), (CANDIDATES[0], [*CANDIDATES, RUN]))
GENERATOR = Taken(RNG, ("generator",), (7, np.random, np.random.RandomState(0)))
FLAG = Taken(True, ("bool",), (1, 0, "no"))
SIZE = whole(2, 10**20, 10_001)
PAIR = Taken((0, 1), more=((0, 0), (0, 2), (0, -1), (0,), (0, 1, 1), (0.0, 1.0), (False, True), {0, 1}))
OF_OBSERVATIONS = Taken(None, ("none",), (np.ones(X.size + 1), -np.ones(X.size), 2 * np.ones(X.size), 0 * X))
RESPONSIBILITIES = Taken(SHARES, more=(SHARES[1:], SHARES.T, 2 * SHARES, -SHARES, 0 * SHARES, SHARES[:, :0]))
LESSON = {"x": OBSERVATIONS._replace(more=(X[1:],)), "run": A_RUN, "truth": TRUTH}
WEIGHTS = Taken([0.4, 0.6], more=([0.4, 0.5], [1.5, -0.5], [0, 0], [1e308, 1e308], [0.5, 0.5 + 1e-6]))


def sized(good: list[float], *more: Any) -> Taken:
    return Taken(good, more=([1.0], [1.0, 2.0, 3.0], *more))


SIZES = sized([1.5, 3], [0, 1], [-1, 1])
RECORDS = {
    "log_likelihood": Taken([-3.0, -2.0, -1.5], ("set",), more=([[1.0]], [-1, math.nan])),
    "n_observations": whole(60),
}

TABLE: dict[str, dict[str, Taken]] = {
    "ExponentialMixture": {"weights": WEIGHTS, "scales": SIZES},
    "GaussianMixture": {"weights": WEIGHTS, "means": sized([2, 9]), "stds": SIZES},
    "PoissonMixture": {"weights": WEIGHTS, "means": SIZES},
    "Observations": {"x": OBSERVATIONS, "family": FAMILY, "copy": FLAG},
    "StoppingRule": {
        "max_iter": whole(10),
        "tol": real(1e-8, "1e-8"),
        "deadline": Taken(math.inf, ("int", "minus", "zero", "float", "inf", "numpy int"), (10**400, "soon")),
        "processor_time": FLAG,
    },
    "StoppingRule.reason": RECORDS,
    "StoppingRule.suggests_end": RECORDS,
    "StoppingRule.unless_converged": {"n_iter": whole(3, least=0)},
    "Information.gain": {"flat": real(1e-6)},
    "aic": {"run": A_RUN},
    "bic": {"run": A_RUN},
    "bounds": {"run": A_RUN._replace(more=(LEAPS, [RUN])), "x": Taken(None, ("none",), (X[1:], [1e151]))},
    "break_tie": {"x": OBSERVATIONS._replace(more=([3.0, 3.0],)), "start": MIXTURE._replace(good=TIED)},
    "choose": {
        "x": OBSERVATIONS._replace(more=([3.0, 3.0],)),
        "family": FAMILY,
        "n_components": Taken([1, 2], ("set",), (3, [0], [1.5], [1, "2"], [10**20])),
        "n_starts": whole(2),
        "seed": Taken(0, ("int", "zero", "huge"), (-1, 1.5, [1])),
        "stopping": RULE,
        "runs": Taken(
            (),
            ("empty", "empty tuple", "0 by 2", "iterator"),
            (RUN, [RUN, 5], [em.fit(X, EXPONENTIAL)], [em.fit(X[1:], GAUSSIAN)], [em.fit(X + 1, GAUSSIAN)]),
        ),
    },
    "e_step": {
        "x": OBSERVATIONS,
        "mixture": MIXTURE,
        "hard": FLAG,
    },
    "fit": {"x": OBSERVATIONS, "start": MIXTURE, "stopping": RULE, "method": Taken("em", more=("newton", ["em"]))},
    "information": {"x": OBSERVATIONS, "mixture": MIXTURE},
    "iterate": {"x": OBSERVATIONS, "start": MIXTURE},
    "kmeans_start": {"x": OBSERVATIONS, "family": FAMILY, "n_components": SIZE, "rng": GENERATOR},
    "labels_switched": {
        "estimate": MIXTURE,
        "truth": MIXTURE._replace(more=(EXPONENTIAL, THREE)),
    },
    "m_step": {"statistics": Taken(STATISTICS, ("statistics",), (tuple(STATISTICS),))},
    "match": {"estimate": MIXTURE, "truth": MIXTURE._replace(more=(EXPONENTIAL, ONE))},
    "preferred": {"candidates": SOME_CANDIDATES, "criterion": Taken("bic", more=("hqic", "BIC", ["bic"]))},
    "quantile_start": {"x": OBSERVATIONS._replace(more=([3.0, 3.0],)), "family": FAMILY, "n_components": SIZE},
    "random_start": {"x": OBSERVATIONS, "family": FAMILY, "n_components": SIZE, "rng": GENERATOR},
    "reordered": {
        "mixture": MIXTURE,
        "permutation": Taken([1, 0], more=([0], [0, 0], [1, 2], [0.0, 1.0], [False, True], "01", np.array([[0, 1]]))),
    },
    "restarts": {
        "x": OBSERVATIONS,
        "starts": Taken([GAUSSIAN], more=(GAUSSIAN, [GAUSSIAN, 5], [em.GaussianMixture])),
        "stopping": RULE,
    },
    "standard_errors": {"x": OBSERVATIONS, "mixture": MIXTURE},
    "surface": {
        "x": OBSERVATIONS,
        "mixture": MIXTURE,
        "parameter": Taken("stds", more=("weights", "scales", ["stds"])),
        "axes": Taken(
            ([1, 2], [1, 2, 3]), ("2-d", "ragged"), (([], [1]), ([1], [0]), ([1], [-1]), ([1],), ([1], [1], [1]))
        ),
        "components": PAIR,
    },
    "surface_axes": {
        "run": Taken(RUN, ("run",), ([RUN, LONELY], [RUN, 5], [RUN, em.fit(X, EXPONENTIAL)])),
        "parameter": Taken(None, ("none",), ("weights", "scales", ["means"])),
        "components": PAIR,
        "n": whole(5, 10**20),
    },
    "datasets.load": {"name": Taken("deaths", more=("", "faithful", "DEATHS", ["deaths"]))},
    "diagnosis.half_life": {"mixture": Taken(EXPONENTIAL)},
    "diagnosis.modes": {"mixture": Taken(GAUSSIAN, ("mixture",), (EXPONENTIAL, em.ExponentialMixture))},
    "diagnosis.saddle_growth": {"x": OBSERVATIONS, "family": FAMILY, "weights": OF_OBSERVATIONS},
    "diagnosis.unstable_direction": {"x": OBSERVATIONS, "family": FAMILY, "weights": OF_OBSERVATIONS},
    "lessons.convergence_rate": {"run": A_RUN},
    "lessons.local_optimum": {"found": Taken(FOUND, ("restarts",), (em.Restarts, [FOUND]))},
    "lessons.measured_growth": {"run": A_RUN, "pair": PAIR},
    "lessons.model_choice": {"candidates": SOME_CANDIDATES},
    "lessons.single_fit": {"x": OBSERVATIONS, "family": FAMILY},
    **dict.fromkeys(
        [
            "describe",
            "lessons.describe",
            "lessons.label_switching",
            "lessons.one_component",
            "lessons.overlap",
            "lessons.spike",
            "lessons.symmetric_start",
            "lessons.unequal_sizes",
        ],
        LESSON,
    ),
}
for _family in MIXTURES:
    _own = OBSERVATIONS if _family is em.GaussianMixture else POSITIVE
    TABLE |= {
        f"{_family.__name__}.{_name}": parameters
        for _name, parameters in {
            "check_fit": {"x": _own},
            "check_observations": {"x": _own},
            "check_spread": {"x": _own._replace(more=([0.0, 0.0],))},
            "component_log_density": {"x": POINTS},
            "density": {"x": POINTS},
            "log_density": {"x": POINTS},
            "log_likelihood": {"x": _own},
            "responsibilities": {"x": _own},
            "lower_bound": {"x": _own, "responsibilities": RESPONSIBILITIES._replace(more=(np.ones((X.size, 1)),))},
            "m_step": {"x": _own, "responsibilities": RESPONSIBILITIES},
            "from_moments": {
                "weights": WEIGHTS,
                "means": sized([2, 9]) if _family is em.GaussianMixture else SIZES,
                "stds": sized([1.5, 3], [-1, 1]),
            },
            "nudged": {
                "direction": Taken(np.ones(len(_family.kinds)), more=(np.ones(3),)),
                "steps": sized([0.1, -0.1], [-2, 0.1], [1e308, 1e308]),
            },
            "saddle_matrix": {"x": _own._replace(more=([0.0, 0.0],)), "weights": OF_OBSERVATIONS},
            "sample": {"n": whole(3, 10**20, 10**8 + 1), "rng": GENERATOR},
            "tied_components": {"tolerance": real(1e-6)},
        }.items()
    }

MADE_BY_THE_ENGINE = {
    em.Candidate,
    em.DegenerateComponent,
    em.Information,
    em.Optimum,
    em.Record,
    em.Restarts,
    em.Run,
    em.StandardErrors,
    em.Statistics,
    em.datasets.Dataset,
}
"""Results: users do not construct them, but their methods may take arguments."""
OBJECTS = {
    "Information": em.information(X, GAUSSIAN),
    "StoppingRule": em.StoppingRule(),
    **{family.__name__: mixture for family, mixture in MIXTURES.items()},
}


def public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function, constructor and method that takes arguments, by the name that a user writes after `em.`."""
    named = {name: getattr(em, name) for name in em.__all__}
    for module in ("datasets", "diagnosis", "lessons"):
        inside = named.pop(module)
        assert inspect.ismodule(inside)
        named |= {f"{module}.{name}": getattr(inside, name) for name in inside.__all__}
    for name, value in named.items():
        if inspect.isfunction(value):
            yield name, value
        elif inspect.isclass(value) and not issubclass(value, Enum) and value is not em.Mixture:
            if value not in MADE_BY_THE_ENGINE:
                yield name, value
            for method, raw in inspect.getmembers(value, inspect.isroutine):
                if not method.startswith("_") and (getattr(raw, "__module__", None) or "").startswith("em."):
                    yield f"{name}.{method}", getattr(OBJECTS.get(name, value), method)


def parameters_of(call: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(call).parameters if name != "self"]


CALLS = {name: call for name, call in public() if parameters_of(call)}
CASES = [(name, parameter) for name, row in TABLE.items() for parameter in row]


def arguments(name: str) -> dict[str, Any]:
    return {parameter: taken.good for parameter, taken in TABLE[name].items()}


def complaint(name: str, parameter: str, value: Any) -> str | None:
    """A complaint about how a function refuses a value; None if it is right."""
    try:
        CALLS[name](**(arguments(name) | {parameter: value}))
    except ValueError as error:
        match = re.fullmatch(rf"(?s){parameter} must (\S.*?); got (\S.*?): (\S+ \S.*)", str(error))
        return None if match and shown(value, match[2]) else f"says: {error}"
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    return "accepts it"


def shown(value: Any, text: str) -> bool:
    """Whether a text shows a value; for an array its shape, its type or the wrong entry."""
    if value is None or (isinstance(value, (bool, int, float, complex, str, bytes, type)) and not _huge(value)):
        return repr(value)[:50] in text or str(value)[:50] in text
    return bool(text.strip())


def _huge(value: Any) -> bool:
    return isinstance(value, int) and abs(value) > 10**400


def test_the_table_has_every_public_function_with_every_parameter():
    assert {name: parameters_of(call) for name, call in CALLS.items() if name not in TABLE} == {}
    assert {name: sorted(row) for name, row in TABLE.items()} == {
        name: sorted(parameters_of(CALLS[name])) for name in TABLE
    }


@pytest.mark.parametrize("name", TABLE)
def test_valid_arguments_are_accepted(name):
    CALLS[name](**arguments(name))


@pytest.mark.parametrize(("name", "parameter"), CASES, ids=lambda part: part)
def test_nonsense_is_refused_by_name_with_the_value_and_a_remedy(name, parameter):
    taken = TABLE[name][parameter]
    values = [value for kind, value in NONSENSE.items() if kind not in taken.welcome]
    wrong = {i: complaint(name, parameter, value) for i, value in enumerate([*values, *taken.more])}
    kinds = [kind for kind in NONSENSE if kind not in taken.welcome] + [f"more {i}" for i in range(len(taken.more))]
    assert {kinds[i]: fault for i, fault in wrong.items() if fault} == {}


@pytest.mark.parametrize(("name", "parameter"), CASES, ids=lambda part: part)
def test_numbers_of_numpy_are_accepted_like_those_of_python(name, parameter):
    good = TABLE[name][parameter].good
    if type(good) is int:
        same = [np.int64(good), np.uint8(good), np.int32(good)]
    elif type(good) is float:
        same = [np.float64(good), np.float32(good)]
    elif isinstance(good, (list, tuple)) and all(type(entry) in (int, float) for entry in good):
        same = [np.array(good), tuple(good), list(good)]
    else:
        same = []
    for value in same:
        CALLS[name](**(arguments(name) | {parameter: value}))
