"""Many observations gathered onto a few nodes, which have the same sums of every function that is smooth enough.

The range is cut into bins. In each stand a dozen Chebyshev nodes, weighted so that for every polynomial of a lower
degree the sum over the nodes is that over the bin's observations. What an iteration of EM sums, responsibilities and
the log of the density, is analytic: it has no singularity nearer to the real line than pi over the *steepness*, the
most by which slopes of the log joint densities differ, because up to there all terms of the density lie within one
half-plane and cannot add up to 0. So interpolation errs by about rho^-ORDER, rho = d + sqrt(d^2 + 1), d = pi /
(steepness times half the width of a bin) [1]_: by 6e-14 in the widest bins that are allowed here.

References
----------
.. [1] Trefethen (2013), Approximation Theory and Approximation Practice, ch. 8.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from em.mixtures.checks import Floats
from em.mixtures.mixture import TINY

__all__ = ["Nodes", "bins_for", "gather", "spread_of_slopes"]

ORDER = 12
"""Nodes in a bin."""

STEEPEST = 0.5
"""The most that the log-odds of two components may change over half a bin."""

ROOM = 2.0
"""Bins are made so much narrower than that when they are made: in the iterations to come components part."""

_ANGLES = (np.arange(ORDER) + 0.5) * (np.pi / ORDER)
_WEIGHTS_OF_SUMS = np.cos(np.outer(_ANGLES, np.arange(ORDER))) * ([1 / ORDER] + [2 / ORDER] * (ORDER - 1))
"""Lagrange's polynomials at the nodes, row by row, as sums of Chebyshev's."""


class Nodes(NamedTuple):
    """What stands for the observations: points (M,), their weights (M,), and the width of a bin."""

    points: Floats
    weights: Floats
    width: float

    def serve(self, steepness: float) -> bool:
        """Whether they may stand for the observations under log-odds as steep as this."""
        return steepness * self.width / 2 <= STEEPEST

    def parts(self, size: int) -> Iterator[tuple[Floats, Floats]]:
        """Points and weights, at most so many at a time."""
        for i in range(0, self.points.size, size):
            yield self.points[i : i + size], self.weights[i : i + size]


def spread_of_slopes(polynomials: Iterable[Sequence[float]], at: float) -> float:
    """The most by which slopes of polynomials differ at a point: of quadratic ones at most what it is at the ends."""
    slopes = [sum(j * c * at ** (j - 1) for j, c in enumerate(row) if j) for row in polynomials]
    return max(slopes) - min(slopes)


def bins_for(steepness: float, extent: float, most: int, spare: int = 0) -> int:
    """How many bins a range needs, with room for steeper log-odds; 0 if they have more nodes than ``most``.

    They are made narrower still as long as their nodes are no more than ``spare``.
    """
    wanted = ROOM * steepness * extent / (2 * STEEPEST)
    if not (extent > TINY and wanted <= most // ORDER):
        return 0
    return max(1, math.ceil(wanted), spare // ORDER)


def gather(parts: Iterable[Floats], low: float, high: float, n_bins: int) -> Nodes:
    """Gather observations onto nodes.

    Parameters
    ----------
    parts : iterable of ndarray, shape (M,)
        The observations, in chunks.
    low, high : float
        The least and the largest of them; not the same.
    n_bins : int
        Bins in between.

    Returns
    -------
    Nodes
        Those of bins in which there is an observation.
    """
    per_unit = n_bins / (high - low)
    sums = np.zeros((ORDER, n_bins))  # row j: sums over each bin of Chebyshev's polynomial j
    for part in parts:
        place = np.sort(part)
        place -= low
        place *= per_unit
        first = np.searchsorted(place, np.arange(n_bins))
        counts = np.diff(first, append=place.size)
        there = np.flatnonzero(counts)
        place -= np.repeat(there + 0.5, counts[there])
        place *= 2  # within its bin, from -1 to 1
        before, now, twice = np.ones_like(place), place, 2 * place
        for row in sums:
            row[there] += np.add.reduceat(before, first[there])
            before, now = now, twice * now - before
    there = np.flatnonzero(sums[0])
    points = low + (there + (np.cos(_ANGLES)[:, np.newaxis] + 1) / 2) / per_unit
    return Nodes(points.ravel(), (_WEIGHTS_OF_SUMS @ sums[:, there]).ravel(), 1 / per_unit)
