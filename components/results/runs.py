"""One run of EM: the data, the fit, and what the browser needs to show them.

The browser computes curves and responsibilities from the parameters, so only observations, histogram and trajectory are
sent. Every number is computed from all observations; only the marks are thinned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import em
from components.results.bins import bins, decade_edges
from components.results.completed_run import CompletedRun
from components.results.headline import headline
from components.state.families import CARDS, SYMBOLS
from components.state.parameters import number
from components.state.run_request import RunSpec
from components.state.sources import BY_HAND, DRAWN, STARTS
from components.state.time_limit import end_trial

TRUE, PUBLISHED = "True", "Published"
"""Headings of the column beside the estimates."""
SLOW = 0.1
"""EM is slow if an iteration closes less than this share of the distance to the maximum."""
MAX_MARKS = 2000
"""Most observations that are drawn as marks."""
NO_START = "No start can be made from these observations: {error}."


class NoStart(ValueError):
    """The requested start cannot be made from the observations; the message says why."""


def execute(spec: RunSpec) -> dict[str, Any]:
    """Generate or load the data, fit them, and pack the result for the browser.

    Returns
    -------
    dict
        JSON-ready: sorted marks ``x`` with their ``rank`` in all N observations and label ``z`` (None if unknown or
        hidden), ``histogram`` (`histogram`), parameters ``true`` and ``trajectory`` (name -> one list per record), the
        ``log_likelihood`` of each record, ``bounds`` between them for plain EM, standard ``errors`` of the last
        parameters where there are any, a description of the ``data``, and the ``sentence`` and ``notes`` on the run.
        A preview has one record, the start, and is not ``fitted``.
    """
    x, z, truth = observations(spec)
    data = _data(spec, x.size)
    found = _preview(spec, x, truth) if spec.preview else _run(spec, x, truth)
    notes = [note for note in (data, _start(spec), *found["notes"]) if note]

    marks = np.arange(x.size)
    if x.size > MAX_MARKS:
        marks = np.linspace(0, x.size - 1, MAX_MARKS).round().astype(np.int64)
    shown = np.argsort(x, kind="stable")[marks]
    return {
        "family": spec.source.family.family,
        "x_title": spec.source.x_title,
        "unit": spec.source.unit,
        "n": int(x.size),
        "x": rounded(x[shown]),
        "rank": (marks + 1).tolist(),
        "z": None if z is None else z[shown].tolist(),
        "histogram": histogram(x, z),
        "true": None if truth is None else rounded_parameters(truth),
        **found,
        "data": data,
        "notes": notes,
    }


def _run(spec: RunSpec, x: em.Floats, truth: em.Mixture | None) -> dict[str, Any]:
    """What a run adds to its observations, and notes on it."""
    run, tie = fitted(spec, x)
    known = _known(spec, truth, run.mixture)
    sentence, why = headline(x, run, known.mixture, known.word.lower())
    errors = em.standard_errors(x, run.mixture) if run.converged else None
    return {
        "beside": known.beside(),
        "trajectory": {name: [rounded(row) for row in values] for name, values in run.parameters.items()},
        "log_likelihood": rounded(run.log_likelihood),
        "bounds": rounded(em.bounds(run)) if run.method == em.EM else None,
        "errors": None
        if errors is None or errors.parameters is None
        else {name: rounded(values, 4) for name, values in errors.parameters.items()},
        "fitted": True,
        "sentence": sentence,
        "notes": [
            tie,
            why,
            _unmatched(spec),
            *em.describe(x, run, truth),
            _slow_em(x, run),
            _doubtful_errors(errors),
            _thinned(x.size),
        ],
    }


def _preview(spec: RunSpec, x: em.Floats, truth: em.Mixture | None) -> dict[str, Any]:
    """The same of the start alone, which takes no fitting."""
    start, tie = _started(spec, x)
    return {
        "beside": _known(spec, truth, start).beside(),
        "trajectory": {name: [values] for name, values in rounded_parameters(start).items()},
        "log_likelihood": rounded(np.array([start.log_likelihood(x)])),
        "bounds": [] if spec.method == em.EM else None,
        "errors": None,
        "fitted": False,
        "sentence": tie or "",
        "notes": [_thinned(x.size)],
    }


def histogram(x: em.Floats, z: NDArray[np.int64] | None) -> dict[str, Any]:
    """Histograms of observations, shape (N,), with labels `z`, if these are known.

    Returns
    -------
    dict
        JSON-ready: the ``edges`` of the bins, the ``density`` in each, and its ``counts``, a row for each label, or a
        sole row without labels. ``log`` is the same over decades: its density is one per decade, and ``zeros`` is the
        number of observations that have no place there; None where there is no such histogram (`decade_edges`).
    """
    edges, decades = np.histogram_bin_edges(x, *bins(x)), decade_edges(x)
    zeros = int((x == 0).sum())
    log = None if decades is None else _binned(x, z, decades, np.log10(decades)) | {"zeros": zeros}
    return _binned(x, z, edges, edges) | {"log": log}


def _binned(x: em.Floats, z: NDArray[np.int64] | None, edges: em.Floats, places: em.Floats) -> dict[str, Any]:
    """Observations between `edges`, which stand at `places` of the axis; those in no bin count in the total."""
    groups = [x] if z is None else [x[z == k] for k in range(int(z.max()) + 1)]
    counts = [np.histogram(group, edges)[0] for group in groups]
    density = np.sum(counts, axis=0) / (x.size * np.diff(places))
    return {"edges": rounded(edges), "density": rounded(density), "counts": [row.tolist() for row in counts]}


def complete(spec: RunSpec, link: str) -> CompletedRun:
    """The requested run, with all that an export holds; `link` is the address at which the page shows it."""
    x, z, truth = observations(spec)
    run, _ = fitted(spec, x)
    seed = None if truth is None else int(spec.values["seed"])
    return CompletedRun(spec.source.label, spec.source.about, spec.source.x_title, x, run, z, truth, seed, link)


def fitted(
    spec: RunSpec, x: em.Floats, stopping: em.StoppingRule | None = None, method: str | None = None
) -> tuple[em.Run, str | None]:
    """The requested run, or the same by another method, and a sentence if a tie in its start was broken.

    Raises
    ------
    NoStart
        If the observations have no spread to make a start from.
    TooLong
        In a trial whose time is over.
    """
    start, tie = _started(spec, x)
    run = em.fit(x, start, stopping or spec.stopping, method or spec.method)
    if run.reason is em.StopReason.OUT_OF_TIME:
        end_trial()
    return run, tie


def _started(spec: RunSpec, x: em.Floats) -> tuple[em.Mixture, str | None]:
    """Where the requested run starts, and a sentence if a tie was broken; NoStart if there is no spread."""
    try:
        return _without_tie(x, starting_mixture(spec, x))
    except ValueError as error:
        raise NoStart(error) from error


def observations(spec: RunSpec) -> tuple[em.Floats, NDArray[np.int64] | None, em.Mixture | None]:
    """Observations of a run, with their labels and the true mixture if these are known and not hidden."""
    if spec.source.x is not None:
        return spec.source.x, None, None
    truth = _mixture(spec, "", int(spec.values["true_k"]))
    x, z = truth.sample(int(spec.values["n"]), np.random.default_rng(int(spec.values["seed"])))
    return (x, None, None) if spec.blind else (x, z, truth)


def starting_mixture(spec: RunSpec, x: em.Floats) -> em.Mixture:
    """The requested start; its components may be tied.

    Raises
    ------
    ValueError
        If the observations have no spread to make a start from.
    """
    family, k = spec.source.family, spec.n_components
    if spec.start_from == BY_HAND:
        return _mixture(spec, "start_", k)
    if spec.start_from == "quantiles":
        return em.quantile_start(x, family, k)
    make = {"random": em.random_start, "kmeans": em.kmeans_start}[spec.start_from]
    return make(x, family, k, np.random.default_rng(int(spec.values["start_seed"])))


def _mixture(spec: RunSpec, prefix: str, k: int) -> em.Mixture:
    weights = np.array(spec.weights(prefix, k))
    family: Callable[..., em.Mixture] = spec.source.family
    parameters = {
        parameter.name: [spec.values[f"{prefix}{parameter.request}{i}"] for i in range(k)]
        for parameter in CARDS[spec.source.family.family].parameters
    }
    return family(weights=weights / weights.sum(), **parameters)


@dataclass(frozen=True)
class Known:
    """What the known parameters are called; these, if there are any, in the order of the estimated components; their
    log-likelihood, if it is published."""

    word: str
    mixture: em.Mixture | None = None
    log_likelihood: float | None = None

    def beside(self) -> dict[str, Any] | None:
        """For a column beside the estimates, JSON-ready."""
        if self.mixture is None:
            return None
        return {
            "head": self.word,
            "parameters": rounded_parameters(self.mixture),
            "log_likelihood": self.log_likelihood,
        }


def _known(spec: RunSpec, truth: em.Mixture | None, found: em.Mixture) -> Known:
    """What is known of the mixture that was fitted."""
    word, known, log_likelihood = TRUE, truth, None
    if spec.source.name in em.datasets.names():
        data = em.datasets.load(spec.source.name)
        word, known, log_likelihood = PUBLISHED, data.published_fit, data.published_log_likelihood
    if known is None or known.n_components != found.n_components:
        return Known(word)
    return Known(word, em.reordered(known, em.match(known, found)), log_likelihood)


def _start(spec: RunSpec) -> str | None:
    """How the run started, unless by hand."""
    if spec.start_from == BY_HAND:
        return None
    seed = f", seed {spec.values['start_seed']}" if spec.start_from in DRAWN else ""
    return f"Start: {STARTS[spec.start_from]}{seed}."


def _unmatched(spec: RunSpec) -> str | None:
    true_k, k = spec.values.get("true_k"), spec.n_components
    if true_k is None or true_k == k or spec.blind:
        return None
    return (
        f"The true mixture has {_components(int(true_k))} and {_components(k)} {'was' if k == 1 else 'were'} fitted, "
        "so the estimates have no true values to stand beside."
    )


def _components(k: int) -> str:
    return f"{k} component{'' if k == 1 else 's'}"


def _without_tie(x: em.Floats, start: em.Mixture) -> tuple[em.Mixture, str | None]:
    if not start.tied_components():
        return start, None
    two = start.n_components == 2
    tied = f"{'The two' if two else 'Some'} components start identical"
    if x.min() == x.max():
        return start, f"{tied}, and the data have no spread to part them by."
    if (start.weights == 0).any():
        return start, None  # the run's own message is about the empty component
    apart = em.break_tie(x, start)
    order = f": {_lower(apart)}" if two else ", in the order of their numbers"
    return apart, f"{tied}, so they are moved apart {_how_far(apart)}{order}."


def _lower(apart: em.Mixture) -> str:
    """What tells two components apart: the parameter of component 0 that is below the other's."""
    below = next(name for name in apart.parameter_names[1:] if np.ptp(apart.parameters[name]))
    first, second = (SYMBOLS[apart.family][below].format(k=k) for k in range(2))
    return f"{first} is below {second}"


def _how_far(apart: em.Mixture) -> str:
    """How far a tie was moved apart: in percent if all that tells the two apart is a scale."""
    if not isinstance(apart, em.ExponentialMixture) or apart.n_components > 2:
        return "a little"
    low, high = sorted(apart.scales.tolist())
    return f"by {200 * (high - low) / (high + low):.2g}%"


def _data(spec: RunSpec, n: int) -> str:
    seed = f", seed {spec.values['seed']}" if spec.source.generated else ""
    return f"{spec.source.label}: {number(n)} observation{'' if n == 1 else 's'}{seed}."


def _slow_em(x: em.Floats, run: em.Run) -> str | None:
    """How slow EM is near the maximum, after an accelerated run."""
    if run.method == em.EM or not run.converged or run.mixture.n_components == 1:
        return None
    here = em.information(x, run.mixture)
    share = here.shares[0]
    if not here.is_concave or share >= SLOW:
        return None
    return (
        f"Near the maximum an iteration of EM closes only {100 * share:.2g}% of the distance along its slowest "
        "direction; a step of Newton’s closes nearly all of it."
    )


def _doubtful_errors(errors: em.StandardErrors | None) -> str | None:
    """Why there are no standard errors, or only poor ones."""
    return errors.message if errors is not None and (errors.parameters is None or errors.poor) else None


def _thinned(n: int) -> str | None:
    if n <= MAX_MARKS:
        return None
    return (
        f"{number(MAX_MARKS)} of the {number(n)} observations are drawn, evenly spaced by rank; "
        "every number is computed from all of them."
    )


def rounded_parameters(mixture: em.Mixture) -> dict[str, list[float]]:
    """Every parameter of a mixture for the browser: name -> a number for each component."""
    return {name: rounded(values) for name, values in mixture.parameters.items()}


def rounded(values: em.Floats, digits: int = 12) -> list[float]:
    """Numbers to so many significant digits."""
    return [float(f"{value:.{digits}g}") for value in values.tolist()]
