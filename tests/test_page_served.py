"""Every view in a real browser, as gunicorn serves the page: at the root and under a path."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By

from components import ids
from tests.page import Page, hosts
from tests.serving import gunicorn


@pytest.fixture(scope="module", params=["/", "/teaching/lab/"])
def server(request, tmp_path_factory):
    with gunicorn(tmp_path_factory.mktemp("gunicorn"), request.param) as server:
        yield server


@pytest.fixture
def page(lab, server):
    """The page; afterwards the console must be empty."""
    page = Page(lab, server.address)
    yield page
    page.assert_quiet()


def test_every_view_works(page, server):
    for name, moved in (("gaussian-mu1", 0.5), ("exponential-lambda1", 0.5)):
        page.open(name.partition("-")[0])
        page.move(name, moved)
        page.until(lambda name=name, moved=moved: float(page.value(ids.box(name))) == moved)

    page.open("run")
    page.type("n", "500")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: len(page.observations()) == 500)
    page.element(ids.study("surface")).click()
    page.until(lambda: page.trace(ids.SURFACE_FIGURE, "path").get("y"))

    page.open("background")
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, ".tex[data-rendered] .katex"))
    page.until(lambda: "katex.min.css" in str(page.requests()))

    path = urlsplit(server.address).path
    page.until(lambda: "n=500" in page.browser.current_url)
    assert urlsplit(page.browser.current_url).path == path


def test_a_link_opens_what_it_says(page, server):
    page.browser.get(f"{server.address}?v=1&view=em&n=321")
    page.ready()
    assert page.element(ids.panel("run")).is_displayed()
    assert len(page.observations()) == 321
    asked = page.requests()
    assert hosts(asked) == {"127.0.0.1"}
    path = urlsplit(server.address).path
    assert [url for url in asked if not urlsplit(url).path.startswith(path)] == []
