"""Say in plain sentences where many starts ended, and which number of components to choose."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from em.fitting.stopping import StopReason
from em.mixtures.checks import instance
from em.studies.restarts import Optimum, Restarts, is_lower
from em.studies.search import SEVERAL
from em.studies.selection import Candidate, preferred
from em.studies.words import counted, listed

__all__ = ["local_optimum", "model_choice"]

GAIN = 0.001
"""A fit that is higher by less than this, in nats, than one with fewer components gains nothing by the others."""

NAMED = 3
"""So many ends are named; of the others only the number of starts is given."""


def local_optimum(found: Restarts) -> str:
    """Where the starts ended: at the highest end found, as high, lower, at a spike or degenerate."""
    instance("found", found, Restarts, "be what several starts found", "use what em.restarts(x, starts) returned")
    total = len(found.runs)
    if not found.optima:
        return f"No start of {total:,} reached an end that counts: {'; '.join(_left_out(found))}."
    best, *others = found.optima
    so_far = "" if best.converged else ", but had not converged"
    higher = any(run.log_likelihood[-1] > best.log_likelihood for run in found.runs)
    aside = ", spikes aside" if higher else ""
    parts = [
        f"{best.count:,} of {counted(total, 'start')} reached the highest log-likelihood found{aside}, "
        f"{best.log_likelihood:.3f}{so_far}"
    ]
    if equal := [end for end in others if not is_lower(end, best)]:
        parts.append(f"{_starts(equal):,} came as high with another density")
    for converged, fate in ((True, ", trapped in a local optimum"), (False, " and had not converged")):
        if ends := [end for end in others if end.converged is converged and is_lower(end, best)]:
            parts.append(f"{_starts(ends):,} ended lower{fate}: {_lower(ends, best)}")
    return "; ".join([*parts, *_left_out(found)]) + "."


def model_choice(candidates: Sequence[Candidate]) -> str:
    """The numbers of components that BIC and AIC prefer, and what is to be known of the fits that were compared.

    Raises
    ------
    ValueError
        As `em.preferred`.
    """
    by_bic, by_aic = (preferred(candidates, criterion) for criterion in ("bic", "aic"))
    said = [
        f"BIC is lowest with K = {by_bic.n_components} ({by_bic.bic:.2f}), "
        f"AIC with K = {by_aic.n_components} ({by_aic.aic:.2f})."
    ]
    if failed := [other for other in candidates if other.n_long == 0]:
        said.append(f"With K = {_sizes(failed)} only spikes and degenerate ends were found.")
    proper = sorted((other for other in candidates if not other.degenerate), key=lambda other: other.n_components)
    gains = [(more, more.log_likelihood - fewer.log_likelihood) for fewer, more in pairwise(proper)]
    idle = [more for more, gain in gains if gain < GAIN and more.n_long]
    if idle:
        said.append(f"K = {_sizes(idle)} gained less than {GAIN} in log-likelihood over fewer components.")
    others = [other for other in proper if other not in idle and other.n_long and other.n_components > 1]
    if rare := [other for other in others if other.run.converged and other.n_best < SEVERAL]:
        shares = [f"{one.n_best} of {one.n_long} with K = {one.n_components}" for one in rare]
        said.append(
            f"Few of the runs that were completed reached the best fit: {listed(shares)}; there may be better ones."
        )
    stopped = (StopReason.MAX_ITER, StopReason.OUT_OF_TIME)
    if unfinished := [other for other in proper if other.run.reason in stopped]:
        said.append(f"The fit with K = {_sizes(unfinished)} had not converged.")
    return " ".join(said)


def _left_out(found: Restarts) -> list[str]:
    """How many starts ended at a spike and how many degenerate, and what happened there."""
    parts = []
    if found.spikes:
        highest = found.spikes[0]
        where = f"at the highest, {highest.log_likelihood:.3f}, {highest.what}"
        parts.append(f"{_starts(found.spikes):,} ended at a spike ({where})")
    if found.degenerate:
        why = f"{'most often ' if found.degenerate[1:] else ''}because a component {found.degenerate[0].what}"
        parts.append(f"{_starts(found.degenerate):,} ended degenerate ({why})")
    return parts


def _sizes(candidates: Sequence[Candidate]) -> str:
    return listed([str(candidate.n_components) for candidate in candidates])


def _starts(ends: Sequence[Optimum]) -> int:
    return sum(end.count for end in ends)


def _lower(ends: Sequence[Optimum], best: Optimum) -> str:
    """Describe the first ends (number of starts, how much lower than the best) and count the starts at the others."""
    gaps = [(end, best.log_likelihood - end.log_likelihood) for end in ends[:NAMED]]
    descriptions = [f"{end.count:,} at {end.log_likelihood:.3f} ({gap:.3g} lower)" for end, gap in gaps]
    return listed([*descriptions, f"{_starts(ends[NAMED:]):,} lower still"] if ends[NAMED:] else descriptions)
