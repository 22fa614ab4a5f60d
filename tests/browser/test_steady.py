"""Nothing jumps: neither as the page comes, nor while a slider moves or a run plays."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from components.state import ids
from tests.page import RUN, Page
from tests.states import press

SHIFTS = """
const done = arguments[0];
const told = new PerformanceObserver((list) => {
  const entries = list.getEntries().filter(({ startTime }) => startTime >= (window.since ?? 0));
  told.disconnect();
  done(entries.map(({ value, sources }) => [value, ...sources.map(({ node, previousRect: a, currentRect: b }) =>
    `${node?.parentElement?.className} > ${node?.id || node?.className || node?.nodeName}: `
    + `${a.x},${a.y} ${a.width}x${a.height} to ${b.x},${b.y} ${b.width}x${b.height}`)]));
});
told.observe({ type: "layout-shift", buffered: true });
setTimeout(() => done([]), 300); // an observer of nothing is never called
"""
PLACES = """
return JSON.stringify([...document.querySelectorAll('.graph, button, input, .card, table')]
  .filter((node) => node.checkVisibility() && !node.closest('.view[hidden]')).map((node) => {
    const { x, y, width, height } = node.getBoundingClientRect(); return [node.id, x, y, width, height]; }))
"""


def shifts(page: Page) -> list[list]:
    """What has moved since the page came, or since `begin`: by how much, and what."""
    return page.browser.execute_async_script(SHIFTS)


def begin(page: Page) -> str:
    """From now on; where everything is."""
    page.browser.execute_script("window.since = performance.now()")
    return page.browser.execute_script(PLACES)


@pytest.mark.query(None)
@pytest.mark.parametrize("query", ["", "view=exponential", "view=em", "view=em&embed=on&hide=controls", "present=on"])
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (390, 844)])
def test_the_page_comes_without_a_jump(page, size, query):
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        page.visit(query)
        found = shifts(page)
        assert sum(value for value, *_ in found) < 0.02, found
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("name", ["gaussian-pi1", "gaussian-mu1", "gaussian-sigma2", "exponential-lambda1"])
def test_nothing_moves_while_a_slider_is_dragged(page, name):
    page.open(name.split("-")[0])
    before = begin(page)
    slider = page.element(ids.slider(name))
    drag = ActionChains(page.browser, duration=20).move_to_element(slider).click_and_hold()
    for by in (-40, -40, 70, 60, -30):
        drag.move_by_offset(by, 0).pause(0.1)
    drag.perform()
    assert page.browser.execute_script(PLACES) == before
    ActionChains(page.browser).release().perform()
    page.until(lambda: page.text(ids.announcement(name.split("-")[0])))
    assert shifts(page) == []
    assert page.browser.execute_script(PLACES) == before


@pytest.mark.query(RUN)
@pytest.mark.parametrize("width", [1440, 1024])
def test_nothing_moves_while_a_run_plays(page, width):
    page.browser.set_window_size(width, 900)
    page.element(ids.WALK_START).click()
    page.until(lambda: page.text(ids.WALK_PLACE) == "Iteration 0 of 61")
    page.until(lambda: "Iteration 0" in page.text(ids.WALK_ANNOUNCEMENT))
    before = begin(page)
    spoken = page.text(ids.WALK_ANNOUNCEMENT)
    page.element(ids.WALK_PLAY).click()
    page.until(lambda: int(page.value(ids.WALK_SLIDER)) > 40)
    assert page.browser.execute_script(PLACES) == before
    assert page.text(ids.WALK_ANNOUNCEMENT) == spoken, "it is not read aloud at every step"
    page.until(lambda: page.text(ids.WALK_PLAY) == "Play")
    page.until(lambda: page.text(ids.WALK_ANNOUNCEMENT).startswith("Iteration 61 of 61."))
    assert shifts(page) == []
    assert page.browser.execute_script(PLACES) == before


@pytest.mark.query(RUN)
@pytest.mark.parametrize("width", [1440, 1024, 500])
def test_halves_of_an_iteration_move_nothing(page, width):
    page.browser.set_window_size(width, 900)
    press(page, ids.WALK_START)
    page.until(lambda: page.text(ids.WALK_PLACE) == "Iteration 0 of 61")
    before = begin(page)
    press(page, ids.M_STEP)
    page.until(lambda: page.text(ids.WALK_PLACE) == "Iteration 1 of 61")
    assert page.browser.execute_script(PLACES) == before
