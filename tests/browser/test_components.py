"""More than two components, and other starts, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import em
from components.state import ids
from components.state.sources import SOURCES
from tests.page import RUN, Page

pytestmark = pytest.mark.query(RUN)


def run(page: Page, expected: em.Run) -> None:
    """Press Run EM; its result is the engine's."""
    page.run()
    assert page.tells(expected)


def type_cell(page: Page, name: str, text: str) -> None:
    cell = page.element(f"{name}-cell")
    cell.send_keys(Keys.CONTROL, "a")
    cell.send_keys(text, Keys.ENTER)


def drawn(page: Page, graph: str, kind: str) -> list[str]:
    """The traces of a kind that a figure holds."""
    script = (
        "return document.querySelector(`#${arguments[0]} .js-plotly-plot`).data"
        ".map((t) => t.uid).filter((uid) => uid.startsWith(arguments[1]))"
    )
    return list(page.browser.execute_script(script, graph, kind))


def colours(page: Page, selector: str) -> list[str]:
    found = page.browser.find_elements(By.CSS_SELECTOR, selector)
    return [element.value_of_css_property("color") for element in found]


def three(page: Page) -> tuple[np.ndarray, np.ndarray, em.Run]:
    """Run with three true and three fitted components, edited in their tables; the same from the engine."""
    page.type("true_k", "3")
    page.type("k", "3")
    page.until(lambda: page.browser.find_elements(By.ID, "start_lambda2-cell"))
    type_cell(page, "weight2", "2")
    type_cell(page, "start_lambda0", "0.2")
    x, z = em.ExponentialMixture([0.25, 0.25, 0.5], [0.1, 1, 4]).sample(1000, np.random.default_rng(1))
    scales = [p.default for p in SOURCES["generated"].starts[3] if "lambda" in p.name]
    start = em.ExponentialMixture([1 / 3, 1 / 3, 1 / 3], [0.2, *scales[1:]])
    expected = em.fit(x, start, em.StoppingRule(tol=1e-12))
    run(page, expected)
    return x, z, expected


def test_three_components_are_edited_in_a_table_and_drawn_as_the_engine_has_them(page):
    x, z, expected = three(page)
    assert "0.250, 0.250, 0.500" in page.text("true-table-proportions")
    for k in range(3):
        curve = page.trace(ids.DATA_FIGURE, f"component-{k}")
        joint = np.exp(expected.mixture.component_log_density(curve["x"])[:, k]) * expected.mixture.weights[k]
        np.testing.assert_allclose(curve["y"], joint, rtol=1e-8, atol=1e-300)
        row = page.trace(ids.DATA_FIGURE, f"observations-{k}")
        np.testing.assert_allclose(row["x"], np.sort(x[z == k]), rtol=1e-10)
        np.testing.assert_allclose(row["customdata"], expected.mixture.responsibilities(row["x"]), atol=1e-9)
        q = expected.mixture.responsibilities(np.sort(x))
        band = page.trace(ids.POSTERIOR_FIGURE, f"posterior-{k}")
        np.testing.assert_allclose(band["y"], q[:, k:].sum(axis=1), atol=1e-9)
        np.testing.assert_allclose(band["customdata"], np.column_stack([np.sort(x), q]), rtol=1e-9, atol=1e-9)
    assert drawn(page, ids.DATA_FIGURE, "component") == [f"component-{k}" for k in range(3)]
    page.until(lambda: len(drawn(page, ids.PARAMETERS_FIGURE, "row1-component")) == 3)
    rows = page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.RUN_TABLE} tbody tr")
    assert [row.text.split()[0][1:] for row in rows[:-1]] == [f"{symbol}{k}" for symbol in "πλ" for k in range(3)]
    entries = page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.POSTERIOR_LEGEND} li")
    assert [entry.is_displayed() for entry in entries] == [True, True, True, False, False]
    in_tables, in_estimates = (
        colours(page, selector) for selector in ("#start-table .sign", f"#{ids.RUN_TABLE} tr:nth-child(-n + 3) .sign")
    )
    assert len(set(in_tables)) == 3
    assert in_tables == in_estimates


def test_a_walk_through_three_components_shows_the_engines_records(page):
    x, _, expected = three(page)
    page.element(ids.WALK_START).click()
    for t in (0, 1, 2):
        page.until(lambda t=t: page.text(ids.WALK_PLACE) == f"Iteration {t} of {expected.n_iter}")
        mixture = expected.mixtures[t]

        def shown(mixture=mixture):
            curve = page.trace(ids.DATA_FIGURE, "mixture")
            q = mixture.responsibilities(np.sort(x))[:, 2]
            ours = page.trace(ids.POSTERIOR_FIGURE, "posterior-2")["y"]
            return np.allclose(curve["y"], mixture.density(curve["x"]), rtol=1e-8) and np.allclose(ours, q, atol=1e-9)

        page.until(shown)
        page.element(ids.WALK_FORWARD).click()


def test_colours_by_responsibility_of_three_components(page):
    three(page)
    page.element(ids.option(ids.COLOUR_BY, "responsibility")).click()
    page.until(lambda: "paler where it is less sure" in page.text(ids.RUN_NOTE))
    script = (
        "return document.querySelector('#data-figure .js-plotly-plot').layout.shapes.map((s) => [s.path, s.line.color])"
    )
    shapes = page.until(lambda: len(found := page.browser.execute_script(script)) > 20 and found)
    assert sum(path.count("M") for path, _ in shapes if "V-9" not in path) == 1000, "every mark is drawn once"


def test_bad_values_in_a_table_are_refused_in_words_and_nothing_is_lost(page):
    page.type("k", "4")
    page.until(lambda: page.browser.find_elements(By.ID, "start_lambda3-cell"))
    type_cell(page, "start_lambda3", "99")
    page.until(lambda: "Start λ3: this is too large" in page.text("start_lambda3-cell-error"))
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "correct the value" in page.text(ids.RUN_STATUS))
    type_cell(page, "start_lambda3", "3")
    page.until(lambda: page.text("start_lambda3-cell-error") == "")
    for k in range(4):
        type_cell(page, f"start_weight{k}", "0")
    page.until(lambda: "at least one of the weights" in page.text(ids.RUN_STATUS))
    before = page.text(ids.RUN_TABLE)
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_STATUS).startswith("Not run. Start: at least one of the weights"))
    assert page.text(ids.RUN_TABLE) == before
    page.type("k", "2")
    page.until(lambda: page.element(ids.row("start_rho")).is_displayed())
    page.type("k", "4")
    page.until(lambda: page.browser.find_elements(By.ID, "start_lambda3-cell"))
    assert page.value("start_lambda3-cell") == "3"
    page.type("k", "7")
    page.until(lambda: "1 to 5" in page.error("k"))
    assert page.value("start_lambda3-cell") == "3"


def test_starts_at_quantiles_at_random_and_as_in_kmeans(page):
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: "Galaxies" in page.text(ids.RUN_NOTE))
    x = em.datasets.load("galaxies").x
    assert not page.element(ids.row("start_seed")).is_displayed()
    page.choose(ids.START_FROM, "kmeans")
    page.until(lambda: page.element(ids.row("start_seed")).is_displayed())
    assert not page.element(ids.row("start_mu0")).is_displayed()
    page.type("start_seed", "5")
    start = em.kmeans_start(x, em.GaussianMixture, 2, np.random.default_rng(5))
    run(page, em.fit(x, start, em.StoppingRule(tol=1e-12)))
    assert "Start: k-means++, seed 5." in page.text(ids.RUN_NOTE)
    page.choose(ids.START_FROM, "quantiles")
    page.until(lambda: not page.element(ids.row("start_seed")).is_displayed())
    page.type("k", "3")
    run(page, em.fit(x, em.quantile_start(x, em.GaussianMixture, 3), em.StoppingRule(tol=1e-12)))
    page.choose(ids.START_FROM, "hand")
    page.until(lambda: page.browser.find_elements(By.ID, "start_sigma2-cell"))


def test_one_component_has_no_weight_and_no_surface(page):
    page.type("k", "1")
    page.until(lambda: not page.element(ids.row("start_rho")).is_displayed())
    assert page.element(ids.row("start_lambda0")).is_displayed()
    assert not page.element(ids.row("start_lambda1")).is_displayed()
    page.run()
    assert "1 component was fitted" in page.text(ids.RUN_NOTE)
    page.study("surface")
    page.until(lambda: "this run has one" in page.text(ids.study_words("surface")))


def test_the_surface_over_other_components_and_a_click_on_it(page):
    page.choose(ids.SOURCE, "galaxies")
    page.type("k", "3")
    page.choose(ids.START_FROM, "quantiles")
    page.run()
    page.show("surface")
    page.until(lambda: page.element(ids.row("across")).is_displayed())
    page.type("across", "2")
    page.type("up", "0")
    page.study("surface")
    page.until(lambda: "μ2 across, μ0 up" in page.text(ids.study_words("surface")))
    sentence = page.text(ids.RUN_SENTENCE)
    page.browser.execute_script(
        "document.querySelector('#surface-figure .js-plotly-plot').emit('plotly_click', {points: [{x: 25.03, y: 12}]})"
    )
    page.until(lambda: page.text(ids.RUN_SENTENCE) != sentence)
    assert page.value(ids.selected(ids.START_FROM)) == "hand"
    assert [page.value(f"start_mu{k}-cell") for k in (0, 2)] == ["12", "25"]
    x = em.datasets.load("galaxies").x
    held = em.fit(x, em.quantile_start(x, em.GaussianMixture, 3), em.StoppingRule(tol=1e-12)).mixture
    assert float(page.value("start_mu1-cell")) == pytest.approx(held.means[1], abs=0.051)


def test_a_cell_that_goes_before_what_was_typed_in_it_is_taken_is_no_error(page):
    page.type("true_k", "3")
    page.until(lambda: page.browser.find_elements(By.ID, "lambda2-cell"))
    page.element("lambda2-cell").send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.DELETE, Keys.TAB)
    page.until(lambda: page.text("lambda2-cell-error"))
    page.element("lambda2-cell").send_keys("e")
    page.browser.execute_script(
        "document.getElementById(arguments[0]).click(); setTimeout(() => (window.later = true), 1000)",
        ids.preset("faithful"),
    )
    page.until(lambda: page.browser.execute_script("return window.later") and "Old Faithful" in page.text(ids.RUN_NOTE))
