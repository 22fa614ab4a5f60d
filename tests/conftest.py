"""Headless Chromium for the browser tests, with Debian's flags."""

from __future__ import annotations

from selenium.webdriver.chrome.options import Options


def pytest_setup_options() -> Options:
    """Options of the browser that `dash_duo` starts."""
    options = Options()
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1440,900",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return options
