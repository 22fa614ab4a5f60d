"""Mixtures of Poisson distributions, for counts.

f(x | mean) = mean^x exp(-mean) / x! for x = 0, 1, 2, ...: a probability, not a density.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.mixtures.checks import Floats, refusal
from em.mixtures.moments import TINY, Moments, log_ratio
from em.mixtures.parameters import Kind
from em.mixtures.polynomial import PositiveMixture

__all__ = ["PoissonMixture"]

LARGE = 1e4
"""For larger counts x log(mean), the mean and log(x!) nearly cancel, so another formula is used."""

LARGEST_DRAWN = 9.2e18
"""Largest mean to draw from, because numpy draws counts as 64-bit integers."""


def _log_large(x: Floats, means: Floats) -> Floats:
    """log f(x_n | k) for large counts, shape (K, N), without cancellation [1]_.

    References
    ----------
    .. [1] Loader (2000), Fast and accurate computation of binomial probabilities.
    """
    d = (means - x) / x
    with np.errstate(divide="ignore"):
        # If the mean is a small share of the count, 1 + d has few correct digits.
        log_quotient = np.where(d > -0.99, np.log1p(d), np.log(means) - np.log(x))
    return -x * (d - log_quotient) - 0.5 * np.log(2 * np.pi * x) - 1 / (12 * x)


@dataclass(frozen=True, eq=False)
class PoissonMixture(PositiveMixture):
    """Mixture of K Poisson distributions.

    Parameters
    ----------
    weights : array_like, shape (K,)
        Mixing weights: not negative, summing to 1.
    means : array_like, shape (K,)
        Mean of each component, > 0.

    Raises
    ------
    ValueError
        If the weights are off the simplex, a mean is not positive, the lengths differ, or anything is not finite.
    """

    weights: Floats
    means: Floats

    family: ClassVar[str] = "poisson"
    kinds: ClassVar[dict[str, Kind]] = {"means": Kind.POSITIVE}
    counts: ClassVar[bool] = True

    def __init__(self, weights: ArrayLike, means: ArrayLike) -> None:
        self._set(weights=weights, means=means)

    def _log_component(self, x: Floats) -> Floats:
        means = self.means[:, np.newaxis]
        log_f = x * np.log(means) - means + self._log_base(x)
        large = x >= LARGE
        if large.any():
            log_f[:, large] = _log_large(x[large], means)
        return log_f

    def _draw(self, z: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        if self.means.max() > LARGEST_DRAWN:
            raise refusal("means", f"be at most {LARGEST_DRAWN:g} to draw from", self.means.max(), "use smaller means")
        return rng.poisson(self.means[z]).astype(np.float64)

    def _component_means(self) -> Floats:
        return self.means

    def _component_stds(self) -> Floats:
        return np.sqrt(self.means)

    @classmethod
    def _fit_to_moments(cls, fitted: Moments) -> tuple[tuple[float, ...], ...]:
        # A component on zeros alone has the mean 0 and a finite likelihood. `TINY` replaces 0, which has no logarithm.
        return (tuple(max(mean, TINY) for mean in fitted.means),)

    def _polynomials(self, origin: float, reach: float) -> list[list[float]] | None:
        if reach > LARGE:
            return None
        return [[math.log(weight) - mean, math.log(mean)] for weight, mean in zip(*self._values, strict=True)]

    @classmethod
    def _log_base(cls, x: Floats) -> Floats:
        from scipy.special import gammaln  # large, and only counts need it

        return np.asarray(-gammaln(x + 1), dtype=np.float64)

    @classmethod
    def saddle_matrix(cls, x: ArrayLike, weights: Floats | None = None) -> Floats:
        """[[variance over mean]] of the sample (population form); parameters as in `Family.saddle_matrix`."""
        x, weights = cls._check_shares(x, weights)
        mean = np.average(x, weights=weights)
        return np.array([[np.average((x - mean) ** 2, weights=weights) / mean]])

    def _slopes(self, x: Floats) -> Floats:
        slopes: Floats = (x - self.means[:, np.newaxis])[np.newaxis]
        return slopes

    def _curvature(self, n_eff: Floats, slopes: Floats) -> Floats:
        return -(n_eff * self.means)[np.newaxis, np.newaxis]

    def _unit_information(self) -> Floats:
        return self.means[np.newaxis]

    def _overlap_distances(self, other: Self) -> Floats:
        distances: Floats = (np.sqrt(self.means)[:, np.newaxis] - np.sqrt(other.means)) ** 2 / 2
        return distances

    def _divergences(self, other: Self) -> Floats:
        divergences: Floats = self.means * log_ratio(self.means, other.means) - self.means + other.means
        return divergences
