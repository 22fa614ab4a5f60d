"""The parameters that can be set: their labels and bounds, and what is wrong with a value.

The browser gets the same table (`Parameter.as_dict`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

MAX_COMPONENTS = 5
"""Most components of a mixture on the page."""

PROBLEMS = {
    "empty": "the box is empty",
    "not_a_number": "this is not a number",
    "too_small": "this is too small",
    "too_large": "this is too large",
    "off_step": "this falls between two steps",
    "two_readings": "this can be {small} or {large}; write {typed} or {large}",
    "grouped": "thousands take no space or mark; write {large}",
}
REFUSAL = "{label}: {problem}. Allowed: {allowed}. Kept: {kept}."
"""In the browser, which keeps the last good value."""
SERVER_REFUSAL = "{label}: {problem}. Allowed: {allowed}."
"""In replies of the server."""

_NEGATIVE = re.compile(r"(^|[\s(])-(?=\d)", re.ASCII)
_POWER = re.compile(r"((?:^|[\s(−±])\d+(?:\.\d+)?)e([-+])0*(?=\d)", re.ASCII)


@dataclass(frozen=True)
class Parameter:
    """A number that people can set.

    Attributes
    ----------
    name, label : str
        Its name in requests, links and ids; its accessible name.
    minimum, maximum, default : float
        Bounds, both allowed, and the initial value.
    step : float or None
        Values lie on minimum + i * step, and the minimum is a multiple of it; None: any value between the bounds.
    component : int or None
        Component it belongs to, for its colour.
    slider : bool
        Whether it has a slider beside its number box.
    column : str or None
        Heading of its column if it is in the table with a row per component; None: it has a row of its own.
    unit : str
        Read out after its value.
    """

    name: str
    label: str
    minimum: float
    maximum: float
    default: float
    step: float | None = None
    component: int | None = None
    slider: bool = True
    column: str | None = None
    unit: str = ""

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.step == 1

    @cached_property
    def allowed(self) -> str:
        """What is allowed, in words; numbers as a box takes them, without marks between thousands."""
        kind = "a whole number from " if self.whole else ""
        steps = f" in steps of {self.step:g}" if self.step and not self.whole else ""
        return with_minus(f"{kind}{self.minimum:.15g} to {self.maximum:.15g}{steps}")

    def problem(self, value: object) -> str | None:
        """The key in `PROBLEMS` of what is wrong with a value, or None."""
        if value is None or value == "":
            return "empty"
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            return "not_a_number"
        if value < self.minimum:
            return "too_small"
        if value > self.maximum:
            return "too_large"
        if self.step is not None:
            steps = (value - self.minimum) / self.step
            if abs(steps - round(steps)) > 1e-6 + 2 * math.ulp(value) / self.step:  # large numbers are rounded
                return "off_step"
        return None

    def as_dict(self) -> dict[str, Any]:
        """For the browser."""
        return asdict(self) | {"allowed": self.allowed}


def number(value: float) -> str:
    """A number as text: 100,000, 0.001 and −2.5."""
    return f"{value:,.15g}".replace("-", "−")


def with_minus(text: str) -> str:
    """A sentence with typographic minus signs: −2.5 for -2.5, 1e−5 for 1e-05. Hyphens in words, links, quotes stay."""
    return _POWER.sub(lambda at: f"{at[1]}e{'−' if at[2] == '-' else ''}", _NEGATIVE.sub(r"\1−", text))


def _weight(name: str, label: str, default: float) -> Parameter:
    return Parameter(name, label, 0, 1, default, 0.001)


GAUSSIAN = (
    _weight("gaussian-pi1", "Mixing weight π1", 0.5),
    Parameter("gaussian-mu1", "Mean μ1", -2.5, 2.5, 1, 0.1, component=0),
    Parameter("gaussian-sigma1", "Standard deviation σ1", 0.1, 1.5, 0.5, 0.1, component=0),
    Parameter("gaussian-mu2", "Mean μ2", -2.5, 2.5, -1, 0.1, component=1),
    Parameter("gaussian-sigma2", "Standard deviation σ2", 0.1, 1.5, 0.5, 0.1, component=1),
)
EXPONENTIAL = (
    _weight("exponential-pi1", "Mixing weight π1", 0.5),
    Parameter("exponential-lambda1", "Scale λ1", 0.001, 1, 0.5, 0.001, component=0),
    Parameter("exponential-lambda2", "Scale λ2", 0.001, 1, 0.5, 0.001, component=1),
)
RATE_LABELS = {"exponential-lambda1": "Rate λ1", "exponential-lambda2": "Rate λ2"}
"""Labels while λ is shown as a rate."""

SEED_BOUNDS = 0, 2**32 - 1

DRAW = 200
"""Points that one press of an explorer's button draws."""

DRAWN = {
    view: (
        Parameter(f"{view}-points", "Points drawn", 0, 5_000, 0, DRAW, slider=False),
        Parameter(f"{view}-points-seed", "Seed of the points", *SEED_BOUNDS, 1, 1, slider=False),
    )
    for view in ("gaussian", "exponential")
}
"""Points drawn in an explorer: their number and seed. They have buttons, no boxes."""

MAX_VALUES = 100_000
"""Most observations of a run, generated or one's own."""

SAMPLE = (
    Parameter("n", "Observations N", 1, MAX_VALUES, 1000, 1, slider=False),
    Parameter("seed", "Random seed", *SEED_BOUNDS, 1, 1, slider=False),
    Parameter("true_k", "True components", 1, MAX_COMPONENTS, 2, 1, slider=False),
)
"""Parameters of generated data from any mixture."""

START = (Parameter("k", "Components K", 1, MAX_COMPONENTS, 2, 1, slider=False),)
"""Parameters of every start."""

START_SEED = Parameter("start_seed", "Seed of the start", *SEED_BOUNDS, 1, 1, slider=False)
"""Parameter of the random starts."""

MAX_ITER = Parameter("max_iter", "Maximum iterations", 1, 10_000, 1000, 1, slider=False)
STOPPING = (MAX_ITER, Parameter("tol", "Tolerance", 0, 1, 1e-12, None, slider=False))

STUDY = (
    Parameter("starts", "Number of starts", 1, 50, 20, 1, slider=False),
    Parameter("starts_seed", "Seed of the starts", *SEED_BOUNDS, 1, 1, slider=False),
)
"""Parameters of the studies of a run."""

ACROSS = (
    Parameter("across", "Component across", 0, MAX_COMPONENTS - 1, 0, 1, slider=False),
    Parameter("up", "Component up", 0, MAX_COMPONENTS - 1, 1, 1, slider=False),
)
"""The two components of the likelihood surface."""


@dataclass(frozen=True)
class Shape:
    """A parameter that each component of a mixture has: its name, symbol and heading, and its bounds and step."""

    name: str
    symbol: str
    heading: str
    minimum: float
    maximum: float
    step: float


def multiple(times: int, step: float) -> float:
    """So many steps, without binary rounding: 543 steps of 0.1 are 54.3, not 54.300000000000004."""
    return float(times * Decimal(repr(step)))


def of_mixture(
    word: str, shapes: tuple[Shape, ...], values: Sequence[Sequence[float]], rho: float = 0.5, unit: str = ""
) -> tuple[Parameter, ...]:
    """Parameters of a mixture, whose `word` is "True" or "Start"; `values` has a row of defaults for each component.

    Two components share one weight ρ, as in the notebook. If there are more, each has a weight, taken in proportion,
    and a row in a table.
    """
    prefix = "" if word == "True" else f"{word.lower()}_"
    many = len(values) > 2
    found = [_weight(f"{prefix}rho", f"{word} ρ", rho)] if len(values) == 2 else []
    for k, row in enumerate(values):
        if many:
            found.append(
                Parameter(
                    f"{prefix}weight{k}", f"{word} weight π{k}", 0, 100, 1, 0.001, k, slider=False, column="Weight π"
                )
            )
        found += [
            Parameter(
                f"{prefix}{shape.name}{k}",
                f"{word} {shape.symbol}{k}",
                shape.minimum,
                shape.maximum,
                float(value),
                shape.step,
                component=k,
                slider=not many,
                column=shape.heading if many else None,
                unit=f"× {unit}" if unit[:1].isdigit() else unit,
            )
            for shape, value in zip(shapes, row, strict=True)
        ]
    return tuple(found)
