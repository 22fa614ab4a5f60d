"""Accelerated EM: EM at first, then leaps along its path. If components overlap, it needs far fewer passes.

In one iteration EM closes only a share of the gap to the optimum. This share is the information in the incomplete data
relative to that in the complete data: a thousandth where components overlap. The Hessian gives this share, so it also
gives the point that thousands of iterations would reach if the log-likelihood were a parabola (`Information.leap`).
Near an optimum this point is the top of the parabola, as in Newton's method [1]_. Along a ridge that is nearly flat, or
that bends upwards slightly, it is far along the ridge.

A leap is accepted only if the log-likelihood rises, and leaps count only if they lead to a maximum. Otherwise EM
continues. That maximum is nearly always the one that EM approaches slowly (of 1,200 random fits, one ended at another
maximum, which was higher), but there is no guarantee.

References
----------
.. [1] McLachlan & Krishnan (2008), The EM Algorithm and Extensions, 2nd ed., ch. 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import numpy as np

from em.fitting.algorithm import e_step, m_step
from em.fitting.information import Information, information_at
from em.fitting.observations import Observations
from em.fitting.run import Record
from em.fitting.stopping import StoppingRule, rounding_level
from em.mixtures.checks import Floats
from em.mixtures.mixture import Mixture

__all__ = ["run_accelerated"]

EM_STEPS = 5
"""Iterations of EM before leaps are tried."""

PATIENCE = 2
"""After n iterations, leaps that reach no maximum are tried again n / `PATIENCE` iterations later."""

MAX_LEAPS = 30
"""Largest number of leaps in a row. If these reach no maximum, EM continues from where they began."""

STEEP = 0.002
"""No leap is made where a direction bends upwards by more than this share.

EM leaves such a point by itself, at this rate per iteration. A leap would more often lead to another maximum than EM's.
"""

MAX_TRIALS = 5
"""Largest number of trials of a leap. Each trial that does not raise the log-likelihood halves the leap."""

RISE = 1e-4
"""A leap must reach this share of the rise along the gradient (Armijo)."""


def run_accelerated(
    observations: Observations, start: Mixture, stopping: StoppingRule, stop: Callable[[Record], bool]
) -> Iterator[Record]:
    """Yield the start and the result of every iteration until `stop(record)` is true.

    The tolerance and the deadline of `stopping` apply to the leaps.

    Raises
    ------
    DegenerateComponent
        If a component has no weight left or has shrunk onto single points.
    """
    for record in _records(observations, start, stopping):
        yield record
        if stop(record):
            return


def _records(observations: Observations, mixture: Mixture, stopping: StoppingRule) -> Iterator[Record]:
    """Yield iterations of EM, and leaps, without end."""
    index, n_iter, wait = count(), 0, EM_STEPS
    while True:
        for _ in range(wait):
            statistics = e_step(observations, mixture)
            yield Record(next(index), mixture, statistics.log_likelihood, observations.n_passes)
            mixture = m_step(statistics)
        here = information_at(observations, mixture)
        yield Record(next(index), mixture, here.log_likelihood, observations.n_passes, here)
        n_iter += wait + 1
        wait = max(EM_STEPS, n_iter // PATIENCE)
        for reached, n_passes in _make_leaps(observations, here, stopping):
            mixture = reached.mixture
            yield Record(next(index), mixture, reached.log_likelihood, n_passes, reached)
        mixture = m_step(e_step(observations, mixture))


def _make_leaps(observations: Observations, here: Information, stopping: StoppingRule) -> list[tuple[Information, int]]:
    """Return the leaps that lead to a maximum, each with the passes so far; none if they reach no maximum."""
    path: list[tuple[Information, int]] = []
    n = here.n_observations
    small = max(stopping.tol * n, rounding_level(here.log_likelihood, n))
    while len(path) < MAX_LEAPS and not stopping.out_of_time:
        if here.shares.min(initial=0) < -STEEP:
            break
        reached = _make_leap(observations, here)
        if reached is None:
            break
        path.append((reached, observations.n_passes))
        if here.gain() < small and reached.gain() < small:
            return path
        here = reached
    return []


def _make_leap(observations: Observations, here: Information) -> Information | None:
    """Return the information at the end of a leap; None if the log-likelihood is not higher there."""
    rise = RISE * float(here.gradient @ here.leap)
    noise = rounding_level(here.log_likelihood, here.n_observations)
    for fraction in 0.5 ** np.arange(MAX_TRIALS):
        trial = information_at(observations, moved(here.mixture, fraction * here.leap))
        if trial.log_likelihood - here.log_likelihood >= fraction * rise - noise:
            return trial
    return None


def moved(mixture: Mixture, step: Floats) -> Mixture:
    """Return the mixture after a step in the coordinates of `em.fitting.information`."""
    log_weights, *others = step.reshape(-1, mixture.n_components)
    weights = mixture.weights * np.exp(log_weights - log_weights.max())
    with np.errstate(over="ignore"):  # a trial too far out has no log-likelihood and is rejected
        return type(mixture)._of_arrays(weights / weights.sum(), *mixture._stepped(np.array(others)))
