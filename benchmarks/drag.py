"""How smoothly a slider draws: `python -m benchmarks.drag`.

Moves the mean of a component at 60 moves a second for three seconds, at full speed and with the processor four times
slower: on this page, and on one that does the same as in Dash's documentation, with a callback on the server from
`drag_value` to the figure. "update" is a frame in which the curve has changed, "input to paint" is from the newest move
before that to the frame after the curve was written, and "main thread" is the time of the browser's tasks per update.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html
from selenium import webdriver

import em
from benchmarks.browser import PAINTED, SET, browser, in_threads, opened, served
from benchmarks.report import header, row
from components.state import ids
from components.state.parameters import GAUSSIAN

MEAN = GAUSSIAN[1]
CURVE = "path.js-line"

DRAG = f"""
const [figure, move, done] = arguments;
{SET}
{PAINTED}
const moveTo = {{
  page: (value) => set("{ids.slider(MEAN.name)}", value),
  plain(_, forth) {{ // one step by the keyboard: dcc.Slider takes no other events that a script makes
    const key = forth ? "ArrowRight" : "ArrowLeft";
    document.querySelector("[role=slider]").dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true }}));
  }},
}}[move];
const paints = [];
let moved = 0, painting = false;
new MutationObserver(() => {{
  if (painting) return;
  painting = true;
  const from = moved;
  painted(() => {{
    paints.push(performance.now() - from);
    painting = false;
  }});
}}).observe(document.getElementById(figure), {{ subtree: true, childList: true, attributeFilter: ["d"] }});
let i = 0;
const start = performance.now();
const timer = setInterval(() => {{
  moved = performance.now();
  moveTo((Math.abs((i % 50) - 25) - 12) / 10, i % 50 >= 25);
  i++;
  if (moved - start < 3000) return;
  clearInterval(timer);
  const updates = paints.length, elapsed = performance.now() - start;
  setTimeout(() => done([paints.slice(0, updates), i, elapsed]), 300);
}}, 1000 / 60);
"""


@contextmanager
def plain_dash() -> Iterator[str]:
    """The Gaussian explorer as in Dash's documentation: a slider, a graph, a callback between them."""
    app = Dash("plain", assets_folder="none")  # without those of this page
    slider = dcc.Slider(MEAN.minimum, MEAN.maximum, MEAN.step, value=MEAN.default, id="slider")
    app.layout = html.Div([slider, dcc.Graph(id="figure")])
    x = np.linspace(-5, 5, 1000)

    @app.callback(Output("figure", "figure"), Input("slider", "drag_value"))
    def draw(mean: float | None) -> go.Figure:
        mixture = em.GaussianMixture([0.5, 0.5], [MEAN.default if mean is None else mean, -1], [0.5, 0.5])
        components = np.exp(mixture.component_log_density(x)) * mixture.weights
        return go.Figure(
            [go.Scatter(x=x, y=y, fill="tozeroy") for y in components.T] + [go.Scatter(x=x, y=mixture.density(x))]
        )

    with in_threads(app) as address:
        yield address


def busy(page: webdriver.Chrome) -> float:
    """Seconds that tasks of the browser's main thread have taken so far."""
    metrics = page.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def drag(name: str, page: webdriver.Chrome, slowdown: float, figure: str, move: str) -> str:
    """Drag for three seconds: a row with the results."""
    page.execute_cdp_cmd("Performance.enable", {})
    page.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    before = busy(page)
    paints, moves, elapsed = page.execute_async_script(DRAG, figure, move)
    script = 1000 * (busy(page) - before) / max(1, len(paints))
    p95 = statistics.quantiles(paints, n=20)[-1] if len(paints) > 1 else float("nan")
    median = statistics.median(paints) if paints else float("nan")
    speed = "full speed" if slowdown == 1 else f"{slowdown:g}× slower"
    rates = [f"{1000 * count / elapsed:.0f}" for count in (moves, len(paints))]
    return row(name, speed, *rates, f"{median:.0f}, {p95:.0f}", f"{script:.1f}")


def main() -> None:
    """Print updates a second, latency and script time, of both pages at both speeds."""
    latency = "input to paint, ms: median, p95"
    print(header("page", "CPU", "moves a second", "updates a second", latency, "main thread, ms"))
    with served() as address, browser(address) as page, plain_dash() as plain, opened(plain) as other:
        other.implicitly_wait(30)
        other.find_element("css selector", f"#figure {CURVE}")
        for slowdown in (1, 4):
            print(drag("EM Lab", page, slowdown, ids.GAUSSIAN_FIGURE, "page"), flush=True)
            print(drag("a callback on `drag_value`", other, slowdown, "figure", "plain"), flush=True)


if __name__ == "__main__":
    main()
