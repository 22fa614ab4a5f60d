"""Gradient and observed information of the log-likelihood, and the standard errors that follow from it.

Coordinates are relative to where a mixture stands, so that they know no unit: the logarithm of each weight up to a
common constant (log-ratios), then what `Mixture._stepped` moves, a component's location in units of its own size and
the logarithm of its size. All K log-weights are carried along; `Information` leaves out the direction in which they
mean nothing.

With r_nk the responsibilities and v_nk the derivatives of log f(x_n | k), all follows from one E-step [1]_: the
gradient is sum_n r_nk (1, v_nk), less N pi_k for a weight; the Hessian is the expected second derivative of the
complete data plus the covariance of its score given x.

References
----------
.. [1] Louis (1982), J. R. Statist. Soc. B 44, 226-233.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from em.mixtures.checks import Floats
from em.mixtures.mixture import Mixture, require_mixture

__all__ = ["Information", "StandardErrors", "information", "standard_errors"]

CHUNK = 8192
"""Observations at a time: arrays of a few rows by so many stay in cache, and memory does not grow with N."""

FLAT = 1e-6
"""Shares of the information below this cannot be told from 0: along such a direction EM takes a million iterations."""

LONGEST = 0.5
"""How far, in each coordinate, the parabola of Newton's method is trusted."""

TIMES = 2.0 ** np.arange(-20, 25)
"""Iterations of EM that a leap may stand for: after the most even a direction of share `FLAT` is at its top."""

WIDEST = 0.5
"""A weight's standard error beyond this says that there is no knowing, and the others are as doubtful."""

NEAR_OPTIMUM = 0.1
"""An estimate at most so many standard errors from the optimum is at it."""


@dataclass(frozen=True, eq=False)
class Information:
    """What one pass over the data says of the log-likelihood around a mixture.

    Attributes
    ----------
    mixture : Mixture
        Where.
    n_observations : int
        Number of observations N.
    log_likelihood : float
        Total, in nats.
    gradient : ndarray, shape (P,)
        Its derivatives by the coordinates of this module, P = K times the number of parameters of a component, a
        weight counted: all components' first coordinate, then all their second.
    hessian : ndarray, shape (P, P)
        Its second derivatives by them.
    """

    mixture: Mixture
    n_observations: int
    log_likelihood: float
    gradient: Floats
    hessian: Floats

    @cached_property
    def _basis(self) -> Floats:
        """Directions in which the information of the complete data is the identity, shape (P, p), p free parameters."""
        weights = self.mixture.weights
        k = weights.size
        roots = np.sqrt(weights)
        # A Householder reflection that takes the first axis to `roots`: its other columns are orthonormal to them.
        u = roots / np.linalg.norm(roots)
        u[0] += 1
        across = (np.eye(k) - np.outer(u, u) / u[0])[:, 1:]
        at_its_fit = np.zeros((self.gradient.size // k - 1, 1))
        each = -np.diagonal(type(self.mixture)._curvature(np.ones(1), at_its_fit)[..., 0])
        basis = np.zeros((self.gradient.size, self.gradient.size - 1))
        with np.errstate(divide="ignore", over="ignore"):
            basis[:k, : k - 1] = across / roots[:, np.newaxis]
            basis[k:, k - 1 :] = np.diag(1 / np.sqrt(np.outer(each, weights)).ravel())
            basis /= np.sqrt(self.n_observations)
        return basis

    @cached_property
    def _eigen(self) -> tuple[Floats, Floats]:
        with np.errstate(invalid="ignore", over="ignore"):
            share = -self._basis.T @ self.hessian @ self._basis
        if not np.isfinite(share).all():
            return np.full(len(share), -np.inf), np.eye(len(share))
        values, vectors = np.linalg.eigh((share + share.T) / 2)
        return values, vectors

    @property
    def shares(self) -> Floats:
        """Eigenvalues of the observed information relative to that of the complete data, ascending, shape (p,).

        At an optimum they are the share that is left of it when labels are unknown, along each direction, and EM closes
        that share of the gap in an iteration [1]_: the first is the rate at which EM ends.

        References
        ----------
        .. [1] Dempster, Laird & Rubin (1977), J. R. Statist. Soc. B 39, 1-38.
        """
        return self._eigen[0]

    @property
    def is_concave(self) -> bool:
        """Whether the Hessian is negative definite, beyond rounding and what cannot be told from it."""
        return bool(self.shares.min(initial=np.inf) > FLAT)

    @property
    def is_settled(self) -> bool:
        """Whether it is concave, and the top of the parabola so near that there is reason to trust it."""
        return self.is_concave and bool(np.abs(self.newton_step).max() <= LONGEST)

    @cached_property
    def newton_step(self) -> Floats:
        """Newton's step to the top of the parabola with this gradient and Hessian, shape (P,), where it is concave."""
        values, vectors = self._eigen
        step: Floats = self._basis @ (vectors @ (self._slope / values))
        return step

    @cached_property
    def leap(self) -> Floats:
        """Where many iterations of EM would go on the parabola with this gradient and Hessian, shape (P,).

        Along an eigenvector with share v EM goes up by the slope, and the slope shrinks v times, in an iteration [1]_:
        to slope (1 - exp(-v t)) / v in t of them. There are as many as no coordinate is moved farther than `LONGEST`:
        where it is concave and the top is near that is Newton's step, and where it bends upwards the way is EM's too.

        References
        ----------
        .. [1] Lange (1995), J. R. Statist. Soc. B 57, 425-437.
        """
        values, vectors = self._eigen
        values = np.where(values == 0, 1e-100, values)  # where the way is slope t, and so it is with this
        with np.errstate(over="ignore", invalid="ignore"):
            times = -np.expm1(np.outer(-values, TIMES)) / values[:, np.newaxis]
            leaps = self._basis @ (vectors @ (self._slope[:, np.newaxis] * times))
            near = np.abs(leaps).max(axis=0, initial=0) <= LONGEST
        leap: Floats = leaps[:, max(int(np.append(near, False).argmin()) - 1, 0)]
        return leap

    @cached_property
    def _slope(self) -> Floats:
        """The gradient along the eigenvectors."""
        slope: Floats = self._eigen[1].T @ (self._basis.T @ self.gradient)
        return slope

    def gain(self, flat: float = FLAT) -> float:
        """By how much the total log-likelihood has still to rise, as far as gradient and Hessian can tell.

        Along a direction that bends downwards by more than `flat` that is up to the top of the parabola: the Newton
        decrement, twice which is the squared distance from the top in standard errors. Along one that bends by less,
        either way, the top may be anywhere or nowhere, and the slope alone is no reason to trust the parabola farther
        than `LONGEST`: there it is up to the top or so far, whichever is nearer. It is inf where a direction bends
        upwards by more than `flat`.
        """
        values, vectors = self._eigen
        if (values < -flat).any():
            return np.inf
        slope = np.abs(self._slope)
        with np.errstate(divide="ignore", invalid="ignore"):
            top = slope / np.maximum(values, 0)
            reach = LONGEST / np.abs(self._basis @ vectors).max(axis=0, initial=0)
        way = np.where(values > flat, top, np.fmin(top, reach))
        return float((slope * way - values * way**2 / 2).sum())

    def covariance(self) -> Floats:
        """Inverse of the observed information, for the coordinates of this module, shape (P, P)."""
        values, vectors = self._eigen
        root = self._basis @ vectors / np.sqrt(values)
        covariance: Floats = root @ root.T
        return covariance


@dataclass(frozen=True, eq=False)
class StandardErrors:
    """Standard errors of an estimate, or why there are none.

    Attributes
    ----------
    parameters : dict or None
        Name -> standard error of each component's parameter, shape (K,), in the order of `Mixture.parameters`.
    message : str
        What they are, or why there are none, in a sentence.
    """

    parameters: dict[str, Floats] | None
    message: str


def information(x: ArrayLike, mixture: Mixture) -> Information:
    """Log-likelihood, gradient and Hessian of a mixture in one pass over the data.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    mixture : Mixture
        Where.

    Returns
    -------
    Information

    Raises
    ------
    ValueError
        As `check_observations`; if `mixture` is no mixture.
    """
    require_mixture("mixture", mixture)
    return _information(mixture.check_observations(x), mixture)


def _information(x: Floats, mixture: Mixture) -> Information:
    k = mixture.n_components
    log_likelihood = 0.0
    total, own, outer = (np.zeros(()) for _ in range(3))
    with np.errstate(over="ignore", invalid="ignore"):
        for part in np.split(x, range(CHUNK, x.size, CHUNK)):
            r, log_density = mixture._expect(part)
            v = np.concatenate((np.ones((1, k, part.size)), mixture._slopes(part)))
            rv = r * v
            rows = rv.reshape(-1, part.size)
            log_likelihood += float(log_density.sum())
            total = total + rv.sum(axis=2)
            own = own + np.einsum("akn,bkn->abk", rv, v)
            outer = outer + rows @ rows.T
        own[1:, 1:] += mixture._curvature(total[0], total[1:])
    weights = x.size * mixture.weights
    hessian = -outer
    blocks = hessian.reshape(len(total), k, len(total), k)
    for j in range(k):
        blocks[:, j, :, j] += own[..., j]
    hessian[:k, :k] -= np.diag(weights) - np.outer(weights, mixture.weights)
    total[0] -= weights
    return Information(mixture, x.size, log_likelihood, total.ravel(), hessian)


def standard_errors(x: ArrayLike, mixture: Mixture) -> StandardErrors:
    """Standard errors of a maximum-likelihood estimate, from the observed information.

    Asymptotic: the root of the diagonal of the inverse of minus the Hessian, taken to the parameters as they are shown
    by the delta method. They say nothing of other optima, and little where components nearly coincide or a weight is
    nearly 0.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    mixture : Mixture
        The estimate: the end of a run that has converged.

    Returns
    -------
    StandardErrors
        Without numbers, but with a sentence, where the Hessian is not finite or not negative definite, or where the
        gradient is too large: more than 0.1 standard errors from the optimum; or where a weight could be anything.

    Raises
    ------
    ValueError
        As `check_observations`; if `mixture` is no mixture.
    """
    found = information(x, mixture)
    if not np.isfinite(found.shares).all():
        cause = "it overflows" if mixture.weights.all() else "a component has weight 0"
        return _no_errors(f"the information is not finite here, since {cause}")
    if not found.is_concave:
        return _no_errors(
            "the log-likelihood is flat or bends upwards along some direction, so this is no isolated maximum"
        )
    distance = np.sqrt(2 * found.gain())
    if not distance <= NEAR_OPTIMUM:
        return _no_errors(f"the gradient is not 0 here, and the maximum about {distance:.2g} standard errors away")
    roots = np.sqrt(np.diagonal(found.covariance())).reshape(-1, mixture.n_components)
    k = mixture.n_components
    # A weight changes by pi_k times what its logarithm does, less the mean of that over all of them.
    change = np.diag(mixture.weights) - np.outer(mixture.weights, mixture.weights)
    of_weights = np.sqrt(np.maximum(np.diagonal(change @ found.covariance()[:k, :k] @ change), 0))
    if of_weights.max() > WIDEST:
        return _no_errors(
            f"that of a weight would be {of_weights.max():.2g}, so the observations hardly tell these components apart"
        )
    own = roots[1:] * mixture._component_stds()  # coordinates are in units of a component's size
    names = mixture.parameter_names
    return StandardErrors(
        dict(zip(names, (of_weights, *own), strict=True)),
        "Standard errors are those of the observed information: an estimate is off by more than two of them "
        "about one time in twenty.",
    )


def _no_errors(why: str) -> StandardErrors:
    return StandardErrors(None, f"There are no standard errors: {why}.")
