"""Every control in every state of the page: large enough for a pointer and a finger, and reached by Tab, both ways."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

from selenium.webdriver.common.keys import Keys

from components.state import ids, words
from tests.failing import refusing, unexpected
from tests.operating import small, tab_through
from tests.page import Page
from tests.screens import Screen, seen_on
from tests.sharing import press
from tests.states import states

LEAST, LEAST_TOUCHED = 24, 44


def test_controls_are_large_enough_and_tab_reaches_all_of_them(lab):
    found: dict[str, Any] = {}

    def note(state: str, problems: object) -> None:
        if problems:
            found[state] = problems

    with refusing() as server:
        page = Page(lab, server.address)
        for state in states(page, server):
            for _ in seen_on(page, Screen(1280, 800)):
                note(f"{state}: smaller than {LEAST} px", small(page, LEAST))
                for way, backwards in (("Tab", False), ("Shift+Tab", True)):
                    walk = tab_through(page, backwards)
                    expected = walk["expected"][::-1] if backwards else walk["expected"]
                    note(f"{state}: {way} goes", list(unified_diff(expected, walk["went"], "should", "does", n=1)))
                    note(f"{state}: {way}, without a ring", walk["unseen"])
            for _ in seen_on(page, Screen(390, 844, touch=True)):
                assert page.browser.execute_script("return matchMedia('(pointer: coarse)').matches")
                note(f"{state}: smaller than {LEAST_TOUCHED} px under a finger", small(page, LEAST_TOUCHED))
    assert found == {}
    assert unexpected(page) == []


def test_the_first_tab_stop_skips_to_what_the_view_is_about(page):
    press(page, Keys.TAB)
    skip = page.element(ids.SKIP)
    assert page.browser.switch_to.active_element == skip
    assert skip.text == words.SKIP
    assert skip.value_of_css_property("clip-path") == "none"
    for view, main in (("gaussian", "stage"), ("run", "results"), ("background", "background")):
        page.open(view)
        page.browser.execute_script("document.getElementById(arguments[0]).focus()", ids.SKIP)
        press(page, Keys.ENTER)
        focused = page.browser.switch_to.active_element
        assert main in str(focused.get_attribute("class"))
        assert page.element(ids.panel(view)) in focused.find_elements("xpath", "ancestor::section")
    assert skip.value_of_css_property("clip-path") != "none"


def test_the_title_says_which_view_is_open(page):
    for view, name in ids.VIEWS.items():
        page.open(view)
        page.until(lambda name=name: page.browser.title == f"{name} – EM Lab")
    page.visit("v=1&view=exponential")
    assert page.browser.title == "Exponential mixture – EM Lab"


def test_the_page_has_one_heading_a_language_and_landmarks(page):
    count = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility()).length"
    for selector in ("h1", "main", "header", "html[lang=en]", "[role=tablist]"):
        assert page.browser.execute_script(count, selector) == 1, selector
    assert page.browser.execute_script(count, "[tabindex]:not([tabindex='0'], [tabindex='-1'])") == 0
