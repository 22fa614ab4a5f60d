"""Accelerated EM: EM at first, then leaps along its path. Overlapping components need far fewer passes over the data.

In one iteration EM closes only a share of the gap to the optimum. This share is the information in the incomplete data
relative to that in the complete data: a thousandth where components overlap. The Hessian gives this share, so it also
gives the point that thousands of iterations would reach if the log-likelihood were a parabola (`Information.leap`).
Near an optimum this point is the top of the parabola, as in Newton's method [1]_. Along a ridge that is nearly flat, or
that bends upwards slightly, it is far along the ridge.

A leap is accepted only if the log-likelihood rises, and leaps count only if they lead to a maximum. At saddles that
bend upwards more, and at all other points from which leaps do not lead to a maximum, EM continues.

That maximum is nearly always the one that EM approaches slowly (of 1,200 random fits, one ended at another maximum,
which was higher). There is no guarantee: where the two paths separate, EM may miss that maximum and go to another one.

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
"""Leaps that reach no maximum are tried again after n / `PATIENCE` more iterations, where n have been made so far."""

MAX_LEAPS = 30
"""Most leaps in a row: either these reach a maximum, or leaps from that point reach none."""

STEEP = 0.002
"""Where a direction bends upwards by more than this share, there are no leaps.

EM leaves such a point by itself, at this rate per iteration. A leap would save more passes, but it would lead more
often to another maximum than EM's."""

MAX_TRIALS = 5
"""Most trials of a leap. The leap is halved after each trial that does not raise the log-likelihood."""

RISE = 1e-4
"""A leap must reach this share of the rise along the gradient (Armijo)."""


def run_accelerated(
    observations: Observations, start: Mixture, stopping: StoppingRule, stop: Callable[[Record], bool]
) -> Iterator[Record]:
    """Yield the start and the result of every iteration until `stop` is true.

    Parameters
    ----------
    observations : Observations
        Observations, prepared for the family of `start`.
    start : Mixture
        Where to start; it is record 0.
    stopping : StoppingRule
        Its tolerance and its deadline apply to the leaps.
    stop : callable
        Takes a record and returns whether the run ends there.

    Yields
    ------
    Record
        The start, then the result of every iteration.

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
    """Yield iterations of EM and leaps without end."""
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
        for reached, n_passes in _to_the_top(observations, here, stopping):
            mixture = reached.mixture
            yield Record(next(index), mixture, reached.log_likelihood, n_passes, reached)
        mixture = m_step(e_step(observations, mixture))


def _to_the_top(observations: Observations, here: Information, stopping: StoppingRule) -> list[tuple[Information, int]]:
    """Make leaps to a maximum, each with the passes so far; none if they reach no maximum or EM needs no help."""
    path: list[tuple[Information, int]] = []
    n = here.n_observations
    small = max(stopping.tol * n, rounding_level(here.log_likelihood, n))
    while len(path) < MAX_LEAPS and not stopping.out_of_time:
        if here.shares.min(initial=0) < -STEEP:
            break
        reached = _leap(observations, here)
        if reached is None:
            break
        path.append((reached, observations.n_passes))
        if here.gain() < small and reached.gain() < small:
            return path
        here = reached
    return []


def _leap(observations: Observations, here: Information) -> Information | None:
    """Information at the end of a leap; None if the log-likelihood is not higher there."""
    rise = RISE * float(here.gradient @ here.leap)
    noise = rounding_level(here.log_likelihood, here.n_observations)
    for fraction in 0.5 ** np.arange(MAX_TRIALS):
        trial = information_at(observations, moved(here.mixture, fraction * here.leap))
        if trial.log_likelihood - here.log_likelihood >= fraction * rise - noise:
            return trial
    return None


def moved(mixture: Mixture, step: Floats) -> Mixture:
    """The mixture after a step in the coordinates of `em.fitting.information`."""
    log_weights, *others = step.reshape(-1, mixture.n_components)
    weights = mixture.weights * np.exp(log_weights - log_weights.max())
    with np.errstate(over="ignore"):  # a trial too far out has no log-likelihood and is rejected
        return type(mixture)._of_arrays(weights / weights.sum(), *mixture._stepped(np.array(others)))
