"""A request for a run, checked: the browser is not trusted; a bad value is refused with a message, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import em
from components.state.families import FAMILIES
from components.state.parameters import MAX_VALUES, PROBLEMS, SERVER_REFUSAL, Parameter
from components.state.sources import BY_HAND, OWN, SOURCES, STARTS, Source, own, suits
from components.state.time_limit import deadline

MAX_WORK = 200_000_000
"""Most observations times iterations times components of a run."""

HUGE = 1e300
"""Upper bound of the size of a number: excludes infinities, nan, and integers beyond float64."""

WORK_REFUSAL = "Observations N times Maximum iterations times Components K may be at most {limit:,}: lower one of them."
NO_WEIGHT = "{label}: at least one of the weights must be above 0."


@dataclass(frozen=True)
class RunSpec:
    """A run in which every value has been checked."""

    source: Source
    values: Mapping[str, float]
    start_from: str = BY_HAND
    blind: bool = False
    """Whether the reply must leave out the true mixture."""
    method: str = em.EM
    preview: bool = False
    """Whether only the observations and the start are asked for."""

    @property
    def n_components(self) -> int:
        """Number of components K to fit."""
        return int(self.values["k"])

    @property
    def stopping(self) -> em.StoppingRule:
        """When the run stops if it starts now."""
        return em.StoppingRule(int(self.values["max_iter"]), self.values["tol"], deadline(), processor_time=True)

    def weights(self, prefix: str, k: int) -> list[float]:
        """Weights of the true mixture (prefix "") or of the start ("start_"), in proportion."""
        if k == 1:
            return [1.0]
        if k == 2:
            return [self.values[f"{prefix}rho"], 1 - self.values[f"{prefix}rho"]]
        return [self.values[f"{prefix}weight{i}"] for i in range(k)]


def parse_run(request: object) -> tuple[RunSpec | None, dict[str, str]]:
    """Read a request for a run.

    Parameters
    ----------
    request : object
        What the browser sent: a mapping with ``source``, ``start_from``, a number for each parameter in
        `Source.parameters`, ``blind`` (true: true values are hidden), ``preview`` (true: the start
        alone), and ``method`` (one of `em.METHODS`, default EM).

    Returns
    -------
    spec : RunSpec or None
        None if anything was refused.
    errors : dict
        Parameter name -> message with what was wrong and what is allowed; ``source`` for the whole request.
    """
    if not isinstance(request, Mapping):
        return None, {"source": "The request must be an object with a source and its parameters."}
    source, errors = _source(request)
    if source is None:
        return None, errors
    start_from = request.get("start_from")
    if not isinstance(start_from, str) or start_from not in STARTS:
        return None, {"start_from": f"The starting point must be one of: {', '.join(STARTS)}."}
    blind = request.get("blind", False)
    if not isinstance(blind, bool):
        return None, {"blind": "Whether the true values are hidden must be true or false."}
    preview = request.get("preview", False)
    if not isinstance(preview, bool):
        return None, {"preview": "Whether only the start is asked for must be true or false."}
    method = request.get("method", em.EM)
    if not isinstance(method, str) or method not in em.METHODS:
        return None, {"method": f"The method must be one of: {', '.join(em.METHODS)}."}
    sizes, errors = read_values(source.sizes, request)
    if errors:
        return None, errors
    parameters = source.parameters(int(sizes.get("true_k", 2)), int(sizes["k"]), start_from)
    values, errors = read_values(parameters, request)
    if errors:
        return None, errors
    spec = RunSpec(source, values, start_from, blind, method, preview)
    errors = _joint_errors(spec)
    return (None, errors) if errors else (spec, {})


def _source(request: Mapping[str, Any]) -> tuple[Source | None, dict[str, str]]:
    """The requested source, or messages."""
    name = request.get("source")
    if name == OWN:
        return own_source(request.get("data"), request.get("family"))
    if not isinstance(name, str) or name not in SOURCES:
        return None, {"source": f"The data source must be one of: {', '.join([*SOURCES, OWN])}."}
    return SOURCES[name], {}


def own_source(data: object, family: object) -> tuple[Source | None, dict[str, str]]:
    """A source of own data, or messages if they are not numbers or the family does not suit them."""
    if not isinstance(family, str) or family not in FAMILIES:
        return None, {"family": f"The family must be one of: {', '.join(FAMILIES)}."}
    if not isinstance(data, list) or not all(type(value) in (int, float) and abs(value) < HUGE for value in data):
        return None, {"data": "The data must be a list of finite numbers."}
    if len(data) > MAX_VALUES:
        return None, {"data": f"There are {len(data):,} values; at most {MAX_VALUES:,} are allowed."}
    problem = suits(data, FAMILIES[family])
    return (None, {"data": problem}) if problem else (own(data, FAMILIES[family]), {})


def _joint_errors(spec: RunSpec) -> dict[str, str]:
    """What is wrong with values together, though each is allowed."""
    errors = {}
    mixtures = {"": int(spec.values["true_k"])} if spec.source.generated else {}
    if spec.start_from == BY_HAND:
        mixtures["start_"] = spec.n_components
    for prefix, k in mixtures.items():
        if not any(spec.weights(prefix, k)):
            errors[f"{prefix}weight0"] = NO_WEIGHT.format(label="Start" if prefix else "True mixture")
    n = spec.values["n"] if spec.source.x is None else spec.source.x.size
    if not spec.preview and n * spec.values["max_iter"] * spec.n_components > MAX_WORK:
        errors["max_iter"] = WORK_REFUSAL.format(limit=MAX_WORK)
    return errors


def read_values(
    parameters: tuple[Parameter, ...], request: Mapping[str, Any]
) -> tuple[dict[str, float], dict[str, str]]:
    """Read the parameters' values from a request: by name, those allowed, and messages for those refused."""
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
            values[parameter.name] = int(value) if parameter.whole else float(value)
    return values, errors
