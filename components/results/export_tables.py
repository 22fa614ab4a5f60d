"""A run as data for other programs: its observations as CSV, its iterations as JSON. docs/formats.md describes both."""

from __future__ import annotations

import csv
import io
import json
import math

import em
from components.results.completed_run import CompletedRun

FORMAT, VERSION = "em-lab-run", 1


def observations_csv(completed: CompletedRun) -> str:
    """Write the observations with their labels, where known, and their responsibilities at the end of the run.

    CSV (RFC 4180) with the columns x, label (where known), q0, q1, ..., in the order of the data. Below the fixed
    header are only numbers, so no cell can be a formula; they have all the digits that reading them back needs.
    """
    responsibilities = completed.run.mixture.responsibilities(completed.x).T
    columns = {
        "x": completed.x,
        **({} if completed.z is None else {"label": completed.z}),
        **{f"q{k}": shares for k, shares in enumerate(responsibilities)},
    }
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return text.getvalue()


def run_json(completed: CompletedRun) -> str:
    """Write the run with all its iterations as strict JSON: a log-likelihood or bound that is not finite is null."""
    run = completed.run
    return json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "title": completed.title,
            "source": completed.source,
            "link": completed.link,
            "family": run.mixture.family,
            "n_components": run.mixture.n_components,
            "n_observations": run.n_observations,
            "seed": completed.seed,
            "true": None if completed.truth is None else _parameters(completed.truth),
            "start": _parameters(run.mixtures[0]),
            "stopping": {"max_iter": run.stopping.max_iter, "tol": run.stopping.tol},
            "method": run.method,
            "n_passes": run.n_passes,
            "reason": run.reason.value,
            "sentence": run.message,
            "n_iter": run.n_iter,
            "trajectory": {name: values.tolist() for name, values in run.parameters.items()},
            "log_likelihood": _finite(run.log_likelihood),
            "bounds": _finite(em.bounds(run)) if run.method == em.EM else None,
        },
        allow_nan=False,
    )


def _parameters(mixture: em.Mixture) -> dict[str, list[float]]:
    return {name: values.tolist() for name, values in mixture.parameters.items()}


def _finite(values: em.Floats) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]
