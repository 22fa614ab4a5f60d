"""How long a step of the walk takes: `python -m benchmarks.walk`.

Forty steps forwards from the start, one after the other: the script's own time, and until the next frame is painted.
"""

from __future__ import annotations

from benchmarks.browser import PAINTED, SET, browser, served
from benchmarks.report import header, row, summary

STEPS = f"""
const done = arguments[0];
const {{ runState, walk }} = emlab;
const steps = [];
{PAINTED}
walk.go(0);
const step = () => {{
  const start = performance.now();
  walk.go(runState.state.place + 2);
  const script = performance.now() - start;
  painted(() => {{
    steps.push([script, performance.now() - start]);
    steps.length < 40 ? requestAnimationFrame(step) : done(steps);
  }});
}};
setTimeout(step, 1000);
"""

RUN = f"""
const [n, done] = arguments;
{SET}
set("n-box", n);
document.getElementById("run-button").click();
setTimeout(done, 3000);
"""


def main() -> None:
    """Print median and range of each size."""
    print(header("N", "a step's script, ms: median (range)", "to the painted frame, ms"))
    with served() as address, browser(address) as page:
        page.find_element("id", "tab-run").click()
        for n in (1000, 10_000):
            page.execute_async_script(RUN, n)
            script, painted = zip(*page.execute_async_script(STEPS), strict=True)
            print(row(f"{n:,}", summary(script), summary(painted)), flush=True)


if __name__ == "__main__":
    main()
