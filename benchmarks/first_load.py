"""How soon the page answers on a slow connection and a slow computer: `python -m benchmarks.first_load`.

A visit by a browser that was never there, its connection and its processor slowed by Chromium itself; the page as Dash
serves it by itself and as `make serve` does take turns. All times are milliseconds since the visit began, taken in the
page:

- first paint: the first text or picture is painted ("Loading..." is one);
- page visible: tabs and the first view, with its controls, are in the frame that is painted next;
- figure drawn: so is the first view's curve;
- interactive: the frame is painted in which a slider of the first view, moved by a real key (as the browser gets it
  from a keyboard, not an event made by a script), has changed that curve. The key is pressed when the figure is drawn,
  and again as soon as the press before was heard; one that comes while scripts keep the browser busy waits, as anyone's
  would. So by then the figure is drawn, the controls are bound and the browser had time for them;
- first run: what EM found, in a view that is not open, is all drawn; that view comes once nobody has touched anything
  for some seconds, or what was changed has come to rest.

Long tasks are the stretches of more than 50 ms in which scripts let the browser do nothing else: how much they are
together until the first run is there, and the longest of them after the page became interactive, which is what somebody
who moves a slider just then has to wait.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selenium import webdriver

from benchmarks.browser import summary
from benchmarks.hosted import hosted
from benchmarks.weight import plain_dash
from components.state import ids
from components.state.parameters import GAUSSIAN
from tests.conftest import pytest_setup_options
from tests.page import DRAWN

CONNECTIONS = {"9 Mbit/s, 170 ms": (9.0, 1.5, 170), "4 Mbit/s, 20 ms": (4.0, 1.5, 20)}
"""Mbit/s down and up, and milliseconds that each answer is late."""

SLOWDOWN = 4
PATIENCE = 120

TIMES = ("first paint", "page visible", "figure drawn", "interactive", "first run")
TASKS = ("long tasks until then", "longest after interactive")

WATCH = f"""
(() => {{
  const seen = (window.firstLoad = {{ tasks: [] }});
  const mark = (name) => (seen[name] ??= performance.now());
  const painted = (then) =>
    requestAnimationFrame(() => {{
      const channel = new MessageChannel();
      channel.port1.onmessage = then;
      channel.port2.postMessage(0);
    }});
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
  const ready = () => {{ {DRAWN}; }};
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
    """A browser with nothing kept from before, slowed."""
    options = pytest_setup_options()
    options.page_load_strategy = "none"
    browser = webdriver.Chrome(options=options)
    down, up, latency = connection
    conditions = {
        "offline": False,
        "latency": latency,
        "downloadThroughput": down * 125e3,
        "uploadThroughput": up * 125e3,
    }
    try:
        browser.execute_cdp_cmd("Network.enable", {})
        browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)
        browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        yield browser
    finally:
        browser.quit()


def visit(browser: webdriver.Chrome, address: str) -> dict[str, float]:
    """Open the page, press a key until it is answered, and wait for the first run."""
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
    tasks = [(start, taken) for start, taken in seen["tasks"] if start < seen["first run"]]
    later = [taken for start, taken in tasks if start > seen["interactive"]]
    return {name: seen[name] for name in TIMES} | dict(
        zip(TASKS, (sum(taken for _, taken in tasks), max(later, default=0)), strict=True)
    )


def main() -> None:
    """Print a table for each connection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slowdown", type=float, default=SLOWDOWN, help="how many times slower the processor is")
    parser.add_argument(
        "--connection", choices=CONNECTIONS, action="append", help="as often as wanted; all if not given"
    )
    given = parser.parse_args()
    with TemporaryDirectory() as folder, plain_dash() as plain, hosted(Path(folder)) as server:
        addresses = {"Dash alone": plain, "`make serve`": server.address}
        for name in given.connection or CONNECTIONS:
            visits: dict[str, list[dict[str, float]]] = {way: [] for way in addresses}
            for _ in range(given.repeats):
                for way, address in addresses.items():
                    with newcomer(CONNECTIONS[name], given.slowdown) as browser:
                        visits[way].append(visit(browser, address))
            print(f"\n{name}, processor {given.slowdown:g}× slower, {given.repeats} visits; ms: median (range)\n")
            print(f"| served by | {' | '.join(TIMES + TASKS)} |")
            print("|---" * (1 + len(TIMES + TASKS)) + "|")
            for way, of_way in visits.items():
                cells = [summary([one[column] for one in of_way]) for column in TIMES + TASKS]
                print(f"| {way} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
