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
    ids.COLOUR_BY: Choice("Colour of the marks", {"label": "By label", "responsibility": "By responsibility"}, "label"),
    ids.SPEED: Choice("Steps a second", {"1": "1/s", "4": "4/s", "20": "20/s"}, "4"),
}

SWITCHES = {
    ids.GAUSSIAN_COMPONENTS: True,
    ids.EXPONENTIAL_COMPONENTS: True,
    ids.NOTEBOOK_CURVE: False,
    ids.HALF_STEPS: False,
}
"""Switch -> whether it is on initially."""

TRUTH = "truth"
GROUPS = {
    TRUTH: TRUE_VALUES,
    "controls": "All controls",
    "data": "Data",
    "start": "Start",
    "run": "Run",
    "traps": "Traps to try",
    "words": "The run in words",
    "walk": "Walk through the run",
    "posterior": "Sorted posterior",
    "log-likelihood": "Log-likelihood",
    "estimates": "Estimates",
    "parameters": "Parameters over iterations",
    "surface": "Likelihood surface",
    "sizes": "How many components?",
    "starts": "Other starts",
}
"""Parts of the page that a link can hide -> their titles, also those of the cards (components/views/run.py)."""

REVEAL, EMBED, PRESENT = "reveal", "embed", "present"
FLAGS = {
    REVEAL: "A button brings it back",
    EMBED: "Embed: no header, to stand in another page",
    PRESENT: "Present: large type and lines, for a lecture hall",
}
"""What a link can turn on -> its label; all are off initially."""
