"""Every choice and switch of the page: its label, options and initial value; and what only a link can set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import em
from components.state import ids
from components.state.families import FAMILIES
from components.state.sources import BY_HAND, GENERATED, OWN, OWN_LABEL, SOURCES, STARTS
from components.state.words import TRUE_VALUES


@dataclass(frozen=True)
class Choice:
    """One of several: its label, its options (value -> text), and the initial value."""

    label: str
    options: Mapping[str, str]
    default: str


METHODS = {em.EM: "EM", em.ACCELERATED: "Accelerated"}
QUANTITIES = {"density": "Density", "cumulative": "Cumulative"}
LOG, LINEAR = "log", "linear"
"""Scales of an axis."""

CHOICES = {
    ids.THEME_CHOICE: Choice("Colours", {"system": "Auto", "light": "Light", "dark": "Dark"}, "system"),
    ids.PARAMETRISATION: Choice("Meaning of λ", {"scale": "λ is a scale", "rate": "λ is a rate"}, "scale"),
    ids.Y_AXIS: Choice("Scale of the y axis", {"linear": "Linear y axis", "log": "Log y axis"}, "linear"),
    ids.GAUSSIAN_QUANTITY: Choice("What is drawn", QUANTITIES, "density"),
    ids.EXPONENTIAL_QUANTITY: Choice("What is drawn", QUANTITIES, "density"),
    ids.SOURCE: Choice(
        "Source", {source.name: source.label for source in SOURCES.values()} | {OWN: OWN_LABEL}, GENERATED
    ),
    ids.FAMILY: Choice("Family", {name: name.capitalize() for name in FAMILIES}, next(iter(FAMILIES))),
    ids.START_FROM: Choice("Starting point", STARTS, BY_HAND),
    ids.METHOD: Choice("Method", METHODS, em.EM),
    ids.COLOUR_BY: Choice("Colour of the marks", {"label": "Label", "responsibility": "Responsibility"}, "label"),
    ids.X_SCALE: Choice("Scale of x", {LOG: "log x", LINEAR: "linear"}, LINEAR),
}

FAMILY_SCALES = {name: LOG if family.lowest == 0 else LINEAR for name, family in FAMILIES.items()}
"""Family of the mixture -> the scale of x on which its components are told apart."""

SWITCHES = {
    ids.GAUSSIAN_COMPONENTS: True,
    ids.EXPONENTIAL_COMPONENTS: True,
    ids.NOTEBOOK_CURVE: False,
}
"""Switch -> whether it is on initially."""

PANELS = {
    "estimates": "Estimates",
    "log-likelihood": "Log-likelihood",
    "parameters": "Parameters",
    "bound": "Bound",
    "surface": "Surface",
    "starts": "Other starts",
    "sizes": "How many components?",
    "export": "Export",
}
"""Panels of Run EM -> names of their tabs, in order."""
MORE = ("starts", "sizes", "export")
"""Panels whose tabs stand under *More* in a narrow window."""

TRUTH = "truth"
GROUPS = {
    TRUTH: TRUE_VALUES,
    "controls": "All controls",
    "data": "Data",
    "start": "Start",
    "run": "Run",
    "traps": "Questions",
    "words": "The run in words",
    "walk": "Walk through the run",
    "posterior": "Sorted posterior",
    **{panel: title for panel, title in PANELS.items() if panel != "export"},
}
"""Parts of the page that a link can hide -> their titles, also those of the cards and panels of Run EM."""

REVEAL, EMBED, PRESENT = "reveal", "embed", "present"
FLAGS = {
    REVEAL: "A button brings it back",
    EMBED: "Embed: no header, to stand in another page",
    PRESENT: "Present: large type and lines, for a lecture hall",
}
"""What a link can turn on -> its label; all are off initially."""
