"""Traps to try and studies of a run, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest

import em
from components.state import ids
from components.state.presets import PRESETS
from components.state.words import SENTENCES
from tests.page import RUN, Page

pytestmark = pytest.mark.query(RUN)


def draw_surface(page: Page) -> None:
    page.study("surface")
    page.until(lambda: "all else held as at iteration" in page.text(ids.study_words("surface")))
    page.until(lambda: "y" in page.trace(ids.SURFACE_FIGURE, "path") and page.trace(ids.SURFACE_FIGURE, "path")["y"])


def test_every_question_is_set_up_and_its_run_says_what_happened(page):
    for name, preset in PRESETS.items():
        page.browser.execute_script("document.getElementById(arguments[0]).click()", ids.preset(name))
        page.until(lambda preset=preset: page.text(ids.PREDICT) == preset.predict)
        for parameter, value in preset.settings.items():
            assert float(page.value(ids.box(parameter))) == value
        assert page.value(ids.selected(ids.SOURCE)) == preset.source
        page.run()
        assert page.text(ids.PREDICT) == preset.predict
        if preset.study:
            page.until(lambda study=preset.study: page.text(ids.study_words(study)) not in {"", SENTENCES["working"]})
    assert "BIC is lowest with K = 1" in page.text(ids.study_words("sizes"))
    page.type("k", "3")
    page.until(lambda: page.text(ids.PREDICT) == "")


def test_the_galaxies_trap_most_starts(page):
    page.ask("local")
    page.run()
    page.until(lambda: "trapped in a local optimum" in page.text(ids.study_words("starts")))
    table = page.text(ids.study_table("starts"))
    assert "−220.058" in table
    assert "−220.243" in table
    assert table.index("best") < table.index("trapped") < table.index("spike")


SHOW = """
const [study, i] = arguments;
const row = document.querySelectorAll(`#study-${study}-table tbody tr`)[i];
const button = row.querySelector('button');
button?.click();
return button && row.textContent;
"""


def show_row(page: Page, study: str, i: int, ell: float) -> None:
    """Press *Show* in a row of a study: the run from there ends with this log-likelihood, and the table stays."""
    table = page.text(ids.study_table(study))
    page.browser.execute_script("window.before = emlab.runState.state.result")
    assert page.browser.execute_script(SHOW, study, i)
    page.until(
        lambda: page.browser.execute_script(
            "const { result } = emlab.runState.state; return result !== before && result.fitted"
        )
    )
    end = page.browser.execute_script("return emlab.runState.state.result.log_likelihood.at(-1)")
    assert end == pytest.approx(ell, abs=2e-3)
    assert page.text(ids.study_table(study)) == table


@pytest.mark.query("v=2&view=em&source=galaxies&k=2")
def test_the_fit_of_a_row_can_be_shown(page):
    page.study("starts")
    page.until(lambda: page.text(ids.study_table("starts")))
    for i, ell in ((1, -220.243), (0, -220.058)):
        show_row(page, "starts", i, ell)
    assert page.browser.execute_script(SHOW, "starts", 2) is None, "a spike is no fit"
    page.move("start_mu0", 12)
    page.until(lambda: page.text(ids.WALK_PLACE) == "Iteration 0")
    assert "−220.058" in page.text(ids.study_table("starts")), "they are of the same observations"
    page.type("k", "3")
    page.until(lambda: page.text(ids.study_table("starts")) == "")
    page.study("sizes")
    page.until(lambda: page.text(ids.study_table("sizes")))
    x = em.datasets.load("galaxies").x
    for k in (1, 3):
        best = em.choose(x, em.GaussianMixture, (k,), seed=1)[0]
        show_row(page, "sizes", k - 1, best.log_likelihood)
        assert page.value(ids.box("k")) == str(k)
    page.choose(ids.SOURCE, "faithful-eruptions")
    page.until(lambda: page.text(ids.study_table("sizes")) == "")


def test_starts_that_were_cut_off_are_not_called_trapped(page):
    page.type("max_iter", "5")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "limit of 5 iterations" in page.text(ids.RUN_SENTENCE))
    page.study("starts")
    page.until(lambda: "ended lower and had not converged" in page.text(ids.study_words("starts")))
    table = page.text(ids.study_table("starts"))
    assert table.index("best so far") < table.index("not converged")
    assert "trapped" not in table


def test_the_surface_shows_the_path_and_a_click_starts_from_there(page):
    draw_surface(page)
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(1000, np.random.default_rng(1))
    start = em.break_tie(x, em.ExponentialMixture([0.1, 0.9], [0.5, 0.5]))
    run = em.fit(x, start, em.StoppingRule(tol=1e-12))
    path = page.trace(ids.SURFACE_FIGURE, "path")
    np.testing.assert_allclose(np.transpose([path["x"], path["y"]]), run.parameters["scales"], rtol=1e-9)
    sentence = page.text(ids.RUN_SENTENCE)
    page.browser.execute_script(  # a question that is not about this run
        "document.getElementById('predict').textContent = 'What will happen?';"
        "document.querySelector('#surface-figure .js-plotly-plot')"
        ".emit('plotly_click', {points: [{x: 0.3333, y: 0.8}]})"
    )
    page.until(lambda: page.text(ids.RUN_SENTENCE) != sentence)
    assert page.text(ids.PREDICT) == ""
    assert (page.value(ids.box("start_lambda0")), page.value(ids.box("start_lambda1"))) == ("0.333", "0.8")
    page.until(lambda: float(page.value(ids.slider("start_lambda0"))) == 0.333)
    first = page.trace(ids.PARAMETERS_FIGURE, "row1-component-0")["y"][0]
    assert first == pytest.approx(0.333)
    rho = page.trace(ids.PARAMETERS_FIGURE, "row0-component-0")["y"][0]
    assert rho == pytest.approx(run.mixture.weights[0], abs=6e-4), "what the surface holds, to the step of its slider"


def earlier_paths(page: Page) -> list[list[list[float]]]:
    """The pale paths, which gaps part."""
    paths: list[list[list[float]]] = [[]]
    trace = page.trace(ids.SURFACE_FIGURE, "earlier")
    for point in zip(trace.get("x", []), trace.get("y", []), strict=True):
        paths = [*paths, []] if point == (None, None) else [*paths[:-1], [*paths[-1], list(point)]]
    return paths[:-1]


def test_the_surface_stays_for_other_starts_and_goes_with_other_data(page):
    draw_surface(page)
    surface = page.trace(ids.SURFACE_FIGURE, "surface")
    assert earlier_paths(page) == []
    paths = []
    for point in ({"x": 0.3, "y": 0.8}, {"x": 0.9, "y": 0.2}):
        path = page.trace(ids.SURFACE_FIGURE, "path")
        paths.append(np.transpose([path["x"], path["y"]]))
        page.browser.execute_script(
            "document.querySelector('#surface-figure .js-plotly-plot').emit('plotly_click', {points: [arguments[0]]})",
            point,
        )
        page.until(lambda: len(earlier_paths(page)) == len(paths))
        start = page.trace(ids.SURFACE_FIGURE, "start")
        assert (start["x"], start["y"]) == ([point["x"]], [point["y"]])
        for drawn, expected in zip(earlier_paths(page), paths, strict=True):
            np.testing.assert_array_equal(drawn, expected)
        assert page.trace(ids.SURFACE_FIGURE, "surface") == surface
    assert "held as at iteration 61 of an earlier run" in page.text(ids.study_words("surface"))
    assert page.element(ids.SURFACE_FIGURE).is_displayed()
    page.element(ids.WALK_START).click()
    page.until(lambda: page.trace(ids.SURFACE_FIGURE, "here")["x"] == [0.9])
    page.study("surface")
    page.until(lambda: "held as at iteration 0" in page.text(ids.study_words("surface")))
    assert earlier_paths(page) == []
    page.type("seed", "2")
    page.until(lambda: not page.element(ids.SURFACE_FIGURE).is_displayed())
    assert page.text(ids.study_words("surface")) == ""


def test_a_study_of_too_many_observations_is_refused_in_words(page):
    page.type("n", "20000")
    page.run()
    page.study("surface")
    page.until(lambda: "at most 10,000 observations" in page.text(ids.study_words("surface")))


def dots(page: Page) -> dict[str, list[tuple[float, float]]]:
    """The dots of each kind of end: log-likelihood, place in the stack."""
    traces = {uid: page.trace(ids.STARTS_FIGURE, uid) for uid in ("best", "other", "unfinished")}
    return {uid: list(zip(one["x"], one["y"], strict=True)) for uid, one in traces.items() if one.get("x")}


@pytest.mark.query("v=1&view=em&source=galaxies&k=2&starts=50")
def test_each_run_from_another_start_is_a_dot_where_it_ended(page):
    page.study("starts")
    page.until(lambda: page.text(ids.sentence(ids.STARTS_FIGURE)))
    x = em.datasets.load("galaxies").x
    mixtures = em.studies.seeded_starts(x, em.GaussianMixture, 2, 50, np.random.default_rng(1))
    found = em.restarts(x, list(mixtures), em.StoppingRule(max_iter=1000, tol=1e-12))
    best, *others = found.optima
    assert others
    assert found.spikes
    assert all(end.converged for end in found.optima)
    drawn = dots(page)
    assert drawn.keys() == {"best", "other"}
    for kind, ends in (("best", [best]), ("other", others)):
        levels = np.repeat([end.log_likelihood for end in ends], [end.count for end in ends])
        np.testing.assert_allclose(sorted(x for x, _ in drawn[kind]), sorted(levels), rtol=1e-9)
    stack = [y for x, y in (*drawn["best"], *drawn["other"])]
    assert max(stack) >= best.count, "dots at one place stand upon one another"
    assert len(set(drawn["best"])) == best.count
    legend = page.element(ids.STARTS_LEGEND).text.split("\n")
    assert legend == ["Best", "Trapped"]
    low = min(end.log_likelihood for end in others)
    ends = [f"{level:.3f}".replace("-", "−") for level in (best.log_likelihood, low)]
    assert page.text(ids.sentence(ids.STARTS_FIGURE)) == "Highest end {}, lowest {}. Spikes are not drawn.".format(
        *ends
    )
    page.choose(ids.SOURCE, "faithful-waiting")
    page.until(lambda: not page.element(ids.STARTS_FIGURE).is_displayed())


@pytest.mark.query("v=1&view=em&source=air-conditioning&k=2")
def test_criteria_are_drawn_over_the_number_of_components(page):
    page.study("sizes")
    page.until(lambda: page.text(ids.sentence(ids.CHOICE_FIGURE)))
    x = em.datasets.load("air-conditioning").x
    found = em.choose(x, em.ExponentialMixture, seed=1)
    lowest = {name: em.preferred(found, name) for name in ("aic", "bic")}
    assert lowest["aic"] is not lowest["bic"]
    for name, one in lowest.items():
        curve = page.trace(ids.CHOICE_FIGURE, name)
        assert curve["x"] == [1, 2, 3, 4, 5]
        np.testing.assert_allclose(curve["y"], [getattr(candidate, name) for candidate in found], atol=2e-3)
        rings = page.trace(ids.CHOICE_FIGURE, "cursor")
        at = rings["x"].index(one.n_components)
        assert rings["y"][at] == pytest.approx(getattr(one, name), abs=2e-3)
    ks = [one.n_components for one in lowest.values()]
    assert page.text(ids.sentence(ids.CHOICE_FIGURE)) == "AIC is lowest with K = {}, BIC with K = {}.".format(*ks)


def test_how_many_components(page):
    page.study("sizes")
    page.until(lambda: "BIC is lowest with K = 2" in page.text(ids.study_words("sizes")))
    assert page.text(ids.study_table("sizes")).count("chosen") == 1


def test_studies_that_are_asked_for_together_are_made_one_after_the_other(page):
    for study in ("surface", "starts", "sizes"):
        page.browser.execute_script("document.getElementById(arguments[0]).click()", ids.study(study))
    page.until(lambda: "iteration" in page.text(ids.study_words("surface")))
    page.until(lambda: "starts reached" in page.text(ids.study_words("starts")))
    page.until(lambda: "BIC is lowest" in page.text(ids.study_words("sizes")))


def test_a_spike_is_drawn_though_it_falls_between_the_points_of_the_curve(page):
    page.ask("spike")
    page.run()
    assert "has shrunk onto" in page.text(ids.RUN_SENTENCE)
    mean, std = (page.browser.execute_script(f"return emlab.runState.step().p.{name}[0]") for name in ("means", "stds"))
    curve = page.trace(ids.DATA_FIGURE, "mixture")
    assert max(curve["y"]) > 1e3
    assert curve["x"][int(np.argmax(curve["y"]))] == mean
    assert std < 1e-5
    assert page.y_range(ids.DATA_FIGURE)[1] < 1, "the rest is not flattened for it"


def test_a_study_is_of_the_run_on_show_and_not_of_the_one_that_a_link_had(page):
    page.visit("v=1&view=em&n=200&seed=3&starts=5")
    page.type("n", "1000")
    page.run()
    page.study("sizes")
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(1000, np.random.default_rng(3))
    single = em.lessons.single_fit(x, em.ExponentialMixture)
    page.until(lambda: f"{single.log_likelihood(x):.2f}".replace("-", "−") in page.text(ids.study_table("sizes")))
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: "Galaxies" in page.text(ids.RUN_NOTE))
    page.study("starts")
    page.until(lambda: "of 5 starts reached" in page.text(ids.study_words("starts")))


def test_a_study_whose_own_value_is_refused_says_so(page):
    page.type("starts", "99")
    page.until(lambda: page.error("starts"))
    page.study("starts")
    assert page.text(ids.study_words("starts")) == SENTENCES["mend_study"]


def test_a_surface_that_went_while_its_figure_took_another_size_has_no_sentence(page):
    draw_surface(page)
    assert page.text(ids.sentence(ids.SURFACE_FIGURE)).startswith("Highest on the grid")
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: "Galaxies" in page.text(ids.RUN_NOTE))
    page.browser.execute_script(
        "document.dispatchEvent(new CustomEvent('figure', {detail: arguments[0]}))", ids.SURFACE_FIGURE
    )
    assert page.text(ids.sentence(ids.SURFACE_FIGURE)) == ""
