"""Servers, a headless Chromium, and pieces of its scripts, for measurements in the page."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dash import Dash
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from tests import ROOT
from tests.conftest import pytest_setup_options
from tests.page import ALL_VIEWS
from tests.servers import free_port, running

SET = """
const set = (id, value) => {
  const control = document.getElementById(id);
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(control, String(value));
  control.dispatchEvent(new Event("input", { bubbles: true }));
};
"""
"""Set a control's value as a person does: the page hears of it."""

PAINTED = """
const painted = (then) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = then;
  channel.port2.postMessage(0);
});
"""
"""Call a function when the next frame has been painted."""


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
def chrome(options: Options) -> Iterator[webdriver.Chrome]:
    """A browser with an empty cache, closed at the end of the block."""
    driver = webdriver.Chrome(options=options)
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def opened(address: str) -> Iterator[webdriver.Chrome]:
    """Open a page at 1440 x 900."""
    with chrome(pytest_setup_options()) as driver:
        driver.set_window_size(1440, 900)
        driver.set_script_timeout(60)
        driver.get(address)
        yield driver


def wait_until_ready(driver: webdriver.Chrome, seconds: float = 30, poll_frequency: float = 0.5) -> None:
    """Wait until all views and the first run are on the page."""
    script = f"if (!document.querySelector('.view')) return false; {ALL_VIEWS}"
    WebDriverWait(driver, seconds, poll_frequency).until(lambda _: driver.execute_script(script))


@contextmanager
def browser(address: str) -> Iterator[webdriver.Chrome]:
    """Open the page and wait until the first run is on it."""
    with opened(address) as driver:
        wait_until_ready(driver)
        yield driver
