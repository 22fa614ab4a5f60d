"""Data and fit in a real browser: bars of the labels, the scale of x, the observations as dots."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from components.state import address, ids, words
from components.state.sources import SOURCES
from tests.page import RUN, Page

LOG, LINEAR = (ids.option(ids.X_SCALE, value) for value in ("log", "linear"))
FIGURE = f"document.querySelector('#{ids.DATA_FIGURE} .js-plotly-plot')"


def layout(page: Page) -> dict[str, Any]:
    """Type, range and titles of the axes, as plotly has them."""
    script = (
        f"const {{xaxis, yaxis}} = {FIGURE}._fullLayout;"
        "return {type: xaxis.type, range: xaxis.range, x: xaxis.title.text, y: yaxis.title.text}"
    )
    return dict(page.browser.execute_script(script))


def bars(page: Page) -> list[dict[str, Any]]:
    """The bars that are seen: left and right ends, and heights."""
    script = (
        f"return JSON.stringify({FIGURE}.data.filter((one) => one.type === 'bar' && one.visible !== false && one.x)"
        ".map(({uid, x, y, width}) => ({uid, x, y, width})))"
    )
    found = json.loads(page.browser.execute_script(script))
    for one in found:
        x, width, y = (np.array(one.pop(name)) for name in ("x", "width", "y"))
        one |= {"from": x - width / 2, "to": x + width / 2, "y": y}
    return list(found)


def result(page: Page) -> dict[str, Any]:
    return dict(json.loads(page.browser.execute_script("return JSON.stringify(emlab.runState.state.result)")))


def pressed(page: Page) -> list[str | None]:
    return [page.element(button).get_attribute("aria-pressed") for button in (LOG, LINEAR)]


def marks(page: Page) -> list[str]:
    """Paths of the marks, as they stand in the drawing."""
    script = (
        f"return [...document.querySelectorAll('#{ids.DATA_FIGURE} .shapelayer path')].map((p) => p.getAttribute('d'))"
    )
    return list(page.browser.execute_script(script))


def lines(page: Page) -> list[np.ndarray]:
    """Points of the mixture and its components, in pixels, as they stand in the drawing."""
    script = (
        "return ['mixture', 'component-0', 'component-1'].map((uid) => document.querySelector("
        f"`#{ids.DATA_FIGURE} .scatterlayer .trace${{uid}} path.js-line`).getAttribute('d'))"
    )
    return [
        np.array(re.findall(r"[-\d.]+(?:e-?\d+)?", d), float).reshape(-1, 2)
        for d in page.browser.execute_script(script)
    ]


def places(paths: list[str]) -> np.ndarray:
    """Column and height of each mark, in pixels."""
    found = re.findall(r"M([-\d.]+),([-\d.]+)", " ".join(paths))
    return np.array([[float(number) for number in pair] for pair in found])


@pytest.mark.query(None)
@pytest.mark.parametrize("source", SOURCES)
def test_areas_are_1_on_both_scales(page, source):
    for scale in ("log", "linear"):
        page.visit(f"{RUN}&source={source}&x-scale={scale}")
        page.until(lambda: bars(page))
        found = result(page)
        is_log = scale == "log" and found["histogram"]["log"] is not None
        assert is_log is (scale == "log" and found["x"][0] > 0)
        shown = layout(page)
        assert shown["type"] == ("log" if is_log else "linear")
        assert shown["y"] == (words.FIGURE_WORDS["per_decade"] if is_log else "density")
        assert shown["x"].endswith(", log scale") is is_log
        place = np.log10 if is_log else np.asarray
        areas = [(place(one["to"]) - place(one["from"])) @ one["y"] for one in bars(page)]
        assert sum(areas) == pytest.approx(1, abs=1e-6)
        if found["z"] is not None:
            shares = np.bincount(found["z"]) / found["n"]  # all are drawn
            assert areas == pytest.approx(shares, abs=1e-6)
            assert [one["uid"] for one in bars(page)] == ["label-0", "label-1"]
        curve = page.trace(ids.DATA_FIGURE, "mixture")
        area = np.trapezoid(curve["y"], place(curve["x"]))
        assert 0.97 < area < 1.005
        total = sum(np.array(page.trace(ids.DATA_FIGURE, f"component-{k}")["y"]) for k in (0, 1))
        assert total == pytest.approx(curve["y"])
        ends = [place(curve["x"][i]) for i in (0, -1)]
        assert ends[1] == pytest.approx(shown["range"][1], abs=0.05 * np.ptp(ends)), "the curve fills the axis"
    page.assert_quiet()


@pytest.mark.query(RUN)
def test_the_scale_is_switched_by_mouse_and_keyboard_and_stays(page):
    linear = page.trace(ids.DATA_FIGURE, "mixture")
    assert pressed(page) == ["false", "true"]
    assert layout(page)["type"] == "linear"
    page.element(LOG).click()
    page.until(lambda: layout(page)["type"] == "log")
    assert pressed(page) == ["true", "false"]
    link = f"{page.url}?v=2&view=em&iteration=61"
    page.until(lambda: page.browser.current_url == link)
    assert "2\N{NO-BREAK SPACE}humps on log x, at 0.121 and 0.978" in page.text(ids.sentence(ids.DATA_FIGURE))
    page.choose(ids.SOURCE, "air-conditioning")
    page.until(lambda: "(h), log scale" in layout(page)["x"])
    page.choose(ids.SOURCE, "generated-gaussian")
    page.until(lambda: layout(page)["type"] == "linear")
    assert not page.element(LOG).is_displayed(), "some observations are negative"
    page.choose(ids.SOURCE, "generated")
    page.until(lambda: layout(page)["type"] == "log")
    page.until(page.element(LOG).is_displayed)
    page.browser.execute_script("arguments[0].focus()", page.element(LOG))
    ActionChains(page.browser).send_keys(Keys.TAB, Keys.ENTER).perform()
    page.until(lambda: layout(page)["type"] == "linear")
    page.run()
    assert page.trace(ids.DATA_FIGURE, "mixture") == linear
    page.until(lambda: page.browser.current_url == f"{link}&x-scale=linear")


@pytest.mark.query(None)
def test_links_of_version_1_and_without_one_are_linear_and_a_named_scale_travels(page):
    for query in (RUN, "view=em", f"{RUN}&source=air-conditioning", f"{RUN}&x-scale=linear"):
        assert address.decode(query).x_scale() == "linear"
        page.visit(query)
        page.until(lambda: bars(page))
        assert layout(page)["type"] == "linear"
        assert page.address().endswith("&x-scale=linear")
    page.visit(f"{RUN}&x-scale=log&iteration=3")
    page.until(lambda: layout(page)["type"] == "log")
    assert page.address() == f"{page.url}?v=2&view=em&iteration=3"


@pytest.mark.query(f"{RUN}&source=faithful-waiting&x-scale=log")
def test_ties_show_and_a_mark_keeps_its_height_and_place_over_the_walk(page):
    page.until(lambda: len(places(marks(page))) == 272)
    drawn = places(marks(page))
    assert len(np.unique(drawn, axis=0)) == len(drawn), "also those of equal minutes"
    assert len(np.unique(drawn[:, 0])) < 60, "there are ties"
    page.element(ids.WALK_START).click()
    page.until(lambda: page.text(ids.WALK_PLACE).startswith("Iteration 0"))
    script = (
        "const all = [];"
        "const look = () => { all.push([...document.querySelectorAll('#data-figure .shapelayer path')]"
        ".map((p) => p.getAttribute('d')));"
        "const isAtStart = document.getElementById('walk-place').textContent.startsWith('Iteration 0 ');"
        "if (all.length < 40 || isAtStart) requestAnimationFrame(look); else done(all); };"
        "const done = arguments[0]; document.getElementById('walk-play').click(); look()"
    )
    column = {}
    for paths in page.browser.execute_async_script(script):
        found = places(paths)
        assert len(found) == 272
        for x in np.unique(found[:, 0].round()):
            column.setdefault(x, []).append(len(found[found[:, 0].round() == x]))
    assert all(len(set(counts)) == 1 for counts in column.values()), "no mark leaves its place"


@pytest.mark.query(RUN)
def test_rows_keep_the_height_of_each_mark_whatever_its_row(page):
    script = (
        "const {x, y} = emlab.figures.onShow['data-figure'].data.reduce((all, {uid, x, y}) =>"
        "uid.startsWith('observations') && x ? {x: [...all.x, ...x], y: [...all.y, ...y]} : all, {x: [], y: []});"
        "return Object.fromEntries(x.map((one, i) => [one, ((y[i] + 0.5) % 1)]))"
    )
    page.visit(f"{RUN}&hide=truth&iteration=1")
    before = page.browser.execute_script(script)
    page.element(ids.WALK_END).click()
    page.until(lambda: "61 of" in page.text(ids.WALK_PLACE))
    after = page.browser.execute_script(script)
    assert len(before) == 1000
    assert after == pytest.approx(before, abs=1e-9)


@pytest.mark.query(f"{RUN}&x-scale=log")
def test_a_walk_on_log_x_is_drawn_by_the_walk_as_plotly_draws_it(page):
    page.until(lambda: layout(page)["type"] == "log")
    page.element(ids.WALK_START).click()
    page.until(lambda: page.text(ids.WALK_PLACE).startswith("Iteration 0"))
    moving, strip = lines(page), places(marks(page))
    page.browser.execute_async_script("setTimeout(arguments[0], 1200)")  # SETTLE in draw.mjs, and more
    for one, other in zip(moving, lines(page), strict=True):
        assert np.abs(np.interp(other[:, 0], *one.T) - other[:, 1]).max() < 1
    assert len(strip) == 1000
    assert np.abs(strip - places(marks(page))).max() < 1


@pytest.mark.query(f"{RUN}&x-scale=log&hide=truth")
def test_hidden_labels_are_in_no_bar(page):
    page.until(lambda: bars(page))
    assert [one["uid"] for one in bars(page)] == ["histogram"]
    assert len(result(page)["histogram"]["log"]["counts"]) == 1
    assert "by-label" not in page.element(ids.DATA_LEGEND).get_attribute("class")


@pytest.mark.query(RUN)
def test_zeros_are_told_in_words_and_are_found_at_the_low_end(page):
    page.choose(ids.SOURCE, "own")
    page.until(page.element("own-text").is_displayed)
    page.element("own-text").send_keys("0 0 0 1 2 2 3 5 8 8 13 40")
    page.choose(ids.FAMILY, "exponential")
    page.element("own-use").click()
    page.until(lambda: "12 observations" in page.text(ids.sentence(ids.DATA_FIGURE)))
    assert "zeros" not in page.text(ids.sentence(ids.DATA_FIGURE))
    page.element(LOG).click()
    page.until(lambda: page.text(ids.sentence(ids.DATA_FIGURE)).endswith("3 zeros have no place on a log axis."))
    page.until(lambda: len(places([d for d in marks(page) if "NaN" not in d])) >= 9)
    assert not [d for d in marks(page) if "NaN" in d]
    assert sorted(page.observations())[:4] == [0, 0, 0, 1], "they are read out and in the table"
    page.assert_quiet()


@pytest.mark.query(f"{RUN}&x-scale=log")
def test_the_table_of_bars_has_the_counts_of_the_labels(page):
    button = page.browser.find_element(By.CSS_SELECTOR, f'.save[data-figure="{ids.DATA_FIGURE}"] .as-table')
    page.browser.execute_script("arguments[0].click()", button)
    script = (
        "const table = document.querySelectorAll('#data-figure-table table')[1];"
        "return [table.caption.textContent, ...[...table.rows].map((row) => [...row.cells].map((c) => c.textContent))]"
    )
    caption, heads, *rows = page.browser.execute_script(script)
    assert words.FIGURE_WORDS["bars"] in caption
    assert [head.strip("".join(words.SIGNS)) for head in heads] == [
        "observation x, from",
        "to",
        words.FIGURE_WORDS["per_decade"],
        "Label 0, count",
        "Label 1, count",
    ]
    log = result(page)["histogram"]["log"]
    at = [log["edges"].index(min(log["edges"], key=lambda edge: abs(edge - float(row[0])))) for row in rows]
    assert len(set(at)) == len(rows), "the ends of bins are told apart"
    for i, row in zip(at, rows, strict=True):
        assert [int(text) for text in row[3:]] == [counts[i] for counts in log["counts"]]
        assert float(row[2]) == pytest.approx(log["density"][i], rel=1e-3)
