"""The mathematics written for the browser agrees with scipy and with the engine, in a real browser."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from scipy import stats

import em
from serving.files import own_files
from tests import ROOT

ASSETS = ROOT / "assets"
SCALES = [1e-3, 0.1, 0.5, 1, 1000]
MEANS_STDS = [(-2.5, 0.1), (0, 0.5), (1, 1.5), (80, 5.87)]


def asking(lab, module: str):
    """Call a function of a module of the page's JavaScript with JSON arguments."""
    if not lab.driver.current_url.startswith(lab.server.url):
        lab.driver.get(lab.server.url)
    lab.wait_for_element("#gaussian-figure")

    def call(name: str, *arguments: Any) -> Any:
        script = f"return JSON.stringify(emlab.{module}.{name}(...JSON.parse(arguments[0])))"
        return json.loads(lab.driver.execute_script(script, json.dumps(arguments)))

    return call


@pytest.fixture
def ask(lab):
    """Call a function of emlab.densities."""
    return asking(lab, "densities")


def test_no_other_script_has_the_normal_densitys_constant():
    scripts = {
        path.name for path in own_files("mjs") if re.search(r"SQRT_2PI|sqrt\(2 \* Math\.PI\)", path.read_text("utf-8"))
    }
    assert scripts == {"densities.mjs"}


def normal(values: np.ndarray) -> np.ndarray:
    """Leave out denormal numbers, which have fewer digits than 1e-12 asks for."""
    return values > 1e-300


@pytest.mark.parametrize("scale", SCALES)
def test_exponential_density_agrees_with_scipy_to_1e12(ask, scale):
    x = np.r_[0, np.geomspace(1e-9, 690, 400) * scale, -1, -1e-300]
    p = {"weights": [0.3, 0.7], "scales": [scale, 2 * scale]}
    for k in (0, 1):
        exact = p["weights"][k] * stats.expon(scale=p["scales"][k]).pdf(x)
        got = np.array(ask("weightedComponent", "exponential", p, k, x.tolist()))
        use = normal(exact)
        np.testing.assert_allclose(got[use], exact[use], rtol=1e-12)
        assert (got[x < 0] == 0).all()
    mixture = np.array(ask("mixture", "exponential", p, x.tolist()))
    exact = em.ExponentialMixture(p["weights"], p["scales"]).density(x)
    np.testing.assert_allclose(mixture[normal(exact)], exact[normal(exact)], rtol=1e-12)


@pytest.mark.parametrize(("mean", "std"), MEANS_STDS)
def test_gaussian_density_agrees_with_scipy_to_1e12(ask, mean, std):
    x = mean + std * np.r_[np.linspace(-37, 37, 401), 0, 1e-9, -1e-9]
    p = {"weights": [0.25, 0.75], "means": [mean, mean + 1], "stds": [std, 2 * std]}
    for k in (0, 1):
        exact = p["weights"][k] * stats.norm(p["means"][k], p["stds"][k]).pdf(x)
        got = np.array(ask("weightedComponent", "gaussian", p, k, x.tolist()))
        np.testing.assert_allclose(got[normal(exact)], exact[normal(exact)], rtol=1e-12)
    exact = em.GaussianMixture(**p).density(x)
    got = np.array(ask("mixture", "gaussian", p, x.tolist()))
    np.testing.assert_allclose(got[normal(exact)], exact[normal(exact)], rtol=1e-12)


@pytest.mark.parametrize(("mean", "std"), MEANS_STDS)
def test_gaussian_distribution_function_agrees_with_scipy_to_1e12_far_into_the_tail(ask, mean, std):
    z = np.r_[np.linspace(-37, 9, 1001), np.linspace(-1, 1, 401), 0, 0.67448975, -(32**0.5), 1e-300]
    x = mean + std * z
    p = {"weights": [0.25, 0.75], "means": [mean, mean + 1], "stds": [std, 2 * std]}
    components = []
    for k in (0, 1):
        exact = p["weights"][k] * stats.norm(p["means"][k], p["stds"][k]).cdf(x)
        got = np.array(ask("weightedComponent", "gaussian", p, k, x.tolist(), "cumulative"))
        np.testing.assert_allclose(got[normal(exact)], exact[normal(exact)], rtol=1e-12)
        components.append(exact)
    mixture = np.array(ask("mixture", "gaussian", p, x.tolist(), "cumulative"))
    np.testing.assert_allclose(mixture, sum(components), rtol=1e-12, atol=1e-300)
    ends = np.array(ask("mixture", "gaussian", p, [mean + 99 * std, mean - 99 * std], "cumulative"))
    np.testing.assert_array_equal(ends, [1, 0])


@pytest.mark.parametrize("scale", SCALES)
def test_exponential_distribution_function_agrees_with_scipy_to_1e12(ask, scale):
    x = np.r_[0, np.geomspace(1e-12, 690, 400) * scale, -1]
    p = {"weights": [0.3, 0.7], "scales": [scale, 2 * scale]}
    for k in (0, 1):
        exact = p["weights"][k] * stats.expon(scale=p["scales"][k]).cdf(x)
        np.testing.assert_allclose(
            ask("weightedComponent", "exponential", p, k, x.tolist(), "cumulative"), exact, rtol=1e-12
        )


def test_responsibilities_agree_with_the_engine_far_out_too(ask):
    exponential = em.ExponentialMixture([0.2, 0.5, 0.3], [0.1, 1, 10])
    gaussian = em.GaussianMixture([0.5, 0.5, 0], [-1, 1, 0], [0.5, 2, 1])
    for mixture, x in ((exponential, np.r_[0, np.geomspace(1e-6, 1e6, 60)]), (gaussian, np.linspace(-500, 500, 101))):
        p = {name: values.tolist() for name, values in mixture.parameters.items()}
        got = np.array([ask("responsibilities", mixture.family, p, float(at)) for at in x])
        np.testing.assert_allclose(got, mixture.responsibilities(x), atol=1e-12)
        np.testing.assert_allclose(got.sum(axis=1), 1, rtol=1e-14)


def random_gaussian(rng: np.random.Generator) -> em.GaussianMixture:
    weight = rng.choice([0, 1, rng.random(), rng.random()])
    return em.GaussianMixture([weight, 1 - weight], rng.integers(-25, 26, 2) / 10, rng.integers(1, 16, 2) / 10)


def test_moments_and_modes_agree_with_the_engine_over_many_settings(ask):
    rng = np.random.default_rng(5)
    for _ in range(150):
        mixture = random_gaussian(rng)
        p = {name: values.tolist() for name, values in mixture.parameters.items()}
        moments = ask("moments", "gaussian", p)
        assert moments["mean"] == pytest.approx(mixture.mean, abs=1e-13)
        assert moments["std"] == pytest.approx(mixture.std, rel=1e-12)
        np.testing.assert_allclose(ask("modes", p), em.diagnosis.modes(mixture), atol=1e-7)


def test_there_are_never_more_modes_than_the_engine_finds_where_means_are_the_sliders_own(ask):
    """Symmetric mixtures: between the modes the slope is 0 but for rounding."""
    for tenths in range(-25, 26):
        mixture = em.GaussianMixture([0.5, 0.5], [tenths / 10, -1], [0.5, 0.5])
        p = {name: values.tolist() for name, values in mixture.parameters.items()}
        np.testing.assert_allclose(ask("modes", p), em.diagnosis.modes(mixture), atol=1e-4)  # flat where they merge


def test_a_mode_that_is_0_but_for_rounding_is_said_to_be_0_and_every_other_stays(ask):
    for means, stds, weight in (([0.5, -0.5], [0.5, 0.5], 0.5), ([0, 2.5], [0.1, 1.5], 0.999)):
        p = {"weights": [weight, 1 - weight], "means": means, "stds": stds}
        assert 0 < abs(ask("modes", p)[0]) < 1e-5
        assert ask("shownModes", p)[0] == 0
    spike = {"weights": [0.01, 0.99], "means": [-0.8643678, 0.3], "stds": [2.5e-7, 1]}
    for p in (spike, {"weights": [0.5, 0.5], "means": [1, -1], "stds": [0.5, 0.5]}):
        assert ask("shownModes", p) == ask("modes", p)
        assert len(ask("modes", p)) == 2


def test_half_life_and_cv2_agree_with_the_engine_over_many_settings(ask):
    rng = np.random.default_rng(6)
    for _ in range(150):
        weight = rng.choice([0, 1, rng.random(), rng.random()])
        mixture = em.ExponentialMixture([weight, 1 - weight], rng.integers(1, 1001, 2) / 1000)
        p = {name: values.tolist() for name, values in mixture.parameters.items()}
        assert ask("halfLife", p) == pytest.approx(em.diagnosis.half_life(mixture), rel=1e-12)
        assert ask("moments", "exponential", p)["cv2"] == pytest.approx(mixture.cv2, rel=1e-12)


def test_the_notebooks_curve_and_the_area_it_encloses(ask):
    x = np.linspace(0, 400, 40_001)
    weights, rates = [0.25, 0.75], [0.5, 0.05]
    curve = np.array(ask("notebookCurve", weights, rates, x.tolist()))
    np.testing.assert_allclose(
        curve, sum(w * np.exp(-rate * x) / rate for w, rate in zip(weights, rates, strict=True)), rtol=1e-12
    )
    assert ask("notebookArea", weights, rates) == pytest.approx(np.trapezoid(curve, x), rel=1e-4)
