"""Derivatives by central differences, for families that have none in closed form.

The steps balance rounding and truncation: first derivatives are right to about ten digits, second ones to seven. The
coordinates are relative to the size of a component (see `Kind`), so one step is right for every unit.
"""

from __future__ import annotations

from itertools import combinations
from typing import Protocol, Self

import numpy as np

from em.mixtures.checks import Floats

__all__ = ["SECOND", "curvatures", "slopes"]

FIRST = 6e-6
"""Step of first derivatives, about the cube root of the rounding error of a float."""

SECOND = 2e-4
"""Step of second derivatives, about the fourth root of the rounding error of a float."""


class Differentiable(Protocol):
    """The part of a mixture that differentiation needs."""

    weights: Floats

    @property
    def n_components(self) -> int: ...
    @classmethod
    def _of_arrays(cls, *arrays: Floats) -> Self: ...
    def _log_component(self, x: Floats) -> Floats: ...
    def _stepped(self, steps: Floats) -> tuple[Floats, ...]: ...
    def _units(self) -> Floats: ...


def slopes(mixture: Differentiable, x: Floats) -> Floats:
    """First derivatives of log f(x_n | k) by the coordinates of component k, shape (m, K, N)."""
    return np.array(
        [(_moved(mixture, x, FIRST * e) - _moved(mixture, x, -FIRST * e)) / (2 * FIRST) for e in _axes(mixture)]
    )


def curvatures(mixture: Differentiable, x: Floats, step: float = SECOND) -> Floats:
    """Second derivatives of log f(x_n | k), shape (m, m, K, N)."""
    axes = _axes(mixture) * step
    here = mixture._log_component(x)
    second = np.empty((len(axes), len(axes), *here.shape))
    for a, e in enumerate(axes):
        second[a, a] = (_moved(mixture, x, e) - 2 * here + _moved(mixture, x, -e)) / step**2
    for a, b in combinations(range(len(axes)), 2):
        along, across = axes[a] + axes[b], axes[a] - axes[b]
        corners = sum(_moved(mixture, x, sign * along) - _moved(mixture, x, sign * across) for sign in (1, -1))
        second[a, b] = second[b, a] = corners / (4 * step**2)
    return second


def _axes(mixture: Differentiable) -> Floats:
    return np.eye(len(mixture._units()))


def _moved(mixture: Differentiable, x: Floats, step: Floats) -> Floats:
    """log f(x_n | k), shape (K, N), after a step of every component in its own coordinates."""
    steps = np.repeat(step[:, np.newaxis], mixture.n_components, axis=1)
    return mixture._of_arrays(mixture.weights, *mixture._stepped(steps))._log_component(x)
