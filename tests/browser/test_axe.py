"""axe-core finds nothing by any of its rules in any state of the page, wide and narrow, light and dark."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from tests import ROOT
from tests.failing import refusing, unexpected
from tests.page import Page
from tests.screens import Screen, seen_on
from tests.states import states

AXE = ROOT / "tests" / "vendor" / "axe.min.js"

SCREENS = (Screen(1280, 800), Screen(1280, 800, "dark"), Screen(320, 640, "dark"), Screen(320, 640))

# Not looked into, since it takes most of the time and nobody hears it: what plotly draws within an image that has a
# name (tests/figures/test_tokens.py has its colours), and KaTeX's picture of a formula, which stands beside it in
# MathML too.
CHECK = """
const [done] = arguments;
const words = ({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`;
axe.run({ exclude: [['.main-svg'], ['.katex-html'], ['.view[hidden]']] }, { resultTypes: ['violations'] })
  .then(({ violations }) => done(violations.map(({ id, nodes }) => [id, nodes.map(words)])));
"""


def violations(page: Page) -> list[Any]:
    """What axe finds: rule, and each element with what is wrong of it."""
    if not page.browser.execute_script("return 'axe' in window"):
        page.browser.execute_script(AXE.read_text("utf-8"))
    return list(page.browser.execute_async_script(CHECK))


def test_axe_finds_nothing(lab):
    found: dict[str, Any] = {}
    with refusing() as server:
        page = Page(lab, server.address)
        page.browser.set_script_timeout(120)
        for state in states(page, server):
            for screen in seen_on(page, *SCREENS):
                for rule, nodes in violations(page):
                    found[f"{state}, {screen.width} px, {screen.scheme}: {rule}"] = nodes
    assert found == {}
    assert unexpected(page) == []


def test_axe_is_as_it_was_published():
    assert sha256(AXE.read_bytes()).hexdigest() in AXE.with_name("README.md").read_text("utf-8")
