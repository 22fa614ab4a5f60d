"""The figure of the bound, in a real browser: curves, gap and sentence are the engine's numbers."""

from __future__ import annotations

import numpy as np
import pytest

import em
from components.state import ids
from tests.browser.test_densities import asking
from tests.browser.test_sentences import numbers, sentence
from tests.browser.test_walk import at, default
from tests.page import RUN, Page
from tests.states import press

__all__ = ["default"]

SHARES = np.linspace(-0.2, 1.2, 15)
SETTINGS = [
    (family, k, seed) for family in (em.ExponentialMixture, em.GaussianMixture) for k in (1, 2, 3, 5) for seed in (1, 2)
]


def plain(mixture: em.Mixture) -> dict[str, list[float]]:
    return {name: values.tolist() for name, values in mixture.parameters.items()}


def between(one: em.Mixture, other: em.Mixture, share: float) -> em.Mixture:
    """The mixture at a share of the line from one to another."""
    ends = one.parameters, other.parameters
    return type(one)(**{name: (1 - share) * ends[0][name] + share * ends[1][name] for name in ends[0]})


def observed(family: type[em.Mixture], seed: int, n: int = 300) -> np.ndarray:
    """Observations of two components of a family."""
    rng = np.random.default_rng(seed)
    if family is em.ExponentialMixture:
        return em.ExponentialMixture([0.4, 0.6], [0.2, 2]).sample(n, rng)[0]
    return em.GaussianMixture([0.3, 0.7], [-2, 1], [0.5, 1.5]).sample(n, rng)[0]


@pytest.fixture
def ask(lab):
    """Call a function of emlab.bound."""
    return asking(lab, "bound")


@pytest.mark.parametrize(("family", "k", "seed"), SETTINGS)
def test_curves_are_the_engines_all_along_the_line_of_every_step(ask, family, k, seed):
    x = observed(family, seed)
    run = em.fit(x, em.random_start(x, family, k, np.random.default_rng(seed)), em.StoppingRule(max_iter=12))
    bounds = em.bounds(run)
    for t in range(run.n_iter):
        one, other = run.mixtures[t : t + 2]
        got = ask("along", one.family, plain(one), plain(other), x.tolist(), x.size, [0, 1])
        scale = abs(run.log_likelihood[t])
        assert got["ell"][0] == got["bound"][0] == 0
        assert run.log_likelihood[t] + got["ell"][1] == pytest.approx(run.log_likelihood[t + 1], abs=1e-12 * scale)
        assert run.log_likelihood[t] + got["bound"][1] == pytest.approx(bounds[t], abs=1e-12 * scale)
    for t in {0, 1, min(5, run.n_iter - 1)}:
        one, other = run.mixtures[t : t + 2]
        shares = [
            share for share in SHARES.tolist() if ask("isMixture", ask("between", plain(one), plain(other), share))
        ]
        assert len(shares) >= 11
        got = ask("along", one.family, plain(one), plain(other), x.tolist(), x.size, shares)
        q = one.responsibilities(x)
        line = [between(one, other, share) for share in shares]
        for name, exact in (
            ("ell", [mixture.log_likelihood(x) for mixture in line]),
            ("bound", [mixture.lower_bound(x, q) for mixture in line]),
        ):
            np.testing.assert_allclose(got[name], np.array(exact) - run.log_likelihood[t], rtol=1e-8, atol=1e-8)
        assert all(ell >= low for ell, low in zip(got["ell"], got["bound"], strict=True))
        assert max(got["bound"]) == pytest.approx(bounds[t] - run.log_likelihood[t], rel=1e-6, abs=1e-11), (
            "the M-step's"
        )


def test_the_last_steps_keep_their_digits(ask):
    """A gain and a gap of 1e-10 beside a log-likelihood of 500."""
    x = observed(em.GaussianMixture, 3)
    run = em.fit(x, em.quantile_start(x, em.GaussianMixture, 2), em.StoppingRule(tol=1e-14))
    one, other = run.mixtures[-2:]
    got = ask("along", one.family, plain(one), plain(other), x.tolist(), x.size, SHARES.tolist())
    rise = max(got["bound"])
    assert 0 < rise < 1e-8
    # So near to the end both curves are parabolas.
    for name in ("ell", "bound"):
        fitted = np.polynomial.Polynomial.fit(SHARES, got[name], 2)
        np.testing.assert_allclose(got[name], fitted(SHARES), atol=1e-3 * rise)


def test_a_few_observations_stand_for_all(ask):
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(50_000, np.random.default_rng(1))
    run = em.fit(x, em.ExponentialMixture([0.3, 0.7], [0.2, 0.6]))
    few = np.sort(x)[np.linspace(0, x.size - 1, 2000).round().astype(int)]
    bounds = em.bounds(run)
    for t in (0, 3, 10):
        one, other = run.mixtures[t : t + 2]
        got = ask("along", one.family, plain(one), plain(other), few.tolist(), x.size, [0, 0.9, 1, 1.1])
        rise, gap = bounds[t] - run.log_likelihood[t], run.log_likelihood[t + 1] - bounds[t]
        assert got["bound"][2] == pytest.approx(rise, rel=1e-6)
        assert got["bound"][2] == max(got["bound"])
        assert got["ell"][2] - got["bound"][2] == pytest.approx(gap, rel=2e-2)


def told(page: Page, run: em.Run, t: int) -> None:
    """The sentence is true of the step from record t."""
    bound = em.bounds(run)[t] - run.log_likelihood[t]
    ell = run.log_likelihood[t + 1] - run.log_likelihood[t]
    page.until(lambda: sentence(page, ids.BOUND_FIGURE).startswith(f"From iteration {t} to {t + 1} "))
    np.testing.assert_allclose(numbers(sentence(page, ids.BOUND_FIGURE))[2:], [bound, ell, ell - bound], rtol=6e-3)


def mark(page: Page) -> tuple[float, float]:
    trace = page.trace(ids.BOUND_FIGURE, "cursor")
    return trace["x"][0], trace["y"][0]


@pytest.mark.query(RUN)
def test_the_figure_follows_the_walk(page, default):
    _, run = default
    last = run.n_iter
    page.until(lambda: sentence(page, ids.BOUND_FIGURE).startswith(f"From iteration {last - 1} to {last} "))
    assert mark(page)[0] == 1, "the end is after an M-step"
    press(page, ids.WALK_START)
    at(page, f"Iteration 0 of {last}")
    for t in (0, 1, 2, 5):
        page.browser.execute_script("emlab.walk.go(arguments[0])", 2 * t)
        told(page, run, t)
        page.until(lambda: mark(page) == (0, 0))
        gap = page.trace(ids.BOUND_FIGURE, "cursor-gap")
        assert gap["x"] == [1, 1]
        assert gap["y"][1] - gap["y"][0] == pytest.approx(run.log_likelihood[t + 1] - em.bounds(run)[t], rel=1e-6)
    page.browser.execute_script("emlab.walk.go(7)")
    told(page, run, 3)
    gap = run.log_likelihood[4] - em.bounds(run)[3]
    page.until(lambda: mark(page)[0] == 1)
    low, high = page.trace(ids.BOUND_FIGURE, "cursor-gap")["y"]
    assert high - low == pytest.approx(gap, rel=1e-6)
    curves = {uid: page.trace(ids.BOUND_FIGURE, uid) for uid in ("log-likelihood", "bound")}
    assert max(curves["bound"]["y"]) == mark(page)[1] == low
    text = "return document.querySelector(`#${arguments[0]} .annotation-text`).textContent"
    assert float(page.browser.execute_script(text, ids.BOUND_FIGURE)) == pytest.approx(gap, rel=6e-3)


def test_runs_without_a_bound_and_without_a_step_say_so(page):
    page.visit(f"{RUN}&method=accelerated")
    page.until(lambda: "for runs by EM alone" in sentence(page, ids.BOUND_FIGURE))
    assert page.trace(ids.BOUND_FIGURE, "log-likelihood")["x"]
    assert page.trace(ids.BOUND_FIGURE, "bound")["visible"] is False
    assert " rises by less than 1e−9. " in sentence(page, ids.BOUND_FIGURE), "not the noise of rounding"
    ell = page.browser.execute_script("emlab.walk.go(4); return emlab.runState.state.result.log_likelihood")
    page.until(lambda: sentence(page, ids.BOUND_FIGURE).startswith("From iteration 2 to 3 "))
    np.testing.assert_allclose(numbers(sentence(page, ids.BOUND_FIGURE)), [2, 3, ell[3] - ell[2]], rtol=6e-3)


@pytest.mark.query(RUN)
def test_a_run_of_one_record_has_no_step(page):
    page.until(lambda: sentence(page, ids.BOUND_FIGURE))
    script = """
    const { runState, walk } = emlab;
    const { result } = runState.state;
    const trajectory = Object.fromEntries(Object.entries(result.trajectory).map(([name, rows]) => [name, [rows[0]]]));
    const log_likelihood = [result.log_likelihood[0]];
    Object.assign(runState.state, { place: 0, result: { ...result, trajectory, log_likelihood, bounds: [] } });
    walk.show("label");
    """
    page.browser.execute_script(script)
    page.until(lambda: sentence(page, ids.BOUND_FIGURE) == "The run has no step: it ended where it started.")
    curves = f"return document.querySelectorAll('#{ids.BOUND_FIGURE} .scatterlayer .trace').length"
    page.until(lambda: page.browser.execute_script(curves) == 0)


@pytest.mark.query(f"{RUN}&n=5000")
def test_thinned_marks_are_told_of(page):
    page.until(lambda: "computed from the 2,000 observations drawn." in sentence(page, ids.BOUND_FIGURE))
