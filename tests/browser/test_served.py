"""Every view in a real browser, as gunicorn serves the page: at the root and under a path."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from app import create_app
from components.state import ids
from serving import files
from tests.page import PATIENCE, Page, hosts
from tests.servers import gunicorn


@pytest.fixture(scope="module", params=["/", "/teaching/lab/"])
def server(request, tmp_path_factory):
    files.build(create_app())
    with gunicorn(tmp_path_factory.mktemp("gunicorn"), request.param) as server:
        yield server


LISTEN = """window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sourceFile}`));"""


@pytest.fixture
def page(lab, server):
    """The page; afterwards it must have kept to its policy and the console must be empty."""
    script = lab.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})
    page = Page(lab, server.address)
    yield page
    assert page.browser.execute_script("return window.violations") == []
    page.assert_quiet()
    lab.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def click(page, element_id):
    """Click wherever the element is, also while figures still find their size."""
    page.browser.execute_script("document.getElementById(arguments[0]).click()", element_id)


def test_every_view_works(page, server):
    for name, moved in (("gaussian-mu1", 0.5), ("exponential-lambda1", 0.5)):
        page.open(name.partition("-")[0])
        page.move(name, moved)
        page.until(lambda name=name, moved=moved: float(page.value(ids.box(name))) == moved)

    page.open("run")
    page.type("n", "500")
    page.run()
    assert len(page.observations()) == 500
    click(page, ids.study("surface"))
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
    assert any(url.endswith(files.PLOTLY) for url in asked)
    assert [url for url in asked if "plotly.min.js" in url or "dash_table" in url] == []


def test_every_file_that_is_asked_for_was_built(page, server):
    page.open("background")
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, ".tex[data-rendered] .katex"))
    prefix = urlsplit(server.address).path
    asked = {urlsplit(url).path.removeprefix(prefix) for url in page.requests()}
    made_for_each = {"_dash-layout", "_dash-dependencies", "_dash-update-component"}
    assert [path for path in asked - made_for_each if not (files.BUILT / path).is_file()] == []


def test_what_the_page_names_beforehand_is_asked_for_once(page, server):
    page.visit("v=1&view=em&n=321&seed=7")
    asked = [urlsplit(url).path.rpartition("/")[2] for url in page.requests()]
    for name in ("_dash-layout", "_dash-dependencies", "emlab.mjs", files.PLOTLY.rpartition("/")[2]):
        assert asked.count(name) == 1, name


IN_NO_HURRY = "window.requestIdleCallback = () => {}"


def test_a_figure_of_a_closed_view_is_drawn_when_the_view_is_opened(lab, server):
    script = lab.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": IN_NO_HURRY})
    try:
        lab.driver.get(server.address)
        drawn = "return [...document.querySelectorAll('.js-plotly-plot')].map((plot) => plot.parentElement.id)"
        WebDriverWait(lab.driver, PATIENCE).until(lambda _: lab.driver.execute_script(drawn))
        assert lab.driver.execute_script(drawn) == [ids.GAUSSIAN_FIGURE]
        lab.driver.find_element(By.ID, ids.tab("exponential")).click()
        WebDriverWait(lab.driver, PATIENCE).until(lambda _: ids.EXPONENTIAL_FIGURE in lab.driver.execute_script(drawn))
    finally:
        lab.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_a_breach_of_the_policy_would_be_seen(lab, page):
    page.browser.execute_script("const s = document.createElement('script'); s.text = '1'; document.head.append(s)")
    page.until(lambda: page.browser.execute_script("return window.violations").pop().startswith("script-src-elem"))
    page.browser.execute_script("window.violations = []")
    assert "Content Security Policy" in page.logs()[0]
