"""EM to begin with, then leaps along its own way: far fewer passes over the data where components overlap.

EM closes, in an iteration, the share of the gap that the incomplete data tell of the complete ones: where components
overlap, a thousandth. The Hessian knows that share, and so where thousands of iterations would lead if the
log-likelihood were a parabola (`Information.leap`): near an optimum to its top, which is Newton's method [1]_; along a
ridge that is nearly flat, or bends upwards slightly, far along it. A leap is taken only if the log-likelihood rises,
and counts only if such leaps lead to a maximum. At saddles that bend upwards more, and wherever else leaps lead to
nothing, it is EM's turn.

That maximum is nearly always the one that EM creeps to (of 1,200 random fits one ended at another, a higher one), but
there is no guarantee: where ways part, EM may pass it by and go to another one.

References
----------
.. [1] McLachlan & Krishnan (2008), The EM Algorithm and Extensions, 2nd ed., ch. 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from em.fitting.information import Information
from em.fitting.passes import Passes, proper
from em.fitting.stopping import StoppingRule, rounding_level
from em.mixtures.checks import Floats
from em.mixtures.mixture import Mixture

__all__ = ["Step", "steps"]

EM_STEPS = 5
"""Iterations of EM before leaps are tried."""

PATIENCE = 2
"""Where they came to nothing, they are tried again after one iteration in so many of those made."""

LEAPS = 30
"""So many have arrived, or they do not from there."""

STEEP = 0.002
"""Where a direction bends upwards by more than this share, EM gets away by itself, by so much in an iteration: a leap
from there saves more passes, but is more often to another maximum than EM's."""

TRIALS = 5
"""A leap that does not raise the log-likelihood is halved until it has been tried so often."""

RISE = 1e-4
"""Share of the rise along the gradient that a leap must reach (Armijo)."""


class Step(NamedTuple):
    """A mixture on the way: its own log-likelihood, passes over the data so far, and the Hessian where it is known."""

    mixture: Mixture
    log_likelihood: float
    n_passes: int
    information: Information | None = None


def steps(passes: Passes, mixture: Mixture, stopping: StoppingRule) -> Iterator[Step]:
    """Every iteration from a start, without end; `DegenerateComponent` from EM's M-step ends it."""
    n_iter, wait = 0, EM_STEPS
    while True:
        for _ in range(wait):
            log_likelihood, following = passes.step(mixture)
            yield Step(mixture, log_likelihood, passes.count)
            mixture = proper(following)
        here = passes.information(mixture)
        yield Step(mixture, here.log_likelihood, passes.count, here)
        n_iter += wait + 1
        wait = max(EM_STEPS, n_iter // PATIENCE)
        for step in _to_the_top(passes, here, stopping):
            yield step
            mixture = step.mixture
        mixture = proper(passes.step(mixture)[1])


def _to_the_top(passes: Passes, here: Information, stopping: StoppingRule) -> list[Step]:
    """Leaps to a maximum; none if it is not reached, or EM needs no help to begin with."""
    path: list[Step] = []
    n = here.n_observations
    small = max(stopping.tol * n, rounding_level(here.log_likelihood, n))
    while len(path) < LEAPS and not stopping.out_of_time:
        if here.shares.min(initial=0) < -STEEP:
            break
        there = _leap(passes, here)
        if there is None:
            break
        path.append(Step(there.mixture, there.log_likelihood, passes.count, there))
        if here.gain() < small and there.gain() < small:
            return path
        here = there
    return []


def _leap(passes: Passes, here: Information) -> Information | None:
    """What is found a leap further; None where there is nothing higher."""
    rise = RISE * float(here.gradient @ here.leap)
    noise = rounding_level(here.log_likelihood, here.n_observations)
    for part in 0.5 ** np.arange(TRIALS):
        there = passes.information(moved(here.mixture, part * here.leap))
        if there.log_likelihood - here.log_likelihood >= part * rise - noise:
            return there
    return None


def moved(mixture: Mixture, step: Floats) -> Mixture:
    """The mixture a step away, in the coordinates of `em.information`."""
    log_weights, *others = step.reshape(-1, mixture.n_components)
    weights = mixture.weights * np.exp(log_weights - log_weights.max())
    return type(mixture)._trusted(weights / weights.sum(), *mixture._stepped(np.array(others)))
