"""The handout: the open view on paper, in a real browser."""

from __future__ import annotations

import base64
import re

import pytest

from components.figures.theme import tokens
from components.state import ids, parameters
from components.views import export
from tests.browser.test_export import colour, dark, press
from tests.browser.test_studies import draw_surface
from tests.page import RUN, Page

pytestmark = pytest.mark.query(RUN)

PAPER = {"A4": (8.27, 11.69), "Letter": (8.5, 11)}
"""Width and height in inches."""


def pages(page: Page, paper: str) -> int:
    """Print the open view; the number of pages."""
    width, height = PAPER[paper]
    printed = page.browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": width, "paperHeight": height})
    pdf = base64.b64decode(printed["data"])
    assert pdf.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def on_paper(page: Page) -> str:
    """What can be read on paper."""
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    text = page.browser.execute_script("return document.body.innerText")
    controls = "return [...document.querySelectorAll('button, input, select')].filter((one) => one.checkVisibility())"
    assert page.browser.execute_script(controls) == []
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    return str(text)


@pytest.mark.same_page
@pytest.mark.parametrize("paper", PAPER)
def test_run_em_fits_on_two_pages_with_what_was_set(page, paper):
    page.load_views()  # the address needs them
    assert pages(page, paper) <= 2
    text = on_paper(page)
    assert page.address() in text
    for name in ("Observations N = 1000", "Random seed = 1", "Components K = 2", "True λ0 = 0.1", "Start ρ = 0.1"):
        assert name in text
    for shown in (page.text(ids.RUN_SENTENCE), "Iteration 61 of 61", "Tolerance = 1e-12", "Estimates", "0.09579"):
        assert shown in text
    for hidden in ("Export", "Surface", "Gaussian mixture"):
        assert hidden not in text
    assert page.browser.execute_script(
        "const page = document.documentElement; return page.scrollWidth <= page.clientWidth"
    )


def test_a_run_with_everything_fits_on_three_pages(page):
    draw_surface(page)
    for study in ("sizes", "starts"):
        page.study(study)
        page.until(lambda study=study: page.text(ids.study_table(study)))
    for paper in PAPER:
        assert pages(page, paper) <= 3
    text = on_paper(page)
    assert all(title in text for title in ("Surface", "How many components?", "Other starts"))


def test_the_handout_is_of_the_run_on_show_and_real_data_have_their_source(page):
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: "82 observations" in page.text(ids.RUN_NOTE))
    page.run()
    page.type("max_iter", "x")
    pages(page, "A4")
    text = on_paper(page)
    assert "Maximum iterations = 1000" in text
    assert page.text(ids.ABOUT) in text
    assert "seed" not in text.split("Converged")[0]


@pytest.mark.same_page
@pytest.mark.parametrize("view", ["gaussian", "exponential"])
@pytest.mark.parametrize("paper", PAPER)
def test_an_explorer_fits_on_one_page_with_what_is_set(page, view, paper):
    page.load_views()  # the address needs them
    page.open(view)
    assert pages(page, paper) == 1
    text = on_paper(page)
    assert page.address() in text
    for p in {"gaussian": parameters.GAUSSIAN, "exponential": parameters.EXPONENTIAL}[view]:
        assert f"{p.label} = {p.default:g}".replace("-", "−") in text
    assert page.text(ids.sentence(view)) in text
    assert page.text(ids.RUN_SENTENCE) not in text


def test_figures_are_light_and_of_the_papers_width_until_it_is_printed(page):
    dark(page)
    script = (
        "return [...document.querySelectorAll('#view-run .js-plotly-plot')].filter((plot) => plot.offsetWidth)"
        ".map((plot) => plot._fullLayout.width)"
    )
    before = page.browser.execute_script(script)
    page.browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert colour(page, ids.DATA_FIGURE, "mixture") == tokens("light")["ink"]
    widths = page.browser.execute_script(script)
    assert widths != before
    assert max(widths) <= min(width for width, _ in PAPER.values()) * 96
    page.browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert colour(page, ids.DATA_FIGURE, "mixture") == tokens("dark")["ink"]
    assert page.browser.execute_script(script) == before


def test_the_handouts_button_prints(page):
    page.browser.execute_script("window.print = () => (window.printed = true)")
    press(page, export.PRINT)
    assert page.browser.execute_script("return window.printed")
