"""Facts that lessons use: measured on the records of a run, or predicted from the observations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.run import Run, require_run
from em.fitting.stopping import rounding_level
from em.mixtures.checks import Floats, indices
from em.mixtures.mixture import Mixture, require_family
from em.studies.diagnosis import saddle_growth

__all__ = [
    "STILL_NEAR",
    "convergence_rate",
    "growth_while_near",
    "measured_growth",
    "predicted_growth",
    "separation",
    "separations",
    "single_fit",
]

BEYOND_ROUNDING = 1e-6
"""If components are nearer than this, in standard deviations of the narrower, rounding errors matter."""

STILL_NEAR = 0.25
"""Up to this separation, nearly identical components separate by about the predicted factor."""


def convergence_rate(run: Run) -> float | None:
    """The factor c by which the gain in log-likelihood shrinks from one iteration to the next, near the end.

    It is the median of the last five ratios of increments that are well above rounding, over as many iterations as they
    need to halve: in a slow run the ratio of two neighbours is mostly rounding. It is None if there are fewer than two
    such ratios, or if the increments do not shrink.

    The error of the parameters shrinks by the factor r, the largest share of missing information [1]_. Near a maximum
    the missing log-likelihood is proportional to the square of that error, so c is r².

    References
    ----------
    .. [1] Dempster, Laird & Rubin (1977), J. R. Statist. Soc. B 39, 1-38.
    """
    require_run(run)
    gains = np.diff(run.log_likelihood)
    noise = 100 * rounding_level(float(run.log_likelihood[-1]), run.n_observations)
    noisy = np.flatnonzero(gains <= noise)
    gains = gains[: noisy[0]] if noisy.size else gains
    twice = np.flatnonzero(gains >= 2 * gains[-1:])
    apart = max(gains.size - 1 - int(twice[-1]), 1) if twice.size else 1
    if gains.size and gains[-1] > 1.1 * gains[-1 - apart :].min():  # they grow again
        return None
    ratios = (gains[apart:] / gains[:-apart])[-5:] ** (1 / apart)
    rate = float(np.median(ratios)) if ratios.size >= 2 else 1.0
    return rate if rate < 1 else None


def separation(mixture: Mixture) -> Floats:
    """Distances between the components of a mixture, in standard deviations of the narrower, shape (K, K).

    Each is the larger of the differences of the means and of the standard deviations.
    """
    means, stds = mixture._component_means(), mixture._component_stds()
    with np.errstate(over="ignore"):
        apart: Floats = np.maximum(np.abs(means[:, np.newaxis] - means), np.abs(stds[:, np.newaxis] - stds))
        apart /= np.minimum(stds[:, np.newaxis], stds)
    return apart


def separations(run: Run, pair: Sequence[int] = (0, 1)) -> Floats:
    """`separation` of two components at each record, shape (T + 1,)."""
    i, j = pair
    return np.array([separation(mixture)[i, j] for mixture in run.mixtures])


def growth_while_near(apart: Floats) -> tuple[int, int, float] | None:
    """Return the average factor per iteration by which two components separated while they were nearly identical.

    From their `separations` this finds the first and the last of the consecutive iterations after which they were
    nearly identical, and the factor; None if there are fewer than two. Iteration 0 does not count: predictions hold
    only near the fit of the observations, which the first step reaches.
    """
    near = (apart > BEYOND_ROUNDING) & (apart <= STILL_NEAR)
    near[0] = False
    first = int(near.argmax())
    last = first + int(np.append(near[first:], False).argmin()) - 1
    return (first, last, float((apart[last] / apart[first]) ** (1 / (last - first)))) if last > first else None


def measured_growth(run: Run, pair: tuple[int, int] = (0, 1)) -> float | None:
    """Return the factor of `growth_while_near` for two components of a run; None if it is unknown."""
    require_run(run)
    found = growth_while_near(separations(run, indices("pair", pair, 2, run.mixture.n_components)))
    return found[2] if found else None


def predicted_growth(x: ArrayLike, family: type[Mixture]) -> float | None:
    """Predict the factor by which an iteration multiplies a small difference of two components, if these are all.

    It holds near the fit of the sample. None if `x` has no spread.
    """
    try:
        growth = saddle_growth(x, family)
    except ValueError:
        return None
    return growth if np.isfinite(growth) else None


def single_fit(x: ArrayLike, family: type[Mixture]) -> Mixture:
    """Return the best fit of one component; errors as in `Mixture.m_step`."""
    require_family("family", family)
    x = family.check_observations(x)
    return family.m_step(x, np.ones((x.size, 1)))
