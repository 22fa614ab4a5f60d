"""The figure of the lower bound without its numbers, and the words beneath it."""

from __future__ import annotations

import plotly.graph_objects as go

from components.figures.theme import Mode, component_colour, tokens
from components.figures.traces import curve, figure
from components.state.words import ON_SHOW

ELL, BOUND, GAP = "Log-likelihood ℓ", "Lower bound J", "Gap"
"""Names of the curves and of what lies between them, also in the legend."""

WORDS = {
    "bound_rises": "From iteration {t} to {next} the bound rises by {bound}, and the log-likelihood by {ell}: "
    "a gap of {gap} opens between them.",
    "bound_equal": "From iteration {t} to {next} the bound and the log-likelihood both rise by {bound}: "
    "there is no gap.",
    "bound_still": "From iteration {t} to {next} the bound and the log-likelihood rise by less than {least}.",
    "bound_other": "From iteration {t} to {next} the log-likelihood rises by {ell}.",
    "bound_other_still": "From iteration {t} to {next} the log-likelihood rises by less than {least}.",
    "bound_no_step": "The bound is drawn for runs by EM alone: other steps are no M-steps.",
    "bound_thinned": "The log-likelihood is computed from the {marks} observations drawn.",
    "bound_none": "The run has no step: it ended where it started.",
    "bound_start": "Before a run there is no step to draw.",
    "bound_too_low": "From iteration {t} to {next} there is no curve: a log-likelihood is too low for a number.",
}
"""Sentences beneath the figure (assets/run/figures/bound.mjs)."""


def bound(mode: Mode) -> go.Figure:
    """The line from one iteration to the next: log-likelihood, bound, the gap between them, and the place on show.

    All of it is counted from the log-likelihood at the beginning of the line: late in a run the curves rise by less
    than the digits that a log-likelihood has on an axis.
    """
    colour = tokens(mode)
    hover = "position %{x:.2f}<br>%{y:.4g}"
    curves = [
        curve("log-likelihood", ELL, colour["accent"], 2.5, hovertemplate=hover),
        curve("bound", BOUND, colour["ink"], 2, "6px,4px", hovertemplate=hover),
    ]
    # By its name, no curve to walk along by the keyboard (assets/figures/points.mjs).
    gap = curve("cursor-gap", GAP, component_colour(1, mode), 4, hoverinfo="skip")
    here = go.Scatter(
        uid="cursor",
        name=ON_SHOW,
        mode="markers",
        marker={"size": 11, "color": colour["ink"], "line": {"width": 2, "color": colour["card"]}},
        hoverinfo="skip",
    )
    label = {
        "showarrow": False,
        "xanchor": "left",
        "xshift": 8,
        "yanchor": "top",
        "yshift": -4,
        "font": {"color": component_colour(1, mode)},
    }
    return figure(
        mode,
        [*curves, gap, here],
        xaxis={"title": {"text": "position on the line"}, "tickvals": [0, 1]},
        yaxis={"title": {"text": "above ℓ(θ<sub>t</sub>)"}, "nticks": 5},
        meta={"label": label, "tick": "θ<sub>{t}</sub>", "title": "log-likelihood − ℓ(θ<sub>{t}</sub>)"},
        margin={"l": 92},  # room for 0.5e-10
        hovermode="closest",
    )
