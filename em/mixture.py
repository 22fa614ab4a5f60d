"""What every mixture is and can do, whatever its family.

A *family* is a subclass of `Mixture` that lives in a file of its own and adds four things: the log density of its
components, how to draw from them, the M-step (one weighted fit per component), and how far two components are apart.
Everything else (log-likelihood, responsibilities, sampling, moments) follows from those and stands here, once.

Arrays over observations and components are kept as ``(K, N)`` inside, so that each component is contiguous, and are
handed out transposed, as ``(N, K)``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.checks import Floats, brief, real_array, real_vector, whole_number

__all__ = ["TIE_TOLERANCE", "WEIGHT_TOLERANCE", "DegenerateComponent", "Mixture"]

WEIGHT_TOLERANCE = 1e-8
"""How far the mixing weights may sum from 1."""

TIE_TOLERANCE = 1e-6
"""Components nearer than this (relative) count as identical.

Near a tie the log-likelihood depends on the distance squared, so what is nearer cannot be told from rounding."""

LARGEST = 1e150
"""Observations beyond this have squares that overflow; EM refuses them."""

_TINY = np.finfo(np.float64).tiny


class DegenerateComponent(ArithmeticError):
    """An M-step that has no answer: a component without weight, or with its density shrunk onto single points.

    `em.fit` never raises it: there a degenerate end is a result. It reaches only callers of a bare ``m_step``.
    """

    def __init__(self, component: int, what: str) -> None:
        super().__init__(f"component {component} {what}")
        self.component = component


class Mixture(ABC):
    """A finite mixture p(x) = sum_k weights[k] f(x | k) of one family. Immutable.

    Attributes
    ----------
    weights : ndarray, shape (K,)
        Mixing weights, on the simplex. Read-only, as every parameter array.
    """

    family: ClassVar[str]
    """The family's name: "exponential", "gaussian"."""
    parameter_names: ClassVar[tuple[str, ...]]
    """Names of the parameter arrays, "weights" first."""

    weights: Floats

    # -- construction ------------------------------------------------------------------------------------------------

    def _set(self, **arrays: ArrayLike) -> None:
        """Check the arrays for what holds in every family, and keep read-only copies."""
        checked = {name: real_vector(name, value) for name, value in arrays.items()}
        weights = checked["weights"]
        if (weights < 0).any():
            raise ValueError(f"weights must not be negative; got {weights.min()}: they are probabilities")
        if abs(weights.sum() - 1) > WEIGHT_TOLERANCE:
            raise ValueError(f"weights must sum to 1; got {weights} with sum {weights.sum()}: divide by their sum")
        for name, array in checked.items():
            if array.size != weights.size:
                raise ValueError(
                    f"{name} must have one entry for each of the {weights.size} weights; got {array.size}: "
                    f"give weights and {name} the same length"
                )
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @staticmethod
    def _require_positive(name: str, array: Floats) -> None:
        if (array <= 0).any():
            raise ValueError(f"{name} must be positive; got {array.min()}: use a small positive number instead")

    @classmethod
    def _trusted(cls, *arrays: Floats) -> Self:
        """Make a mixture of arrays that an M-step computed: checked there, so not again at every iteration."""
        mixture = object.__new__(cls)
        for name, array in zip(cls.parameter_names, arrays, strict=True):
            array.flags.writeable = False
            object.__setattr__(mixture, name, array)
        return mixture

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self.parameters.values())  # numpy forgets "read-only" when it pickles

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, Mixture)
        return all(np.array_equal(a, other.parameters[name]) for name, a in self.parameters.items())

    def __hash__(self) -> int:
        return hash(tuple(tuple(array.tolist()) for array in self.parameters.values()))  # by value: 0.0 equals -0.0

    # -- what it is --------------------------------------------------------------------------------------------------

    @property
    def parameters(self) -> dict[str, Floats]:
        """The parameter arrays by name, each of shape (K,), weights first."""
        return {name: getattr(self, name) for name in self.parameter_names}

    @property
    def n_components(self) -> int:
        """Number of components K."""
        return int(self.weights.size)

    @property
    def n_free_parameters(self) -> int:
        """Number of parameters that can vary independently: K - 1 weights and the others."""
        return self.n_components * len(self.parameter_names) - 1

    @property
    def mean(self) -> float:
        """Mean of the mixture."""
        return float(self.weights @ self._component_means())

    @property
    def std(self) -> float:
        """Standard deviation of the mixture (law of total variance)."""
        spread = self._component_means() - self.mean
        return float(np.sqrt(self.weights @ (self._component_stds() ** 2 + spread**2)))

    def tied_components(self, tolerance: float = TIE_TOLERANCE) -> list[tuple[int, int]]:
        """Pairs of components that are identical to within `tolerance` (relative), whatever their weights."""
        near = self._component_distances() <= tolerance
        return [(int(i), int(j)) for i, j in np.argwhere(np.triu(near, 1))]

    # -- what a family adds ------------------------------------------------------------------------------------------

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

    @classmethod
    @abstractmethod
    def _weighted_fit(cls, x: Floats, r: Floats, n_eff: Floats) -> tuple[Floats, ...]:
        """Maximise sum_n r[k, n] log f(x_n | k) for every k; the parameter arrays after the weights."""

    @classmethod
    @abstractmethod
    def saddle_matrix(cls, x: ArrayLike, weights: Floats | None = None) -> Floats:
        """How one EM iteration multiplies a small difference between identical components at the sample's own fit.

        `weights` is the share of each observation that belongs to those components; all of it by default.
        """

    @abstractmethod
    def nudged(self, direction: ArrayLike, steps: ArrayLike) -> Self:
        """Move component k by `steps[k]` along `direction` in units of its own size, at unchanged weights."""

    # -- observations ------------------------------------------------------------------------------------------------

    @classmethod
    def check_observations(cls, x: ArrayLike) -> Floats:
        """Return `x` as float64 observations of shape (N,) that this family can be fitted to.

        Raises
        ------
        ValueError
            If `x` is empty, not 1-D, not numeric, not finite, outside the family's support, or so large that squares
            overflow.
        """
        x = real_vector("x", x)
        if np.abs(x).max() > LARGEST:
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

    def _expect(self, x: Floats) -> tuple[Floats, Floats]:
        """Responsibilities (K, N) and log density (N,) of checked observations, in one pass."""
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            log_joint = self._log_component(x)
            log_joint += np.log(self.weights)[:, np.newaxis]
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
        hint = f"responsibilities must have shape ({x.size}, K), a row per observation that sums to 1"
        r = real_array("responsibilities", responsibilities, hint)
        if r.ndim != 2 or r.shape[0] != x.size or r.shape[1] == 0:
            raise ValueError(f"{hint}; got {brief(responsibilities)} of shape {r.shape}")
        wrong = (r < 0).any(axis=1) | (np.abs(r.sum(axis=1) - 1) > 1e-8)
        if wrong.any():
            first = int(np.argmax(wrong))
            raise ValueError(f"{hint} and is not negative; got {r[first]} in row {first}: divide each row by its sum")
        return cls._maximise(x, np.ascontiguousarray(r.T))

    @classmethod
    def _maximise(cls, x: Floats, r: Floats) -> Self:
        """The M-step for checked observations (N,) and responsibilities (K, N)."""
        n_eff = r.sum(axis=1)
        if (n_eff < _TINY).any():
            raise DegenerateComponent(int(np.argmin(n_eff)), "has lost all its weight: no observation belongs to it")
        return cls._trusted(n_eff / x.size, *cls._weighted_fit(x, r, n_eff))

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
        if not isinstance(rng, np.random.Generator):
            raise ValueError(f"rng must be a numpy Generator; got {brief(rng)}: use np.random.default_rng(seed)")
        z = rng.choice(self.n_components, size=n, p=self.weights / self.weights.sum()).astype(np.int64)
        return self._draw(z, rng), z
