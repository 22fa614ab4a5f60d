"""Families whose log density is a polynomial in x, for which EM needs only a few sums over the observations.

If log f(x | k), without a term that all components share, has degree 1 or 2 in x, the log joint densities of a chunk of
observations are one small matrix product, and the M-step needs only the moments of each component's share. A family
defines the abstract methods; a fast pass over the observations (`em.fitting.fast`) uses them.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from em.mixtures.checks import Floats, brief, moments_above, refusal
from em.mixtures.family import require_weight
from em.mixtures.mixture import Mixture
from em.mixtures.moments import Moments, Shares, moments

__all__ = ["PolynomialMixture", "PositiveMixture"]


class PolynomialMixture(Mixture):
    """A mixture of a family whose log density is a polynomial in x."""

    degree: ClassVar[int]
    """Degree of the polynomial, 1 or 2."""

    @classmethod
    @abstractmethod
    def _fit_to_moments(cls, fitted: Moments) -> tuple[tuple[float, ...], ...]:
        """The parameters, except the weights, of components with these moments.

        Raises
        ------
        DegenerateComponent
            If a component has shrunk onto single points.
        """

    @abstractmethod
    def _polynomials(self, origin: float, reach: float) -> list[list[float]] | None:
        """Coefficients of log pi_k f(x | k) - `_log_base`, in powers of x - origin up to `degree`, for every k.

        All weights are positive. None if digits would be lost at some |x - origin| <= reach.
        """

    @classmethod
    def _origin(cls, low: float, high: float) -> float:
        """The point from which powers of observations between `low` and `high` are taken."""
        return 0.0

    @classmethod
    def _log_base(cls, x: Floats) -> Floats | None:
        """The term of log f(x_n | k) that all components share, shape (N,); None if it is 0."""
        return None

    @classmethod
    def _of_moments(cls, n: int, found: Moments) -> Self:
        """The M-step: the likeliest mixture for `n` observations whose shares have these moments."""
        require_weight(found.n_eff)
        return cls._of_values(tuple([count / n for count in found.n_eff]), *cls._fit_to_moments(found))

    @classmethod
    def _weighted_fit(cls, shares: Shares, n_eff: Floats) -> tuple[Floats, ...]:
        return tuple(np.array(row) for row in cls._fit_to_moments(moments(shares, cls.degree)))


class PositiveMixture(PolynomialMixture):
    """A mixture of a family for observations from 0 up, with the mean of each component as its only parameter."""

    degree: ClassVar[int] = 1
    lowest: ClassVar[float] = 0.0

    @classmethod
    def check_spread(cls, x: Floats) -> None:
        x = cls.check_observations(x)
        if not x.any():
            remedy = f"add observations above 0, for {cls.family} components have means above 0"
            raise refusal("x", "not be all zeros", brief(x), remedy)

    @classmethod
    def from_moments(cls, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> Self:
        weights, means, _ = moments_above(cls.lowest, weights, means, stds)
        return cls(weights, means)
