"""What the sentence of Run EM tells at each place of a run, and that the end is not told before it is reached."""

from __future__ import annotations

import re

import pytest
from selenium.webdriver.common.by import By

import em
from components.state import ids
from tests.browser.test_story import place, run_of, settled
from tests.page import RUN, START, Page

STEPS = (
    "E-step done: the responsibilities q are those of these parameters. Log-likelihood {}",
    "M-step done: these parameters fit the responsibilities q best. Log-likelihood {}",
)
GAIN = " (+{})."


def final(page: Page) -> set[str]:
    return {cell.text for cell in page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.RUN_TABLE} td:last-child")}


def numbers(text: str, pattern: str) -> list[float]:
    """The numbers in a text that fits a pattern."""
    found = re.fullmatch(re.escape(pattern).replace(r"\{\}", r"(−?[\d.e−]+)"), text)
    assert found, text
    return [float(number.replace("−", "-")) for number in found.groups()]


def tells_step(page: Page, run: em.Run, at: int) -> None:
    """The sentence is that of the half-step which led to this place of the walk."""
    t, ell = (at + 1) // 2, run.log_likelihood
    text = page.text(ids.RUN_SENTENCE)
    gain = ell[t] - ell[max(t - 1, 0)]
    gains = [pytest.approx(gain, rel=6e-3)] if gain >= 1e-12 * run.n_observations else []
    assert numbers(text, STEPS[at % 2] + (GAIN if gains else ".")) == [pytest.approx(ell[t], rel=1e-6), *gains]


@pytest.mark.query(START)
def test_each_half_step_says_what_was_done_and_the_end_is_told_when_it_is_reached(page):
    settled(page)
    run, _ = run_of()
    page.element(ids.E_STEP).click()
    page.until(lambda: page.text(ids.WALK_PLACE) == f"Iteration 0 of {run.n_iter}")
    for at in range(8):
        tells_step(page, run, at)
        assert final(page) == {"–"}
        assert not page.element(ids.RUN_NOTE).is_displayed()
        assert not page.browser.find_element(By.CSS_SELECTOR, ".why").is_displayed()
        assert page.text(ids.RUN_ANNOUNCEMENT) == ""
        page.element(ids.E_STEP if at % 2 else ids.M_STEP).click()
    page.browser.execute_script("emlab.walk.go(arguments[0])", 2 * run.n_iter - 2)
    tells_step(page, run, 2 * run.n_iter - 2)
    page.element(ids.WALK_FORWARD).click()
    page.until(lambda: page.text(ids.RUN_SENTENCE).startswith(f"Converged after {run.n_iter} iterations"))
    assert "–" not in final(page) - {"–"}
    assert len(final(page)) > 3
    assert page.browser.find_element(By.CSS_SELECTOR, ".why").is_displayed()
    page.element(ids.WALK_BACK).click()
    tells_step(page, run, 2 * run.n_iter - 2)
    assert len(final(page)) > 3, "it has been told"


@pytest.mark.query(f"{START}&iteration=2.5")
def test_a_link_to_an_iteration_does_not_tell_the_end(page):
    settled(page)
    run, _ = run_of()
    tells_step(page, run, 5)
    assert final(page) == {"–"}
    page.type("seed", "2")
    page.until(lambda: place(page) == "Iteration 0")
    page.run()
    assert page.text(ids.RUN_SENTENCE).startswith("Converged")
    assert len(final(page)) > 3


@pytest.mark.query(f"{RUN}&iteration=2")
def test_a_link_of_the_first_version_tells_it_as_it_did(page):
    settled(page)
    assert len(final(page)) > 3


@pytest.mark.query(f"{START}&method=accelerated&iteration=2")
def test_a_leap_is_no_step_of_em(page):
    settled(page)
    run, _ = run_of(method="accelerated")
    before, ell = run.log_likelihood[1:3]
    said = numbers(page.text(ids.RUN_SENTENCE), "Log-likelihood {} (+{}).")
    assert said == [pytest.approx(ell, rel=1e-6), pytest.approx(ell - before, rel=6e-3)]


@pytest.mark.query(f"{START}&k=1")
def test_a_step_that_gains_nothing_gives_no_gain(page):
    settled(page)
    page.run()
    run, _ = run_of(k=1)
    ell = run.log_likelihood
    for t in range(1, run.n_iter):
        page.browser.execute_script("emlab.walk.go(arguments[0])", 2 * t - 1)
        assert ("(+" in page.text(ids.RUN_SENTENCE)) is bool(ell[t] - ell[t - 1] >= 1e-12 * 1000)
