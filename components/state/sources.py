"""Where the observations of a run come from, and how a run on them starts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import em
from components.state.families import CARDS, EXPONENTIAL, GAUSSIAN
from components.state.own_data.cells import out_of_range
from components.state.own_data.sentences import OTHER_UNIT
from components.state.parameters import (
    MAX_COMPONENTS,
    SAMPLE,
    START,
    START_SEED,
    STOPPING,
    Parameter,
    Shape,
    multiple,
    of_mixture,
)

GENERATED = "generated"
"""Name of the source that is chosen at first: data drawn from an exponential mixture."""

BY_HAND = "hand"
STARTS = {BY_HAND: "By hand", "quantiles": "Quantiles", "random": "Random", "kmeans": "k-means++"}
"""How a run can start."""
DRAWN = ("random", "kmeans")
"""Starts that need a seed."""

DRAWN_HERE = "Drawn here: what EM finds can be compared with the truth."

SIZES = range(1, MAX_COMPONENTS + 1)


OWN = "own"
"""Name of the source whose observations come with each request, and stay nowhere."""
OWN_LABEL = "Your own data"
OWN_ABOUT = "They go to the server with each start and each run, and are kept nowhere."


@dataclass(frozen=True, eq=False)
class Source:
    """Where the observations of a run come from, and how a run on them starts.

    Attributes
    ----------
    name, label, about, unit : str
        Its name in requests, its name on the page, a sentence about it, and the unit of its observations.
    family : type
        Family of the mixtures that are fitted to it.
    starts : dict
        Number of components -> parameters of a start by hand.
    samples : dict or None
        Number of components -> parameters of the mixture that data are drawn from, and their labels known.
    x : ndarray, shape (N,), or None
        The observations, where they are not drawn.
    """

    name: str
    label: str
    family: type[em.Mixture]
    starts: dict[int, tuple[Parameter, ...]]
    about: str
    unit: str = ""
    samples: dict[int, tuple[Parameter, ...]] | None = None
    x: em.Floats | None = None

    @property
    def generated(self) -> bool:
        """Whether the observations are drawn here, so that their labels are known."""
        return self.samples is not None

    @property
    def sizes(self) -> tuple[Parameter, ...]:
        """Numbers of components that a run can set; which other parameters there are depends on them."""
        return (*(p for p in SAMPLE if self.generated and p.name == "true_k"), *START)

    def parameters(self, true_k: int = 2, k: int = 2, start_from: str = BY_HAND) -> tuple[Parameter, ...]:
        """All that a run can set which has so many components and starts so."""
        sample = SAMPLE + self.samples[true_k] if self.samples else ()
        start = self.starts[k] if start_from == BY_HAND else (START_SEED,) if start_from in DRAWN else ()
        return sample + START + start + STOPPING

    def as_dict(self) -> dict[str, Any]:
        """For the browser."""
        samples, starts = (
            {k: [parameter.as_dict() for parameter in group] for k, group in (groups or {}).items()}
            for groups in (self.samples, self.starts)
        )
        return {"about": self.about, "samples": samples, "starts": starts}

    @property
    def x_title(self) -> str:
        """Title of the axis of observations."""
        return f"observation x ({self.unit})" if self.unit else "observation x"


def _starts(
    shapes: tuple[Shape, ...], two: em.Mixture, others: dict[int, em.Mixture], unit: str = ""
) -> dict[int, tuple[Parameter, ...]]:
    """Parameters of a start for each number of components, with these defaults."""
    starts = others | {2: two}
    return {
        k: of_mixture("Start", shapes, _rows(starts[k], shapes), float(two.weights[0]) if k == 2 else 0.5, unit)
        for k in SIZES
    }


def _rows(mixture: em.Mixture, shapes: tuple[Shape, ...]) -> list[list[float]]:
    """Parameters of the components, a row for each, on the steps and within the bounds of their shapes."""
    columns = [
        [_placed(float(value), shape) for value in mixture.parameters[name]]
        for name, shape in zip(mixture.parameter_names[1:], shapes, strict=True)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _spread(low: float, high: float, k: int) -> list[float]:
    """Middles of k equal parts of an interval."""
    return [low + (high - low) * (i + 0.5) / k for i in range(k)]


def _placed(value: float, shape: Shape) -> float:
    return min(max(multiple(round(value / shape.step), shape.step), shape.minimum), shape.maximum)


def _real(name: str, label: str, step: float) -> Source:
    """A data set of the engine: its label in the list, and the step of the sliders of its start."""
    data = em.datasets.load(name)
    shapes = CARDS[data.family.family].shapes_for(data.x, step)
    others = {k: em.quantile_start(data.x, data.family, k) for k in SIZES}
    about = f"{data.title[0].upper()}{data.title[1:]}. {data.teaches} Source: {data.citation}."
    starts = _starts(shapes, data.start, others, data.unit)
    return Source(name, label, data.family, starts, about, data.unit, x=data.x)


def own(values: Sequence[float], family: type[em.Mixture]) -> Source:
    """Somebody's own observations, which the family suits (`suits`)."""
    x = family.check_observations(values)
    step = float(f"1e{math.floor(math.log10(x.std())) - 2}")
    quantiles = {k: em.quantile_start(x, family, k) for k in SIZES}
    starts = _starts(CARDS[family.family].shapes_for(x, step), quantiles[2], quantiles)
    return Source(OWN, OWN_LABEL, family, starts, OWN_ABOUT, x=x)


def suits(values: Sequence[float], family: type[em.Mixture]) -> str | None:
    """Why a mixture of this family cannot be fitted to these values, in words; None if it can be."""
    n = len(values)
    if n < 2:
        return f"There {'is only one value' if n else 'are no values'}: a mixture needs at least two."
    for value in values:
        if problem := out_of_range(value):
            return f"The value {value:g} is {problem}: leave it out, or {OTHER_UNIT}"
    lowest = min(values)
    if lowest == max(values):
        return f"All {n:,} values are {lowest:.12g}: a mixture needs at least two different values."
    try:
        for k in range(1, MAX_COMPONENTS + 1):
            em.quantile_start(values, family, k)
    except ValueError as error:
        if lowest >= family.lowest:
            return f"These values cannot be fitted: {error}."
        negative = sum(value < 0 for value in values)
        return (
            f"{negative:,} of the {n:,} values {'is' if negative == 1 else 'are'} negative, the smallest {lowest:g}: "
            f"components of the {family.family} family have no negative values. Choose a Gaussian mixture."
        )
    return None


def _exponential() -> Source:
    shapes = (EXPONENTIAL.parameters[0].shape(0.001, 5, 0.001),)
    true_scales = (0.1, 1, 4, 0.02, 0.4)
    others = {k: em.ExponentialMixture([1 / k] * k, [10**power for power in _spread(-1.6, 0.6, k)]) for k in SIZES}
    return Source(
        GENERATED,
        EXPONENTIAL.label,
        em.ExponentialMixture,
        _starts(shapes, em.ExponentialMixture([0.1, 0.9], [0.5, 0.5]), others),
        DRAWN_HERE,
        samples={k: of_mixture("True", shapes, [(scale,) for scale in true_scales[:k]]) for k in SIZES},
    )


def _gaussian() -> Source:
    mean, std = GAUSSIAN.parameters
    shapes = (mean.shape(-10, 10, 0.1), std.shape(0.1, 5, 0.1))
    true_means = (-1, 1, 3, -3, 5)
    others = {k: em.GaussianMixture([1 / k] * k, _spread(-3, 3, k), [1] * k) for k in SIZES}
    return Source(
        "generated-gaussian",
        GAUSSIAN.label,
        em.GaussianMixture,
        _starts(shapes, em.GaussianMixture([0.5, 0.5], [-0.5, 0.5], [1, 1]), others),
        DRAWN_HERE,
        samples={k: of_mixture("True", shapes, [(centre, 0.5) for centre in true_means[:k]]) for k in SIZES},
    )


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        _exponential(),
        _gaussian(),
        _real("faithful-waiting", "Old Faithful waiting", 0.1),
        _real("faithful-eruptions", "Old Faithful eruptions", 0.01),
        _real("geyser-duration", "Old Faithful durations, 1985", 0.01),
        _real("galaxies", "Galaxies", 0.1),
        _real("air-conditioning", "Air-conditioning", 0.01),
    )
}


SOURCE_GROUPS = {
    "Drawn here": [source.name for source in SOURCES.values() if source.generated],
    "Real data": [source.name for source in SOURCES.values() if not source.generated],
    "Yours": [OWN],
}
"""Names of the sources, as they stand in the list."""


def _rows_of(lists: list[tuple[Parameter, ...]]) -> tuple[Parameter, ...]:
    first: dict[str, Parameter] = {}
    for parameter in (p for parameters in lists for p in parameters):
        if parameter.column is None:
            first.setdefault(parameter.name, parameter)
    return tuple(first.values())


_TRUE_K = tuple(p for p in SAMPLE if p.name == "true_k")
SAMPLE_ROWS = tuple(p for p in SAMPLE if p not in _TRUE_K)
TRUE_ROWS = _TRUE_K + _rows_of([s.samples[k] for s in SOURCES.values() if s.samples for k in (2, 1)])
START_ROWS = (*START, START_SEED, *_rows_of([s.starts[k] for s in SOURCES.values() for k in (2, 1)]))
"""Every parameter that has a row, once, as the first source that has it sets it; where there is none it is hidden."""
