"""What a link makes of the page, in a real browser: hidden, embedded, presented, on every screen."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from components.results.studies import STUDIES
from components.state import ids
from components.state.options import EMBED, GROUPS, PRESENT
from components.state.words import FAILED, SANDBOX, SENTENCES
from tests.page import RUN, Page
from tests.sharing import another_browser, box, flag, hide, open_dialog, press, screen

BLIND = "view=em&hide=truth&reveal=on&rho=0.047&lambda0=0.137&lambda1=2.371&n=3000&start_lambda0=0.2&iteration=3"


# -- what is hidden --------------------------------------------------------------------------------------------------


def words(page: Page) -> str:
    """All that is to be read on the page."""
    return str(page.browser.execute_script("return document.body.innerText"))


@pytest.mark.query(None)
def test_hidden_true_values_are_nowhere_on_the_page_until_they_are_revealed(page):
    page.visit(BLIND)
    result = page.browser.execute_script("return emlab.runState.state.result")
    assert (result["true"], result["z"], result["beside"]) == (None, None, None)
    for truth in ("0.137", "2.371", "0.0470", "True λ", "true label", "label 0"):
        assert truth not in words(page)
    assert not page.element(ids.slider("lambda0")).is_displayed()
    assert "likeliest" in page.text(ids.DATA_FIGURE)
    dotted = (
        "return document.querySelector('#parameters-figure .js-plotly-plot').data"
        ".filter(({uid, visible}) => uid.includes('true') && visible).length"
    )
    page.until(lambda: page.trace(ids.PARAMETERS_FIGURE, "row0-component-0").get("y"))
    assert page.browser.execute_script(dotted) == 0
    assert "iteration=3" in page.browser.current_url
    assert "hide=truth" in page.browser.current_url

    for study in STUDIES:
        page.study(study)
        page.until(lambda study=study: page.text(ids.study_words(study)) not in ("", SENTENCES["working"]))
    assert "0.137" not in words(page)

    page.element(ids.REVEAL).click()
    page.until(lambda: "true label" in page.text(ids.RUN_NOTE))
    page.until(lambda: "hide" not in page.browser.current_url)
    assert "reveal" not in page.browser.current_url
    assert page.element(ids.slider("lambda0")).is_displayed()
    assert "0.1370" in page.text(ids.RUN_TABLE)
    assert "Iteration 3 of" in page.text("walk-place"), "one stays where one was"
    page.until(lambda: page.browser.execute_script(dotted) > 0)
    assert not page.element(ids.REVEAL).is_displayed()


@pytest.mark.query(None)
def test_what_is_revealed_is_the_run_on_show_though_another_was_refused(page):
    page.visit(BLIND)
    table = page.text(ids.RUN_TABLE)
    page.type("n", "100000")
    page.type("max_iter", "10000")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "lower one of them" in page.text(ids.RUN_STATUS))
    page.element(ids.REVEAL).click()
    page.until(lambda: "true label" in page.text(ids.RUN_NOTE))
    assert "3,000 observations" in page.text(ids.RUN_NOTE)
    assert "0.1370" in page.text(ids.RUN_TABLE)
    assert "0.1370" not in table
    assert "Iteration 3 of" in page.text(ids.WALK_PLACE)
    assert page.text(ids.RUN_STATUS) == ""


@pytest.mark.query(None)
def test_what_is_revealed_is_the_run_under_way_where_there_is_one(page):
    page.visit(BLIND)
    script = "emlab.run.runFrom({start_lambda0: 0.7}); document.getElementById(arguments[0]).click()"
    page.browser.execute_script(script, ids.REVEAL)
    page.until(lambda: "true label" in page.text(ids.RUN_NOTE))
    assert "0.7000" in page.text(ids.RUN_TABLE)
    last = page.browser.execute_script("return emlab.runState.state.result.log_likelihood.length - 1")
    assert page.text(ids.WALK_PLACE) == f"Iteration {last:,} of {last:,}", "it is another run"


@pytest.mark.query(None)
def test_hidden_controls_cannot_be_reached_and_reveal_brings_them_back(page):
    page.visit("view=em&hide=controls,traps,posterior&reveal=on")
    within = (
        "return [...document.querySelectorAll('[data-group]')]"
        ".filter((e) => e.checkVisibility({visibilityProperty: true})).map((e) => e.dataset.group)"
    )
    hidden = {"controls", "data", "start", "run", "traps", "posterior"}
    assert hidden.isdisjoint(page.browser.execute_script(within))
    page.element(ids.REVEAL).click()
    assert hidden <= set(page.browser.execute_script(within))
    assert page.browser.execute_script("return document.activeElement.dataset.group") == "controls"
    page.until(lambda: page.browser.current_url == f"{page.url}?v=2&view=em&iteration=61&x-scale=linear")
    page.until(
        lambda: box(page, "#posterior-figure .main-svg")[2] == pytest.approx(box(page, "#posterior-figure")[2], abs=2)
    )
    page.run()
    assert page.text(ids.RUN_STATUS) == ""


@pytest.mark.query(None)
def test_a_page_without_a_walk_is_not_walked_by_keys(page):
    page.visit("view=em&hide=walk")
    press(page, Keys.HOME, Keys.ARROW_LEFT)
    last = page.browser.execute_script("return emlab.runState.state.result.log_likelihood.length - 1")
    assert f"iteration={last}" in page.address()
    assert not page.element(ids.WALK_SLIDER).is_displayed()


@pytest.mark.query(None)
def test_what_a_page_was_opened_with_stays_in_its_address_and_in_copied_links(page):
    query = "v=2&hide=traps,walk&reveal=on&embed=on&present=on"
    page.visit(query)
    page.move("gaussian-mu1", 0.3)
    page.until(lambda: page.browser.current_url == f"{page.url}?{query}&gaussian-mu1=0.3")
    page.browser.get("about:blank")
    page.visit("v=2&hide=surface,traps&present=on")
    open_dialog(page)
    chosen = {group for group in GROUPS if hide(page, group).get_attribute("aria-pressed") == "true"}
    assert chosen == {"surface", "traps"}
    assert flag(page, PRESENT).get_attribute("aria-checked") == "true"
    assert page.value(ids.SHARE_LINK) == f"{page.url}?v=2&hide=traps,surface&present=on"


# -- in another page -------------------------------------------------------------------------------------------------


@contextmanager
def host_page(snippet: str) -> Iterator[str]:
    """Somebody else's page, on another site than the lab's: 127.0.0.1 is not localhost."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            self.send_response(200 if found else 204)
            self.end_headers()
            if found:
                self.wfile.write(f"<!DOCTYPE html><title>Elsewhere</title><body>{snippet}".encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("width", "preferences"),
    [
        (800, {"profile.cookie_controls_mode": 1, "profile.block_third_party_cookies": True}),
        (360, {"profile.default_content_setting_values.cookies": 2}),
    ],
    ids=["third-party cookies blocked", "all cookies and storage blocked"],
)
@pytest.mark.query(RUN)
def test_the_embedded_page_works_in_another_site_without_cookies_or_storage(page, width, preferences):
    open_dialog(page)
    flag(page, EMBED).click()
    page.type("iteration", "2")
    page.until(lambda: "iteration=2" in page.value(ids.SHARE_SNIPPET))
    snippet = page.value(ids.SHARE_SNIPPET).replace('width="800"', f'width="{width}"')
    assert page.url.startswith("http://localhost:")
    with host_page(snippet) as host, another_browser(**preferences) as browser:
        browser.set_window_size(900, 900)
        browser.get(host)
        browser.switch_to.frame(0)
        other = Page.__new__(Page)
        other.browser = browser
        other.ready()
        cookie = "document.cookie = 'a=b; SameSite=None; Secure'; return document.cookie"
        assert browser.execute_script(cookie) == "", "they are really blocked"
        assert browser.execute_script("return innerWidth") == width
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert not browser.find_element("css selector", "header").is_displayed()
        assert "Iteration 2 of" in other.text("walk-place")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", other.element(ids.WALK_FORWARD))
        other.element(ids.WALK_FORWARD).click()
        other.until(lambda: "Iteration 3 of" in other.text("walk-place"))
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", other.element(ids.box("seed")))
        other.type("seed", "5")
        other.run()
        last = browser.execute_script("return emlab.runState.state.result.log_likelihood.length - 1")
        browser.execute_script("window.scrollTo(0, 0)")
        other.element(ids.OPEN_FULL).click()
        other.until(lambda: len(browser.window_handles) == 2)
        browser.switch_to.window(browser.window_handles[1])
        other.until(lambda: browser.current_url == f"{page.url}?v=2&view=em&seed=5&iteration={last}&x-scale=linear")
        other.ready()
        assert browser.find_element("css selector", "header").is_displayed()
        assert browser.execute_script("return window.opener") is None
        other.assert_quiet()


@pytest.mark.parametrize(
    ("sandbox", "place", "sentence"),
    [("allow-scripts", f"#{ids.FIRST_LOAD}", FAILED["sandboxed"]), ("", "main", SANDBOX)],
)
def test_a_frame_that_allows_too_little_is_said_in_it(page, sandbox, place, sentence):
    snippet = f'<iframe sandbox="{sandbox}" src="{page.url}?{RUN}&embed=on" width="800" height="600"></iframe>'
    with host_page(snippet) as host, another_browser() as browser:
        browser.get(host)
        browser.switch_to.frame(0)
        text = "return document.querySelector(arguments[0]).innerText"
        page.until(lambda: sentence in browser.execute_script(text, place))


def test_the_page_works_in_a_sandbox_that_allows_what_the_sentence_says(page):
    allowed = " ".join(re.findall(r"allow-[a-z-]+", FAILED["sandboxed"]))
    snippet = f'<iframe sandbox="{allowed}" src="{page.url}?{RUN}&embed=on" width="800" height="600"></iframe>'
    with host_page(snippet) as host, another_browser() as browser:
        browser.get(host)
        browser.switch_to.frame(0)
        other = Page.__new__(Page)
        other.browser = browser
        other.ready()
        other.element(ids.OPEN_FULL).click()
        other.until(lambda: len(browser.window_handles) == 2)
        browser.switch_to.window(browser.window_handles[1])
        other.until(lambda: browser.current_url == f"{page.url}?v=2&view=em&iteration=61&x-scale=linear")
        other.ready()
        assert browser.execute_script("return self.origin") == page.url.rstrip("/")
        other.assert_quiet()


# -- in a lecture hall -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height", "times"), [(1440, 900, 1.5), (1024, 768, 1.25)])
@pytest.mark.parametrize(
    ("view", "figure"),
    [("gaussian", ids.GAUSSIAN_FIGURE), ("exponential", ids.EXPONENTIAL_FIGURE)],
)
def test_presented_figures_have_larger_type_and_lines_and_are_the_largest_thing(
    page, width, height, times, view, figure
):
    looks = (
        "const {layout, data} = document.querySelector(`#${arguments[0]} .js-plotly-plot`);"
        "const {xaxis, margin} = layout.template.layout; const line = data.find((t) => t.uid === 'mixture').line.width;"
        "return [xaxis.tickfont.size, xaxis.title.font.size, xaxis.ticklen, margin.t, line,"
        " parseFloat(getComputedStyle(document.body).fontSize)]"
    )
    with screen(page, width, height):
        usual = page.until(lambda: page.browser.execute_script(looks, figure))
        page.visit(f"view={view}&present=on")
        assert page.browser.execute_script(looks, figure) == pytest.approx([times * size for size in usual])
        areas = (
            "const area = (e) => { const {width, height} = e.getBoundingClientRect(); return width * height };"
            "return [...document.querySelectorAll('.view:not([hidden]) .graph, .view:not([hidden]) .card')]"
            ".map((e) => [e.contains(document.getElementById(arguments[0])), area(e)])"
        )
        parts = page.browser.execute_script(areas, figure)
        assert min(area for own, area in parts if own) > max((area for own, area in parts if not own), default=0)
        left, top, wide, high = box(page, f"#{figure}")
        assert left >= 0
        assert left + wide <= width
        assert top + high <= height, "it can be seen whole"
        assert wide * high > 0.35 * width * height
        assert page.browser.execute_script("return document.documentElement.scrollWidth") <= width


# -- small and large screens -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1440, 1024, 900, 390])
def test_the_header_and_the_dialog_fit_every_screen(page, width):
    with screen(page, width, 800):
        outside = (
            "const right = document.documentElement.clientWidth;"
            "return [...document.querySelectorAll(arguments[0])].filter((e) => e.offsetParent)"
            ".filter((e) => { const r = e.getBoundingClientRect(); return r.left < 0 || r.right > right + 0.5 }).length"
        )
        assert page.browser.execute_script(outside, "header *") == 0
        for name, label in ((ids.COPY_LINK, "Copy link"), (ids.SHARE, "Share …")):
            assert page.element(name).accessible_name == label
            assert page.element(name).is_displayed()
        overflow = "const {scrollWidth, clientWidth} = document.documentElement; return scrollWidth - clientWidth"
        page.until(lambda: page.browser.execute_script(overflow) <= 0)
        open_dialog(page)
        flag(page, EMBED).click()
        assert page.browser.execute_script(outside, f"#{ids.SHARE_DIALOG} :not(option)") == 0
