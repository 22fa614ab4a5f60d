"""Whether a run has converged: Aitken's estimate suggests it, and the Newton decrement confirms it.

The estimate reads increments only, and on a plateau they shrink as they do near a maximum. Gradient and Hessian at the
point itself tell the two apart, for one more pass over the data.
"""

from __future__ import annotations

from collections.abc import Sequence

from em.checks import Floats
from em.information import FLAT, Information, _information
from em.mixture import Mixture
from em.stopping import StoppingRule, StopReason, rounding_level

__all__ = ["Convergence"]

PATIENCE = 20
"""What was not confirmed is asked again after one iteration in so many of those made."""


class Convergence:
    """Says of one record after the other whether a run has converged.

    Attributes
    ----------
    n_passes : int
        Passes over the data that it took to confirm.
    gain : float or None
        Gain per observation still to come at the last record, by the Newton decrement; None where that was not asked or
        cannot tell.
    """

    def __init__(self, x: Floats, stopping: StoppingRule) -> None:
        self._x = x
        self._stopping = stopping
        self._small = False
        self._next = 0
        self.n_passes = 0
        self.gain: float | None = None

    def reached(self, mixture: Mixture, log_likelihood: Sequence[float], here: Information | None) -> bool:
        """Whether the run has converged at its last record: `mixture`, and what is known `here` of the Hessian."""
        self.gain = None
        if here is not None and here.is_settled:
            before, self._small = self._small, self._is_small(here)
            return before and self._small
        self._small = False
        n_iter = len(log_likelihood) - 1
        if n_iter < self._next or self._stopping.reason(log_likelihood, self._x.size) is not StopReason.CONVERGED:
            return False
        if here is None:
            here = _information(self._x, mixture)
            self.n_passes += 1
        self._next = n_iter + 1 + n_iter // PATIENCE
        return self._is_small(here)

    def _is_small(self, here: Information) -> bool:
        """Whether less than the tolerance is still to come.

        Where components coincide the Hessian is 0 along some directions. One that bends upwards by no more than the
        tolerance is no saddle to be left: what it gains within reach is counted (`Information.gain`).
        """
        n, tol = self._x.size, self._stopping.tol
        gain = here.gain(max(tol, FLAT))
        if gain < rounding_level(here.log_likelihood, n):
            gain = 0.0
        self.gain = gain / n
        return tol > 0 and self.gain < tol
