"""What can be operated on the page, as its tests ask the page itself (tests/operating.js)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.page import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")


def ask(page: Page, what: str, *given: Any) -> Any:
    """Call one of the functions of tests/operating.js."""
    if not page.browser.execute_script("return 'operating' in window"):
        page.browser.execute_script(SCRIPT)
    return page.browser.execute_script(f"return operating.{what}(...arguments)", *given)


def small(page: Page, least: int) -> list[str]:
    """Controls that are smaller than so many pixels, but for links within text."""
    return list(ask(page, "small", least))


def lost(page: Page) -> list[str]:
    """What is cut, overlaps, or cannot be reached, and whether the page scrolls sideways."""
    return list(ask(page, "lost"))


def tab_through(page: Page, backwards: bool = False) -> dict[str, Any]:
    """Press Tab from the first control to the last, or from the last to the first.

    Returns
    -------
    dict
        ``expected``: controls in their order; ``went``: those that had the focus; ``unseen``: those without a ring.
    """
    presses = ask(page, "beginWalk", backwards) - 1
    keys = ActionChains(page.browser, duration=0)
    if backwards:
        keys.key_down(Keys.SHIFT)
    keys.send_keys(Keys.TAB * presses)  # in one command: one for each key takes three times as long
    if backwards:
        keys.key_up(Keys.SHIFT)
    keys.perform()
    return dict(ask(page, "walked"))
