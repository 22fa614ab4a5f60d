"""A monkey at the page: random keys and pointers over all views. `python -m tests.monkey --minutes 20 --seed 7`.

It fails at the first line in the browser's console, which also shows failed requests and uncaught exceptions, and if
the page is stuck afterwards: Reset must restore, Run EM must finish, and nothing may still be busy. The seed is
printed; the same seed tries the same actions if the page is equally quick.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By

from components.state import ids
from components.state.parameters import EXPONENTIAL, GAUSSIAN
from components.state.words import SENTENCES
from components.views import own_panel
from tests.conftest import pytest_setup_options
from tests.operating import ask
from tests.page import Page
from tests.servers import gunicorn

SIZES = [(1440, 900), (1024, 768), (390, 844), (320, 256)]
WORDS = ["0", "1", "-3", "1e9", "0.25", "5", "abc", "1 2 3 9 10 11", "a;b\n1,5;2\n2,5;3", "e", "π", "-", "", "100000"]
KEYS = {
    "Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36, "ArrowLeft": 37,
    "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Backspace": 8, "Delete": 46,
}  # fmt: skip
"""Key -> its key code in Windows."""
CHECK_EVERY = 20
"""Actions between two checks of the console."""

CAGE = """
addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  if (link && (link.target || new URL(link.href).origin !== location.origin)) event.preventDefault();
}, true);
window.print = () => {};
"""
"""Do not follow links to other sites, and do not print."""


class Monkey:
    """Random input to a page."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page = page
        self.rng = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.last: deque[str] = deque(maxlen=40)
        self.size = SIZES[0]

    def tell(self, command: str, **given: Any) -> None:
        self.page.browser.execute_cdp_cmd(command, given)

    def settle_in(self) -> None:
        """Prevent actions that leave the page or open a dialog of the system."""
        self.tell("Page.addScriptToEvaluateOnNewDocument", source=CAGE)
        self.page.browser.execute_script(CAGE)
        self.tell("Page.setInterceptFileChooserDialog", enabled=True)
        self.tell("Browser.setDownloadBehavior", behavior="deny")

    # -- actions -------------------------------------------------------------------------------------------------------

    def mouse(self, kind: str, at: tuple[float, float], **more: Any) -> None:
        self.tell("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], **more)

    def somewhere(self) -> tuple[float, float]:
        width, height = self.size
        return self.rng.uniform(0, width - 1), self.rng.uniform(0, height - 1)

    def click_at(self, at: tuple[float, float]) -> None:
        self.mouse("mouseMoved", at)
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, at, button="left", clickCount=1)

    def press(self, key: str) -> None:
        text = {"Enter": "\r", " ": " "}.get(key)
        more = {"text": text} if text else {}
        for kind in ("keyDown", "keyUp"):
            self.tell("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key], **more)
            more = {}

    def click(self) -> str:
        at = self.somewhere()
        self.click_at(at)
        return f"({at[0]:.0f}, {at[1]:.0f})"

    def use(self) -> str:
        """Click on any control."""
        found = ask(self.page, "show", self.rng.random())
        if found is None:
            return "nothing"
        name, x, y = found
        self.click_at((x, y))
        return str(name)

    def drag(self) -> str:
        found = ask(self.page, "show", self.rng.random(), "input[type=range], .peak, .graph")
        start = tuple(found[1:]) if found else self.somewhere()
        self.mouse("mousePressed", start, button="left", clickCount=1)
        for _ in range(self.rng.randint(1, 6)):
            end = self.somewhere()
            self.mouse("mouseMoved", end, button="left")
        self.mouse("mouseReleased", end, button="left", clickCount=1)
        return str(found)

    def keys(self) -> str:
        pressed = [self.rng.choice(list(KEYS)) for _ in range(self.rng.randint(1, 6))]
        for key in pressed:
            self.press(key)
        return " ".join(pressed)

    def write(self) -> str:
        """Type something into the focused element."""
        text = self.rng.choice(WORDS)
        self.page.browser.execute_script("document.activeElement?.select?.()")
        self.tell("Input.insertText", text=text)
        return repr(text)

    def fill_in(self) -> str:
        """Type something into a box."""
        found = ask(self.page, "show", self.rng.random(), "[role=spinbutton], textarea")
        if found is None:
            return "nothing"
        self.click_at((found[1], found[2]))
        return f"{found[0]} {self.write()}"

    def choose(self) -> str:
        return str(ask(self.page, "choose", self.rng.random(), self.rng.random()))

    def wheel(self) -> str:
        self.mouse("mouseWheel", self.somewhere(), deltaX=0, deltaY=self.rng.uniform(-900, 900))
        return ""

    def resize(self) -> str:
        self.size = self.rng.choice(SIZES)
        width, height = self.size
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        return f"{width} × {height}"

    def reload(self) -> str:
        """Open the current address of the page."""
        self.check()
        address = self.page.browser.current_url
        self.page.browser.get("about:blank")
        self.page.browser.get(address)
        self.page.until(lambda: self.page.browser.find_elements(By.ID, ids.MAIN))
        return address

    def act(self) -> None:
        """Do a random action."""
        weights: dict[Callable[[], str], float] = {
            self.use: 40, self.keys: 16, self.fill_in: 14, self.drag: 8, self.click: 8, self.write: 6, self.choose: 4,
            self.wheel: 3, self.resize: 1, self.reload: 0.3,
        }  # fmt: skip
        (what,) = self.rng.choices(list(weights), list(weights.values()))
        self.last.append(what.__name__)
        self.last[-1] = f"{what.__name__} {what()}"
        self.done[what.__name__] += 1

    # -- checks --------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Check that the console is empty and the page is still there."""
        messages = self.page.logs()
        there = self.page.browser.current_url.startswith(self.page.url)
        if messages or not there:
            raise AssertionError("\n".join([*self.last, self.page.browser.current_url, *messages]))

    def recover(self) -> None:
        """Stop, and check that the page works."""
        page = self.page
        try:
            self.tell("Emulation.clearDeviceMetricsOverride")
            page.browser.execute_script("for (const one of document.querySelectorAll('dialog[open]')) one.close()")
            page.ready()
            for view, parameters in (("gaussian", GAUSSIAN), ("exponential", EXPONENTIAL)):
                page.open(view)
                page.element(ids.reset(view)).click()
                page.until(
                    lambda parameters=parameters: all(
                        float(page.value(ids.box(p.name))) == p.default for p in parameters
                    )
                )
            page.open("run")
            page.browser.execute_script("document.getElementById(arguments[0]).click()", ids.preset("notebook"))
            page.until(lambda: page.text(ids.WALK_PLACE) == "Iteration 0")
            page.browser.execute_script("document.getElementById(arguments[0]).click()", ids.RUN_BUTTON)
            page.until(lambda: page.text(ids.RUN_SENTENCE).startswith("Converged after 61 "))
            page.until(lambda: page.element(ids.RUN_BUTTON).get_attribute("aria-busy") != "true")
            for words in (SENTENCES["working"], own_panel.WORDS["reading"]):
                page.until(lambda words=words: words not in page.text(ids.MAIN))
            assert page.text(ids.RUN_STATUS) == ""
        except Exception as error:
            raise AssertionError("\n".join(["The page is stuck after:", *self.last])) from error
        self.check()


def play(page: Page, seconds: float, seed: int) -> Counter[str]:
    """Let a monkey play for some time.

    Returns
    -------
    Counter
        How often it did each action.

    Raises
    ------
    AssertionError
        If the page fails, with the last actions of the monkey.
    """
    monkey = Monkey(page, seed)
    monkey.settle_in()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(CHECK_EVERY):
            monkey.act()
        monkey.check()
    monkey.recover()
    return monkey.done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    options = pytest_setup_options()
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options)
    try:
        with TemporaryDirectory() as folder, gunicorn(Path(folder)) as server:
            composite: Any = SimpleNamespace(driver=browser)
            page = Page(composite, server.address)
            done = play(page, 60 * given.minutes, given.seed)
    finally:
        browser.quit()
    print(f"{done.total()} actions, and the page works: {dict(done)}")


if __name__ == "__main__":
    main()
