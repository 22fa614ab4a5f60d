"""Run EM from many starts and find the distinct ends of the runs: optima, spikes, degenerate ends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.fit import fit
from em.fitting.run import Run
from em.fitting.stopping import StoppingRule, StopReason, require_rule
from em.mixtures.checks import Floats, entries, refusal
from em.mixtures.mixture import Mixture, require_mixture
from em.studies.admissible import Limits

__all__ = ["SAME", "SEVERAL", "Optimum", "Restarts", "group_ends", "restarts", "run_starts"]

SLACK = 10
"""Ends are equal within this many times Aitken's estimate of the gain still to come, which is often too small."""

SAME = 0.001
"""Log-likelihoods that differ by less than this, in nats, count as equally high."""

SEVERAL = 3
"""If this many starts reach the best end, there is probably no better one."""


@dataclass(frozen=True)
class Optimum:
    """An end that at least one start reached.

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
        The lowest log-likelihood of those runs, which are equal to within the accuracy of the stopping rule.
    what : str or None
        For a spike or a degenerate end, what is wrong with the component.
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
        """Whether the best of those runs converged; if not, the log-likelihood may rise further."""
        return self.reason is StopReason.CONVERGED


@dataclass(frozen=True, eq=False)
class Restarts:
    """The runs from all starts, and what they found.

    A degenerate run has no optimum: a component lost its weight, or the likelihood grows without bound as one shrinks
    onto single points. At a spike (`em.studies.admissible`) a component is near that. Both are listed separately and
    never chosen.

    Attributes
    ----------
    runs : tuple of Run
        One for each start, in the order given; fewer if the deadline passed first.
    optima : tuple of Optimum
        Distinct ends that count, best first. Some may have the same log-likelihood, such as mirror images.
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
        """The best run of the first entry of `optima`; if there are none, of `spikes`, or else of `degenerate`."""
        return self.runs[(self.optima or self.spikes or self.degenerate)[0].runs[0]]

    @property
    def trapped(self) -> int:
        """Number of starts that ended lower than the best end, in a spike or degenerate."""
        return len(self.runs) - sum(
            end.count for end in self.optima if self.optima[0].log_likelihood - end.lowest < SAME
        )


def restarts(x: ArrayLike, starts: Iterable[Mixture], stopping: StoppingRule | None = None) -> Restarts:
    """Run EM from each start and group the ends.

    Converged and other runs are grouped separately. Two ends are the same if their log-likelihoods and their densities
    at the observations agree to within the accuracy of the stopping rule: if each end is below its optimum by at most g
    per observation, their mean log-likelihoods differ by at most g, and their log densities by at most sqrt(8 g) in
    root mean square (to second order). This comparison does not depend on the order of the components or on the unit.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    starts : iterable of Mixture
        At least one start.
    stopping : StoppingRule, optional
        When to stop, as in `em.fit`. After its deadline no further start is run; the first always is.

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
    runs = tuple(run_starts(x, given, require_rule(stopping)))
    if not runs:
        raise refusal("starts", "hold at least one mixture", "none", remedy)
    return group_ends(runs[0].mixture.check_observations(x), runs)


def run_starts(x: ArrayLike, starts: Iterable[Mixture], stopping: StoppingRule) -> Iterator[Run]:
    """Yield the run from each start. After the deadline no further start is run; the first always is."""
    for i, start in enumerate(starts):
        if i and stopping.out_of_time:
            return
        require_mixture("starts", start)
        yield fit(x, start, stopping)


def group_ends(x: Floats, runs: Sequence[Run]) -> Restarts:
    """Group the ends of runs on checked observations."""
    limits = {family: Limits.of(x, family) for family in {type(run.mixture) for run in runs}}
    failures: dict[str, list[int]] = {}
    for i, run in enumerate(runs):
        if run.degenerate:
            failures.setdefault(run.degenerate.what, []).append(i)
    ranked = sorted((i for i, run in enumerate(runs) if not run.degenerate), key=lambda i: -runs[i].log_likelihood[-1])
    spikes = {i: what for i in ranked if (what := limits[type(runs[i].mixture)].spike(runs[i].mixture))}
    proper = [i for i in ranked if i not in spikes]
    # The missing gain of runs that have not converged is a rough estimate, so these are grouped separately.
    grouped = [_same_density(runs, [i for i in proper if runs[i].converged is done], x) for done in (True, False)]
    return Restarts(
        tuple(runs),
        tuple(
            _optimum(runs, group, None) for group in sorted(chain(*grouped), key=lambda group: ranked.index(group[0]))
        ),
        tuple(_optimum(runs, group, spikes[group[0]]) for group in _same_density(runs, list(spikes), x)),
        tuple(_optimum(runs, group, what) for what, group in sorted(failures.items(), key=lambda item: -len(item[1]))),
    )


def _optimum(runs: Sequence[Run], group: Sequence[int], what: str | None) -> Optimum:
    """Summarise a group of runs, the best of which comes first."""
    run, levels = runs[group[0]], [float(runs[i].log_likelihood[-1]) for i in group]
    return Optimum(run.mixture, levels[0], len(group), run.reason, tuple(group), min(levels), what)


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
    """Gain per observation, in nats, that a run may have missed; an unknown gain (inf) counts as 0."""
    gain = run.remaining_gain
    return SLACK * max(run.stopping.tol, gain if np.isfinite(gain) else 0.0, 1e-12)
