"""Traps of EM, ready to run: settings, and a question to answer before the run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import em
from components.state.sources import GENERATED, SOURCES


@dataclass(frozen=True)
class Preset:
    """One trap.

    Attributes
    ----------
    label, predict : str
        Its name, and a question to answer before the run.
    source : str
        Data source; its parameters that `values` does not name have their defaults.
    values : dict
        Parameter name -> value.
    study : str or None
        A study to run too.
    method : str
        One of `em.METHODS`.
    tells_truth : bool
        Whether its name or its question reveals true values.
    """

    label: str
    predict: str
    source: str = GENERATED
    values: dict[str, float] = field(default_factory=dict)
    study: str | None = None
    method: str = em.EM
    tells_truth: bool = False

    @property
    def settings(self) -> dict[str, float]:
        """Every parameter of the preset's source, with its value."""
        return {p.name: p.default for p in SOURCES[self.source].parameters()} | self.values

    def as_dict(self) -> dict[str, Any]:
        """For the browser."""
        return asdict(self) | {"settings": self.settings}


PRESETS = {
    "notebook": Preset(
        "The notebook’s start", "Both scales start at 0.5. What could ever tell the two components apart?"
    ),
    "overlap": Preset(
        "Overlap",
        "The true scales are 0.5 and 1, and the components lie over one another. How many iterations will EM need?",
        values={"lambda0": 0.5, "start_rho": 0.5, "start_lambda0": 0.3, "start_lambda1": 0.6, "max_iter": 10_000},
        tells_truth=True,
    ),
    "slow": Preset(
        "Slow EM",
        "EM creeps along a ridge. How many passes over the data can a method that knows the curvature save?",
        values={"lambda0": 0.4, "start_rho": 0.8, "start_lambda0": 0.6, "start_lambda1": 1.8, "max_iter": 10_000},
        study="surface",
        method=em.ACCELERATED,
    ),
    "single": Preset(
        "One component",
        "The data come from one exponential distribution. What will EM do with two components?",
        values={"lambda0": 1, "start_rho": 0.5, "start_lambda0": 0.5, "start_lambda1": 1.5, "max_iter": 10_000},
        tells_truth=True,
    ),
    "spike": Preset(
        "A spike",
        "Component 0 starts narrow, near one of only twelve observations. Where will its standard deviation go?",
        source="generated-gaussian",
        values={
            "n": 12,
            "seed": 7,
            "start_rho": 0.1,
            "start_mu0": -1,
            "start_sigma0": 0.1,
            "start_mu1": 0,
            "start_sigma1": 1,
        },
    ),
    "local": Preset(
        "Local optimum",
        "A start at 20 and 23 looks sensible for the galaxies. Is its end the best there is?",
        source="galaxies",
        values={"start_mu0": 20, "start_mu1": 23},
        study="starts",
    ),
    "unequal": Preset(
        "Unequal sizes",
        "Only one observation in twenty comes from component 0. How well can its scale be known?",
        values={"rho": 0.05, "n": 5000},
        tells_truth=True,
    ),
    "faithful": Preset(
        "Old Faithful", "How long are the two kinds of waiting, and how many of each?", "faithful-waiting"
    ),
    "air": Preset(
        "Air-conditioning",
        "Do the times between failures really come from two kinds of failure?",
        "air-conditioning",
        study="sizes",
    ),
}
