"""Standard errors of a maximum-likelihood estimate, from the observed information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.information import Information, compute_information
from em.mixtures.checks import Floats
from em.mixtures.mixture import Mixture, require_mixture
from em.mixtures.parameters import Kind

__all__ = ["StandardErrors", "standard_errors"]

WIDEST = 0.5
"""Largest standard error of a weight; beyond it a weight may be anything, so no standard errors are given."""

NEAR_OPTIMUM = 0.1
"""An estimate nearer than this, in standard errors, counts as the optimum."""

EDGE = 1e-3
"""A positive parameter below this share of its standard error is at the edge of its range."""


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


def standard_errors(x: ArrayLike, mixture: Mixture) -> StandardErrors:
    """Standard errors of a maximum-likelihood estimate, from the observed information.

    They are asymptotic: the root of the diagonal of the inverse of minus the Hessian, transformed to the parameters by
    the delta method. They tell nothing about other optima, and little if components nearly coincide or a weight is
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
        With numbers, or without but with a sentence: if the Hessian is not finite or not negative definite, if the
        optimum is more than 0.1 standard errors away, if a weight could be anything, or if derivatives by differences
        depend on their step.

    Raises
    ------
    ValueError
        As `check_observations`; if `mixture` is no mixture.
    """
    require_mixture("mixture", mixture)
    x = mixture.check_observations(x)
    found = compute_information(x, mixture)
    if not found.is_reliable:
        return _no_errors("derivatives of the log density cannot be computed by differences here; it may have a kink")
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
    errors = _roots(found)
    if errors[0].max() > WIDEST:
        return _no_errors(
            f"that of a weight would be {errors[0].max():.2g}, so the observations hardly tell these components apart"
        )
    values = np.array(list(mixture.parameters.values())[1:])
    if (np.abs(values) < EDGE * errors[1:])[[kind is Kind.POSITIVE for kind in mixture.kinds.values()]].any():
        return _no_errors("a positive parameter is 0 as nearly as the observations can tell, the edge of its range")
    return StandardErrors(
        dict(zip(mixture.parameter_names, errors, strict=True)),
        "Standard errors are those of the observed information: an estimate is off by more than two of them "
        "about one time in twenty.",
    )


def _roots(found: Information) -> Floats:
    """Standard errors of all parameters, the weights' first, shape (m + 1, K), by the delta method."""
    mixture, covariance = found.mixture, found.covariance()
    k = mixture.n_components
    # The change of a weight is pi_k times the change of its logarithm, less the mean of that over all weights.
    change = np.diag(mixture.weights) - np.outer(mixture.weights, mixture.weights)
    of_weights = np.sqrt(np.maximum(np.diagonal(change @ covariance[:k, :k] @ change), 0))
    own = np.sqrt(np.diagonal(covariance)).reshape(-1, k)[1:] * mixture._units()
    return np.concatenate((of_weights[np.newaxis], own))


def _no_errors(why: str) -> StandardErrors:
    return StandardErrors(None, f"There are no standard errors: {why}.")
