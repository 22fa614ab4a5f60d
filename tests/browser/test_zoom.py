"""Type at twice its size, and the page at four times its size: nothing is cut, covered or out of reach."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.failing import refusing, unexpected
from tests.operating import lost
from tests.page import Page
from tests.screens import Screen, seen_on
from tests.sharing import another_browser
from tests.states import states

SCREENS = {
    "200 % text": (Screen(1280, 1024), {"webkit.webprefs.default_font_size": 32}),
    "400 % zoom": (Screen(320, 256), {}),
}
"""The screen, and what is set in the browser: 1280 × 1024 at 400 % is 320 × 256 CSS pixels."""


@pytest.mark.parametrize("name", SCREENS)
def test_nothing_is_lost(name):
    found: dict[str, Any] = {}
    screen, preferences = SCREENS[name]
    with refusing() as server, another_browser(**preferences) as browser:
        page = Page(SimpleNamespace(driver=browser), server.address)
        for state in states(page, server):
            for _ in seen_on(page, screen):
                if problems := lost(page):
                    found[state] = problems
        assert unexpected(page) == []
    assert found == {}
