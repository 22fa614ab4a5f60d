"""From the click on Run EM to the painted result: `python -m benchmarks.run_latency`.

Every run has another seed. "painted" is the second animation frame after the last of the three figures was drawn.
"""

from __future__ import annotations

from benchmarks.browser import SET, browser, served
from benchmarks.report import header, parser, row, summary

CLICK = f"""
const [n, seed, done] = arguments;
{SET}
set("n-box", n);
set("seed-box", seed);
const plot = (name) => document.querySelector(`#${{name}}-figure .js-plotly-plot`);
const figures = ["data", "posterior", "log-likelihood"].map(plot);
setTimeout(() => {{
  performance.clearResourceTimings();
  let waiting = figures.length;
  const start = performance.now();
  for (const figure of figures)
    figure.once("plotly_afterplot", () => {{
      if (--waiting) return;
      requestAnimationFrame(() => requestAnimationFrame(() => {{
        const resources = performance.getEntriesByType("resource");
        const request = resources.find(({{ name }}) => name.includes("_dash-update"));
        done([performance.now() - start, request.responseEnd - request.startTime, request.transferSize]);
      }}));
    }});
  document.getElementById("run-button").click();
}}, 300);
"""


def main() -> None:
    """Print median and range of each size."""
    repeats = parser(__doc__, repeats=31).parse_args().repeats
    print(header("N", "click to painted, ms: median (range)", "of it request, ms", "payload, kB (as it travels)"))
    with served() as address, browser(address) as page:
        page.find_element("id", "tab-run").click()
        for n in (1000, 10_000, 100_000):
            runs = [page.execute_async_script(CLICK, n, seed) for seed in range(100, 100 + repeats)]
            painted, request, size = zip(*runs, strict=True)
            print(row(f"{n:,}", summary(painted), summary(request), f"{max(size) / 1000:.0f}"), flush=True)


if __name__ == "__main__":
    main()
