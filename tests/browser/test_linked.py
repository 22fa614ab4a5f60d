"""Observations that are pointed at in one figure and marked in the other, in a real browser; and the button Present."""

from __future__ import annotations

import json

import pytest
from selenium.webdriver.common.keys import Keys

from components.state import ids
from tests.page import Page

MARKS = """
const [id] = arguments;
const plot = document.querySelector(`#${id} .js-plotly-plot`);
const { xaxis, yaxis, yaxis2 } = plot._fullLayout;
const frame = plot.getBoundingClientRect();
return JSON.stringify([...plot.closest('.graph').querySelectorAll('.figure-mark.linked')].map((mark) => {
  const box = mark.getBoundingClientRect();
  if (box.width !== box.height || box.width > 24) throw new Error(`a mark of ${box.width} by ${box.height}`);
  const [left, top] = [box.left + box.width / 2 - frame.left, box.top + box.height / 2 - frame.top];
  const y = yaxis2 && top > yaxis2._offset ? yaxis2 : yaxis;
  return [xaxis.p2d(left - xaxis._offset), y.p2d(top - y._offset)];
}));
"""
HOVER = """
const [id, uid, i] = arguments;
const plot = document.querySelector(`#${id} .js-plotly-plot`);
plot.emit("plotly_hover", { points: [{ data: plot.data.find((one) => one.uid === uid), pointNumber: i }] });
"""


def marks(page: Page, figure: str) -> list[list[float]]:
    """Places of the marks in a figure, as its axes have them."""
    return list(json.loads(page.browser.execute_script(MARKS, figure)))


def point(page: Page, figure: str, uid: str, i: int) -> None:
    page.browser.execute_script(HOVER, figure, uid, i)


@pytest.mark.query("v=2&view=em&iteration=12&n=200")
def test_an_observation_of_the_data_is_marked_on_both_posterior_curves(page):
    for uid, i in (("observations-0", 3), ("observations-1", 40)):
        point(page, ids.DATA_FIGURE, uid, i)
        row = page.trace(ids.DATA_FIGURE, uid)
        q = row["customdata"][i]
        found = marks(page, ids.POSTERIOR_FIGURE)
        assert [y for _, y in found] == pytest.approx(q, abs=0.01)
        for (at, _), k in zip(found, (0, 1), strict=True):
            curve = page.trace(ids.POSTERIOR_FIGURE, f"posterior-{k}")
            assert curve["y"][round(at) - 1] == pytest.approx(q[k], abs=1e-6)
        assert marks(page, ids.DATA_FIGURE) == []
    plot = "document.querySelector('#data-figure .js-plotly-plot')"
    page.browser.execute_script(f"{plot}.emit('plotly_unhover')")
    assert marks(page, ids.POSTERIOR_FIGURE) == []


@pytest.mark.query("v=2&view=em&iteration=12&n=200")
@pytest.mark.parametrize("k", [2, 3])
def test_a_point_of_the_posterior_is_marked_among_the_data_and_stays_marked_as_the_run_goes_on(page, k):
    if k == 3:
        page.visit("v=2&view=em&source=galaxies&k=3&start-from=quantiles&iteration=2")
    point(page, ids.POSTERIOR_FIGURE, "posterior-1", 30)
    x, *q = page.trace(ids.POSTERIOR_FIGURE, "posterior-1")["customdata"][30]
    ((found, _),) = marks(page, ids.DATA_FIGURE)
    assert found == pytest.approx(x, rel=2e-3)
    assert sum(q) == pytest.approx(1)
    page.element(ids.WALK_START).click()
    ((found, _),) = marks(page, ids.DATA_FIGURE)
    assert found == pytest.approx(x, rel=2e-3)


@pytest.mark.query("v=2&view=em&iteration=12&n=200")
def test_by_keyboard_too_and_the_posterior_says_which_observation_it_is(page):
    graph = page.browser.find_element("css selector", f".graph:has(#{ids.POSTERIOR_FIGURE})")
    page.browser.execute_script("arguments[0].focus()", graph)
    for _ in range(3):
        graph.send_keys(Keys.ARROW_RIGHT)
    x, *q = page.trace(ids.POSTERIOR_FIGURE, "posterior-0")["customdata"][2]
    said = graph.find_element("css selector", ".figure-readout").text
    numbers = [float(part.split(" = ")[1].replace("−", "-")) for part in said.split(", ")[1:4]]
    assert numbers == pytest.approx([x, *q], rel=1e-3)
    ((found, _),) = marks(page, ids.DATA_FIGURE)
    assert found == pytest.approx(x, rel=2e-3)
    graph.send_keys(Keys.ESCAPE)
    assert marks(page, ids.DATA_FIGURE) == []


@pytest.mark.query("v=2&view=em")
def test_present_is_a_button_that_enlarges_the_stage_and_is_in_the_address(page):
    size = "return parseFloat(getComputedStyle(document.documentElement).fontSize)"
    width = "return document.querySelector('#data-figure .main-svg').clientWidth"
    font = "return document.querySelector('#data-figure .js-plotly-plot')._fullLayout.xaxis.tickfont.size"
    before = [page.browser.execute_script(script) for script in (size, width, font)]
    page.element(ids.PRESENT).click()
    assert page.element(ids.PRESENT).get_attribute("aria-pressed") == "true"
    page.until(
        lambda: all(page.browser.execute_script(s) > b for s, b in zip((size, width, font), before, strict=True))
    )
    assert not page.element(ids.box("n")).is_displayed(), "the settings are in a drawer"
    page.until(lambda: page.browser.current_url.endswith("present=on"))
    page.element(ids.PRESENT).click()
    page.until(lambda: [page.browser.execute_script(script) for script in (size, width, font)] == before)
    page.until(lambda: "present" not in page.browser.current_url)
