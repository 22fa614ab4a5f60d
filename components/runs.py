"""One run of EM as the page asks for it: the data, the fit, and what the browser needs to show them.

The browser recomputes curves and responsibilities from the parameters, so only observations, histogram and trajectory
travel. Every number is computed from all observations; only the marks drawn one by one are thinned.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import em
from components.state import RunSpec, number
from em.starts import NUDGE

MAX_MARKS = 2000
"""Most observations drawn one by one."""


def execute(spec: RunSpec) -> dict[str, Any]:
    """Generate or load the data, fit them, and pack the result for the browser.

    Returns
    -------
    dict
        JSON-ready: sorted marks ``x`` with their ``rank`` in all N observations and label ``z`` (None for real data),
        ``histogram``, parameters ``true`` and ``trajectory`` (name -> one list per record), the
        ``log_likelihood`` of each record, and the ``sentence`` and ``notes`` that say how it went.
    """
    x, z, truth = observations(spec)
    run, tie = fitted(spec, x)
    lessons = em.describe(x, run, truth)
    notes = [note for note in (_data(spec, x.size), tie, *lessons, _thinned(x.size)) if note]

    marks = np.arange(x.size)
    if x.size > MAX_MARKS:
        marks = np.linspace(0, x.size - 1, MAX_MARKS).round().astype(np.int64)
    shown = np.argsort(x, kind="stable")[marks]
    density, edges = np.histogram(x, bins=_bins(x), density=True)
    return {
        "family": spec.source.family.family,
        "x_title": spec.source.x_title,
        "n": int(x.size),
        "x": rounded(x[shown]),
        "rank": (marks + 1).tolist(),
        "z": None if z is None else z[shown].tolist(),
        "histogram": {"edges": rounded(edges), "density": rounded(density)},
        "true": None if truth is None else _parameters(truth),
        "match": None if truth is None else list(em.match(truth, run.mixture)),
        "trajectory": {name: [rounded(row) for row in values] for name, values in run.parameters.items()},
        "log_likelihood": rounded(run.log_likelihood),
        "bounds": rounded(em.bounds(run)),
        "sentence": run.message,
        "notes": notes,
    }


def fitted(spec: RunSpec, x: em.checks.Floats) -> tuple[em.Run, str | None]:
    """The run that was asked for, and what was done about a tie in its start."""
    start, tie = _without_tie(x, starting_mixture(spec))
    return em.fit(x, start, spec.stopping), tie


def observations(spec: RunSpec) -> tuple[em.checks.Floats, NDArray[np.int64] | None, em.Mixture | None]:
    """Observations of a run, with their labels and the mixture they came from where those are known."""
    if not spec.source.generated:
        return em.datasets.load(spec.source.name).x, None, None
    truth = _mixture(spec, "")
    x, z = truth.sample(int(spec.values["n"]), np.random.default_rng(int(spec.values["seed"])))
    return x, z, truth


def starting_mixture(spec: RunSpec) -> em.Mixture:
    """The start that was asked for, ties and all."""
    return _mixture(spec, "start_")


def _mixture(spec: RunSpec, prefix: str) -> em.Mixture:
    rho = spec.values[f"{prefix}rho"]
    names = {"scales": "lambda"} if spec.source.family is em.ExponentialMixture else {"means": "mu", "stds": "sigma"}
    parameters = {parameter: [spec.values[f"{prefix}{name}{k}"] for k in (0, 1)] for parameter, name in names.items()}
    return spec.source.family(weights=[rho, 1 - rho], **parameters)


def _without_tie(x: em.checks.Floats, start: em.Mixture) -> tuple[em.Mixture, str | None]:
    if not start.tied_components():
        return start, None
    if x.min() == x.max():
        return start, "The two components start identical, and the data have no spread to part them by."
    if (start.weights == 0).any():
        return start, None  # the empty component is what will be said
    return em.break_tie(x, start), (
        "The two components start identical, where EM would stay for ever, so they were nudged apart by "
        f"{2 * NUDGE:.0%}, component 0 to the smaller side."
    )


def _data(spec: RunSpec, n: int) -> str:
    seed = f", seed {spec.values['seed']}" if spec.source.generated else ""
    return f"{spec.source.label}: {number(n)} observation{'' if n == 1 else 's'}{seed}."


def _thinned(n: int) -> str | None:
    if n <= MAX_MARKS:
        return None
    return (
        f"{number(MAX_MARKS)} of the {number(n)} observations are drawn, evenly spaced by rank; "
        "every number is computed from all of them."
    )


def _bins(x: em.checks.Floats) -> int:
    """Freedman-Diaconis, kept between what is too coarse and what is too fine to see."""
    width = np.subtract(*np.percentile(x, [75, 25])) * 2 / np.cbrt(x.size)
    return int(np.clip(np.ptp(x) / width, 24, 80)) if width > 0 else 24


def _parameters(mixture: em.Mixture) -> dict[str, list[float]]:
    return {name: rounded(values) for name, values in mixture.parameters.items()}


def rounded(values: em.checks.Floats, digits: int = 12) -> list[float]:
    """Numbers as they travel, to so many significant digits."""
    return [float(f"{value:.{digits}g}") for value in values.tolist()]
