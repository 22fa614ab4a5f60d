"""What goes on while a run is under way, in a real browser."""

from __future__ import annotations

import pytest

from components.state import ids
from tests.failing import busy, is_callback, refusing, unexpected
from tests.page import RUN, Page

COLOUR = """
const plot = document.querySelector('#data-figure .js-plotly-plot');
const { uid } = plot.data.find((trace) => trace.uid === 'mixture');
return getComputedStyle(plot.querySelector(`.trace${uid} path.js-line`)).stroke;
"""


@pytest.fixture
def under_way(lab):
    """Run EM, with a run that is not answered."""
    with refusing() as server:
        page = Page(lab, server.address, RUN)
        page.try_again_after(10**6)
        server.refuse = lambda request: busy() if is_callback(request) else None
        page.element(ids.RUN_BUTTON).click()
        page.until(lambda: page.element(ids.RUN_BUTTON).text == "Running …")
        yield page
        assert unexpected(page) == []


def test_figures_take_other_colours(under_way):
    page = under_way
    before = page.browser.execute_script(COLOUR)
    page.choose(ids.THEME_CHOICE, "dark")
    page.until(lambda: page.browser.execute_script(COLOUR) != before)
    page.element(ids.option(ids.COLOUR_BY, "responsibility")).click()
    page.until(lambda: "by responsibility" in page.text(ids.RUN_NOTE))
    assert page.element(ids.RUN_BUTTON).text == "Running …"
