"""Counts, means and standard deviations of the observations as they are divided between components.

These are the sufficient statistics of a family whose log density is a polynomial in x of degree 1 or 2, written so that
no digits are lost: sums of powers far from 0 would cancel.
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
"""Deviations below this have squares that lose digits, or are 0 below 1e-162: they are first divided by the largest."""

NEAR = 200
"""Sums of powers are used while no observation is farther than this many standard deviations from any component.

Squares of that many cancel, down to an error of 200² eps, 1e-11, in a log density and in a variance."""

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
    """log(a / b) of positive numbers, also where their ratio is no float."""
    with np.errstate(divide="ignore", over="ignore"):
        ratio = a / b
        return np.where((ratio > 0) & np.isfinite(ratio), np.log(ratio), np.log(a) - np.log(b))


def total(log_densities: Floats) -> float:
    """Sum of log densities; -inf where it is too low for a float."""
    with np.errstate(over="ignore"):
        return float(log_densities.sum())


def moments(shares: Shares, degree: int) -> Moments:
    """Moments up to a degree, 1 or 2, with care: right for observations of any size and offset.

    Where a component has no weight its moments mean nothing, and standard deviations are left out.
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
    """Means corrected for rounding, and standard deviations, by a second iteration over the observations.

    E[x²] - E[x]² would lose every digit of a small standard deviation far from 0. What is left of the mean is its
    rounding error, and corrects it: repeated values would look spread.
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
    """Moments from the sums over n of r_nk (x_n - origin)^j, j = 0, 1 or 0, 1, 2, for every k.

    `reach` is the largest |x - origin|. None where the sums have lost digits, or are too small to have any.
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
