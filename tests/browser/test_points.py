"""Modes, cumulative distributions, points drawn and peaks to drag in the two explorers, in a real browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import stats
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

import em
from components.state import ids, parameters
from components.state.words import QUANTITIES, SENTENCES
from tests.browser.test_explorers import START
from tests.page import Page

FIGURES = {"gaussian": ids.GAUSSIAN_FIGURE, "exponential": ids.EXPONENTIAL_FIGURE}
QUANTITY = {"gaussian": ids.GAUSSIAN_QUANTITY, "exponential": ids.EXPONENTIAL_QUANTITY}


# -- modes -----------------------------------------------------------------------------------------------------------

SETTINGS = [
    {},
    {"gaussian-mu1": -0.9},
    {"gaussian-pi1": 0},
    {"gaussian-mu1": 0.3, "gaussian-pi1": 0.9},
    {"gaussian-sigma1": 0.1, "gaussian-mu1": -1},
    {"gaussian-mu1": 2.5, "gaussian-mu2": -2.5, "gaussian-sigma1": 0.1, "gaussian-sigma2": 1.5},
]


def mixture_of(values: dict[str, float]) -> em.GaussianMixture:
    value = {name.removeprefix("gaussian-"): number for name, number in (START | values).items()}
    return em.GaussianMixture(
        [value["pi1"], 1 - value["pi1"]], [value["mu1"], value["mu2"]], [value["sigma1"], value["sigma2"]]
    )


def set_all(page: Page, values: dict[str, float]) -> None:
    """Set every slider of the Gaussian explorer: to these values, or to its default."""
    for name, value in (START | values).items():
        if name.startswith("gaussian"):
            page.move(name, value)


def marks(page: Page) -> list[tuple[float, float, str]]:
    """Modes as they are drawn: where in the window, how high, and what is written there."""
    script = """
    const plot = document.querySelector('#gaussian-figure .js-plotly-plot');
    const { xaxis, yaxis } = plot._fullLayout;
    const words = [...plot.querySelectorAll('.tracemodes .textpoint text')];
    return [...plot.querySelectorAll('.tracemodes path.point')].map((mark, i) => {
      const [x, y] = mark.getAttribute('transform').match(/[-\\d.]+/g).map(Number);
      return [xaxis.p2d(x), yaxis.p2d(y), words[i].textContent.trim()];
    });
    """
    return [tuple(one) for one in page.browser.execute_script(script)]


@pytest.mark.same_page
@pytest.mark.parametrize("values", SETTINGS, ids=str)
def test_the_modes_of_the_engine_are_marked_on_the_curve_while_it_moves_and_at_rest(page, values):
    set_all(page, values)
    mixture = mixture_of(values)
    expected = em.diagnosis.modes(mixture)

    heights = mixture.density(expected)

    def are_marked() -> bool:
        shown = [mark for mark in marks(page) if mark[2]]
        labels = [float(words.removeprefix("mode ").replace("−", "-")) for *_, words in shown]
        return (
            len(shown) == len(expected)
            and np.allclose([x for x, _, _ in shown], expected, atol=0.01)
            and np.allclose([y for _, y, _ in shown], heights, rtol=0.01)
            and np.allclose(labels, expected, rtol=0.005, atol=1e-9)
        )

    page.until(are_marked)

    def plotly_has_them() -> bool:
        found = np.unique(page.trace(ids.GAUSSIAN_FIGURE, "modes").get("x", []))
        return len(found) == len(expected) and np.allclose(found, expected, atol=1e-6)

    page.until(plotly_has_them)
    page.until(are_marked)
    assert ("unimodal" if len(expected) == 1 else "bimodal") in page.text(ids.sentence("gaussian"))


def test_marks_and_handles_move_in_the_very_event_that_moves_the_slider(page):
    page.until(lambda: marks(page))
    mode, words, across = page.browser.execute_script(
        """
        const plot = document.querySelector('#gaussian-figure .js-plotly-plot');
        const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
        const slider = document.getElementById('gaussian-mu1-slider');
        set.call(slider, '2');
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        const [, mark] = plot.querySelectorAll('.tracemodes path.point');
        const [, words] = plot.querySelectorAll('.tracemodes .textpoint text');
        const [layer, peak] = ['.peaks', '.peak'].map((name) => document.querySelector(name).getBoundingClientRect());
        return [plot._fullLayout.xaxis.p2d(Number(mark.getAttribute('transform').match(/[-\\d.]+/)[0])),
                words.textContent.trim(), (peak.x + peak.width / 2 - layer.x) / layer.width];
        """
    )
    assert mode == pytest.approx(2, abs=0.01)
    assert words == "mode 2.00"
    assert across == pytest.approx(0.7, abs=1e-3)


# -- cumulative distribution ----------------------------------------------------------------------------------------


@pytest.mark.query(None)
@pytest.mark.parametrize("view", FIGURES)
def test_cumulative_draws_what_scipy_says_and_names_it(page, view):
    page.visit(f"v=1&view={view}&{view}-pi1=0.3&{QUANTITY[view]}=cumulative&notebook-curve=on")
    weights = 0.3, 0.7
    of = [stats.norm(1, 0.5), stats.norm(-1, 0.5)] if view == "gaussian" else [stats.expon(scale=0.5)] * 2
    traces = {uid: page.trace(FIGURES[view], uid) for uid in ("component-0", "component-1", "mixture")}
    x = np.array(traces["mixture"]["x"])
    components = [weight * law.cdf(x) for weight, law in zip(weights, of, strict=True)]
    for k in (0, 1):
        np.testing.assert_allclose(traces[f"component-{k}"]["y"], components[k], rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(traces["mixture"]["y"], sum(components), rtol=1e-12, atol=1e-300)
    low, high = page.y_range(FIGURES[view])
    assert low == 0
    assert 1 < high < 1.05
    words = QUANTITIES["cumulative"]
    assert words["axis"] in page.text(FIGURES[view])
    assert page.text(ids.curve_name(view)) == words["curve"]
    assert SENTENCES[f"{view}_cumulative"] in page.text(ids.sentence(view))
    if view == "gaussian":
        assert page.trace(FIGURES[view], "modes")["visible"] is False
        assert not page.element(ids.PEAKS).is_displayed()
    else:
        assert page.trace(FIGURES[view], "notebook")["visible"] is False
        assert SENTENCES["notebook_cumulative"] in page.text(ids.sentence(view))
        page.element(ids.option(ids.Y_AXIS, "log")).click()
        page.until(lambda: page.y_range(FIGURES[view])[0] == -6)
        assert 0 < page.y_range(FIGURES[view])[1] < 0.05
    page.element(ids.option(QUANTITY[view], "density")).click()
    page.until(lambda: page.text(ids.curve_name(view)) == QUANTITIES["density"]["curve"])
    page.until(lambda: QUANTITIES["density"]["axis"] in page.text(FIGURES[view]))


# -- points ----------------------------------------------------------------------------------------------------------


def shown_points(page: Page, view: str) -> int:
    """How many points are drawn as ticks in the window."""
    script = (
        "return (document.querySelector(`#${arguments[0]} .js-plotly-plot`).layout.shapes || [])"
        ".map(({path}) => path.split('M').length - 1).reduce((a, b) => a + b, 0)"
    )
    return int(page.browser.execute_script(script, FIGURES[view]))


def counts(page: Page, view: str) -> list[float]:
    """Numbers in what is said of the points: all, of component 1, expected."""
    said = page.text(ids.drawn(view)).replace(",", "").replace("component 1", "it")
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", said)]


@pytest.mark.same_page
@pytest.mark.parametrize("view", FIGURES)
def test_points_are_drawn_counted_cleared_and_go_with_the_curve_they_belong_to(page, view):
    page.open(view)
    page.load_views()
    page.requests()
    assert page.text(ids.drawn(view)) == SENTENCES["no_points"]
    for count in (200, 400):
        page.element(ids.draw(view)).click()
        page.until(lambda count=count: counts(page, view)[:1] == [count])
        total, of_first, expected = counts(page, view)
        assert expected == count / 2
        assert stats.binomtest(int(of_first), int(total), 0.5).pvalue > 0.001
        page.until(lambda count=count: 0.99 * count <= shown_points(page, view) <= count)
        bars = page.trace(FIGURES[view], "histogram")
        width = bars["x"][1] - bars["x"][0]
        assert sum(bars["y"]) * width == pytest.approx(shown_points(page, view) / count)
        assert page.y_range(FIGURES[view])[1] >= max(bars["y"])
    page.until(lambda: page.text(ids.announcement(view)) == page.text(ids.drawn(view)))
    assert page.requests() == []

    page.element(ids.option(QUANTITY[view], "cumulative")).click()
    page.until(lambda: page.trace(FIGURES[view], "steps")["visible"])
    steps = page.trace(FIGURES[view], "steps")
    assert len(steps["x"]) == 402
    assert steps["y"] == sorted(steps["y"])
    assert page.trace(FIGURES[view], "histogram")["visible"] is False
    page.element(ids.option(QUANTITY[view], "density")).click()
    page.until(lambda: page.trace(FIGURES[view], "histogram")["visible"])

    page.move(f"{view}-pi1", 0.4)
    page.until(lambda: shown_points(page, view) == 0)
    assert page.text(ids.drawn(view)) == SENTENCES["points_gone"]
    page.element(ids.draw(view)).click()
    page.until(lambda: counts(page, view)[:1] == [200])
    assert counts(page, view)[2] == 80
    page.element(ids.clear(view)).click()
    page.until(lambda: page.text(ids.drawn(view)) == SENTENCES["no_points"])
    assert shown_points(page, view) == 0
    assert page.trace(FIGURES[view], "histogram")["visible"] is False


@pytest.mark.query(None)
def test_there_is_a_most_and_it_is_said(page):
    most = parameters.DRAWN["gaussian"][0].maximum
    page.visit(f"v=1&gaussian-points={most - 200}")
    page.until(lambda: counts(page, "gaussian")[:1] == [most - 200])
    assert page.element(ids.draw("gaussian")).get_attribute("aria-disabled") is None
    for _ in range(2):
        page.element(ids.draw("gaussian")).click()
        page.until(lambda: counts(page, "gaussian")[:1] == [most])
    assert "the most there can be" in page.text(ids.drawn("gaussian"))
    assert page.element(ids.draw("gaussian")).get_attribute("aria-disabled") == "true"


def test_a_link_shows_the_same_points_and_reset_forgets_them(page):
    for press in (ids.draw, ids.clear, ids.draw, ids.draw):
        page.element(press("gaussian")).click()
    page.until(lambda: counts(page, "gaussian")[:1] == [400])
    page.element(ids.option(ids.GAUSSIAN_QUANTITY, "cumulative")).click()
    page.until(lambda: page.trace(ids.GAUSSIAN_FIGURE, "steps").get("visible"))
    query = page.address().split("?")[1]
    assert {"gaussian-points=400", "gaussian-points-seed=2", "gaussian-quantity=cumulative"} <= set(query.split("&"))
    before = page.trace(ids.GAUSSIAN_FIGURE, "steps"), page.text(ids.drawn("gaussian"))
    page.visit(query)
    page.until(lambda: page.trace(ids.GAUSSIAN_FIGURE, "steps").get("visible"))
    assert (page.trace(ids.GAUSSIAN_FIGURE, "steps"), page.text(ids.drawn("gaussian"))) == before
    assert page.address().endswith(query)
    page.element(ids.reset("gaussian")).click()
    page.until(lambda: shown_points(page, "gaussian") == 0)
    page.until(lambda: page.address().endswith("?v=2&gaussian-quantity=cumulative"))


# -- peaks -----------------------------------------------------------------------------------------------------------


def peak(page: Page, k: int):
    return page.browser.find_elements(By.CSS_SELECTOR, ".peak")[k]


def place(page: Page, k: int) -> tuple[float, float]:
    """Middle of a handle, in units of the figure's axes."""
    script = """
    const plot = document.querySelector('#gaussian-figure .js-plotly-plot');
    const frame = plot.querySelector('.main-svg').getBoundingClientRect();
    const { left, top, width, height } = arguments[0].getBoundingClientRect();
    const { xaxis, yaxis } = plot._fullLayout;
    return [xaxis.p2d(left + width / 2 - frame.left - xaxis._offset),
            yaxis.p2d(top + height / 2 - frame.top - yaxis._offset)];
    """
    return tuple(page.browser.execute_script(script, peak(page, k)))


def drag(page: Page, k: int, dx: int, dy: int) -> None:
    """Drag a handle with the pointer, in small moves."""
    moves = ActionChains(page.browser, duration=10).move_to_element(peak(page, k)).click_and_hold()
    for _ in range(20):
        moves.move_by_offset(dx // 20, dy // 20)
    moves.release().perform()


@pytest.mark.same_page
@pytest.mark.parametrize("values", SETTINGS, ids=str)
def test_a_handle_is_on_each_weighted_components_peak(page, values):
    set_all(page, values)
    mixture = mixture_of(values)

    def stands(k: int) -> bool:
        x, y = place(page, k)
        height = mixture.weights[k] * stats.norm(0, mixture.stds[k]).pdf(0)
        top = page.y_range(ids.GAUSSIAN_FIGURE)[1]
        size = peak(page, k).size
        assert 24 <= size["width"] == size["height"] <= 44, "what can be taken hold of"
        return abs(x - mixture.means[k]) < 0.02 and abs(y - height) < 0.005 * top

    page.until(lambda: stands(0) and stands(1))


def test_dragging_a_peak_sideways_moves_the_mean_everywhere(page):
    page.load_views()
    page.requests()
    drag(page, 0, -100, 2)
    mean = float(page.value(ids.box("gaussian-mu1")))
    assert -0.4 < mean < 0.2, "100 px are about 1.1 units"
    assert round(mean, 1) == mean
    assert float(page.value(ids.slider("gaussian-mu1"))) == mean
    assert page.value(ids.box("gaussian-pi1")) == "0.5", "a drag goes the way it began"
    page.until(lambda: abs(place(page, 0)[0] - mean) < 0.02)
    page.until(lambda: f"gaussian-mu1={mean:g}" in page.browser.current_url)
    (mode, *_), (said,) = em.diagnosis.modes(mixture_of({"gaussian-mu1": mean})), [page.text(ids.sentence("gaussian"))]
    assert f"{mode:.3f}".replace("-", "−") in said
    assert page.requests() == []
    drag(page, 0, 400, 0)
    assert float(page.value(ids.box("gaussian-mu1"))) == 2.5, "not past its bound"


@pytest.mark.parametrize(("k", "weight"), [(0, 0.75), (1, 0.25)])
def test_dragging_a_peak_up_gives_its_component_weight(page, k, weight):
    frame = page.browser.execute_script("return document.getElementById(arguments[0]).clientHeight", ids.PEAKS)
    rise = 0.25 / 0.5 / (2 * np.pi) ** 0.5 / 0.5 * frame  # weight / σ√2π, of an axis up to ½
    drag(page, k, 0, -20 * round(rise / 20))
    page.until(lambda: abs(float(page.value(ids.box("gaussian-pi1"))) - weight) < 0.03)
    assert page.value(ids.slider("gaussian-pi1")) == page.value(ids.box("gaussian-pi1"))
    assert float(page.value(ids.box(f"gaussian-mu{k + 1}"))) == (1, -1)[k]


def test_taking_hold_of_a_peak_moves_nothing(page):
    assert peak(page, 0).rect["height"] < 50
    hold = ActionChains(page.browser, duration=10).move_to_element(peak(page, 0)).move_by_offset(5, 4).click_and_hold()
    hold.move_by_offset(0, -3).release().perform()
    assert page.value(ids.box("gaussian-mu1")) == "1"
    assert page.value(ids.box("gaussian-pi1")) == "0.5"


def test_without_components_or_controls_there_are_no_handles(page):
    assert peak(page, 0).is_displayed()
    page.element(ids.option(ids.GAUSSIAN_COMPONENTS, "button")).click()
    page.until(lambda: not peak(page, 0).is_displayed())
    page.visit("v=1&hide=controls")
    assert not peak(page, 0).is_displayed()
    assert not page.element(ids.draw("gaussian")).is_displayed()


@pytest.mark.query(None)
@pytest.mark.parametrize("view", FIGURES)
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_every_control_and_the_figure_are_seen_without_scrolling(page, view, width, height):
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        page.visit(f"v=1&view={view}&{view}-points=200&notebook-curve=on&{QUANTITY[view]}=cumulative")
        for _ in range(2):
            size = page.browser.execute_script(
                "const page = document.documentElement; return [page.scrollWidth - page.clientWidth, page.scrollHeight]"
            )
            assert size[0] <= 0  # below 0 by the room for a scrollbar
            assert size[1] == height
            page.element(ids.option(QUANTITY[view], "density")).click()
            page.until(lambda: page.text(ids.curve_name(view)) == QUANTITIES["density"]["curve"])
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
