"""The Run EM view in a real browser, and the page as a whole."""

from __future__ import annotations

from urllib.parse import urlsplit

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

import em
from components.results import runs
from components.state import ids, parameters
from components.state.parameters import with_minus
from components.state.sources import SOURCES
from components.state.words import SENTENCES, SIGNS
from tests.page import RUN, Page, hosts

pytestmark = pytest.mark.query(RUN)


SETTLED = """
const { requested, request, values } = emlab.runState.state;
return requested && requested === request && requested.lambda1 === values.lambda1;
"""
"""Whether the start with the present settings has come."""


def cells(page: Page) -> dict[str, list[str]]:
    """The table of estimates: parameter -> its cells."""
    script = (
        "return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)]"
        ".map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    rows = page.browser.execute_script(script, ids.RUN_TABLE)
    return {head.strip("".join(SIGNS)): numbers for head, *numbers in rows}


def engine(seed: int = 1, n: int = 1000, scales: tuple[float, float] = (0.1, 1.0)) -> tuple[np.ndarray, em.Run]:
    """The page's default run, asked of the engine directly."""
    x, _ = em.ExponentialMixture([0.5, 0.5], scales).sample(n, np.random.default_rng(seed))
    return x, em.fit(x, em.break_tie(x, em.ExponentialMixture([0.1, 0.9], [0.5, 0.5])), em.StoppingRule(tol=1e-12))


def assert_shows(page: Page, x: np.ndarray, run: em.Run) -> None:
    """The figures hold the engine's numbers."""
    page.until(lambda: len(page.trace(ids.LOG_LIKELIHOOD_FIGURE, "log-likelihood").get("y", [])) == run.n_iter + 1)
    values = page.trace(ids.LOG_LIKELIHOOD_FIGURE, "log-likelihood")["y"]
    np.testing.assert_allclose(values, run.log_likelihood, rtol=1e-10)
    np.testing.assert_allclose(page.observations(), np.sort(x), rtol=1e-10)
    q = run.mixture.responsibilities(x)
    ascending, descending = (page.trace(ids.POSTERIOR_FIGURE, f"posterior-{k}")["y"] for k in (0, 1))
    np.testing.assert_allclose(ascending, np.sort(q[:, 0]), atol=1e-9)
    np.testing.assert_allclose(descending, np.sort(q[:, 1])[::-1], atol=1e-9)
    mixture = page.trace(ids.DATA_FIGURE, "mixture")
    np.testing.assert_allclose(mixture["y"], run.mixture.density(mixture["x"]), rtol=1e-9)
    density, edges = np.histogram(x, bins=len(page.trace(ids.DATA_FIGURE, "histogram")["y"]), density=True)
    np.testing.assert_allclose(page.trace(ids.DATA_FIGURE, "histogram")["y"], density, rtol=1e-9)
    np.testing.assert_allclose(page.trace(ids.DATA_FIGURE, "histogram")["x"], (edges[:-1] + edges[1:]) / 2, rtol=1e-9)


def test_the_default_run_is_there_at_first_load_and_is_the_engines(page):
    x, run = engine()
    assert page.tells(run)
    assert "moved apart" in page.text(ids.RUN_NOTE)
    assert_shows(page, x, run)
    table = cells(page)
    assert list(table) == ["ρ = π0", "π1", "λ0", "λ1", "ℓ"]
    assert table["λ0"][0] == "0.1000"
    assert float(table["λ0"][2]) == pytest.approx(run.mixture.scales[0], rel=1e-3)


def test_run_on_a_seed_is_the_engines_answer_without_more_requests(page):
    page.load_views()
    page.type("seed", "20260")
    page.type("lambda1", "2.5")
    page.until(lambda: page.text(ids.WALK_PLACE) == "Iteration 0")
    page.until(lambda: page.browser.execute_script(SETTLED))
    page.requests()
    page.run()
    assert [urlsplit(url).path for url in page.requests()] == ["/_dash-update-component"]
    x, run = engine(20260, scales=(0.1, 2.5))
    assert page.tells(run)
    assert_shows(page, x, run)


def test_real_data_run_with_their_family_and_start_when_chosen(page):
    for source, symbols in (
        ("faithful-waiting", ["ρ = π0", "π1", "μ0", "μ1", "σ0", "σ1", "ℓ"]),
        ("faithful-eruptions", ["ρ = π0", "π1", "μ0", "μ1", "σ0", "σ1", "ℓ"]),
        ("air-conditioning", ["ρ = π0", "π1", "λ0", "λ1", "ℓ"]),
    ):
        data = em.datasets.load(source)
        page.choose(ids.SOURCE, source)
        page.until(lambda data=data: data.citation in page.text(ids.ABOUT))
        page.until(lambda symbols=symbols: list(cells(page)) == symbols)
        page.run()
        best = data.log_likelihood
        page.until(lambda best=best: abs(float(cells(page)["ℓ"][2].replace("−", "-")) - best) < 0.01)
        assert not page.element(ids.row("seed")).is_displayed()
        np.testing.assert_allclose(page.observations(), np.sort(data.x))
        gaussian = data.family is em.GaussianMixture
        assert page.element(ids.row("start_mu0")).is_displayed() is gaussian
        assert page.element(ids.row("start_lambda0")).is_displayed() is not gaussian
        for parameter in SOURCES[source].starts[2]:
            assert float(page.value(ids.slider(parameter.name))) == pytest.approx(parameter.default)
            assert float(page.value(ids.box(parameter.name))) == parameter.default
    page.choose(ids.SOURCE, "generated")
    page.until(lambda: page.element(ids.row("seed")).is_displayed())
    page.run()
    page.until(lambda: page.tells(engine()[1]))


def test_many_observations_are_thinned_in_marks_only_and_that_is_said(page):
    page.type("n", "100000")
    page.run()
    x, run = engine(n=100_000)
    assert page.tells(run)
    assert "2,000 of the 100,000 observations are drawn" in page.text(ids.RUN_NOTE)
    assert len(page.observations()) == runs.MAX_MARKS
    curve = page.trace(ids.POSTERIOR_FIGURE, "posterior-0")
    assert (curve["x"][0], curve["x"][-1]) == (1, 100_000)
    exact = np.sort(run.mixture.responsibilities(x)[:, 0])
    np.testing.assert_allclose(curve["y"], exact[np.array(curve["x"]) - 1], atol=2e-3)
    bars = page.trace(ids.DATA_FIGURE, "histogram")["y"]
    np.testing.assert_allclose(bars, np.histogram(x, bins=len(bars), density=True)[0], rtol=1e-9)


@pytest.mark.same_page
@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("n", "1e9", "too_large"),
        ("n", "0", "too_small"),
        ("n", "12.5", "off_step"),
        ("seed", "-1", "too_small"),
        ("lambda0", "0", "too_small"),
        ("rho", "1.5", "too_large"),
        ("max_iter", "", "empty"),
        ("tol", "-1", "too_small"),
        ("tol", "e", "not_a_number"),
    ],
)
def test_bad_values_are_refused_in_words_and_the_last_result_stays(page, name, text, problem):
    before = page.text(ids.RUN_TABLE)
    page.type(name, text)
    page.until(lambda: parameters.PROBLEMS[problem] in page.error(name))
    page.until(page.element(ids.error(name)).is_displayed)
    page.requests()
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "correct the value" in page.text(ids.RUN_STATUS))
    assert page.requests() == []
    assert page.text(ids.RUN_TABLE) == before
    good = next(parameter.default for parameter in SOURCES["generated"].parameters() if parameter.name == name)
    page.type(name, f"{good:g}")
    page.until(lambda: page.error(name) == "")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_STATUS) == "")
    page.until(lambda: page.element(ids.RUN_BUTTON).text == "Run EM")


def test_too_much_work_is_refused_by_the_server_in_words(page):
    page.type("n", "100000")
    page.type("max_iter", "10000")
    page.until(lambda: "100,000 observations" in page.text(ids.RUN_NOTE))
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "lower one of them" in page.text(ids.RUN_STATUS))
    assert "The last result is kept" in page.text(ids.RUN_STATUS)
    assert page.text(ids.WALK_PLACE) == "Iteration 0"
    assert "100,000 observations" in page.text(ids.RUN_NOTE)
    page.type("n", "500")
    page.run()
    assert page.text(ids.RUN_STATUS) == ""


def test_nothing_is_said_to_be_kept_where_there_is_nothing_yet(page):
    page.browser.get(f"{page.url}?v=1&view=em&n=100000&max_iter=10000&k=5")
    status = f"return document.getElementById('{ids.RUN_STATUS}')?.textContent"
    page.until(lambda: "lower one of them" in (page.browser.execute_script(status) or ""))
    assert "kept" not in page.text(ids.RUN_STATUS)


def test_the_iteration_of_a_link_is_for_its_own_run(page):
    page.browser.get(f"{page.url}?v=1&view=em&n=100000&max_iter=10000&iteration=3")
    status = f"return document.getElementById('{ids.RUN_STATUS}')?.textContent"
    page.until(lambda: "lower one of them" in (page.browser.execute_script(status) or ""))
    page.type("n", "500")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "500 observations" in page.text(ids.RUN_NOTE))
    last = page.browser.execute_script("return emlab.runState.state.result.log_likelihood.length - 1")
    assert page.text(ids.WALK_PLACE) == f"Iteration {last} of {last}"


def test_run_em_hears_the_first_click_after_a_value_is_mended(page):
    page.type("max_iter", "0")
    page.until(lambda: page.error("max_iter"))
    page.type("max_iter", "5")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_SENTENCE).startswith("Stopped at the limit of 5 iterations"))
    page.until(lambda: page.error("max_iter") == "")


def test_arrow_keys_take_the_tolerance_by_decades(page):
    page.advanced()
    box = page.element(ids.box("tol"))
    box.send_keys(Keys.ARROW_UP)
    page.until(lambda: float(page.value(ids.box("tol"))) == 1e-11)
    box.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    page.until(lambda: float(page.value(ids.box("tol"))) == 1e-13)


def test_each_source_keeps_its_start_values(page):
    page.type("start_lambda0", "0.3")
    page.choose(ids.SOURCE, "air-conditioning")
    page.until(lambda: page.value(ids.box("start_lambda0")) == "45.46")
    page.choose(ids.SOURCE, "generated")
    page.until(lambda: page.value(ids.box("start_lambda0")) == "0.3")
    page.until(lambda: float(page.value(ids.slider("start_lambda0"))) == 0.3)
    page.until(lambda: "Exponential mixture: 1,000 observations, seed 1." in page.text(ids.RUN_NOTE))
    table = page.text(ids.RUN_TABLE)
    page.choose(ids.SOURCE, "generated")
    assert page.value(ids.box("start_lambda0")) == "0.3"
    assert page.text(ids.RUN_TABLE) == table


def test_colour_by_responsibility(page):
    page.element(ids.option(ids.COLOUR_BY, "responsibility")).click()
    page.until(lambda: "coloured by responsibility" in page.text(ids.RUN_NOTE))
    script = (
        "return document.querySelector('#data-figure .js-plotly-plot').layout.shapes.map((s) => [s.path, s.line.color])"
    )
    shapes = page.until(lambda: len(found := page.browser.execute_script(script)) > 10 and found)
    assert len({colour for _, colour in shapes}) > 10
    assert sum(path.count("M") for path, _ in shapes if "V-9" not in path) == 1000, "every mark is drawn once"
    _, run = engine()
    for k in (0, 1):
        row = page.trace(ids.DATA_FIGURE, f"observations-{k}")
        np.testing.assert_allclose(row["customdata"], run.mixture.responsibilities(row["x"]), atol=1e-9)


def test_marks_of_one_component_are_not_said_to_be_between_two(page):
    page.element(ids.option(ids.COLOUR_BY, "responsibility")).click()
    page.type("k", "1")
    page.until(lambda: not page.element(ids.row("start_rho")).is_displayed())
    page.run()
    assert page.text(ids.RUN_NOTE).endswith(SENTENCES["one_colour"])


@pytest.mark.parametrize(
    ("typed", "place", "words"),
    [("1", ids.RUN_NOTE, "1 component was fitted"), ("9", ids.RUN_STATUS, SENTENCES["mend_first"])],
)
def test_run_em_is_clicked_though_what_was_typed_moves_it(page, typed, place, words):
    page.browser.set_window_size(1440, 1400)  # all above the button is there at its height
    page.type("k", typed)
    ActionChains(page.browser).click_and_hold(page.element(ids.RUN_BUTTON)).pause(0.1).release().perform()
    page.until(lambda: words in page.text(place))


def test_how_a_run_ends_is_said(page):
    page.type("max_iter", "3")
    page.run()
    assert page.text(ids.RUN_SENTENCE).startswith("Stopped at the limit of 3 iterations without converging")
    page.type("tol", "0")
    page.run()
    assert page.text(ids.RUN_SENTENCE).startswith("Ran 3 iterations, as many as asked for")
    page.type("n", "1")
    page.type("max_iter", "50")
    page.run()
    assert "no spread to part them by" in page.text(ids.RUN_NOTE)


@pytest.mark.same_page
@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("-2.5 to 3 (-1), -1e-05.", "−2.5 to 3 (−1), −1e−5."),
        ("gain 3.4e-13, tolerance 1e-12 and 9e-05", "gain 3.4e−13, tolerance 1e−12 and 9e−5"),
        ("1e+13 is beyond ±1e+12", "1e13 is beyond ±1e12"),
        ("row 2 (“1e-5”), k-means, s2e-1, https://x.org/?tol=1e-08", None),
    ],
)
def test_numbers_in_pythons_sentences_have_a_minus_in_the_browser_and_in_the_page(page, words, written):
    page.browser.execute_script("emlab.controls.setText(...arguments)", ids.RUN_STATUS, words)
    assert page.text(ids.RUN_STATUS) == with_minus(words) == (written or words)


def test_tabs_by_keyboard_and_no_request_to_another_host(page):
    page.open("gaussian")
    page.element(ids.tab("gaussian")).send_keys(Keys.ARROW_LEFT)
    page.until(lambda: page.element(ids.panel("background")).is_displayed())
    page.element(ids.tab("background")).send_keys(Keys.HOME)
    page.until(lambda: page.element(ids.panel("gaussian")).is_displayed())
    page.element(ids.tab("gaussian")).send_keys(Keys.ARROW_RIGHT)
    page.until(lambda: page.element(ids.panel("exponential")).is_displayed())
    urls = page.requests()
    assert len(urls) > 10
    assert hosts(urls) == {"localhost"}


def test_dark_and_light_can_be_chosen_and_reach_the_figures(page):
    script = (
        "return document.querySelector('#data-figure .js-plotly-plot').data.find((t) => t.uid === 'mixture').line.color"
    )
    colours = set()
    for choice in ("dark", "light"):
        page.choose(ids.THEME_CHOICE, choice)
        page.until(lambda choice=choice: page.browser.execute_script("return emlab.figures.mode()") == choice)
        colours.add(page.until(lambda: (c := page.browser.execute_script(script)) not in colours and c))
    assert len(colours) == 2
