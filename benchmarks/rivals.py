"""Pages in plain Dash that do what a part of this page does: rivals for `drag` and `run_latency`.

They draw this page's figures in `dcc.Graph`, with its ids, looks, sizes and numbers of points. They leave out what else
this page does meanwhile: sentences, tables, marks at the modes, text at the pointer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from dash import Dash, Input, Output, State, dcc, html
from flask_compress import Compress

import em
from components.figures.explorer_figures import GAUSSIAN_WINDOW
from components.figures.run_figures import skeletons
from components.results import runs
from components.state import ids
from components.state.parameters import GAUSSIAN
from components.state.run_request import parse_run
from tests.page_requests import run_request

Figure = dict[str, Any]
Sizes = Mapping[str, Sequence[float]]
"""Id of a figure -> its width and height in pixels."""

MEAN = GAUSSIAN[1]
SLIDER = ids.slider(MEAN.name)
OTHER_MEAN, STD, WEIGHT = -1.0, 0.5, 0.5
POINTS = 500

CURVES = f"""
const [low, high] = {json.dumps(GAUSSIAN_WINDOW)};
const x = Array.from({{ length: {POINTS} + 1 }}, (_, i) => low + ((high - low) * i) / {POINTS});
const height = {WEIGHT} / ({STD} * Math.sqrt(2 * Math.PI));
const component = (mean) => x.map((at) => height * Math.exp(-0.5 * ((at - mean) / {STD}) ** 2));
const components = [component(Number(mean)), component({OTHER_MEAN})];
const curves = [...components, x.map((_, i) => components[0][i] + components[1][i])];
"""
"""The explorer's curves, computed in the browser from `mean`."""

FIGURE_CALLBACK = f"""function (mean, figure) {{
  {CURVES}
  return {{ ...figure, data: figure.data.map((trace, i) => ({{ ...trace, x, y: curves[i] }})) }};
}}"""

RESTYLE_CALLBACK = f"""function (mean) {{
  {CURVES}
  Plotly.restyle(document.querySelector("#{ids.GAUSSIAN_FIGURE} .js-plotly-plot"), {{ y: curves }}, [0, 1, 2]);
}}"""

RUN_FIGURES = (ids.DATA_FIGURE, ids.POSTERIOR_FIGURE, ids.LOG_LIKELIHOOD_FIGURE, ids.PARAMETERS_FIGURE)
CURVE_POINTS = 400
TICK = 0.36
"""Half the height of an observation's mark, in rows."""


def plain_app() -> Dash:
    """An empty app, without the assets of this page."""
    return Dash("rival", assets_folder="none")


def filled(name: str, traces: Mapping[str, Figure], paths: Sequence[str] = (), **layout: Figure) -> Figure:
    """A figure of this page with numbers: for its traces by uid (others are left out), its shapes, its layout.

    A dictionary: Dash makes and sends it sooner than a `go.Figure`.
    """
    skeleton = deepcopy(skeletons()[name]["light"])
    base = skeleton["layout"]
    data = [trace | traces[trace["uid"]] for trace in skeleton["data"] if trace["uid"] in traces]
    shapes = [shape | {"path": path} for shape, path in zip(base.get("shapes", ()), paths, strict=False)]
    changes = {part: base.get(part, {}) | change for part, change in layout.items()}
    return {"data": data, "layout": base | changes | {"shapes": shapes}}


def graph(name: str, sizes: Sizes, figure: Figure | None = None) -> dcc.Graph:
    """A figure, empty at first if it is not given, as large as on this page."""
    width, height = sizes[name]
    config: dcc.Graph.Config = {"displayModeBar": False, "responsive": True}
    return dcc.Graph(id=name, figure=figure or {"data": []}, config=config, style={"width": width, "height": height})


def explorer(mean: float) -> Figure:
    """The explorer's figure."""
    x = np.linspace(*GAUSSIAN_WINDOW, POINTS + 1)
    mixture = em.GaussianMixture([WEIGHT, 1 - WEIGHT], [mean, OTHER_MEAN], [STD, STD])
    components = np.exp(mixture.component_log_density(x)) * mixture.weights
    curves = {f"component-{k}": {"x": x, "y": components[:, k]} for k in (0, 1)}
    curves["mixture"] = {"x": x, "y": mixture.density(x)}
    return filled(ids.GAUSSIAN_FIGURE, curves, xaxis={"dtick": 1}, yaxis={"range": [0, 1]})


def server_explorer(sizes: Sizes) -> Dash:
    """The explorer as in Dash's documentation: a callback on the server from `drag_value` to the figure."""
    app = plain_app()
    slider = dcc.Slider(MEAN.minimum, MEAN.maximum, MEAN.step, value=MEAN.default, id=SLIDER)
    app.layout = html.Div([slider, graph(ids.GAUSSIAN_FIGURE, sizes)])

    @app.callback(Output(ids.GAUSSIAN_FIGURE, "figure"), Input(SLIDER, "drag_value"))
    def draw(mean: float | None) -> Figure:
        return explorer(MEAN.default if mean is None else mean)

    return app


def browser_explorer(sizes: Sizes) -> Dash:
    """The explorer with this page's kind of slider, for a callback in the browser."""
    app = plain_app()
    minimum, maximum, step = MEAN.minimum, MEAN.maximum, MEAN.step or "any"
    slider = dcc.Input(id=SLIDER, type="range", value=MEAN.default, min=minimum, max=maximum, step=step)
    app.layout = html.Div([slider, graph(ids.GAUSSIAN_FIGURE, sizes, explorer(MEAN.default))])
    return app


def figure_explorer(sizes: Sizes) -> Dash:
    """The callback in the browser returns a figure."""
    app = browser_explorer(sizes)
    place, mean = ids.GAUSSIAN_FIGURE, Input(SLIDER, "value")
    app.clientside_callback(FIGURE_CALLBACK, Output(place, "figure"), mean, State(place, "figure"))
    return app


def restyle_explorer(sizes: Sizes) -> Dash:
    """The callback in the browser has plotly change the curves."""
    app = browser_explorer(sizes)
    app.clientside_callback(RESTYLE_CALLBACK, Input(SLIDER, "value"), prevent_initial_call=True)
    return app


EXPLORERS = {
    "a server callback on `drag_value`": server_explorer,
    "a clientside callback to `figure`": figure_explorer,
    "a clientside `Plotly.restyle`": restyle_explorer,
}


def run_figures(n: int, seed: int) -> list[Figure]:
    """A run, and its figures as this page shows them at its end."""
    spec, errors = parse_run(run_request(n=n, seed=seed))
    assert spec, errors
    result = runs.execute(spec)
    trajectory, x = result["trajectory"], np.array(result["x"])
    mixture = spec.source.family(**{name: records[-1] for name, records in trajectory.items()})
    return [
        data_figure(mixture, x, np.array(result["z"]), result["histogram"]),
        posterior_figure(mixture.responsibilities(x), result["rank"]),
        log_likelihood_figure(result["log_likelihood"]),
        parameters_figure(trajectory, result["true"]),
    ]


def data_figure(mixture: em.Mixture, x: em.Floats, z: em.Floats, histogram: Mapping[str, list[float]]) -> Figure:
    """Histogram and fitted mixture, over the observations in a row for each label."""
    edges = np.array(histogram["edges"])
    at = edges[-1] * np.linspace(0, 1, CURVE_POINTS + 1) ** 2
    components = np.exp(mixture.component_log_density(at)) * mixture.weights
    traces: dict[str, Figure] = {
        "histogram": {"x": (edges[:-1] + edges[1:]) / 2, "y": histogram["density"], "width": np.diff(edges)},
        "mixture": {"x": at, "y": components.sum(1)},
    }
    paths = []
    for k in range(mixture.n_components):
        row = x[z == k]
        traces[f"component-{k}"] = {"x": at, "y": components[:, k]}
        traces[f"observations-{k}"] = {"x": row, "y": np.full(row.size, k)}
        paths.append("".join(f"M{one:.12g},{k - TICK}V{k + TICK}" for one in row.tolist()))
    return filled(ids.DATA_FIGURE, traces, paths, xaxis={"range": [-0.02 * edges[-1], 1.02 * edges[-1]]})


def posterior_figure(q: em.Floats, rank: list[int]) -> Figure:
    """The responsibilities of component 0 ascending, of the other descending."""
    curves = {"posterior-0": np.sort(q[:, 0]), "posterior-1": np.sort(q[:, 1])[::-1]}
    return filled(ids.POSTERIOR_FIGURE, {uid: {"x": rank, "y": y} for uid, y in curves.items()})


def log_likelihood_figure(values: list[float]) -> Figure:
    """The log-likelihood over iterations, with the cursor at the end."""
    last, mode = len(values) - 1, "lines" if len(values) > 60 else "lines+markers"
    traces = {
        "log-likelihood": {"x": np.arange(len(values)), "y": values, "mode": mode},
        "cursor": {"x": [last, last], "y": [values[0], values[-1]]},
    }
    return filled(ids.LOG_LIKELIHOOD_FIGURE, traces)


def parameters_figure(trajectory: Mapping[str, list[list[float]]], truth: Mapping[str, list[float]]) -> Figure:
    """Weights and scales over iterations, with true values, and the cursor at the end."""
    traces: dict[str, Figure] = {}
    for row, (name, records) in enumerate(trajectory.items()):
        values, last = np.array(records), len(records) - 1
        for k, true in enumerate(truth[name]):
            drawn = {"component": (np.arange(last + 1), values[:, k]), "true": ([0, last], [true, true])}
            traces |= {f"row{row}-{kind}-{k}": {"x": x, "y": y, "visible": True} for kind, (x, y) in drawn.items()}
        traces[f"cursor-{row}"] = {"x": [last, last], "y": [values.min(), values.max()], "visible": True}
    return filled(
        ids.PARAMETERS_FIGURE,
        traces,
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.545, 1]},
        yaxis2={"domain": [0, 0.455]},
        yaxis3={"visible": False, "domain": [0, 0.01]},
    )


def run_page(sizes: Sizes) -> Dash:
    """Run EM in plain Dash: the server's callback returns the figures. Replies are compressed as this page's are."""
    app = plain_app()
    app.server.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    Compress(app.server)
    boxes = [dcc.Input(type="number", id=ids.box(name), value=value) for name, value in (("n", 1000), ("seed", 1))]
    button = html.Button("Run EM", id=ids.RUN_BUTTON)
    graphs = html.Div([graph(name, sizes) for name in RUN_FIGURES], style={"display": "flex", "flexWrap": "wrap"})
    app.layout = html.Div([*boxes, button, graphs])

    @app.callback(
        *[Output(name, "figure") for name in RUN_FIGURES],
        Input(ids.RUN_BUTTON, "n_clicks"),
        *[State(ids.box(name), "value") for name in ("n", "seed")],
    )
    def run(_: int | None, n: int, seed: int) -> list[Figure]:
        return run_figures(n, seed)

    return app
