"""From the click on Run EM to the painted result: `python -m benchmarks.run_latency [--repeats 31]`.

On this page, whose server sends numbers and whose browser makes the figures, and on one in plain Dash, whose server
sends the figures (benchmarks/rivals.py). The two alternate; every run has another seed. "painted" is the second
animation frame after figures were drawn: the first three, which this page draws first, and all four. The reply is
counted as it travels, compressed, and unpacked.
"""

from __future__ import annotations

from contextlib import ExitStack

from benchmarks.browser import SET, browser, in_threads, opened, served, sizes, wait_until_drawn
from benchmarks.report import header, parser, row, summary
from benchmarks.rivals import RUN_FIGURES, run_page
from components.state import ids
from tests.page import RUN

CLICK = f"""
const [n, seed, done] = arguments;
{SET}
set("{ids.box("n")}", n);
set("{ids.box("seed")}", seed);
const plots = {list(RUN_FIGURES)}.map((name) => document.querySelector(`#${{name}} .js-plotly-plot`));
const frame = () => new Promise(requestAnimationFrame);
setTimeout(async () => {{
  performance.clearResourceTimings();
  const drawn = plots.map((plot) => new Promise((resolve) => plot.once("plotly_afterplot", resolve)));
  const start = performance.now();
  const painted = async (figures) => {{
    await Promise.all(figures);
    await frame();
    await frame();
    return performance.now() - start;
  }};
  document.getElementById("{ids.RUN_BUTTON}").click();
  const times = await Promise.all([painted(drawn.slice(0, 3)), painted(drawn)]);
  const reply = performance.getEntriesByType("resource").find(({{ name }}) => name.includes("_dash-update"));
  done([...times, reply.responseEnd - reply.startTime, reply.transferSize / 1000, reply.decodedBodySize / 1000]);
}}, 300);
"""

TIMES = ("three figures painted, ms: median (range)", "all four, ms", "of it request, ms")
KILOBYTES = ("reply, kB", "unpacked, kB")


def main() -> None:
    """Print median and range of each size, and the largest reply."""
    repeats = parser(__doc__, repeats=31).parse_args().repeats
    print(header("N", "page", *TIMES, *KILOBYTES))
    with ExitStack() as stack:
        page = stack.enter_context(browser(f"{stack.enter_context(served())}?{RUN}"))
        plain = stack.enter_context(in_threads(run_page(sizes(page, *RUN_FIGURES))))
        pages = {"EM Lab": page, "figures from the server": stack.enter_context(opened(plain))}
        wait_until_drawn(pages["figures from the server"], *RUN_FIGURES)
        for n in (1000, 10_000, 100_000):
            runs: dict[str, list[list[float]]] = {name: [] for name in pages}
            for seed in range(100, 100 + repeats):
                for name, driver in pages.items():
                    runs[name].append(driver.execute_async_script(CLICK, n, seed))
            for name, measured in runs.items():
                *times, travels, unpacked = zip(*measured, strict=True)
                kilobytes = (f"{max(size):.0f}" for size in (travels, unpacked))
                print(row(f"{n:,}", name, *map(summary, times), *kilobytes), flush=True)


if __name__ == "__main__":
    main()
