"""The expectation-maximisation algorithm: iterate, fit, and the record of a run.

Dempster, Laird & Rubin (1977), J. R. Statist. Soc. B 39, 1-38. Each iteration is an E-step (responsibilities at the
current parameters) and an M-step (weighted fit at fixed responsibilities); the log-likelihood never falls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.acceleration import Step, steps
from em.fitting.convergence import Convergence
from em.fitting.information import Information
from em.fitting.passes import Passes, proper
from em.fitting.stopping import StoppingRule, StopReason, remaining_gain
from em.mixtures.checks import Floats, brief
from em.mixtures.mixture import DegenerateComponent, Mixture, require_mixture

__all__ = ["ACCELERATED", "EM", "METHODS", "Record", "Run", "fit", "iterate"]

EM, ACCELERATED = METHODS = "em", "accelerated"
"""How a run goes on: by EM alone, or by leaps along its way, the last ones Newton's (em/acceleration.py)."""


@dataclass(frozen=True)
class Record:
    """One entry of a run: the parameters *and* their own log-likelihood.

    Attributes
    ----------
    index : int
        How many iterations led here; 0 is the start.
    mixture : Mixture
        Parameters after that many iterations.
    log_likelihood : float
        Total log-likelihood of `mixture`, in nats.
    n_passes : int
        Passes over the data that it took to come here: one for each record of EM, or a few where sums lose digits.
        Passes differ in time: where observations are many, EM's own go over nodes that stand for them (`em.nodes`).
    information : Information or None
        Gradient and Hessian here, where an accelerated run needed them.
    """

    index: int
    mixture: Mixture
    log_likelihood: float
    n_passes: int = 0
    information: Information | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, eq=False)
class Run:
    """A run of EM: T iterations, T + 1 records.

    Attributes
    ----------
    mixtures : tuple of Mixture, length T + 1
        The start and the parameters after each iteration.
    log_likelihood : ndarray, shape (T + 1,)
        Total log-likelihood of each of `mixtures`, in nats. Read-only.
    reason : StopReason
        Why the run ended.
    stopping : StoppingRule
        The rule it ran under.
    n_observations : int
        Number of observations N.
    degenerate : DegenerateComponent or None
        Which component failed and how, if the run ended so. The last record is then the last proper one.
    method : str
        "em" or "accelerated".
    n_passes : int
        Passes over the data: every E-step, those of steps that were tried in vain or made to confirm the end included.
        They differ in time, see `Record`.
    newton_gain : float or None
        Gain in mean log-likelihood still to come by the Newton decrement, where that was asked at the last record; inf
        where the log-likelihood bends upwards there, so that it cannot be told.
    """

    mixtures: tuple[Mixture, ...]
    log_likelihood: Floats
    reason: StopReason
    stopping: StoppingRule
    n_observations: int
    degenerate: DegenerateComponent | None = None
    method: str = EM
    n_passes: int = 0
    newton_gain: float | None = None

    @property
    def mixture(self) -> Mixture:
        """The last record's parameters: the estimate."""
        return self.mixtures[-1]

    @property
    def n_iter(self) -> int:
        """Number of iterations T."""
        return len(self.mixtures) - 1

    @property
    def converged(self) -> bool:
        """True only when the run ended because it converged."""
        return self.reason is StopReason.CONVERGED

    @cached_property
    def parameters(self) -> dict[str, Floats]:
        """Trajectory of each parameter: name -> array of shape (T + 1, K)."""
        return {
            name: np.array([getattr(mixture, name) for mixture in self.mixtures])
            for name in self.mixture.parameter_names
        }

    @property
    def remaining_gain(self) -> float:
        """Estimated gain in mean log-likelihood still to come; inf where it cannot be told."""
        if self.newton_gain is not None:
            return self.newton_gain
        return remaining_gain(self.log_likelihood.tolist(), self.n_observations)

    @property
    def message(self) -> str:
        """How the run ended and why, in one or two sentences with numbers."""
        steps = f"{self.n_iter:,} iteration{'' if self.n_iter == 1 else 's'}"
        if self.method == ACCELERATED:
            steps += f", accelerated ({self.n_passes:,} pass{'' if self.n_passes == 1 else 'es'} over the data)"
        left = self.remaining_gain
        gain = f"{left:.2g} per observation"
        if self.n_iter < 2:
            outlook = "too few to tell what is still to come"
        elif np.isfinite(left):
            outlook = f"the estimated gain still to come is {gain}"
        elif self.newton_gain is not None:
            outlook = "the log-likelihood bends upwards here, so it cannot be told what is still to come"
        else:
            outlook = "the gain of each iteration is not shrinking yet"
        match self.reason:
            case StopReason.CONVERGED:
                return (
                    f"Converged after {steps}: the estimated gain still to come, {gain}, "
                    f"is below the tolerance {self.stopping.tol:g}."
                )
            case StopReason.MAX_ITER if self.stopping.tol == 0:
                return f"Ran {steps}, as many as asked for (tolerance 0); {outlook}."
            case StopReason.MAX_ITER:
                return f"Stopped at the limit of {steps} without converging: {outlook}."
            case StopReason.OUT_OF_TIME:
                return f"Stopped after {steps} because the time was up: {outlook}."
            case StopReason.STATIONARY_START:
                i, j = self.mixtures[0].tied_components()[0]
                if (i, j) not in self.mixture.tied_components():
                    return (
                        f"Stopped after {steps}: components {i} and {j} started identical, and only rounding errors "
                        "have separated them, so chance chose the result. Start them apart instead."
                    )
                return (
                    f"Stopped after {steps} without separating the components: {i} and {j} started identical, "
                    "so every observation divides between them alike and EM cannot tell them apart."
                )
            case StopReason.DEGENERATE:
                return f"Stopped after {steps}: {self.degenerate}. The last proper estimate is kept."


def iterate(x: ArrayLike, start: Mixture) -> Iterator[Record]:
    """Run EM without end, one record at a time.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    start : Mixture
        Where to start; it is record 0.

    Yields
    ------
    Record
        The start, then the result of every iteration. The iterator ends only where no further iteration is possible
        because a component is degenerate; `fit` says which and why.

    Raises
    ------
    ValueError
        At the call, if `x` cannot be fitted or `start` is no mixture.
    """
    return _until_degenerate(_checked(x, start).copy(), start)  # the caller may change x while it iterates


def _checked(x: ArrayLike, start: Mixture) -> Floats:
    require_mixture("start", start)
    return start.check_observations(x)


def _until_degenerate(x: Floats, start: Mixture) -> Iterator[Record]:
    try:
        for index, step in enumerate(_steps_of_em(Passes(x, start), start)):
            yield Record(index, *step)
    except DegenerateComponent:
        return


def _steps_of_em(passes: Passes, mixture: Mixture) -> Iterator[Step]:
    while True:
        log_likelihood, following = passes.step(mixture)
        yield Step(mixture, log_likelihood, passes.count)
        mixture = proper(following)


def fit(x: ArrayLike, start: Mixture, stopping: StoppingRule | None = None, method: str = EM) -> Run:
    """Run EM from a start until it converges or may not go on.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family. Never modified.
    start : Mixture
        Where to start. Identical components stay identical: see `em.break_tie`.
    stopping : StoppingRule, optional
        When to stop; default ``StoppingRule(max_iter=1000, tol=1e-8)``.
    method : str
        "em", or "accelerated": after a few iterations of EM leaps along its way, Newton's steps in the end, wherever
        such lead up to a maximum, and EM elsewhere. It takes far fewer passes over the data where components overlap.
        Both ends are maxima, nearly always the same one; where ways part either may be the higher.

    Returns
    -------
    Run
        All records, and why the run ended. A degenerate component is a result (reason ``DEGENERATE``), not an error.

    Raises
    ------
    ValueError
        If `x` cannot be fitted (empty, not 1-D, not finite, outside the support) or an argument has the wrong type.
    """
    stopping = StoppingRule() if stopping is None else stopping
    if not isinstance(stopping, StoppingRule):
        raise ValueError(f"stopping must be an em.StoppingRule(max_iter, tol); got {stopping!r}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}; got {brief(method)}")
    x = _checked(x, start)

    mixtures: list[Mixture] = []
    log_likelihood: list[float] = []
    reason: StopReason | None = None
    degenerate = None
    tied_start = bool(start.tied_components())
    passes = Passes(x, start)
    convergence = Convergence(passes, stopping)
    try:
        taken = _steps_of_em(passes, start) if method == EM else steps(passes, start, stopping)
        for index, (mixture, value, _, information) in enumerate(taken):
            mixtures.append(mixture)
            log_likelihood.append(value)
            if tied_start:
                reason = stopping.reason(log_likelihood, x.size)
                reason = StopReason.STATIONARY_START if reason is StopReason.CONVERGED else reason
            elif convergence.reached(mixture, log_likelihood, information):
                reason = StopReason.CONVERGED
            else:
                reason = stopping.unless_converged(index)
            if reason is not None:
                break
        if reason and reason.cut_off:
            convergence.doubt(mixture, log_likelihood)
    except DegenerateComponent as end:
        reason, degenerate = StopReason.DEGENERATE, end
    assert reason is not None
    values = np.array(log_likelihood)
    values.flags.writeable = False
    return Run(tuple(mixtures), values, reason, stopping, x.size, degenerate, method, passes.count, convergence.gain)
