"""Helpers for the tests of sharing in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains

from components.state import ids
from tests.conftest import pytest_setup_options
from tests.page import Page


@contextmanager
def another_browser(**preferences: Any) -> Iterator[webdriver.Chrome]:
    """A new browser that shares nothing with the first."""
    options = pytest_setup_options()
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option("prefs", preferences)
    browser = webdriver.Chrome(options=options)
    try:
        yield browser
    finally:
        browser.quit()


@contextmanager
def screen(page: Page, width: int, height: int) -> Iterator[None]:
    """Another screen size during the block."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        yield
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def open_dialog(page: Page) -> None:
    page.element(ids.SHARE).click()
    page.until(page.element(ids.SHARE_DIALOG).is_displayed)


def flag(page: Page, name: str) -> Any:
    return page.browser.find_element("css selector", f"#{ids.SHARE_DIALOG} [data-flag={name}]")


def hide(page: Page, group: str) -> Any:
    return page.browser.find_element("css selector", f"#{ids.SHARE_DIALOG} [data-hide={group}]")


def box(page: Page, selector: str) -> list[float]:
    """Left, top, width and height of an element."""
    script = (
        "const {x, y, width, height} = document.querySelector(arguments[0]).getBoundingClientRect();"
        "return [x, y, width, height]"
    )
    return list(page.browser.execute_script(script, selector))


def press(page: Page, *keys: str) -> None:
    ActionChains(page.browser).send_keys(*keys).perform()
