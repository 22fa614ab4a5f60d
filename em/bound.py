"""The lower bound after each half-step of a run."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from em.algorithm import Run
from em.checks import Floats

__all__ = ["bounds"]


def bounds(x: ArrayLike, run: Run) -> Floats:
    """Lower bound after the M-step of each iteration.

    An E-step closes the gap, so the bound after the E-step of iteration t + 1 is ``run.log_likelihood[t]``. The M-step
    then raises it to entry t here, and the new log-likelihood is no lower: l(t) <= entry t <= l(t + 1).

    Parameters
    ----------
    x : array_like, shape (N,)
        The observations that the run was fitted to.
    run : Run
        A run of T iterations.

    Returns
    -------
    ndarray, shape (T,)
        Entry t is J(r(theta_t), theta_(t+1)), in nats.

    Raises
    ------
    ValueError
        If `x` cannot be fitted or has another number of observations than the run.
    """
    x = run.mixture.check_observations(x)
    if x.size != run.n_observations:
        raise ValueError(f"x must be the run's {run.n_observations} observations; got {x.size}: pass the same x")
    return np.array([after._bound(x, before._expect(x)[0]) for before, after in pairwise(run.mixtures)])
