"""How smoothly a slider draws: `python -m benchmarks.drag [--rounds 3]`.

Moves the mean of a component at 60 moves a second for three seconds, at full speed and with the processor four times
slower: on this page, and on three in plain Dash with the same figure (benchmarks/rivals.py). The pages alternate, each
in a browser of its own, which has nothing to do while another is measured.

"update" is a frame in which the curve has changed. "input to paint" is from the newest move before the curve was
written to the frame after that, although the curve may be that of an earlier move: it flatters a page that lags. "main
thread" is the time of the browser's tasks per update.
"""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from selenium import webdriver

from benchmarks.browser import PAINTED, SET, browser, in_threads, opened, served, sizes, wait_until_drawn
from benchmarks.report import header, parser, row, summary
from benchmarks.rivals import EXPLORERS, SLIDER
from components.state import ids

FIGURE = ids.GAUSSIAN_FIGURE
CURVE = f"document.querySelector('#{FIGURE} path.js-line').getAttribute('d')"
"""The curve of the component that moves."""

DRAG = f"""
const [done] = arguments;
{SET}
{PAINTED}
const slider = document.getElementById("{SLIDER}");
function moveTo(value, forth) {{
  if (slider.matches("input")) return set("{SLIDER}", value);
  const key = forth ? "ArrowRight" : "ArrowLeft"; // dcc.Slider takes no other events that a script makes
  document.querySelector("[role=slider]").dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true }}));
}}
const paints = [];
let moved = 0, painting = false, shown = {CURVE};
const observer = new MutationObserver(() => {{
  const curve = {CURVE};
  if (curve === shown) return;
  shown = curve;
  if (painting) return;
  painting = true;
  const from = moved;
  painted(() => {{
    paints.push(performance.now() - from);
    painting = false;
  }});
}});
observer.observe(document.getElementById("{FIGURE}"), {{ subtree: true, childList: true, attributeFilter: ["d"] }});
let i = 0;
const start = performance.now();
const timer = setInterval(() => {{
  moved = performance.now();
  moveTo((Math.abs((i % 50) - 25) - 12) / 10, i % 50 >= 25);
  i++;
  if (moved - start < 3000) return;
  clearInterval(timer);
  observer.disconnect();
  done([[...paints], i, performance.now() - start]);
}}, 1000 / 60);
"""


@dataclass
class Drags:
    """What several drags of a page took: ms from input to paint, and for each drag moves and updates a second."""

    paints: list[float] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)
    updates: list[float] = field(default_factory=list)
    busy: float = 0
    """ms of the main thread."""

    def add(self, page: webdriver.Chrome, slowdown: float) -> None:
        """Drag for three seconds, and wait until the page has shown every move."""
        page.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        before = busy(page)
        paints, moves, elapsed = page.execute_async_script(DRAG)
        self.busy += busy(page) - before
        self.paints += paints
        self.moves.append(1000 * moves / elapsed)
        self.updates.append(1000 * len(paints) / elapsed)
        page.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 1})
        shown = None
        while shown != (now := page.execute_script(f"return {CURVE}")):
            shown = now
            time.sleep(1)

    def cells(self) -> list[str]:
        """For a row of the table."""
        p95 = statistics.quantiles(self.paints, n=20)[-1] if len(self.paints) > 1 else float("nan")
        median = statistics.median(self.paints) if self.paints else float("nan")
        main_thread = self.busy / max(1, len(self.paints))
        moves = f"{statistics.median(self.moves):.0f}"
        return [moves, summary(self.updates), f"{median:.0f}, {p95:.0f}", f"{main_thread:.1f}"]


def busy(page: webdriver.Chrome) -> float:
    """How long tasks of the browser's main thread have taken so far, in ms."""
    metrics = page.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(1000 * float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def main() -> None:
    """Print updates a second, latency and script time, of all pages at both speeds."""
    rounds = parser(__doc__, rounds=3).parse_args().rounds
    with ExitStack() as stack:
        pages = {"EM Lab": stack.enter_context(browser(stack.enter_context(served())))}
        size = sizes(pages["EM Lab"], FIGURE)
        for name, make in EXPLORERS.items():
            pages[name] = stack.enter_context(opened(stack.enter_context(in_threads(make(size)))))
            wait_until_drawn(pages[name], FIGURE)
        drags = {(speed, name): Drags() for speed in (1, 4) for name in pages}
        for page in pages.values():
            page.execute_cdp_cmd("Performance.enable", {})
        for _ in range(rounds):
            for (slowdown, name), measured in drags.items():
                measured.add(pages[name], slowdown)
    latency = "input to paint, ms: median, p95"
    print(header("page", "CPU", "moves a second", "updates a second (range)", latency, "main thread, ms"))
    for (slowdown, name), measured in drags.items():
        print(row(name, "full speed" if slowdown == 1 else f"{slowdown:g}× slower", *measured.cells()))


if __name__ == "__main__":
    main()
