"""How many bytes a visit transfers: `python -m benchmarks.weight`.

Bytes as the browser counts them, headers included, until Run EM stands and all views are loaded; the
second visit is by the same browser. The same page as Dash serves it by itself is measured beside it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dash import Dash
from selenium import webdriver

from app import INDEX, layout
from benchmarks.browser import chrome, in_threads, wait_until_ready
from benchmarks.hosted import hosted
from benchmarks.report import header, row
from components.views import page
from serving import files
from tests.conftest import pytest_setup_options


@contextmanager
def plain_dash() -> Iterator[str]:
    """The page as Dash serves it, with nothing added but the start of its modules."""
    # Dash loads plotly.js only for its own figure component, which the page does not use.
    plotly = {"relative_package_path": "package_data/plotly.min.js", "namespace": "plotly"}
    app = Dash(
        "app",
        index_string=INDEX,
        assets_folder=str(files.ASSETS),
        assets_ignore=r"js$",
        assets_path_ignore=["vendor"],
    )
    app.renderer = files.start("/assets/main.mjs")
    app.scripts.append_script(plotly)
    app.layout = layout
    page.register(app)
    with in_threads(app) as address:
        yield address


def visit(browser: webdriver.Chrome, address: str) -> tuple[str, str]:
    """Open the page: kB with the number of requests that reached the server, and seconds."""
    browser.get("about:blank")
    browser.get_log("performance")
    begin = time.perf_counter()
    browser.get(address)
    wait_until_ready(browser, 60, 0.02)
    seconds = time.perf_counter() - begin
    time.sleep(1)  # the icon comes last
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sizes = [e["params"]["encodedDataLength"] for e in events if e["method"] == "Network.loadingFinished"]
    return f"{sum(sizes) / 1000:.0f} ({sum(size > 0 for size in sizes)})", f"{seconds:.1f}"


def main() -> None:
    """Print a row for each way of serving."""
    options = pytest_setup_options()
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    print(header("served by", "first visit, kB (requests)", "s", "second visit, kB (requests)", "s"))
    with hosted() as server, plain_dash() as plain:
        for name, address in (("Dash alone", plain), ("`make serve`", server.address)):
            with chrome(options) as browser:
                print(row(name, *visit(browser, address), *visit(browser, address)), flush=True)


if __name__ == "__main__":
    main()
