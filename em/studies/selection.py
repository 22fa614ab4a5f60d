"""Choose the number of components: the best fit for each number, with its AIC and BIC."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.fit import fit
from em.fitting.run import Run
from em.fitting.stopping import StoppingRule, require_rule
from em.mixtures.checks import Floats, entries, instance, refusal, whole_number
from em.mixtures.mixture import Mixture, require_family
from em.studies.admissible import Limits
from em.studies.criteria import Candidate, aic, bic
from em.studies.diagnosis import saddle_growth
from em.studies.search import LONG, Found, search
from em.studies.starts import number_of_components, quantile_start, seeded_starts

__all__ = ["choose"]

SPLIT = 0.5
"""Distance by which a component is split to either side, in units of its own size."""


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

    The log-likelihood never falls as components are added. If no higher end counts, the fit is the best one with fewer
    components, with a component written twice (its run ends ``STATIONARY_START``). If that does not count either,
    the candidate is degenerate and has no log-likelihood.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    family : type
        Family of the mixtures, such as `em.GaussianMixture`.
    n_components : iterable of int
        Numbers of components to try, each at least 1.
    n_starts : int
        Number of seeded starts for each: one at quantiles, the others alternately as in k-means++ and at random.
    seed : int
        Seed of these starts; the same seed gives the same result.
    stopping : StoppingRule, optional
        When the runs to the end stop, as in `em.fit`; by default after 10,000 iterations. They are accelerated.
    runs : iterable of Run
        Other runs on the same observations, with any numbers of components; their ends are compared too.

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
    others = _check_runs(x, family, runs)
    candidates: list[Candidate] = []
    for k in sizes:
        fewer = next((other.run for other in reversed(candidates) if not other.degenerate), None)
        starts = _starts(x, family, k, n_starts, np.random.default_rng([seed, k]))
        if fewer:
            starts += _splits(x, fewer.mixture, k)
        found = search(x, starts, stopping, [run for run in others if run.mixture.n_components == k])
        candidates.append(_candidate(_prefer_higher(x, found, fewer, k, stopping)))
    return tuple(candidates)


def _check_runs(x: Floats, family: type[Mixture], runs: Iterable[Run]) -> list[Run]:
    """Return the runs; ValueError if they were made on other observations or with another family."""
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


def _prefer_higher(x: Floats, found: Found, fewer: Run | None, k: int, stopping: StoppingRule) -> Found:
    """Return `found`, or the fit with fewer components, written with k, if that is higher or `found` is a spike."""
    if fewer is None or (not found.is_spike and found.run.log_likelihood[-1] >= fewer.log_likelihood[-1]):
        return found
    run = fit(x, _expand(x, fewer.mixture, k), stopping)
    if found.is_spike and Limits.of(x, type(run.mixture)).spike(run.mixture):
        return found
    return replace(found, run=run, is_spike=False, n_best=0)


def _starts(x: Floats, family: type[Mixture], k: int, n: int, rng: np.random.Generator) -> list[Mixture]:
    """Return the seeded starts. A single component has one optimum, which one start finds."""
    return [quantile_start(x, family, k), *seeded_starts(x, family, k, n - 1 if k > 1 else 0, rng)]


def _splits(x: Floats, mixture: Mixture, k: int) -> Iterator[Mixture]:
    """Yield starts with k components: a mixture with fewer, of which one component is split along one coordinate."""
    for j in range(mixture.n_components):
        expanded = _expand(x, _duplicate(mixture, j), k)
        pairs = expanded.tied_components()
        for direction in np.eye(len(mixture.kinds)):
            steps = np.zeros(k)
            for pair in pairs:
                steps[list(pair)] = -SPLIT, SPLIT
            yield expanded.nudged(direction, steps)


def _duplicate(mixture: Mixture, component: int) -> Mixture:
    """Return the same density, with one component as two identical ones of half its weight."""
    weights, *others = (np.insert(array, component, array[component]) for array in mixture.parameters.values())
    weights[component : component + 2] /= 2
    return mixture._of_arrays(weights, *others)


def _expand(x: Floats, mixture: Mixture, k: int) -> Mixture:
    """Return the same density with k components. Those that EM would separate soonest are written twice."""
    while mixture.n_components < k:
        shares = mixture.responsibilities(x).T
        gains = [share.sum() * (saddle_growth(x, type(mixture), share) - 1) for share in shares]
        mixture = _duplicate(mixture, int(np.argmax(gains)))
    return mixture
