"""The E-step in one pass over the observations, for families whose log density is a polynomial in x.

An E-step needs only the sums of r_nk x_n^j, with j up to the degree. They are computed in chunks that stay in the cache
of the processor. The log joint density of the widest component, the *reference*, is subtracted from all others. The
differences are then bounded above where they matter, so the pass needs no maximum and one exponential less. The
log-likelihood is that of the reference alone plus the sum over n of log(sum of the odds).

From the second pass on, many observations are gathered onto a few nodes (`em.fitting.nodes`); for a single pass this
would not pay. Only the last two digits change. A pass over a million then takes no longer than one over some thousands.

If sums would lose digits (each family tests that), overflow or underflow, the result is None. Then the E-step computes
the responsibilities themselves (`em.fitting.observations`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul, sub
from typing import TYPE_CHECKING

import numpy as np

from em.fitting.nodes import Nodes, bins_for, gather, spread_of_slopes
from em.mixtures.checks import Floats
from em.mixtures.moments import Moments, moments_from_sums

if TYPE_CHECKING:
    from em.mixtures.polynomial import PolynomialMixture

__all__ = ["CHUNK", "FEW", "FastPass"]

CHUNK = 10_000
"""Largest number of observations in a chunk.

It fits into the cache. For a larger dot product OpenBLAS wakes its other threads, which on a busy machine takes ten
times as long as the product."""

FEW = 6_000
"""Fewer observations than this are not gathered onto nodes."""

FEW_TO_MULTIPLY = 2_500
"""For chunks smaller than this `np.dot` is quicker than `np.matmul`, for others slower; both give the same bits."""

SHARE = 3
"""Least number of observations for each node; otherwise they are not gathered."""

FAR = 100
"""If the middle of the observations is farther from 0 than this many half ranges, nodes are measured from there."""

MOST = 100_000
"""Largest number of nodes."""

SPARE = 50
"""With this many observations for each node, a pass is almost free compared with gathering.

Then bins are narrower than necessary, so that the observations need not be gathered again."""

MOST_SPARE = 6_000
"""Largest number of nodes in such narrow bins; more would be slow to gather."""

GROUP = 16
"""Number of sums of odds that are multiplied before a logarithm is taken: a product takes a tenth of the time."""


class _Buffers:
    """Arrays for a chunk of M observations, or for nodes. Every pass writes into them."""

    def __init__(self, x: Floats, origin: float, shape: tuple[int, int], weights: Floats | None = None) -> None:
        n_components, degree = shape
        self._weights = weights
        self._multiply = np.dot if x.size < FEW_TO_MULTIPLY else np.matmul
        self._powers = np.ones((degree + 1, x.size))  # row j: (x_n - origin)^j
        self._odds = np.empty((n_components, x.size))  # row 0 is the reference; later the responsibilities
        self._others, self._each = self._odds[1:], self._odds[:, np.newaxis]
        padded = np.ones(-(-x.size // GROUP) * GROUP)
        self._totals, self._groups = padded[: x.size], padded.reshape(GROUP, -1)  # sums of odds
        self.load(x, origin)

    def load(self, x: Floats, origin: float) -> _Buffers:
        """Load as many other observations."""
        powers = self._powers
        np.subtract(x, origin, out=powers[1])
        for j in range(2, len(powers)):
            np.multiply(powers[j - 1], powers[1], out=powers[j])
        self._weighted = powers if self._weights is None else powers * self._weights
        return self

    def power_sums(self) -> Floats:
        """Sums over n of (x_n - origin)^j, shape (degree + 1,)."""
        sums: Floats = self._powers.sum(axis=1)
        return sums

    def divide(self, log_odds: Floats) -> Floats:
        """Sums over n of r_nk (x_n - origin)^j, shape (K, degree + 1); row 0 of `log_odds` is (1, 0, ...)."""
        odds, totals = self._odds, self._totals
        self._multiply(log_odds, self._powers, out=odds)
        np.exp(self._others, out=self._others)
        np.add.reduce(odds, axis=0, out=totals)
        np.divide(odds, totals, out=odds)
        sums: Floats = np.vecdot(self._each, self._weighted)
        return sums

    def log_totals(self) -> float:
        """Sum over n of the log of the sum of the odds, which is at least 1."""
        if self._weights is not None:
            return float(np.log(self._totals) @ self._weights)
        total = float(np.add.reduce(np.log(np.multiply.reduce(self._groups))))
        return total if math.isfinite(total) else float(np.log(self._totals).sum())


class FastPass:
    """The usual E-step: passes over the observations of one family.

    Parameters
    ----------
    chunks : sequence of ndarray
        Checked observations, at most `CHUNK` in each.
    family : type
        A family of polynomials.

    Attributes
    ----------
    n_passes : int
        Passes so far, including those whose result was not used.
    """

    def __init__(self, chunks: Sequence[Floats], family: type[PolynomialMixture]) -> None:
        self.n_passes = 0
        self._chunks = chunks
        self._n = sum(chunk.size for chunk in chunks)
        low = min(float(chunk.min()) for chunk in chunks)
        high = max(float(chunk.max()) for chunk in chunks)
        self._low, self._high, self._origin = low, high, family._origin(low, high)
        self._reach = max(high - self._origin, self._origin - low)
        self._shape = (0, family.degree)
        # The odds of the reference are 1. With this row one matrix product fills the whole array.
        self._first_row = [1.0] + [0.0] * family.degree
        self._buffers: dict[int, _Buffers] = {}
        self._nodes: Nodes | None = None
        self._gathered: list[_Buffers] = []
        self._single: _Buffers | None = None
        self._base = 0.0
        total: Floats = np.zeros(family.degree + 1)
        with np.errstate(over="ignore", invalid="ignore"):
            for chunk in chunks:
                base = family._log_base(chunk)
                self._base += 0.0 if base is None else float(base.sum())
                total += self._load(chunk).power_sums()
        self._power_sums: list[float] = total.tolist()
        self._centre = self._origin if abs(self._origin) > FAR * self._reach else 0.0

    def __call__(self, mixture: PolynomialMixture, direct: bool) -> tuple[float, Moments] | None:
        """Return the log-likelihood and the moments of each component's share; None if digits would be lost.

        `direct` uses the observations themselves, without nodes.
        """
        if not min(mixture._values[0]) > 0:
            return None
        log_joint = mixture._polynomials(self._origin, self._reach)
        if not log_joint:
            return None
        leading = [row[-1] for row in log_joint]
        widest = leading.index(max(leading))
        reference = log_joint.pop(widest)
        total, sums = self._pass([self._first_row, *[list(map(sub, row, reference)) for row in log_joint]], direct)
        sums.insert(widest, sums.pop(0))
        total += sum(map(mul, reference, self._power_sums)) + self._base
        found = moments_from_sums(sums, self._origin, self._reach)
        return (total, found) if found and math.isfinite(total) else None

    def _pass(self, rows: list[list[float]], direct: bool) -> tuple[float, list[list[float]]]:
        """Sum over n of log sum_k odds_nk, and the sums over n of r_nk (x_n - origin)^j for every k and j."""
        self.n_passes += 1
        log_odds = np.array(rows)
        if len(rows) != self._shape[0]:
            self._resize(len(rows))
        gathered = not direct and self._n >= FEW and self._gather(rows)
        with np.errstate(over="ignore", invalid="ignore"):
            if self._single and not gathered:  # a loop would be slow for few observations
                sums = self._single.divide(log_odds)
                total = self._single.log_totals()
            else:
                sums, total = np.zeros(log_odds.shape), 0.0
                for buffers in self._gathered if gathered else map(self._load, self._chunks):
                    sums += buffers.divide(log_odds)
                    total += buffers.log_totals()
        found: list[list[float]] = sums.tolist()
        return total, found

    def _resize(self, n_components: int) -> None:
        """Make the buffers for another number of components."""
        self._shape = n_components, self._shape[1]
        self._buffers, self._nodes = {}, None
        self._single = self._load(self._chunks[0]) if len(self._chunks) == 1 else None

    def _gather(self, rows: list[list[float]]) -> bool:
        """Gather the observations onto nodes if those at hand are too coarse. Return whether there are nodes to use."""
        steepness = max(spread_of_slopes(rows, at - self._origin) for at in (self._low, self._high))
        if not (self._nodes and self._nodes.are_fine_enough(steepness)):
            most, spare = min(self._n // SHARE, MOST), min(self._n // SPARE, MOST_SPARE)
            n_bins = bins_for(steepness, self._high - self._low, most, spare)
            if not n_bins:
                return False
            self._nodes = gather(self._chunks, self._low, self._high, n_bins, self._centre)
            origin = self._origin - self._centre
            self._gathered = [_Buffers(x, origin, self._shape, w) for x, w in self._nodes.parts(CHUNK)]
        return True

    def _load(self, chunk: Floats) -> _Buffers:
        """Return buffers that hold the observations of a chunk."""
        buffers = self._buffers.get(chunk.size)
        if buffers is None:
            buffers = self._buffers[chunk.size] = _Buffers(chunk, self._origin, self._shape)
            return buffers
        return buffers.load(chunk, self._origin)
