"""What every mixture is and can do, whatever its family.

A *family* is a subclass of `Mixture` that lives in a file of its own. It adds what is abstract here: the log density
of its components and their moments, a draw from them, the M-step (one weighted fit per component), how far components
are apart, and how identical ones separate. Log-likelihood, responsibilities, sampling and bounds follow from those.

Arrays over observations and components are kept as ``(K, N)`` inside, so that each component is contiguous, and are
handed out transposed, as ``(N, K)``.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.mixtures.checks import Floats, brief, distributions, real_vector, require_generator, whole_number
from em.mixtures.divided import Divided, counts_and_means
from em.mixtures.parameters import WEIGHT_TOLERANCE, Parameters

__all__ = ["TIE_TOLERANCE", "DegenerateComponent", "Mixture", "require_mixture"]

TIE_TOLERANCE = 1e-6
"""Components nearer than this (relative) count as identical.

Near a tie the log-likelihood depends on the distance squared, so what is nearer cannot be told from rounding."""

LARGEST = 1e150
"""Observations beyond this have squares that overflow; EM refuses them."""

TINY = float(np.finfo(np.float64).tiny)
"""What is smaller counts as nothing: a component's count of observations, an exponential one's scale."""


class DegenerateComponent(ArithmeticError):
    """An M-step that has no answer: a component without weight, or with its density shrunk onto single points.

    `em.fit` never raises it: there a degenerate end is a result. It reaches only callers of a bare ``m_step``.
    """

    def __init__(self, component: int, what: str) -> None:
        super().__init__(f"component {component} {what}")
        self.component = component
        self.what = what


class Mixture(Parameters):
    """A finite mixture p(x) = sum_k weights[k] f(x | k) of one family. Immutable.

    Attributes
    ----------
    weights : ndarray, shape (K,)
        Mixing weights, on the simplex. Read-only, as every parameter array.
    """

    # -- what it is --------------------------------------------------------------------------------------------------

    @property
    def mean(self) -> float:
        """Mean of the mixture."""
        return float(self.weights @ self._component_means())

    @property
    def std(self) -> float:
        """Standard deviation of the mixture (law of total variance)."""
        spread = np.hypot(self._component_stds(), self._component_means() - self.mean)
        unit = spread.max()  # squares of numbers near 1e-170 would be 0
        return float(unit * np.sqrt(self.weights @ (spread / unit) ** 2))

    def tied_components(self, tolerance: float = TIE_TOLERANCE) -> list[tuple[int, int]]:
        """Pairs of components that are identical to within `tolerance` (relative), whatever their weights."""
        near = self._component_distances() <= tolerance
        return [(int(i), int(j)) for i, j in np.argwhere(np.triu(near, 1))]

    # -- what a family adds ------------------------------------------------------------------------------------------

    @classmethod
    @abstractmethod
    def from_moments(cls, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> Self:
        """The mixture whose components have these means, and these stds where the family lets them be chosen."""

    @classmethod
    @abstractmethod
    def check_spread(cls, x: Floats) -> None:
        """Raise ValueError if every fit to checked observations `x` is degenerate, even of one component."""

    @abstractmethod
    def _log_component(self, x: Floats) -> Floats:
        """log f(x_n | k), shape (K, N); -inf outside the support."""

    @abstractmethod
    def _log_distance(self, x: Floats) -> Floats:
        """Log of the standardised distance of x_n from component k, shape (K, N): the order of densities far out."""

    @abstractmethod
    def _draw(self, z: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """One draw from component z[n] for every n, shape (N,)."""

    @abstractmethod
    def _component_means(self) -> Floats: ...

    @abstractmethod
    def _component_stds(self) -> Floats: ...

    @abstractmethod
    def _component_distances(self) -> Floats:
        """How far apart components are, relative to their own size, shape (K, K)."""

    @abstractmethod
    def _overlap_distances(self, other: Self) -> Floats:
        """Bhattacharyya distance -log integral sqrt(f g) of own components f from another's g, shape (K, K')."""

    @abstractmethod
    def _divergences(self, other: Self) -> Floats:
        """Kullback-Leibler divergence of each component of `other` from the same one here, in nats, shape (K,)."""

    @classmethod
    @abstractmethod
    def _weighted_fit(cls, divided: Divided, n_eff: Floats, means: Floats) -> tuple[Floats, ...]:
        """Maximise sum_n r[k, n] log f(x_n | k) for every k; the parameter arrays after the weights.

        `n_eff` and `means` are what `divided` gives each component: sums of r, and weighted means of x, shape (K,).
        """

    degree: ClassVar[int] = 0
    """Degree in x of log f(x | k) where that is a polynomial; a family of others leaves this 0, and what follows."""

    @classmethod
    def _origin(cls, low: float, high: float) -> float:
        """About which point to take powers of observations between `low` and `high`."""
        return 0.0

    def _polynomials(self, origin: float, reach: float) -> list[list[float]] | None:
        """Coefficients of log pi_k f(x | k) in powers of x - origin, up to `degree`, for every k.

        Weights are positive here. None where digits would be lost at some |x - origin| <= reach.
        """
        return None

    @classmethod
    def _from_sums(cls, sums: list[list[float]], n: int, origin: float, reach: float) -> Self | None:
        """The M-step for `n` observations, from the sums of r[k, n] (x_n - origin)^j for every k and j.

        The counts, sums of r[k, n], are positive here. None where a component is degenerate, or the sums have too few
        digits to tell.
        """
        return None

    @abstractmethod
    def _slopes(self, x: Floats) -> Floats:
        """Derivatives of log f(x_n | k) by the coordinates that `_stepped` moves, shape (m, K, N)."""

    @classmethod
    @abstractmethod
    def _curvature(cls, n_eff: Floats, slopes: Floats) -> Floats:
        """Second derivatives by them, shape (m, m, K), summed over weighted observations.

        `n_eff` is the sum of each component's weights, shape (K,), and `slopes` that of its weighted slopes, shape
        (m, K): in an exponential family no more is needed.
        """

    @abstractmethod
    def _stepped(self, steps: Floats) -> tuple[Floats, ...]:
        """The parameter arrays after the weights, moved by `steps`, shape (m, K): locations in units of a component's
        own size, sizes in their logarithm."""

    @classmethod
    @abstractmethod
    def saddle_matrix(cls, x: ArrayLike, weights: Floats | None = None) -> Floats:
        """How one EM iteration multiplies a small difference between identical components at the sample's own fit.

        `weights` is the share of each observation that belongs to those components; all of it by default. Moments of
        those that rest on nearly one value may overflow.
        """

    @abstractmethod
    def nudged(self, direction: ArrayLike, steps: ArrayLike) -> Self:
        """Move component k by `steps[k]` along `direction` in units of its own size, at unchanged weights."""

    # -- observations ------------------------------------------------------------------------------------------------

    @classmethod
    def check_observations(cls, x: ArrayLike) -> Floats:
        """Return `x` as float64 observations of shape (N,) that this family can be fitted to; `x` itself if it is.

        Raises
        ------
        ValueError
            If `x` is empty, not 1-D, not numeric, not finite, outside the family's support, or so large that squares
            overflow.
        """
        x = real_vector("x", x, copy=False)
        if x.max() > LARGEST or x.min() < -LARGEST:
            raise ValueError(f"x must lie within ±{LARGEST:g}; got {x[np.abs(x).argmax()]}: rescale the observations")
        return x

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
        return self._log_component(real_vector("x", x)).T

    def log_density(self, x: ArrayLike) -> Floats:
        """Log density of the mixture, shape (N,); arguments and errors as `component_log_density`."""
        return self._expect(real_vector("x", x))[1]

    def density(self, x: ArrayLike) -> Floats:
        """Density of the mixture, shape (N,); arguments and errors as `component_log_density`."""
        return np.exp(self.log_density(x))

    def log_likelihood(self, x: ArrayLike) -> float:
        """Total log-likelihood sum_n log p(x_n), in nats.

        Raises
        ------
        ValueError
            As `check_observations`.
        """
        return float(self._expect(self.check_observations(x))[1].sum())

    def responsibilities(self, x: ArrayLike) -> Floats:
        """Posterior probability of each component for each observation (the E-step).

        Computed in the log domain. Where the logarithm of every density overflows too, the nearest component (in its
        own standard deviations or scales) takes the observation, which is the limit far out.

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

        J(q, theta) = sum_nk q_nk (log pi_k f(x_n | k) - log q_nk), with 0 log 0 = 0; the log-likelihood less the
        Kullback-Leibler divergence of q from the posterior [1]_. The E-step closes that gap, the M-step raises J.

        Parameters
        ----------
        x : array_like, shape (N,)
            Observations, within the support of the family.
        responsibilities : array_like, shape (N, K)
            Any distribution q over this mixture's components for each observation; rows sum to 1.

        Returns
        -------
        float
            J in nats, at most `log_likelihood`; -inf where q gives weight to a component whose joint density is 0.

        Raises
        ------
        ValueError
            As `m_step`; also if the responsibilities are for another number of components.

        References
        ----------
        .. [1] Neal & Hinton (1998), in Learning in Graphical Models, 355-368.
        """
        x = self.check_observations(x)
        q = distributions("responsibilities", responsibilities, x.size, WEIGHT_TOLERANCE)
        if q.shape[1] != self.n_components:
            hint = f"responsibilities must have a column for each of the {self.n_components} components"
            raise ValueError(f"{hint}; got {q.shape[1]}: use those of a mixture of as many")
        return self._bound(x, np.ascontiguousarray(q.T))

    def _log_joint(self, x: Floats) -> Floats:
        """log pi_k f(x_n | k), shape (K, N)."""
        with np.errstate(divide="ignore", over="ignore"):
            log_joint = self._log_component(x)
            log_joint += np.log(self.weights)[:, np.newaxis]
        return log_joint

    def _bound(self, x: Floats, q: Floats) -> float:
        """The lower bound for checked observations (N,) and responsibilities (K, N)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = q * (self._log_joint(x) - np.log(q))
        return float(terms.sum(where=q > 0))

    def _expect(self, x: Floats) -> tuple[Floats, Floats]:
        """Responsibilities (K, N) and log density (N,) of checked observations, in one pass."""
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            log_joint = self._log_joint(x)
            top = log_joint.max(axis=0)
            log_joint -= top
            r = np.exp(log_joint, out=log_joint)
            total = r.sum(axis=0)
            r /= total
            log_density = np.log(total)
            log_density += top
        lost = np.isneginf(top)
        if lost.any():
            r[:, lost] = self._nearest(x[lost])
            log_density[lost] = -np.inf
        return r, log_density

    def _nearest(self, x: Floats) -> Floats:
        """Responsibilities (K, M) where every log density overflowed: all to the nearest component."""
        with np.errstate(divide="ignore", over="ignore"):
            distance = self._log_distance(x)
        distance[self.weights == 0] = np.inf
        shares = (distance == distance.min(axis=0)) * self.weights[:, np.newaxis]
        return np.asarray(shares / shares.sum(axis=0), dtype=np.float64)

    @classmethod
    def m_step(cls, x: ArrayLike, responsibilities: ArrayLike) -> Self:
        """Maximise the lower bound over the parameters at fixed responsibilities (the M-step).

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
        r = distributions("responsibilities", responsibilities, x.size, WEIGHT_TOLERANCE)
        return cls._maximise([(x, np.ascontiguousarray(r.T))])

    @classmethod
    def _maximise(cls, divided: Divided) -> Self:
        """The M-step for checked observations and their responsibilities."""
        n, n_eff, means = counts_and_means(divided)
        if (n_eff < TINY).any():
            raise DegenerateComponent(int(np.argmin(n_eff)), "has lost all its weight: no observation belongs to it")
        return cls._trusted(n_eff / n, *cls._weighted_fit(divided, n_eff, means))

    # -- sampling ----------------------------------------------------------------------------------------------------

    def sample(self, n: int, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
        """Draw observations and their latent labels.

        Parameters
        ----------
        n : int
            How many, at least 1.
        rng : numpy.random.Generator
            Source of randomness, for example ``np.random.default_rng(7)``; the same seed gives the same bits.

        Returns
        -------
        x : ndarray, shape (n,)
            Observations.
        z : ndarray of int, shape (n,)
            The component each came from.

        Raises
        ------
        ValueError
            If `n` is not a whole number >= 1 or `rng` is no Generator.
        """
        n = whole_number("n", n)
        require_generator(rng)
        z = rng.choice(self.n_components, size=n, p=self.weights / self.weights.sum()).astype(np.int64)
        return self._draw(z, rng), z


def require_mixture(name: str, value: object) -> None:
    """Raise ValueError unless `value` is a mixture."""
    if not isinstance(value, Mixture):
        raise ValueError(f"{name} must be a mixture such as em.ExponentialMixture(weights, scales); got {brief(value)}")
