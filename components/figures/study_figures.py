"""The figures of the studies of a run without their numbers: surface, other starts, numbers of components."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from components.figures.theme import Mode, blended, component_colour, tokens, translucent
from components.figures.traces import curve, figure
from components.state.words import CRITERIA, LOWEST, ON_SHOW, STUDY_WORDS

SUMMIT = 7
"""Twentieths of the accent in the colour of the summit; lines on it need contrast (tests/figures/test_tokens.py)."""


def surface(mode: Mode) -> go.Figure:
    """Log-likelihood over one parameter of two components, with the path of the run, and of EM beside it."""
    colour = tokens(mode)
    low, high = colour["card"], blended(colour["card"], colour["accent"], 21)[SUMMIT]
    contour = go.Contour(
        uid="surface",
        colorscale=[[0, low], [1, high]],
        showscale=False,
        ncontours=24,
        line={"width": 1, "color": translucent(colour["edge"], 0.5)},
        hovertemplate="%{x:.4g}, %{y:.4g}<br>ℓ = %{customdata:.4f}<extra></extra>",
    )
    # Wide enough to be seen beneath the path of the run.
    compared = curve("compared", "EM from the same start", colour["quiet"], 6, "5px,4px", hoverinfo="skip")
    earlier = curve("earlier", "Earlier paths", colour["quiet"], 1.5, hoverinfo="skip")
    path = curve("path", "Path of the run", colour["ink"], 2, hoverinfo="skip")
    path.marker.update(size=5, color=colour["ink"])
    outline = {"width": 2, "color": colour["ink"]}
    ends = [
        _marks(name.lower(), name, size=12, symbol=symbol, color=colour["ink"], line=outline, hoverinfo="skip")
        for name, symbol in {"Start": "circle-open", "End": "diamond"}.items()
    ]
    edge = {"width": 2, "color": colour["card"]}
    here = _marks("here", ON_SHOW, size=9, color=component_colour(1, mode), line=edge, hoverinfo="skip")
    return figure(mode, [contour, compared, earlier, path, *ends, here], hovermode="closest")


def starts(mode: Mode) -> go.Figure:
    """A dot for each run from another start, at the log-likelihood where it ended; dots at one place are stacked."""
    colour = tokens(mode)
    looks = {
        "best": {"color": colour["accent"], "line": {"width": 1, "color": colour["card"]}},
        "other": {"color": colour["quiet"], "symbol": "diamond", "line": {"width": 1, "color": colour["card"]}},
        "unfinished": {
            "color": colour["quiet"],
            "symbol": "circle-open",
            "line": {"width": 2, "color": colour["quiet"]},
        },
    }
    dots = [
        _marks(kind, STUDY_WORDS[kind].capitalize(), size=9, hovertemplate="ℓ = %{x:.3f}<extra></extra>", **look)
        for kind, look in looks.items()
    ]
    return figure(
        mode,
        dots,
        xaxis={"title": {"text": "log-likelihood ℓ at the end"}, "exponentformat": "none", "nticks": 4},
        yaxis={"title": {"text": "runs"}, "rangemode": "tozero", "nticks": 5},
        margin={"r": 32},  # half of the last label
        hovermode="closest",
    )


def choice(mode: Mode) -> go.Figure:
    """AIC and BIC of the best fit found with each number of components, and where each is lowest."""
    colour = tokens(mode)
    looks = {"aic": (colour["quiet"], "6px,4px"), "bic": (colour["accent"], None)}
    hover = "K = %{x}<br>%{y:.2f}"
    curves = [
        curve(name, CRITERIA[name], line, 2.5, dash, "lines+markers", marker={"size": 6}, hovertemplate=hover)
        for name, (line, dash) in looks.items()
    ]
    ring = {"width": 2, "color": colour["ink"]}
    lowest = _marks("cursor", LOWEST, size=14, symbol="circle-open", color=colour["ink"], line=ring, hoverinfo="skip")
    return figure(
        mode,
        [*curves, lowest],
        xaxis={"title": {"text": "components K"}, "dtick": 1},
        yaxis={"title": {"text": "lower is better"}, "nticks": 5, "exponentformat": "none"},
        margin={"l": 76},
        hovermode="closest",
    )


def _marks(
    uid: str, name: str, hoverinfo: str | None = None, hovertemplate: str | None = None, **look: Any
) -> go.Scatter:
    """Points without a line."""
    return go.Scatter(uid=uid, name=name, mode="markers", marker=look, hoverinfo=hoverinfo, hovertemplate=hovertemplate)
