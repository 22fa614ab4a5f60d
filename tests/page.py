"""Driving the page in a real browser: what the browser tests have in common."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from dash.testing.composite import DashComposite
from selenium.common.exceptions import JavascriptException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

import em
from components.state import ids
from components.state.parameters import MAX_COMPONENTS, with_minus

PATIENCE = 15

RUN = "v=1&view=em"
"""A link's query that opens Run EM at the end of its run."""
START = "v=2&view=em"
"""A link's query that opens it at the start, before any run."""

DRAWN = """
const drawn = (panel) => panel?.hasChildNodes()
  && [...panel.querySelectorAll('.graph')].every((graph) =>
    graph.closest('.study:not(.drawn)') || graph.querySelector('.main-svg'))
  && (panel.id !== 'view-run' || document.getElementById('run-sentence').textContent !== '');
"""
"""Whether a view stands: figures are drawn (but the surface, which is asked for), and Run EM has its first run."""
OPEN_VIEW = f"{DRAWN} return drawn(document.querySelector('.view:not([hidden])'))"
ALL_VIEWS = f"emlab.views.all(); {DRAWN} return [...document.querySelectorAll('.view')].every(drawn)"
"""All views, asked for: by themselves they come when nobody has touched anything for a while."""


class Page:
    """The page in a browser of dash.testing, from its server or another address.

    It is opened with a query in its address or, if that is None, left for `visit` to open.
    """

    def __init__(self, composite: DashComposite, address: str | None = None, query: str | None = "") -> None:
        self.browser = composite.driver
        self.browser.set_window_size(1440, 1000)
        self.browser.get("about:blank")
        self.logs()
        self.url = (address or composite.server.url).rstrip("/") + "/"
        if query is not None:
            self.visit(query)

    def ready(self) -> None:
        """Wait until the open view stands."""
        self.until(lambda: self.browser.execute_script(OPEN_VIEW))

    def visit(self, query: str) -> None:
        """Open the page with a query in its address."""
        self.browser.get(f"{self.url}?{query}" if query else self.url)
        self.ready()

    def load_views(self) -> None:
        """Have all views loaded, and wait until they stand."""
        self.until(lambda: self.browser.execute_script(ALL_VIEWS))

    def seen(self) -> dict[str, Any]:
        """What all views show: controls, figures' numbers, texts, and where it stands."""
        self.load_views()
        script = """
        const figures = [...document.querySelectorAll('.js-plotly-plot')].map((plot) => [
          plot.closest('[id$="-figure"]').id,
          (plot.data || []).map(({uid, x, y, visible}) => [uid, x, y, visible ?? true])]);
        const boxes = [...document.querySelectorAll('input, select')].filter((e) => !e.closest('[hidden].row'))
          .map((e) => [e.id, e.value]);
        const pressed = [...document.querySelectorAll('[aria-pressed], [aria-checked], [aria-selected]')].map(
          (e) => [e.id, ...['pressed', 'checked', 'selected'].map((name) => e.getAttribute(`aria-${name}`))]);
        const texts = ['run-sentence', 'run-note', 'run-table', 'walk-place', 'gaussian-sentence',
          'exponential-sentence'].map((id) => [id, document.getElementById(id).textContent]);
        const hidden = [...document.querySelectorAll('.row')].filter((e) => e.hidden).map((e) => e.id);
        const theme = document.documentElement.dataset.theme || '';
        return JSON.stringify({figures, boxes, pressed, texts, hidden, theme});
        """
        return dict(json.loads(self.browser.execute_script(script)))

    def until(self, condition: Callable[[], Any]) -> Any:
        """Wait for a condition and return what it gave. It may ask for parts of the page that are not there yet."""
        not_yet = (JavascriptException, StaleElementReferenceException)
        waiting = WebDriverWait(self.browser, PATIENCE, poll_frequency=0.05, ignored_exceptions=not_yet)
        return waiting.until(lambda _: condition())

    def address(self) -> str:
        """The link to what is on show; the browser's own address follows a moment later."""
        self.load_views()  # an address needs them
        return str(self.browser.execute_script("return emlab.link.address()"))

    def open(self, view: str) -> None:
        """Open a view by its tab."""
        self.element(ids.tab(view)).click()
        self.until(lambda: self.element(ids.panel(view)).is_displayed())
        self.ready()

    def element(self, element_id: str) -> WebElement:
        return self.browser.find_element(By.ID, element_id)

    def text(self, element_id: str) -> str:
        """Text content, seen or not."""
        return str(self.browser.execute_script("return document.getElementById(arguments[0]).textContent", element_id))

    def value(self, element_id: str) -> str:
        return str(self.browser.execute_script("return document.getElementById(arguments[0]).value", element_id))

    def move(self, name: str, value: float) -> None:
        """Move a slider as the browser does: set its value and tell of the input."""
        self.browser.execute_script(
            "const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;"
            "const slider = document.getElementById(arguments[0]); set.call(slider, arguments[1]);"
            "slider.dispatchEvent(new Event('input', {bubbles: true}));",
            ids.slider(name),
            str(value),
        )

    def choose(self, list_id: str, value: str) -> None:
        """Choose from a list."""
        Select(self.element(ids.selected(list_id))).select_by_value(value)

    def show(self, panel: str) -> None:
        """Open a panel of Run EM by its tab."""
        tab = self.element(ids.panel_tab(panel))
        if not tab.is_displayed():
            self.element(ids.MORE_BUTTON).click()
        tab.click()
        self.until(lambda: self.element(ids.run_panel(panel)).is_displayed())

    def show_around(self, element: WebElement) -> None:
        """Open the panel of Run EM in which an element is, if it is in one."""
        closed = self.browser.execute_script("return arguments[0].closest('.panel[hidden]')?.id", element)
        if closed:
            self.show(closed.removeprefix("panel-"))

    def study(self, name: str) -> None:
        """Open the panel of a study, and press its button."""
        self.show(name)
        self.element(ids.study(name)).click()

    def ask(self, question: str) -> None:
        """Choose one of the questions to try."""
        button = self.element(ids.QUESTIONS_BUTTON)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        self.element(ids.preset(question)).click()

    def run(self) -> None:
        """Press Run EM, and wait until its result is on show."""
        self.browser.execute_script("window.before = emlab.runState.state.result")
        button = self.element(ids.RUN_BUTTON)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        self.until(
            lambda: self.browser.execute_script(
                "const { requested, request, result } = emlab.runState.state;"
                "return result?.fitted && result !== before && requested === request"
            )
        )

    def tells(self, run: em.Run) -> bool:
        """Whether the page says of the run on show what the engine says of this one: how it ended, and why."""
        how, *why = re.split("[:;] ", with_minus(run.message), maxsplit=1)
        words = f"{self.text(ids.RUN_SENTENCE)} {self.text(ids.RUN_NOTE)}".lower()
        return words.startswith(how.lower()) and all(reason.lower() in words for reason in why)

    def advanced(self) -> None:
        """Open the settings that are folded at first."""
        self.browser.execute_script("document.getElementById(arguments[0]).open = true", ids.ADVANCED)

    def type(self, name: str, text: str) -> None:
        """Type into a number box in place of what is there."""
        box = self.element(ids.box(name))
        self.browser.execute_script("arguments[0].closest('details')?.setAttribute('open', '')", box)
        self.show_around(box)
        box.click()
        box.send_keys(Keys.CONTROL, "a")
        box.send_keys(Keys.DELETE)
        box.send_keys(text)

    def trace(self, graph: str, uid: str) -> dict[str, Any]:
        """A trace of a figure as plotly holds it."""
        script = (
            "const plot = document.querySelector(`#${arguments[0]} .js-plotly-plot`);"
            "const one = plot && plot.data && plot.data.find((t) => t.uid === arguments[1]);"
            "return one ? JSON.stringify({x: one.x, y: one.y, visible: one.visible, customdata: one.customdata}) : '{}'"
        )
        return dict(json.loads(self.browser.execute_script(script, graph, uid)))

    def observations(self) -> list[float]:
        """Observations drawn in the strip, sorted."""
        rows = (self.trace(ids.DATA_FIGURE, f"observations-{k}") for k in range(MAX_COMPONENTS))
        return sorted(x for row in rows for x in row.get("x", []))

    def y_range(self, graph: str) -> list[float]:
        return list(
            self.browser.execute_script(
                "return document.querySelector(`#${arguments[0]} .js-plotly-plot`)._fullLayout.yaxis.range", graph
            )
        )

    def try_again_after(self, *waits: int) -> None:
        """How long lost requests wait before each further try, in ms: a test need not wait as long as a visitor."""
        self.browser.execute_script("Object.assign(emlab.network.schedule, { waits: arguments[0], busy: 0 })", waits)

    def error(self, name: str) -> str:
        """Words under a parameter's control."""
        return self.text(ids.error(name))

    def requests(self) -> list[str]:
        """URLs asked for since the last call."""
        script = (
            "const urls = performance.getEntriesByType('resource').map((entry) => entry.name);"
            "performance.clearResourceTimings(); return urls"
        )
        return [url for url in self.browser.execute_script(script) if urlsplit(url).scheme not in {"data", "blob"}]

    def assert_quiet(self) -> None:
        """The browser's console is empty."""
        assert self.logs() == []

    def logs(self) -> list[str]:
        """What the console says since the last call."""
        return [entry["message"] for entry in self.browser.get_log("browser")]


def hosts(urls: Iterable[str]) -> set[str | None]:
    """Hosts of URLs."""
    return {urlsplit(url).hostname for url in urls}
