"""How to read the figures of Run EM: every card and trap has its text, and it is true."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from dash import html

import em
from components.controls.prose import document
from components.results import studies
from components.state.address import Link
from components.state.presets import PRESETS
from components.views import background as background_view
from components.views import run as run_view
from components.views.figures_text import FIGURES, TRAPS
from tests.page_requests import run_request, study_request
from tests.views.test_background import NOTEBOOK, nodes, words

X, _ = NOTEBOOK.sample(1000, np.random.default_rng(1))
RUN = em.fit(X, em.ExponentialMixture([0.1, 0.9], [0.3, 0.6]), em.StoppingRule(5000, 1e-13))


@cache
def trap(name: str) -> dict[str, Any]:
    preset = PRESETS[name]
    return run_view.reply(run_request(preset.source, **preset.settings))["result"]


def study(name: str) -> dict[str, Any]:
    preset = PRESETS[name]
    return studies.reply(study_request(preset.study, source=preset.source, **preset.settings))["result"]


def left(name: str) -> np.ndarray:
    """The gain that remains after each record, as a share of the whole gain."""
    ell = np.array(trap(name)["log_likelihood"])
    return (ell[-1] - ell) / (ell[-1] - ell[0])


def trajectory(name: str, parameter: str) -> np.ndarray:
    return np.array(trap(name)["trajectory"][parameter])


# -- complete ----------------------------------------------------------------------------------------------------------


def test_every_card_that_shows_a_result_is_explained_under_its_own_title() -> None:
    titles = {words(node) for node in nodes(run_view.layout(Link())) if isinstance(node, html.H2)}
    headings = [words(block) for block in document(FIGURES) if isinstance(block, html.H3)]
    assert titles - set(headings) == {"Data", "Start", "Export"}
    assert set(headings) - titles == {"E-step and M-step", "The questions"}
    assert len(headings) == len(set(headings))


def test_every_trap_has_one_sentence_under_its_own_label() -> None:
    assert list(TRAPS) == list(PRESETS)
    items = document(FIGURES)[-1].children
    for item, preset in zip(items, PRESETS.values(), strict=True):
        text = words(item)
        assert text.startswith(f"{preset.label}: ")
        assert text.endswith(".")
        assert ". " not in text


def test_it_is_in_the_view() -> None:
    sections = [node for node in nodes(background_view.article()) if isinstance(node, html.Section)]
    (section,) = (node for node in sections if node.id == "background-figures")
    assert words(section).endswith(words(document(FIGURES)))


# -- figures -----------------------------------------------------------------------------------------------------------


def test_the_histogram_has_area_one() -> None:
    histogram = trap("faithful")["histogram"]
    assert np.diff(histogram["edges"]) @ histogram["density"] == pytest.approx(1)


def test_the_mean_height_of_the_posterior_is_the_next_weight() -> None:
    for t in (0, 3, RUN.n_iter - 1):
        heights = RUN.mixtures[t].responsibilities(X).mean(axis=0)
        assert heights == pytest.approx(RUN.mixtures[t + 1].weights)


def test_an_exponential_responsibility_is_largest_at_zero_and_below_one() -> None:
    (rho, _), (first, second) = RUN.mixture.weights, RUN.mixture.scales
    q = RUN.mixture.responsibilities(np.linspace(0, 5, 50))[:, 0]
    assert q[0] == pytest.approx(rho * second / (rho * second + (1 - rho) * first))
    assert q[0] < 1
    assert (np.diff(q) < 0).all()


def test_an_m_step_raises_the_bound_and_the_log_likelihood_by_at_least_as_much() -> None:
    bounds, ell = em.bounds(RUN), RUN.log_likelihood
    assert (np.diff(ell)[:20] >= bounds[:20] - ell[:20]).all()
    assert (bounds[:20] > ell[:20]).all()
    q, r = (mixture.responsibilities(X) for mixture in RUN.mixtures[2:4])
    assert ell[3] - bounds[2] == pytest.approx(np.sum(q * np.log(q / r)))


@pytest.mark.parametrize(
    ("mixture", "mirrored"),
    [
        (em.ExponentialMixture([0.5, 0.5], [0.1, 1]), True),
        (em.ExponentialMixture([0.4, 0.6], [0.1, 1]), False),
        (em.GaussianMixture([0.5, 0.5], [0, 1], [1, 1]), True),
        (em.GaussianMixture([0.5, 0.5], [0, 1], [1, 2]), False),
        (em.GaussianMixture([0.4, 0.6], [0, 1], [1, 1]), False),
    ],
)
def test_the_surface_is_its_own_mirror_image_only_between_components_alike_in_all_else(
    mixture: em.Mixture, mirrored: bool
) -> None:
    axis = np.linspace(0.1, 2, 8)
    surface = em.surface(X, mixture, mixture.parameter_names[1], (axis, axis))
    assert np.allclose(surface, surface.T, rtol=1e-10) is mirrored


def test_only_the_end_of_the_path_lies_on_the_surface() -> None:
    path = RUN.parameters["scales"]
    heights = [em.surface(X, RUN.mixture, "scales", ([a], [b]))[0, 0] for a, b in path[[0, 3, -1]]]
    assert heights[-1] == pytest.approx(RUN.log_likelihood[-1], abs=1e-9)
    assert abs(heights[0] - RUN.log_likelihood[0]) > 1
    assert abs(heights[1] - RUN.log_likelihood[3]) > 1


def test_near_the_top_the_root_of_twice_the_drop_is_a_distance_in_standard_errors() -> None:
    first, second = RUN.mixture.scales
    h = 1e-4 * first
    low, top, high = em.surface(X, RUN.mixture, "scales", ([first - h, first, first + h], [second]))[:, 0]
    standard_error = 1 / np.sqrt((2 * top - low - high) / h**2)
    away = em.surface(X, RUN.mixture, "scales", ([first + standard_error], [second]))[0, 0]
    assert np.sqrt(2 * (top - away)) == pytest.approx(1, abs=0.1)


def test_the_criteria() -> None:
    p, ell = RUN.mixture.n_free_parameters, RUN.log_likelihood[-1]
    assert p == 2 * 2 - 1
    assert em.GaussianMixture([0.5, 0.5], [0, 1], [1, 1]).n_free_parameters == 3 * 2 - 1
    assert em.aic(RUN) == pytest.approx(2 * p - 2 * ell)
    assert em.bic(RUN) == pytest.approx(p * np.log(X.size) - 2 * ell)
    assert np.log(7) < 2 < np.log(8)


# -- traps -------------------------------------------------------------------------------------------------------------


def test_notebook_is_almost_flat_for_three_iterations_and_parts_by_cv2() -> None:
    apart = np.diff(trajectory("notebook", "scales"))[:, 0]
    assert left("notebook")[3] > 0.97
    assert left("notebook")[8] < 0.2
    cv2 = np.var(X) / np.mean(X) ** 2
    assert cv2 == pytest.approx(2.3, abs=0.05)
    assert apart[2:4] / apart[1:3] == pytest.approx(cv2, rel=0.15)


def test_overlap_looks_finished_after_twenty_iterations_and_goes_on_for_thousands() -> None:
    weights = trajectory("overlap", "weights")[:, 0]
    assert left("overlap")[20] < 0.005
    assert abs(weights[1000] - weights[20]) > 0.2
    assert abs(weights[-1] - weights[1000]) > 0.1
    assert len(weights) > 3000


def test_single_draws_two_scales_together() -> None:
    end = trajectory("single", "scales")[-1]
    assert end[0] == pytest.approx(end[1], rel=1e-3)


def test_spike_falls_to_zero_at_the_end_while_the_log_likelihood_shoots_up() -> None:
    assert trajectory("spike", "stds")[-5, 0] > 0.05
    assert trajectory("spike", "stds")[-1, 0] < 1e-6
    assert left("spike")[-3] > 0.9
    assert "The last proper estimate is kept" in trap("spike")["sentence"]


def test_local_ends_where_it_says_and_few_starts_find_better() -> None:
    best, local = (row["log_likelihood"] for row in study("local")["rows"][:2])
    assert f"{trap('local')['log_likelihood'][-1]:.3f}" == f"{local:.3f}" == "-220.243"
    assert f"{best:.3f}" == "-220.058"
    assert study("local")["rows"][0]["count"] < 5
    assert all(number in TRAPS["local"] for number in ("-220.243", "-220.058"))


def test_unequal_rests_on_fewer_than_300_and_takes_fifty_iterations_to_part() -> None:
    assert 200 < 5000 * trajectory("unequal", "weights")[-1, 0] < 300
    scales = trajectory("unequal", "scales")
    assert scales[-1] == pytest.approx([0.1, 1], rel=0.2)
    assert scales[30, 0] > 0.6 * scales[30, 1]
    assert scales[50, 0] < 0.4 * scales[50, 1]


def test_faithful_is_almost_a_step() -> None:
    data = em.datasets.load("faithful-waiting")
    mixture = em.fit(data.x, data.start).mixture
    q = mixture.responsibilities(data.x)[:, 0]
    assert np.mean((q > 0.1) & (q < 0.9)) < 0.05
    assert 1 / 3 < mixture.weights[0] < 0.4
    assert mixture.means == pytest.approx([55, 80], abs=0.5)


@pytest.mark.slow
def test_air_gains_little_and_the_criteria_disagree() -> None:
    one, two = study("air")["rows"][:2]
    assert two["log_likelihood"] - one["log_likelihood"] == pytest.approx(2.5, abs=0.05)
    rows = study("air")["rows"]
    assert [min(rows, key=lambda row: row[name])["n_components"] for name in ("bic", "aic")] == [1, 2]
