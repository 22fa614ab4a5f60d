"""Gradient and observed information of the log-likelihood, from which standard errors follow.

The coordinates are relative to a given mixture. First comes the logarithm of each weight, up to a common constant
(log-ratios). Then come the coordinates of the other parameters, by their kind (`em.mixtures.parameters.Kind`): a
location in standard deviations of its component, the logarithm of a positive parameter, any other number as it is. All
K log-weights are used, although one direction among them has no meaning; `Information` leaves that direction out.

Let r_nk be the responsibilities and v_nk the derivatives of log f(x_n | k). One E-step gives everything [1]_. The
gradient is sum_n r_nk (1, v_nk), minus N pi_k for a weight. The Hessian is the expected second derivative of the
complete-data log-likelihood plus the covariance of the complete-data score, given x.

References
----------
.. [1] Louis (1982), J. R. Statist. Soc. B 44, 226-233.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.observations import Observations
from em.mixtures.checks import Floats, real_number
from em.mixtures.derivatives import SECOND, curvatures
from em.mixtures.mixture import Mixture, require_mixture

__all__ = ["FLAT", "Information", "compute_information", "information", "information_at"]

CHUNK = 8192
"""Observations in a chunk. Arrays of a few such rows stay in the cache, and memory does not grow with N."""

FLAT = 1e-6
"""Smaller shares of the information cannot be distinguished from 0: EM would take a million iterations."""

TRUST_RADIUS = 0.5
"""Largest step, in each coordinate, for which the parabola of Newton's method is trusted."""

TIMES = 2.0 ** np.arange(-20, 25)
"""Numbers of EM iterations that a leap may replace. The largest reaches the top even along a direction of share `FLAT`.
"""

SAME = 0.01
"""Second derivatives by differences are used only if other step sizes change them by at most this share."""


@dataclass(frozen=True, eq=False)
class Information:
    """Gradient and Hessian of the log-likelihood at a mixture.

    Attributes
    ----------
    mixture : Mixture
        The mixture at which the derivatives are taken.
    n_observations : int
        Number of observations N.
    log_likelihood : float
        Total log-likelihood, in nats.
    gradient : ndarray, shape (P,)
        Derivatives of the log-likelihood with respect to the coordinates of this module. P is K times the number of
        parameters of a component, its weight included. The first coordinate of all components comes first, then the
        second of all, and so on.
    hessian : ndarray, shape (P, P)
        Second derivatives with respect to the same coordinates.
    unit_information : ndarray, shape (m, K)
        Information about each coordinate after the weights in one observation with a known label.
    is_reliable : bool
        False if derivatives are computed by differences and depend on their step: the log density may have a kink. Then
        the Hessian is meaningless, and `shares` are minus infinity.
    """

    mixture: Mixture
    n_observations: int
    log_likelihood: float
    gradient: Floats
    hessian: Floats
    unit_information: Floats
    is_reliable: bool = True

    @cached_property
    def _basis(self) -> Floats:
        """Directions in which the complete-data information is the identity, shape (P, p), with p free parameters."""
        weights = self.mixture.weights
        k = weights.size
        roots = np.sqrt(weights)
        # A Householder reflection maps the first axis to `roots`. Its other columns are orthonormal to `roots`.
        u = roots / np.linalg.norm(roots)
        u[0] += 1
        across = (np.eye(k) - np.outer(u, u) / u[0])[:, 1:]
        basis = np.zeros((self.gradient.size, self.gradient.size - 1))
        with np.errstate(divide="ignore", over="ignore"):
            basis[:k, : k - 1] = across / roots[:, np.newaxis]
            basis[k:, k - 1 :] = np.diag(1 / np.sqrt(self.unit_information * weights).ravel())
            basis /= np.sqrt(self.n_observations)
        return basis

    @cached_property
    def _eigen(self) -> tuple[Floats, Floats]:
        with np.errstate(invalid="ignore", over="ignore"):
            share = -self._basis.T @ self.hessian @ self._basis
        if not (self.is_reliable and np.isfinite(share).all()):
            return np.full(len(share), -np.inf), np.eye(len(share))
        values, vectors = np.linalg.eigh((share + share.T) / 2)
        return values, vectors

    @property
    def shares(self) -> Floats:
        """Eigenvalues of the observed information relative to the complete-data information, ascending, shape (p,).

        At an optimum, each is the share of the information along its direction that remains when labels are unknown.
        One iteration of EM closes this share of the gap along its direction [1]_. Near the end only the direction of
        the first eigenvalue v counts: an iteration multiplies the error of the parameters by 1 - v, and the gain still
        to come by (1 - v)².

        References
        ----------
        .. [1] Dempster, Laird & Rubin (1977), J. R. Statist. Soc. B 39, 1-38.
        """
        return self._eigen[0]

    @property
    def is_concave(self) -> bool:
        """Whether the Hessian is negative definite by more than `FLAT`, that is by more than rounding."""
        return bool(self.shares.min(initial=np.inf) > FLAT)

    @property
    def is_settled(self) -> bool:
        """Whether the parabola is concave and its top is within `TRUST_RADIUS`."""
        return self.is_concave and bool(np.abs(self.newton_step).max() <= TRUST_RADIUS)

    @cached_property
    def newton_step(self) -> Floats:
        """Newton's step to the top of the parabola with this gradient and Hessian, shape (P,), if it is concave."""
        values, vectors = self._eigen
        step: Floats = self._basis @ (vectors @ (self._slope / values))
        return step

    @cached_property
    def leap(self) -> Floats:
        """Step of many EM iterations on the parabola with this gradient and Hessian, shape (P,).

        Along an eigenvector with share v, one iteration of EM moves by the slope and multiplies the slope by 1 - v
        [1]_. After t iterations the step is slope (1 - exp(-v t)) / v. The number t is the largest of `TIMES` for which
        no coordinate moves by more than `TRUST_RADIUS`. If the parabola is concave and its top is near, this is
        Newton's step. If it bends upwards, the step still follows the path of EM. The step is nan if derivatives are
        too large for a float.

        References
        ----------
        .. [1] Lange (1995), J. R. Statist. Soc. B 57, 425-437.
        """
        values, vectors = self._eigen
        values = np.where(values == 0, 1e-100, values)  # at share 0 the step is slope t, and 1e-100 gives the same
        with np.errstate(over="ignore", invalid="ignore"):
            factors = -np.expm1(np.outer(-values, TIMES)) / values[:, np.newaxis]
            leaps = self._basis @ (vectors @ (self._slope[:, np.newaxis] * factors))
            near = np.abs(leaps).max(axis=0, initial=0) <= TRUST_RADIUS
        leap: Floats = leaps[:, max(int(np.append(near, False).argmin()) - 1, 0)]
        return leap

    @cached_property
    def _slope(self) -> Floats:
        """The gradient along the eigenvectors, shape (p,)."""
        slope: Floats = self._eigen[1].T @ (self._basis.T @ self.gradient)
        return slope

    def gain(self, flat: float = FLAT) -> float:
        """Estimate the gain in total log-likelihood still to come, in nats, from gradient and Hessian.

        Along a direction that bends downwards by more than `flat`, this is the rise to the top of the parabola: the
        Newton decrement. Twice the decrement is the squared distance from the top in standard errors.

        Along a direction that bends less, upwards or downwards, the top may be anywhere or may not exist. So only the
        rise to `TRUST_RADIUS` counts, or to the top if that is nearer.

        The result is inf if a direction bends upwards by more than `flat`.

        Raises
        ------
        ValueError
            If `flat` is not a finite number, at least 0.
        """
        flat = real_number("flat", flat, "be a finite number, at least 0", f"use {FLAT:g}")
        values, vectors = self._eigen
        if (values < -flat).any():
            return np.inf
        slope = np.abs(self._slope)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            top = slope / np.maximum(values, 0)
            reach = TRUST_RADIUS / np.abs(self._basis @ vectors).max(axis=0, initial=0)
        distance = np.where(values > flat, top, np.fmin(top, reach))
        return float((slope * distance - values * distance**2 / 2).sum())

    def covariance(self) -> Floats:
        """Inverse of the observed information, in the coordinates of this module, shape (P, P)."""
        values, vectors = self._eigen
        root = self._basis @ vectors / np.sqrt(values)
        covariance: Floats = root @ root.T
        return covariance


def information(x: ArrayLike, mixture: Mixture) -> Information:
    """Compute the log-likelihood, gradient and Hessian of a mixture in one pass over the data.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    mixture : Mixture
        The mixture at which to take the derivatives.

    Returns
    -------
    Information

    Raises
    ------
    ValueError
        As `check_observations`; also if `mixture` is not a mixture.
    """
    require_mixture("mixture", mixture)
    return compute_information(mixture.check_observations(x), mixture)


def information_at(observations: Observations, mixture: Mixture) -> Information:
    """Compute `information` for prepared observations; this counts as a pass over them."""
    observations.count_pass()
    return compute_information(observations.x, mixture)


def compute_information(x: Floats, mixture: Mixture) -> Information:
    """Compute `information` for checked observations."""
    k = mixture.n_components
    log_likelihood = 0.0
    total, own, outer = (np.zeros(()) for _ in range(3))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for part in np.split(x, range(CHUNK, x.size, CHUNK)):
            r, log_density = mixture._expect(part)
            v = np.concatenate((np.ones((1, k, part.size)), mixture._slopes(part)))
            rv = r * v
            rows = rv.reshape(-1, part.size)
            log_likelihood += float(log_density.sum())
            total = total + rv.sum(axis=2)
            own = own + np.einsum("akn,bkn->abk", rv, v)
            outer = outer + rows @ rows.T
        unit = mixture._unit_information()
        curvature, is_reliable = mixture._curvature(total[0], total[1:]), True
        if curvature is None:
            curvature, is_reliable = _numerical_curvature(x, mixture)
        if unit is None:
            observed, expected = (np.einsum("aak->ak", one) for one in (-curvature, own[1:, 1:]))
            unit = np.where(observed > 0, observed, expected) / total[0]
        own[1:, 1:] += curvature
        hessian = -outer
        blocks = hessian.reshape(len(total), k, len(total), k)
        for j in range(k):
            blocks[:, j, :, j] += own[..., j]
    weights = x.size * mixture.weights
    hessian[:k, :k] -= np.diag(weights) - np.outer(weights, mixture.weights)
    total[0] -= weights
    return Information(mixture, x.size, log_likelihood, total.ravel(), hessian, unit, is_reliable)


def _numerical_curvature(x: Floats, mixture: Mixture) -> tuple[Floats, bool]:
    """Second derivatives by differences, summed over weighted observations, shape (m, m, K), and if they are reliable.

    They are if other step sizes give nearly the same.
    """
    steps = (SECOND, 2 * SECOND, 4 * SECOND)
    totals = [np.zeros(()) for _ in steps]
    for part in np.split(x, range(CHUNK, x.size, CHUNK)):
        r = mixture._expect(part)[0]
        for i, step in enumerate(steps):
            totals[i] = totals[i] + np.einsum("kn,abkn->abk", r, curvatures(mixture, part, step))
    first, *others = totals
    size = np.abs(np.einsum("aak->ak", first)).max(axis=0)
    return first, all(bool((np.abs(first - other) <= SAME * size).all()) for other in others)
