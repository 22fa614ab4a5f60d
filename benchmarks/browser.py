"""Servers and a headless Chromium, for measurements in the page."""

from __future__ import annotations

import logging
import statistics
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dash import Dash
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

from tests import ROOT
from tests.conftest import pytest_setup_options
from tests.page import READY
from tests.servers import free_port, running


@contextmanager
def served() -> Iterator[str]:
    """Serve the app on a free port of the loopback and give its address."""
    port = str(free_port())
    command = [sys.executable, str(ROOT / "app.py")]
    with (
        TemporaryDirectory() as folder,
        running(command, f"http://127.0.0.1:{port}/", Path(folder) / "log", HOST="127.0.0.1", PORT=port) as server,
    ):
        yield server.address


@contextmanager
def in_threads(app: Dash) -> Iterator[str]:
    """Serve a Dash app as Dash does by itself, by threads of this process, and give its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it writes a line per request
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()


@contextmanager
def opened(address: str) -> Iterator[webdriver.Chrome]:
    """Open a page at 1440 x 900."""
    driver = webdriver.Chrome(options=pytest_setup_options())
    try:
        driver.set_window_size(1440, 900)
        driver.set_script_timeout(60)
        driver.get(address)
        yield driver
    finally:
        driver.quit()


@contextmanager
def browser(address: str) -> Iterator[webdriver.Chrome]:
    """Open the page and wait until the first run is on it."""
    with opened(address) as driver:
        WebDriverWait(driver, 30).until(lambda _: driver.execute_script(READY))
        yield driver


def summary(values: Sequence[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"
