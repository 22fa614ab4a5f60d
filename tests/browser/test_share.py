"""Sharing in a real browser: copying a link, the dialog, QR codes."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from selenium.webdriver.common.keys import Keys

from components.results import qr
from components.state import ids
from components.state.options import EMBED, PRESENT, REVEAL
from components.views import share
from tests.page import OPEN_VIEW, RUN, Page, hosts
from tests.sharing import another_browser, box, flag, hide, open_dialog, press, screen

# -- copying ---------------------------------------------------------------------------------------------------------


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
    page.choose(ids.THEME_CHOICE, "dark")
    page.open("run")
    page.choose(ids.SOURCE, "generated-gaussian")
    page.type("k", "3")
    page.choose(ids.START_FROM, "kmeans")
    page.until(lambda: "k-means++" in page.text(ids.RUN_NOTE))
    for t in (1, 2):
        page.element(ids.WALK_FORWARD).click()
        page.until(lambda t=t: f"Iteration {t} of" in page.text(ids.WALK_PLACE))
    page.element(ids.COPY_LINK).click()
    page.until(lambda: clipboard(page) != "something else")
    with another_browser() as browser:
        other = Page(SimpleNamespace(driver=browser, server=SimpleNamespace(url=page.url)))
        browser.get(clipboard(page))
        other.ready()
        page.until(lambda: other.seen() == page.seen())
        page.until(lambda: browser.current_url == clipboard(page))  # the address follows what is seen
        other.assert_quiet()


@pytest.mark.same_page
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


def decoded(picture: bytes) -> list[str]:
    """Texts of the QR codes in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(np.array(Image.open(io.BytesIO(picture)).convert("L")))]


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
    link = f"{page.url}?v=2&view=em&hide=truth,surface&reveal=on&present=on"
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
    page.choose(ids.THEME_CHOICE, "dark")
    with screen(page, width, height):
        open_dialog(page)
        link = f"{page.url}?v=2&theme=dark"
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
    page.try_again_after(50)
    open_dialog(page)
    page.until(lambda: share.WORDS["no_answer"] in page.text(ids.SHARE_QR))
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.element(ids.try_again(ids.SHARE_QR)).click()
    page.until(lambda: page.element(ids.SHARE_LARGE).is_enabled())
    hide(page, "traps").click()
    page.until(lambda: not page.element(ids.SHARE_LARGE).is_enabled())
    page.until(lambda: page.element(ids.SHARE_LARGE).is_enabled())
    assert all("_dash-update-component" in line or "did not respond" in line for line in page.logs())


@pytest.mark.query(RUN)
def test_the_iterations_of_a_run_that_is_under_way_are_offered_as_it_comes(page):
    page.load_views()
    page.type("max_iter", "10")
    page.browser.execute_script(
        "for (const id of arguments) document.getElementById(id).click()", ids.RUN_BUTTON, ids.SHARE
    )
    page.until(lambda: page.value(ids.box("iteration")) == "10")
    assert page.element(ids.SHARE_DIALOG).is_displayed()
    page.type("iteration", "3")
    code_of(page, f"{page.url}?v=2&view=em&max_iter=10&iteration=3&x-scale=linear")


@pytest.mark.query(RUN)
def test_an_iteration_that_is_refused_is_said_and_the_last_one_stays(page):
    open_dialog(page)
    last = int(page.value("iteration-box"))
    assert last > 10
    for wrong, problem in (("-3", "this is too small"), ("700", "this is too large"), ("3.5", "between two steps")):
        page.type("iteration", wrong)
        page.until(lambda problem=problem: problem in page.text(ids.error("iteration")))
    assert f"Allowed: a whole number from 0 to {last}." in page.text(ids.error("iteration"))
    link = f"{page.url}?v=2&view=em&iteration={{t}}&x-scale=linear"
    assert page.value(ids.SHARE_LINK) == link.format(t=last)
    for t in (0, last):
        page.type("iteration", str(t))
        page.until(lambda t=t: page.value(ids.SHARE_LINK) == link.format(t=t))


def test_before_a_run_there_is_no_iteration_to_choose(page):
    open_dialog(page)
    assert not page.element(ids.box("iteration")).is_displayed()
    assert not page.element(ids.SHARE_ITERATION).is_displayed()
    assert page.value(ids.SHARE_LINK) == page.url


def focused(page: Page) -> str:
    return str(page.browser.execute_script("return document.activeElement.id"))


@pytest.mark.query(RUN)
def test_the_dialog_by_keyboard(page):
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
    page.until(lambda: page.browser.execute_script(frames) == [[f"{page.url}?v=2&embed=on", True, title]])
    page.browser.switch_to.frame(0)
    page.until(lambda: page.browser.execute_script("return document.querySelectorAll('.main-svg').length"))
    assert not page.browser.find_element("css selector", "header").is_displayed()
    page.until(lambda: page.browser.execute_script(OPEN_VIEW))
    page.browser.switch_to.default_content()
    assert box(page, f"#{ids.SHARE_FRAME} iframe")[2] <= box(page, f"#{ids.SHARE_FRAME}")[2]
    page.element(ids.SHARE_CLOSE).click()
    page.until(lambda: page.browser.execute_script(frames) == [])
