"""Headless Chromium for the browser tests: one browser and one server for all of them, a fresh page for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dash.testing.application_runners import ThreadedRunner
from dash.testing.composite import DashComposite
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
    return options


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser, for `make quick`."""
    for item in items:
        if {"lab", "dash_duo"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashComposite]:
    """The app, served, and a browser: what `dash_duo` is, but for the whole session."""
    from app import create_app
    from tests.servers import free_port

    with (
        ThreadedRunner() as server,
        DashComposite(
            server,
            browser="Chrome",
            headless=True,
            options=pytest_setup_options(),
            download_path=str(tmp_path_factory.mktemp("download")),
        ) as browser,
    ):
        browser.start_server(create_app(), port=free_port(), navigate=False)
        yield browser


@pytest.fixture
def page(lab: DashComposite) -> Iterator[object]:
    """A freshly opened page; afterwards the console must be empty."""
    from tests.page import Page

    page = Page(lab)
    yield page
    page.assert_quiet()
