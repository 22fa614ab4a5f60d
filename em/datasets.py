"""Small public data sets, with their sources."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from em.mixtures import FAMILIES, Mixture
from em.mixtures.checks import Floats, one_of

__all__ = ["Dataset", "load", "names"]

NAMES = tuple(sorted(file.name[:-5] for file in (files("em") / "data").iterdir() if file.name.endswith(".json")))
"""The data sets. The engine knows of each what is in its file, data/<name>.json."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set and a fit of it to compare with.

    Attributes
    ----------
    name, title, citation, unit : str
        Its name, what it contains, where it comes from, and the unit of `x`.
    x : ndarray, shape (N,)
        The observations, read-only.
    start, optimum : Mixture
        A start, and the maximum of the likelihood that EM reaches from it (computed with scipy, checked against R).
    log_likelihood : float
        Total log-likelihood of `optimum`.
    published : str or None
        The fit that the literature reports, quoted, with its source.
    published_fit, published_log_likelihood : Mixture or None, float or None
        The same as numbers.
    teaches : str
        What the data show, in a sentence.
    """

    name: str
    title: str
    citation: str
    unit: str
    x: Floats
    start: Mixture
    optimum: Mixture
    log_likelihood: float
    published: str | None
    published_fit: Mixture | None
    published_log_likelihood: float | None
    teaches: str

    @property
    def family(self) -> type[Mixture]:
        """The family of mixtures that the literature fits to it."""
        return type(self.start)


def names() -> tuple[str, ...]:
    """Return the names that `load` knows."""
    return NAMES


def load(name: str) -> Dataset:
    """Load a data set by name.

    Raises
    ------
    ValueError
        If there is no such data set.
    """
    return _load(one_of("name", name, NAMES))


@cache
def _load(name: str) -> Dataset:
    entry = json.loads((files("em") / "data" / f"{name}.json").read_text("utf-8"))
    family = FAMILIES[entry["family"]]
    published = entry.get("published_fit")
    return Dataset(
        name=name,
        title=entry["title"],
        citation=entry["cite"],
        unit=entry["unit"],
        x=_observations(entry),
        start=_mixture(family, entry["start"]),
        optimum=_mixture(family, entry["optimum"]),
        log_likelihood=entry["optimum"]["log_likelihood"],
        published=entry.get("published"),
        published_fit=_mixture(family, published) if published else None,
        published_log_likelihood=published["log_likelihood"] if published else None,
        teaches=entry["teaches"],
    )


def _observations(entry: dict[str, Any]) -> Floats:
    """Return the observations of a file, read-only: `x`, or `values` repeated as `counts` says."""
    x = np.array(entry["x"] if "x" in entry else np.repeat(entry["values"], entry["counts"]), dtype=np.float64)
    x.flags.writeable = False
    return x


def _mixture(family: type[Mixture], numbers: dict[str, Any]) -> Mixture:
    """Make a mixture of the parameters in a file."""
    return family(**{name: numbers[name] for name in family.parameter_names})
