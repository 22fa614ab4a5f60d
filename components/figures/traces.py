"""What several figures are made of: the frame, the mixture, a component, a histogram."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from components.figures.theme import DASHES, Mode, component_colour, template, tokens, translucent
from components.state.words import HISTOGRAM


def figure(mode: Mode, traces: list[Any], **layout: Any) -> go.Figure:
    """A figure in the look of the page."""
    for trace in traces:
        trace.showlegend = trace.name is not None  # in a figure that is saved: on the page no legend is plotly's
    return go.Figure(traces, go.Layout(template=template(mode), autosize=True, uirevision="keep", **layout))


def mixture(mode: Mode, name: str = "Mixture density") -> go.Scatter:
    """The strong line."""
    return go.Scatter(
        uid="mixture",
        name=name,
        mode="lines",
        line={"color": tokens(mode)["ink"], "width": 3, "simplify": False},
        hovertemplate="%{y:.4g}",
    )


def component(k: int, mode: Mode, name: str) -> go.Scatter:
    """A component: a filled curve under it."""
    colour = component_colour(k, mode)
    return go.Scatter(
        uid=f"component-{k}",
        name=name,
        mode="lines",
        line={"color": colour, "width": 2, "dash": DASHES[k], "simplify": False},
        fill="tozeroy",
        fillcolor=translucent(colour, 0.13),
        hovertemplate="%{y:.4g}",
    )


def histogram(mode: Mode, name: str = HISTOGRAM) -> go.Bar:
    """Bars behind the curves."""
    return go.Bar(
        uid="histogram",
        name=name,
        marker={"color": translucent(tokens(mode)["quiet"], 0.28), "line": {"width": 1, "color": tokens(mode)["edge"]}},
        hovertemplate="%{y:.4g}<extra>histogram</extra>",
    )
