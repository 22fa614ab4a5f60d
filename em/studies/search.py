"""Search for the highest maximum of the likelihood with one number of components, from many starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from em.fitting.fit import fit
from em.fitting.run import ACCELERATED, Run
from em.fitting.stopping import StoppingRule, StopReason
from em.mixtures.checks import Floats
from em.mixtures.mixture import Mixture
from em.studies.admissible import Limits
from em.studies.restarts import SEVERAL, Restarts, group_ends, run_starts

__all__ = ["LONG", "Found", "search"]

SHORT = StoppingRule(max_iter=60, tol=1e-5)
"""When the short run from each start stops. Its end shows how promising the start is."""

LONG = StoppingRule(max_iter=10_000)
"""When the runs from the most promising starts stop, by default."""

STAGE = 1000
"""After every stage of this many iterations a long run stops if it is at a spike: these take longest to converge."""

NEAR = 0.05
"""Ends this near to one that led to a spike are skipped.

The distance is the root mean square of the difference of their log densities at the observations, in nats."""

LEAST, MOST = 8, 40
"""Smallest and largest number of long runs. The search ends between them if `SEVERAL` have reached the best end."""


@dataclass(frozen=True, eq=False)
class Found:
    """The best end that a search found.

    Attributes
    ----------
    run : Run
        The run that ended there: the highest of those that converged, or of the others if none did. If all starts came
        to a spike or ended degenerate, one of these.
    is_spike : bool
        Whether all starts came to a spike or ended degenerate.
    n_starts : int
        Number of starts that were run, and of the other runs.
    n_long : int
        Number of long runs that ended at no spike.
    n_best : int
        How many of these ended where `run` did.
    """

    run: Run
    is_spike: bool
    n_starts: int
    n_long: int
    n_best: int


def search(x: Floats, starts: Sequence[Mixture], stopping: StoppingRule, runs: Iterable[Run] = ()) -> Found:
    """Find the highest maximum that counts: make a short run from each start, then long ones from the best ends [1]_.

    `x` are checked observations, shape (N,). There is at least one start; all have the same family and number of
    components. `stopping` applies to the long runs. After its deadline no further run is made; the first always is.
    `runs` are other runs on these observations. They are compared too, and continued if they have not converged.

    References
    ----------
    .. [1] Biernacki, Celeux & Govaert (2003), Comput. Statist. Data Anal. 41, 561-575.
    """
    limits = Limits.of(x, type(starts[0]))
    short = [*runs, *run_starts(x, starts, replace(stopping, max_iter=SHORT.max_iter, tol=SHORT.tol))]
    promising = sorted((run for run in short if _is_proper(run, limits)), key=lambda run: -run.log_likelihood[-1])
    long: list[Run] = []
    found = None
    for run in _long_runs(x, promising, stopping, limits):
        long += [run] if _is_proper(run, limits) else []
        found = group_ends(x, long) if long else None
        if found and len(long) >= LEAST and _best(found)[1] >= SEVERAL:
            break
    if not found:
        return Found(group_ends(x, short).best, True, len(short), 0, 0)
    best, count = _best(found)
    return Found(best, False, len(short), len(long), count)


def _is_proper(run: Run, limits: Limits) -> bool:
    """Whether the end of a run can be chosen."""
    return run.reason is not StopReason.DEGENERATE and not limits.spike(run.mixture)


def _long_runs(x: Floats, promising: Sequence[Run], stopping: StoppingRule, limits: Limits) -> Iterator[Run]:
    """Yield the runs, those that have not converged continued, the most promising first."""
    to_spikes: list[Floats] = []
    n_runs = 0
    for run in promising:
        if n_runs == MOST or (n_runs and stopping.out_of_time):
            return
        done = run.converged and run.stopping.tol <= stopping.tol
        here = run.mixture.log_density(x)
        if not done and any(((here - other) ** 2).mean() < NEAR**2 for other in to_spikes):
            continue
        n_runs += 1
        long = run if done else _continue(x, run.mixture, stopping, limits)
        to_spikes += [] if _is_proper(long, limits) else [here]
        yield long


def _continue(x: Floats, mixture: Mixture, stopping: StoppingRule, limits: Limits) -> Run:
    """Make a long run from a mixture, in stages, and return the last stage."""
    for done in range(0, stopping.max_iter, STAGE):
        stage = replace(stopping, max_iter=min(STAGE, stopping.max_iter - done))
        run = fit(x, mixture, stage, ACCELERATED)
        if run.reason is not StopReason.MAX_ITER or limits.spike(run.mixture):
            break
        mixture = run.mixture
    return run


def _best(found: Restarts) -> tuple[Run, int]:
    """Return the highest run of those that converged, or else of the others, and how many ended there."""
    end = next((end for end in found.optima if end.converged), found.optima[0])
    return found.runs[end.runs[0]], end.count
