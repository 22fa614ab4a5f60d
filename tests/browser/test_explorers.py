"""The two explorers in a real browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import stats
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from components.state import ids, parameters
from tests.page import Page

START = {p.name: p.default for p in parameters.GAUSSIAN + parameters.EXPONENTIAL}
MOVES = {
    "gaussian-pi1": 0.123,
    "gaussian-mu1": -2.3,
    "gaussian-sigma1": 1.4,
    "gaussian-mu2": 2.5,
    "gaussian-sigma2": 0.1,
    "exponential-pi1": 1,
    "exponential-lambda1": 0.017,
    "exponential-lambda2": 0.999,
}


def expected(view: str, values: dict[str, float], x: np.ndarray, rate: bool = False) -> dict[str, np.ndarray]:
    """What scipy says of each curve."""
    weights = values[f"{view}-pi1"], 1 - values[f"{view}-pi1"]
    curves = {}
    for k, weight in enumerate(weights):
        if view == "gaussian":
            law = stats.norm(values[f"gaussian-mu{k + 1}"], values[f"gaussian-sigma{k + 1}"])
        else:
            number = values[f"exponential-lambda{k + 1}"]
            law = stats.expon(scale=1 / number if rate else number)
        curves[f"component-{k}"] = weight * law.pdf(x)
    return curves | {"mixture": curves["component-0"] + curves["component-1"]}


def shows(page: Page, view: str, values: dict[str, float], rate: bool = False) -> bool:
    """Whether every curve of the figure is what scipy says."""
    graph = f"{view}-figure"
    for uid in ("component-0", "component-1", "mixture"):
        trace = page.trace(graph, uid)
        if "y" not in trace:
            return False
        x = np.array(trace["x"])
        if not np.allclose(trace["y"], expected(view, values, x, rate)[uid], rtol=1e-12, atol=1e-300):
            return False
    return True


@pytest.mark.same_page
@pytest.mark.parametrize("view", ["gaussian", "exponential"])
def test_every_slider_moves_its_curve_to_what_scipy_says_and_reset_restores(page, view):
    page.open(view)
    values = dict(START)
    page.until(lambda: shows(page, view, values))
    for name, value in MOVES.items():
        if not name.startswith(view):
            continue
        page.move(name, value)
        values[name] = value
        page.until(lambda: shows(page, view, values))
        assert float(page.value(ids.box(name))) == value
        assert float(page.value(ids.slider(name))) == value
    assert page.text(ids.other_weight(view)) == f"{1 - values[f'{view}-pi1']:.3f}"
    page.element(ids.reset(view)).click()
    page.until(lambda: shows(page, view, START))
    page.load_views()
    for name in MOVES:
        assert float(page.value(ids.slider(name))) == float(page.value(ids.box(name))) == START[name]


def test_number_boxes_move_sliders_and_curves(page):
    values = dict(START)
    for name, text in {"gaussian-pi1": "0.25", "gaussian-mu2": "-2.5", "gaussian-sigma1": "1.5"}.items():
        page.type(name, text)
        values[name] = float(text)
    page.until(lambda: shows(page, "gaussian", values))
    assert float(page.value(ids.slider("gaussian-mu2"))) == -2.5


def test_arrow_page_home_and_end_keys_work_on_sliders(page):
    slider = page.element(ids.slider("gaussian-mu1"))
    for key, value in ((Keys.ARROW_RIGHT, 1.1), (Keys.HOME, -2.5), (Keys.END, 2.5), (Keys.ARROW_LEFT, 2.4)):
        slider.send_keys(key)
        page.until(lambda value=value: float(page.value(ids.box("gaussian-mu1"))) == value)
    slider.send_keys(Keys.PAGE_DOWN)
    page.until(lambda: float(page.value(ids.box("gaussian-mu1"))) < 2.3)


@pytest.mark.same_page
@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("gaussian-sigma1", "0", "too_small"),
        ("gaussian-sigma1", "-1", "too_small"),
        ("gaussian-mu2", "1e9", "too_large"),
        ("gaussian-mu1", "0.25", "off_step"),
        ("gaussian-pi1", "", "empty"),
        ("gaussian-pi1", "e-", "not_a_number"),
    ],
)
def test_bad_values_are_refused_in_words_and_the_last_good_figure_stays(page, name, text, problem):
    page.element(ids.reset("gaussian")).click()
    page.until(lambda: shows(page, "gaussian", START))
    page.type("gaussian-mu1", "2")
    page.until(lambda: shows(page, "gaussian", START | {"gaussian-mu1": 2}))
    page.type(name, text)
    page.until(lambda: page.error(name))
    words = page.error(name)
    parameter = next(p for p in parameters.GAUSSIAN if p.name == name)
    kept = 2 if name == "gaussian-mu1" else parameter.default
    assert parameter.label in words
    assert parameters.PROBLEMS[problem] in words
    assert f"Allowed: {parameter.allowed}." in words
    assert words.endswith(f"Kept: {parameters.number(kept)}.")
    page.until(page.element(ids.error(name)).is_displayed)
    assert shows(page, "gaussian", START | {"gaussian-mu1": 2})
    page.element(ids.slider(name)).send_keys(Keys.HOME)
    page.until(lambda: page.error(name) == "")
    assert float(page.value(ids.box(name))) == parameter.minimum


def test_a_drag_asks_nothing_of_the_server_and_draws_while_it_goes(page):
    page.until(lambda: shows(page, "gaussian", START))
    page.load_views()
    page.requests()
    page.browser.execute_script(
        "window.drawn = new Set();"
        "const look = () => { window.drawn.add(document.querySelector("
        "'#gaussian-figure .tracemixture path.js-line').getAttribute('d')); requestAnimationFrame(look); }; look();"
    )
    drag = ActionChains(page.browser, duration=20)
    drag.move_to_element(page.element(ids.slider("gaussian-mu1"))).click_and_hold()
    for _ in range(20):
        drag.move_by_offset(-3, 0).pause(0.05)
    drag.perform()
    drawn = page.browser.execute_script("return window.drawn.size")
    ActionChains(page.browser).release().perform()
    final = float(page.value(ids.slider("gaussian-mu1")))
    page.until(lambda: shows(page, "gaussian", START | {"gaussian-mu1": final}))
    assert final < 0.5
    assert drawn >= 8, "the curve is drawn again and again before the slider is let go"
    assert page.requests() == []


def points(path: str) -> np.ndarray:
    """Points of an SVG path of straight lines."""
    return np.array([[float(number) for number in pair.split(",")] for pair in re.split("[ML]", path)[1:]])


@pytest.mark.parametrize("axis", ["linear", "log"])
def test_the_path_drawn_while_moving_is_the_one_plotly_draws(page, axis):
    page.open("exponential")
    if axis == "log":
        page.element(ids.option(ids.Y_AXIS, "log")).click()
        page.until(lambda: page.y_range("exponential-figure")[0] < -5)
    page.move("exponential-lambda1", 0.501)
    page.until(lambda: shows(page, "exponential", START | {"exponential-lambda1": 0.501}))
    quick, settled = page.browser.execute_async_script(
        "const done = arguments[0];"
        "const line = () => document.querySelector('#exponential-figure .tracemixture path.js-line').getAttribute('d');"
        "const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;"
        "const slider = document.getElementById('exponential-lambda1-slider'); set.call(slider, '0.9');"
        "slider.dispatchEvent(new Event('input', {bubbles: true}));"
        "const before = line(); let quick = null;"
        "const plot = document.querySelector('#exponential-figure .js-plotly-plot');"
        "const watch = new MutationObserver(() => { if (quick === null && line() !== before) quick = line(); });"
        "watch.observe(plot, {subtree: true, attributes: true, attributeFilter: ['d'], childList: true});"
        "plot.once('plotly_react', () => setTimeout(() => done([quick ?? line(), line()]), 50));"
    )
    quick, settled = points(quick), points(settled)
    inside = settled[(settled[:, 1] >= 0) & (settled[:, 1] < 400)]
    drawn = np.interp(inside[:, 0], quick[:, 0], quick[:, 1])
    assert len(inside) > 20
    assert np.abs(drawn - inside[:, 1]).max() < 0.5


def test_the_y_axis_stays_while_it_can_and_grows_in_steps(page):
    graph = "gaussian-figure"
    assert page.y_range(graph) == [0, 0.5]
    page.move("gaussian-pi1", 0.5)
    page.move("gaussian-mu1", 2)
    page.until(lambda: shows(page, "gaussian", START | {"gaussian-mu1": 2}))
    assert page.y_range(graph) == [0, 0.5]
    page.move("gaussian-sigma1", 0.1)
    page.until(lambda: page.y_range(graph) == [0, 3])
    page.move("gaussian-sigma1", 1.5)
    page.until(lambda: shows(page, "gaussian", START | {"gaussian-mu1": 2, "gaussian-sigma1": 1.5}))
    assert page.y_range(graph) in ([0, 3], [0, 0.5])
    page.element(ids.reset("gaussian")).click()
    page.until(lambda: page.y_range(graph) == [0, 0.5])


def test_the_y_axis_comes_back_when_the_curve_has_become_small_in_it(page):
    page.open("exponential")
    page.move("exponential-lambda1", 0.001)
    page.until(lambda: page.y_range("exponential-figure")[1] >= 500)
    page.move("exponential-lambda1", 0.5)
    page.until(lambda: page.y_range("exponential-figure") == [0, 3])


def test_rates_log_axis_components_and_the_notebook_curve(page):
    page.open("exponential")
    page.element(ids.option(ids.PARAMETRISATION, "rate")).click()
    page.until(lambda: shows(page, "exponential", START, rate=True))
    for label in ids.labels("exponential-lambda1"):
        assert page.text(label) == "Rate λ1"
    assert page.trace("exponential-figure", "mixture")["x"][-1] == 100
    page.move("exponential-lambda2", 0.05)
    page.until(lambda: shows(page, "exponential", START | {"exponential-lambda2": 0.05}, rate=True))

    page.element(ids.option(ids.NOTEBOOK_CURVE, "button")).click()
    page.until(lambda: page.trace("exponential-figure", "notebook")["visible"])
    curve = page.trace("exponential-figure", "notebook")
    x = np.array(curve["x"])
    np.testing.assert_allclose(curve["y"], 0.5 * np.exp(-0.5 * x) / 0.5 + 0.5 * np.exp(-0.05 * x) / 0.05, rtol=1e-12)
    assert "encloses 202" in page.text(ids.sentence("exponential")), "0.5 / 0.5² + 0.5 / 0.05²"

    page.element(ids.option(ids.EXPONENTIAL_COMPONENTS, "button")).click()
    page.until(lambda: page.trace("exponential-figure", "component-0")["visible"] is False)
    page.element(ids.option(ids.Y_AXIS, "log")).click()
    page.until(lambda: page.y_range("exponential-figure")[0] == -6)


def test_the_sentence_says_what_the_figure_shows(page):
    assert page.text(ids.sentence("gaussian")) == (
        "Mean 0, standard deviation 1.12. 2 modes, at x = −0.999 and 0.999: bimodal."
    )
    page.move("gaussian-mu1", -0.5)
    page.until(lambda: "unimodal" in page.text(ids.sentence("gaussian")))
    page.move("gaussian-mu1", 0.5)
    page.move("gaussian-mu2", -0.5)
    page.until(lambda: "One mode, at x = 0: unimodal" in page.text(ids.sentence("gaussian")))
    page.until(lambda: page.trace("gaussian-figure", "modes")["x"] == [0, 0])
    page.until(lambda: page.text(ids.announcement("gaussian")) == page.text(ids.sentence("gaussian")))
    assert page.text(ids.sentence("exponential")) == "Mean 0.500, standard deviation 0.500, CV² 1.00, half-life 0.347."


def test_sliders_say_their_values_in_words(page):
    def said(name: str) -> str:
        slider = page.element(ids.slider(name))
        page.browser.execute_script("arguments[0].focus()", slider)
        return slider.get_attribute("aria-valuetext")

    assert said("gaussian-mu2") == "−1.0"
    page.move("gaussian-pi1", 0.3)
    assert said("gaussian-pi1") == "0.3, leaving 0.7 to component 2"
    page.element(ids.reset("gaussian")).click()
    slider = page.element(ids.slider("gaussian-pi1"))
    page.until(lambda: slider.get_attribute("aria-valuetext") == "0.5, leaving 0.5 to component 2")
    page.open("exponential")
    assert said("exponential-lambda1") == "0.5"
    page.element(ids.option(ids.PARAMETRISATION, "rate")).click()
    page.until(lambda: page.text(ids.labels("exponential-lambda1")[0]) == "Rate λ1")
    assert said("exponential-lambda1") == "0.5, so the mean is 2.00"
    page.open("run")
    assert said("start_rho") == "0.1, leaving 0.9 to component 1"
    for source, name, words in (
        ("faithful-waiting", "start_mu1", "80.0 min"),
        ("galaxies", "start_mu0", "9.7 × 1000 km/s"),
        ("galaxies", "start_sigma1", "2.0 × 1000 km/s"),
    ):
        page.choose(ids.SOURCE, source)
        page.until(lambda name=name, words=words: said(name) == words)


@pytest.mark.parametrize("view", ["gaussian", "exponential"])
def test_the_legend_names_what_is_drawn(page, view):
    page.open(view)
    entries = f"#view-{view} .legend li:not([hidden])"
    assert sum("Component" in entry.text for entry in page.browser.find_elements("css selector", entries)) == 2
    page.element(ids.option(f"{view}-components", "button")).click()
    page.until(
        lambda: not any("Component" in entry.text for entry in page.browser.find_elements("css selector", entries))
    )


def test_a_refused_box_says_so_and_why(page):
    box = page.element(ids.box("gaussian-sigma1"))
    page.type("gaussian-sigma1", "9")
    page.until(lambda: box.get_attribute("aria-invalid") == "true")
    assert page.text(box.get_attribute("aria-describedby")) == page.error("gaussian-sigma1") != ""
    page.type("gaussian-sigma1", "1")
    page.until(lambda: box.get_attribute("aria-invalid") is None)
    assert box.get_attribute("aria-describedby") is None


def test_keys_of_the_browser_do_not_choose_a_tab(page):
    page.open("exponential")
    script = (
        "const press = (altKey) => arguments[0].dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'ArrowLeft', altKey, bubbles: true, cancelable: true}));"
        "return [press(true), press(false)]"
    )
    assert page.browser.execute_script(script, page.element(ids.tab("exponential"))) == [True, False]
    page.until(lambda: page.element(ids.panel("gaussian")).is_displayed())
