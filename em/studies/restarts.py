"""Run EM from many starts and find the distinct ends of the runs: optima, spikes, degenerate ends."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.fit import fit
from em.fitting.run import Run
from em.fitting.stopping import StoppingRule, StopReason, require_rule
from em.mixtures.checks import Floats, entries, refusal
from em.mixtures.mixture import Mixture, require_mixture
from em.studies.admissible import Limits

__all__ = ["SAME", "SEVERAL", "Optimum", "Restarts", "in_time", "restarts", "sorted_out"]

SLACK = 10
"""Ends count as equal within this many times Aitken's estimate of the gain still to come, which is often too small."""

SAME = 0.001
"""Log-likelihoods that differ by less than this, in nats, count as equally high."""

SEVERAL = 3
"""A best end that so many starts reach is probably the best there is."""

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
    lowest : float
        The lowest log-likelihood of those runs: ends count as equal as closely as the stopping rule can be trusted.
    what : str or None
        For a spike or a degenerate end, what the component is or what happened to it.
    """

    mixture: Mixture
    log_likelihood: float
    count: int
    reason: StopReason
    runs: tuple[int, ...]
    lowest: float = math.nan
    what: str | None = None

    @property
    def converged(self) -> bool:
        """Whether the best of those runs converged; if not, EM may rise further from here."""
        return self.reason is StopReason.CONVERGED


@dataclass(frozen=True, eq=False)
class Restarts:
    """The runs from all starts, and what they found.

    A degenerate run has no optimum: a component lost its weight, or the likelihood grows without bound as one shrinks
    onto single points. At a spike (`em.studies.admissible`) a component has come near that. Both are listed separately
    and never chosen, however high their log-likelihood.

    Attributes
    ----------
    runs : tuple of Run
        One for each start, in the order given; fewer if the deadline passed first.
    optima : tuple of Optimum
        Distinct ends that count, best first. Ends with the same log-likelihood may differ: mirror images do.
    spikes : tuple of Optimum
        Distinct ends with a component on too few observations, or on too little spread; the highest first.
    degenerate : tuple of Optimum
        Distinct degenerate ends, the most frequent first. They differ in what happened to the component.
    """

    runs: tuple[Run, ...]
    optima: tuple[Optimum, ...]
    spikes: tuple[Optimum, ...]
    degenerate: tuple[Optimum, ...]

    @property
    def best(self) -> Run:
        """The run that ended highest, spikes and degenerate ends aside.

        If there are only such, this is the first run of the first entry of `spikes` or else of `degenerate`.
        """
        return self.runs[(self.optima or self.spikes or self.degenerate)[0].runs[0]]

    @property
    def trapped(self) -> int:
        """Number of starts that did not end as high as the best end, but lower, in a spike or degenerate."""
        return len(self.runs) - sum(
            end.count for end in self.optima if self.optima[0].log_likelihood - end.lowest < SAME
        )


def restarts(x: ArrayLike, starts: Iterable[Mixture], stopping: StoppingRule | None = None) -> Restarts:
    """Run EM from each start and group the ends.

    Runs that have not converged are grouped apart from those that have. Two ends are the same if their log-likelihoods
    and their densities at the observations agree as closely as the runs' stopping rule can be trusted. If each end is
    below its optimum by at most g per observation, their mean log-likelihoods differ by at most g, and their log
    densities by at most sqrt(8 g) in root mean square (to second order). This comparison does not depend on the order
    of the components or on their unit.

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
    runs = tuple(in_time(x, given, require_rule(stopping)))
    if not runs:
        raise refusal("starts", "hold at least one mixture", "none", remedy)
    return sorted_out(runs[0].mixture.check_observations(x), runs)


def in_time(x: ArrayLike, starts: Iterable[Mixture], stopping: StoppingRule) -> Iterator[Run]:
    """Yield the run from each start. After the deadline no further run is begun, except the first one."""
    for i, start in enumerate(starts):
        if i and stopping.out_of_time:
            return
        require_mixture("starts", start)
        yield fit(x, start, stopping)


def sorted_out(x: Floats, runs: Sequence[Run]) -> Restarts:
    """Group the ends of runs on checked observations."""
    limits = {family: Limits.of(x, family) for family in {type(run.mixture) for run in runs}}
    failed = [i for i, run in enumerate(runs) if run.reason is StopReason.DEGENERATE]
    ranked = sorted(set(range(len(runs))) - set(failed), key=lambda i: -runs[i].log_likelihood[-1])
    spikes = {i: what for i in ranked if (what := limits[type(runs[i].mixture)].spike(runs[i].mixture))}
    proper = [i for i in ranked if i not in spikes]
    # How much is missing to runs that have not converged is a rough estimate, so these are no part of an optimum.
    grouped = [_same_density(runs, [i for i in proper if runs[i].converged is done], x) for done in (True, False)]
    failures = sorted(_grouped(failed, [_fate(runs[i]) for i in failed]), key=len, reverse=True)
    return Restarts(
        tuple(runs),
        tuple(
            _optimum(runs, group, None) for group in sorted(chain(*grouped), key=lambda group: ranked.index(group[0]))
        ),
        tuple(_optimum(runs, group, spikes[group[0]]) for group in _same_density(runs, list(spikes), x)),
        tuple(_optimum(runs, group, _fate(runs[group[0]])) for group in failures),
    )


def _optimum(runs: Sequence[Run], group: Sequence[int], what: str | None) -> Optimum:
    """Summarise a group of runs, the best of which comes first."""
    run, levels = runs[group[0]], [float(runs[i].log_likelihood[-1]) for i in group]
    return Optimum(run.mixture, levels[0], len(group), run.reason, tuple(group), min(levels), what)


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
