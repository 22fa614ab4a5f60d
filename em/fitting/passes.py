"""Iterations of EM in one pass over the observations.

Where the log joint densities log pi_k f(x | k) are polynomials in x, as in both families here, an iteration needs no
more of the observations than the sums of r_nk x_n^j, j up to the degree. They are taken in chunks that stay in the
processor's cache. From every log joint density that of the widest component, the *reference*, is subtracted: the others
are then bounded above where they matter, which saves the search for the largest one, and one exponential. The
log-likelihood is what the reference alone would have, plus the log of the sums of odds against it.

From the second iteration on, observations that are many are gathered onto a few nodes (`em.nodes`), which stand for
them to the last digits but two: a pass then takes no longer for a million of them than for a thousand.

`Mixture._expect` and `Mixture._maximise` do the same with more care, and where observations are many in several passes.
They are asked for a step wherever sums would lose digits (each family knows where), or have over- or underflowed; a
component that is degenerate is always their finding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import mul, sub

import numpy as np

from em.fitting.information import Information, _information
from em.fitting.nodes import Nodes, bins_for, gather, spread_of_slopes
from em.mixtures.checks import Floats
from em.mixtures.mixture import TINY, DegenerateComponent, Mixture

__all__ = ["CHUNK", "Passes", "proper"]

CHUNK = 10_000
"""Observations in a chunk, at most. It fits into the cache; and for a dot product of more than these OpenBLAS wakes its
other threads, which takes ten times as long as the product where the machine has other work."""

FEW = 6_000
"""Fewer observations are not gathered onto nodes."""

SHARE = 3
"""Nor are others unless there is at most a node to so many of them."""

MOST = 100_000
"""Nor if there were more nodes than these."""

SPARE = 50
"""A node to so many observations takes next to no time beside gathering them, which need not be done again."""

MOST_SPARE = 6_000
"""More bins than these hold would be too short to be gathered quickly."""

GROUP = 16
"""So many sums of odds are multiplied before a logarithm is taken: a product takes a tenth of the time."""


def proper(following: Mixture | DegenerateComponent) -> Mixture:
    """What an iteration made of a mixture, if that is one.

    Raises
    ------
    DegenerateComponent
        If it is none.
    """
    if isinstance(following, DegenerateComponent):
        raise following
    return following


class _Chunk:
    """Buffers for a chunk of M observations, or for nodes, and the views of them that every pass asks for."""

    def __init__(self, size: int, n_components: int, degree: int, weights: Floats | None = None) -> None:
        self.weights = weights
        self.powers = np.ones((degree + 1, size))  # row j: (x_n - origin)^j
        self.odds = np.empty((n_components, size))  # against the reference, which is row 0; then responsibilities
        self.others, self.each = self.odds[1:], self.odds[:, np.newaxis]
        filled_up = np.ones(-(-size // GROUP) * GROUP)
        self.totals, self.groups = filled_up[:size], filled_up.reshape(GROUP, -1)  # sums of odds, one after another

    def load(self, x: Floats, origin: float) -> None:
        """Take the powers of these observations."""
        np.subtract(x, origin, out=self.powers[1])
        for j in range(2, len(self.powers)):
            np.multiply(self.powers[j - 1], self.powers[1], out=self.powers[j])
        self.weighted = self.powers if self.weights is None else self.powers * self.weights

    def divide(self, log_odds: Floats) -> Floats:
        """Divide the observations between the components: the sums of r_nk (x_n - origin)^j, shape (K, degree + 1)."""
        np.matmul(log_odds, self.powers, out=self.odds)
        np.exp(self.others, out=self.others)
        np.add.reduce(self.odds, axis=0, out=self.totals)
        np.divide(self.odds, self.totals, out=self.odds)
        sums: Floats = np.vecdot(self.each, self.weighted)
        return sums

    def log_totals(self) -> float:
        """Sum over n of the log of its sum of odds, none of which is below 1."""
        if self.weights is not None:
            return float(np.log(self.totals) @ self.weights)
        total = float(np.add.reduce(np.log(np.multiply.reduce(self.groups))))
        return total if math.isfinite(total) else float(np.log(self.totals).sum())


class Passes:
    """The passes of one run over its observations, and the buffers for a chunk of them.

    Parameters
    ----------
    x : ndarray, shape (N,)
        Checked observations.
    start : Mixture
        A mixture of the family, and with as many components, as all that are asked about.

    Attributes
    ----------
    x : ndarray, shape (N,)
        The observations.
    parts : list of ndarray
        They, in chunks.
    count : int
        Passes made: every E-step, also those by sums that lost digits and had to be made again with care.
    """

    def __init__(self, x: Floats, start: Mixture) -> None:
        self.x = x
        self.count = 0
        size = -(-x.size // -(-x.size // CHUNK))  # all chunks alike
        self.parts = [x[i : i + size] for i in range(0, x.size, size)]
        if not start.degree:
            return
        low, high = float(x.min()), float(x.max())
        self._low, self._high, self._origin = low, high, start._origin(low, high)
        self._reach = max(high - self._origin, self._origin - low)
        self._buffers = {
            part.size: _Chunk(part.size, start.n_components, start.degree) for part in (self.parts[0], self.parts[-1])
        }
        self._nodes: Nodes | None = None
        self._gathered: list[_Chunk] = []
        with np.errstate(over="ignore", invalid="ignore"):
            self._power_sums = sum(self._load(part).powers.sum(axis=1) for part in self.parts).tolist()

    def step(self, mixture: Mixture) -> tuple[float, Mixture | DegenerateComponent]:
        """The log-likelihood of a mixture, and what an iteration of EM makes of it."""
        return self._by_sums(mixture) or self._with_care(mixture)

    def information(self, mixture: Mixture) -> Information:
        """Log-likelihood, gradient and Hessian at a mixture."""
        self.count += 1
        return _information(self.x, mixture)

    def _by_sums(self, mixture: Mixture) -> tuple[float, Mixture] | None:
        if not mixture.degree or not all(mixture.weights.tolist()):
            return None
        log_joint = mixture._polynomials(self._origin, self._reach)
        if not log_joint:
            return None
        leading = [row[-1] for row in log_joint]
        widest = leading.index(max(leading))
        reference = log_joint.pop(widest)
        log_odds = [list(map(sub, row, reference)) for row in log_joint]
        # The reference's own row yields its odds at once, 1, so that one product of matrices fills the whole buffer.
        total, sums = self._pass([[1.0] + [0.0] * mixture.degree, *log_odds])
        sums.insert(widest, sums.pop(0))
        total += sum(map(mul, reference, self._power_sums))
        if not math.isfinite(total + sum(map(sum, sums))) or min([min(row[0], row[-1]) for row in sums]) < TINY:
            return None  # of a sum that is next to nothing digits are gone
        following = mixture._from_sums(sums, self.x.size, self._origin, self._reach)
        return (total, following) if following else None

    def _pass(self, rows: list[list[float]]) -> tuple[float, list[list[float]]]:
        """Sum over n of log sum_k odds_nk, and the sums over n of r_nk (x_n - origin)^j for every k and j."""
        self.count += 1
        log_odds = np.array(rows)
        total = 0.0
        sums: Floats = np.zeros(log_odds.shape)
        with np.errstate(over="ignore", invalid="ignore"):
            for chunk in self._on_nodes(rows) or self._chunks():
                sums += chunk.divide(log_odds)
                total += chunk.log_totals()
        return total, sums.tolist()

    def _chunks(self) -> Iterator[_Chunk]:
        """The observations, buffer after buffer; a chunk that is the only one stays in its own."""
        if len(self.parts) == 1:
            yield self._buffers[self.x.size]
        else:
            yield from map(self._load, self.parts)

    def _on_nodes(self, rows: list[list[float]]) -> list[_Chunk] | None:
        """Buffers with nodes in them that stand for the observations, where that is worth while and exact."""
        if self.count == 1 or self.x.size < FEW:
            return None
        steepness = max(spread_of_slopes(rows, at - self._origin) for at in (self._low, self._high))
        if not (self._nodes and self._nodes.serve(steepness)):
            most, spare = min(self.x.size // SHARE, MOST), min(self.x.size // SPARE, MOST_SPARE)
            n_bins = bins_for(steepness, self._high - self._low, most, spare)
            if not n_bins:
                return None
            self._nodes = gather(self.parts, self._low, self._high, n_bins)
            self._gathered = [self._of_nodes(rows, *part) for part in self._nodes.parts(CHUNK)]
        return self._gathered

    def _of_nodes(self, rows: list[list[float]], points: Floats, weights: Floats) -> _Chunk:
        chunk = _Chunk(points.size, len(rows), len(rows[0]) - 1, weights)
        chunk.load(points, self._origin)
        return chunk

    def _load(self, part: Floats) -> _Chunk:
        """The buffers with a chunk's observations in them."""
        chunk = self._buffers[part.size]
        chunk.load(part, self._origin)
        return chunk

    def _with_care(self, mixture: Mixture) -> tuple[float, Mixture | DegenerateComponent]:
        again = _Again(self, mixture)
        try:
            # Responsibilities of a few observations are kept, those of many are made each time they are asked for.
            following = mixture._maximise(list(again) if len(self.parts) == 1 else again)
        except DegenerateComponent as end:
            return again.log_likelihood, end
        return again.log_likelihood, following


class _Again:
    """Observations with the responsibilities that a mixture gives them, part by part: no array has the size of N.

    Attributes
    ----------
    log_likelihood : float
        Of the mixture, once all parts have been gone over.
    """

    def __init__(self, passes: Passes, mixture: Mixture) -> None:
        self._passes = passes
        self._mixture = mixture

    def __iter__(self) -> Iterator[tuple[Floats, Floats]]:
        self._passes.count += 1
        total = 0.0
        for part in self._passes.parts:
            r, log_density = self._mixture._expect(part)
            total += float(log_density.sum())
            yield part, r
        self.log_likelihood = total
