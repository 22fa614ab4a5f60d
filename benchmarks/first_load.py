"""How soon the page answers on a slow connection and a slow computer: `python -m benchmarks.first_load`.

A visit by a browser with an empty cache, its connection and its processor slowed by Chromium itself. The page as Dash
serves it by itself and as `make serve` does alternate. All times are milliseconds since the visit began, taken in the
page:

- first paint: the first text or picture is painted ("Loading..." is one);
- page visible: tabs and the first view, with its controls, are in the frame that is painted next;
- figure drawn: so is the first view's curve;
- interactive: the frame is painted in which a slider of the first view, moved by a real key (as the browser gets it
  from a keyboard, not an event made by a script), has changed that curve. The key is pressed when the figure is drawn,
  and again as soon as the last press was handled; a press waits while scripts keep the browser busy, as a person's
  would;
- first run: Run EM shows its start, or a run, completely, in a view that is not open; that is loaded when nobody has
  touched anything for some seconds, or when a change is complete.

Long tasks are stretches of more than 50 ms in which scripts block the browser: their sum until the first run is there,
and the longest of them after the page became interactive, which is how long a slider may have to wait then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver

from benchmarks.browser import PAINTED, chrome
from benchmarks.hosted import hosted
from benchmarks.report import parser, summary, table
from benchmarks.weight import plain_dash
from components.state import ids
from components.state.parameters import GAUSSIAN
from tests.conftest import pytest_setup_options
from tests.page import DRAWN

CONNECTIONS = {"9 Mbit/s, 170 ms": (9.0, 1.5, 170), "4 Mbit/s, 20 ms": (4.0, 1.5, 20)}
"""Mbit/s down and up, and latency in ms."""

SLOWDOWN = 4.0
"""How many times slower the processor is made."""
PATIENCE = 120

TIMES = ("first paint", "page visible", "figure drawn", "interactive", "first run")
TASKS = ("long tasks until then", "longest after interactive")

WATCH = f"""
(() => {{
  const seen = (window.firstLoad = {{ tasks: [] }});
  const mark = (name) => (seen[name] ??= performance.now());
  {PAINTED}
  new PerformanceObserver((list) => {{
    for (const {{ startTime, duration }} of list.getEntries()) seen.tasks.push([startTime, duration]);
  }}).observe({{ type: "longtask", buffered: true }});
  new PerformanceObserver((list) => {{
    for (const {{ startTime }} of list.getEntriesByName("first-contentful-paint")) seen["first paint"] = startTime;
  }}).observe({{ type: "paint", buffered: true }});

  const slider = () => document.getElementById("{ids.slider(GAUSSIAN[1].name)}");
  const curve = () => document.querySelector("#{ids.GAUSSIAN_FIGURE} .tracemixture path.js-line")?.getAttribute("d");
  addEventListener("input", (event) => {{
    const before = curve();
    if (!event.isTrusted || event.target !== slider() || !before || seen.interactive) return;
    painted(() => curve() !== before && mark("interactive"));
  }}, true);
  const ready = () => {{ {DRAWN} return drawn(document.getElementById("{ids.panel("run")}")); }};
  const look = () => {{
    if (!seen["page visible"] && document.querySelector("[role=tab]") && slider()) {{
      painted(() => mark("page visible"));
      slider().focus();
    }}
    if (!seen["figure drawn"] && curve()) painted(() => mark("figure drawn"));
    if (!seen["first run"] && seen["page visible"] && ready()) painted(() => mark("first run"));
    if (!seen["first run"] || !seen["figure drawn"]) requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}})();
"""

ARROW = {"key": "ArrowRight", "code": "ArrowRight", "windowsVirtualKeyCode": 39}


@contextmanager
def newcomer(connection: tuple[float, float, int], slowdown: float) -> Iterator[webdriver.Chrome]:
    """A slowed browser with an empty cache."""
    options = pytest_setup_options()
    options.page_load_strategy = "none"
    down, up, latency = connection
    conditions = {
        "offline": False,
        "latency": latency,
        "downloadThroughput": down * 125e3,
        "uploadThroughput": up * 125e3,
    }
    with chrome(options) as browser:
        browser.execute_cdp_cmd("Network.enable", {})
        browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)
        browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        yield browser


def visit(browser: webdriver.Chrome, address: str) -> dict[str, float]:
    """Open the page, press a key until the curve changes, and wait for the first run."""
    browser.get(address)
    seen: dict[str, Any] = {}
    end = time.monotonic() + PATIENCE
    while "first run" not in seen or "interactive" not in seen:
        if time.monotonic() > end:
            raise TimeoutError(f"{address} shows only {sorted(seen)}")
        if "figure drawn" in seen and "interactive" not in seen:
            for kind in ("keyDown", "keyUp"):
                browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind} | ARROW)
        time.sleep(0.02)
        seen = browser.execute_script("return window.firstLoad || {}")
    tasks = [(start, duration) for start, duration in seen["tasks"] if start < seen["first run"]]
    total = sum(duration for _, duration in tasks)
    longest = max((duration for start, duration in tasks if start > seen["interactive"]), default=0)
    return {name: seen[name] for name in TIMES} | {TASKS[0]: total, TASKS[1]: longest}


def main() -> None:
    """Print a table for each connection."""
    arguments = parser(__doc__, repeats=5, slowdown=SLOWDOWN)
    arguments.add_argument("--connection", choices=CONNECTIONS, action="append", help="repeatable; default: all")
    options = arguments.parse_args()
    columns = (*TIMES, *TASKS)
    with plain_dash() as plain, hosted() as server:
        addresses = {"Dash alone": plain, "`make serve`": server.address}
        for name in options.connection or CONNECTIONS:
            visits: dict[str, list[dict[str, float]]] = {way: [] for way in addresses}
            for _ in range(options.repeats):
                for way, address in addresses.items():
                    with newcomer(CONNECTIONS[name], options.slowdown) as browser:
                        visits[way].append(visit(browser, address))
            print(f"\n{name}, processor {options.slowdown:g}× slower, {options.repeats} visits; ms: median (range)\n")
            rows = [
                (way, *(summary([one[column] for one in of_way]) for column in columns))
                for way, of_way in visits.items()
            ]
            print(table(("served by", *columns), rows), flush=True)


if __name__ == "__main__":
    main()
