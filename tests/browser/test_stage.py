"""The stage of Run EM on a desk and in a lecture hall: what is whole on the screen, how large, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, pairwise

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from components.state import ids
from components.state.options import PANELS
from tests.page import RUN, Page

pytestmark = pytest.mark.query(None)

SIZES = [(1920, 1080), (1440, 900), (1366, 768), (1280, 720), (1024, 768)]
LEAST = {(1440, 900): (540, 440), (1920, 1080): (540, 440)}
"""Width and height that each figure has at least; else (370, 360)."""
FIGURES = (ids.DATA_FIGURE, ids.POSTERIOR_FIGURE)
PLACES = """
const place = (id) => { const { left, top, right, bottom } = document.getElementById(id).getBoundingClientRect();
  return [left, top, right, bottom]; };
return arguments[0].map(place);
"""
INNER = """
const scrolls = (box) => box.checkVisibility() && /auto|scroll/.test(getComputedStyle(box).overflowY)
  && box.scrollHeight > box.clientHeight + 1 && !box.closest('dialog, [hidden], textarea');
return [...document.querySelectorAll('#view-run *')].filter(scrolls).map((box) => box.id || box.className);
"""
CUT = """
const sticksOut = (one) => { const box = one.getBoundingClientRect(); const card = one.closest('.card, .controls');
  const outer = card?.getBoundingClientRect();
  return one.checkVisibility({visibilityProperty: true}) && box.width > 0 && outer
    && (box.right > outer.right + 1 || box.left < outer.left - 1); };
return [...document.querySelectorAll('#view-run :is(button, input, select, h2, label, .legend li, output, td, th)')]
  .filter((one) => !one.closest('.unseen, .menu, .more-tabs') && !one.matches('.unseen') && sticksOut(one))
  .map((one) => `${one.id} ${one.textContent}`);
"""


FITS = """
return arguments[0].map((id) => {
  const box = document.getElementById(id);
  const { width, height } = box.querySelector('.js-plotly-plot')._fullLayout;
  return [width - box.clientWidth, height - box.clientHeight];
});
"""


@contextmanager
def screen(page: Page, size: tuple[int, int], scheme: str = "light") -> Iterator[None]:
    """A screen of this size, in these colours."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    try:
        yield
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def holds(page: Page, size: tuple[int, int], where: str) -> None:
    """Both figures and the transport are whole on the screen, large enough, apart, and nothing scrolls within."""
    page.until(lambda: max(abs(by) for pair in page.browser.execute_script(FITS, FIGURES) for by in pair) <= 1)
    parts = [*FIGURES, ids.WALK_PLAY, ids.WALK_SLIDER, ids.WALK_PLACE, ids.E_STEP, ids.M_STEP]
    boxes = page.browser.execute_script(PLACES, parts)
    width, height = size
    for part, (left, top, right, bottom) in zip(parts, boxes, strict=True):
        assert left >= 0 and top >= 0 and right <= width and bottom <= height, (where, part)  # noqa: PT018
    for left, top, right, bottom in boxes[:2]:
        least = LEAST.get(size, (370, 360))
        assert right - left >= least[0], where
        assert bottom - top >= least[1], where
    for (a, one), (b, other) in combinations(zip(parts, boxes, strict=True), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (where, a, b)
    (_, top, _, _), (_, other, _, _) = boxes[:2]
    assert top == other, "the figures are level"
    assert page.browser.execute_script(INNER) == [], where
    assert page.browser.execute_script(CUT) == [], where
    assert page.browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), where


@pytest.mark.parametrize("present", ["", "&present=on"], ids=["", "present"])
@pytest.mark.parametrize("k", range(1, 6))
def test_figures_and_transport_are_whole_on_every_screen(page, k, present):
    source = "&source=galaxies" if k % 2 else f"&true_k={k}"
    page.visit(f"{RUN}{source}&k={k}{present}")
    for size in SIZES:
        for scheme in ("light", "dark") if k == 2 else ("light",):  # colours change no size
            with screen(page, size, scheme):
                page.until(lambda size=size: page.browser.execute_script("return innerWidth") == size[0])
                holds(page, size, f"{size}, {scheme}")
    page.assert_quiet()


@pytest.mark.query(RUN)
def test_few_stops_of_tab_and_few_words(page):
    with screen(page, (1440, 900)):
        page.until(lambda: page.text(ids.RUN_SENTENCE))
        stops, words = page.browser.execute_script(COUNT)
    assert len(stops) <= 40, stops
    assert len(words) < 90, words


COUNT = """
const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.offsetWidth !== 1;
const all = [...document.querySelectorAll('button, input, select, textarea, a[href], summary, [tabindex="0"]')];
const stops = all.filter((one) => seen(one) && one.tabIndex >= 0 && !one.disabled
  && !(one.matches('.number-box') && one.closest('.row').querySelector('[type=range]')));
const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const parent = walker.currentNode.parentElement;
  if (!seen(parent) || parent.closest('.unseen, svg, script, style, option, optgroup, noscript, .skip')) continue;
  const range = document.createRange();
  range.selectNodeContents(walker.currentNode);
  const { top, bottom, width } = range.getBoundingClientRect();
  if (width && top < innerHeight && bottom > 0) texts.push(walker.currentNode.textContent);
}
const words = texts.join(' ').split(/[^\\p{L}]+/u).filter((word) => word.length > 1);
return [stops.map((one) => one.id || one.textContent || one.className), words];
"""


@pytest.mark.query(RUN)
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
def test_one_panel_is_open_and_each_can_be(page, size):
    with screen(page, size):
        for name in PANELS:
            page.show(name)
            shown = [other for other in PANELS if page.element(ids.run_panel(other)).is_displayed()]
            assert shown == [name]
        tabs = [page.element(ids.panel_tab(name)).get_attribute("aria-selected") for name in PANELS]
        assert tabs.count("true") == 1
    page.assert_quiet()


@pytest.mark.query(RUN)
def test_the_tabs_of_panels_go_by_arrow_keys(page):
    first = page.element(ids.panel_tab("estimates"))
    first.send_keys(Keys.ARROW_RIGHT)
    page.until(lambda: page.element(ids.run_panel("log-likelihood")).is_displayed())
    page.browser.switch_to.active_element.send_keys(Keys.HOME)
    page.until(lambda: page.element(ids.run_panel("estimates")).is_displayed())
    for one, other in pairwise(PANELS):
        page.browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        page.until(lambda other=other: page.element(ids.run_panel(other)).is_displayed())
        assert not page.element(ids.run_panel(one)).is_displayed()


def test_a_hidden_panel_has_no_tab_and_the_next_is_open(page):
    page.visit(f"{RUN}&hide=estimates,surface&reveal=on")
    assert not page.element(ids.panel_tab("estimates")).is_displayed()
    assert page.element(ids.run_panel("log-likelihood")).is_displayed()
    page.element(ids.REVEAL).click()
    page.until(lambda: page.element(ids.panel_tab("estimates")).is_displayed())
    page.show("estimates")
    assert page.text(ids.RUN_TABLE)


@pytest.mark.query(RUN)
def test_menus_close_by_escape_and_by_a_press_elsewhere(page):
    opener = page.browser.find_element(By.CSS_SELECTOR, f'.save[data-figure="{ids.DATA_FIGURE}"] [data-discloser]')
    for button in (page.element(ids.QUESTIONS_BUTTON), opener):
        inside = page.element(button.get_attribute("aria-controls"))
        for close in (Keys.ESCAPE, None):
            button.click()
            page.until(inside.is_displayed)
            focused = page.browser.switch_to.active_element
            assert focused.find_element(By.XPATH, "..") == inside, "the first of the list has the focus"
            if close:
                focused.send_keys(close)
            else:
                page.element(ids.WALK_PLACE).click()
            page.until(lambda inside=inside: not inside.is_displayed())
            assert button.get_attribute("aria-expanded") == "false"


@pytest.mark.query(RUN)
def test_tabs_under_more_are_reached_by_keys(page):
    with screen(page, (1024, 768)):
        more = page.element(ids.MORE_BUTTON)
        page.until(more.is_displayed)
        more.send_keys(Keys.ENTER)
        for name in ("starts", "sizes", "export"):
            page.until(lambda name=name: page.element(ids.panel_tab(name)) == page.browser.switch_to.active_element)
            page.browser.switch_to.active_element.send_keys(Keys.ENTER)
            page.until(lambda name=name: page.element(ids.run_panel(name)).is_displayed())
            page.browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)


def test_settings_come_from_a_drawer_in_a_lecture_hall_and_what_is_refused_is_seen(page):
    with screen(page, (1440, 900)):
        page.visit(f"{RUN}&present=on&hide=walk")
        assert not page.element(ids.RUN_BUTTON).is_displayed()
        page.element(ids.SETTINGS_BUTTON).click()
        page.until(page.element(ids.RUN_BUTTON).is_displayed)
        page.type("seed", "-1")
        page.until(lambda: page.error("seed"))
        page.element(ids.RUN_BUTTON).click()
        page.until(lambda: not page.element(ids.RUN_BUTTON).is_displayed())
        assert page.element(ids.RUN_STATUS).is_displayed()
        assert "correct the value" in page.text(ids.RUN_STATUS)


def test_type_and_lines_of_the_figures_grow_in_a_lecture_hall(page):
    looks = (
        "const { layout, data } = document.querySelector('#data-figure .js-plotly-plot');"
        "return [layout.template.layout.xaxis.tickfont.size, data.find((one) => one.uid === 'mixture').line.width]"
    )
    with screen(page, (1440, 900)):
        page.visit(RUN)
        usual = page.until(lambda: page.browser.execute_script(looks))
        page.visit(f"{RUN}&present=on")
        assert page.browser.execute_script(looks) == [1.5 * size for size in usual]


def test_keys_of_bands_stay_bands_in_a_lecture_hall(page):
    script = (
        "return [...document.querySelectorAll('#posterior-legend .key')].filter((key) => key.offsetWidth)"
        ".map((key) => key.offsetHeight)"
    )
    page.visit(f"{RUN}&source=galaxies&k=5&present=on")
    assert page.browser.execute_script(script) == [12] * 5
