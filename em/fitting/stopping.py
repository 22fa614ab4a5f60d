"""When a run stops, and why. This file needs no model and no observations, only numbers."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from em.mixtures.checks import entries, flag, instance, real_number, refusal, whole_number

__all__ = ["StopReason", "StoppingRule", "remaining_gain", "require_rule", "rounding_level"]


class StopReason(Enum):
    """Why a run ended. Only `CONVERGED` means convergence.

    `STATIONARY_START` means that components started identical, to within rounding, and that gains have become too small
    to continue. EM cannot separate such components, so this does not prove a maximum. Other components may have moved.
    """

    CONVERGED = "converged"
    MAX_ITER = "max_iter"
    STATIONARY_START = "stationary_start"
    DEGENERATE = "degenerate"
    OUT_OF_TIME = "out_of_time"

    @property
    def cut_off(self) -> bool:
        """Whether a limit ended a run that might have continued."""
        return self in (StopReason.MAX_ITER, StopReason.OUT_OF_TIME)


def rounding_level(log_likelihood: float, n_observations: int) -> float:
    """Size of a change in the total log-likelihood that rounding alone can cause, in nats."""
    return 8 * math.ulp(1.0) * (abs(log_likelihood) + n_observations)


def remaining_gain(log_likelihood: Sequence[float], n_observations: int) -> float:
    """Estimate the gain in mean log-likelihood that is still to come (Aitken's acceleration).

    If the increments d_t = l_t - l_(t-1) shrink by the factor c = d_t / d_(t-1), the sum of all increments to come is
    at most d_t / (1 - c) [1]_. This is an estimate: on slow runs c still grows, and the gain may be several times as
    large.

    Parameters
    ----------
    log_likelihood : sequence of float
        Total log-likelihood of each record so far; only the last three are used.
    n_observations : int
        Number of observations N.

    Returns
    -------
    float
        Gain per observation, in nats; inf while the increments do not shrink, or if there are fewer than three records.

    References
    ----------
    .. [1] Böhning, Dietz, Schaub, Schlattmann & Lindsay (1994), Ann. Inst. Statist. Math. 46, 373-388.
    """
    if len(log_likelihood) < 3:
        return math.inf
    before, middle, last = log_likelihood[-3:]
    noise = rounding_level(last, n_observations)
    gain, gain_before = last - middle, middle - before
    if gain <= noise:
        return 0.0
    if gain >= gain_before:
        return math.inf
    return gain / (1 - gain / gain_before) / n_observations


@dataclass(frozen=True)
class StoppingRule:
    """When a run stops.

    Parameters
    ----------
    max_iter : int
        Largest number of iterations, >= 1.
    tol : float
        Stop when the estimated remaining gain in mean log-likelihood (nats per observation) is below this twice in a
        row: a single small step means nothing when EM is just leaving a saddle. `em.fit` confirms it with the Newton
        decrement (`em.fitting.convergence`). 0 runs exactly `max_iter` iterations, unless a component is degenerate or
        the deadline passes.
    deadline : float
        Time of `time.monotonic` at which to stop, even without convergence; by default there is none. Several runs may
        share a deadline. The last iteration then depends on the machine, so the run cannot be repeated exactly.
    processor_time : bool
        Whether `deadline` is a time of `time.thread_time` instead: the processor time of the thread that runs EM.

    Raises
    ------
    ValueError
        If `max_iter` is not a whole number >= 1, `tol` is negative or not finite, `deadline` is not a number, or
        `processor_time` is not a bool.
    """

    max_iter: int = 1000
    tol: float = 1e-8
    deadline: float = math.inf
    processor_time: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_iter", whole_number("max_iter", self.max_iter))
        tol = real_number("tol", self.tol, "be a finite number, at least 0", "0 runs max_iter iterations")
        object.__setattr__(self, "processor_time", flag("processor_time", self.processor_time))
        clock = "time.thread_time" if self.processor_time else "time.monotonic"
        rule, remedy = f"be a time of {clock}", f"use {clock}() + seconds, or math.inf for no deadline"
        deadline = real_number("deadline", self.deadline, rule, remedy, least=-math.inf, most=math.inf)
        object.__setattr__(self, "tol", tol)
        object.__setattr__(self, "deadline", deadline)

    def reason(self, log_likelihood: Sequence[float], n_observations: int) -> StopReason | None:
        """Decide whether to stop after the records so far: CONVERGED, MAX_ITER, OUT_OF_TIME, or None to continue.

        Parameters
        ----------
        log_likelihood : sequence of float
            Total log-likelihood of each record, the start first.
        n_observations : int
            Number of observations N.

        Raises
        ------
        ValueError
            If `log_likelihood` is empty or holds anything but numbers, or `n_observations` is no whole number >= 1.
        """
        return self._reason(*_checked(log_likelihood, n_observations))

    def suggests_end(self, log_likelihood: Sequence[float], n_observations: int) -> bool:
        """Whether the estimated remaining gain is below the tolerance twice in a row; parameters as in `reason`."""
        return self._suggests_end(*_checked(log_likelihood, n_observations))

    def unless_converged(self, n_iter: int) -> StopReason | None:
        """Decide whether to stop after `n_iter` iterations without convergence: MAX_ITER, OUT_OF_TIME, or None."""
        return self._unless_converged(whole_number("n_iter", n_iter, least=0))

    # For runs, which call these after every iteration: without checks.

    def _reason(self, log_likelihood: Sequence[float], n_observations: int) -> StopReason | None:
        if self._suggests_end(log_likelihood, n_observations):
            return StopReason.CONVERGED
        return self._unless_converged(len(log_likelihood) - 1)

    def _suggests_end(self, log_likelihood: Sequence[float], n_observations: int) -> bool:
        return (
            self.tol > 0
            and remaining_gain(log_likelihood[-3:], n_observations) < self.tol
            and remaining_gain(log_likelihood[-4:-1], n_observations) < self.tol
        )

    def _unless_converged(self, n_iter: int) -> StopReason | None:
        if n_iter >= self.max_iter:
            return StopReason.MAX_ITER
        return StopReason.OUT_OF_TIME if self.out_of_time else None

    @property
    def out_of_time(self) -> bool:
        """Whether the deadline has passed."""
        return (time.thread_time() if self.processor_time else time.monotonic()) >= self.deadline


def _checked(log_likelihood: Sequence[float], n_observations: int) -> tuple[list[float], int]:
    """Check the arguments of `StoppingRule.reason`. A log-likelihood may be -inf, if logarithms overflow."""
    name, rule = "log_likelihood", "hold the log-likelihood of each record, the start first"
    remedy = "use those of the records of em.iterate"
    values = [
        real_number(name, value, rule, remedy, least=-math.inf) for value in entries(name, log_likelihood, rule, remedy)
    ]
    if not values:
        raise refusal(name, rule, "none", remedy)
    return values, whole_number("n_observations", n_observations)


def require_rule(stopping: StoppingRule | None) -> StoppingRule:
    """Return `stopping`, or the default rule for None; ValueError if it is anything else."""
    remedy = "use em.StoppingRule(max_iter, tol)"
    return StoppingRule() if stopping is None else instance("stopping", stopping, StoppingRule, "be a rule", remedy)
