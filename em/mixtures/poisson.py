"""Mixtures of Poisson distributions, for counts.

f(x | mean) = mean^x exp(-mean) / x! for x = 0, 1, 2, ...: a probability, not a density.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.mixtures.checks import Floats
from em.mixtures.moments import TINY, Moments
from em.mixtures.parameters import Kind
from em.mixtures.polynomial import PolynomialMixture

__all__ = ["PoissonMixture"]

LARGE = 1e4
"""For counts beyond this x log(mean), the mean and log(x!) nearly cancel, so their difference is computed otherwise."""


def _log_large(x: Floats, means: Floats) -> Floats:
    """log f(x_n | k) for large counts, shape (K, N), without cancellation [1]_.

    References
    ----------
    .. [1] Loader (2000), Fast and accurate computation of binomial probabilities.
    """
    d = (means - x) / x
    return -x * (d - np.log1p(d)) - 0.5 * np.log(2 * np.pi * x) - 1 / (12 * x)


@dataclass(frozen=True, eq=False)
class PoissonMixture(PolynomialMixture):
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
    degree: ClassVar[int] = 1
    lowest: ClassVar[float] = 0.0
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
        return rng.poisson(self.means[z]).astype(np.float64)

    def _component_means(self) -> Floats:
        return self.means

    def _component_stds(self) -> Floats:
        return np.sqrt(self.means)

    @classmethod
    def _fit_to_moments(cls, fitted: Moments) -> tuple[tuple[float, ...], ...]:
        # A component on zeros alone has the mean 0 and a finite likelihood; `TINY` stands for 0, and has a logarithm.
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
        x = cls.check_observations(x)
        cls.check_spread(x)
        mean = np.average(x, weights=weights)
        return np.array([[np.average((x - mean) ** 2, weights=weights) / mean]])

    @classmethod
    def check_spread(cls, x: Floats) -> None:
        if not x.any():
            raise ValueError("x must not be all zeros: a Poisson component needs a mean above 0")

    @classmethod
    def from_moments(cls, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> Self:
        return cls(weights, means)

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
        divergences: Floats = self.means * np.log(self.means / other.means) - self.means + other.means
        return divergences
