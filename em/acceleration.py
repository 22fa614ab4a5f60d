"""EM to begin with, then Newton's method: far fewer passes over the data where components overlap.

EM closes, in an iteration, the share of the gap that the incomplete data tell of the complete ones: where components
overlap, a thousandth. Newton's step knows that share from the Hessian and closes all of the gap [1]_. Far from an
optimum it may go anywhere; so it is taken only where the log-likelihood is concave, never far, only if it rises, and
only if such steps lead to a maximum. Everywhere else it is EM's turn.

References
----------
.. [1] McLachlan & Krishnan (2008), The EM Algorithm and Extensions, 2nd ed., ch. 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from em.checks import Floats
from em.information import LONGEST, Information, _information
from em.mixture import Mixture
from em.passes import Passes, proper
from em.stopping import StoppingRule, rounding_level

__all__ = ["Step", "steps"]

EM_STEPS = 5
"""Iterations of EM before Newton's method is tried."""

PATIENCE = 2
"""Where it came to nothing, it is tried again after one iteration in so many of those made."""

NEWTON_STEPS = 30
"""Newton's method has arrived after so many steps, or it does not from there."""

TRIALS = 5
"""A step that does not raise the log-likelihood is halved until it has been tried so often."""

RISE = 1e-4
"""Share of the rise along the gradient that a step must reach (Armijo)."""


class Step(NamedTuple):
    """A mixture on the way: its own log-likelihood, passes over the data so far, and the Hessian where it is known."""

    mixture: Mixture
    log_likelihood: float
    n_passes: int
    information: Information | None = None


def steps(x: Floats, mixture: Mixture, stopping: StoppingRule) -> Iterator[Step]:
    """Every iteration from a start, without end; `DegenerateComponent` from EM's M-step ends it.

    Newton's steps count only where they arrive at a maximum without leaving the region in which the log-likelihood is
    concave: beside a saddle it can be so for a while, and EM may go another way. Otherwise EM goes on where it was.
    """
    em = Passes(x, mixture)
    n_iter = passes = 0
    wait = EM_STEPS
    while True:
        for _ in range(wait):
            log_likelihood, following = em.step(mixture)
            passes += 1
            yield Step(mixture, log_likelihood, passes)
            mixture = proper(following)
        here = _information(x, mixture)
        passes += 1
        yield Step(mixture, here.log_likelihood, passes, here)
        n_iter += wait + 1
        wait = max(EM_STEPS, n_iter // PATIENCE)
        path, tried = _to_the_top(x, here, stopping)
        for there, trials in path:
            yield Step(there.mixture, there.log_likelihood, passes + trials, there)
            here = there
        passes += tried
        mixture = proper(em.step(here.mixture)[1])
        passes += 1


def _to_the_top(x: Floats, here: Information, stopping: StoppingRule) -> tuple[list[tuple[Information, int]], int]:
    """Newton's steps to a maximum, with the passes made by then, and how many in all; no steps if it is not reached."""
    path: list[tuple[Information, int]] = []
    passes = 0
    small = max(stopping.tol * x.size, rounding_level(here.log_likelihood, x.size))
    while len(path) < NEWTON_STEPS and not stopping.out_of_time:
        there, trials = _newton(x, here)
        passes += trials
        if there is None:
            break
        path.append((there, passes))
        if here.gain() < small and there.gain() < small:
            return path, passes
        here = there
    return [], passes


def _newton(x: Floats, here: Information) -> tuple[Information | None, int]:
    """What is found a step of Newton's further, None where there is nothing higher; and how many passes that took."""
    if not here.is_concave:
        return None, 0
    step = here.newton_step
    step = step * min(1.0, LONGEST / max(np.abs(step).max(), LONGEST))
    rise = RISE * float(here.gradient @ step)
    noise = rounding_level(here.log_likelihood, x.size)
    for trial in range(TRIALS):
        there = _information(x, moved(here.mixture, step / 2**trial))
        if there.log_likelihood - here.log_likelihood >= rise / 2**trial - noise:
            return there, trial + 1
    return None, TRIALS


def moved(mixture: Mixture, step: Floats) -> Mixture:
    """The mixture a step away, in the coordinates of `em.information`."""
    log_weights, *others = step.reshape(-1, mixture.n_components)
    weights = mixture.weights * np.exp(log_weights - log_weights.max())
    return type(mixture)._trusted(weights / weights.sum(), *mixture._stepped(np.array(others)))
