"""Sharing in a real browser: copying, the dialog, QR codes, and pages that hide, are embedded or presented."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from components import ids, qr, share
from components.options import EMBED, GROUPS, PRESENT, REVEAL
from components.studies import STUDIES
from components.words import SENTENCES
from tests.conftest import pytest_setup_options
from tests.page import Page, hosts

BLIND = "view=em&hide=truth&reveal=on&rho=0.047&lambda0=0.137&lambda1=2.371&n=3000&start_lambda0=0.2&iteration=3"


# -- copying ---------------------------------------------------------------------------------------------------------


@contextmanager
def another_browser(**preferences: Any) -> Iterator[webdriver.Chrome]:
    """A fresh browser: nothing of the first one is in it."""
    options = pytest_setup_options()
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option("prefs", preferences)
    browser = webdriver.Chrome(options=options)
    try:
        yield browser
    finally:
        browser.quit()


def clipboard(page: Page) -> str:
    """What is on the clipboard."""
    return str(page.browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))


@pytest.fixture
def copying(page: Page) -> Page:
    """A page that may read the clipboard, which holds something else."""
    permissions = {"origin": page.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.browser.execute_cdp_cmd("Browser.grantPermissions", permissions)
    page.browser.execute_async_script("navigator.clipboard.writeText('something else').then(arguments[0])")
    return page


def test_a_copied_link_opens_the_identical_page_in_a_fresh_browser(copying):
    page = copying
    page.element(ids.option(ids.THEME_CHOICE, "dark")).click()
    page.open("run")
    page.choose(ids.SOURCE, "generated-gaussian")
    page.type("k", "3")
    page.choose(ids.START_FROM, "kmeans")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "k-means++" in page.text(ids.RUN_NOTE))
    for button in (ids.WALK_START, ids.WALK_FORWARD, ids.WALK_FORWARD):
        page.element(button).click()
    page.until(lambda: page.text(ids.RUN_NOTE) and "Iteration 2 of" in page.text("walk-place"))
    page.element(ids.COPY_LINK).click()
    page.until(lambda: clipboard(page) != "something else")
    with another_browser() as browser:
        other = Page(SimpleNamespace(driver=browser, server=SimpleNamespace(url=page.url)))
        browser.get(clipboard(page))
        other.ready()
        page.until(lambda: other.seen() == page.seen())
        assert browser.current_url == clipboard(page)
        other.assert_quiet()


@pytest.mark.parametrize("view", ids.VIEWS)
def test_copy_link_is_in_the_header_of_every_view_and_says_copied_without_moving_anything(copying, view):
    page = copying
    page.open(view)
    button = page.element(ids.COPY_LINK)
    assert button.accessible_name == "Copy link"
    before = [box(page, "main"), box(page, "header")]
    button.click()
    page.until(lambda: said(page, ids.COPY_LINK) == share.WORDS["copied"])
    assert [box(page, "main"), box(page, "header")] == before
    assert clipboard(page) == page.browser.execute_script("return emlab.link.address()")
    page.until(lambda: said(page, ids.COPY_LINK) == "")
    assert button.accessible_name == "Copy link"


def said(page: Page, button_id: str) -> str:
    """What is said beside a button that copies."""
    return str(
        page.browser.execute_script("return document.getElementById(arguments[0]).nextSibling.textContent", button_id)
    )


def box(page: Page, selector: str) -> list[float]:
    """Left, top, width and height of an element."""
    script = (
        "const {x, y, width, height} = document.querySelector(arguments[0]).getBoundingClientRect();"
        "return [x, y, width, height]"
    )
    return list(page.browser.execute_script(script, selector))


def test_copying_works_where_the_browser_has_the_older_way_only(copying):
    page = copying
    page.browser.execute_script("Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})")
    page.element(ids.COPY_LINK).click()
    page.until(lambda: said(page, ids.COPY_LINK) == share.WORDS["copied"])
    open_dialog(page)
    flag(page, EMBED).click()
    page.element(ids.SHARE_COPY_SNIPPET).click()
    page.until(lambda: said(page, ids.SHARE_COPY_SNIPPET) == share.WORDS["copied"])
    page.browser.execute_script("delete navigator.clipboard")
    assert clipboard(page) == page.value(ids.SHARE_SNIPPET)


def test_a_link_that_cannot_be_copied_is_shown_selected(page):
    page.browser.execute_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        "Object.defineProperty(document, 'execCommand', {value: () => false});"
    )
    page.element(ids.COPY_LINK).click()
    page.until(page.element(ids.SHARE_DIALOG).is_displayed)
    assert page.text(ids.SHARE_PROBLEM) == share.WORDS["not_copied"]
    selected = "const e = document.activeElement; return [e.id, e.value.slice(e.selectionStart, e.selectionEnd)]"
    assert page.browser.execute_script(selected) == [ids.SHARE_LINK, page.url]


# -- the dialog ------------------------------------------------------------------------------------------------------


def open_dialog(page: Page) -> None:
    page.element(ids.SHARE).click()
    page.until(page.element(ids.SHARE_DIALOG).is_displayed)


def flag(page: Page, name: str) -> Any:
    return page.browser.find_element("css selector", f"#{ids.SHARE_DIALOG} [data-flag={name}]")


def hide(page: Page, group: str) -> Any:
    return page.browser.find_element("css selector", f"#{ids.SHARE_DIALOG} [data-hide={group}]")


def decoded(picture: bytes) -> list[str]:
    """Texts of the QR codes in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(np.array(Image.open(io.BytesIO(picture)).convert("L")))]


@contextmanager
def screen(page: Page, width: int, height: int) -> Iterator[None]:
    """Another screen for a while."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        yield
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def code_of(page: Page, link: str) -> None:
    """Wait for the QR code of a link."""
    page.until(lambda: page.element(ids.SHARE_LARGE).is_enabled() and page.value(ids.SHARE_LINK) == link)


def test_the_link_and_its_code_follow_what_is_chosen_and_can_be_read_from_a_screenshot(page):
    page.requests()
    open_dialog(page)
    code_of(page, page.url)
    assert decoded(page.element(ids.SHARE_QR).screenshot_as_png) == [page.url]
    for button in (hide(page, "truth"), hide(page, "surface"), flag(page, REVEAL), flag(page, PRESENT)):
        button.click()
    page.browser.execute_script("arguments[0].value = 'em'", page.element(ids.SHARE_VIEW))
    page.browser.execute_script(
        "arguments[0].dispatchEvent(new Event('change', {bubbles: true}))", page.element(ids.SHARE_VIEW)
    )
    page.type("iteration", "7")
    link = f"{page.url}?v=1&view=em&hide=truth,surface&reveal=on&present=on&iteration=7"
    code_of(page, link)
    page.until(lambda: decoded(page.element(ids.SHARE_QR).screenshot_as_png) == [link])
    assert page.text(ids.SHARE_LENGTH).startswith(f"{len(link)} characters.")
    assert "this computer only" in page.text(ids.SHARE_LENGTH)
    assert page.browser.current_url == page.url, "what is chosen is for the link, not for this page"
    late = {"text": page.url, "error": "of another link"}
    page.browser.execute_script("dash_clientside.set_props('qr-reply', {data: arguments[0]})", late)
    page.browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert page.text(ids.SHARE_QR) == "", "an answer that comes late is not taken for this link's"
    assert hosts(page.requests()) <= {"localhost"}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_the_large_code_is_read_off_the_whole_screen(page, width, height):
    page.element(ids.option(ids.THEME_CHOICE, "dark")).click()
    with screen(page, width, height):
        open_dialog(page)
        link = f"{page.url}?v=1&theme=dark"
        code_of(page, link)
        page.element(ids.SHARE_LARGE).click()
        page.until(page.element(ids.QR_LARGE).is_displayed)
        assert decoded(page.browser.get_screenshot_as_png()) == [link]
        _, _, *sides = box(page, f"#{ids.QR_LARGE} svg")
        assert min(sides) >= 600
        modules = page.browser.execute_script("return document.querySelector('#qr-large svg').viewBox.baseVal.width")
        assert sides[0] % modules == 0, "each module is as many whole pixels"
        assert page.text(ids.QR_ADDRESS) == link


def test_a_long_link_has_a_large_code_too_and_one_that_is_too_long_has_words(page):
    for extra in (1500, 2100):
        page.browser.execute_script("history.replaceState(null, '', '/' + 'a'.repeat(arguments[0]))", extra)
        open_dialog(page)
        page.until(lambda: page.text(ids.SHARE_QR) or page.element(ids.SHARE_LARGE).is_enabled())
        link = page.value(ids.SHARE_LINK)
        assert len(link) > extra
        if extra < qr.MAX_LENGTH:
            page.element(ids.SHARE_LARGE).click()
            assert decoded(page.browser.get_screenshot_as_png()) == [link]
            page.element(ids.QR_CLOSE).click()
        else:
            assert f"the link has {len(link):,} characters" in page.text(ids.SHARE_QR)
            assert not page.element(ids.SHARE_LARGE).is_enabled()
        page.element(ids.SHARE_CLOSE).click()
    page.browser.execute_script("history.replaceState(null, '', '/')")


def test_a_code_that_never_comes_is_said(page):
    page.browser.execute_cdp_cmd("Network.enable", {})
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*_dash-update-component*"]})
    open_dialog(page)
    page.until(lambda: page.text(ids.SHARE_QR) == share.WORDS["no_answer"])
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    hide(page, "traps").click()
    page.until(lambda: page.element(ids.SHARE_LARGE).is_enabled())
    assert all("_dash-update-component" in line or "did not respond" in line for line in page.logs())


def test_an_iteration_that_is_refused_is_said_and_the_last_one_stays(page):
    open_dialog(page)
    last = int(page.value("iteration-box"))
    assert last > 10
    page.type("iteration", "-3")
    page.until(lambda: "this is too small" in page.text(ids.error("iteration")))
    assert page.value(ids.SHARE_LINK) == page.url
    page.type("iteration", "0")
    page.until(lambda: page.value(ids.SHARE_LINK) == f"{page.url}?v=1&iteration=0")
    page.type("iteration", str(last))
    page.until(lambda: page.value(ids.SHARE_LINK) == page.url)


def focused(page: Page) -> str:
    return str(page.browser.execute_script("return document.activeElement.id"))


def press(page: Page, *keys: str) -> None:
    ActionChains(page.browser).send_keys(*keys).perform()


def test_the_dialog_by_keyboard(page):
    page.open("run")
    place = page.text("walk-place")
    page.element(ids.SHARE).send_keys(Keys.ENTER)
    page.until(lambda: focused(page) == ids.SHARE_COPY)
    inside = "return document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
    for _ in range(40):  # more than there are to stop at
        press(page, Keys.TAB)
        assert page.browser.execute_script(inside), "the focus stays in the dialog"
    hide(page, "truth").send_keys(Keys.ARROW_LEFT, Keys.HOME)
    assert page.text("walk-place") == place, "keys in the dialog do not walk through the run behind it"
    hide(page, "truth").send_keys(Keys.SPACE)
    page.until(lambda: "hide=truth" in page.value(ids.SHARE_LINK))
    assert hide(page, "truth").get_attribute("aria-pressed") == "true"
    page.until(lambda: page.element(ids.SHARE_LARGE).is_enabled())
    page.element(ids.SHARE_LARGE).send_keys(Keys.ENTER)
    page.until(page.element(ids.QR_LARGE).is_displayed)
    press(page, Keys.ESCAPE)
    page.until(lambda: focused(page) == ids.SHARE_LARGE)
    press(page, Keys.ESCAPE)
    page.until(lambda: focused(page) == ids.SHARE)
    assert not page.element(ids.SHARE_DIALOG).is_displayed()
    open_dialog(page)
    assert hide(page, "truth").get_attribute("aria-pressed") == "true", "what was chosen is kept"


def test_the_preview_is_loaded_only_while_it_is_wanted(page):
    frames = "return [...document.querySelectorAll('iframe')].map((frame) => [frame.src, frame.inert, frame.title])"
    open_dialog(page)
    assert page.browser.execute_script(frames) == []
    page.element(ids.SHARE_PREVIEW).click()
    title = share.WORDS["preview"]
    assert page.browser.execute_script(frames) == [[page.url, True, title]]
    flag(page, EMBED).click()
    page.until(lambda: page.browser.execute_script(frames) == [[f"{page.url}?v=1&embed=on", True, title]])
    page.browser.switch_to.frame(0)
    page.until(lambda: page.browser.execute_script("return document.querySelectorAll('.main-svg').length"))
    assert not page.browser.find_element("css selector", "header").is_displayed()
    page.until(lambda: page.text(ids.RUN_SENTENCE))
    page.browser.switch_to.default_content()
    assert box(page, f"#{ids.SHARE_FRAME} iframe")[2] <= box(page, f"#{ids.SHARE_FRAME}")[2]
    page.element(ids.SHARE_CLOSE).click()
    page.until(lambda: page.browser.execute_script(frames) == [])


# -- what is hidden --------------------------------------------------------------------------------------------------


def words(page: Page) -> str:
    """All that is to be read on the page."""
    return str(page.browser.execute_script("return document.body.innerText"))


def test_hidden_true_values_are_nowhere_on_the_page_until_they_are_revealed(page):
    page.visit(BLIND)
    result = page.browser.execute_script("return emlab.walk.state.result")
    assert (result["true"], result["z"], result["match"]) == (None, None, None)
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
        page.element(ids.study(study)).click()
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
    page.until(lambda: page.browser.current_url == f"{page.url}?v=1&view=em")
    page.until(
        lambda: box(page, "#posterior-figure .main-svg")[2] == pytest.approx(box(page, "#posterior-figure")[2], abs=2)
    )
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_STATUS) == "")


def test_a_page_without_a_walk_is_not_walked_by_keys(page):
    page.visit("view=em&hide=walk")
    press(page, Keys.HOME, Keys.ARROW_LEFT)
    assert "iteration" not in page.browser.execute_script("return emlab.link.address()")
    assert not page.element(ids.WALK_SLIDER).is_displayed()


def test_what_a_page_was_opened_with_stays_in_its_address_and_in_copied_links(page):
    query = "v=1&hide=traps,walk&reveal=on&embed=on&present=on"
    page.visit(query)
    page.move("gaussian-mu1", 0.3)
    page.until(lambda: page.browser.current_url == f"{page.url}?{query}&gaussian-mu1=0.3")
    page.browser.get("about:blank")
    page.visit("hide=surface,traps&present=on")
    open_dialog(page)
    chosen = {group for group in GROUPS if hide(page, group).get_attribute("aria-pressed") == "true"}
    assert chosen == {"surface", "traps"}
    assert flag(page, PRESENT).get_attribute("aria-checked") == "true"
    assert page.value(ids.SHARE_LINK) == f"{page.url}?v=1&hide=traps,surface&present=on"


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
def test_the_embedded_page_works_in_another_site_without_cookies_or_storage(page, width, preferences):
    page.open("run")
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
        for side in ("clientWidth", "scrollWidth"):
            assert browser.execute_script(f"return document.documentElement.{side}") == width
        assert not browser.find_element("css selector", "header").is_displayed()
        assert "Iteration 2 of" in other.text("walk-place")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", other.element(ids.WALK_FORWARD))
        other.element(ids.WALK_FORWARD).click()
        other.until(lambda: "Iteration 3 of" in other.text("walk-place"))
        table = other.text(ids.RUN_TABLE)
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", other.element(ids.box("seed")))
        other.type("seed", "5")
        other.element(ids.RUN_BUTTON).click()
        other.until(lambda: other.text(ids.RUN_TABLE) != table)
        browser.execute_script("window.scrollTo(0, 0)")
        other.element(ids.OPEN_FULL).click()
        other.until(lambda: len(browser.window_handles) == 2)
        browser.switch_to.window(browser.window_handles[1])
        other.until(lambda: browser.current_url == f"{page.url}?v=1&view=em&seed=5")
        other.ready()
        assert browser.find_element("css selector", "header").is_displayed()
        assert browser.execute_script("return window.opener") is None
        other.assert_quiet()


# -- in a lecture hall -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height", "times"), [(1440, 900, 1.5), (1024, 768, 1.25)])
@pytest.mark.parametrize(
    ("view", "figure"),
    [("gaussian", ids.GAUSSIAN_FIGURE), ("exponential", ids.EXPONENTIAL_FIGURE), ("em", ids.DATA_FIGURE)],
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
        assert page.browser.execute_script(overflow) == 0
        open_dialog(page)
        flag(page, EMBED).click()
        assert page.browser.execute_script(outside, f"#{ids.SHARE_DIALOG} :not(option)") == 0
