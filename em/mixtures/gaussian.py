"""Everything about mixtures of one-dimensional Gaussian distributions.

f(x | mean, std) = exp(-((x - mean) / std)² / 2) / (std sqrt(2 pi)).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.mixtures.checks import Floats
from em.mixtures.divided import Divided
from em.mixtures.mixture import DegenerateComponent, Mixture

__all__ = ["GaussianMixture"]

_HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
_RESOLUTION = 8 * np.finfo(np.float64).eps
"""A standard deviation below this times |mean| is rounding error of the mean, not spread."""

_SMALL = 1e-140
"""Squares of deviations below this lose digits, and below 1e-162 vanish: they are divided by their largest first."""

_NEAR = 200
"""Powers are used while no observation is farther than so many standard deviations from any component.

Squares of that many cancel, down to an error of 200² eps, 1e-11, in a log density and in a variance."""

_OFFSET = 1e6
"""Powers are used while the observations are no farther from 0 than so many times their range: digits of the mean."""


def _rms(divided: Divided, n_eff: Floats, means: Floats) -> Floats:
    """Root mean square of each component's deviations from its mean, however small they are; shape (K,)."""

    def weighted() -> Iterator[Floats]:
        for x, r in divided:
            yield np.sqrt(r / n_eff[:, np.newaxis]) * (x - means[:, np.newaxis])

    largest = np.max([np.abs(deviations).max(axis=1) for deviations in weighted()], axis=0)
    unit = np.where(largest > 0, largest, 1.0)
    squares = sum(((deviations / unit[:, np.newaxis]) ** 2).sum(axis=1) for deviations in weighted())
    return np.asarray(unit * np.sqrt(squares), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class GaussianMixture(Mixture):
    """Mixture of K univariate Gaussian distributions.

    Parameters
    ----------
    weights : array_like, shape (K,)
        Mixing weights: not negative, summing to 1.
    means : array_like, shape (K,)
        Mean of each component, in the unit of the observations.
    stds : array_like, shape (K,)
        Standard deviation of each component, > 0, in the unit of the observations.

    Raises
    ------
    ValueError
        If the weights are off the simplex, a std is not positive, the lengths differ, or anything is not finite.
    """

    weights: Floats
    means: Floats
    stds: Floats

    family: ClassVar[str] = "gaussian"
    parameter_names: ClassVar[tuple[str, ...]] = ("weights", "means", "stds")
    degree: ClassVar[int] = 2

    def __init__(self, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> None:
        self._set(weights=weights, means=means, stds=stds)
        self._require_positive("stds", self.stds)

    @classmethod
    def from_moments(cls, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> Self:
        return cls(weights, means, stds)

    @classmethod
    def check_spread(cls, x: Floats) -> None:
        if x.min() == x.max():
            raise ValueError("x must have at least two different values: a Gaussian component needs a spread")

    def _standardised(self, x: Floats) -> Floats:
        z = x - self.means[:, np.newaxis]
        z /= self.stds[:, np.newaxis]
        return z

    def _log_component(self, x: Floats) -> Floats:
        with np.errstate(over="ignore"):
            log_f = self._standardised(x)
            log_f *= log_f
        log_f *= -0.5
        log_f -= (np.log(self.stds) + _HALF_LOG_TWO_PI)[:, np.newaxis]
        return log_f

    def _log_distance(self, x: Floats) -> Floats:
        distance = np.abs(x - self.means[:, np.newaxis])
        return np.asarray(np.log(distance) - np.log(self.stds)[:, np.newaxis], dtype=np.float64)

    def _draw(self, z: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        return rng.normal(self.means[z], self.stds[z])

    def _component_means(self) -> Floats:
        return self.means

    def _component_stds(self) -> Floats:
        return self.stds

    def _component_distances(self) -> Floats:
        with np.errstate(over="ignore"):
            shift = np.abs(self.means[:, np.newaxis] - self.means)
            shift /= np.minimum(self.stds[:, np.newaxis], self.stds)
        log_stds = np.log(self.stds)
        distances: Floats = np.maximum(shift, np.abs(log_stds[:, np.newaxis] - log_stds))
        return distances

    def _overlap_distances(self, other: Self) -> Floats:
        shift = np.abs(self.means[:, np.newaxis] - other.means)
        shift /= np.hypot(self.stds[:, np.newaxis], other.stds)
        gap = np.abs(np.log(self.stds)[:, np.newaxis] - np.log(other.stds))
        distances: Floats = shift**2 / 4 + (np.logaddexp(gap, -gap) - np.log(2)) / 2
        return distances

    def _divergences(self, other: Self) -> Floats:
        ratio = self.stds / other.stds
        shift = (self.means - other.means) / other.stds
        divergences: Floats = (ratio**2 + shift**2 - 1) / 2 - np.log(ratio)
        return divergences

    @classmethod
    def _weighted_fit(cls, divided: Divided, n_eff: Floats, means: Floats) -> tuple[Floats, ...]:
        # A second time over the data: E[x²] - E[x]² would lose every digit of a small std far from 0. What is left of
        # the mean is its rounding error, and mends it: repeated values would look spread.
        left, squares = np.zeros(()), np.zeros(())
        for x, r in divided:
            deviations = x - means[:, np.newaxis]
            shares = r / n_eff[:, np.newaxis]
            left = left + np.einsum("kn,kn->k", shares, deviations)
            deviations *= deviations
            squares = squares + np.einsum("kn,kn->k", shares, deviations)
        means = means + left
        stds = np.sqrt(np.maximum(squares - left * left, 0))
        if (stds < _SMALL).any():
            stds = _rms(divided, n_eff, means)
        collapsed = stds <= _RESOLUTION * np.abs(means)
        if collapsed.any():
            component = int(np.argmax(collapsed))
            raise DegenerateComponent(
                component,
                f"has shrunk onto the value {means[component]:.10g}: its standard deviation went to 0 "
                "and the likelihood to infinity",
            )
        return means, stds

    def _slopes(self, x: Floats) -> Floats:
        z = self._standardised(x)
        return np.stack((z, z * z - 1))

    @classmethod
    def _curvature(cls, n_eff: Floats, slopes: Floats) -> Floats:
        across, along = slopes
        return np.array([[-n_eff, -2 * across], [-2 * across, -2 * (n_eff + along)]])

    def _stepped(self, steps: Floats) -> tuple[Floats, ...]:
        return self.means + self.stds * steps[0], self.stds * np.exp(steps[1])

    @classmethod
    def _origin(cls, low: float, high: float) -> float:
        return low / 2 + high / 2

    def _polynomials(self, origin: float, reach: float) -> list[list[float]] | None:
        if not max(_SMALL, abs(origin) / _OFFSET) < reach:
            return None
        rows = []
        for weight, mean, std in zip(self.weights.tolist(), self.means.tolist(), self.stds.tolist(), strict=True):
            shift = mean - origin
            if reach + abs(shift) > _NEAR * std:
                return None
            z = shift / std
            rows.append([math.log(weight) - math.log(std) - _HALF_LOG_TWO_PI - z * z / 2, z / std, -0.5 / std / std])
        return rows

    @classmethod
    def _from_sums(cls, sums: list[list[float]], n: int, origin: float, reach: float) -> Self | None:
        weights, means, stds = [], [], []
        for n_eff, first, second in sums:
            shift = first / n_eff
            std = math.sqrt(max(second / n_eff - shift * shift, 0.0))
            if not reach + abs(shift) <= _NEAR * std:
                return None
            weights.append(n_eff / n)
            means.append(origin + shift)
            stds.append(std)
        return cls._trusted(np.array(weights), np.array(means), np.array(stds))

    @classmethod
    def saddle_matrix(cls, x: ArrayLike, weights: Floats | None = None) -> Floats:
        """[[1, g], [g / 2, (k - 1) / 2]] with g the sample skewness and k the (non-excess) kurtosis.

        It multiplies, each iteration, the standardised differences (in mean, in std) between components that are
        identical at the sample moments, to first order.
        """
        x = cls.check_observations(x)
        cls.check_spread(x)
        z = x - np.average(x, weights=weights)
        z /= np.abs(z).max()
        z /= np.sqrt(np.average(z**2, weights=weights))
        skewness, kurtosis = np.average(z**3, weights=weights), np.average(z**4, weights=weights)
        return np.array([[1.0, skewness], [skewness / 2, (kurtosis - 1) / 2]])

    def nudged(self, direction: ArrayLike, steps: ArrayLike) -> Self:
        towards = np.outer(np.asarray(direction), np.asarray(steps))
        return type(self)(self.weights, self.means + self.stds * towards[0], self.stds * (1 + towards[1]))
