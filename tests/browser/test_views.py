"""Views that are not open: when they come, and that nobody waits for them who works with another."""

from __future__ import annotations

import pytest

from components.state import ids

FIRST_ONLY = """
return document.querySelector('#gaussian-figure .main-svg') !== null
  && [...document.querySelectorAll('.view')].filter((view) => view.hasChildNodes()).length === 1
"""
RESTLESS = """
window.restless = setInterval(() => document.dispatchEvent(new PointerEvent('pointermove', {bubbles: true})), 100);
window.since = performance.now()
"""
"""The pointer moves without end, from before the page stands: however slow the computer, nobody is ever quiet."""
LONGER_THAN_QUIET = "return performance.now() - window.since > 4500"  # QUIET in assets/page/views.mjs
ASK_EARLY = """
const [option, file, done] = arguments;
const { set_props: set } = dash_clientside;
dash_clientside.set_props = (id, what) => {
  if (id === "export-request") window.asked = what.data.link;
  set(id, what);
};
document.getElementById(option).click();
const wait = setInterval(() => {
  if (document.getElementById(option).ariaPressed !== "true") return;
  clearInterval(wait);
  document.getElementById(file).click();
  done(emlab.link.isReady());
}, 1);
"""
COME = "return document.getElementById('run-sentence')?.textContent"


@pytest.fixture
def restless(page):
    """The page, whose visitor never rests."""
    script = page.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": RESTLESS})
    yield page
    page.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


@pytest.fixture
def fresh(restless):
    """The page as it is for a restless visitor: its first view alone, so far."""
    restless.browser.get(restless.url)
    restless.until(lambda: restless.browser.execute_script(FIRST_ONLY))
    return restless


def test_they_come_by_themselves_when_nothing_is_touched(page):
    page.browser.get(page.url)
    page.until(lambda: page.browser.execute_script(COME))


def test_they_wait_for_who_moves_the_pointer_until_it_rests(fresh):
    fresh.until(lambda: fresh.browser.execute_script(LONGER_THAN_QUIET))
    assert fresh.browser.execute_script(FIRST_ONLY)
    fresh.browser.execute_script("clearInterval(window.restless)")
    fresh.until(lambda: fresh.browser.execute_script(COME))


def test_a_change_that_rests_brings_them_so_that_the_address_can_follow(fresh):
    fresh.move("gaussian-mu1", -1.5)
    fresh.until(lambda: "mu1=-1.5" in fresh.browser.current_url)


@pytest.mark.parametrize("view", ["exponential", "run", "background"])
def test_a_tab_that_is_reached_brings_its_view_alone(fresh, view):
    fresh.browser.execute_script("document.getElementById(arguments[0]).focus()", ids.tab(view))
    fresh.until(lambda: fresh.browser.execute_script(f"return document.querySelector('#view-{view} *') !== null"))
    others = {"exponential", "run", "background"} - {view}
    count = "return [...document.querySelectorAll(arguments[0])].length"
    assert fresh.browser.execute_script(count, ", ".join(f"#view-{other} *" for other in others)) == 0


def test_a_button_that_makes_a_link_brings_them_when_it_is_reached(fresh):
    fresh.browser.execute_script("document.getElementById(arguments[0]).focus()", ids.SHARE)
    fresh.until(lambda: fresh.browser.execute_script(COME))


def test_a_link_to_a_section_of_the_background_opens_there_and_other_views_have_none(page):
    top = "return document.getElementById('background-end').getBoundingClientRect().top"
    page.browser.get("about:blank")
    page.browser.get(f"{page.url}?v=2&view=background#background-end")
    page.until(lambda: page.browser.execute_script("return document.querySelector('.tex[data-rendered] .katex')"))
    page.until(lambda: abs(page.browser.execute_script(top)) < 200)
    page.ready()
    page.open("run")
    page.until(lambda: page.browser.current_url == f"{page.url}?v=2&view=em")
    page.open("background")
    page.until(lambda: page.browser.current_url == f"{page.url}?v=2&view=background")


def test_what_is_taken_home_or_printed_before_they_have_come_says_where_it_can_be_seen(restless):
    restless.browser.get(f"{restless.url}?v=2&view=em&n=20")
    restless.until(lambda: restless.browser.execute_script("return document.querySelector('#data-figure .main-svg')"))
    restless.browser.execute_script(
        "window.dispatchEvent(new Event('beforeprint')); window.dispatchEvent(new Event('afterprint'));"
    )
    assert restless.text(ids.HANDOUT_FOOT).endswith(f"{restless.url}?v=2&view=em&n=20")
    pressed = ids.option(ids.COLOUR_BY, "responsibility"), ids.export("run")
    assert restless.browser.execute_async_script(ASK_EARLY, *pressed) is False
    restless.until(lambda: "Saved" in restless.text(ids.EXPORT_WORDS))
    asked = restless.browser.execute_script("return window.asked")
    just_changed = "colour-by=responsibility"
    assert asked == f"{restless.url}?v=2&view=em&{just_changed}&n=20&iteration=10000"
