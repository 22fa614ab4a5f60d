"""Parts of several figures: the frame, a curve, the mixture, a component, a histogram, ticks."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from components.figures.theme import DASHES, Mode, component_colour, mixed, template, tokens, translucent
from components.state.words import HISTOGRAM, LABEL, SIGNS

PALE = 0.35
"""Share of a label's colour in its bars."""
CASING = 5
"""Width of the line beneath a component's, which is 2 wide."""


def figure(mode: Mode, traces: list[Any], **layout: Any) -> go.Figure:
    """A figure in the look of the page."""
    for trace in traces:
        trace.showlegend = trace.name is not None  # only saved figures have a legend
    return go.Figure(traces, go.Layout(template=template(mode), autosize=True, uirevision="keep", **layout))


def curve(
    uid: str, name: str | None, colour: str, width: float, dash: str | None = None, mode: str = "lines", **more: Any
) -> go.Scatter:
    """A line through every one of its points: plotly leaves none out."""
    line = {"color": colour, "width": width, "dash": dash, "simplify": False}
    return go.Scatter(uid=uid, name=name, mode=mode, line=line, **more)


def mixture(mode: Mode, name: str = "Mixture density") -> go.Scatter:
    """The strong line."""
    return curve("mixture", name, tokens(mode)["ink"], 3, hovertemplate="%{y:.4g}")


def component(k: int, mode: Mode, name: str) -> go.Scatter:
    """A component: a filled curve under it."""
    colour = component_colour(k, mode)
    filled = {"fill": "tozeroy", "fillcolor": translucent(colour, 0.13)}
    return curve(f"component-{k}", name, colour, 2, DASHES[k], hovertemplate="%{y:.4g}", **filled)


def line(k: int, mode: Mode, name: str) -> go.Scatter:
    """A component over bars: a line without a fill."""
    return curve(f"component-{k}", name, component_colour(k, mode), 2, DASHES[k], hovertemplate="%{y:.4g}")


def casing(k: int, mode: Mode) -> go.Scatter:
    """A wider line beneath a component's, in the colour of the ground, which sets it off from the bars."""
    return curve(f"casing-{k}", None, tokens(mode)["card"], CASING, hoverinfo="skip")


def label_bars(k: int, mode: Mode) -> go.Bar:
    """Bars of the observations with label `k`: pale, with an edge in the colour of component `k`."""
    colour = component_colour(k, mode)
    return go.Bar(
        uid=f"label-{k}",
        name=LABEL.format(sign=SIGNS[k], k=k),
        marker={"color": mixed(colour, tokens(mode)["card"], PALE), "line": {"width": 1, "color": colour}},
        hovertemplate=f"%{{y:.4g}}<extra>label {k}</extra>",
    )


def histogram(mode: Mode, name: str = HISTOGRAM) -> go.Bar:
    """Bars behind the curves."""
    return go.Bar(
        uid="histogram",
        name=name,
        marker={"color": translucent(tokens(mode)["quiet"], 0.28), "line": {"width": 1, "color": tokens(mode)["edge"]}},
        hovertemplate="%{y:.4g}<extra>histogram</extra>",
    )


def ticks(k: int, mode: Mode, name: str, yref: str, width: float = 1) -> dict[str, Any]:
    """A layout shape: ticks in the colour of component `k`, one path that the browser fills in."""
    line = {"color": component_colour(k, mode), "width": width}
    return {"name": name, "type": "path", "path": "", "xref": "x", "yref": yref, "line": line}
