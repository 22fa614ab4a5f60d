"""Facts about data and mixtures that the page says in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from em.mixtures.checks import Floats
from em.mixtures.exponential import ExponentialMixture
from em.mixtures.gaussian import GaussianMixture
from em.mixtures.mixture import Mixture

__all__ = ["half_life", "modes", "saddle_growth", "unstable_direction"]


def unstable_direction(x: ArrayLike, family: type[Mixture], weights: Floats | None = None) -> tuple[float, Floats]:
    """How identical components separate: the growth per iteration, and along which parameters.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations.
    family : type
        `em.ExponentialMixture` or `em.GaussianMixture`.
    weights : ndarray, shape (N,), optional
        Share of each observation that belongs to the identical components, where there are others; default all of it.

    Returns
    -------
    growth : float
        Top eigenvalue of the family's saddle matrix. Above 1 identical components are a saddle that EM leaves; at or
        below 1 it stays, and two components cannot be told from one. inf where they rest on so nearly one value that
        the matrix is not finite.
    direction : ndarray
        Its unit eigenvector over the parameters after the weights, the first one that matters positive.

    Raises
    ------
    ValueError
        As the family's `check_observations`; also if `x` has no spread.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        matrix = family.saddle_matrix(x, weights)
    if not np.isfinite(matrix).all():
        return np.inf, np.eye(len(matrix))[-1]  # of the moments the highest, that of the sizes, outgrows all others
    values, vectors = np.linalg.eig(matrix)  # real: the product of its off-diagonals is >= 0
    top = int(np.argmax(values.real))
    direction = vectors[:, top].real
    first = direction[np.abs(direction) > 1e-8][0]
    return float(values[top].real), direction * np.sign(first)


def saddle_growth(x: ArrayLike, family: type[Mixture], weights: Floats | None = None) -> float:
    """Factor by which one EM iteration multiplies a small difference between identical components.

    CV² for exponentials; for Gaussians the top eigenvalue of [[1, g], [g / 2, (k - 1) / 2]] with skewness g and
    kurtosis k. Arguments and errors as `unstable_direction`.
    """
    return unstable_direction(x, family, weights)[0]


def modes(mixture: GaussianMixture) -> Floats:
    """Modes (local maxima) of a Gaussian mixture density, ascending, shape (M,), M >= 1.

    All lie between the smallest and the largest mean; the slope's sign changes are bracketed on a grid that is fine on
    the scale of every component, then refined.
    """
    present = mixture.weights > 0
    weights, means, stds = mixture.weights[present], mixture.means[present], mixture.stds[present]
    narrowest = stds.min()

    def slope(at: float) -> float:
        z = (at - means) / stds
        log_terms = np.log(weights) - 2 * np.log(stds) - 0.5 * z * z
        return float(-np.exp(log_terms - log_terms.max()) @ z)

    from scipy.optimize import brentq  # large, and the page itself never needs it

    low, high = means.min() - narrowest, means.max() + narrowest  # uphill at one, downhill at the other
    offsets = np.linspace(-6, 6, 241)
    grid = np.unique(np.clip((means[:, np.newaxis] + stds[:, np.newaxis] * offsets).ravel(), low, high))
    grid = grid[np.diff(grid, prepend=-np.inf) > 1e-3 * narrowest]  # between nearer points a slope's sign is rounding
    slopes = np.array([slope(at) for at in grid])
    grid, slopes = grid[slopes != 0], slopes[slopes != 0]  # a point exactly on a mode would hide the sign change
    return np.array(
        [
            brentq(slope, left, right, xtol=1e-9 * narrowest)
            for left, right, up, down in zip(grid[:-1], grid[1:], slopes[:-1], slopes[1:], strict=True)
            if up > 0 > down
        ]
    )


def half_life(mixture: ExponentialMixture) -> float:
    """Time by which half of an exponential mixture's observations are expected: its median, in their unit."""
    from scipy.optimize import brentq  # large, and the page itself never needs it

    weights = mixture.weights / mixture.weights.sum()  # exactly 1, so that the bracket below holds

    def excess(at: float) -> float:
        return float(weights @ np.exp(-at / mixture.scales)) - 0.5

    scales = mixture.scales[mixture.weights > 0]
    low, high = np.log(2) * scales.min(), np.log(2) * scales.max() * (1 + 1e-12)
    if excess(low) <= 0:
        return float(low)
    # Scales may be a hundred orders of magnitude apart, where halving the bracket takes more than the usual 100 steps.
    return float(brentq(excess, low, high, xtol=1e-300, rtol=1e-14, maxiter=10_000))
