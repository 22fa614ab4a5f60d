"""Method and standard errors in a real browser: the control, the link, the table, and two paths over the surface."""

from __future__ import annotations

import numpy as np
import pytest
from selenium.webdriver.common.by import By

import em
from components.state import address, ids
from components.state.presets import PRESETS
from tests.page import RUN, Page

pytestmark = pytest.mark.query(RUN)

SLOW = PRESETS["slow"]
ACCELERATED = ids.option(ids.METHOD, em.ACCELERATED)


def traces(page: Page, figure: str) -> list[str]:
    """The uids of all traces of a figure."""
    script = "return document.querySelector(`#${arguments[0]} .js-plotly-plot`).data.map(({ uid }) => uid)"
    return list(page.browser.execute_script(script, figure))


def slow_run(method: str) -> tuple[np.ndarray, em.Run]:
    """The run of the trap, asked of the engine."""
    values = SLOW.settings
    truth = em.ExponentialMixture([0.5, 0.5], [values["lambda0"], values["lambda1"]])
    x, _ = truth.sample(int(values["n"]), np.random.default_rng(int(values["seed"])))
    rho = values["start_rho"]
    start = em.ExponentialMixture([rho, 1 - rho], [values["start_lambda0"], values["start_lambda1"]])
    return x, em.fit(x, start, em.StoppingRule(10_000, values["tol"]), method)


def finals(page: Page) -> list[str]:
    """The last cell of each row of the table."""
    rows = page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.RUN_TABLE} tbody tr td:last-child")
    return [row.get_attribute("textContent") for row in rows]


def test_method_is_chosen_said_and_stands_in_the_link(page):
    assert "method=" not in page.address()
    page.advanced()
    page.element(ACCELERATED).click()
    page.until(lambda: page.element(ACCELERATED).get_attribute("aria-pressed") == "true")
    page.run()
    assert "accelerated" in page.text(ids.RUN_SENTENCE)
    assert "passes over the data" in page.text(ids.RUN_SENTENCE)
    address = page.address()
    assert "method=accelerated" in address
    before = page.seen()
    page.visit(address.partition("?")[2])
    page.until(lambda: "accelerated" in page.text(ids.RUN_SENTENCE))
    after = page.seen()
    for what in ("pressed", "texts", "boxes"):
        assert after[what] == before[what]


def test_newtons_steps_have_no_halves(page):
    page.advanced()
    page.element(ACCELERATED).click()
    page.run()
    page.element(ids.WALK_START).click()
    for button in (ids.E_STEP, ids.M_STEP):
        assert page.element(button).get_attribute("aria-disabled") == "true"
    page.element(ids.WALK_END).click()
    assert page.browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), (
        "nothing sticks out"
    )
    last = page.text(ids.WALK_PLACE)
    page.element(ids.WALK_BACK).click()
    page.until(lambda: page.text(ids.WALK_PLACE) != last)
    assert page.text(ids.WALK_PLACE).startswith("Iteration ")
    page.element(ids.option(ids.METHOD, em.EM)).click()
    page.run()
    page.element(ids.WALK_START).click()
    page.until(lambda: page.element(ids.M_STEP).get_attribute("aria-disabled") is None)


def test_estimates_have_standard_errors(page):
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(1000, np.random.default_rng(1))
    start = em.break_tie(x, em.ExponentialMixture([0.1, 0.9], [0.5, 0.5]))
    best = em.fit(x, start, em.StoppingRule(tol=1e-12)).mixture
    errors = em.standard_errors(x, best).parameters
    *cells, log_likelihood = finals(page)
    assert "±" not in log_likelihood
    shown = np.array([cell.split(" ± ") for cell in cells], dtype=float)
    np.testing.assert_allclose(shown[:, 0], np.concatenate(list(best.parameters.values())), atol=6e-3)
    np.testing.assert_allclose(shown[:, 1], np.concatenate(list(errors.values())), rtol=0.13)
    assert cells[0] == "0.503 ± 0.026"
    assert cells[2] == "0.096 ± 0.007"


def test_where_there_are_none_the_page_says_why_or_that_it_has_not_arrived(page):
    page.ask("single")
    page.until(lambda: page.text(ids.PREDICT) == PRESETS["single"].predict)
    page.type("max_iter", "3")
    page.until(lambda: page.value(ids.box("max_iter")) == "3")
    page.run()
    page.until(lambda: page.text(ids.RUN_SENTENCE).startswith("Stopped"))
    assert not any("±" in cell for cell in finals(page))


def test_an_error_decides_the_digits(page):
    for value, error, expected in (
        (0.10312, 0.00412, ["0.103", "0.004"]),
        (0.10312, 0.00162, ["0.1031", "0.0016"]),
        (-1.23456, 0.0355, ["−1.23", "0.04"]),
        (1234.5, 31.2, ["1235", "31"]),
        (1234.5, 37.2, ["1230", "40"]),
        (54321.0, 1234.0, ["54300", "1200"]),
        (0.999, 0.0962, ["1.00", "0.10"]),
        (3e-12, 2e-13, ["3.00e−12", "2.0e−13"]),
    ):
        shown = page.browser.execute_script("return emlab.estimates.withError(...arguments)", value, error)
        assert shown == expected


def test_the_trap_shows_both_paths_and_counts_their_passes(page):
    page.browser.execute_script("document.getElementById(arguments[0]).click()", ids.preset("slow"))
    page.run()
    page.until(lambda: "Both methods" in page.text(ids.study_words("surface")))
    page.until(lambda: page.trace(ids.SURFACE_FIGURE, "compared").get("x"))
    x, plain = slow_run(em.EM)
    _, accelerated = slow_run(em.ACCELERATED)
    assert plain.converged
    words = page.text(ids.study_words("surface"))
    assert f"EM (dashed) needs {plain.n_passes:,} passes" in words
    assert f"accelerated run (strong) {accelerated.n_passes}." in words
    share = 100 * em.information(x, accelerated.mixture).shares[0]
    assert f"closes only {share:.2g}%" in page.text(ids.RUN_NOTE)
    for uid, made in (("path", accelerated), ("compared", plain)):
        path = page.trace(ids.SURFACE_FIGURE, uid)
        points = np.transpose([path["x"], path["y"]])
        np.testing.assert_allclose(points[[0, -1]], made.parameters["scales"][[0, -1]], rtol=1e-5)
    page.advanced()
    page.element(ids.option(ids.METHOD, em.EM)).click()
    page.run()
    page.show("surface")
    page.study("surface")
    page.until(lambda: "all else held" in page.text(ids.study_words("surface")))
    assert "Both methods" not in page.text(ids.study_words("surface"))
    page.until(lambda: "compared" not in traces(page, ids.SURFACE_FIGURE))


def test_the_table_fits(page):
    try:
        for width, height in ((390, 844), (1024, 768), (1440, 900)):
            page.browser.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
            )
            sizes = "const t = document.getElementById(arguments[0]); return [t.scrollWidth, t.clientWidth]"
            page.until(lambda width=width: page.browser.execute_script("return innerWidth") == width)
            needed, there = page.browser.execute_script(sizes, ids.RUN_TABLE)
            assert needed <= there, width
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_old_links_mean_em():
    assert address.decode("v=1&view=em").chosen(ids.METHOD) == em.EM
    assert address.decode("method=accelerated").chosen(ids.METHOD) == em.ACCELERATED
    assert address.decode("method=newton").problems
