"""Replace many observations by a few nodes with the same sums of every sufficiently smooth function.

The range is divided into bins. Each bin has a dozen Chebyshev nodes. Their weights are such that, for every polynomial
of a lower degree, the sum over the nodes equals the sum over the bin's observations.

An iteration of EM sums the responsibilities and the log of the density. Both have no singularity nearer to the real
line than pi / steepness, where *steepness* is the largest difference between the slopes of the log joint densities:
within that distance all terms of the density lie in one half-plane, so their sum is not 0. The interpolation error is
therefore about rho^-ORDER, with rho = d + sqrt(d^2 + 1) and d = pi / (steepness times half the width of a bin) [1]_. It
is 6e-14 in the widest bins that are allowed here.

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
from em.mixtures.moments import TINY

__all__ = ["Nodes", "bins_for", "gather", "spread_of_slopes"]

ORDER = 12
"""Number of nodes in a bin."""

STEEPEST = 0.5
"""Largest change of the log-odds of two components that is allowed over half a bin."""

ROOM = 2.0
"""New bins are narrower than necessary by this factor, because components separate further in later iterations."""

_ANGLES = (np.arange(ORDER) + 0.5) * (np.pi / ORDER)
_LAGRANGE = np.cos(np.outer(_ANGLES, np.arange(ORDER))) * ([1 / ORDER] + [2 / ORDER] * (ORDER - 1))
"""Lagrange polynomials of the nodes, one in each row, as sums of Chebyshev polynomials."""


class Nodes(NamedTuple):
    """Nodes that replace the observations.

    Attributes
    ----------
    points : ndarray, shape (M,)
        The nodes, as distances from a centre, in the unit of the observations.
    weights : ndarray, shape (M,)
        Weight of each node in a sum.
    width : float
        Width of a bin, in the same unit.
    """

    points: Floats
    weights: Floats
    width: float

    def are_fine_enough(self, steepness: float) -> bool:
        """Whether the nodes may replace the observations for log-odds of this steepness."""
        return steepness * self.width / 2 <= STEEPEST

    def parts(self, size: int) -> Iterator[tuple[Floats, Floats]]:
        """Yield the points and weights in parts of at most `size` nodes."""
        for i in range(0, self.points.size, size):
            yield self.points[i : i + size], self.weights[i : i + size]


def spread_of_slopes(polynomials: Iterable[Sequence[float]], at: float) -> float:
    """Largest difference between the slopes of polynomials at a point.

    For quadratic polynomials on an interval, this difference is largest at one of the ends.
    """
    slopes = [sum(j * c * at ** (j - 1) for j, c in enumerate(row) if j) for row in polynomials]
    return max(slopes) - min(slopes)


def bins_for(steepness: float, extent: float, most: int, spare: int = 0) -> int:
    """Number of bins for a range of length `extent`; 0 if they have more than `most` nodes.

    There is a margin for steeper log-odds, and there are more bins as long as they have at most `spare` nodes.
    """
    wanted = ROOM * steepness * extent / (2 * STEEPEST)
    if not (extent > TINY and wanted <= most // ORDER):
        return 0
    return max(1, math.ceil(wanted), spare // ORDER)


def gather(parts: Iterable[Floats], low: float, high: float, n_bins: int, centre: float = 0.0) -> Nodes:
    """Gather chunks of observations, each of shape (M,), onto the nodes of all bins that contain an observation.

    `low` and `high` are the smallest and the largest observation; they must differ. There are `n_bins` bins between
    them. Nodes are measured from `centre`: far from 0, distances from 0 have fewer digits.
    """
    per_unit = n_bins / (high - low)
    sums = np.zeros((ORDER, n_bins))  # row j: sums of Chebyshev polynomial j over each bin
    for part in parts:
        positions = np.sort(part)
        positions -= low
        positions *= per_unit
        first = np.searchsorted(positions, np.arange(n_bins))
        counts = np.diff(first, append=positions.size)
        occupied = np.flatnonzero(counts)
        positions -= np.repeat(occupied + 0.5, counts[occupied])
        positions *= 2  # position within the bin, from -1 to 1
        previous, current, twice = np.ones_like(positions), positions, 2 * positions
        for row in sums:
            row[occupied] += np.add.reduceat(previous, first[occupied])
            previous, current = current, twice * current - previous
    occupied = np.flatnonzero(sums[0])
    points = (low - centre) + (occupied + (np.cos(_ANGLES)[:, np.newaxis] + 1) / 2) / per_unit
    return Nodes(points.ravel(), (_LAGRANGE @ sums[:, occupied]).ravel(), 1 / per_unit)
