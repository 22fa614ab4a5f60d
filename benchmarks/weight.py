"""What a visit weighs over the wire: `python -m benchmarks.weight`.

Bytes as the browser counts them, headers included, until the first run is on the page, all views being asked for at
once; the second visit is one of the same browser. Beside it the same page as Dash serves it by itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dash import Dash
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from app import INDEX, layout
from benchmarks.browser import in_threads
from benchmarks.hosted import hosted
from components.views import page
from serving import files
from tests.conftest import pytest_setup_options
from tests.page import READY


@contextmanager
def plain_dash() -> Iterator[str]:
    """The page as Dash serves it, with nothing added."""
    # Dash has plotly.js loaded where its own component draws figures; here the page draws them.
    plotly = {"relative_package_path": "package_data/plotly.min.js", "namespace": "plotly"}
    app = Dash("app", index_string=INDEX, assets_folder=str(files.ASSETS), assets_path_ignore=["vendor"])
    app.scripts.append_script(plotly)
    app.layout = layout
    page.register(app)
    with in_threads(app) as address:
        yield address


def visit(browser: webdriver.Chrome, address: str) -> tuple[int, int, float]:
    """Open the page: bytes, requests that reached the server, seconds."""
    browser.get("about:blank")
    browser.get_log("performance")
    begin = time.perf_counter()
    browser.get(address)
    WebDriverWait(browser, 60, poll_frequency=0.02).until(lambda _: browser.execute_script(READY))
    taken = time.perf_counter() - begin
    time.sleep(1)  # the icon comes last
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sizes = [e["params"]["encodedDataLength"] for e in events if e["method"] == "Network.loadingFinished"]
    return round(sum(sizes)), sum(size > 0 for size in sizes), taken


def main() -> None:
    """Print a row for each way of serving."""
    options = pytest_setup_options()
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    print("| served by | first visit, kB (requests) | s | second visit, kB (requests) | s |")
    print("|---|---|---|---|---|")
    with TemporaryDirectory() as folder, hosted(Path(folder)) as server, plain_dash() as plain:
        for name, address in (("Dash alone", plain), ("`make serve`", server.address)):
            browser = webdriver.Chrome(options=options)
            try:
                cells = [
                    f"{size / 1000:.0f} ({n}) | {s:.1f}"
                    for size, n, s in (visit(browser, address), visit(browser, address))
                ]
            finally:
                browser.quit()
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
