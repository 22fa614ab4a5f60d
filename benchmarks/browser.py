"""A server in a process of its own and a headless Chromium, for measurements in the page."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from tests.conftest import pytest_setup_options

ROOT = Path(__file__).parent.parent


@contextmanager
def served() -> Iterator[str]:
    """Serve the app on a free port of the loopback and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HOST": "127.0.0.1", "PORT": str(port)}
    process = subprocess.Popen([sys.executable, str(ROOT / "app.py")], env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def browser(address: str) -> Iterator[webdriver.Chrome]:
    """Open the page at 1440 x 900 and wait until the first run is on it."""
    driver = webdriver.Chrome(options=pytest_setup_options())
    try:
        driver.set_window_size(1440, 900)
        driver.get(address)
        ready = (
            "return document.querySelectorAll('.main-svg').length >= 5"
            " && document.getElementById('run-sentence').textContent !== ''"
        )
        WebDriverWait(driver, 30).until(lambda _: driver.execute_script(ready))
        driver.set_script_timeout(60)
        yield driver
    finally:
        driver.quit()


def summary(values: Sequence[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"
