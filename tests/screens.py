"""The page as others have it: on another screen, in the dark, under a finger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.page import Page

SETTLED = """
const mode = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
const plots = [...document.querySelectorAll('.js-plotly-plot')]
  .filter((plot) => plot._fullLayout && plot.clientWidth && !plot.closest('.view[hidden]'));
return plots.every((plot) => Math.abs(plot._fullLayout.width - plot.clientWidth) < 2
  && Math.abs(plot._fullLayout.height - plot.clientHeight) < 2)
  && (!window.emlab || !emlab.figures || emlab.figures.mode() === mode);
"""
"""Whether every figure that is seen is as large as its room."""


class Screen(NamedTuple):
    """Width and height in CSS pixels, the colours that the system asks for, and whether it is touched."""

    width: int
    height: int
    scheme: str = "light"
    touch: bool = False


def seen_on(page: Page, *screens: Screen) -> Iterator[Screen]:
    """Show the page on one screen after the other, and in the end as before."""
    tell = page.browser.execute_cdp_cmd
    try:
        for screen in screens:
            scheme = {"name": "prefers-color-scheme", "value": screen.scheme}
            tell("Emulation.setEmulatedMedia", {"features": [scheme]})
            metrics = {"width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": screen.touch}
            tell("Emulation.setDeviceMetricsOverride", metrics)
            tell("Emulation.setTouchEmulationEnabled", {"enabled": screen.touch})
            page.until(lambda: page.browser.execute_script(SETTLED))
            yield screen
    finally:
        tell("Emulation.setTouchEmulationEnabled", {"enabled": False})
        tell("Emulation.clearDeviceMetricsOverride", {})
        tell("Emulation.setEmulatedMedia", {"features": []})
