"""Run EM as a story, in a real browser: it opens at the start, follows the settings, and a run answers the button."""

from __future__ import annotations

import json
from threading import Event

import numpy as np
import pytest
from flask import Request
from selenium.webdriver.common.keys import Keys

import em
from components.results import runs
from components.state import ids
from components.state.run_request import parse_run
from components.views.run import RUN as RUN_WORD
from components.views.run import RUNNING
from tests.failing import is_callback
from tests.page import PATIENCE, START, Page
from tests.page_requests import run_request

MOVE = """
const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
for (const [name, value] of Object.entries(arguments[0])) {
  const slider = document.getElementById(`${name}-slider`);
  set.call(slider, String(value));
  slider.dispatchEvent(new Event('input', {bubbles: true}));
}
const { result } = emlab.runState.state;
return JSON.stringify({
  fitted: result.fitted, trajectory: result.trajectory, ell: result.log_likelihood,
  words: document.getElementById('run-sentence').textContent, x: result.x,
});
"""
"""Moves sliders, and tells what is on show in the same task: no server can have answered."""


@pytest.fixture
def moving(page):
    """A page that is not told to reduce motion, as all others are."""
    media = "Emulation.setEmulatedMedia"
    page.browser.execute_cdp_cmd(media, {"features": [{"name": "prefers-reduced-motion", "value": "no-preference"}]})
    yield page
    page.browser.execute_cdp_cmd(media, {"features": []})


def place(page: Page) -> str:
    return page.text(ids.WALK_PLACE)


def settled(page: Page) -> dict:
    """What is on show, once the server has answered what was last asked."""
    asked = "const { requested, request, result } = emlab.runState.state; return requested && requested === request"
    page.until(lambda: page.browser.execute_script(asked))
    return dict(json.loads(page.browser.execute_script("return JSON.stringify(emlab.runState.state.result)")))


def ell_in(sentence: str) -> float:
    start, ell = sentence.split(": ", 1)
    assert start == "Log-likelihood of the start"
    return float(ell.split(". ")[0].rstrip(".").replace("−", "-").replace(",", ""))


def run_of(**values) -> tuple[em.Run, em.Floats]:
    """The engine's run with these settings, else the page's first ones."""
    spec, errors = parse_run(run_request(**values))
    assert spec is not None, errors
    x = runs.observations(spec)[0]
    return runs.fitted(spec, x)[0], x


@pytest.mark.query(None)
@pytest.mark.parametrize("query", ["", START, "fbclid=1"])
def test_the_page_opens_at_the_start_on_the_scale_that_shows_the_components(page, query):
    page.visit(query)
    if not query.startswith(START):
        page.open("run")
    result = settled(page)
    run, x = run_of()
    assert not result["fitted"]
    assert result["trajectory"]["scales"] == [pytest.approx(run.mixtures[0].scales.tolist(), rel=1e-11)]
    assert place(page) == "Iteration 0"
    assert ell_in(page.text(ids.RUN_SENTENCE)) == pytest.approx(run.log_likelihood[0], rel=1e-6)
    assert "The two components start identical, so they are moved apart by 2%" in page.text(ids.RUN_SENTENCE)
    assert [page.value(ids.box(f"start_lambda{k}")) for k in range(2)] == ["0.5", "0.5"]
    assert page.element("x-scale-log").get_attribute("aria-pressed") == "true"
    assert not page.element(ids.WALK_SLIDER).is_enabled()
    assert page.observations() == pytest.approx(np.sort(x), rel=1e-9)
    final = page.browser.find_elements("css selector", f"#{ids.RUN_TABLE} td:last-child")
    assert {cell.text for cell in final} == {"–"}
    assert "iteration" not in page.address()


@pytest.mark.query(START)
def test_run_em_plays_to_the_end_and_rests_there(moving):
    page = moving
    settled(page)
    page.browser.execute_script(
        "window.places = []; const place = document.getElementById('walk-place');"
        "new MutationObserver(() => places.push(place.textContent)).observe(place, {childList: true});"
    )
    page.element(ids.RUN_BUTTON).click()
    last = run_of()[0].n_iter
    page.until(lambda: place(page) == f"Iteration {last} of {last}")
    places = page.browser.execute_script("return places")
    assert places[0] == f"Iteration 0 of {last}"
    assert len(places) > 3
    at = [int(words.split()[1]) for words in places]
    assert at == sorted(at)
    page.until(lambda: page.text(ids.WALK_PLAY) == "Play")
    assert page.text(ids.RUN_SENTENCE).startswith(f"Converged after {last} iterations")
    page.until(lambda: f"iteration={last}" in page.browser.current_url)


@pytest.mark.query(START)
def test_with_reduced_motion_a_run_is_shown_at_its_end_at_once(page):
    settled(page)
    page.element(ids.RUN_BUTTON).click()
    last = run_of()[0].n_iter
    page.until(lambda: place(page) != "Iteration 0")
    assert place(page) == f"Iteration {last} of {last}"


@pytest.mark.query(START)
@pytest.mark.parametrize(
    ("button", "iteration", "half"),
    [
        (ids.E_STEP, 0, 0),
        (ids.M_STEP, 1, 1),
        (ids.WALK_FORWARD, 1, 0),
        (ids.WALK_END, None, 0),
        (ids.WALK_PLAY, None, 0),
    ],
)
def test_a_step_from_the_start_asks_for_the_run_and_shows_its_first(page, button, iteration, half):
    settled(page)
    page.element(ids.WALK_BACK).click()  # leads nowhere
    page.element(button).click()
    last = run_of()[0].n_iter
    page.until(lambda: place(page) == f"Iteration {last if iteration is None else iteration} of {last}")
    assert page.browser.execute_script("return emlab.runState.state.place % 2") == half
    assert settled(page)["fitted"]


@pytest.mark.query(START)
def test_a_start_by_hand_is_drawn_at_once_and_so_is_its_log_likelihood(page):
    settled(page)
    rng = np.random.default_rng(7)
    for _ in range(5):
        values = {"start_rho": 0.01 * rng.integers(5, 95)} | {
            f"start_lambda{k}": 0.1 * (1 + k) + 0.01 * rng.integers(1, 9) for k in range(2)
        }
        values = {name: round(float(value), 3) for name, value in values.items()}
        shown = json.loads(page.browser.execute_script(MOVE, values))
        run, _ = run_of(**values)
        assert not shown["fitted"]
        assert shown["trajectory"]["scales"][0] == pytest.approx(run.mixtures[0].scales.tolist(), rel=1e-12)
        assert shown["trajectory"]["weights"][0] == pytest.approx(run.mixtures[0].weights.tolist(), rel=1e-12)
        assert shown["ell"] == [pytest.approx(run.log_likelihood[0], rel=1e-11)]
        assert ell_in(shown["words"]) == pytest.approx(run.log_likelihood[0], rel=1e-6)
        result = settled(page)
        assert result["log_likelihood"] == [pytest.approx(run.log_likelihood[0], rel=1e-11)]
        assert page.text(ids.RUN_SENTENCE) == shown["words"]
    assert place(page) == "Iteration 0"


@pytest.mark.query(f"{START}&source=generated-gaussian&k=3&n=300")
def test_a_start_of_more_gaussians_is_drawn_at_once_too(page):
    result = settled(page)
    page.element("start_mu1-cell").click()
    page.element("start_mu1-cell").send_keys(Keys.ARROW_UP)
    state = page.browser.execute_script("return JSON.stringify(emlab.runState.state)")
    moved = json.loads(state)["result"]
    assert moved["trajectory"]["means"][0][1] != result["trajectory"]["means"][0][1]
    family = em.GaussianMixture(*(moved["trajectory"][name][0] for name in ("weights", "means", "stds")))
    assert moved["log_likelihood"] == [pytest.approx(family.log_likelihood(np.array(moved["x"])), rel=1e-10)]


@pytest.mark.query(f"{START}&n=5000")
def test_of_more_observations_than_are_drawn_the_server_tells_the_log_likelihood(page):
    settled(page)
    shown = json.loads(page.browser.execute_script(MOVE, {"start_lambda0": 0.2}))
    assert shown["trajectory"]["scales"] == [[0.2, 0.5]]
    assert shown["words"] == ""
    page.until(lambda: page.text(ids.RUN_SENTENCE))
    run, _ = run_of(n=5000, start_lambda0=0.2)
    assert ell_in(page.text(ids.RUN_SENTENCE)) == pytest.approx(run.log_likelihood[0], rel=1e-6)


@pytest.mark.query(f"{START}&iteration=12")
def test_changed_data_are_drawn_when_the_control_rests_and_nothing_is_fitted(page):
    assert settled(page)["fitted"]
    assert place(page).startswith("Iteration 12 of")
    page.type("seed", "7")
    page.until(lambda: place(page) == "Iteration 0")
    result = settled(page)
    assert not result["fitted"]
    assert page.observations() == pytest.approx(np.sort(run_of(seed=7)[1]), rel=1e-9)
    page.move("rho", 0.9)
    page.until(lambda: page.observations() == pytest.approx(np.sort(run_of(seed=7, rho=0.9)[1]), rel=1e-9))
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: len(page.observations()) == 82)
    assert place(page) == "Iteration 0"


@pytest.mark.query(START)
@pytest.mark.parametrize("change", [{"method": "accelerated"}, {"k": "3"}, {"tol": "1e-3"}, {"start-from": "random"}])
def test_after_any_other_setting_the_start_is_on_show(page, change):
    settled(page)
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: place(page) != "Iteration 0")
    ((name, value),) = change.items()
    page.advanced()
    if name == "method":
        page.element(ids.option(ids.METHOD, value)).click()
    elif name == "start-from":
        page.choose(name, value)
    else:
        page.type(name, value)
    page.until(lambda: place(page) == "Iteration 0")
    assert not settled(page)["fitted"]


@pytest.mark.query(START)
def test_enter_in_a_box_of_the_settings_runs_em_with_what_is_typed(page):
    settled(page)
    page.type("start_lambda0", "0.2")
    page.element(ids.box("start_lambda0")).send_keys(Keys.ENTER)
    last = run_of(start_lambda0=0.2)[0].n_iter
    page.until(lambda: place(page) == f"Iteration {last} of {last}")
    page.type("start_lambda0", "abc")
    page.element(ids.box("start_lambda0")).send_keys(Keys.ENTER)
    page.until(lambda: page.text(ids.RUN_STATUS))
    assert page.text(ids.RUN_STATUS) == "Not run: correct the value marked above first. The last result is kept."
    assert place(page) == f"Iteration {last} of {last}"


def test_a_run_of_former_settings_is_not_shown(lab, server):
    page = Page(lab, server.address, START)
    settled(page)
    held = Event()

    def hold(request: Request) -> None:
        if is_callback(request) and '"preview":true' not in request.get_data(as_text=True).replace(" ", ""):
            held.wait(PATIENCE)

    server.refuse = hold
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_BUTTON) == RUNNING)
    page.browser.execute_script(
        "window.places = []; const place = document.getElementById('walk-place');"
        "new MutationObserver(() => places.push(place.textContent)).observe(place, {childList: true});"
    )
    page.browser.execute_script(MOVE, {"start_lambda0": 0.2})
    assert page.browser.execute_script("return emlab.runState.state.requested") is None
    held.set()  # the reply comes before the start is asked for, or that gives the run up
    result = settled(page)
    assert not result["fitted"]
    assert result["trajectory"]["scales"] == [[0.2, 0.5]]
    page.until(lambda: page.text(ids.RUN_BUTTON) == RUN_WORD)
    assert all(words == "Iteration 0" for words in page.browser.execute_script("return places"))
    page.assert_quiet()


@pytest.mark.query(f"{START}&iteration=12")
def test_a_reply_that_comes_after_a_change_is_left_aside(page):
    assert settled(page)["fitted"]
    shown = page.browser.execute_script(
        f"const reply = {{ result: emlab.runState.state.result }}; (function () {{{MOVE}}})(arguments[0]);"
        f"emlab.run.showReply(reply, 'label'); return document.getElementById('{ids.WALK_PLACE}').textContent",
        {"start_lambda0": 0.2},
    )
    assert shown == "Iteration 0"
    assert not settled(page)["fitted"]


def test_own_data_that_are_not_there_yet_end_a_run_that_is_under_way(lab, server):
    page = Page(lab, server.address, START)
    settled(page)
    held = Event()
    server.refuse = lambda request: held.wait(PATIENCE) and None if is_callback(request) else None
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_BUTTON) == RUNNING)
    page.choose(ids.SOURCE, "own")
    page.until(lambda: page.text(ids.RUN_BUTTON) == RUN_WORD)
    held.set()
    assert place(page) == "Iteration 0"
    page.assert_quiet()


@pytest.mark.query(START)
def test_other_settings_are_drawn_beside_a_box_that_is_refused(page):
    settled(page)
    page.type("max_iter", "abc")
    page.until(lambda: page.error("max_iter"))
    page.move("start_lambda0", 0.2)
    assert settled(page)["trajectory"]["scales"] == [[0.2, 0.5]]
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_STATUS))
    assert place(page) == "Iteration 0"


@pytest.mark.query(START)
def test_a_question_is_set_up_at_the_start_and_answered_by_the_run(page):
    settled(page)
    page.ask("local")
    page.until(lambda: len(page.observations()) == 82)
    assert not settled(page)["fitted"]
    question = page.text(ids.PREDICT)
    assert question.endswith("?")
    assert page.element(ids.run_panel("starts")).is_displayed()
    assert page.text(ids.study_table("starts")) == ""
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.study_table("starts")))
    assert settled(page)["fitted"]
    assert page.text(ids.PREDICT) == question
    page.move("start_mu0", 10)
    page.until(lambda: place(page) == "Iteration 0")
    assert page.text(ids.PREDICT) == "", "the question is about another start"


HELD = """
const { set_props: set } = dash_clientside;
window.told = [];
dash_clientside.set_props = (id, what) => { told.push(id); set(id, what); };
const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
window.slide = (id, value) => {
  const slider = document.getElementById(id);
  put.call(slider, value);
  slider.dispatchEvent(new Event('input', {bubbles: true}));
};
document.getElementById('start_lambda0-slider').dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}));
slide('start_lambda0-slider', '0.2');
slide('start_lambda1-slider', '0.9');
"""


@pytest.mark.query(START)
def test_a_slider_that_is_held_is_not_written_by_dash(page):
    settled(page)
    page.browser.execute_script(HELD)
    page.until(lambda: "start_lambda1-slider" in page.browser.execute_script("return told"))
    assert "start_lambda0-slider" not in page.browser.execute_script("return told"), "it rests, but it is held"
    page.browser.execute_script(
        "slide('start_lambda0-slider', '0.3');"
        "document.getElementById('start_lambda0-slider').dispatchEvent(new PointerEvent('pointerup', {bubbles: true}))"
    )
    page.until(lambda: "start_lambda0-slider" in page.browser.execute_script("return told"))
    assert page.value(ids.box("start_lambda0")) == "0.3"
    page.until(lambda: float(page.value(ids.slider("start_lambda0"))) == 0.3)
    assert settled(page)["trajectory"]["scales"] == [[0.3, 0.9]]
