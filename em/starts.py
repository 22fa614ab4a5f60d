"""Starting points, and what to do about a start whose components are identical."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from em.diagnosis import unstable_direction
from em.mixture import Mixture

__all__ = ["NUDGE", "break_tie"]

M = TypeVar("M", bound=Mixture)

NUDGE = 0.01
"""Relative size of the nudge that `break_tie` gives."""


def break_tie(x: ArrayLike, start: M) -> M:
    """Nudge identical components of a start apart, always the same way.

    Identical components are a stationary point of EM: left alone, a run stays there until rounding errors have grown
    large enough, in a direction that rounding chose. The nudge goes along the direction that EM itself amplifies most,
    keeps the components' common mean, and gives the smaller scale (or mean) to the component named first.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations.
    start : Mixture
        Any start.

    Returns
    -------
    Mixture
        `start` itself if no two of its components are identical; otherwise a copy with those moved apart by a relative
        `NUDGE`, weights unchanged.

    Raises
    ------
    ValueError
        As the family's `check_observations`; also if there is a tie and `x` has no spread to break it by.
    """
    start.check_observations(x)
    steps = np.zeros(start.n_components)
    for group in _tied_groups(start):
        ladder = np.linspace(-NUDGE, NUDGE, len(group))
        weights = start.weights[group]
        centre = weights @ ladder / weights.sum() if weights.sum() > 0 else 0.0
        steps[group] = ladder - centre
    if not steps.any():
        return start
    return start.nudged(unstable_direction(x, type(start))[1], steps)


def _tied_groups(mixture: Mixture) -> list[list[int]]:
    """Components that are identical, in groups of two or more, each ascending."""
    groups: list[set[int]] = []
    for pair in mixture.tied_components():
        home = next((group for group in groups if group & set(pair)), None)
        if home is None:
            groups.append(set(pair))
        else:
            home |= set(pair)
    return [sorted(group) for group in groups]
