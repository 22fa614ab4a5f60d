"""Studies of a run: the likelihood surface, other starts, other numbers of components.

Each has its own request, so that the run stays quick: that of the run, with ``study`` added.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import em
from components.results.runs import fitted, observations, rounded, rounded_parameters
from components.state.address import ITERATION
from components.state.parameters import ACROSS, STUDY, number
from components.state.run_request import RunSpec, parse_run, read_values
from components.state.sources import SIZES
from components.state.time_limit import MAX_SECONDS
from components.state.words import CRITERIA
from em.studies import LONG, SAME, seeded_starts

MAX_OBSERVATIONS = 10_000
"""Most observations of a study."""
TIME_UP = f"The time of {MAX_SECONDS} s was up after {{done}} had been run to their ends."
MAX_PATH = 400
"""Most points of EM's path that are sent for comparison."""
GRID = 60
"""Points along each axis of the surface."""


def reply(request: dict[str, Any] | None) -> dict[str, Any]:
    """Carry out a study: its result, or a message for each value refused."""
    spec, errors = parse_run(request)
    if spec is None or not isinstance(request, dict):
        return {"errors": errors}
    study = STUDIES.get(request["study"]) if isinstance(request.get("study"), str) else None
    if study is None:
        return {"errors": {"study": f"The study must be one of: {', '.join(STUDIES)}."}}
    of_surface = request["study"] == "surface"
    values, errors = read_values((*ACROSS, ITERATION) if of_surface else STUDY, request)
    if of_surface and not errors:
        errors |= _no_pair(spec.n_components, values)
    x, _, _ = observations(spec)
    if x.size > MAX_OBSERVATIONS:
        errors["study"] = (
            f"This is done for at most {number(MAX_OBSERVATIONS)} observations; there are {number(x.size)}."
        )
    if errors:
        return {"errors": errors}
    try:
        return {"study": request["study"], "result": study(spec, x, values)}
    except ValueError as error:
        return {"errors": {"study": f"This cannot be done with these observations: {error}."}}


def surface(spec: RunSpec, x: em.Floats, values: dict[str, float]) -> dict[str, Any]:
    """Log-likelihood over the scales or means of two components; all else is held as at the iteration on show."""
    pair = int(values["across"]), int(values["up"])
    stopping = spec.stopping  # one deadline for both
    run, _ = fitted(spec, x, stopping)
    plain = None if spec.method == em.EM else fitted(spec, x, stopping, em.EM)[0]
    at = min(math.ceil(values[ITERATION.name]), run.n_iter)  # a half-step is after an M-step
    parameter = run.mixture.parameter_names[1]
    axes = em.surface_axes([run, plain] if plain else run, parameter, pair, n=GRID)
    z = em.surface(x, run.mixtures[at], parameter, axes, pair)
    best = max(float(z.max()), float(run.log_likelihood[at]))
    return {
        "parameter": parameter,
        "components": pair,
        "iteration": at,
        "x": rounded(axes[0]),
        "y": rounded(axes[1]),
        "log_likelihood": [rounded(row, 8) for row in z.T],  # plotly: a row for each y
        "best": best,
        "compared": plain and _compared(run, plain, plain.parameters[parameter][:, pair]),
    }


def _no_pair(k: int, values: dict[str, float]) -> dict[str, str]:
    """What is wrong with the two components requested for a surface, in a run with `k`."""
    if k < 2:
        return {"across": "The surface is drawn over two components, and this run has one."}
    across, up = values["across"], values["up"]
    if across != up and max(across, up) < k:
        return {}
    return {"across": f"The surface is drawn over two different components, 0 to {k - 1}; these are {across} and {up}."}


def _compared(run: em.Run, plain: em.Run, path: em.Floats) -> dict[str, Any]:
    """EM beside an accelerated run from the same start: its path, and the passes that both needed."""
    # Geometric: the first iterations go far.
    some = np.unique(np.geomspace(1, plain.n_iter + 1, MAX_PATH).round().astype(np.int64)) - 1
    return {
        "path": [rounded(point, 6) for point in path[some]],
        "em_passes": plain.n_passes,
        "passes": run.n_passes,
        "arrived": plain.converged,
    }


def other_starts(spec: RunSpec, values: dict[str, float], x: em.Floats) -> list[em.Mixture]:
    """The seeded starts of a study, alternately as in k-means++ and at random."""
    rng = np.random.default_rng(int(values["starts_seed"]))
    return list(seeded_starts(x, spec.source.family, spec.n_components, int(values["starts"]), rng))


def starts(spec: RunSpec, x: em.Floats, values: dict[str, float]) -> dict[str, Any]:
    """The distinct ends of the runs from other starts: optima, then spikes."""
    mixtures = other_starts(spec, values, x)
    found = em.restarts(x, mixtures, spec.stopping)
    rows = [
        {
            "count": end.count,
            "log_likelihood": end.log_likelihood,
            "what": _kind(end, found),
            "parameters": rounded_parameters(end.mixture),
        }
        for end in (*found.optima, *found.spikes)
    ]
    sentences = [em.lessons.local_optimum(found)]
    if len(found.runs) < len(mixtures):
        sentences.append(TIME_UP.format(done=f"{len(found.runs)} of {len(mixtures)} starts"))
    return {"rows": rows, "sentence": " ".join(filter(None, sentences))}


def _kind(end: em.Optimum, found: em.Restarts) -> str:
    """Key in `STUDY_WORDS` for an end that is not degenerate."""
    if end.what:
        return "spike"
    best = found.optima[0]
    if end is best:
        return "best" if end.converged else "best_so_far"
    if not end.converged:
        return "unfinished"
    return "as_high" if best.log_likelihood - end.lowest < SAME else "other"


def sizes(spec: RunSpec, x: em.Floats, values: dict[str, float]) -> dict[str, Any]:
    """The best fit found with each number of components, with AIC and BIC.

    The requested run and those from other starts are included, so none of them can be better than these.
    """
    stopping = spec.stopping  # one deadline for all
    runs = [fitted(spec, x, stopping)[0], *em.restarts(x, other_starts(spec, values, x), stopping).runs]
    to_the_end = replace(stopping, max_iter=LONG.max_iter, tol=LONG.tol)
    candidates = em.choose(
        x, spec.source.family, SIZES, seed=int(values["starts_seed"]), stopping=to_the_end, runs=runs
    )
    rows = [
        {
            "n_components": candidate.n_components,
            "n_free_parameters": candidate.n_free_parameters,
            "log_likelihood": None if candidate.degenerate else candidate.log_likelihood,
            "aic": None if candidate.degenerate else candidate.aic,
            "bic": None if candidate.degenerate else candidate.bic,
            "parameters": rounded_parameters(candidate.run.mixture) if _is_reached_again(candidate) else None,
        }
        for candidate in candidates
    ]
    ended = [candidate.run.reason is not em.StopReason.OUT_OF_TIME for candidate in candidates]
    sentences = [em.lessons.model_choice(candidates)]
    if not all(ended):
        sentences.append(TIME_UP.format(done=f"{sum(ended)} of the fits"))
    lowest = {criterion: em.preferred(candidates, criterion).n_components for criterion in CRITERIA}
    return {"rows": rows, "lowest": lowest, "sentence": " ".join(filter(None, sentences))}


def _is_reached_again(candidate: em.Candidate) -> bool:
    """Whether a run from the parameters of a fit ends there; not from a component written twice, which is a saddle."""
    run = candidate.run
    return run.converged and not candidate.degenerate and not run.mixture.tied_components()


STUDIES: dict[str, Callable[[RunSpec, em.Floats, dict[str, float]], dict[str, Any]]] = {
    "surface": surface,
    "starts": starts,
    "sizes": sizes,
}
