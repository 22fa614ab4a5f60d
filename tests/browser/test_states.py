"""In every state of the page: axe-core finds nothing, controls are large enough, Tab reaches them, nothing is cut off.

The states are visited once, and all checks are made in each: most of the time goes into reaching them.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from tests import ROOT
from tests.failing import refusing, unexpected
from tests.operating import lost, small, tab_through
from tests.page import Page
from tests.screens import Screen, seen_on
from tests.sharing import another_browser
from tests.states import states

AXE = ROOT / "tests" / "vendor" / "axe.min.js"

LEAST, LEAST_TOUCHED = 24, 44
"""Smallest sizes of controls, in px: under a pointer and under a finger."""
WIDE, NARROW = (1280, 800), (320, 640)
TOUCHED = Screen(390, 844, touch=True)
ZOOMED = Screen(320, 256)
"""1280 × 1024 at 400 %, in CSS pixels."""
LARGE_TYPE = Screen(1280, 1024), {"webkit.webprefs.default_font_size": 32}
"""Type at 200 %: the screen, and what is set in the browser."""

# Two parts are left out, since they take most of the time and no screen reader reads them: what plotly draws inside
# an image with a name (tests/figures/test_tokens.py checks its colours), and KaTeX's picture of a formula, which is
# there as MathML too.
CHECK = """
const [rules, done] = arguments;
const words = ({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`;
axe.run({ exclude: [['.main-svg'], ['.katex-html'], ['.view[hidden]']] },
  { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) })
  .then(({ violations }) => done(violations.map(({ id, nodes }) => [id, nodes.map(words)])));
"""
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe-core whose result depends on the colours."""

Problems = Iterator[tuple[str, object]]


def violations(page: Page, rules: list[str] | None = None) -> Problems:
    """Rules of axe-core that are broken (of all, or of these), and by what."""
    if not page.browser.execute_script("return 'axe' in window"):
        page.browser.execute_script(AXE.read_text("utf-8"))
    yield from page.browser.execute_async_script(CHECK, rules)


def wrong_tabs(page: Page) -> Problems:
    """Controls that Tab or Shift+Tab do not reach in their order, or that have no focus ring."""
    for way, backwards in (("Tab", False), ("Shift+Tab", True)):
        walk = tab_through(page, backwards)
        expected = walk["expected"][::-1] if backwards else walk["expected"]
        yield f"{way} goes", list(unified_diff(expected, walk["went"], "should", "does", n=1))
        yield f"{way}, without a ring", walk["unseen"]
    page.browser.execute_script("document.activeElement.blur()")  # the skip link, which covers others


def problems(page: Page) -> Problems:
    """What is wrong with the state on show, on any screen."""
    for _ in seen_on(page, ZOOMED):
        yield "at 400 %", lost(page)
    for _ in seen_on(page, TOUCHED):
        assert page.browser.execute_script("return matchMedia('(pointer: coarse)').matches")
        yield f"smaller than {LEAST_TOUCHED} px under a finger", small(page, LEAST_TOUCHED)
    for size, first, second in ((WIDE, "light", "dark"), (NARROW, "dark", "light")):
        for screen in seen_on(page, Screen(*size, first), Screen(*size, second)):
            for rule, nodes in violations(page, None if screen.scheme == first else OF_COLOURS):
                yield f"{screen.width} px, {screen.scheme}: {rule}", nodes
            if screen == Screen(*WIDE):
                yield f"smaller than {LEAST} px", small(page, LEAST)
                yield from wrong_tabs(page)


def test_every_state_is_accessible(lab):
    found: dict[str, Any] = {}
    with refusing() as server:
        page = Page(lab, server.address)
        page.browser.set_script_timeout(120)
        for state in states(page, server):
            found |= {f"{state}, {where}": what for where, what in problems(page) if what}
    assert found == {}
    assert unexpected(page) == []


def test_nothing_is_lost_in_large_type():
    found: dict[str, Any] = {}
    screen, preferences = LARGE_TYPE
    with refusing() as server, another_browser(**preferences) as browser:
        page = Page(SimpleNamespace(driver=browser), server.address)
        for state in states(page, server):
            for _ in seen_on(page, screen):
                if problems := lost(page):
                    found[state] = problems
        assert unexpected(page) == []
    assert found == {}


def test_axe_is_as_it_was_published():
    assert sha256(AXE.read_bytes()).hexdigest() in AXE.with_name("README.md").read_text("utf-8")
