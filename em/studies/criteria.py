"""AIC and BIC of a fit, and the number of components that they prefer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from em.fitting.run import Run, require_run
from em.fitting.stopping import rounding_level
from em.mixtures.checks import entries, instance, one_of, refusal

__all__ = ["Candidate", "aic", "bic", "preferred"]


@dataclass(frozen=True, eq=False)
class Candidate:
    """The best fit found with one number of components.

    Attributes
    ----------
    n_components, n_free_parameters : int
        Number of components K, and number of parameters that can vary independently.
    log_likelihood : float
        Total log-likelihood of the fit, in nats; nan if degenerate.
    aic, bic : float
        Information criteria; smaller is better. nan if degenerate.
    run : Run
        The last run that led to the fit. Its reason says whether it converged.
    degenerate : bool
        Whether there is no fit that counts: all starts came to a spike (`em.studies.admissible`) or ended degenerate,
        and the fit with fewer components cannot replace it, because half of a component would be a spike.
    n_starts : int
        Number of starts that were run, and of the other runs.
    n_long : int
        Number of runs to the end whose end counts.
    n_best : int
        How many of these reached this fit; 0 if there are none, or if all ended lower than the fit with fewer
        components, which is then used.
    """

    n_components: int
    n_free_parameters: int
    log_likelihood: float
    aic: float
    bic: float
    run: Run
    degenerate: bool
    n_starts: int
    n_long: int
    n_best: int


def aic(run: Run) -> float:
    """Akaike's information criterion at the end of a run: 2 p - 2 l for p free parameters (Akaike 1974)."""
    require_run(run)
    return 2 * run.mixture.n_free_parameters - 2 * float(run.log_likelihood[-1])


def bic(run: Run) -> float:
    """Bayesian information criterion at the end of a run: p log N - 2 l for p free parameters (Schwarz 1978)."""
    require_run(run)
    return run.mixture.n_free_parameters * math.log(run.n_observations) - 2 * float(run.log_likelihood[-1])


def preferred(candidates: Sequence[Candidate], criterion: str = "bic") -> Candidate:
    """Return the candidate with the smallest BIC or AIC among those that are not degenerate.

    If candidates differ only by rounding, this is the one with the fewest components. (For one observation, BIC has no
    penalty for a parameter.)

    Parameters
    ----------
    candidates : sequence of Candidate
        The result of `choose`.
    criterion : str
        "bic" or "aic".

    Raises
    ------
    ValueError
        If there is no such candidate, or `criterion` is neither.
    """
    one_of("criterion", criterion, ("bic", "aic"))
    rule, remedy = "be a sequence of candidates", "use what em.choose(x, family) returned"
    given = [
        instance("candidates", candidate, Candidate, rule, remedy)
        for candidate in entries("candidates", candidates, rule, remedy)
    ]
    proper = [candidate for candidate in given if not candidate.degenerate]
    if not proper:
        raise refusal("candidates", "hold one that is not degenerate", "none", "try fewer components")
    best = min(proper, key=attrgetter(criterion))
    noise = 2 * rounding_level(best.log_likelihood, best.run.n_observations)
    tied = [other for other in proper if getattr(other, criterion) <= getattr(best, criterion) + noise]
    return min(tied, key=attrgetter("n_components"))
