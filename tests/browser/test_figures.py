"""Reading the figures without seeing them, in a real browser: as tables, and point by point."""

from __future__ import annotations

import re

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from components.figures.run_figures import FIGURES
from components.state import ids, words
from tests.page import RUN, Page


def button(page: Page, figure: str) -> WebElement:
    """The button that shows a figure as a table."""
    return page.browser.find_element(By.CSS_SELECTOR, f'.save[data-figure="{figure}"] .as-table')


def tables(page: Page, figure: str) -> list[dict]:
    """The tables that are open: caption, heads, rows of texts, and the row on show."""
    return page.browser.execute_script(
        "return [...document.querySelectorAll(`#${arguments[0]}-table table`)].map((table) => ({"
        "caption: table.caption.textContent,"
        "heads: [...table.tHead.rows[0].cells].map((cell) => [cell.tagName, cell.scope, cell.textContent]),"
        "rows: [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent)),"
        "scopes: [...new Set([...table.tBodies[0].rows].map((row) => row.cells[0].scope))],"
        "current: [...table.querySelectorAll('[aria-current]')].map((row) => row.cells[0].textContent)}))",
        figure,
    )


def numbers(texts: list[str]) -> list[float]:
    return [float(text.replace("−", "-")) for text in texts]


def test_the_explorers_table_has_the_numbers_of_the_curves_and_follows_them(page):
    assert page.browser.find_elements(By.CSS_SELECTOR, ".figure-table") == [], "made when it is asked for"
    button(page, ids.GAUSSIAN_FIGURE).click()
    assert button(page, ids.GAUSSIAN_FIGURE).get_attribute("aria-expanded") == "true"
    [table] = tables(page, ids.GAUSSIAN_FIGURE)
    assert table["caption"] == "Gaussian mixture: points of the curves; 21 of 501 shown"
    assert [tag + scope for tag, scope, _ in table["heads"]] == ["THcol"] * 4
    assert table["scopes"] == ["row"]
    assert table["heads"][0][2] == "x"
    mixture = page.trace(ids.GAUSSIAN_FIGURE, "mixture")
    column = [name for *_, name in table["heads"]].index("Mixture density")
    np.testing.assert_allclose(numbers([row[0] for row in table["rows"]]), mixture["x"][::25], atol=1e-12)
    np.testing.assert_allclose(
        numbers([row[column] for row in table["rows"]]), mixture["y"][::25], rtol=1e-3, atol=1e-9
    )

    page.move("gaussian-mu1", 2.5)
    at = [row[0] for row in table["rows"]].index("2.5")
    page.until(lambda: numbers([tables(page, ids.GAUSSIAN_FIGURE)[0]["rows"][at][column]]) == [0.3989])
    page.element(ids.draw("gaussian")).click()
    page.until(lambda: len(tables(page, ids.GAUSSIAN_FIGURE)) == 2)
    bars = tables(page, ids.GAUSSIAN_FIGURE)[1]
    assert "histogram" in bars["caption"]
    heights = page.trace(ids.GAUSSIAN_FIGURE, "histogram")["y"]
    at = [round(i * 39 / 20) for i in range(21)]  # of 40 bars over [-5, 5]
    np.testing.assert_allclose([numbers(row)[0] for row in bars["rows"]], [-5 + i / 4 for i in at])
    np.testing.assert_allclose([numbers(row)[1] for row in bars["rows"]], [-4.75 + i / 4 for i in at])
    np.testing.assert_allclose([numbers(row)[2] for row in bars["rows"]], [heights[i] for i in at], rtol=1e-3)

    button(page, ids.GAUSSIAN_FIGURE).click()
    assert page.browser.find_elements(By.CSS_SELECTOR, ".figure-table") == []
    assert button(page, ids.GAUSSIAN_FIGURE).get_attribute("aria-expanded") == "false"


def make_studies(page: Page) -> None:
    """Every study is on show, and its figure drawn."""
    for name, figure in (("surface", ids.SURFACE_FIGURE), ("starts", ids.STARTS_FIGURE), ("sizes", ids.CHOICE_FIGURE)):
        page.study(name)
        page.until(lambda figure=figure: page.text(ids.sentence(figure)))


@pytest.mark.query(RUN)
def test_every_figure_of_a_run_has_its_tables_and_they_follow_the_walk(page):
    make_studies(page)
    captions = {}
    for figure in FIGURES:
        if figure in {ids.GAUSSIAN_FIGURE, ids.EXPONENTIAL_FIGURE}:
            continue
        page.browser.execute_script("arguments[0].click()", button(page, figure))
        found = tables(page, figure)
        captions[figure] = [table["caption"] for table in found]
        for table in found:
            assert all(len(row) == len(table["heads"]) for row in table["rows"])
            assert 5 <= len(table["rows"]) <= 23
            assert not [text for row in table["rows"] for text in row if text in {"undefined", "NaN", "–", ""}]
    assert [len(texts) for texts in captions.values()] == [3, 1, 1, 1, 1, 2, 1, 1]
    assert captions[ids.DATA_FIGURE][2] == ("Data and fit: observations and their responsibilities; 21 of 1,000 shown")
    [curve] = tables(page, ids.LOG_LIKELIHOOD_FIGURE)
    assert curve["current"] == ["61"]
    page.element(ids.WALK_START).click()
    page.until(lambda: tables(page, ids.LOG_LIKELIHOOD_FIGURE)[0]["current"] == ["0"])
    start = 0.1 / 0.5 + 0.9 / 0.5  # the density at 0, where both scales are nearly 0.5
    page.until(lambda: numbers([tables(page, ids.DATA_FIGURE)[0]["rows"][0][1]])[0] == pytest.approx(start, rel=0.05))


def readout(page: Page) -> str:
    return page.browser.execute_script("return document.querySelector('.figure-readout')?.textContent ?? ''")


def spoken(page: Page) -> str:
    return page.browser.execute_script("return document.querySelector('.graph > [aria-live]')?.textContent ?? ''")


def press(page: Page, *keys: str) -> None:
    ActionChains(page.browser).send_keys(*keys).perform()


def reach(page: Page, figure: str) -> WebElement:
    """Come to a figure by the Tab key."""
    graph = page.element(figure).find_element(By.XPATH, "..")
    page.show_around(graph)
    for _ in range(80):
        if page.browser.switch_to.active_element == graph:
            return graph
        press(page, Keys.TAB)
    raise AssertionError(f"{figure} cannot be reached")


def mark_is_on_the_curve(page: Page, figure: str, uid: str) -> bool:
    """Whether the mark stands on the path of a curve as it is drawn."""
    return page.browser.execute_script(
        "const mark = document.querySelector('.figure-mark').getBoundingClientRect();"
        "const line = document.querySelector(`#${arguments[0]} .trace${arguments[1]} path.js-line`);"
        "const matrix = line.getScreenCTM(); const length = line.getTotalLength();"
        "const [x, y] = [mark.x + mark.width / 2, mark.y + mark.height / 2];"
        "for (let i = 0; i <= 2000; i++) {"
        "  const at = line.getPointAtLength((length * i) / 2000).matrixTransform(matrix);"
        "  if (Math.hypot(at.x - x, at.y - y) < 2) return true; } return false",
        figure,
        uid,
    )


def test_arrow_keys_walk_along_the_points_of_a_figure(page):
    graph = reach(page, ids.GAUSSIAN_FIGURE)
    assert graph.get_attribute("role") == "application"
    sentence, keys = graph.get_attribute("aria-describedby").split()
    assert page.text(sentence) == page.text(ids.sentence("gaussian"))
    assert page.text(keys) == words.FIGURE_KEYS == readout(page)
    press(page, Keys.ARROW_RIGHT)
    assert readout(page) == "x = −1, density p(x) = 0.3991, Mixture density"
    assert mark_is_on_the_curve(page, ids.GAUSSIAN_FIGURE, "mixture")
    page.until(lambda: spoken(page) == readout(page))
    press(page, Keys.ARROW_RIGHT)
    assert readout(page).startswith("x = −0.9800, ")
    press(page, Keys.HOME)
    assert readout(page).startswith("x = −5, ")
    press(page, Keys.ARROW_LEFT)
    assert readout(page).startswith("x = −5, "), "it ends there"
    press(page, Keys.END, Keys.PAGE_DOWN)
    assert readout(page).startswith("x = 4, ")
    press(page, Keys.ARROW_UP)
    assert readout(page).endswith("Component 2, weighted")
    assert readout(page).startswith("x = 4, ")
    assert mark_is_on_the_curve(page, ids.GAUSSIAN_FIGURE, "component-1")
    press(page, Keys.ESCAPE)
    assert readout(page) == words.FIGURE_KEYS
    assert page.browser.switch_to.active_element == graph
    press(page, Keys.TAB)
    assert page.browser.find_elements(By.CSS_SELECTOR, ".figure-readout, .figure-mark") == []


def test_a_bar_of_drawn_points_is_read_out_from_end_to_end(page):
    page.element(ids.draw("gaussian")).click()
    page.until(lambda: page.trace(ids.GAUSSIAN_FIGURE, "histogram").get("y"))
    reach(page, ids.GAUSSIAN_FIGURE)
    press(page, Keys.ARROW_RIGHT)
    for _ in page.browser.execute_script("return emlab.figures.onShow['gaussian-figure'].data"):
        if not readout(page).endswith("Points drawn, histogram"):
            press(page, Keys.ARROW_UP)
    assert re.match(r"x = (−1.250 to −1|−1 to −0.7500), ", readout(page))


@pytest.mark.query(RUN)
def test_places_very_close_together_are_told_apart(page):
    page.choose(ids.SOURCE, "own")
    page.until(page.element("own-text").is_displayed)
    page.element("own-text").send_keys(" ".join(f"{i}.5e-8" for i in range(1, 30)))
    page.element("own-use").click()
    page.until(lambda: "29" in page.text("own-said"))
    page.until(lambda: max(page.observations(), default=1) < 1e-6)
    page.browser.execute_script("arguments[0].click()", button(page, ids.DATA_FIGURE))
    for table in tables(page, ids.DATA_FIGURE):
        heads = numbers([row[0] for row in table["rows"]])
        assert len(set(heads)) == len(heads), table["caption"]
    curve = page.trace(ids.DATA_FIGURE, "mixture")["x"]
    shown = numbers([row[0] for row in tables(page, ids.DATA_FIGURE)[0]["rows"]])
    np.testing.assert_allclose([shown[0], shown[-1]], [curve[0], curve[-1]], rtol=1e-3)


@pytest.mark.query(RUN)
def test_a_table_of_the_surface_goes_with_the_surface(page):
    page.study("surface")
    page.until(lambda: page.trace(ids.SURFACE_FIGURE, "surface").get("x"))
    page.browser.execute_script("arguments[0].click()", button(page, ids.SURFACE_FIGURE))
    assert tables(page, ids.SURFACE_FIGURE)
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: page.text(ids.study_words("surface")) == "")
    assert tables(page, ids.SURFACE_FIGURE) == []
    assert button(page, ids.SURFACE_FIGURE).get_attribute("aria-expanded") == "false"


@pytest.mark.query(RUN)
def test_the_surface_is_walked_by_keyboard_and_enter_starts_from_there(page):
    page.study("surface")
    page.until(lambda: page.trace(ids.SURFACE_FIGURE, "surface").get("x"))
    graph = reach(page, ids.SURFACE_FIGURE)
    assert page.text(graph.get_attribute("aria-describedby").split()[-1]) == words.SURFACE_KEYS == readout(page)
    press(page, Keys.ARROW_RIGHT)
    assert re.match(r"λ0 = 0.09\d+, λ1 = 0.9\d+, log-likelihood ℓ = −166.8", readout(page)), "near the run's end"
    surface = page.trace(ids.SURFACE_FIGURE, "surface")
    press(page, Keys.HOME, Keys.ARROW_RIGHT, *[Keys.PAGE_UP] * 20)
    x, y = surface["x"][1], surface["y"][-1]
    found = numbers([part.split(" = ")[1] for part in readout(page).split(", ")])
    np.testing.assert_allclose(found, [x, y, surface["customdata"][-1][1]], rtol=1e-3)
    press(page, Keys.ARROW_DOWN)
    y = surface["y"][-2]
    assert numbers([readout(page).split(", ")[1].split(" = ")[1]]) == [pytest.approx(y, rel=1e-3)]
    place = page.text(ids.WALK_PLACE)
    press(page, Keys.ENTER)
    page.until(lambda: page.text(ids.WALK_PLACE) != place)
    first = [page.trace(ids.PARAMETERS_FIGURE, f"row1-component-{k}")["y"][0] for k in (0, 1)]
    np.testing.assert_allclose(first, [x, y], atol=2e-3)
    assert page.browser.switch_to.active_element == graph, "the next start is chosen there too"


def test_the_mark_follows_the_size_of_the_figure(page):
    reach(page, ids.GAUSSIAN_FIGURE)
    press(page, Keys.ARROW_RIGHT)
    assert mark_is_on_the_curve(page, ids.GAUSSIAN_FIGURE, "mixture")
    width = "return document.querySelector('#gaussian-figure .js-plotly-plot')._fullLayout.width"
    before = page.browser.execute_script(width)
    page.browser.set_window_size(1100, 800)
    page.until(lambda: page.browser.execute_script(width) != before)
    page.until(lambda: mark_is_on_the_curve(page, ids.GAUSSIAN_FIGURE, "mixture"))


def test_the_mark_follows_the_figure_in_silence(page):
    reach(page, ids.GAUSSIAN_FIGURE)
    press(page, Keys.ARROW_RIGHT)
    page.until(lambda: spoken(page) == readout(page))
    before = readout(page)
    page.move("gaussian-mu2", 0)
    page.until(lambda: readout(page) != before)
    assert spoken(page) == before


@pytest.mark.parametrize(
    ("figure", "keys", "said"),
    [
        (ids.DATA_FIGURE, [Keys.ARROW_RIGHT], "observation x = 0, density = 5.7"),
        (ids.DATA_FIGURE, [Keys.ARROW_RIGHT, *[Keys.ARROW_DOWN] * 3], "q0 = "),
        (ids.POSTERIOR_FIGURE, [Keys.END, Keys.END], "index of the observation = 1000, x = 0.00"),
        (ids.LOG_LIKELIHOOD_FIGURE, [Keys.END, Keys.END], "iteration t = 61, log-likelihood ℓ = −166.7"),
        (ids.PARAMETERS_FIGURE, [Keys.END, Keys.END, Keys.ARROW_UP], "iteration t = 61, weight = 0.5000, true π0"),
    ],
)
@pytest.mark.query(RUN)
def test_points_of_a_run_are_read_out_and_the_walk_stays(page, figure, keys, said):
    place = page.text(ids.WALK_PLACE)
    reach(page, figure)
    press(page, *keys)
    assert said in readout(page)
    assert page.text(ids.WALK_PLACE) == place, "the arrow keys are the figure's"


@pytest.mark.query(RUN)
def test_after_a_click_on_a_figure_the_arrow_keys_walk_through_the_run(page):
    ActionChains(page.browser).move_to_element(page.element(ids.POSTERIOR_FIGURE)).click().perform()
    press(page, Keys.ARROW_LEFT)
    page.until(lambda: page.text(ids.WALK_PLACE) == "Iteration 60 of 61")
    assert readout(page) == ""


@pytest.mark.query(RUN)
def test_every_figure_has_a_title_and_names_at_its_axes(page):
    page.load_views()
    make_studies(page)
    found = page.browser.execute_script(
        "return [...document.querySelectorAll('.js-plotly-plot')].map((plot) => ["
        "plot.closest('.panel, .card').querySelector('h2, .invitation').textContent.trim(),"
        "...['xaxis', 'yaxis'].map((axis) => plot._fullLayout[axis].title.text ?? '')])"
    )
    assert len(found) == len(FIGURES)
    assert all(text and "Click" not in text for texts in found for text in texts), found


@pytest.mark.query(RUN)
def test_a_table_whose_numbers_stay_is_not_made_anew(page):
    page.browser.execute_script("arguments[0].click()", button(page, ids.DATA_FIGURE))
    same = page.browser.execute_async_script(
        "const [region, id, done] = [document.getElementById(arguments[0] + '-table'), arguments[0], arguments[1]];"
        "const [table] = region.children;"
        "document.dispatchEvent(new CustomEvent('figure', {detail: id}));"
        "setTimeout(() => done(region.children[0] === table), 400)",  # REST in assets/figures/tables.mjs, and more
        ids.DATA_FIGURE,
    )
    assert same
    before = tables(page, ids.DATA_FIGURE)
    page.browser.execute_script("document.getElementById(arguments[0]).click()", ids.WALK_START)
    page.until(lambda: tables(page, ids.DATA_FIGURE) != before)
