"""A finite mixture: densities, responsibilities, the lower bound, the M-step, sampling, for every family.

`Family` has the parts that depend on the family. Internal arrays over observations and components have shape (K, N);
public methods return them transposed, as (N, K).
"""

from __future__ import annotations

from inspect import isabstract
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.mixtures.checks import (
    MOST,
    Floats,
    brief,
    distributions,
    instance,
    real_number,
    real_vector,
    refusal,
    require_generator,
    whole_number,
)
from em.mixtures.family import Family, require_weight
from em.mixtures.moments import Shares, total

__all__ = ["TIE_TOLERANCE", "Mixture", "require_family", "require_mixture"]

TIE_TOLERANCE = 1e-12
"""Components nearer than this (relative) count as identical.

In two iterations rounding errors separate identical components by up to 2e-12 (measured for narrow ones; 1e-15 is
usual). If they start nearer than this, rounding may decide in which direction EM separates them."""


class Mixture(Family):
    """A finite mixture p(x) = sum_k weights[k] f(x | k) of one family. Immutable.

    Attributes
    ----------
    weights : ndarray, shape (K,)
        Mixing weights, on the simplex. Read-only, like every parameter array.
    """

    @property
    def mean(self) -> float:
        """Mean of the mixture, in the unit of x."""
        return float(self.weights @ self._component_means())

    @property
    def std(self) -> float:
        """Standard deviation of the mixture, in the unit of x (law of total variance)."""
        spread = np.hypot(self._component_stds(), self._component_means() - self.mean)
        unit = spread.max()  # squares of numbers near 1e-170 would be 0
        return float(unit * np.sqrt(self.weights @ (spread / unit) ** 2))

    def tied_components(self, tolerance: float = TIE_TOLERANCE) -> list[tuple[int, int]]:
        """Pairs of components that are identical to within `tolerance` (relative) or rounding, for any weights.

        Raises
        ------
        ValueError
            If `tolerance` is not a finite number, at least 0.
        """
        tolerance = real_number("tolerance", tolerance, "be a finite number, at least 0", f"use {TIE_TOLERANCE:g}")
        finest = self._resolution()
        near = self._component_distances() <= tolerance + np.minimum(finest[:, np.newaxis], finest)
        return [(int(i), int(j)) for i, j in np.argwhere(np.triu(near, 1))]

    def _resolution(self) -> Floats:
        """Spacing of numbers near the mean of each component, in its standard deviation, shape (K,)."""
        with np.errstate(over="ignore"):
            return np.asarray(np.spacing(np.abs(self._component_means())) / self._component_stds(), dtype=np.float64)

    # -- densities -----------------------------------------------------------------------------------------------------

    def component_log_density(self, x: ArrayLike) -> Floats:
        """Log density of every component.

        Parameters
        ----------
        x : array_like, shape (N,)
            Points, finite.

        Returns
        -------
        ndarray, shape (N, K)
            log f(x_n | k); -inf outside the support.

        Raises
        ------
        ValueError
            If `x` is empty, not 1-D, not numeric or not finite.
        """
        x = real_vector("x", x)
        inside = self._inside(x)
        log_f = np.full((self.n_components, x.size), -np.inf)
        if inside.any():
            log_f[:, inside] = self._log_component(x[inside])
        return log_f.T

    def log_density(self, x: ArrayLike) -> Floats:
        """Log density of the mixture, shape (N,); arguments and errors as in `component_log_density`."""
        x = real_vector("x", x)
        inside = self._inside(x)
        log_density = np.full(x.size, -np.inf)
        if inside.any():
            log_density[inside] = self._expect(x[inside])[1]
        return log_density

    def density(self, x: ArrayLike) -> Floats:
        """Density of the mixture, shape (N,); arguments and errors as in `component_log_density`."""
        return np.exp(self.log_density(x))

    def log_likelihood(self, x: ArrayLike) -> float:
        """Total log-likelihood sum_n log p(x_n), in nats; -inf if it is too low for a float.

        Raises
        ------
        ValueError
            As `check_observations`.
        """
        return total(self._expect(self.check_observations(x))[1])

    def responsibilities(self, x: ArrayLike) -> Floats:
        """Posterior probability of each component for each observation.

        A run of EM needs only sums of these, which `em.e_step` computes without the array.

        The computation is in the log domain. If even the logarithm of every density overflows, the observation belongs
        to the nearest component (in units of its standard deviation or scale), which is the limit far out.

        Parameters
        ----------
        x : array_like, shape (N,)
            Observations, within the support of the family.

        Returns
        -------
        ndarray, shape (N, K)
            r_nk = pi_k f(x_n | k) / p(x_n); rows sum to 1.

        Raises
        ------
        ValueError
            As `check_observations`.
        """
        return self._expect(self.check_observations(x))[0].T

    def lower_bound(self, x: ArrayLike, responsibilities: ArrayLike) -> float:
        """Lower bound of the log-likelihood (negative free energy) for any responsibilities.

        J(q, theta) = sum_nk q_nk (log pi_k f(x_n | k) - log q_nk), with 0 log 0 = 0. It is the log-likelihood minus the
        Kullback-Leibler divergence of q from the posterior [1]_. The E-step closes that gap. The M-step raises J.

        Parameters
        ----------
        x : array_like, shape (N,)
            Observations, within the support of the family.
        responsibilities : array_like, shape (N, K)
            Any distribution q over this mixture's components for each observation; rows sum to 1.

        Returns
        -------
        float
            J in nats, at most `log_likelihood`; -inf if q is positive for a component whose joint density is 0.

        Raises
        ------
        ValueError
            As `m_step`; also if the responsibilities are for another number of components.

        References
        ----------
        .. [1] Neal & Hinton (1998), in Learning in Graphical Models, 355-368.
        """
        x = self.check_observations(x)
        q = distributions("responsibilities", responsibilities, x.size)
        if q.shape[1] != self.n_components:
            rule = f"have a column for each of the {self.n_components} components"
            raise refusal("responsibilities", rule, q.shape[1], "use those of a mixture of as many")
        return self._bound(x, np.ascontiguousarray(q.T))

    def _log_joint(self, x: Floats) -> Floats:
        """log pi_k f(x_n | k), shape (K, N)."""
        with np.errstate(divide="ignore", over="ignore"):
            log_joint = self._log_component(x)
            log_joint += np.log(self.weights)[:, np.newaxis]
        return log_joint

    def _bound(self, x: Floats, q: Floats) -> float:
        """The lower bound for checked observations (N,) and responsibilities (K, N)."""
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            terms = q * (self._log_joint(x) - np.log(q))
            return float(terms.sum(where=q > 0))

    def _expect(self, x: Floats) -> tuple[Floats, Floats]:
        """Responsibilities (K, N) and log density (N,) of checked observations, in one pass."""
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            log_joint = self._log_joint(x)
            top = log_joint.max(axis=0)
            log_joint -= top
            r = np.exp(log_joint, out=log_joint)
            sums = r.sum(axis=0)
            r /= sums
            log_density = np.log(sums)
            log_density += top
        overflowed = np.isneginf(top)
        if overflowed.any():
            r[:, overflowed] = self._nearest(x[overflowed])
            log_density[overflowed] = -np.inf
        return r, log_density

    def _assign(self, x: Floats, r: Floats) -> tuple[Floats, Floats]:
        """Assign each observation to its likeliest component, or to the first of several equally likely ones.

        `r` are the responsibilities (K, N). Returns an array of ones and zeros in the same shape, and
        max_k log pi_k f(x_n | k), shape (N,).
        """
        log_joint = self._log_joint(x)
        largest = log_joint.max(axis=0)
        best = np.where(np.isneginf(largest), r.argmax(axis=0), log_joint.argmax(axis=0))
        return (np.arange(self.n_components)[:, np.newaxis] == best).astype(np.float64), largest

    def _nearest(self, x: Floats) -> Floats:
        """Responsibilities (K, M) if every log density overflowed: all weight is on the nearest component."""
        with np.errstate(divide="ignore", over="ignore"):
            distance = self._log_distance(x)
        distance[self.weights == 0] = np.inf
        shares = (distance == distance.min(axis=0)) * self.weights[:, np.newaxis]
        return np.asarray(shares / shares.sum(axis=0), dtype=np.float64)

    @classmethod
    def m_step(cls, x: ArrayLike, responsibilities: ArrayLike) -> Self:
        """Fit a mixture to given responsibilities: maximise the lower bound over the parameters.

        `em.e_step` and `em.m_step` do the same without an array of responsibilities.

        Parameters
        ----------
        x : array_like, shape (N,)
            Observations.
        responsibilities : array_like, shape (N, K)
            Any distribution over components for each observation; rows sum to 1.

        Returns
        -------
        Mixture
            weights N_k / N with N_k = sum_n r_nk, and the weighted fit of each component.

        Raises
        ------
        ValueError
            If `x` cannot be fitted, or the responsibilities have another shape or are not distributions.
        DegenerateComponent
            If a component has no weight left or has shrunk onto single points.
        """
        x = cls.check_observations(x)
        r = distributions("responsibilities", responsibilities, x.size)
        return cls._of_shares([(x, np.ascontiguousarray(r.T))])

    @classmethod
    def _of_shares(cls, shares: Shares) -> Self:
        """The M-step: the likeliest mixture for checked observations with these responsibilities."""
        n, n_eff = 0, np.zeros(1)
        for x, r in shares:
            n, n_eff = n + x.size, n_eff + r.sum(axis=1)
        require_weight(n_eff.tolist())
        return cls._of_arrays(n_eff / n, *cls._proper_fit(shares, n_eff))

    # -- sampling ----------------------------------------------------------------------------------------------------

    def sample(self, n: int, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
        """Draw observations and their latent labels.

        Parameters
        ----------
        n : int
            Number of observations, from 1 to 10^8.
        rng : numpy.random.Generator
            Source of randomness, for example ``np.random.default_rng(7)``; the same seed gives the same bits.

        Returns
        -------
        x : ndarray, shape (n,)
            Observations.
        z : ndarray of int, shape (n,)
            The component of each observation.

        Raises
        ------
        ValueError
            If `n` is not a whole number in that range or `rng` is not a Generator; if a Poisson mean is above 9.2e18.
        """
        n = whole_number("n", n, most=MOST)
        require_generator(rng)
        z = rng.choice(self.n_components, size=n, p=self.weights / self.weights.sum()).astype(np.int64)
        return np.asarray(self._draw(z, rng), dtype=np.float64), z


def require_mixture(name: str, value: object) -> None:
    """Raise ValueError if `value` is not a mixture."""
    remedy = "make one, such as em.ExponentialMixture(weights, scales)"
    instance(name, value, Mixture, "be a mixture", remedy)  # type: ignore[type-abstract]  # of any family


def require_family(name: str, value: object) -> None:
    """Raise ValueError if `value` is not a family of mixtures."""
    if not (isinstance(value, type) and issubclass(value, Mixture)) or isabstract(value):
        raise refusal(name, "be a family of mixtures", brief(value), "give its class, such as em.GaussianMixture")
