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
from em.studies.restarts import SEVERAL, Restarts, in_time, sorted_out

__all__ = ["LONG", "Found", "search"]

SHORT = StoppingRule(max_iter=60, tol=1e-5)
"""When the short run from each start stops. Its end tells how promising the start is."""

LONG = StoppingRule(max_iter=10_000)
"""When the runs from the most promising starts stop, by default."""

STAGE = 1000
"""After so many iterations a long run is given up if it has come to a spike: these take longest to converge."""

NEAR = 0.05
"""No long run is made from an end this near to one from where a run came to a spike.

It is the root mean square of the difference of their log densities at the observations, in nats."""

LEAST, MOST = 8, 40
"""Numbers of long runs: at least, and at most if the best end is not reached by `SEVERAL`."""


@dataclass(frozen=True, eq=False)
class Found:
    """The best end that a search found.

    Attributes
    ----------
    run : Run
        The run that ended there: the highest of those that converged, or of the others if none did. If every start
        came to a spike or ended degenerate, one of these.
    is_spike : bool
        Whether every start did.
    n_starts : int
        Number of starts that were run, and of the other runs.
    n_long : int
        Number of long runs that were no spikes in the end.
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

    Parameters
    ----------
    x : ndarray, shape (N,)
        Checked observations.
    starts : sequence of Mixture
        At least one, all of one family and number of components.
    stopping : StoppingRule
        When the long runs stop. After its deadline no further run is begun, except the first one.
    runs : iterable of Run
        Other runs on these observations. Their ends are compared too, and continued if they have not converged.

    References
    ----------
    .. [1] Biernacki, Celeux & Govaert (2003), Comput. Statist. Data Anal. 41, 561-575.
    """
    limits = Limits.of(x, type(starts[0]))
    short = [*runs, *in_time(x, starts, replace(SHORT, deadline=stopping.deadline))]
    promising = sorted((run for run in short if _counts(run, limits)), key=lambda run: -run.log_likelihood[-1])
    long: list[Run] = []
    found = None
    for run in _long_runs(x, promising, stopping, limits):
        long += [run] if _counts(run, limits) else []
        found = sorted_out(x, long) if long else None
        if found and len(long) >= LEAST and _best(found)[1] >= SEVERAL:
            break
    if not found:
        return Found(sorted_out(x, short).best, True, len(short), 0, 0)
    best, count = _best(found)
    return Found(best, False, len(short), len(long), count)


def _counts(run: Run, limits: Limits) -> bool:
    """Whether the end of a run can be chosen."""
    return run.reason is not StopReason.DEGENERATE and not limits.spike(run.mixture)


def _long_runs(x: Floats, promising: Sequence[Run], stopping: StoppingRule, limits: Limits) -> Iterator[Run]:
    """Runs that have converged, and what becomes of the others, the most promising first."""
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
        long = run if done else _continued(x, run.mixture, stopping, limits)
        to_spikes += [] if _counts(long, limits) else [here]
        yield long


def _continued(x: Floats, mixture: Mixture, stopping: StoppingRule, limits: Limits) -> Run:
    """The last stage of a long run from a mixture."""
    for done in range(0, stopping.max_iter, STAGE):
        stage = replace(stopping, max_iter=min(STAGE, stopping.max_iter - done))
        run = fit(x, mixture, stage, ACCELERATED)
        if run.reason is not StopReason.MAX_ITER or limits.spike(run.mixture):
            break
        mixture = run.mixture
    return run


def _best(found: Restarts) -> tuple[Run, int]:
    """The run that ended highest of those that converged, or else of the others; and how many ended there."""
    end = next((end for end in found.optima if end.converged), found.optima[0])
    return found.runs[end.runs[0]], end.count
