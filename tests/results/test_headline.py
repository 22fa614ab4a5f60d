"""A run in one sentence: every number in it is that of the run, or of what is known."""

from __future__ import annotations

import re

import numpy as np

import em
from components.results.headline import UNEXPLAINED, headline
from components.state.families import SYMBOLS
from tests.runs import random_runs

NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?"


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(NUMBER, text)]


def named(mixture: em.Mixture) -> dict[str, float]:
    """Symbol -> value of what a sentence is to name."""
    k = mixture.n_components
    symbols = SYMBOLS[mixture.family]
    found = {"ρ": float(mixture.weights[0])} if k == 2 else {}
    for name in mixture.parameter_names[1 : 2 if k > 2 else None]:
        found |= {symbols[name].format(k=i): float(value) for i, value in enumerate(mixture.parameters[name])}
    return found


def near(said: list[float], values: list[float], x: np.ndarray) -> bool:
    """To three digits, and means to a hundredth of the spread of the observations."""
    return all(
        abs(one - value) <= max(0.0051 * abs(value), 0.01 * float(x.std()) if abs(value) > x.std() else 0)
        for one, value in zip(said, values, strict=True)
    )


def test_each_claim_is_that_of_the_run():
    seen = set()
    for _, x, run, truth in random_runs(150):
        if run.mixture.family not in SYMBOLS:
            continue
        known = truth if truth is not None and truth.n_components == run.mixture.n_components else None
        sentence, why = headline(x, run, known, "true")
        seen.add(run.reason)
        if run.reason in UNEXPLAINED:
            assert (sentence, why) == (run.message, None)
            continue
        how, found = re.split(r": (?=[^:]*$)", sentence)
        assert run.message.startswith(how)
        assert f"{run.n_iter:,} iteration" in how
        assert why.lower() in run.message.lower()
        estimates, _, beside = found.partition(" (true ")
        values = named(run.mixture)
        pairs = [one.split(" ") for one in estimates.removesuffix(".").split(", ")]
        assert [name for name, _ in pairs] == list(values)
        assert near(numbers(" ".join(number for _, number in pairs)), list(values.values()), x), (sentence, values)
        assert bool(beside) == (known is not None)
        if known is not None:
            assert near(numbers(beside), list(named(known).values()), x), (sentence, known)
    assert seen == set(em.StopReason)


def test_near_means_far_from_zero_keep_their_difference():
    x = np.concatenate([20_000 + np.arange(50) / 50, 20_003 + np.arange(50) / 50])
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [20_000, 20_003], [1, 1]))
    sentence, _ = headline(x, run, None, "true")
    assert "μ0 20,000.49, μ1 20,003.49" in sentence
