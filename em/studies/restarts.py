"""Run EM from many starts and find the distinct optima where the runs end."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.fit import fit
from em.fitting.run import Run
from em.fitting.stopping import StoppingRule, StopReason, require_rule
from em.mixtures.checks import Floats, entries, refusal
from em.mixtures.mixture import Mixture, require_mixture

__all__ = ["Optimum", "Restarts", "restarts"]

SLACK = 10
"""Ends count as equal within this many times Aitken's estimate of the gain still to come, which is often too small."""

H = TypeVar("H", bound=Hashable)


@dataclass(frozen=True)
class Optimum:
    """An end that one or more starts reached.

    Attributes
    ----------
    mixture : Mixture
        Parameters of the best of those runs.
    log_likelihood : float
        Its total log-likelihood, in nats.
    count : int
        Number of starts that ended here.
    reason : StopReason
        Why the best of those runs ended.
    runs : tuple of int
        Indices of those starts in the order given, the best first.
    what : str or None
        For a degenerate end, what happened to the component that failed.
    """

    mixture: Mixture
    log_likelihood: float
    count: int
    reason: StopReason
    runs: tuple[int, ...]
    what: str | None = None

    @property
    def converged(self) -> bool:
        """Whether the best of those runs converged; if not, EM may rise further from here."""
        return self.reason is StopReason.CONVERGED


@dataclass(frozen=True, eq=False)
class Restarts:
    """The runs from all starts, and what they found.

    A degenerate run has no optimum: its likelihood grows without bound as a component shrinks onto single points. So it
    is listed separately and never ranked, even if its last proper record has a high log-likelihood.

    Attributes
    ----------
    runs : tuple of Run
        One for each start, in the order given; fewer if the deadline passed first.
    optima : tuple of Optimum
        Distinct proper ends, best first.
    degenerate : tuple of Optimum
        Distinct degenerate ends, the most frequent first. They differ in what happened to the component.
    """

    runs: tuple[Run, ...]
    optima: tuple[Optimum, ...]
    degenerate: tuple[Optimum, ...]

    @property
    def best(self) -> Run:
        """The run that ended highest.

        If every start ended degenerate, this is the first run of the first entry of `degenerate`; its reason says so.
        """
        return self.runs[(self.optima or self.degenerate)[0].runs[0]]

    @property
    def trapped(self) -> int:
        """Number of starts that did not end in the best optimum, but in a lower one or degenerate."""
        return len(self.runs) - (self.optima[0].count if self.optima else 0)


def restarts(x: ArrayLike, starts: Iterable[Mixture], stopping: StoppingRule | None = None) -> Restarts:
    """Run EM from each start and group the ends.

    Two ends are the same optimum if their log-likelihoods and their densities at the observations agree as closely as
    the runs' stopping rule can be trusted. If each end is below its optimum by at most g per observation, their mean
    log-likelihoods differ by at most g, and their log densities by at most sqrt(8 g) in root mean square (to second
    order). This comparison does not depend on the order of the components or on their unit.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    starts : iterable of Mixture
        At least one start.
    stopping : StoppingRule, optional
        When to stop, as in `em.fit`. After its deadline no further start is run, except the first one.

    Returns
    -------
    Restarts
        All runs, and their distinct ends.

    Raises
    ------
    ValueError
        As `em.fit`; also if there is no start.
    """
    remedy = "list some, such as [em.random_start(x, family, k, rng)]"
    given = entries("starts", starts, "be a sequence of mixtures", remedy)
    runs = tuple(_in_time(x, given, require_rule(stopping)))
    if not runs:
        raise refusal("starts", "hold at least one mixture", "none", remedy)
    proper = [i for i, run in enumerate(runs) if run.reason is not StopReason.DEGENERATE]
    failed = [i for i, run in enumerate(runs) if run.reason is StopReason.DEGENERATE]
    proper.sort(key=lambda i: -runs[i].log_likelihood[-1])
    optima = tuple(
        _optimum(runs, group) for group in _same_density(runs, proper, runs[0].mixture.check_observations(x))
    )
    failures = sorted(_grouped(failed, [_fate(runs[i]) for i in failed]), key=len, reverse=True)
    return Restarts(runs, optima, tuple(_optimum(runs, group) for group in failures))


def _in_time(x: ArrayLike, starts: Iterable[Mixture], stopping: StoppingRule) -> Iterator[Run]:
    for i, start in enumerate(starts):
        if i and stopping.out_of_time:
            return
        require_mixture("starts", start)
        yield fit(x, start, stopping)


def _optimum(runs: Sequence[Run], group: Sequence[int]) -> Optimum:
    """Summarise a group of runs, the best of which comes first."""
    run = runs[group[0]]
    what = _fate(run) if run.degenerate else None
    return Optimum(run.mixture, float(run.log_likelihood[-1]), len(group), run.reason, tuple(group), what)


def _fate(run: Run) -> str:
    return run.degenerate.what if run.degenerate else ""


def _grouped(indices: Sequence[int], keys: Sequence[H]) -> list[list[int]]:
    """Group the indices that have the same key, in the order of first appearance."""
    groups: dict[H, list[int]] = {}
    for i, key in zip(indices, keys, strict=True):
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def _same_density(runs: Sequence[Run], ranked: Sequence[int], x: Floats) -> list[list[int]]:
    """Group the runs that ended at the same optimum. Groups, and runs in a group, are in the order of `ranked`."""
    groups: list[list[int]] = []
    log_densities: list[Floats] = []
    for i in ranked:
        log_density = runs[i].mixture.log_density(x)
        for group, other in zip(groups, log_densities, strict=True):
            shortfall = max(_shortfall(runs[i]), _shortfall(runs[group[0]]))
            difference = log_density - other
            if abs(difference.mean()) <= shortfall and (difference**2).mean() <= 8 * shortfall:
                group.append(i)
                break
        else:
            groups.append([i])
            log_densities.append(log_density)
    return groups


def _shortfall(run: Run) -> float:
    """Gain per observation, in nats, that a run may have missed; a gain of inf cannot be estimated and counts as 0."""
    gain = run.remaining_gain
    return SLACK * max(run.stopping.tol, gain if np.isfinite(gain) else 0.0, 1e-12)
