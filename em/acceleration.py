"""EM to begin with, then Newton's method: far fewer passes over the data where components overlap.

EM closes, in an iteration, the share of the gap that the incomplete data tell of the complete ones: where components
overlap, a thousandth. Newton's step knows that share from the Hessian and closes all of the gap [1]_. Far from an
optimum it may go anywhere; so it is taken only where the log-likelihood is concave, never far, and only if it rises.
Everywhere else it is EM's turn.

References
----------
.. [1] McLachlan & Krishnan (2008), The EM Algorithm and Extensions, 2nd ed., ch. 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from em.checks import Floats
from em.information import Information, _information
from em.mixture import Mixture
from em.stopping import rounding_level

__all__ = ["Step", "steps"]

EM_STEPS = 5
"""Iterations of EM before Newton's method is tried, at the start and after every time that it did not do."""

LONGEST = 0.5
"""No step of Newton's moves a coordinate further: a weight or a size by this factor's logarithm, a mean in stds."""

TRIALS = 5
"""A step that does not raise the log-likelihood is halved until it has been tried so often."""

RISE = 1e-4
"""Share of the rise along the gradient that a step must reach (Armijo)."""


@dataclass(frozen=True)
class Step:
    """A mixture on the way.

    Attributes
    ----------
    mixture : Mixture
        The parameters.
    log_likelihood : float
        Their own, in nats.
    n_passes : int
        Passes over the data so far.
    decrement : float or None
        By how much the log-likelihood has still to rise, where Newton's method can tell.
    """

    mixture: Mixture
    log_likelihood: float
    n_passes: int
    decrement: float | None = None


def steps(x: Floats, mixture: Mixture) -> Iterator[Step]:
    """Every iteration from a start, without end; `DegenerateComponent` from EM's M-step ends it."""
    passes = 0
    while True:
        for _ in range(EM_STEPS):
            responsibilities, log_density = mixture._expect(x)
            passes += 1
            yield Step(mixture, float(log_density.sum()), passes)
            mixture = mixture._maximise(x, responsibilities)
        here: Information | None = _information(x, mixture)
        passes += 1
        while here is not None:
            mixture = here.mixture
            usable = here.is_concave and _length(here) <= LONGEST
            yield Step(mixture, here.log_likelihood, passes, here.decrement if usable else None)
            here, trials = _newton(x, here) if here.is_concave else (None, 0)
            passes += trials
        mixture = mixture._maximise(x, mixture._expect(x)[0])
        passes += 1


def _length(here: Information) -> float:
    return float(np.abs(here.newton_step).max())


def _newton(x: Floats, here: Information) -> tuple[Information | None, int]:
    """What is found a step of Newton's further, None if nothing higher; and how many passes that took."""
    share = min(1.0, LONGEST / max(_length(here), LONGEST))
    slope = 2 * here.decrement
    noise = rounding_level(here.log_likelihood, x.size)
    for trial in range(1, TRIALS + 1):
        there = _information(x, moved(here.mixture, share * here.newton_step))
        if there.log_likelihood - here.log_likelihood >= RISE * share * slope - noise:
            return there, trial
        share /= 2
    return None, TRIALS


def moved(mixture: Mixture, step: Floats) -> Mixture:
    """The mixture a step away, in the coordinates of `em.information`."""
    log_weights, *others = step.reshape(-1, mixture.n_components)
    weights = mixture.weights * np.exp(log_weights - log_weights.max())
    return type(mixture)._trusted(weights / weights.sum(), *mixture._stepped(np.array(others)))
