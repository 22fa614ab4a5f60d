"""Pictures of every state of the page, for a look by eye: `python -m tests.screenshots`, or `make screenshots`.

They are written to `screenshots/`, light and dark, at the sizes of a desktop, a projector and a phone;
`screenshots/index.html` shows them all.
"""

from __future__ import annotations

import argparse
import base64
import re
import shutil
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from selenium import webdriver

from tests import ROOT
from tests.conftest import pytest_setup_options
from tests.failing import refusing
from tests.page import Page
from tests.screens import Screen, seen_on
from tests.states import states

FOLDER = ROOT / "screenshots"
SIZES = [(1440, 900), (1024, 768), (390, 844)]
SCHEMES = ("light", "dark")
LONGEST = 6000
"""Largest height of a picture, in pixels."""

HEIGHT = """
window.scrollTo(0, 0);
const { scrollHeight } = document.documentElement;
return document.querySelector('dialog[open]') ? 0 : scrollHeight;
"""


def picture(page: Page, file: Path, whole: bool) -> None:
    """Write a picture of the window, or of the whole page."""
    height = min(page.browser.execute_script(HEIGHT), LONGEST) if whole else 0
    width = page.browser.execute_script("return innerWidth")
    clip = {"clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}} if height else {}
    shot = page.browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": bool(clip), **clip}
    )
    file.write_bytes(base64.b64decode(shot["data"]))


def sheet(pictures: dict[str, list[str]]) -> str:
    """A page with all pictures, a row for each state."""
    rows = [
        f"<h2>{escape(state)}</h2><div>"
        + "".join(f'<a href="{file}"><img src="{file}" alt="{file}" loading="lazy" height="360"></a>' for file in files)
        + "</div>"
        for state, files in pictures.items()
    ]
    style = "body{font:14px system-ui;margin:1em}div{display:flex;gap:8px;overflow-x:auto}img{border:1px solid #888}"
    return f"<!DOCTYPE html><meta charset=utf-8><title>Screenshots</title><style>{style}</style>{''.join(rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true", help="the whole page, not only what the screen holds")
    parser.add_argument("--only", default="", help="states whose name has this in it")
    parser.add_argument("--light", action="store_true", help="not the dark ones")
    given = parser.parse_args()
    screens = [Screen(*size, scheme) for size in SIZES for scheme in SCHEMES[: 1 if given.light else None]]
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    pictures: dict[str, list[str]] = {}
    options = pytest_setup_options()
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options)
    try:
        with refusing() as server:
            composite: Any = SimpleNamespace(driver=browser)
            page = Page(composite, server.address)
            for state in states(page, server):
                if given.only not in state:
                    continue
                for screen in seen_on(page, *screens):
                    name = f"{re.sub('[^a-z]+', '-', state)}-{screen.width}-{screen.scheme}.png"
                    picture(page, FOLDER / name, given.whole)
                    pictures.setdefault(state, []).append(name)
                print(state, flush=True)
    finally:
        browser.quit()
        (FOLDER / "index.html").write_text(sheet(pictures), "utf-8")


if __name__ == "__main__":
    main()
