"""Starting points for EM, and how to separate the components of a start that are identical.

In every start made here, weights are positive, all components differ and are in the order of their means, and all means
are within the range of the observations. Two exceptions: if all observations are equal, means are up to `NUDGE`
standard deviations of a component to either side; if a family does not define `from_moments`, means may be off by
rounding. If there is no such start, a ValueError says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from em.mixtures.checks import MOST, Floats, brief, refusal, require_generator, whole_number
from em.mixtures.family import DegenerateComponent
from em.mixtures.mixture import Mixture, require_family, require_mixture
from em.studies.diagnosis import unstable_direction

__all__ = ["NUDGE", "break_tie", "kmeans_start", "quantile_start", "random_start", "seeded_starts"]

M = TypeVar("M", bound=Mixture)

NUDGE = 0.01
"""Relative size of the nudge in `break_tie`."""

LESS = 0.7
"""Factor that makes a nudge smaller if it would move a component onto another."""

MOST_TRIES = 30
"""Largest number of such factors."""

CLOSE = 1e-6
"""Components of a start that are nearer than this (relative) are spread out: EM would take long to separate them."""

NARROWEST = 0.1
"""Least standard deviation of a component of a start, relative to the sample's; narrower ones may be spikes."""


def quantile_start(x: ArrayLike, family: type[M], n_components: int) -> M:
    """Start with means at evenly spaced quantiles of the observations; no randomness.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    family : type
        Family of the mixture, such as `em.GaussianMixture`.
    n_components : int
        Number of components K, from 1 to 10,000. There may be fewer observations than components.

    Returns
    -------
    Mixture
        Equal weights; means at the quantiles (k + 1/2) / K; each standard deviation is that of the sample over K.
        If values repeat, components at equal quantiles are spread out between the neighbouring quantiles.

    Raises
    ------
    ValueError
        As the family's `check_observations`; if `family` is no family or `n_components` no whole number >= 1; if no
        component fits `x` at all (equal values for Gaussians, only zeros for exponentials); if the values are too close
        together for K different components.
    """
    x, k = _checked(x, family, n_components)
    return _make_even_start(x, family, np.quantile(x, (np.arange(k) + 0.5) / k))


def random_start(x: ArrayLike, family: type[M], n_components: int, rng: np.random.Generator) -> M:
    """Start with means at randomly drawn observations, all different if there are enough different values.

    Parameters
    ----------
    x, family, n_components
        As `quantile_start`.
    rng : numpy.random.Generator
        Source of randomness; the same seed gives the same start.

    Returns
    -------
    Mixture
        Equal weights; each standard deviation is that of the sample over K.

    Raises
    ------
    ValueError
        As `quantile_start`; also if `rng` is no Generator.
    """
    x, k = _checked(x, family, n_components)
    require_generator(rng)
    values, counts = np.unique(x, return_counts=True)
    return _make_even_start(x, family, rng.choice(values, k, replace=values.size < k, p=counts / x.size))


def kmeans_start(x: ArrayLike, family: type[M], n_components: int, rng: np.random.Generator) -> M:
    """Start from centres seeded as in k-means++, and one assignment of the observations to the nearest centre.

    Each centre after the first is an observation drawn with probability proportional to its squared distance from the
    nearest centre so far [1]_.

    Parameters
    ----------
    x, family, n_components
        As `quantile_start`.
    rng : numpy.random.Generator
        Source of randomness; the same seed gives the same start.

    Returns
    -------
    Mixture
        Mean and standard deviation of each group (at least a tenth of the sample's), and its share of the observations
        as weight. Each count is raised by one, so that no weight is 0.

    Raises
    ------
    ValueError
        As `quantile_start`; also if `rng` is no Generator.

    References
    ----------
    .. [1] Arthur & Vassilvitskii (2007), Proc. 18th ACM-SIAM Symposium on Discrete Algorithms, 1027-1035.
    """
    x, k = _checked(x, family, n_components)
    require_generator(rng)
    centres = _seeded_centres(x, k, rng)
    group = np.abs(x - centres[:, np.newaxis]).argmin(axis=0)
    members = [x[group == j] if (group == j).any() else centres[j : j + 1] for j in range(k)]
    means = np.array([values.mean() for values in members])
    stds = np.array([values.std() for values in members])
    return _make_start(x, family, (np.bincount(group, minlength=k) + 1) / (x.size + k), means, stds)


def seeded_starts(x: Floats, family: type[M], n_components: int, n: int, rng: np.random.Generator) -> Iterator[M]:
    """Yield `n` starts, alternately as in k-means++ and at random."""
    for i in range(n):
        yield (random_start if i % 2 else kmeans_start)(x, family, n_components, rng)


def _checked(x: ArrayLike, family: type[Mixture], n_components: int) -> tuple[Floats, int]:
    """Return the observations and K; ValueError if no start can be made from them."""
    require_family("family", family)
    x = family.check_fit(x)
    family.check_spread(x)
    return x, number_of_components(n_components)


def number_of_components(value: int) -> int:
    """Return `value` as a number of components; ValueError if it is none, or too large for an array of all pairs."""
    return whole_number("n_components", value, most=math.isqrt(MOST))


def _make_even_start(x: Floats, family: type[M], means: Floats) -> M:
    """Make a start with equal weights and these means. Each standard deviation is that of the sample over K."""
    k = means.size
    return _make_start(x, family, np.full(k, 1 / k), means, np.full(k, _std(x) / k))


def _make_start(x: Floats, family: type[M], weights: Floats, means: Floats, stds: Floats) -> M:
    """Make a start in the order of its means, which are within the observations; no two components are identical.

    Raises
    ------
    ValueError
        If no such mixture exists, because the observations are too close together for the precision of floats.
    """
    low, high = float(x.min()), float(x.max())
    means = np.clip(means, low, high)  # the mean of equal values may differ from them by rounding
    if np.isfinite(family.lowest):
        above = x - family.lowest
        means = np.maximum(means, family.lowest + max(above[above > 0].min(), 1e-12 * above.mean()))
    order = np.argsort(means, kind="stable")
    weights, means, stds = weights[order], means[order], np.maximum(stds[order], NARROWEST * _std(x))

    def made() -> M:
        # At most as wide as its mean is high: for a more skewed component, the mean does not say where it is.
        return family.from_moments(weights, means, np.minimum(stds, means - family.lowest))

    try:
        mixture = made()
        if mixture.tied_components(CLOSE):
            means = _spread_out(means, mixture._component_stds(), low, high)
            mixture = made()
        wanted = (np.diff(means) >= 0).all() and not mixture.tied_components()
        if wanted and np.isfinite(mixture.log_likelihood(x)):
            return mixture
    except (ValueError, DegenerateComponent):  # a parameter underflows, or rounding makes a component a point
        pass
    raise refusal(
        "x",
        f"leave room for {means.size} different {family.family} component{'s' * (means.size > 1)}",
        f"values from {low!r} to {high!r}, which are too close together or too small",
        "rescale the observations, or ask for fewer components",
    )


def _spread_out(means: Floats, stds: Floats, low: float, high: float) -> Floats:
    """Spread out evenly those of the ascending means within [low, high] that (nearly) coincide.

    They spread by at most one standard deviation, and at most half of the way to the next other mean or to the end of
    the observations. If all observations are equal, they spread by `NUDGE` standard deviations to either side.
    """
    spread = means.copy()
    apart = np.diff(means) > 2 * CLOSE * np.maximum(stds[1:], stds[:-1])
    groups = np.split(np.arange(means.size), np.flatnonzero(apart) + 1)
    ends = [low, *(means[group].mean() for group in groups), high]
    for group, (before, middle, after) in zip(groups, zip(ends, ends[1:], ends[2:], strict=False), strict=True):
        if group.size == 1:
            continue
        std = stds[group].min()
        if low == high:
            spread[group] = middle + NUDGE * std * np.linspace(-1, 1, group.size)
        else:
            bottom, top = middle - min(middle - before, std) / 2, middle + min(after - middle, std) / 2
            spread[group] = bottom + (top - bottom) * (np.arange(group.size) + 0.5) / group.size
    return spread


def _std(x: Floats) -> float:
    """Standard deviation of the observations, computed in units of their range so that no square underflows."""
    unit = np.ptp(x) or 1.0
    return float(unit * ((x - x.min()) / unit).std())


def _seeded_centres(x: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Draw centres from x as in k-means++, shape (k,)."""
    unit = np.ptp(x) or 1.0  # in units of the range, squares neither overflow nor underflow
    centres = [rng.choice(x)]
    while len(centres) < k:
        squares = (np.abs(x - np.array(centres)[:, np.newaxis]).min(axis=0) / unit) ** 2
        total = squares.sum()
        centres.append(rng.choice(x, p=squares / total if total > 0 else None))
    return np.array(centres)


def break_tie(x: ArrayLike, start: M) -> M:
    """Move identical components of a start apart, without randomness.

    Identical components are a stationary point of EM: a run stays there until rounding errors have grown large enough,
    in a direction that depends on rounding. The nudge goes in the direction that EM amplifies most. It keeps the common
    mean of the components (to first order, in families whose mean is no parameter). The component with the lower index
    gets the smaller scale (or mean; or std, if the means are not moved).

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations.
    start : Mixture
        Any start.

    Returns
    -------
    Mixture
        `start` itself if no two of its components are identical; otherwise a copy in which those are moved by a
        relative `NUDGE` to either side, or by less if that is many standard deviations or would move a component onto
        another. Weights do not change.

    Raises
    ------
    ValueError
        As the family's `check_observations`; if `start` is no mixture; if there is a tie and no component fits `x`
        (equal values for Gaussians, only zeros for exponentials), so that there is no direction; if the means are so
        large that rounding removes the nudge.
    """
    require_mixture("start", start)
    groups = _tied_groups(start)
    if not groups:
        start.check_observations(x)
        return start
    direction = unstable_direction(start.check_fit(x), type(start))[1]
    steps = np.zeros(start.n_components)
    for group in groups:
        ladder = np.linspace(-NUDGE, NUDGE, len(group))
        weights = start.weights[group]
        centre = weights @ ladder / weights.sum() if weights.sum() > 0 else 0.0
        steps[group] = ladder - centre
    distances = start.nudged(direction, steps)._component_distances()
    for group in groups:  # for large counts, a relative nudge may be many standard deviations
        steps[group] /= max(1.0, distances[group[0], group[-1]] / (3 * NUDGE))
    for factor in LESS ** np.arange(MOST_TRIES):  # smaller if a component meets another one
        nudged = start.nudged(direction, factor * steps)
        if not nudged.tied_components():
            return nudged
    remedy = "start nearer to the observations, or subtract their mean from them and from the means"
    raise refusal("start", "have components that numbers can tell apart", brief(start), remedy)


def _tied_groups(mixture: Mixture) -> list[list[int]]:
    """Return the components that are identical, in groups of two or more, each ascending."""
    groups: list[set[int]] = []
    for pair in mixture.tied_components():
        joined = next((group for group in groups if group & set(pair)), None)
        if joined is None:
            groups.append(set(pair))
        else:
            joined |= set(pair)
    return [sorted(group) for group in groups]
