"""A run in one sentence: how it ended, and what it found beside what is known."""

from __future__ import annotations

import math
import re

import em
from components.state.families import SYMBOLS

DIGITS = 3
"""Fewest significant digits of an estimate."""
UNEXPLAINED = (em.StopReason.STATIONARY_START, em.StopReason.DEGENERATE)
"""Ends at which the estimates mean little without the reason."""


def headline(x: em.Floats, run: em.Run, known: em.Mixture | None, word: str) -> tuple[str, str | None]:
    """Sum up a run.

    Parameters
    ----------
    x : ndarray, shape (N,)
        The observations.
    run : em.Run
        The run.
    known : em.Mixture or None
        True or published parameters, in the order of the estimated components.
    word : str
        What these are called: "true", "published".

    Returns
    -------
    tuple of str, and str or None
        The sentence; and what the engine says of the reason, unless the sentence has it.
    """
    if run.reason in UNEXPLAINED:
        return run.message, None
    how, why = re.split("[:;] ", run.message, maxsplit=1)
    beside = "" if known is None else f" ({word} {', '.join(_numbers(known, x))})"
    found = ", ".join(
        f"{name} {number}" for name, number in zip(_names(run.mixture), _numbers(run.mixture, x), strict=True)
    )
    return f"{how}: {found}{beside}.", f"{why[0].upper()}{why[1:]}"


def _chosen(mixture: em.Mixture) -> dict[str, list[int]]:
    """What the sentence names: every parameter of one or two components, ρ for their weights; else where they lie."""
    k = mixture.n_components
    names = mixture.parameter_names
    if k > 2:
        return {names[1]: list(range(k))}
    weights = {names[0]: [0]} if k == 2 else {}
    return weights | {name: list(range(k)) for name in names[1:]}


def _names(mixture: em.Mixture) -> list[str]:
    symbols = SYMBOLS[mixture.family] | ({"weights": "ρ"} if mixture.n_components == 2 else {})
    return [symbols[name].format(k=k) for name, ks in _chosen(mixture).items() for k in ks]


def _numbers(mixture: em.Mixture, x: em.Floats) -> list[str]:
    parameters = mixture.parameters
    return [
        _rounded(float(parameters[name][k]), _digits(x) if name == "means" else DIGITS)
        for name, ks in _chosen(mixture).items()
        for k in ks
    ]


def _digits(x: em.Floats) -> int:
    """Digits of a mean: those that tell it from another at the distance of a standard deviation, and two more."""
    spread = float(x.std())
    return DIGITS if spread == 0 else max(DIGITS, 2 + math.ceil(math.log10(float(abs(x).max()) / spread)))


def _rounded(value: float, digits: int) -> str:
    """A number to so many digits, without zeros at its end: 0.5, 1, 54.6."""
    return f"{float(f'{value:.{digits}g}'):,.{max(digits, 6)}g}"
