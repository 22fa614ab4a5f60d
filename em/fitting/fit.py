"""A run of EM from a start to its end."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.acceleration import run_accelerated
from em.fitting.algorithm import run_em
from em.fitting.convergence import Ending
from em.fitting.observations import Observations
from em.fitting.run import EM, METHODS, Run
from em.fitting.stopping import StoppingRule, StopReason, require_rule
from em.mixtures.checks import one_of
from em.mixtures.family import DegenerateComponent
from em.mixtures.mixture import Mixture, require_mixture

__all__ = ["fit"]


def fit(x: ArrayLike | Observations, start: Mixture, stopping: StoppingRule | None = None, method: str = EM) -> Run:
    """Run EM from a start until it converges, reaches a limit or cannot continue.

    Parameters
    ----------
    x : array_like, shape (N,), or Observations
        Observations, within the support of the family. Never modified.
    start : Mixture
        Where to start. Identical components stay identical: see `em.break_tie`.
    stopping : StoppingRule, optional
        When to stop; default ``StoppingRule(max_iter=1000, tol=1e-8)``.
    method : str
        "em", or "accelerated": first a few iterations of EM, then larger steps (leaps) in the same direction, which are
        Newton steps near a maximum. If leaps do not lead to a maximum, EM continues. If components overlap, this takes
        far fewer passes over the data. Both methods nearly always converge to the same maximum; if not, either may find
        the higher one.

    Returns
    -------
    Run
        The parameters and log-likelihood of every iteration, and why the run ended. A degenerate component is a result
        (reason ``DEGENERATE``), not an error.

    Raises
    ------
    ValueError
        If `x` cannot be fitted (empty, not 1-D, not finite, outside the support) or an argument has the wrong type.
    """
    require_mixture("start", start)
    stopping = require_rule(stopping)
    one_of("method", method, METHODS)
    observations = Observations(x, type(start), copy=False)
    ending = Ending(observations, start, stopping)
    if method == EM:
        steps = run_em(observations, start, ending.reached)
    else:
        steps = run_accelerated(observations, start, stopping, ending.reached)
    mixtures: list[Mixture] = []
    log_likelihood: list[float] = []
    degenerate = None
    try:
        for record in steps:
            mixtures.append(record.mixture)
            log_likelihood.append(record.log_likelihood)
    except DegenerateComponent as error:
        ending.reason, degenerate = StopReason.DEGENERATE, error
    assert ending.reason is not None
    values = np.array(log_likelihood)
    values.setflags(write=False)
    return Run(
        mixtures=tuple(mixtures),
        log_likelihood=values,
        reason=ending.reason,
        stopping=stopping,
        n_observations=observations.x.size,
        degenerate=degenerate,
        method=method,
        n_passes=observations.n_passes,
        newton_gain=ending.gain,
    )
