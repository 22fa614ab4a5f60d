"""Runs of EM from many starts, and the distinct optima they end in."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.algorithm import Run, fit
from em.fitting.stopping import StoppingRule, StopReason
from em.mixtures.checks import Floats
from em.mixtures.mixture import Mixture

__all__ = ["Optimum", "Restarts", "restarts"]

SLACK = 10
"""Aitken's estimate of the gain still to come is often short; ends count as equal within so many times as much."""

H = TypeVar("H", bound=Hashable)


@dataclass(frozen=True)
class Optimum:
    """An end that one or more starts came to.

    Attributes
    ----------
    mixture : Mixture
        Parameters of the best of those runs.
    log_likelihood : float
        Its total log-likelihood, in nats.
    count : int
        How many starts ended here.
    reason : StopReason
        Why the best of those runs ended.
    runs : tuple of int
        Which starts, by their place in the order given; the best first.
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
        """Whether the best of those runs converged; if not, EM may climb on from here."""
        return self.reason is StopReason.CONVERGED


@dataclass(frozen=True, eq=False)
class Restarts:
    """The runs from every start, and what they found.

    A degenerate run has no optimum: its likelihood grows without bound as a component shrinks onto single points, so
    however high its last proper record stands it is listed apart and never ranked.

    Attributes
    ----------
    runs : tuple of Run
        One from each start, in the order given; fewer if the deadline came first.
    optima : tuple of Optimum
        Distinct proper ends, best first.
    degenerate : tuple of Optimum
        Distinct degenerate ends, the most frequent first; each is known by what happened to its component.
    """

    runs: tuple[Run, ...]
    optima: tuple[Optimum, ...]
    degenerate: tuple[Optimum, ...]

    @property
    def best(self) -> Run:
        """The run that ended highest; where every start ended degenerate, the first of those (its reason says so)."""
        return self.runs[(self.optima or self.degenerate)[0].runs[0]]

    @property
    def trapped(self) -> int:
        """How many starts ended elsewhere than in the best optimum: in a lower one, or degenerate."""
        return len(self.runs) - (self.optima[0].count if self.optima else 0)


def restarts(x: ArrayLike, starts: Iterable[Mixture], stopping: StoppingRule | None = None) -> Restarts:
    """Run EM from each start and group the ends.

    Two ends are the same optimum if both their log-likelihoods and their densities at the observations agree as nearly
    as the runs' stopping rule can be trusted. If each is short of its optimum by at most g per observation, so are
    their mean log-likelihoods, and their log densities differ by at most sqrt(8 g) in root mean square (to second
    order). Densities do not depend on the order of components, nor on their unit.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    starts : iterable of Mixture
        At least one.
    stopping : StoppingRule, optional
        When to stop, as for `em.fit`. After its deadline no further start is run, but for the first.

    Returns
    -------
    Restarts
        All runs, and their distinct ends.

    Raises
    ------
    ValueError
        As `em.fit`; also if there is no start.
    """
    runs = tuple(_in_time(x, starts, stopping or StoppingRule()))
    if not runs:
        raise ValueError("starts must hold at least one mixture; got none: use em.random_start for some")
    proper = [i for i, run in enumerate(runs) if run.reason is not StopReason.DEGENERATE]
    failed = [i for i, run in enumerate(runs) if run.reason is StopReason.DEGENERATE]
    proper.sort(key=lambda i: -runs[i].log_likelihood[-1])
    optima = tuple(
        _optimum(runs, group) for group in _same_density(runs, proper, runs[0].mixture.check_observations(x))
    )
    by_fate = sorted(_grouped(failed, [_fate(runs[i]) for i in failed]), key=len, reverse=True)
    return Restarts(runs, optima, tuple(_optimum(runs, group) for group in by_fate))


def _in_time(x: ArrayLike, starts: Iterable[Mixture], stopping: StoppingRule) -> Iterator[Run]:
    for i, start in enumerate(starts):
        if i and stopping.out_of_time:
            return
        yield fit(x, start, stopping)


def _optimum(runs: Sequence[Run], group: Sequence[int]) -> Optimum:
    """The record of a group of runs, its best first."""
    run = runs[group[0]]
    what = _fate(run) if run.degenerate else None
    return Optimum(run.mixture, float(run.log_likelihood[-1]), len(group), run.reason, tuple(group), what)


def _fate(run: Run) -> str:
    return run.degenerate.what if run.degenerate else ""


def _grouped(indices: Sequence[int], keys: Sequence[H]) -> list[list[int]]:
    """Indices that have the same key, in the order of first appearance."""
    groups: dict[H, list[int]] = {}
    for i, key in zip(indices, keys, strict=True):
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def _same_density(runs: Sequence[Run], ranked: Sequence[int], x: Floats) -> list[list[int]]:
    """Runs that ended at the same optimum; each group and the groups in the order of `ranked`."""
    groups: list[list[int]] = []
    log_densities: list[Floats] = []
    for i in ranked:
        log_density = runs[i].mixture.log_density(x)
        for group, other in zip(groups, log_densities, strict=True):
            short = max(_shortfall(runs[i]), _shortfall(runs[group[0]]))
            apart = log_density - other
            if abs(apart.mean()) <= short and (apart**2).mean() <= 8 * short:
                group.append(i)
                break
        else:
            groups.append([i])
            log_densities.append(log_density)
    return groups


def _shortfall(run: Run) -> float:
    """By how much, per observation, a run may have stopped below its optimum; inf gains are not to be guessed at."""
    left = run.remaining_gain
    return SLACK * max(run.stopping.tol, left if np.isfinite(left) else 0.0, 1e-12)
