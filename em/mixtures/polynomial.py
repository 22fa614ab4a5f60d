"""Families whose log density is a polynomial in x: few sums over the observations are all that EM needs of them.

If log f(x | k) has degree 1 or 2 in x, less a term that all components share, then the log joint densities of a chunk
of observations are one small product of matrices, and the M-step needs only the moments of each component's share. Such
a family gives what is abstract here; a fast pass over the observations (`em.fitting.fast`) does the rest.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Self

import numpy as np

from em.mixtures.checks import Floats
from em.mixtures.family import require_weight
from em.mixtures.mixture import Mixture
from em.mixtures.moments import Moments, Shares, moments

__all__ = ["PolynomialMixture"]


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
        """Coefficients of log pi_k f(x | k), less `_log_base`, in powers of x - origin up to `degree`, for every k.

        Weights are positive here. None where digits would be lost at some |x - origin| <= reach.
        """

    @classmethod
    def _origin(cls, low: float, high: float) -> float:
        """The point from which powers of observations between `low` and `high` are taken."""
        return 0.0

    @classmethod
    def _log_base(cls, x: Floats) -> Floats | None:
        """The term of log f(x_n | k) that all components share, shape (N,); None where it is 0."""
        return None

    @classmethod
    def _of_moments(cls, n: int, found: Moments) -> Self:
        """The M-step: the mixture that is likeliest for `n` observations whose shares have these moments."""
        require_weight(found.n_eff)
        return cls._of_values(tuple([count / n for count in found.n_eff]), *cls._fit_to_moments(found))

    @classmethod
    def _weighted_fit(cls, shares: Shares, n_eff: Floats) -> tuple[Floats, ...]:
        return tuple(np.array(row) for row in cls._fit_to_moments(moments(shares, cls.degree)))
