"""Mixtures of exponential distributions.

f(x | scale) = exp(-x / scale) / scale for x >= 0. The scale is the mean; its inverse, the rate, is no parameter here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.mixtures.checks import Floats
from em.mixtures.family import DegenerateComponent
from em.mixtures.moments import TINY, Moments, log_ratio
from em.mixtures.parameters import Kind
from em.mixtures.polynomial import PositiveMixture

__all__ = ["ExponentialMixture"]


@dataclass(frozen=True, eq=False)
class ExponentialMixture(PositiveMixture):
    """Mixture of K exponential distributions.

    Parameters
    ----------
    weights : array_like, shape (K,)
        Mixing weights: not negative, summing to 1.
    scales : array_like, shape (K,)
        Mean of each component, > 0, in the unit of the observations.

    Raises
    ------
    ValueError
        If the weights are off the simplex, a scale is not positive, the lengths differ, or anything is not finite.
    """

    weights: Floats
    scales: Floats

    family: ClassVar[str] = "exponential"
    kinds: ClassVar[dict[str, Kind]] = {"scales": Kind.POSITIVE}

    def __init__(self, weights: ArrayLike, scales: ArrayLike) -> None:
        self._set(weights=weights, scales=scales)

    @property
    def cv2(self) -> float:
        """Squared coefficient of variation, variance over squared mean: 1 for equal scales, above 1 for others."""
        return (self.std / self.mean) ** 2

    def _log_component(self, x: Floats) -> Floats:
        with np.errstate(over="ignore"):
            log_f = x / -self.scales[:, np.newaxis]
        log_f -= np.log(self.scales)[:, np.newaxis]
        return np.where(x < 0, -np.inf, log_f) if (x < 0).any() else log_f

    def _draw(self, z: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        return rng.exponential(self.scales[z])

    def _component_means(self) -> Floats:
        return self.scales

    def _component_stds(self) -> Floats:
        return self.scales

    @classmethod
    def _fit_to_moments(cls, fitted: Moments) -> tuple[tuple[float, ...], ...]:
        smallest = min(fitted.means)
        if smallest < TINY:
            what = "has shrunk onto the observations equal to 0: its scale went to 0 and the likelihood to infinity"
            if smallest > 0:
                what = f"is too narrow to compute with: its scale would be {smallest:.2g}"
            raise DegenerateComponent(fitted.means.index(smallest), what)
        return (fitted.means,)

    def _polynomials(self, origin: float, reach: float) -> list[list[float]] | None:
        return [[math.log(weight) - math.log(scale), -1 / scale] for weight, scale in zip(*self._values, strict=True)]

    def _slopes(self, x: Floats) -> Floats:
        slopes: Floats = (x / self.scales[:, np.newaxis] - 1)[np.newaxis]
        return slopes

    def _curvature(self, n_eff: Floats, slopes: Floats) -> Floats:
        return -(n_eff + slopes)[np.newaxis]

    def _unit_information(self) -> Floats:
        return np.ones((1, self.n_components))

    @classmethod
    def saddle_matrix(cls, x: ArrayLike, weights: Floats | None = None) -> Floats:
        """[[CV²]], the sample variance over the squared mean (population form).

        One iteration changes scales m (1 + d_k), with the sample mean m, to m (1 + CV² (d_k - sum_j pi_j d_j)), to
        first order. Parameters as in `Family.saddle_matrix`.
        """
        x, weights = cls._check_shares(x, weights)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            ratio = x / np.average(x, weights=weights)
            return np.array([[np.average((ratio - 1) ** 2, weights=weights)]])

    def _log_distance(self, x: Floats) -> Floats:
        return np.asarray(np.log(np.abs(x)) - np.log(self.scales)[:, np.newaxis], dtype=np.float64)

    def _component_distances(self) -> Floats:
        log_scales = np.log(self.scales)
        distances: Floats = np.abs(log_scales[:, np.newaxis] - log_scales)
        return distances

    def _overlap_distances(self, other: Self) -> Floats:
        gap = np.abs(np.log(self.scales)[:, np.newaxis] - np.log(other.scales))
        distances: Floats = np.logaddexp(gap / 2, -gap / 2) - np.log(2)  # log cosh(gap / 2), for a gap of any size
        return distances

    def _divergences(self, other: Self) -> Floats:
        ratio = self.scales / other.scales
        divergences: Floats = ratio - 1 - log_ratio(self.scales, other.scales)
        return divergences
