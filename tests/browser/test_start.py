"""How the page starts while its modules are slow, cannot be fetched, or fail."""

from __future__ import annotations

import time

import flask
import pytest

from components.state import ids
from components.state.words import FAILED
from tests.failing import busy, unexpected
from tests.page import RUN, Page

SHORT_WAITS = "const wait = setTimeout; window.setTimeout = (action, ms) => wait(action, Math.min(ms, 30))"


def other_lines(page: Page) -> list[str]:
    """Lines of the console that are not about modules."""
    return [line for line in unexpected(page) if ".mjs" not in line]


def test_modules_may_be_slow(lab, server):
    def late(request: flask.Request) -> None:
        if request.path.endswith(".mjs"):
            time.sleep(3)

    server.refuse = late
    page = Page(lab, server.address)
    assert page.text(ids.FIRST_LOAD) == ""
    assert unexpected(page) == []


def test_modules_that_cannot_be_fetched_are_requested_again(lab, server):
    server.refuse = lambda request: busy(502) if request.path.endswith(".mjs") and len(server.refused) < 3 else None
    page = Page(lab, server.address)
    assert len(server.refused) == 3
    assert page.text(ids.FIRST_LOAD) == ""
    assert other_lines(page) == []


def test_modules_that_never_come_are_said_and_can_be_requested_again(lab, server):
    page = Page(lab, server.address)
    server.refuse = lambda request: busy(502) if request.path.endswith(".mjs") else None
    script = page.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SHORT_WAITS})
    page.browser.get(f"{server.address}?{RUN}&n=321")
    page.until(lambda: page.text(ids.FIRST_LOAD) == FAILED["no_page"] + FAILED["again"])
    page.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
    assert page.element(ids.try_again(ids.FIRST_LOAD)).size["height"] >= 44
    server.refuse = lambda _request: None
    page.element(ids.try_again(ids.FIRST_LOAD)).click()
    page.ready()
    assert len(page.observations()) == 321
    assert other_lines(page) == []


@pytest.mark.parametrize("code", ["throw new Error('odd')", "null.odd", "export {"])
def test_a_module_that_fails_is_said_at_once(lab, server, code):
    def odd(request: flask.Request) -> flask.Response | None:
        return flask.Response(code, mimetype="text/javascript") if request.path.endswith(".mjs") else None

    page = Page(lab, server.address)
    server.refuse = odd
    begin = time.monotonic()
    page.browser.get(server.address)
    page.until(lambda: page.text(ids.FIRST_LOAD) == FAILED["broken"] + FAILED["again"])
    assert time.monotonic() - begin < 4
    assert len(server.refused) == 1, "it would fail again"
    assert any("Error" in line for line in page.logs())
