"""When a run ends, and why. Aitken's estimate suggests that it has converged; the Newton decrement confirms it.

The estimate uses only increments of the log-likelihood, and on a plateau these shrink as they do near a maximum.
Gradient and Hessian at the point distinguish the two, for one more pass over the observations.
"""

from __future__ import annotations

import math

from em.fitting.information import FLAT, Information, information_at
from em.fitting.observations import Observations
from em.fitting.run import Record
from em.fitting.stopping import StoppingRule, StopReason, remaining_gain, rounding_level
from em.mixtures.mixture import Mixture

__all__ = ["Ending"]

PATIENCE = 20
"""After n iterations, an end that is not confirmed is checked again n / PATIENCE iterations later."""

UPHILL = 8
"""The same if the log-likelihood bends upwards, because many iterations are still to come."""


class Ending:
    """Decides after each record of a run whether the run ends there, and why.

    A degenerate component ends it too, but the M-step detects that.

    Attributes
    ----------
    reason : StopReason or None
        Why the run ended; None while it continues.
    gain : float or None
        Gain per observation still to come at the last record, by the Newton decrement; inf if it is unknown; None if it
        was not computed.
    """

    def __init__(self, observations: Observations, start: Mixture, stopping: StoppingRule) -> None:
        self._observations = observations
        self._stopping = stopping
        self._tied_start = bool(start.tied_components())
        self._log_likelihood: list[float] = []
        self._was_small = False
        self._next_check = 0
        self.reason: StopReason | None = None
        self.gain: float | None = None

    def reached(self, record: Record) -> bool:
        """Whether the run ends at this record. Call it once for each record, in order."""
        self._log_likelihood.append(record.log_likelihood)
        if self._tied_start:
            reason = self._stopping._reason(self._log_likelihood, self._observations.x.size)
            # Identical components stay identical, so small increments do not prove a maximum.
            self.reason = StopReason.STATIONARY_START if reason is StopReason.CONVERGED else reason
        elif self._is_confirmed(record):
            self.reason = StopReason.CONVERGED
        else:
            self.reason = self._stopping._unless_converged(record.index)
        if self.reason and self.reason.cut_off:
            self._check_estimate(record)
        return self.reason is not None

    def _is_confirmed(self, record: Record) -> bool:
        """Whether less than the tolerance is still to come, by gradient and Hessian."""
        self.gain = None
        here, n = record.information, self._observations.x.size
        if here is not None and here.is_settled:
            before, self._was_small = self._was_small, self._is_small(here)
            return before and self._was_small
        self._was_small = False
        if record.index < self._next_check or not self._stopping._suggests_end(self._log_likelihood, n):
            return False
        here = here or information_at(self._observations, record.mixture)
        if not here.is_reliable:
            return True  # there is only Aitken's estimate
        small = self._is_small(here)
        self._next_check = record.index + 1 + record.index // (UPHILL if self.gain == math.inf else PATIENCE)
        return small

    def _check_estimate(self, record: Record) -> None:
        """Compute the gain to come at the last record of a run that was cut off, if Aitken's estimate suggests an end.

        On a plateau the increments fall to the level of rounding and the estimate to 0, although much is still to come.
        """
        suggested = remaining_gain(self._log_likelihood, self._observations.x.size) <= self._stopping.tol
        if self.gain is None and suggested:
            here = information_at(self._observations, record.mixture)
            if here.is_reliable:
                self._is_small(here)

    def _is_small(self, here: Information) -> bool:
        """Whether less than the tolerance is still to come.

        If components coincide, the Hessian is 0 along some directions. A direction that bends upwards by no more than
        `tol` (as a share of the information) is not worth leaving: its gain within reach is counted instead
        (`Information.gain`).
        """
        tol = self._stopping.tol
        gain = here.gain(max(tol, FLAT)) / here.n_observations
        self.gain = 0.0 if gain < _resolution(here) else gain
        return tol > 0 and self.gain < tol


def _resolution(here: Information) -> float:
    """Gain per observation that rounding alone can cause, in the sum or in the means."""
    n, mixture = here.n_observations, here.mixture
    return max(rounding_level(here.log_likelihood, n) / n, float(mixture.weights @ mixture._resolution() ** 2) / 2)
