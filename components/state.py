"""The page's state: one table of parameters, and how values from outside are read.

Everything that comes from a browser or an address is untrusted: `parse_run` clamps nothing silently and refuses in
words. The same table goes to the browser (`as_dict`), so bounds, labels and words are written once, here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import em

MAX_WORK = 100_000_000
"""Most observations times iterations that one run may ask for."""

PROBLEMS = {
    "empty": "the box is empty",
    "not_a_number": "this is not a number",
    "too_small": "this is too small",
    "too_large": "this is too large",
    "off_step": "this falls between two steps",
}
REFUSAL = "{label}: {problem}. Allowed: {allowed}. Kept: {kept}."
SERVER_REFUSAL = "{label}: {problem}. Allowed: {allowed}."
WORK_REFUSAL = "Observations N times Maximum iterations may be at most {limit:,}: lower one of them."


@dataclass(frozen=True)
class Parameter:
    """A number that people can set.

    Attributes
    ----------
    name, label : str
        Its id on the page and in requests; its accessible name.
    minimum, maximum, default : float
        Bounds, both allowed, and the value at first.
    step : float or None
        Values lie on minimum + i * step; None: any value between the bounds.
    component : int or None
        Component it belongs to, for its colour.
    slider : bool
        Whether it has a slider beside its number box.
    """

    name: str
    label: str
    minimum: float
    maximum: float
    default: float
    step: float | None = None
    component: int | None = None
    slider: bool = True

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.step == 1

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        kind = "a whole number from " if self.whole else ""
        steps = f" in steps of {self.step:g}" if self.step and not self.whole else ""
        return f"{kind}{number(self.minimum)} to {number(self.maximum)}{steps}"

    def problem(self, value: object) -> str | None:
        """Name of what is wrong with a value (a key of `PROBLEMS`), or None."""
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
            if abs(steps - round(steps)) > 1e-6:
                return "off_step"
        return None

    def as_dict(self) -> dict[str, Any]:
        """For the browser."""
        return asdict(self) | {"allowed": self.allowed}


def number(value: float) -> str:
    """A bound as people write it: 100,000 and 0.001."""
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 1000 else f"{value:g}"


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

_SIZE = (
    Parameter("n", "Observations N", 1, 100_000, 1000, 1, slider=False),
    Parameter("seed", "Random seed", 0, 2**32 - 1, 1, 1, slider=False),
    _weight("rho", "True ρ", 0.5),
)
EXPONENTIAL_SAMPLE = (
    *_SIZE,
    Parameter("lambda0", "True λ0", 0.001, 5, 0.1, 0.001, component=0),
    Parameter("lambda1", "True λ1", 0.001, 5, 1, 0.001, component=1),
)
GAUSSIAN_SAMPLE = (
    *_SIZE,
    Parameter("mu0", "True μ0", -10, 10, -1, 0.1, component=0),
    Parameter("sigma0", "True σ0", 0.1, 5, 0.5, 0.1, component=0),
    Parameter("mu1", "True μ1", -10, 10, 1, 0.1, component=1),
    Parameter("sigma1", "True σ1", 0.1, 5, 0.5, 0.1, component=1),
)
STOPPING = (
    Parameter("max_iter", "Maximum iterations", 1, 10_000, 1000, 1, slider=False),
    Parameter("tol", "Tolerance", 0, 1, 1e-12, None, slider=False),
)

STUDY = (
    Parameter("starts", "Number of starts", 1, 50, 20, 1, slider=False),
    Parameter("starts_seed", "Seed of the starts", 0, 2**32 - 1, 1, 1, slider=False),
)
"""Parameters of what can be asked about a run besides."""

GENERATED = "generated"
"""Name of the source that is chosen at first: data drawn from an exponential mixture."""


@dataclass(frozen=True)
class Source:
    """Where the observations of a run come from, and how a run on them starts.

    `sample` is what generated data are drawn with; real data have none, and no labels.
    """

    name: str
    label: str
    family: type[em.Mixture]
    start: tuple[Parameter, ...]
    about: str
    unit: str = ""
    sample: tuple[Parameter, ...] = ()

    @property
    def generated(self) -> bool:
        """Whether the observations are drawn here, so that their labels are known."""
        return bool(self.sample)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All that a run from this source can set."""
        return self.sample + self.start + STOPPING

    @property
    def x_title(self) -> str:
        """Title of the axis of observations."""
        return f"observation x ({self.unit})" if self.unit else "observation x"


def _exponential_start(
    rho: float, scales: tuple[float, float], bounds: tuple[float, float, float]
) -> tuple[Parameter, ...]:
    low, high, step = bounds
    return (
        _weight("start_rho", "Start ρ", rho),
        *(Parameter(f"start_lambda{k}", f"Start λ{k}", low, high, scales[k], step, component=k) for k in (0, 1)),
    )


def _gaussian_start(
    start: em.GaussianMixture, means: tuple[float, float], widest: float, step: float
) -> tuple[Parameter, ...]:
    mean = Parameter("", "", *means, 0, step)
    std = Parameter("", "", step, widest, 0, step)
    return (
        _weight("start_rho", "Start ρ", float(start.weights[0])),
        *(
            replace(shape, name=f"start_{name}{k}", label=f"Start {symbol}{k}", default=float(values[k]), component=k)
            for k in (0, 1)
            for shape, name, symbol, values in ((mean, "mu", "μ", start.means), (std, "sigma", "σ", start.stds))
        ),
    )


def _start_for(data: em.datasets.Dataset, step: float) -> tuple[Parameter, ...]:
    assert isinstance(data.start, em.GaussianMixture)
    means = math.floor(data.x.min() - 1), math.ceil(data.x.max() + 1)
    return _gaussian_start(data.start, means, math.ceil(3 * data.x.std()), step)


def _real(name: str, label: str, start: tuple[Parameter, ...]) -> Source:
    data = em.datasets.load(name)
    return Source(
        name, label, data.family, start, f"{data.title[0].upper()}{data.title[1:]}. Source: {data.citation}.", data.unit
    )


_WAITING, _ERUPTIONS, _AIR, _GALAXIES = (
    em.datasets.load(name) for name in ("faithful-waiting", "faithful-eruptions", "air-conditioning", "galaxies")
)

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            GENERATED,
            "Generated",
            em.ExponentialMixture,
            _exponential_start(0.1, (0.5, 0.5), (0.001, 5, 0.001)),
            "Drawn from this exponential mixture; the labels are known.",
            sample=EXPONENTIAL_SAMPLE,
        ),
        Source(
            "generated-gaussian",
            "Generated Gaussian",
            em.GaussianMixture,
            _gaussian_start(em.GaussianMixture([0.5, 0.5], [-0.5, 0.5], [1, 1]), (-10, 10), 5, 0.1),
            "Drawn from this Gaussian mixture; the labels are known.",
            sample=GAUSSIAN_SAMPLE,
        ),
        _real(_WAITING.name, "Old Faithful waiting", _start_for(_WAITING, 0.1)),
        _real(_ERUPTIONS.name, "Old Faithful eruptions", _start_for(_ERUPTIONS, 0.01)),
        _real(_GALAXIES.name, "Galaxies", _start_for(_GALAXIES, 0.1)),
        _real(
            _AIR.name,
            "Air-conditioning",
            _exponential_start(0.5, tuple(round(float(scale), 2) for scale in _AIR.start.scales), (0.01, 500, 0.01)),
        ),
    )
}


def _every(lists: list[tuple[Parameter, ...]]) -> tuple[Parameter, ...]:
    first: dict[str, Parameter] = {}
    for parameter in (p for parameters in lists for p in parameters):
        first.setdefault(parameter.name, parameter)
    return tuple(first.values())


SAMPLE_PARAMETERS = _every([source.sample for source in SOURCES.values()])
START_PARAMETERS = _every([source.start for source in SOURCES.values()])
"""Every parameter once, as the first source that has it sets it; a source without it hides its row."""


@dataclass(frozen=True)
class RunSpec:
    """A run that may be carried out: every value checked."""

    source: Source
    values: Mapping[str, float]

    @property
    def stopping(self) -> em.StoppingRule:
        """When its run stops."""
        return em.StoppingRule(int(self.values["max_iter"]), self.values["tol"])


def parse_run(request: object) -> tuple[RunSpec | None, dict[str, str]]:
    """Read a request for a run.

    Parameters
    ----------
    request : object
        What the browser sent: a mapping with ``source`` and a number for each of the source's parameters.

    Returns
    -------
    spec : RunSpec or None
        None if anything was refused.
    errors : dict
        Parameter name -> words that say what was wrong and what is allowed; ``source`` for the whole.
    """
    if not isinstance(request, Mapping):
        return None, {"source": "The request must be an object with a source and its parameters."}
    name = request.get("source")
    source = SOURCES.get(name) if isinstance(name, str) else None
    if source is None:
        return None, {"source": f"The data source must be one of: {', '.join(SOURCES)}."}
    values, errors = read_values(source.parameters, request)
    if not errors:
        n = values["n"] if source.generated else em.datasets.load(source.name).x.size
        if n * values["max_iter"] > MAX_WORK:
            errors["max_iter"] = WORK_REFUSAL.format(limit=MAX_WORK)
    return (None, errors) if errors else (RunSpec(source, values), {})


def read_values(
    parameters: tuple[Parameter, ...], request: Mapping[str, Any]
) -> tuple[dict[str, float], dict[str, str]]:
    """Read the parameters' values from a request: those allowed, and words for those refused, by name."""
    values: dict[str, float] = {}
    errors: dict[str, str] = {}
    for parameter in parameters:
        value = request.get(parameter.name)
        problem = parameter.problem(value)
        if problem:
            errors[parameter.name] = SERVER_REFUSAL.format(
                label=parameter.label, problem=PROBLEMS[problem], allowed=parameter.allowed
            )
        else:
            values[parameter.name] = int(value) if parameter.whole else float(value)  # type: ignore[arg-type]
    return values, errors
