"""The lower bound after each half-step of a run."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.observations import Observations, Responsibilities
from em.fitting.run import EM, Run, observations_of, require_run
from em.mixtures.checks import Floats, refusal
from em.mixtures.mixture import Mixture
from em.mixtures.moments import log_ratio

__all__ = ["bounds"]


def bounds(run: Run, x: ArrayLike | Observations | None = None) -> Floats:
    """Lower bound after the M-step of each iteration.

    An E-step closes the gap, so the bound after the E-step of iteration t + 1 is ``run.log_likelihood[t]``. The M-step
    then raises it to entry t here, and the new log-likelihood is no lower: l(t) <= entry t <= l(t + 1).

    In an exponential family the M-step matches the expected sufficient statistics. Its gain is then N times the
    divergence of the old complete-data distribution p(x, z | theta_t) from the new one, without any observations.

    Parameters
    ----------
    run : Run
        A run of T iterations.
    x : array_like, shape (N,), or Observations, optional
        The observations; needed only if the family is not an exponential family.

    Returns
    -------
    ndarray, shape (T,)
        Entry t is J(r(theta_t), theta_(t+1)), in nats; `Mixture.lower_bound` gives the same from the observations.
        It is nan if the log-likelihood before it is -inf (too low for a float).

    Raises
    ------
    ValueError
        If the run is accelerated, because a Newton step is no M-step; if `x` is needed but missing; as
        `check_observations`.
    """
    require_run(run)
    if run.method != EM:
        raise refusal("run", "be one of EM", f"method {run.method}, whose steps are no M-steps", 'use method="em"')
    mixture = run.mixture
    observations = None if x is None else Observations(observations_of(run, x), type(mixture), copy=False)
    if mixture._divergences(mixture) is not None:
        gains = [_divergence(after, before) for before, after in pairwise(run.mixtures)]
        with np.errstate(invalid="ignore"):
            closed: Floats = run.log_likelihood[:-1] + run.n_observations * np.array(gains)
        return closed
    if observations is None:
        raise refusal("x", f"be given for the bounds of a {mixture.family} mixture", x, "pass the observations")
    return np.array(
        [
            sum(after._bound(part, r) for part, r in Responsibilities(observations, before))
            for before, after in pairwise(run.mixtures)
        ]
    )


def _divergence(new: Mixture, old: Mixture) -> float:
    """KL(p(x, z | new) || p(x, z | old)): of the labels, and of the components given the labels."""
    present = new.weights > 0  # an empty component stays empty
    weights, before = new.weights[present], old.weights[present]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        change = (weights - before) / before
        # Exact for small changes, like scipy.special.rel_entr, which takes 14 MB.
        labels = weights @ np.where(np.abs(change) < 0.5, np.log1p(change), log_ratio(weights, before))
        components = new._divergences(old)
        assert components is not None
        return float(labels + new.weights @ components)
