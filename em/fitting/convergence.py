"""Whether a run has converged: Aitken's estimate suggests it, and the Newton decrement confirms it.

The estimate reads increments only, and on a plateau they shrink as they do near a maximum. Gradient and Hessian at the
point itself tell the two apart, for one more pass over the data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from em.fitting.information import FLAT, Information
from em.fitting.passes import Passes
from em.fitting.stopping import StoppingRule, remaining_gain, rounding_level
from em.mixtures.mixture import Mixture

__all__ = ["Convergence"]

PATIENCE = 20
"""What was not confirmed is asked again after one iteration in so many of those made."""

UPHILL = 8
"""The same where it bends upwards: there is a way to go first."""


class Convergence:
    """Says of one record after the other whether a run has converged.

    Attributes
    ----------
    gain : float or None
        Gain per observation still to come at the last record, by the Newton decrement, inf where it cannot tell; None
        where it was not asked.
    """

    def __init__(self, passes: Passes, stopping: StoppingRule) -> None:
        self._passes = passes
        self._stopping = stopping
        self._small = False
        self._next = 0
        self.gain: float | None = None

    def reached(self, mixture: Mixture, log_likelihood: Sequence[float], here: Information | None) -> bool:
        """Whether the run has converged at its last record: `mixture`, and what is known `here` of the Hessian."""
        self.gain = None
        if here is not None and here.is_settled:
            before, self._small = self._small, self._is_small(here)
            return before and self._small
        self._small = False
        n_iter = len(log_likelihood) - 1
        if n_iter < self._next or not self._stopping.suggests_end(log_likelihood, self._passes.x.size):
            return False
        small = self._is_small(here or self._passes.information(mixture))
        self._next = n_iter + 1 + n_iter // (UPHILL if self.gain == math.inf else PATIENCE)
        return small

    def doubt(self, mixture: Mixture, log_likelihood: Sequence[float]) -> None:
        """Ask about the last record of a run that has not converged, if Aitken's estimate says that it has.

        On a plateau increments sink to the level of rounding, and the estimate to 0, with much still to come.
        """
        if self.gain is None and remaining_gain(log_likelihood, self._passes.x.size) <= self._stopping.tol:
            self._is_small(self._passes.information(mixture))

    def _is_small(self, here: Information) -> bool:
        """Whether less than the tolerance is still to come.

        Where components coincide the Hessian is 0 along some directions. One that bends upwards by no more than the
        tolerance is no saddle to be left: what it gains within reach is counted (`Information.gain`).
        """
        n, tol = self._passes.x.size, self._stopping.tol
        gain = here.gain(max(tol, FLAT)) / n
        self.gain = 0.0 if gain < _resolution(here) else gain
        return tol > 0 and self.gain < tol


def _resolution(here: Information) -> float:
    """Gain per observation that rounding alone can make: in the sum, or because means are no finer than numbers are."""
    n, mixture = here.n_observations, here.mixture
    finest = np.spacing(np.abs(mixture._component_means())) / mixture._component_stds()
    return max(rounding_level(here.log_likelihood, n) / n, float(mixture.weights @ finest**2) / 2)
