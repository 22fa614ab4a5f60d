"""The sentence beneath each figure of a run, in a real browser: its numbers are the engine's."""

from __future__ import annotations

import re

import numpy as np
import pytest

import em
from components.figures.run_figures import FIGURES
from components.state import ids
from tests.browser.test_studies import draw_surface
from tests.browser.test_walk import at, default
from tests.page import RUN, Page
from tests.states import press, put

__all__ = ["default"]

OF_A_RUN = [figure for figure in FIGURES if figure not in {ids.GAUSSIAN_FIGURE, ids.EXPONENTIAL_FIGURE}]
OF_STUDIES = (ids.SURFACE_FIGURE, ids.STARTS_FIGURE, ids.CHOICE_FIGURE)
SURE = 0.9
NEAR = 0.01
WATCH = """
window.said = [];
for (const region of document.querySelectorAll('[aria-live], output'))
  if (region.id !== 'walk-place') new MutationObserver(() => window.said.push(region.id)).observe(region,
    { childList: true, characterData: true, subtree: true });
"""

pytestmark = pytest.mark.query(RUN)


@pytest.fixture
def page(page):
    """Run EM with its figures' sentences."""
    page.until(lambda: sentence(page, ids.PARAMETERS_FIGURE))
    return page


def sentence(page: Page, figure: str) -> str:
    return page.text(ids.sentence(figure)).replace("\N{NO-BREAK SPACE}", " ")


def numbers(text: str) -> list[float]:
    """The numbers in a sentence, without those of names such as λ0 and q1."""
    found = re.findall(r"(?<![\w.])−?\d[\d,]*(?:\.\d+)?(?:e−?\d+)?", text)
    return [float(number.replace("−", "-").replace(",", "")) for number in found]


def holds(page: Page, figure: str, *expected: float) -> None:
    """A figure's sentence has these numbers, to the digits it has them with."""
    text = sentence(page, figure)
    np.testing.assert_allclose(numbers(text), expected, rtol=6e-3, atol=1e-12, err_msg=text)


def sure(mixture: em.Mixture, x: np.ndarray) -> list[int]:
    """How many observations belong to each component for sure, and to none."""
    counts = (mixture.responsibilities(x) > SURE).sum(axis=0).tolist()
    return [*counts, x.size - sum(counts)]


def settled(found: em.Run) -> int:
    """The first iteration from which on every parameter stays near its last value."""
    paths = np.hstack([found.parameters[name] for name in found.parameters])
    far = np.flatnonzero((np.abs(paths - paths[-1]) > NEAR * np.abs(paths[-1])).any(axis=1))
    return int(far[-1]) + 1 if far.size else 0


def tells(page: Page, x: np.ndarray, found: em.Run, t: int) -> None:
    """Every sentence but the surface's is true of iteration t; those in closed panels follow when the walk rests."""
    for figure in (ids.LOG_LIKELIHOOD_FIGURE, ids.PARAMETERS_FIGURE):
        page.until(lambda figure=figure: sentence(page, figure).startswith(f"Iteration {t:,}"))
    mixture, ell, last = found.mixtures[t], found.log_likelihood, found.n_iter
    mean = float(mixture.weights @ (mixture.scales if isinstance(mixture, em.ExponentialMixture) else mixture.means))
    if isinstance(mixture, em.ExponentialMixture):
        shape = [float(mixture.density([0.0])[0]), 0.0]
    else:
        modes = em.diagnosis.modes(mixture)
        shape = [*([modes.size] if modes.size > 1 else []), *modes]
    holds(page, ids.DATA_FIGURE, x.size, x.min(), x.max(), mean, *shape)
    belong = [SURE, *sure(mixture, x)] if mixture.n_components > 1 else []
    assert numbers(sentence(page, ids.POSTERIOR_FIGURE)) == [x.size, *belong]
    differences = [difference for difference in (ell[-1] - ell[t], ell[t] - ell[0]) if difference >= 1e-12]
    holds(page, ids.LOG_LIKELIHOOD_FIGURE, t, last, ell[t], *differences)
    assert numbers(sentence(page, ids.LOG_LIKELIHOOD_FIGURE))[2] == pytest.approx(ell[t], rel=1e-6)
    holds(page, ids.PARAMETERS_FIGURE, t, *values(mixture), settled(found), 100 * NEAR)


def values(mixture: em.Mixture) -> list[float]:
    """What is said of parameters: each of at most two components, of more the least and the greatest."""
    weights, *others = mixture.parameters.values()
    if mixture.n_components > 2:
        return [float(end) for array in (weights, *others) for end in (array.min(), array.max())]
    return [*weights[:-1], *(value for array in others for value in array)]


def test_each_figure_says_what_it_shows_and_is_described_by_that(page, default):
    x, found = default
    tells(page, x, found, found.n_iter)
    for figure in OF_STUDIES:
        assert sentence(page, figure) == "", "it is not drawn"
    page.load_views()
    described = "return document.getElementById(arguments[0]).parentElement.getAttribute('aria-describedby').split(' ')"
    for figure in FIGURES:
        names = page.browser.execute_script(described, figure)
        assert (ids.SURFACE_KEYS if figure == ids.SURFACE_FIGURE else ids.FIGURE_KEYS) in names
        assert all(page.element(name) for name in names)
        assert (ids.sentence(figure) in names) == (figure in OF_A_RUN)


def test_sentences_follow_the_walk(page, default):
    x, found = default
    press(page, ids.WALK_START)
    for t in (0, 1, 2):
        at(page, f"Iteration {t} of {found.n_iter}")
        tells(page, x, found, t)
        press(page, ids.WALK_FORWARD)
    page.browser.execute_script("emlab.walk.go(2 * 20)")
    tells(page, x, found, 20)


def test_after_a_half_step_responsibilities_are_those_of_before(page, default):
    x, found = default
    page.browser.execute_script("emlab.walk.go(2 * 20 + 1)")
    assert numbers(sentence(page, ids.POSTERIOR_FIGURE)) == [1000, SURE, *sure(found.mixtures[20], x)]
    page.until(lambda: sentence(page, ids.PARAMETERS_FIGURE).startswith("Iteration 21:"))


@pytest.mark.parametrize("k", [1, 3, 5])
def test_gaussians_of_any_number(page, k):
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: "82 observations from 9.172 to 34.28;" in sentence(page, ids.DATA_FIGURE))
    page.choose(ids.START_FROM, "quantiles")
    put(page, "k", str(k))
    page.run()
    x = em.datasets.load("galaxies").x
    found = em.fit(x, em.quantile_start(x, em.GaussianMixture, k), em.StoppingRule(max_iter=1000, tol=1e-12))
    page.until(lambda: sentence(page, ids.PARAMETERS_FIGURE).startswith(f"Iteration {found.n_iter:,}:"))
    tells(page, x, found, found.n_iter)
    page.browser.execute_script("emlab.walk.go(2)")
    page.until(lambda: sentence(page, ids.LOG_LIKELIHOOD_FIGURE).startswith("Iteration 1 of"))
    page.until(lambda: sentence(page, ids.PARAMETERS_FIGURE).startswith("Iteration 1:"))
    tells(page, x, found, 1)


def test_of_thinned_marks_shares_are_told(page):
    page.visit("v=1&view=em&n=100000&hide=truth")
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(100_000, np.random.default_rng(1))
    start = em.break_tie(x, em.ExponentialMixture([0.1, 0.9], [0.5, 0.5]))
    found = em.fit(x, start, em.StoppingRule(tol=1e-12))
    said = sentence(page, ids.POSTERIOR_FIGURE)
    assert said.count("about") == 1
    shares = 100 * np.array(sure(found.mixture, x)) / x.size
    np.testing.assert_allclose(numbers(said), [100_000, SURE, *shares], atol=0.8)
    holds(page, ids.DATA_FIGURE, x.size, x.min(), x.max(), x.mean(), found.mixture.density([0.0])[0], 0)


def test_a_family_without_a_shape_of_its_own_has_its_standard_deviation(page, default):
    script = """
    const { families } = emlab.densities;
    families.other = families.exponential;
    emlab.runState.state.result.family = "other";
    document.dispatchEvent(new CustomEvent("figure", { detail: arguments[0] }));
    """
    page.browser.execute_script(script, ids.DATA_FIGURE)
    weights, scales = default[1].mixture.weights, default[1].mixture.scales
    std = np.sqrt(2 * weights @ scales**2 - (weights @ scales) ** 2)
    assert "standard deviation" in sentence(page, ids.DATA_FIGURE)
    assert numbers(sentence(page, ids.DATA_FIGURE))[-1] == pytest.approx(std, rel=1e-2)


def test_a_degenerate_run_has_its_numbers(page):
    press(page, ids.preset("spike"))
    page.run()
    page.until(lambda: "has shrunk onto" in page.text(ids.RUN_SENTENCE))
    page.until(lambda: page.text(ids.WALK_PLACE).split()[1] in sentence(page, ids.PARAMETERS_FIGURE))
    for figure in set(OF_A_RUN).difference(OF_STUDIES):
        assert re.search(r"NaN|undefined|null|Infinity|–", sentence(page, figure)) is None
        assert numbers(sentence(page, figure))


def test_the_surface_tells_its_highest_point_and_where_the_walk_is(page, default):
    x, found = default
    draw_surface(page)
    axes = em.surface_axes(found, "scales", n=60)
    z = em.surface(x, found.mixture, "scales", axes)
    i, j = np.unravel_index(z.argmax(), z.shape)
    best = (z.max(), axes[0][i], axes[1][j])
    holds(page, ids.SURFACE_FIGURE, *best, found.n_iter, *found.mixture.scales)
    assert numbers(sentence(page, ids.SURFACE_FIGURE))[0] == pytest.approx(z.max(), rel=1e-6)
    press(page, ids.WALK_BACK)
    page.until(lambda: f"iteration {found.n_iter - 1} " in sentence(page, ids.SURFACE_FIGURE))
    page.browser.execute_script("emlab.walk.go(6)")
    page.until(lambda: "iteration 3 " in sentence(page, ids.SURFACE_FIGURE))
    holds(page, ids.SURFACE_FIGURE, *best, 3, *found.mixtures[3].scales)


def test_no_live_region_speaks_at_each_step_while_a_run_plays(page, default):
    live = "return document.getElementById(arguments[0]).closest('[aria-live], [role=status], [role=alert], output')"
    for figure in OF_A_RUN:
        assert page.browser.execute_script(live, ids.sentence(figure)) is None
    press(page, ids.WALK_START)
    page.until(lambda: "Iteration 0" in page.text(ids.WALK_ANNOUNCEMENT))
    page.load_views()
    page.until(lambda: all(page.text(ids.announcement(view)) for view in ("gaussian", "exponential")))
    page.browser.execute_script(WATCH)
    press(page, ids.WALK_PLAY)
    last = default[1].n_iter
    page.until(lambda: page.text(ids.WALK_ANNOUNCEMENT).startswith(f"Iteration {last} of {last}"))
    assert page.browser.execute_script("return window.said") == [ids.WALK_ANNOUNCEMENT], "once, at rest"
    assert sentence(page, ids.LOG_LIKELIHOOD_FIGURE).startswith(f"Iteration {last} of {last}:")


IN_THE_TREE = "return document.getElementById(arguments[0]).checkVisibility({ visibilityProperty: true })"


def test_a_sentence_is_hidden_with_its_figure_and_with_the_run_in_words(page):
    figures = (ids.DATA_FIGURE, ids.POSTERIOR_FIGURE)
    for hide, expected in (("posterior", [True, False]), ("words", [False, False]), ("walk", [True, True])):
        page.visit(f"v=1&view=em&hide={hide}")
        assert [page.browser.execute_script(IN_THE_TREE, ids.sentence(figure)) for figure in figures] == expected


def test_sentences_are_for_screen_readers_and_on_paper(page):
    height = "return document.getElementById(arguments[0]).offsetHeight"
    assert page.browser.execute_script(height, ids.sentence(ids.DATA_FIGURE)) == 1
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert page.browser.execute_script(height, ids.sentence(ids.DATA_FIGURE)) > 10
    finally:
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
@pytest.mark.parametrize("query", ["view=em", "view=em&source=galaxies&k=3&start=quantiles"])
def test_nothing_moves_as_sentences_change(page, size, query):
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        page.visit(query)
        page.until(lambda: sentence(page, ids.PARAMETERS_FIGURE))
        heights = page.browser.execute_script(
            "const last = emlab.runState.state.result.log_likelihood.length - 1;"
            "return [...new Set(Array.from({ length: last }, (_, t) => (emlab.walk.go(2 * t), "
            "document.getElementById('view-run').offsetHeight)))]"
        )
        assert len(heights) == 1
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
