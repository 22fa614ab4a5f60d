"""Choose the number of components: the best fit for each number, with its AIC and BIC."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.fit import fit
from em.fitting.run import Run, require_run
from em.fitting.stopping import StoppingRule, StopReason, require_rule, rounding_level
from em.mixtures.checks import Floats, entries, instance, one_of, refusal, whole_number
from em.mixtures.mixture import Mixture, require_family
from em.studies.diagnosis import saddle_growth, unstable_direction
from em.studies.restarts import restarts
from em.studies.starts import kmeans_start, number_of_components, quantile_start, random_start

__all__ = ["Candidate", "aic", "bic", "choose", "preferred"]

CRITERIA = ("bic", "aic")

SHORT_RULE = StoppingRule(max_iter=60, tol=1e-5)
"""When the short run from each start stops. The most promising start is then run to its end."""

SPLIT = 0.5
"""Distance by which a component is split to either side, in units of its own size."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """The best fit found with one number of components.

    Attributes
    ----------
    n_components, n_free_parameters : int
        Number of components K, and number of parameters that can vary independently.
    log_likelihood : float
        Total log-likelihood of the fit, in nats; nan if degenerate, because it then has no maximum.
    aic, bic : float
        Information criteria; smaller is better. nan if degenerate.
    run : Run
        The run that led to the fit. Its reason says whether it converged.
    """

    n_components: int
    n_free_parameters: int
    log_likelihood: float
    aic: float
    bic: float
    run: Run

    @property
    def degenerate(self) -> bool:
        """Whether every start ended with a component that has shrunk onto single points or has no weight."""
        return self.run.reason is StopReason.DEGENERATE


def aic(run: Run) -> float:
    """Akaike's information criterion at the end of a run: 2 p - 2 l for p free parameters (Akaike 1974)."""
    require_run(run)
    return 2 * run.mixture.n_free_parameters - 2 * float(run.log_likelihood[-1])


def bic(run: Run) -> float:
    """Bayesian information criterion at the end of a run: p log N - 2 l for p free parameters (Schwarz 1978)."""
    require_run(run)
    return run.mixture.n_free_parameters * math.log(run.n_observations) - 2 * float(run.log_likelihood[-1])


def choose(
    x: ArrayLike,
    family: type[Mixture],
    n_components: Iterable[int] = range(1, 6),
    n_starts: int = 10,
    seed: int = 0,
    stopping: StoppingRule | None = None,
) -> tuple[Candidate, ...]:
    """Fit mixtures with each number of components and compare the fits.

    A short run is made from each seeded start. The most promising start is then run to its end [1]_. One more start
    splits a component of the best fit with fewer components, so the log-likelihood never falls as components are added.
    If nothing better is found, the best fit is that fit with a component written twice (its run ends
    ``STATIONARY_START``). If every start ends degenerate, the candidate is marked as degenerate and has no
    log-likelihood.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    family : type
        Family of the mixtures, such as `em.GaussianMixture`.
    n_components : iterable of int
        Numbers of components to try, each at least 1.
    n_starts : int
        Number of seeded starts for each: one by quantiles, the others alternately as in k-means++ and at random.
    seed : int
        Seed of these starts; the same seed gives the same result.
    stopping : StoppingRule, optional
        When the final runs stop, as in `em.fit`.

    Returns
    -------
    tuple of Candidate
        One for each number of components, ascending.

    Raises
    ------
    ValueError
        As `em.quantile_start`; also if `n_components` is empty, or `n_starts` or an entry is not a whole number >= 1.

    References
    ----------
    .. [1] Biernacki, Celeux & Govaert (2003), Comput. Statist. Data Anal. 41, 561-575.
    """
    require_family("family", family)
    remedy = "use range(1, 6)"
    given = entries("n_components", n_components, "be a sequence of numbers of components", remedy)
    sizes = sorted({number_of_components(k) for k in given})
    if not sizes:
        raise refusal("n_components", "hold at least one number", "none", remedy)
    n_starts = whole_number("n_starts", n_starts)
    seed = whole_number("seed", seed, least=0, most=math.inf)
    stopping = None if stopping is None else require_rule(stopping)
    candidates: list[Candidate] = []
    for k in sizes:
        fewer = next((other.run for other in reversed(candidates) if not other.degenerate), None)
        starts = list(_starts(x, family, k, n_starts, np.random.default_rng([seed, k])))
        candidates.append(_candidate(_best(family.check_observations(x), starts, fewer, stopping)))
    return tuple(candidates)


def preferred(candidates: Sequence[Candidate], criterion: str = "bic") -> Candidate:
    """The candidate with the smallest BIC or AIC among those that are not degenerate.

    If candidates differ only by rounding, the result is the one with the fewest components. (For one observation, BIC
    has no penalty for a parameter.)

    Parameters
    ----------
    candidates : sequence of Candidate
        The result of `choose`.
    criterion : str
        "bic" or "aic".

    Raises
    ------
    ValueError
        If there is no such candidate, or if `criterion` is not one of these.
    """
    one_of("criterion", criterion, CRITERIA)
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


def _candidate(run: Run) -> Candidate:
    k, p = run.mixture.n_components, run.mixture.n_free_parameters
    if run.reason is StopReason.DEGENERATE:
        return Candidate(k, p, math.nan, math.nan, math.nan, run)
    return Candidate(k, p, float(run.log_likelihood[-1]), aic(run), bic(run), run)


def _starts(x: ArrayLike, family: type[Mixture], k: int, n: int, rng: np.random.Generator) -> Iterator[Mixture]:
    """Yield the seeded starts. One component has one optimum, which one start finds."""
    yield quantile_start(x, family, k)
    for i in range(n - 1 if k > 1 else 0):
        yield (random_start if i % 2 else kmeans_start)(x, family, k, rng)


def _best(x: Floats, starts: list[Mixture], fewer: Run | None, stopping: StoppingRule | None) -> Run:
    """Find the best run and run it to its end.

    The result is not degenerate if any run is not. It is then no lower than the fit with fewer components.
    """
    doubled = _doubled(x, fewer.mixture, starts[0].n_components) if fewer else None
    if doubled:
        starts = [*starts, _parted(x, doubled)]
    short_runs = restarts(x, starts, replace(SHORT_RULE, deadline=stopping.deadline) if stopping else SHORT_RULE)
    final = short_runs.best
    for optimum in short_runs.optima:
        final = fit(x, optimum.mixture, stopping)
        if final.reason is not StopReason.DEGENERATE:
            break
    if not doubled or not fewer or final.reason is StopReason.DEGENERATE:
        return final
    return final if final.log_likelihood[-1] >= fewer.log_likelihood[-1] else fit(x, doubled, stopping)


def _doubled(x: Floats, mixture: Mixture, k: int) -> Mixture:
    """The same density with k components: the components that EM would separate soonest are written twice."""
    while mixture.n_components < k:
        shares = mixture.responsibilities(x).T
        gains = [share.sum() * (saddle_growth(x, type(mixture), share) - 1) for share in shares]
        chosen = int(np.argmax(gains))
        weights, *others = (np.insert(array, chosen, array[chosen]) for array in mixture.parameters.values())
        weights[chosen : chosen + 2] /= 2
        mixture = mixture._of_arrays(weights, *others)
    return mixture


def _parted(x: Floats, mixture: Mixture) -> Mixture:
    """Move the doubled components of a mixture apart, along the direction in which EM separates them."""
    for pair in mixture.tied_components():
        share = mixture.responsibilities(x)[:, pair].sum(axis=1)
        steps = np.zeros(mixture.n_components)
        steps[list(pair)] = -SPLIT, SPLIT
        mixture = mixture.nudged(unstable_direction(x, type(mixture), share)[1], steps)
    return mixture
