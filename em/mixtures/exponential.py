"""Everything about mixtures of exponential distributions.

f(x | scale) = exp(-x / scale) / scale for x >= 0. The scale is the mean; 1 / scale is the rate, which the engine never
uses as a parameter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.mixtures.checks import Floats
from em.mixtures.divided import Divided
from em.mixtures.mixture import TINY, DegenerateComponent, Mixture

__all__ = ["ExponentialMixture"]


@dataclass(frozen=True, eq=False)
class ExponentialMixture(Mixture):
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
    parameter_names: ClassVar[tuple[str, ...]] = ("weights", "scales")
    degree: ClassVar[int] = 1

    def __init__(self, weights: ArrayLike, scales: ArrayLike) -> None:
        self._set(weights=weights, scales=scales)
        self._require_positive("scales", self.scales)

    @property
    def cv2(self) -> float:
        """Squared coefficient of variation, variance over squared mean: 1 for one exponential, above 1 for more."""
        return (self.std / self.mean) ** 2

    @classmethod
    def check_observations(cls, x: ArrayLike) -> Floats:
        x = super().check_observations(x)
        if x.min() < 0:
            first = int(np.argmax(x < 0))
            raise ValueError(
                f"x must not be negative for exponential components; got {x[first]} at index {first}: "
                "leave such observations out or fit a Gaussian mixture"
            )
        return x

    @classmethod
    def from_moments(cls, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> Self:
        return cls(weights, means)

    @classmethod
    def check_spread(cls, x: Floats) -> None:
        if not x.any():
            raise ValueError("x must not be all zeros: no exponential component fits it")

    def _log_component(self, x: Floats) -> Floats:
        with np.errstate(over="ignore"):
            log_f = x / -self.scales[:, np.newaxis]
        log_f -= np.log(self.scales)[:, np.newaxis]
        return np.where(x < 0, -np.inf, log_f) if (x < 0).any() else log_f

    def _log_distance(self, x: Floats) -> Floats:
        return np.asarray(np.log(np.abs(x)) - np.log(self.scales)[:, np.newaxis], dtype=np.float64)

    def _draw(self, z: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        return rng.exponential(self.scales[z])

    def _component_means(self) -> Floats:
        return self.scales

    def _component_stds(self) -> Floats:
        return self.scales

    def _component_distances(self) -> Floats:
        log_scales = np.log(self.scales)
        distances: Floats = np.abs(log_scales[:, np.newaxis] - log_scales)
        return distances

    def _overlap_distances(self, other: Self) -> Floats:
        gap = np.abs(np.log(self.scales)[:, np.newaxis] - np.log(other.scales))
        distances: Floats = np.logaddexp(gap / 2, -gap / 2) - np.log(2)  # log cosh(gap / 2): no scale is too far
        return distances

    def _divergences(self, other: Self) -> Floats:
        ratio = self.scales / other.scales
        divergences: Floats = ratio - 1 - np.log(ratio)
        return divergences

    @classmethod
    def _weighted_fit(cls, divided: Divided, n_eff: Floats, means: Floats) -> tuple[Floats, ...]:
        if (means < TINY).any():
            raise DegenerateComponent(
                int(np.argmin(means)),
                "has shrunk onto the observations equal to 0: its scale went to 0 and the likelihood to infinity",
            )
        return (means,)

    def _polynomials(self, origin: float, reach: float) -> list[list[float]] | None:
        parameters = zip(self.weights.tolist(), self.scales.tolist(), strict=True)
        return [[math.log(weight) - math.log(scale), -1 / scale] for weight, scale in parameters]

    @classmethod
    def _from_sums(cls, sums: list[list[float]], n: int, origin: float, reach: float) -> Self | None:
        scales = [total / n_eff for n_eff, total in sums]
        if min(scales) < TINY:
            return None
        return cls._trusted(np.array([n_eff / n for n_eff, _ in sums]), np.array(scales))

    def _slopes(self, x: Floats) -> Floats:
        slopes: Floats = (x / self.scales[:, np.newaxis] - 1)[np.newaxis]
        return slopes

    @classmethod
    def _curvature(cls, n_eff: Floats, slopes: Floats) -> Floats:
        return -(n_eff + slopes)[np.newaxis]

    def _stepped(self, steps: Floats) -> tuple[Floats, ...]:
        return (self.scales * np.exp(steps[0]),)

    @classmethod
    def saddle_matrix(cls, x: ArrayLike, weights: Floats | None = None) -> Floats:
        """[[CV²]], the sample variance over the squared mean (population form).

        Two components with scales m (1 + d_k), m the sample mean, have after one iteration the scales
        m (1 + CV² (d_k - sum_j pi_j d_j)) to first order.
        """
        x = cls.check_observations(x)
        cls.check_spread(x)
        ratio = x / np.average(x, weights=weights)
        return np.array([[np.average((ratio - 1) ** 2, weights=weights)]])

    def nudged(self, direction: ArrayLike, steps: ArrayLike) -> Self:
        return type(self)(self.weights, self.scales * (1 + np.asarray(direction)[0] * np.asarray(steps)))
