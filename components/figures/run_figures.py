"""The figures without their numbers: pure functions of the colour mode that return plotly figures.

Colours, titles, names and axes are set here. The browser fills in x and y (assets/figures/draw.mjs). It finds each
trace by its ``uid``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import plotly.graph_objects as go

from components.figures import bound_figure, explorer_figures, study_figures
from components.figures.theme import DASHES, MODES, Mode, blended, component_colour, saved_template, tokens
from components.figures.traces import casing, curve, figure, histogram, label_bars, line, mixture, ticks
from components.state import ids
from components.state.parameters import MAX_COMPONENTS
from components.state.words import MIXTURE, ON_SHOW, SIGNS, TRUE_VALUES

SAVED: dict[str, Any] = {
    "layout": {"template": saved_template().to_plotly_json(), "autosize": False, "width": 1000, "height": 600},
    "scale": 2,
}
"""Layout of a saved figure, and the scale of a PNG."""

COMPONENTS = range(MAX_COMPONENTS)

POSTERIOR_NAMES = [f"q{k}, {'descending' if k else 'ascending'}" for k in COMPONENTS]
"""Names of the sorted posterior curves."""


def _palettes(mode: Mode) -> dict[str, Any]:
    """Colours of responsibilities.

    For two components, ``two`` goes from the colour of component 1 to that of component 0. For more, ``certainty`` has
    a row for each component: from pale, where it is hardly the likeliest, to its colour.
    """
    colours = [component_colour(k, mode) for k in COMPONENTS]
    return {
        "two": blended(colours[1], colours[0], 17),
        "certainty": [blended(tokens(mode)["line"], colour, 5) for colour in colours],
    }


def _hover(first: str, offset: int) -> list[str]:
    """Lines of the hover text: `first`, then the responsibilities; the browser keeps those of the run's components."""
    return [first] + [f"q<sub>{k}</sub> = %{{customdata[{k + offset}]:.4f}}" for k in COMPONENTS]


MARK = 2.5
"""Width of an observation's mark."""


def data(mode: Mode) -> go.Figure:
    """Histogram by label with the mixture on show, over the observations coloured by label or responsibility."""
    # Marks are one path per row (layout.shapes): plotly would need 100 ms for a thousand markers. The traces beneath
    # are invisible; they hold the numbers and the hover text.
    rows = [
        go.Scatter(
            uid=f"observations-{k}",
            mode="lines",
            yaxis="y2",
            line={"color": component_colour(k, mode), "width": 0},
        )
        for k in COMPONENTS
    ]
    return figure(
        mode,
        [histogram(mode)]
        + [label_bars(k, mode) for k in COMPONENTS]
        + [casing(k, mode) for k in COMPONENTS]
        + [mixture(mode, MIXTURE)]
        + [line(k, mode, f"{SIGNS[k]} Component {k}") for k in COMPONENTS]  # seen where they are all of the mixture
        + rows,
        shapes=[ticks(k, mode, f"marks-{k}", "y2", MARK) for k in COMPONENTS],
        meta={"palettes": _palettes(mode), "hover": _hover("x = %{x:.{digits}g}", 0)},
        bargap=0,
        barmode="stack",
        xaxis={"anchor": "y2"},
        yaxis={"title": {"text": "density"}, "domain": [0.3, 1], "rangemode": "tozero"},
        yaxis2={"domain": [0, 0.22], "range": [1.5, -0.5], "showgrid": False, "showline": False, "ticks": ""},
        margin={"l": 84},
        hovermode="closest",
    )


def posterior(mode: Mode) -> go.Figure:
    """The notebook's sorted posterior curves: q0 ascending, q1 descending; the browser stacks more than two."""
    curves = [
        curve(f"posterior-{k}", f"{SIGNS[k]} {name}", component_colour(k, mode), 2.5, DASHES[k])
        for k, name in enumerate(POSTERIOR_NAMES)
    ]
    return figure(
        mode,
        curves,
        meta={
            "hover": _hover("x = %{customdata[0]:.{digits}g}", 1),
            "band": {"fill": "tozeroy", "line": {"color": tokens(mode)["card"], "width": 1, "simplify": False}},
            "title": "index of the observation, in the order of x",
        },
        xaxis={"title": {"text": "index of the observation, sorted"}},
        yaxis={"title": {"text": "responsibility q"}, "range": [-0.03, 1.03], "dtick": 0.25},
        hovermode="closest",
    )


def _cursor(mode: Mode, uid: str = "cursor", name: str | None = ON_SHOW, **where: Any) -> go.Scatter:
    """A vertical line at the record on show."""
    return curve(uid, name, tokens(mode)["ink"], 1.5, hoverinfo="skip", **where)


def log_likelihood(mode: Mode) -> go.Figure:
    """Log-likelihood over iterations, with a cursor on the record on show."""
    points = {"mode": "lines+markers", "marker": {"size": 5}}
    hover = "iteration %{x}<br>ℓ = %{y:.6f}<extra></extra>"
    trace = curve("log-likelihood", "ℓ(θ<sub>t</sub>)", tokens(mode)["accent"], 2, hovertemplate=hover, **points)
    return figure(
        mode,
        [trace, _cursor(mode)],
        xaxis={"title": {"text": "iteration t"}},
        yaxis={"title": {"text": "log-likelihood ℓ"}, "exponentformat": "none"},
        margin={"l": 76},
        hovermode="closest",
    )


def parameters(mode: Mode) -> go.Figure:
    """Each parameter over iterations, a row for each, with names at the ends of the lines; true values are dotted."""
    label = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 4, "showarrow": False}
    traces: list[go.Scatter] = []
    for row in range(3):
        axis = {"yaxis": f"y{row + 1}" if row else "y", "visible": False}
        for k in COMPONENTS:
            colour = component_colour(k, mode)
            traces += [
                curve(
                    f"row{row}-true-{k}",
                    None if row or k else TRUE_VALUES,
                    colour,
                    1.5,
                    "1px,5px",
                    hovertemplate="true %{y:.4g}<extra></extra>",
                    **axis,
                ),
                curve(
                    f"row{row}-component-{k}",
                    None if row else f"{SIGNS[k]} Component {k}",
                    colour,
                    2,
                    DASHES[k],
                    hovertemplate="iteration %{x}<br>%{y:.5g}<extra></extra>",
                    **axis,
                ),
            ]
        traces.append(_cursor(mode, f"cursor-{row}", None if row else ON_SHOW, **axis))
    return figure(
        mode,
        traces,
        xaxis={"title": {"text": "iteration t"}},
        yaxis={"nticks": 4},
        yaxis2={"nticks": 4},
        yaxis3={"nticks": 4},
        margin={"l": 84, "r": 52},
        meta={"label": label},
        hovermode="closest",
    )


@dataclass(frozen=True)
class Figure:
    """A figure of the page.

    Attributes
    ----------
    skeleton : callable
        Colour mode -> the figure without its numbers.
    label : str
        Its name for screen readers.
    words : mapping of str to str
        The sentence beneath it, and parts of that; the browser fills them (assets/run/figures/).
    """

    skeleton: Callable[[Mode], go.Figure]
    label: str
    words: Mapping[str, str] = field(default_factory=dict)


EXPLORER = "Figure: {title} density and its weighted components"

FIGURES = {
    ids.GAUSSIAN_FIGURE: Figure(explorer_figures.gaussian, EXPLORER.format(title=ids.VIEWS["gaussian"])),
    ids.EXPONENTIAL_FIGURE: Figure(explorer_figures.exponential, EXPLORER.format(title=ids.VIEWS["exponential"])),
    ids.DATA_FIGURE: Figure(
        data,
        "Figure: histogram of the observations, mixture, and the observations",
        {
            "data": "{n} observations from {low} to {high}; the mixture has mean {mean} and {shape}.",
            "zeros": " {count} zeros have no place on a log axis.",
            "one_zero": " One zero has no place on a log axis.",
            "one_hump": "one hump on log x, at {at}",
            "many_humps": "{count}\N{NO-BREAK SPACE}humps on log x, at {at}",
            "at_zero": "its peak, {density}, at 0",
            "spread": "standard deviation {std}",
            "one_mode": "one mode, at {at}",
            "many_modes": "{count}\N{NO-BREAK SPACE}modes, at {at}",
        },
    ),
    ids.POSTERIOR_FIGURE: Figure(
        posterior,
        "Figure: responsibilities of each component, in order",
        {
            "posterior": "Of {n} observations, {parts}.",
            "posterior_one": "The one component is responsible for all {n} observations.",
            "above": "q{k} is above {sure} for {count}",
            "also_above": "q{k} for {count}",
            "neither_above": "neither for {count}",
            "none_above": "none for {count}",
            "share": "{percent}%",
            "first_share": "about {percent}%",
        },
    ),
    ids.LOG_LIKELIHOOD_FIGURE: Figure(
        log_likelihood,
        "Figure: log-likelihood over iterations",
        {
            "log_likelihood": "Iteration {t} of {last}: {ell}",
            "log_likelihood_start": "Iteration 0, the start: {ell}.",
            "below_end": "{difference} below the end",
            "above_start": "{difference} above the start",
        },
    ),
    ids.BOUND_FIGURE: Figure(
        bound_figure.bound,
        "Figure: log-likelihood and its lower bound along the line of a step",
        bound_figure.WORDS,
    ),
    ids.PARAMETERS_FIGURE: Figure(
        parameters,
        "Figure: each parameter over iterations, true values dotted",
        {
            "parameters": "Iteration {t}: {values}; from iteration {settled} on all within {near}% of the end.",
            "parameters_start": "Iteration 0, the start: {values}.",
            "parameter": "{symbol}\N{NO-BREAK SPACE}{value}",
            "from_to": "{symbol}\N{NO-BREAK SPACE}{low} to\N{NO-BREAK SPACE}{high}",
        },
    ),
    ids.SURFACE_FIGURE: Figure(
        study_figures.surface,
        "Figure: log-likelihood over one parameter of two components, with the path of the run",
        {"surface": "Highest on the grid: {ell}, at {best}; iteration {t} at {here}."},
    ),
    ids.STARTS_FIGURE: Figure(
        study_figures.starts,
        "Figure: log-likelihood at the end of the run from each start",
        {
            "starts": "Highest end {high}, lowest {low}.",
            "starts_together": "All ends at {high}.",
            "starts_spikes": " Spikes are not drawn.",
        },
    ),
    ids.CHOICE_FIGURE: Figure(
        study_figures.choice,
        "Figure: AIC and BIC over the number of components",
        {"choice": "AIC is lowest with K = {aic}, BIC with K = {bic}."},
    ),
}
"""Place of each figure -> the figure."""

SENTENCES = {name: words for figure in FIGURES.values() for name, words in figure.words.items()}
"""The words of all sentences beneath figures."""


@cache
def skeletons() -> dict[str, dict[Mode, dict[str, Any]]]:
    """Every figure in every colour mode, JSON-ready."""
    return {
        graph: {mode: figure.skeleton(mode).to_plotly_json() for mode in MODES} for graph, figure in FIGURES.items()
    }
