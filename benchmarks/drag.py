"""How smoothly a slider draws: `python -m benchmarks.drag`.

Moves μ1 at 60 moves a second for three seconds, at full speed and with the processor slowed four times, and counts
how often the curve was drawn again. "input to paint" is from the move to the frame after the curve's path was written.
"""

from __future__ import annotations

import statistics

from benchmarks.browser import browser, served

DRAG = """
const done = arguments[0];
const slider = document.getElementById("gaussian-mu1-slider");
const line = document.querySelector("#gaussian-figure .tracemixture path.js-line");
const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
const paints = [];
let moved = 0;
new MutationObserver(() => {
  const from = moved;
  requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () =>
    paints.push(performance.now() - from); c.port2.postMessage(0); });
}).observe(line, { attributes: true, attributeFilter: ["d"] });
let i = 0;
const start = performance.now();
const timer = setInterval(() => {
  moved = performance.now();
  set.call(slider, String(((i++ % 50) - 25) / 10));
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  if (moved - start < 3000) return;
  clearInterval(timer);
  setTimeout(() => done([paints, i, performance.now() - start - 300]), 300);
}, 1000 / 60);
"""


def main() -> None:
    """Print updates a second and latency, at both speeds."""
    print("| CPU | moves a second | updates a second | input to paint, ms: median, p95 |")
    print("|---|---|---|---|")
    with served() as address, browser(address) as page:
        for slowdown in (1, 4):
            page.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": slowdown})
            paints, moves, elapsed = page.execute_async_script(DRAG)
            p95 = statistics.quantiles(paints, n=20)[-1]
            seconds = elapsed / 1000
            print(
                f"| {slowdown}× slower | {moves / seconds:.0f} | {len(paints) / seconds:.0f} "
                f"| {statistics.median(paints):.0f}, {p95:.0f} |".replace("1× slower", "full speed"),
                flush=True,
            )


if __name__ == "__main__":
    main()
