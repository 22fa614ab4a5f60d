"""Counts, means and standard deviations of each component's share of the observations.

These are the sufficient statistics of a family whose log density is a polynomial in x of degree 1 or 2. Unlike sums of
powers, they lose no digits far from 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from em.mixtures.checks import Floats

__all__ = ["NEAR", "SMALL", "TINY", "Moments", "Shares", "log_ratio", "moments", "moments_from_sums", "total"]

TINY = float(np.finfo(np.float64).tiny)
"""Smaller counts, and smaller means of positive observations, count as 0."""

SMALL = 1e-140
"""Squares of smaller deviations lose digits (below 1e-162 they are 0), so these are divided by the largest first."""

NEAR = 200
"""Sums of powers are used if no observation is farther than this many standard deviations from any component.

At that distance, cancellation leaves an error of 200² eps, 1e-11, in a log density and in a variance."""

Shares = Iterable[tuple[Floats, Floats]]
"""Observations (M,) with their responsibilities (K, M), chunk by chunk; it can be iterated as often as needed."""


class Moments(NamedTuple):
    """Count, mean and standard deviation of each component's share of the observations.

    Attributes
    ----------
    n_eff : tuple of float, length K
        Sum of the responsibilities, N_k.
    means : tuple of float, length K
        Weighted mean of x, in its unit; empty for a family that needs all responsibilities.
    stds : tuple of float, length K
        Weighted standard deviation about that mean (divisor N_k); empty for a family that needs the mean only, and if a
        component has no weight.
    """

    n_eff: tuple[float, ...]
    means: tuple[float, ...]
    stds: tuple[float, ...] = ()


def log_ratio(a: Floats, b: Floats) -> Floats:
    """log(a / b) of positive numbers, even if the ratio underflows or overflows."""
    with np.errstate(divide="ignore", over="ignore"):
        ratio = a / b
        return np.where((ratio > 0) & np.isfinite(ratio), np.log(ratio), np.log(a) - np.log(b))


def total(log_densities: Floats) -> float:
    """Sum of log densities; -inf if it is too low for a float."""
    with np.errstate(over="ignore"):
        return float(log_densities.sum())


def moments(shares: Shares, degree: int) -> Moments:
    """Compute moments up to a degree, 1 or 2, without loss of digits for observations of any size and offset.

    If a component has no weight, its moments mean nothing, and there are no standard deviations.
    """
    n_eff: Floats = np.zeros(1)
    means: Floats = np.zeros(1)
    for x, r in shares:
        own = r.sum(axis=1)
        parts = r / np.where(own > 0, own, 1)[:, np.newaxis]
        n_eff = n_eff + own
        # The mean moves from chunk to chunk: a sum of r x may underflow where neither r nor x does.
        means = means + own / np.where(own > 0, n_eff, 1) * (parts @ x - means)
    if degree == 1 or (n_eff < TINY).any():
        return Moments(tuple(n_eff.tolist()), tuple(means.tolist()))
    means, stds = _spread(shares, n_eff, means)
    return Moments(tuple(n_eff.tolist()), tuple(means.tolist()), tuple(stds.tolist()))


def _spread(shares: Shares, n_eff: Floats, means: Floats) -> tuple[Floats, Floats]:
    """Compute means corrected for rounding, and standard deviations, in a second pass over the observations.

    E[x²] - E[x]² would lose all digits of a small standard deviation far from 0. The mean deviation is the rounding
    error of the mean; without this correction, repeated values would seem to have a spread.
    """
    left, squares = np.zeros(()), np.zeros(())
    for x, r in shares:
        deviations = x - means[:, np.newaxis]
        parts = r / n_eff[:, np.newaxis]
        left = left + np.einsum("kn,kn->k", parts, deviations)
        deviations *= deviations
        squares = squares + np.einsum("kn,kn->k", parts, deviations)
    means = means + left
    stds = np.sqrt(np.maximum(squares - left * left, 0))
    return means, _rms(shares, n_eff, means) if (stds < SMALL).any() else stds


def _rms(shares: Shares, n_eff: Floats, means: Floats) -> Floats:
    """Root mean square of the deviations from each mean, however small they are; shape (K,)."""

    def weighted() -> Iterator[Floats]:
        for x, r in shares:
            yield np.sqrt(r / n_eff[:, np.newaxis]) * (x - means[:, np.newaxis])

    largest = np.max([np.abs(deviations).max(axis=1) for deviations in weighted()], axis=0)
    unit = np.where(largest > 0, largest, 1.0)
    squares = sum(((deviations / unit[:, np.newaxis]) ** 2).sum(axis=1) for deviations in weighted())
    return np.asarray(unit * np.sqrt(squares), dtype=np.float64)


def moments_from_sums(sums: Sequence[Sequence[float]], origin: float, reach: float) -> Moments | None:
    """Compute moments from the sums over n of r_nk (x_n - origin)^j, j = 0, 1 or 0, 1, 2, for every k.

    `reach` is the largest |x - origin|. None if the sums have lost digits or are too small.
    """
    n_eff, means, stds = [], [], []
    for row in sums:
        count, first, last = row[0], row[1], row[-1]
        if not (count >= TINY and TINY <= last < math.inf):  # nan fails too
            return None
        shift = first / count
        if len(row) == 3:
            std = math.sqrt(max(last / count - shift * shift, 0.0))
            if not reach + abs(shift) <= NEAR * std:
                return None
            stds.append(std)
        elif shift < TINY:
            return None
        n_eff.append(count)
        means.append(origin + shift)
    return Moments(tuple(n_eff), tuple(means), tuple(stds))
