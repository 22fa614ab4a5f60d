"""The page by keyboard and screen reader: where Tab begins, title, headings and landmarks."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from components.state import ids, words
from tests.sharing import press


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
