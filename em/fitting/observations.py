"""Observations prepared for EM, their responsibilities chunk by chunk, and the statistics that an E-step returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from em.fitting.fast import CHUNK, FastPass
from em.mixtures.checks import Floats, flag
from em.mixtures.mixture import Mixture, require_family
from em.mixtures.moments import Moments, moments, total
from em.mixtures.polynomial import PolynomialMixture

__all__ = ["Observations", "Responsibilities", "Statistics", "statistics_by_responsibilities"]


class Observations:
    """Observations of one family, checked and prepared once for many E-steps.

    All functions of `em` accept them in place of an array. They hold buffers that each E-step writes into, so every
    thread needs its own.

    Parameters
    ----------
    x : array_like, shape (N,), or Observations
        Observations, within the support of the family.
    family : type
        A family of mixtures, such as `em.GaussianMixture`.
    copy : bool
        Whether to copy the observations; if not, the caller must not change them.

    Attributes
    ----------
    x : ndarray, shape (N,)
        The observations. Read-only.
    family : type
        The family.
    n_passes : int
        Passes over the observations so far. They differ in time: with many observations all but the first may use a few
        nodes instead (`em.fitting.nodes`).

    Raises
    ------
    ValueError
        As the family's `check_fit`; if `family` is no family or `copy` is neither True nor False.
    """

    def __init__(self, x: ArrayLike | Observations, family: type[Mixture], *, copy: bool = True) -> None:
        require_family("family", family)
        flag("copy", copy)
        given, copy = (x.x, False) if isinstance(x, Observations) else (x, copy)
        checked = family.check_fit(given)
        self.x: Floats = checked.copy() if copy else checked.view()
        self.x.setflags(write=False)
        self.family = family
        size = -(-self.x.size // -(-self.x.size // CHUNK))  # chunks of about the same size
        self.chunks = [self.x[i : i + size] for i in range(0, self.x.size, size)]
        self._slow_passes = 0
        self._fast: FastPass | None = None
        if issubclass(family, PolynomialMixture) and family.degree:
            self._fast = FastPass(self.chunks, family)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the observations as an array, for numpy and for functions that take an array."""
        return np.array(self.x, dtype=dtype, copy=copy)

    @property
    def n_passes(self) -> int:
        """Passes over the observations so far."""
        return self._slow_passes + (self._fast.n_passes if self._fast else 0)

    def count_pass(self) -> None:
        """Count a pass that was made over `chunks`."""
        self._slow_passes += 1

    def _fast_moments(self, mixture: Mixture) -> tuple[float, Moments] | None:
        """Log-likelihood of a mixture and moments of its shares, in one pass; None if that would lose digits."""
        if self._fast is None:
            return None
        return self._fast(mixture, direct=self.n_passes == 0)  # type: ignore[arg-type]  # of the family of `x`


class Responsibilities:
    """Observations with their responsibilities under a mixture, chunk by chunk.

    Each iteration over this object computes them again, so no array has the size of all observations.

    Attributes
    ----------
    log_likelihood, objective : float
        As in `Statistics`; set once all chunks have been iterated.
    """

    def __init__(self, observations: Observations, mixture: Mixture, hard: bool = False) -> None:
        self._observations = observations
        self._mixture = mixture
        self._hard = hard

    def __iter__(self) -> Iterator[tuple[Floats, Floats]]:
        self._observations.count_pass()
        log_likelihood, objective = 0.0, 0.0
        for x in self._observations.chunks:
            r, log_density = self._mixture._expect(x)
            log_likelihood += total(log_density)
            if self._hard:
                r, largest = self._mixture._assign(x, r)
                objective += total(largest)
            yield x, r
        self.log_likelihood = log_likelihood
        self.objective = objective if self._hard else log_likelihood

    def computed_once(self) -> Iterable[tuple[Floats, Floats]]:
        """Return the same; if all observations are in one chunk, compute it only once."""
        return list(self) if len(self._observations.chunks) == 1 else self


class Statistics(NamedTuple):
    """The result of an E-step, which is all that the M-step needs.

    Attributes
    ----------
    family : type
        The family of mixtures.
    n_observations : int
        Number of observations N.
    log_likelihood : float
        Total log-likelihood of the mixture of the E-step, in nats.
    objective : float
        The quantity that the method increases: the log-likelihood, or for a hard E-step the sum over n of
        max_k log pi_k f(x_n | k).
    moments : Moments
        Count, mean and standard deviation of each component's share, as far as the family needs them.
    shares : Responsibilities or None
        The observations and their responsibilities, for families that need more.
    """

    family: type[Mixture]
    n_observations: int
    log_likelihood: float
    objective: float
    moments: Moments
    shares: Responsibilities | None = None

    @property
    def n_eff(self) -> Floats:
        """Effective counts N_k = sum_n r_nk, shape (K,)."""
        return np.array(self.moments.n_eff)

    @property
    def means(self) -> Floats:
        """Mean of each component's share of the observations, shape (K,); with `shares`, computed at each access."""
        return np.array((moments(self.shares, 2) if self.shares else self.moments).means)

    @property
    def stds(self) -> Floats | None:
        """Standard deviation of each component's share, shape (K,); None for a family that needs the means only."""
        found = moments(self.shares, 2) if self.shares else self.moments
        return np.array(found.stds) if found.stds else None


def statistics_by_responsibilities(observations: Observations, mixture: Mixture, hard: bool) -> Statistics:
    """Compute the statistics of an E-step from the responsibilities: more slowly, but without loss of digits."""
    shares, family = Responsibilities(observations, mixture, hard), observations.family
    if issubclass(family, PolynomialMixture):
        found = moments(shares.computed_once(), family.degree)
        return Statistics(family, observations.x.size, shares.log_likelihood, shares.objective, found)
    n_eff = np.sum([r.sum(axis=1) for _, r in shares], axis=0)
    found = Moments(tuple(n_eff.tolist()), ())
    return Statistics(family, observations.x.size, shares.log_likelihood, shares.objective, found, shares)
