"""Properties of data and mixtures that the page describes in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from em.mixtures.checks import Floats, instance
from em.mixtures.exponential import ExponentialMixture
from em.mixtures.gaussian import GaussianMixture
from em.mixtures.mixture import Mixture, require_family

__all__ = ["half_life", "modes", "saddle_growth", "unstable_direction"]

FARTHEST = 1e300
"""Largest distance in standard deviations; larger ones are reduced to it, because 0 times infinity is nan."""


def unstable_direction(x: ArrayLike, family: type[Mixture], weights: Floats | None = None) -> tuple[float, Floats]:
    """How identical components separate: the growth per iteration, and the parameters along which they separate.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations.
    family : type
        Family of the mixture, such as `em.GaussianMixture`.
    weights : ndarray, shape (N,), optional
        Share of each observation that belongs to the identical components; all of it by default.

    Returns
    -------
    growth : float
        Largest eigenvalue of the family's saddle matrix. Above 1, identical components are a saddle that EM leaves. At
        or below 1, EM stays there, and two components cannot be distinguished from one. It is inf if the matrix is not
        finite, because the components rest on almost a single value.
    direction : ndarray
        Its unit eigenvector over the coordinates of the parameters after the weights (`em.mixtures.parameters.Kind`).
        The first entry that is not about 0 is positive.

    Raises
    ------
    ValueError
        As the family's `check_observations`; if `x` has no spread, `family` is no family, or `weights` are no shares of
        as many observations.
    """
    require_family("family", family)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        matrix = family.saddle_matrix(x, weights)
    if not np.isfinite(matrix).all():
        return np.inf, np.eye(len(matrix))[-1]  # for Gaussians that of the stds, the highest moment
    values, vectors = np.linalg.eig(matrix)  # real: the matrix is a product of two symmetric ones, one of them positive
    top = int(np.argmax(values.real))
    direction = vectors[:, top].real
    first = direction[np.abs(direction) > 1e-8][0]
    return float(values[top].real), direction * np.sign(first)


def saddle_growth(x: ArrayLike, family: type[Mixture], weights: Floats | None = None) -> float:
    """Factor by which one EM iteration multiplies a small difference between identical components.

    For exponentials it is CV², for Poisson components the variance over the mean. For Gaussians it is the largest
    eigenvalue of [[1, g], [g / 2, (k - 1) / 2]] with skewness g and kurtosis k. Arguments and errors as in
    `unstable_direction`.
    """
    return unstable_direction(x, family, weights)[0]


def modes(mixture: GaussianMixture) -> Floats:
    """Modes (local maxima) of a Gaussian mixture density, ascending, shape (M,), M >= 1.

    All modes lie between the smallest and the largest mean. A grid, fine on the scale of every component, brackets the
    sign changes of the slope, which are then refined. ValueError if `mixture` is not Gaussian.
    """
    rule, remedy = "be a Gaussian mixture", "use em.GaussianMixture(weights, means, stds)"
    instance("mixture", mixture, GaussianMixture, rule, remedy)
    present = mixture.weights > 0
    weights, means, stds = mixture.weights[present], mixture.means[present], mixture.stds[present]
    narrowest = stds.min()

    def slope(at: float) -> float:
        with np.errstate(over="ignore"):  # such a distant component adds nothing to the slope
            z = np.clip((at - means) / stds, -FARTHEST, FARTHEST)
            log_terms = np.log(weights) - 2 * np.log(stds) - 0.5 * z * z
        return float(-np.exp(log_terms - log_terms.max()) @ z)

    from scipy.optimize import brentq  # a large import that the page never needs

    low, high = means.min() - narrowest, means.max() + narrowest  # the density rises at `low` and falls at `high`
    offsets = np.linspace(-6, 6, 241)
    grid = np.unique(np.clip((means[:, np.newaxis] + stds[:, np.newaxis] * offsets).ravel(), low, high))
    grid = grid[np.diff(grid, prepend=-np.inf) > 1e-3 * narrowest]  # closer points: the slope's sign is only rounding
    slopes = np.array([slope(at) for at in grid])
    grid, slopes = grid[slopes != 0], slopes[slopes != 0]  # a point exactly on a mode would hide the sign change
    return np.array(
        [
            brentq(slope, left, right, xtol=1e-9 * narrowest)
            for left, right, before, after in zip(grid[:-1], grid[1:], slopes[:-1], slopes[1:], strict=True)
            if before > 0 > after
        ]
    )


def half_life(mixture: ExponentialMixture) -> float:
    """Median of an exponential mixture, in the unit of x: half of the observations are expected by this time.

    ValueError if `mixture` is not exponential.
    """
    rule, remedy = "be an exponential mixture", "use em.ExponentialMixture(weights, scales)"
    instance("mixture", mixture, ExponentialMixture, rule, remedy)
    from scipy.optimize import brentq  # a large import that the page never needs

    weights = mixture.weights / mixture.weights.sum()  # the bracket below needs a sum of exactly 1

    def excess(at: float) -> float:
        return float(weights @ np.exp(-at / mixture.scales)) - 0.5

    scales = mixture.scales[mixture.weights > 0]
    low, high = np.log(2) * scales.min(), np.log(2) * scales.max() * (1 + 1e-12)
    if excess(low) <= 0:
        return float(low)
    # Scales may differ by a hundred orders of magnitude. Halving the bracket then takes more than the usual 100 steps.
    return float(brentq(excess, low, high, xtol=1e-300, rtol=1e-14, maxiter=10_000))
