"""The figures of the two explorers, without their numbers."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from components.figures.theme import Mode, lengths, tokens
from components.figures.traces import component, curve, figure, histogram, mixture, ticks
from components.state.words import NOTEBOOK_CURVE, QUANTITIES, SIGNS, WEIGHTED

GAUSSIAN_WINDOW = (-5.0, 5.0)
EXPONENTIAL_WINDOW = {"scale": (0.0, 5.0), "rate": (0.0, 100.0)}
BINS = 40
"""Bins of the points drawn."""
LOG_FLOOR = 1e-6
"""Smallest value shown on a logarithmic axis."""
_POWERS = range(round(math.log10(LOG_FLOOR)), 5)
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_TICKS = 0.022
"""Height of a point's tick, as a share of the figure's."""


def _points(mode: Mode) -> dict[str, Any]:
    """Layout with ticks of the points drawn, a row for each component, at the bottom of the figure."""
    rows = [(k * 1.3 * _TICKS, k * 1.3 * _TICKS + _TICKS) for k in (0, 1)]
    shapes = [ticks(k, mode, f"points-{k}", "paper") | {"layer": "below"} for k in (0, 1)]
    return {"shapes": shapes, "meta": {"rows": rows}}


def _explorer(mode: Mode, more: list[Any], xaxis: dict[str, Any], yaxis: dict[str, Any]) -> go.Figure:
    steps = curve("steps", "Points drawn, their distribution", tokens(mode)["quiet"], 2, hovertemplate="%{y:.4g}")
    steps.update(line_shape="hv", visible=False)
    bars = histogram(mode, "Points drawn, histogram").update(visible=False, hovertemplate="%{y:.4g}")
    names = [WEIGHTED.format(sign=SIGNS[k], k=k + 1) for k in (0, 1)]
    return figure(
        mode,
        [bars, *[component(k, mode, name) for k, name in enumerate(names)], steps, mixture(mode), *more],
        xaxis={"title": {"text": "x"}} | xaxis,
        yaxis={"title": {"text": QUANTITIES["density"]["axis"]}} | yaxis,
        hovermode="x unified",
        bargap=0,
        **_points(mode),
    )


def gaussian(mode: Mode) -> go.Figure:
    """Explorer of a two-component Gaussian mixture, with its modes."""
    colour = tokens(mode)["ink"]
    modes = go.Scatter(
        uid="modes",
        mode="markers+text",
        textposition=["top left", "top right"],  # away from each other, where the curve falls
        textfont={"size": lengths()["figure-label"], "color": colour},
        marker={"size": 7, "color": colour, "opacity": 1, "line": {"width": 0}},
        cliponaxis=False,
        hoverinfo="skip",
    )
    made = _explorer(mode, [modes], {"range": GAUSSIAN_WINDOW}, {})
    return made.update_layout(margin={"r": 20})  # room for the label of a mode at the edge


def exponential(mode: Mode) -> go.Figure:
    """Explorer of a two-component exponential mixture, with the notebook's unnormalised curve."""
    name, colour = f"{NOTEBOOK_CURVE}, not a density", tokens(mode)["quiet"]
    notebook = curve("notebook", name, colour, 2, "dash", hovertemplate="%{y:.4g}")
    # Plotly writes powers a quarter larger than all other numbers at an axis.
    powers = {"tickvals": [10.0**power for power in _POWERS], "ticktext": [_power_of_ten(power) for power in _POWERS]}
    return _explorer(mode, [notebook], {}, powers)


def _power_of_ten(power: int) -> str:
    return {0: "1", 1: "10"}.get(power, "10" + str(power).translate(_RAISED))
