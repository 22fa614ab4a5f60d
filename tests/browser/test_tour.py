"""The tour in a real browser: there only for who asks for it, and out of the way at once."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from components.state import ids, words
from components.views import tour
from tests.page import Page

STEPS = tour.as_dict()["steps"]
LAST = len(STEPS)


def press(page: Page, *keys: str) -> None:
    ActionChains(page.browser).send_keys(*keys).perform()


def at(page: Page, step: int) -> None:
    """Wait until a step is on show, its ring around what it is about, its words in the window and clear of that."""
    target, sentence = STEPS[step]["target"], STEPS[step]["words"]
    page.until(lambda: page.text("tour-words") == sentence)
    script = """
    const box = (node) => node.getBoundingClientRect();
    const [target, ring, card] = [document.getElementById(arguments[0]), document.querySelector('.tour-ring'),
      document.querySelector('.tour-card')].map(box);
    const around = ['left', 'top'].every((end) => Math.abs(target[end] - 4 - ring[end]) < 1)
      && ['width', 'height'].every((side) => Math.abs(target[side] + 8 - ring[side]) < 1);
    const inside = card.left >= 0 && card.top >= 0 && card.right <= innerWidth && card.bottom <= innerHeight;
    const seen = target.top < innerHeight && target.bottom > 0;
    const clear = card.right <= target.left || card.left >= target.right || card.bottom <= target.top
      || card.top >= target.bottom || target.height > innerHeight / 3;
    return around && inside && seen && clear;
    """
    page.until(lambda: page.browser.execute_script(script, target))


def is_open(page: Page) -> bool:
    return bool(page.browser.find_elements(By.CSS_SELECTOR, "dialog.tour"))


def focused(page: Page) -> str:
    return page.browser.execute_script("return document.activeElement.dataset.tour || document.activeElement.id")


@pytest.mark.same_page
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_each_step_points_at_what_it_is_about(page, width, height):
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        assert not is_open(page), "only for who asks for it"
        page.element(ids.TOUR).click()
        for step in range(LAST):
            at(page, step)
            assert focused(page) == "next"
            press(page, Keys.ENTER)
        page.until(lambda: not is_open(page))
        assert focused(page) == ids.TOUR
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_arrow_keys_go_back_and_on_and_escape_ends_it(page):
    page.open("exponential")
    page.element(ids.TOUR).click()
    at(page, 0)
    for key, step in ((Keys.ARROW_RIGHT, 1), (Keys.ARROW_RIGHT, 2), (Keys.ARROW_LEFT, 1), (Keys.ARROW_LEFT, 0)):
        press(page, key)
        at(page, step)
    press(page, Keys.ARROW_LEFT)
    at(page, 0)
    press(page, Keys.ESCAPE)
    page.until(lambda: not is_open(page))
    assert focused(page) == ids.TOUR
    assert page.element(ids.panel("exponential")).is_displayed(), "where it began"
    page.element(ids.TOUR).click()
    at(page, 0)
    press(page, Keys.TAB, Keys.TAB, Keys.TAB)
    assert focused(page) in {"next", "close", ""}, "the focus stays in it"
    page.browser.find_element(By.CSS_SELECTOR, '[data-tour="close"]').click()
    page.until(lambda: not is_open(page))


def test_what_does_not_come_is_no_step_and_until_then_nothing_is_said(page):
    page.element(ids.TOUR).click()
    at(page, 0)
    press(page, Keys.ARROW_RIGHT)
    at(page, 1)
    page.browser.execute_script("document.getElementById(arguments[0]).style.display = 'none'", STEPS[0]["target"])
    press(page, Keys.ARROW_LEFT)
    assert page.text("tour-words") == ""
    assert not page.browser.find_element(By.CSS_SELECTOR, ".tour-ring").is_displayed()
    page.until(lambda: page.text("tour-title") == words.TOUR_WORDS["title"].format(step=1, last=LAST - 1))
    at(page, 1)


def test_nothing_is_remembered(page):
    page.element(ids.TOUR).click()
    at(page, 0)
    press(page, Keys.ESCAPE)
    kept = page.browser.execute_script("return [localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]


@pytest.mark.query(None)
def test_what_a_link_hides_is_passed_over(page):
    page.visit("hide=walk")
    page.element(ids.TOUR).click()
    page.until(lambda: page.text("tour-title") == words.TOUR_WORDS["title"].format(step=1, last=LAST - 1))
