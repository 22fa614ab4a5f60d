"""The result of a run of EM: a record of every iteration, and why the run ended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.stopping import StoppingRule, StopReason, remaining_gain
from em.mixtures.checks import Floats, in_order, instance, refusal
from em.mixtures.family import DegenerateComponent
from em.mixtures.mixture import Mixture

if TYPE_CHECKING:
    from em.fitting.information import Information

__all__ = ["ACCELERATED", "EM", "METHODS", "Record", "Run", "observations_of", "require_run"]

EM, ACCELERATED = METHODS = "em", "accelerated"
"""Plain EM, or EM with leaps along its path, the last of which are Newton steps."""


class Record(NamedTuple):
    """One entry of a run: the parameters *and* their own log-likelihood.

    Attributes
    ----------
    index : int
        Number of iterations so far; 0 is the start.
    mixture : Mixture
        Parameters after that many iterations.
    log_likelihood : float
        Total log-likelihood of `mixture`, in nats.
    n_passes : int
        Passes over the data so far: one for each record of EM, or a few if sums lose digits or the family has no
        sufficient statistics. They differ in time: for many observations EM uses a few nodes (`em.fitting.nodes`).
    information : Information or None
        Gradient and Hessian at `mixture`, if an accelerated run needed them.
    """

    index: int  # type: ignore[assignment]  # a record does not need tuple.index
    mixture: Mixture
    log_likelihood: float
    n_passes: int = 0
    information: Information | None = None


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
        When the run had to stop.
    n_observations : int
        Number of observations N.
    degenerate : DegenerateComponent or None
        Which component failed and how, if that ended the run. The last record is from before that.
    method : str
        "em" or "accelerated".
    n_passes : int
        Passes over the data, including those of rejected leaps and those that confirmed the end. They differ in time,
        see `Record`.
    newton_gain : float or None
        Gain in mean log-likelihood still to come, by the Newton decrement at the last record; None if it was not
        computed, inf (unknown) if the log-likelihood bends upwards there.
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
        """The parameters of the last record: the estimate."""
        return self.mixtures[-1]

    @property
    def n_iter(self) -> int:
        """Number of iterations T."""
        return len(self.mixtures) - 1

    @property
    def converged(self) -> bool:
        """Whether the run ended because it converged."""
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
        """Estimated gain in mean log-likelihood still to come; inf if it is unknown."""
        if self.newton_gain is not None:
            return self.newton_gain
        return remaining_gain(self.log_likelihood.tolist(), self.n_observations)

    @property
    def message(self) -> str:
        """How the run ended and why, in one or two sentences with numbers."""
        steps = f"{self.n_iter:,} iteration{'' if self.n_iter == 1 else 's'}"
        if self.method == ACCELERATED:
            steps += f", accelerated ({self.n_passes:,} pass{'' if self.n_passes == 1 else 'es'} over the data)"
        match self.reason:
            case StopReason.CONVERGED:
                gain, _ = in_order(self.remaining_gain, self.stopping.tol, digits=2)
                return (
                    f"Converged after {steps}: the estimated gain still to come, {gain} per observation, "
                    f"is below the tolerance {self.stopping.tol}."
                )
            case StopReason.MAX_ITER if self.stopping.tol == 0:
                return f"Ran {steps}, as many as asked for (tolerance 0); {self._outlook}."
            case StopReason.MAX_ITER:
                return f"Stopped at the limit of {steps} without converging: {self._outlook}."
            case StopReason.OUT_OF_TIME:
                return f"Stopped after {steps} because the time was up: {self._outlook}."
            case StopReason.STATIONARY_START:
                return f"Stopped after {steps}: {self._tie()}"
            case StopReason.DEGENERATE:
                return f"Stopped after {steps}: {self.degenerate}. The last proper estimate is kept."

    @property
    def _outlook(self) -> str:
        """The gain still to come after a run that was cut off, in words."""
        left = self.remaining_gain
        gain = f"{left:.2g} per observation"
        if self.newton_gain is not None:
            if np.isfinite(left):
                return f"the estimated gain still to come is {gain}"
            return "the log-likelihood bends upwards here, so it cannot be told what is still to come"
        if self.n_iter < 2:
            return "too few to tell what is still to come"
        if np.isfinite(left):
            return f"if gains go on shrinking as the last one did, {gain} is still to come"
        return "the last iteration gained no less than the one before, so it cannot be told what is still to come"

    def _tie(self) -> str:
        """What happened to components that started identical: to a pair that has separated, if there is one."""
        start = self.mixtures[0]
        tied, tied_still = start.tied_components(), self.mixture.tied_components()
        i, j = next((pair for pair in tied if pair not in tied_still), tied[0])
        exactly = all(array[i] == array[j] for array in list(start.parameters.values())[1:])
        identical = f"components {i} and {j} started identical{'' if exactly else ' but for rounding'}"
        if (i, j) in tied_still:
            return f"{identical}, so every observation divides between them alike and EM cannot separate them."
        how = "only rounding errors have separated them, so chance chose in which direction"
        return f"{identical}, and {how if exactly else 'that has separated them'}. Start them apart instead."


def require_run(run: object) -> None:
    """Raise ValueError if `run` is not a run."""
    instance("run", run, Run, "be a run", "use what em.fit(x, start) returned")


def observations_of(run: Run, x: ArrayLike) -> Floats:
    """Return `x` as the observations of a run; ValueError if the run had another number of them."""
    observations = run.mixture.check_observations(x)
    if observations.size != run.n_observations:
        raise refusal(
            "x", f"be the {run.n_observations} observations of the run", observations.size, "pass the same ones"
        )
    return observations
