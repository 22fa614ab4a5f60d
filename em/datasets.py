"""Real data, with their sources: small, public, and shipped with the package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np

from em.mixtures.checks import Floats, brief
from em.mixtures.exponential import ExponentialMixture
from em.mixtures.gaussian import GaussianMixture
from em.mixtures.mixture import Mixture

__all__ = ["Dataset", "load", "names"]

_FAMILIES: dict[str, type[Mixture]] = {family.family: family for family in (ExponentialMixture, GaussianMixture)}

_SETS = {
    "faithful-waiting": (
        "faithful_waiting",
        "min",
        "Two kinds of waiting, well apart: any sensible start ends in the same fit.",
    ),
    "faithful-eruptions": (
        "faithful_eruptions",
        "min",
        "Short eruptions are fewer but vary less: components may differ in weight and width alike.",
    ),
    "air-conditioning": (
        "proschan",
        "h",
        "Two exponentials fit hardly better than one: hundreds of iterations for little gain.",
    ),
    "galaxies": (
        "galaxies_best",
        "1000 km/s",
        "Where EM ends depends on where it starts: a few galaxies apart from the rest make several optima.",
    ),
    "geyser-duration": (
        "geyser_duration",
        "min",
        "Many night eruptions were noted as 2 or 4 minutes only: rounded values tempt a component to shrink onto them.",
    ),
}
"""Public name -> entry of data/fits.json, unit of the observations, and what they teach."""

_PUBLISHED = {
    "faithful-waiting": (
        GaussianMixture([0.3608861, 1 - 0.3608861], [54.61486, 80.09107], [5.87122, 5.86773]),
        -1034.00175,
    ),
    "geyser-duration": (
        GaussianMixture([0.3395497, 1 - 0.3395497], [1.950493, 4.237297], [0.228234, 0.431287]),
        -298.1438,
    ),
}
"""The fits that `Dataset.published` quotes, as numbers."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set and a fit of it to compare with.

    Attributes
    ----------
    name, title, citation, unit : str
        What it is called, what it holds, where it comes from, and the unit of `x`.
    x : ndarray, shape (N,)
        The observations, read-only.
    start, optimum : Mixture
        A start, and the maximum of the likelihood that EM reaches from it (computed with scipy, checked against R).
    log_likelihood : float
        Total log-likelihood of `optimum`.
    published : str or None
        What the literature reports, quoted, with its source.
    published_fit, published_log_likelihood : Mixture or None, float or None
        The same as numbers.
    teaches : str
        What to see in them, in a sentence.
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
    """Names that `load` knows."""
    return tuple(_SETS)


def load(name: str) -> Dataset:
    """Load a data set by name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if not isinstance(name, str) or name not in _SETS:
        raise ValueError(f"name must be one of {', '.join(_SETS)}; got {brief(name)}")
    return _load(name)


@cache
def _load(name: str) -> Dataset:
    key, unit, teaches = _SETS[name]
    fit, fit_log_likelihood = _PUBLISHED.get(name, (None, None))
    entry = _entries()[key]
    family = _FAMILIES[entry["family"]]
    best = dict(entry["optimum"])
    log_likelihood = best.pop("log_likelihood")
    best.pop("iterations", None)
    x = np.array(entry["x"], dtype=np.float64)
    x.flags.writeable = False
    return Dataset(
        name=name,
        title=entry["title"],
        citation=entry["cite"],
        unit=unit,
        x=x,
        start=family(**entry["start"]),
        optimum=family(**best),
        log_likelihood=log_likelihood,
        published=entry.get("published"),
        published_fit=fit,
        published_log_likelihood=fit_log_likelihood,
        teaches=teaches,
    )


@cache
def _entries() -> MappingProxyType[str, Any]:
    return MappingProxyType(json.loads((files("em") / "data" / "fits.json").read_text("utf-8")))
