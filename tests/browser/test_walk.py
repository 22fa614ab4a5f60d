"""Walking through a run in a real browser: every place is what the engine says of it."""

from __future__ import annotations

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import em
from components.state import ids
from tests.page import RUN, Page
from tests.sharing import open_dialog, press

pytestmark = pytest.mark.query(RUN)


@pytest.fixture(scope="module")
def default() -> tuple[np.ndarray, em.Run]:
    """The page's default run, asked of the engine directly."""
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(1000, np.random.default_rng(1))
    return x, em.fit(x, em.break_tie(x, em.ExponentialMixture([0.1, 0.9], [0.5, 0.5])), em.StoppingRule(tol=1e-12))


def shows(page: Page, x: np.ndarray, parameters: em.Mixture, q_of: em.Mixture) -> bool:
    """Whether curves are those of `parameters` and responsibilities those of `q_of`."""
    mixture = page.trace(ids.DATA_FIGURE, "mixture")
    if not np.allclose(mixture["y"], parameters.density(mixture["x"]), rtol=1e-8):
        return False
    for k in (0, 1):
        curve = page.trace(ids.DATA_FIGURE, f"component-{k}")
        joint = np.exp(parameters.component_log_density(curve["x"])[:, k]) * parameters.weights[k]
        if not np.allclose(curve["y"], joint, rtol=1e-8):
            return False
    q = np.sort(q_of.responsibilities(x), axis=0)
    return np.allclose(page.trace(ids.POSTERIOR_FIGURE, "posterior-0")["y"], q[:, 0], atol=1e-8) and np.allclose(
        page.trace(ids.POSTERIOR_FIGURE, "posterior-1")["y"], q[::-1, 1], atol=1e-8
    )


def at(page: Page, words: str) -> None:
    page.until(lambda: page.text(ids.WALK_PLACE) == words)


def on_show(page: Page) -> list[str]:
    """The table's column of the record on show."""
    cells = page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.RUN_TABLE} tbody tr td:nth-child(4)")
    return [cell.text.replace("−", "-") for cell in cells]


def test_walk_to_the_start_forwards_back_and_to_the_end(page, default):
    x, run = default
    last = run.n_iter
    at(page, f"Iteration {last} of {last}")
    page.requests()
    for button, t in ((ids.WALK_START, 0), (ids.WALK_FORWARD, 1), (ids.WALK_FORWARD, 2), (ids.WALK_BACK, 1)):
        page.element(button).click()
        at(page, f"Iteration {t} of {last}")
        page.until(lambda t=t: shows(page, x, run.mixtures[t], run.mixtures[t]))
        numbers = [float(text) for text in on_show(page)]
        expected = [*run.mixtures[t].weights, *run.mixtures[t].scales, run.log_likelihood[t]]
        np.testing.assert_allclose(numbers, expected, rtol=6e-4)
        assert page.trace(ids.LOG_LIKELIHOOD_FIGURE, "cursor")["x"] == [t, t]
    page.element(ids.WALK_END).click()
    at(page, f"Iteration {last} of {last}")
    page.until(lambda: shows(page, x, run.mixture, run.mixture))
    assert page.requests() == [], "walking is local"


def test_the_slider_and_the_keys_walk_too(page, default):
    x, run = default
    last = run.n_iter
    page.browser.execute_script("document.activeElement.blur()")
    body = page.browser.find_element(By.TAG_NAME, "body")
    for key, t in (
        (Keys.HOME, 0),
        (Keys.ARROW_RIGHT, 1),
        (Keys.ARROW_RIGHT, 2),
        (Keys.ARROW_LEFT, 1),
        (Keys.END, last),
    ):
        body.send_keys(key)
        at(page, f"Iteration {t} of {last}")
    slider = page.element(ids.WALK_SLIDER)
    slider.send_keys(Keys.HOME)
    at(page, f"Iteration 0 of {last}")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    at(page, f"Iteration 3 of {last}")
    assert slider.get_attribute("aria-valuetext") == f"Iteration 3 of {last}"
    page.until(lambda: shows(page, x, run.mixtures[3], run.mixtures[3]))


def next_half(page: Page) -> list[bool]:
    """Which of E-step and M-step can be pressed."""
    return [page.element(button).get_attribute("aria-disabled") is None for button in (ids.E_STEP, ids.M_STEP)]


def test_e_step_and_m_step_move_one_side_at_a_time(page, default):
    x, run = default
    last = run.n_iter
    assert next_half(page) == [False, False], "the run is over"
    page.element(ids.WALK_START).click()
    for t in range(3):
        at(page, f"Iteration {t} of {last}")
        page.until(lambda t=t: shows(page, x, run.mixtures[t], run.mixtures[t]))
        assert next_half(page) == [False, True]
        page.element(ids.M_STEP).click()
        at(page, f"Iteration {t + 1} of {last}")
        page.until(lambda t=t: shows(page, x, run.mixtures[t + 1], run.mixtures[t]))
        assert next_half(page) == [True, False]
        page.until(lambda t=t: page.text(ids.WALK_ANNOUNCEMENT).startswith(f"After the M-step to iteration {t + 1} "))
        page.element(ids.E_STEP).click()
    page.until(lambda: shows(page, x, run.mixtures[3], run.mixtures[3]))
    page.element(ids.M_STEP).click()
    page.element(ids.M_STEP).click()  # the E-step comes first
    at(page, f"Iteration 4 of {last}")
    page.element(ids.WALK_FORWARD).click()
    at(page, f"Iteration 4 of {last}")
    page.until(lambda: shows(page, x, run.mixtures[4], run.mixtures[4]))
    page.element(ids.M_STEP).click()
    page.element(ids.WALK_BACK).click()
    page.until(lambda: shows(page, x, run.mixtures[4], run.mixtures[4]))


def test_play_goes_to_the_end_and_can_be_paused(page, default):
    _, run = default
    page.element(ids.WALK_PLAY).click()
    page.until(lambda: page.text(ids.WALK_PLAY) == "Pause")
    page.until(lambda: page.text(ids.WALK_PLACE) not in ("", f"Iteration {run.n_iter} of {run.n_iter}"))
    page.element(ids.WALK_PLAY).click()
    page.until(lambda: page.text(ids.WALK_PLAY) == "Play")
    page.element(ids.WALK_PLAY).click()
    at(page, f"Iteration {run.n_iter} of {run.n_iter}")
    page.until(lambda: page.text(ids.WALK_PLAY) == "Play")


def test_parameters_over_iterations_are_the_trajectory(page, default):
    _, run = default
    for row, name in enumerate(("weights", "scales")):
        for k in (0, 1):
            trace = page.trace(ids.PARAMETERS_FIGURE, f"row{row}-component-{k}")
            np.testing.assert_allclose(trace["y"], run.parameters[name][:, k], rtol=1e-9)
    truth = page.trace(ids.PARAMETERS_FIGURE, "row1-true-0")
    assert truth["y"] == [0.1, 0.1]


def test_marks_follow_the_walk_when_coloured_by_responsibility(page, default):
    x, run = default
    page.element(ids.option(ids.COLOUR_BY, "responsibility")).click()
    page.element(ids.WALK_START).click()
    at(page, f"Iteration 0 of {run.n_iter}")
    script = "return document.querySelector('#data-figure .js-plotly-plot').layout.shapes.map((s) => s.path)"
    levels = np.round(run.mixtures[0].responsibilities(x)[:, 0] * 16).astype(int)
    used = len(np.unique(levels))

    def drawn() -> bool:
        paths = page.browser.execute_script(script)
        return sum("V-9" not in path for path in paths) <= 2 * used

    page.until(drawn)


def test_a_new_run_starts_at_its_end_and_a_source_with_means_has_three_rows(page):
    page.choose(ids.SOURCE, "faithful-waiting")
    page.until(lambda: page.trace(ids.PARAMETERS_FIGURE, "row2-component-0")["visible"])
    page.run()
    data = em.datasets.load("faithful-waiting")
    run = em.fit(data.x, data.start, em.StoppingRule(tol=1e-12))
    at(page, f"Iteration {run.n_iter} of {run.n_iter}")
    np.testing.assert_allclose(
        page.trace(ids.PARAMETERS_FIGURE, "row1-component-1")["y"], run.parameters["means"][:, 1], rtol=1e-9
    )
    page.element(ids.WALK_START).click()
    at(page, f"Iteration 0 of {run.n_iter}")
    page.until(lambda: shows(page, data.x, data.start, data.start))


LISTEN = """
window.spoken = [];
for (const region of document.querySelectorAll("output, [role=status], [role=alert], [aria-live]"))
  if (region.getAttribute("aria-live") !== "off")
    new MutationObserver(() => window.spoken.push([region.id, region.textContent]))
      .observe(region, { childList: true, characterData: true, subtree: true });
"""


DRAG = """
const [slider, done] = arguments;
let frames = 0;
const move = () => {
  slider.value = String(0.5 + 0.01 * ++frames);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  if (frames < 20) requestAnimationFrame(move);
  else done();
};
move();
"""


def spoken(page: Page) -> list[list[str]]:
    """Which live regions have changed since `LISTEN`, and what they say."""
    return page.browser.execute_script("return window.spoken")


def test_nothing_is_read_aloud_while_a_run_plays_or_a_slider_moves(page, default):
    _, run = default
    page.load_views()
    page.until(lambda: all(page.text(ids.announcement(view)) for view in ("gaussian", "exponential")))
    page.element(ids.WALK_START).click()
    page.until(lambda: page.text(ids.WALK_ANNOUNCEMENT).startswith("Iteration 0"))
    page.browser.execute_script(LISTEN)
    page.element(ids.WALK_PLAY).click()
    at(page, f"Iteration {run.n_iter} of {run.n_iter}")
    page.until(lambda: spoken(page))
    [[region, words]] = spoken(page)
    assert (region, words.split(".")[0]) == (ids.WALK_ANNOUNCEMENT, f"Iteration {run.n_iter} of {run.n_iter}")
    page.open("gaussian")
    page.browser.execute_script("window.spoken = []")
    page.browser.execute_async_script(DRAG, page.element(ids.slider("gaussian-pi1")))
    page.until(lambda: spoken(page))
    assert [region for region, _ in spoken(page)] == [ids.announcement("gaussian")]


def test_the_end_of_each_run_is_read_aloud_though_it_is_as_the_one_before(page):
    sentence = page.text(ids.RUN_SENTENCE)
    page.until(lambda: page.text(ids.WALK_ANNOUNCEMENT))  # of the run that was there at first
    page.browser.execute_script(LISTEN)
    for _ in range(2):
        before = len(spoken(page))
        page.element(ids.RUN_BUTTON).click()
        page.until(lambda before=before: len(spoken(page)) == before + 2)
    assert spoken(page) == [[ids.RUN_ANNOUNCEMENT, "Running …"], [ids.RUN_ANNOUNCEMENT, sentence]] * 2


def test_the_keys_of_the_walk_are_not_taken_from_what_scrolls_or_lies_above(page, default):
    _, run = default
    place = f"Iteration {run.n_iter} of {run.n_iter}"
    table = page.browser.find_element(By.CSS_SELECTOR, f'.save[data-figure="{ids.DATA_FIGURE}"] .as-table')
    page.browser.execute_script("arguments[0].click()", table)
    region = page.element(f"{ids.DATA_FIGURE}-table")
    page.browser.execute_script("arguments[0].focus()", region)
    below = "const [box] = arguments; return box.scrollHeight - box.clientHeight - box.scrollTop"
    above = "return arguments[0].scrollTop"

    def scrolls(key: str, left: str) -> bool:  # pressed again: one that comes too early may be dropped
        press(page, key)
        return page.browser.execute_script(left, region) < 2

    page.until(lambda: scrolls(Keys.END, below))
    page.until(lambda: scrolls(Keys.HOME, above))
    assert page.text(ids.WALK_PLACE) == place
    open_dialog(page)
    page.browser.execute_script("document.activeElement.blur()")
    press(page, Keys.ARROW_LEFT, Keys.HOME, Keys.SPACE)
    assert page.text(ids.WALK_PLACE) == place


def test_the_names_of_lines_come_with_the_figure_and_follow_its_height(page):
    names = "return document.querySelectorAll('#parameters-figure .js-plotly-plot .annotation-text').length"
    height = "return emlab.figures.onShow['parameters-figure'].layout.meta.height"
    page.show("parameters")
    page.until(lambda: page.browser.execute_script(names) == 4)
    page.browser.execute_script("document.getElementById('parameters-figure').closest('.card').style.display = 'none'")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.browser.execute_script(height) == 0)
    page.browser.execute_script("document.getElementById('parameters-figure').closest('.card').style.display = ''")
    page.until(lambda: page.browser.execute_script(height) > 0)
    page.until(lambda: page.browser.execute_script(names) == 4)


def test_play_is_called_by_what_it_does(page):
    play = page.element(ids.WALK_PLAY)
    assert play.accessible_name == "Play"
    play.click()
    page.until(lambda: play.accessible_name == "Pause")


def test_thousands_of_iterations_have_commas(page):
    page.visit("v=1&view=em&n=30&max_iter=1200&tol=0&hide=truth")
    at(page, "Iteration 1,200 of 1,200")
    assert page.text(ids.RUN_SENTENCE).startswith("Ran 1,200 iterations, as many as asked for")
    said = page.text(ids.sentence(ids.LOG_LIKELIHOOD_FIGURE)), page.text(ids.sentence(ids.PARAMETERS_FIGURE))
    assert said[0].startswith("Iteration 1,200 of 1,200: ")
    assert said[1].startswith("Iteration 1,200: ")


def test_the_slider_of_a_long_run_is_logarithmic_and_its_keys_go_by_iterations(page):
    page.visit("v=1&view=em&n=30&max_iter=1200&tol=0")
    slider = page.element(ids.WALK_SLIDER)
    assert slider.get_attribute("max") == "1000"
    slider.send_keys(Keys.HOME)
    at(page, "Iteration 0 of 1,200")
    for key, t in ((Keys.ARROW_RIGHT, 1), (Keys.PAGE_UP, 121), (Keys.ARROW_LEFT, 120), (Keys.END, "1,200")):
        slider.send_keys(key)
        at(page, f"Iteration {t} of 1,200")
    script = (
        "const [slider] = arguments; slider.value = '500';"
        "slider.dispatchEvent(new Event('input', { bubbles: true })); return slider.value"
    )
    page.browser.execute_script(script, slider)
    at(page, f"Iteration {round(1201**0.5 - 1)} of 1,200")


def test_each_run_takes_the_time_to_play_that_can_be_watched(page):
    schedule = "return emlab.pace.schedule({ log_likelihood: arguments[0], trajectory: arguments[1] }, 10_000)"
    rng = np.random.default_rng(5)
    for n in (1, 3, 61, 7574):
        falling = np.cumsum(rng.random((n + 1, 2)) * np.geomspace(1, 1e-9, n + 1)[:, None], axis=0)
        times = np.array(page.browser.execute_script(schedule, [0] * (n + 1), {"scales": falling.tolist()}))
        assert times[0] == 0
        assert times[-1] == pytest.approx(min(10_000, 1000 * n))
        assert (np.diff(times) > 0).all(), "every record is shown, if there is time"
        assert times[-(-n // 2)] >= times[-1] / 2 - 1e-6, "more time for what changes more"
