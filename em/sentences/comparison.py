"""Sentences about where many starts ended, and which number of components to choose."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from em.mixtures.checks import instance
from em.sentences.words import counted, listed
from em.studies.criteria import Candidate, preferred
from em.studies.restarts import SAME, SEVERAL, Optimum, Restarts

__all__ = ["local_optimum", "model_choice"]

NAMED = 3
"""Number of ends that are described; for the others only the number of starts is given."""


def local_optimum(found: Restarts) -> str:
    """Say where the starts ended: at the highest end found, as high, lower, at a spike or degenerate."""
    instance("found", found, Restarts, "be what several starts found", "use what em.restarts(x, starts) returned")
    total = len(found.runs)
    if not found.optima:
        return f"No start of {total:,} reached an end that counts: {'; '.join(_left_out(found))}."
    best, *others = found.optima
    is_highest = best.log_likelihood >= max(run.log_likelihood[-1] for run in found.runs)
    aside = "" if is_highest else " (not counting spikes and degenerate ends)"
    below = f", or up to {best.log_likelihood - best.lowest:.3g} lower" if _varies(best) else ""
    so_far = "" if best.converged else ", but had not converged"
    first = f"{best.count:,} of {counted(total, 'start')} reached the highest log-likelihood found{aside}, "
    parts = [f"{first}{best.log_likelihood:.3f}{below}{so_far}"]
    converged = [end for end in others if end.converged]
    if equal := [end for end in converged if best.log_likelihood - end.lowest < SAME]:
        parts.append(f"{_starts(equal):,} came as high with another density")
    if lower := [end for end in converged if end not in equal]:
        parts.append(f"{_starts(lower):,} ended lower, trapped in a local optimum{_lower(lower, best)}")
    if unfinished := [end for end in others if not end.converged]:
        parts.append(f"{_starts(unfinished):,} ended lower and had not converged{_lower(unfinished, best)}")
    return "; ".join([*parts, *_left_out(found)]) + "."


def model_choice(candidates: Sequence[Candidate]) -> str:
    """Say which numbers of components BIC and AIC prefer, and how reliable the compared fits are.

    Raises
    ------
    ValueError
        As `em.preferred`.
    """
    by_bic, by_aic = (preferred(candidates, criterion) for criterion in ("bic", "aic"))
    sentences = [
        f"BIC is lowest with K = {by_bic.n_components} ({by_bic.bic:.2f}), "
        f"AIC with K = {by_aic.n_components} ({by_aic.aic:.2f})."
    ]
    if failed := [other for other in candidates if other.n_long == 0]:
        sentences.append(f"With K = {_sizes(failed)} only spikes and degenerate ends were found.")
    proper = sorted((other for other in candidates if not other.degenerate), key=lambda other: other.n_components)
    gains = [(more, more.log_likelihood - fewer.log_likelihood) for fewer, more in pairwise(proper)]
    idle = [more for more, gain in gains if gain < SAME and more.n_long]
    if idle:
        sentences.append(f"K = {_sizes(idle)} gained less than {SAME} in log-likelihood over fewer components.")
    others = [other for other in proper if other not in idle and other.n_long and other.n_components > 1]
    if rare := [other for other in others if other.run.converged and other.n_best < SEVERAL]:
        fits = [f"K = {one.n_components} (by {one.n_best} of {counted(one.n_long, 'run')})" for one in rare]
        sentences.append(f"Found only once or twice, so there may be a better one: the best fit with {listed(fits)}.")
    if unfinished := [other for other in proper if other.run.reason.cut_off]:
        sentences.append(
            f"{'The fit' if len(unfinished) == 1 else 'The fits'} with K = {_sizes(unfinished)} had not converged."
        )
    return " ".join(sentences)


def _left_out(found: Restarts) -> list[str]:
    """Say how many starts came to a spike and how many ended degenerate, and why."""
    parts = []
    if found.spikes:
        highest = found.spikes[0]
        where = f"at the highest, {highest.log_likelihood:.3f}, {highest.what}"
        parts.append(f"{_starts(found.spikes):,} came to a spike ({where})")
    if found.degenerate:
        why = f"{'for example ' if found.degenerate[1:] else ''}because a component {found.degenerate[0].what}"
        parts.append(f"{_starts(found.degenerate):,} ended degenerate ({why})")
    return parts


def _sizes(candidates: Sequence[Candidate]) -> str:
    return listed([str(candidate.n_components) for candidate in candidates])


def _starts(ends: Sequence[Optimum]) -> int:
    return sum(end.count for end in ends)


def _varies(end: Optimum) -> bool:
    """Whether the log-likelihoods of its runs differ in the digits that are shown."""
    return end.log_likelihood - end.lowest >= SAME


def _lower(ends: Sequence[Optimum], best: Optimum) -> str:
    """Describe the first ends (number of starts, how much lower than the best) and count the starts at the others."""
    levels = [f"{end.log_likelihood:.3f}{f' to {end.lowest:.3f}' if _varies(end) else ''}" for end in ends[:NAMED]]
    gaps = [f"{best.log_likelihood - end.lowest:.3g} lower" for end in ends]
    gaps = [f"up to {gap}" if _varies(end) else gap for end, gap in zip(ends, gaps, strict=True)]
    if len(ends) == 1:
        return f" at {levels[0]} ({gaps[0]})"
    named = [f"{end.count:,} at {level} ({gap})" for end, level, gap in zip(ends, levels, gaps, strict=False)]
    return f": {listed([*named, f'{_starts(ends[NAMED:]):,} elsewhere'] if ends[NAMED:] else named)}"
