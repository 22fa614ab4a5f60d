"""Headless Chromium for the browser tests: one browser and one server for all of them, a fresh page for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from dash.testing.application_runners import ThreadedRunner
from dash.testing.composite import DashComposite
from selenium.webdriver.chrome.options import Options

if TYPE_CHECKING:
    from tests.page import Page


CALM = "--force-prefers-reduced-motion"
"""Option of a browser in which a run is shown at its end at once; tests of playing ask for motion."""


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
        CALM,
        "--window-size=1440,900",
    ):
        options.add_argument(flag)
    return options


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser, for `make quick`, and put files with such tests first: they take longest."""
    for item in items:
        if {"lab", "dash_duo"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    first = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: (item.path not in first, item.path.name != "test_states.py"))


def calm() -> Options:
    """Options of the lab's browser."""
    options = Options()
    options.add_argument(CALM)
    return options


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
            options=[calm()],
            download_path=str(tmp_path_factory.mktemp("download")),
        ) as browser,
    ):
        browser.start_server(create_app(), port=free_port(), navigate=False)
        yield browser


@pytest.fixture
def page(lab: DashComposite, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A freshly opened page; afterwards the console must be empty.

    ``query`` marks what its address says: None if the test opens it itself, by `Page.visit`. A test marked
    ``same_page`` finds it as the same test left it with the parameters before.
    """
    from tests.page import Page

    same, query = (request.node.get_closest_marker(name) for name in ("same_page", "query"))
    test = request.node.function
    page = _left.pop(test, None) or Page(lab, query=query.args[0] if query else "")
    _left.clear()
    failed = request.session.testsfailed
    yield page
    page.assert_quiet()
    if same and request.session.testsfailed == failed:
        _left[test] = page


_left: dict[Callable[..., None], Page] = {}
"""The page that the last test has left for itself with other parameters."""
