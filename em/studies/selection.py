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
from em.fitting.stopping import StoppingRule, require_rule, rounding_level
from em.mixtures.checks import Floats, entries, instance, one_of, refusal, whole_number
from em.mixtures.mixture import Mixture, require_family
from em.studies.admissible import Limits
from em.studies.diagnosis import saddle_growth
from em.studies.search import LONG, Found, search
from em.studies.starts import number_of_components, quantile_start, seeded_starts

__all__ = ["Candidate", "aic", "bic", "choose", "preferred"]

CRITERIA = ("bic", "aic")

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
        Total log-likelihood of the fit, in nats; nan if degenerate.
    aic, bic : float
        Information criteria; smaller is better. nan if degenerate.
    run : Run
        The last run that led to the fit. Its reason says whether it converged.
    degenerate : bool
        Whether there is no fit that counts: all starts came to a spike (`em.studies.admissible`) or ended degenerate,
        and the fit with fewer components cannot stand for it, because a half of a component would be a spike.
    n_starts : int
        Number of starts that were run, and of the other runs.
    n_long : int
        Number of starts from which a run was made to its end, and the end counts.
    n_best : int
        How many of these reached this fit; 0 if there are none or all ended lower than the fit with fewer components,
        which this is then.
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


def choose(
    x: ArrayLike,
    family: type[Mixture],
    n_components: Iterable[int] = range(1, 6),
    n_starts: int = 50,
    seed: int = 0,
    stopping: StoppingRule | None = None,
    runs: Iterable[Run] = (),
) -> tuple[Candidate, ...]:
    """Fit mixtures with each number of components and compare the fits.

    A short run is made from each start: the seeded ones, and one for each way to split a component of the best fit with
    fewer components. The most promising runs are then continued to their ends, until several have reached the best one
    [1]_. Only ends without a spike count (`em.studies.admissible`).

    The log-likelihood never falls as components are added. If nothing higher is found, or nothing that counts, the fit
    is the best one with fewer components, with a component written twice (its run ends ``STATIONARY_START``). A
    candidate without even that is marked as degenerate and has no log-likelihood.

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
        When the runs to the end stop, as in `em.fit`; by default after 10,000 iterations. They are accelerated ones.
    runs : iterable of Run
        Runs that have been made on the same observations, with any numbers of components; their ends are compared too.

    Returns
    -------
    tuple of Candidate
        One for each number of components, ascending.

    Raises
    ------
    ValueError
        As `em.quantile_start`; also if `n_components` is empty, `n_starts` or an entry is not a whole number >= 1, or
        `runs` are not on as many observations, of this family.

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
    stopping = LONG if stopping is None else require_rule(stopping)
    x = family.check_fit(x)
    others = _runs(x, family, runs)
    candidates: list[Candidate] = []
    for k in sizes:
        fewer = next((other.run for other in reversed(candidates) if not other.degenerate), None)
        starts = _starts(x, family, k, n_starts, np.random.default_rng([seed, k]))
        if fewer:
            starts += _splits(x, fewer.mixture, k)
        found = search(x, starts, stopping, [run for run in others if run.mixture.n_components == k])
        candidates.append(_candidate(_no_lower(x, found, fewer, k, stopping)))
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


def _runs(x: Floats, family: type[Mixture], runs: Iterable[Run]) -> list[Run]:
    """The runs, if they were made on as many observations with mixtures of the family."""
    rule, remedy = f"be a sequence of runs of {family.__name__} on x", "list what em.fit(x, start) returned"
    checked = [instance("runs", run, Run, rule, remedy) for run in entries("runs", runs, rule, remedy)]
    for run in checked:
        if type(run.mixture) is not family or run.n_observations != x.size:
            shown = f"one of {type(run.mixture).__name__} on {run.n_observations} observations"
            raise refusal("runs", rule, shown, remedy)
        if not np.isclose(run.mixture.log_likelihood(x), run.log_likelihood[-1], rtol=1e-6, equal_nan=True):
            raise refusal("runs", rule, "one on other observations", remedy)
    return checked


def _candidate(found: Found) -> Candidate:
    run, p = found.run, found.run.mixture.n_free_parameters
    numbers = (math.nan,) * 3 if found.is_spike else (float(run.log_likelihood[-1]), aic(run), bic(run))
    counts = found.n_starts, found.n_long, found.n_best
    return Candidate(run.mixture.n_components, p, *numbers, run, found.is_spike, *counts)


def _no_lower(x: Floats, found: Found, fewer: Run | None, k: int, stopping: StoppingRule) -> Found:
    """What was found, or the fit with fewer components, written with k, if that is higher or only spikes were found."""
    if fewer is None or (not found.is_spike and found.run.log_likelihood[-1] >= fewer.log_likelihood[-1]):
        return found
    run = fit(x, _doubled(x, fewer.mixture, k), stopping)
    if found.is_spike and Limits.of(x, type(run.mixture)).spike(run.mixture):
        return found
    return replace(found, run=run, is_spike=False, n_best=0)


def _starts(x: Floats, family: type[Mixture], k: int, n: int, rng: np.random.Generator) -> list[Mixture]:
    """The seeded starts. One component has one optimum, which one start finds."""
    return [quantile_start(x, family, k), *seeded_starts(x, family, k, n - 1 if k > 1 else 0, rng)]


def _splits(x: Floats, mixture: Mixture, k: int) -> Iterator[Mixture]:
    """Yield starts with k components: a mixture with fewer, each of its components split along each coordinate."""
    for j in range(mixture.n_components):
        doubled = _doubled(x, _written_twice(mixture, j), k)
        pairs = doubled.tied_components()
        for direction in np.eye(len(mixture.kinds)):
            steps = np.zeros(k)
            for pair in pairs:
                steps[list(pair)] = -SPLIT, SPLIT
            yield doubled.nudged(direction, steps)


def _written_twice(mixture: Mixture, component: int) -> Mixture:
    """The same density, with one component as two identical ones of half its weight."""
    weights, *others = (np.insert(array, component, array[component]) for array in mixture.parameters.values())
    weights[component : component + 2] /= 2
    return mixture._of_arrays(weights, *others)


def _doubled(x: Floats, mixture: Mixture, k: int) -> Mixture:
    """The same density with k components: the components that EM would separate soonest are written twice."""
    while mixture.n_components < k:
        shares = mixture.responsibilities(x).T
        gains = [share.sum() * (saddle_growth(x, type(mixture), share) - 1) for share in shares]
        mixture = _written_twice(mixture, int(np.argmax(gains)))
    return mixture
