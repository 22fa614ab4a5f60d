"""Standard errors of a maximum-likelihood estimate, from the observed information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.information import Information, compute_information
from em.mixtures.checks import Floats, in_order
from em.mixtures.mixture import Mixture, require_mixture
from em.mixtures.parameters import SINGULAR, Kind

__all__ = ["StandardErrors", "standard_errors"]

WIDEST = 0.5
"""Largest standard error of a weight. Beyond it a weight may be anything, and there are no standard errors."""

NEAR_OPTIMUM = 0.1
"""An estimate nearer than this, in standard errors, counts as the optimum."""

EDGE = 1e-3
"""A positive parameter below this share of its standard error is at the edge of its range."""

ENOUGH = 20
"""Standard errors are poor if fewer observations with known labels would say as much about some parameter.

In simulations this finds nearly all poor ones (`benchmarks/results/coverage.md`). The number of observations of a
component tells less: if components overlap, hundreds may say no more than five with known labels. The price: many good
standard errors of Poisson mixtures are called poor."""

OVERLAP = 0.98
"""If they say as much as this share of the component's observations, overlap is not the reason."""

OFF = {ENOUGH: (0.05, 0.11), 10: (0.08, 0.18), 0: (0.21, 0.72)}
"""Share of the estimates off by more than two standard errors in simulations: overall, and in the worst setting.

The keys are the least `StandardErrors.worth` of each class. `benchmarks/results/coverage.md` has the simulations. Only
settings with enough samples in the class count."""


@dataclass(frozen=True, eq=False)
class StandardErrors:
    """Standard errors of an estimate, or why there are none.

    Attributes
    ----------
    parameters : dict or None
        Name -> standard error of each component's parameter, shape (K,), in the order of `Mixture.parameters`.
    message : str
        How good they are, or why there are none, in one or two sentences.
    worth : float or None
        Number of observations with known labels that would say as much about the least known parameter (weights not
        counted). It is small if observations are few or components overlap. None without standard errors.
    """

    parameters: dict[str, Floats] | None
    message: str
    worth: float | None = None

    @property
    def poor(self) -> bool:
        """Whether far more than one estimate in twenty is off by more than two standard errors."""
        return self.worth is not None and self.worth < ENOUGH


def standard_errors(x: ArrayLike, mixture: Mixture) -> StandardErrors:
    """Standard errors of a maximum-likelihood estimate, from the observed information.

    They are asymptotic: the roots of the diagonal of the inverse of minus the Hessian, transformed to the parameters by
    the delta method. They tell nothing about other optima. They are poor if components overlap or have few observations
    (`StandardErrors.worth`).

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    mixture : Mixture
        The estimate: the end of a run that has converged.

    Returns
    -------
    StandardErrors
        Numbers, or a message that says why there are none: the Hessian is not finite or not negative definite, the
        optimum is more than 0.1 standard errors away, a weight could be anything, or derivatives by differences depend
        on their step.

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
        return _no_errors(f"the information is not finite here, since {_why_not_finite(found)}")
    if not found.is_concave:
        return _no_errors(
            "the log-likelihood is flat or bends upwards along some direction, so it does not tell how far off this is"
        )
    distance = np.sqrt(2 * found.gain())
    if not distance <= NEAR_OPTIMUM:
        return _no_errors(
            "the gradient is not 0 here, and the top of the parabola with this gradient and curvature is "
            f"{distance:.2g} standard errors away"
        )
    covariance = found.covariance()
    errors = _roots(mixture, covariance)
    if errors[0].max() > WIDEST:
        k = int(errors[0].argmax())
        return _no_errors(
            f"that of the weight of component {k} would be {errors[0, k]:.2g}, and no number between 0 and 1 varies by "
            f"more than {WIDEST}"
        )
    values = np.array(list(mixture.parameters.values())[1:])
    if (np.abs(values) < EDGE * errors[1:])[[kind is Kind.POSITIVE for kind in mixture.kinds.values()]].any():
        return _no_errors("a positive parameter is 0 as nearly as the observations can tell, the edge of its range")
    worth = 1 / (np.diagonal(covariance).reshape(errors.shape)[1:] * found.unit_information)
    worth *= 1 + 1e-9  # rounding makes 20 observations no fewer
    return StandardErrors(
        dict(zip(mixture.parameter_names, errors, strict=True)), _quality(found, worth), float(worth.min())
    )


def _roots(mixture: Mixture, covariance: Floats) -> Floats:
    """Standard errors of all parameters, the weights' first, shape (m + 1, K), by the delta method."""
    k = mixture.n_components
    # The change of a weight is pi_k times the change of its logarithm, less the mean of that over all weights.
    change = np.diag(mixture.weights) - np.outer(mixture.weights, mixture.weights)
    of_weights = np.sqrt(np.maximum(np.diagonal(change @ covariance[:k, :k] @ change), 0))
    own = np.sqrt(np.diagonal(covariance)).reshape(-1, k)[1:] * mixture._units()
    return np.concatenate((of_weights[np.newaxis], own))


def _quality(found: Information, worth: Floats) -> str:
    """Say what standard errors are, or why they are poor, and how good they were in simulations; `worth` is (m, K)."""
    least = worth.min()
    what = "Standard errors are those of the observed information."
    if least < ENOUGH:
        i, k = np.unravel_index(worth.argmin(), worth.shape)
        count = found.n_observations * found.mixture.weights[k]
        shown = f"{count:,.0f}" if count >= 100 else f"{count:.3g}" if count >= ENOUGH else in_order(count, ENOUGH)[0]
        name = found.mixture.parameter_names[i + 1]
        few = f"{shown} observation{'' if shown == '1' else 's'}"
        why = f"component {k} has only {few}"
        if least < OVERLAP * count or count >= ENOUGH:
            label, _ = in_order(least, ENOUGH)
            what_of = SINGULAR.get(name, name)
            why = f"the {few} of component {k} say no more about its {what_of} than {label} with known labels would"
        what = f"The standard errors are poor: {why}, and {ENOUGH} are needed."
    often, worst = next(off for lowest, off in OFF.items() if least >= lowest)
    return (
        f"{what} In simulations with up to three components {often:.0%} of the estimates of such fits were off by more "
        f"than two of them, and {worst:.0%} in the worst of the settings with at least 100 such samples."
    )


def _why_not_finite(found: Information) -> str:
    weights = found.mixture.weights
    if not weights.all():
        return "a component has weight 0"
    n_eff = found.gradient[: weights.size] + found.n_observations * weights
    if not n_eff.all():
        return f"no observation belongs to component {n_eff.argmin()}"
    return "some of its numbers are too large for a float"


def _no_errors(why: str) -> StandardErrors:
    return StandardErrors(None, f"There are no standard errors: {why}.")
