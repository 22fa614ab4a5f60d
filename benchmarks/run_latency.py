"""From the click on Run EM to the painted result: `python -m benchmarks.run_latency`.

Every run has another seed. "painted" is the second animation frame after the last of the three figures was drawn.
"""

from __future__ import annotations

import argparse

from benchmarks.browser import browser, served, summary

CLICK = """
const [n, seed, done] = arguments;
const set = (id, value) => {
  const box = document.getElementById(id);
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, value);
  box.dispatchEvent(new Event("input", { bubbles: true }));
};
set("n-box", n);
set("seed-box", seed);
const plot = (name) => document.querySelector(`#${name}-figure .js-plotly-plot`);
const figures = ["data", "posterior", "log-likelihood"].map(plot);
setTimeout(() => {
  performance.clearResourceTimings();
  let waiting = figures.length;
  const start = performance.now();
  for (const figure of figures)
    figure.once("plotly_afterplot", () => {
      if (--waiting) return;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const [request] = performance.getEntriesByType("resource").filter(({ name }) => name.includes("_dash-update"));
        done([performance.now() - start, request.responseEnd - request.startTime, request.transferSize]);
      }));
    });
  document.getElementById("run-button").click();
}, 300);
"""


def main() -> None:
    """Print median and range of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=31)
    repeats = parser.parse_args().repeats
    print("| N | click to painted, ms: median (range) | of it request, ms | payload, kB (as it travels) |")
    print("|---|---|---|---|")
    with served() as address, browser(address) as page:
        page.find_element("id", "tab-run").click()
        for n in (1000, 10_000, 100_000):
            runs = [page.execute_async_script(CLICK, str(n), str(seed)) for seed in range(100, 100 + repeats)]
            painted, request, size = zip(*runs, strict=True)
            print(f"| {n:,} | {summary(painted)} | {summary(request)} | {max(size) / 1000:.0f} |", flush=True)


if __name__ == "__main__":
    main()
