"""Every view and state of the page, one after the other, for the tests of its look and operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from components.state import ids
from components.state.words import FAILED, TOUR
from components.views import own_panel
from tests.failing import Refusing, busy, is_callback
from tests.page import RUN, START, Page

SOONER = [20, 20]
"""Waits before failed requests are sent again, in ms."""


def states(page: Page, server: Refusing) -> Iterator[str]:
    """Bring the page into each of its states and yield their names; a page that does not load comes last."""
    for part in (explorers, runs, refused_runs, own_data, studies, figures, dialogs, linked, lost_pages):
        yield from part(page, server)


def explorers(page: Page, _server: Refusing) -> Iterator[str]:
    """Both explorers."""
    page.load_views()
    yield "first load"
    page.element(ids.draw("gaussian")).click()
    page.until(lambda: "points drawn" in page.text(ids.drawn("gaussian")))
    put(page, "gaussian-sigma1", "9")
    page.until(lambda: page.error("gaussian-sigma1"))
    yield "points drawn and a value refused"
    press_all(page, table_button(ids.GAUSSIAN_FIGURE))
    yield "an explorer's figure as tables"
    press_all(page, table_button(ids.GAUSSIAN_FIGURE))
    page.open("exponential")
    page.element(ids.option(ids.Y_AXIS, "log")).click()
    page.element(ids.option(ids.NOTEBOOK_CURVE, "button")).click()
    page.until(lambda: "no density" in page.text(ids.sentence("exponential")))
    yield "exponential"


def runs(page: Page, _server: Refusing) -> Iterator[str]:
    """Completed runs, and a walk through one."""
    page.visit(START)
    page.load_views()
    yield "start"
    page.run()
    yield "run"
    clear(page, ids.WALK_START).click()
    for _ in range(3):
        clear(page, ids.WALK_FORWARD).click()
    page.until(lambda: "Iteration 3 of" in page.text(ids.WALK_PLACE))
    yield "walking"
    clear(page, ids.M_STEP).click()
    page.until(lambda: "Iteration 4 of" in page.text(ids.WALK_PLACE))
    yield "after an M-step"
    press(page, ids.QUESTIONS_BUTTON)
    page.advanced()
    yield "questions, and advanced settings"
    press(page, ids.option(ids.COLOUR_BY, "responsibility"))
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: "Galaxies" in page.text(ids.RUN_NOTE))
    put(page, "k", "5")
    page.run()
    yield "five components"
    preset(page, "spike")
    page.until(lambda: page.text(ids.PREDICT))
    yield "question"
    page.run()
    press_all(page, ".why summary")
    yield "degenerate run, and why"
    preset(page, "notebook")
    put(page, "n", "50000")
    page.run()
    yield "thinned marks"


def refused_runs(page: Page, server: Refusing) -> Iterator[str]:
    """Messages beside the button if there is no result."""
    put(page, "seed", "-1")
    page.until(lambda: page.error("seed"))
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_STATUS))
    yield "run refused"
    put(page, "seed", "1")
    page.until(lambda: not page.error("seed"))
    with refusing_callbacks(server, 500):
        page.element(ids.RUN_BUTTON).click()
        page.until(lambda: page.text(ids.RUN_STATUS) == FAILED["failed"])
    yield "run failed"
    page.try_again_after(*SOONER)
    with refusing_callbacks(server, 502):
        page.element(ids.RUN_BUTTON).click()
        page.until(lambda: FAILED["again"] in page.text(ids.RUN_STATUS))
    yield "server gone"
    page.try_again_after(10**6)
    with refusing_callbacks(server, 502):
        page.element(ids.try_again(ids.RUN_STATUS)).click()
        page.until(lambda: page.text(ids.RUN_STATUS) == FAILED["trying"])
    yield "running"
    page.visit(RUN)
    page.load_views()


def own_data(page: Page, _server: Refusing) -> Iterator[str]:
    """Own data, or none yet."""
    page.choose(ids.SOURCE, "own")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_STATUS) == own_panel.WORDS["none"])
    yield "no own data yet"
    page.element("own-text").send_keys("1.5 apples 2,5")
    page.element("own-use").click()
    page.until(lambda: "error" in str(page.element("own-said").get_attribute("class")))
    yield "own data refused"
    page.element("own-text").clear()
    page.element("own-text").send_keys("1.000\n2.000\n5.500")
    page.element("own-use").click()
    page.until(lambda: "can be 1 or 1000" in page.text("own-said"))
    yield "own data with two meanings"
    page.element("own-text").clear()
    page.element("own-text").send_keys("a;b\n" + "".join(f"{i}.5;{i * i}.25\n" for i in range(1, 9)))
    page.element("own-use").click()
    page.until(lambda: page.element("own-columns").is_displayed())
    yield "own data with columns"
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: "Galaxies" in page.text(ids.RUN_NOTE))


def studies(page: Page, _server: Refusing) -> Iterator[str]:
    """Surface, starts, sizes, and a file."""
    for panel in ("log-likelihood", "parameters"):
        page.show(panel)
        yield f"panel {panel}"
    for study in ("surface", "starts", "sizes"):
        page.show(study)
        press(page, ids.study(study))
        words = ids.study_words(study) if study == "surface" else ids.study_table(study)
        page.until(lambda words=words: len(page.text(words)) > len("Working …"))
        yield f"panel {study}"
    page.show("export")
    press(page, ids.export("data"))
    page.until(lambda: "Saved" in page.text(ids.EXPORT_WORDS))
    yield "panel export"
    press_all(page, f'.save[data-figure="{ids.DATA_FIGURE}"] [data-discloser]')
    yield "menu of a figure"
    page.show("surface")


def figures(page: Page, _server: Refusing) -> Iterator[str]:
    """Figures of a run, read by keyboard and as tables."""
    press_all(page, table_button(ids.DATA_FIGURE))
    yield "a run's figure as tables"
    press_all(page, table_button(ids.DATA_FIGURE))
    keys = ActionChains(page.browser)
    keys.send_keys(Keys.TAB).perform()  # the last input was a key
    page.browser.execute_script("document.getElementById(arguments[0]).parentElement.focus()", ids.SURFACE_FIGURE)
    keys.send_keys(Keys.ARROW_RIGHT).perform()
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, ".figure-mark:not([hidden])"))
    yield "a point of a figure"


def dialogs(page: Page, _server: Refusing) -> Iterator[str]:
    """The tour, and sharing."""
    press(page, ids.TOUR)
    page.until(lambda: page.text("tour-words"))
    yield "tour"
    press_all(page, "[data-tour=next]", "[data-tour=next]")
    page.until(lambda: page.text("tour-words") == TOUR["run"])
    yield "tour, in another view"
    press_all(page, "[data-tour=close]")
    press(page, ids.SHARE)
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.SHARE_QR} svg"))
    yield "share dialog"
    press_all(page, f"#{ids.SHARE_DIALOG} [data-flag=embed]", f"#{ids.SHARE_DIALOG} [data-hide=truth]")
    press(page, ids.SHARE_PREVIEW)
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.SHARE_FRAME} iframe"))
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.SHARE_QR} svg"))
    yield "share dialog with snippet and preview"
    press(page, ids.SHARE_PREVIEW)
    press(page, ids.SHARE_LARGE)
    page.until(lambda: page.element(ids.QR_DIALOG).is_displayed())
    yield "large code"
    press(page, ids.QR_CLOSE)
    press(page, ids.SHARE_CLOSE)


def linked(page: Page, _server: Refusing) -> Iterator[str]:
    """Pages as links open them."""
    page.visit("v=1&view=em&k=99&hide=truth,start&reveal=on")
    yield "link with a problem, hiding"
    page.visit("v=1&view=em&embed=on&hide=controls")
    yield "embedded"
    page.visit("v=1&view=gaussian&present=on")
    yield "presented"
    page.visit("v=1&view=background")  # alone: its formulas are more elements than the rest of the page
    page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, f"#{ids.BACKGROUND_ARTICLE} .katex"))
    yield "background"


def lost_pages(page: Page, server: Refusing) -> Iterator[str]:
    """The page that does not load."""
    of_the_page = ("_dash-layout", "_dash-dependencies")
    server.refuse = lambda request: busy(502) if request.path.endswith(of_the_page) else None
    page.browser.get(page.url)
    page.until(lambda: page.text(ids.FIRST_LOAD) == FAILED["trying"])
    page.try_again_after(*[10**6] * 9)
    yield "no page yet"
    page.browser.get(page.url)
    page.until(lambda: page.text(ids.FIRST_LOAD) == FAILED["trying"])
    page.try_again_after()
    page.until(lambda: page.text(ids.FIRST_LOAD) == FAILED["no_page"] + FAILED["again"])
    yield "no page"
    server.refuse = lambda _request: None
    page.browser.get(page.url)
    page.ready()


# -- steps -------------------------------------------------------------------------------------------------------------


def table_button(figure: str) -> str:
    return f'.save[data-figure="{figure}"] .as-table'


def press(page: Page, button: str) -> None:
    press_all(page, f"#{button}")


def press_all(page: Page, *selectors: str) -> None:
    """Press buttons anywhere on the page."""
    for selector in selectors:
        page.browser.execute_script("document.querySelector(arguments[0]).click()", selector)


def put(page: Page, name: str, text: str) -> None:
    """Type into a number box."""
    clear(page, ids.box(name))
    page.type(name, text)


def clear(page: Page, name: str) -> WebElement:
    """An element, scrolled to the middle of the window, since the run button covers its end."""
    element = page.element(name)
    page.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    return element


def preset(page: Page, name: str) -> None:
    press(page, ids.preset(name))


@contextmanager
def refusing_callbacks(server: Refusing, status: int) -> Iterator[None]:
    """Answer callbacks in this way during the block."""
    server.refuse = lambda request: busy(status) if is_callback(request) else None
    try:
        yield
    finally:
        server.refuse = lambda _request: None
