"""The page as others have it: on another screen, in the dark, under a finger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def seen_on(page: Page, width: int, height: int, scheme: str = "light", touch: bool = False) -> Iterator[None]:
    """The page on another screen for a while, in the colours that its system asks for."""
    tell = page.browser.execute_cdp_cmd
    tell("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch}
    tell("Emulation.setDeviceMetricsOverride", metrics)
    tell("Emulation.setTouchEmulationEnabled", {"enabled": touch})
    try:
        page.until(lambda: page.browser.execute_script(SETTLED))
        yield
    finally:
        tell("Emulation.setTouchEmulationEnabled", {"enabled": False})
        tell("Emulation.clearDeviceMetricsOverride", {})
        tell("Emulation.setEmulatedMedia", {"features": []})
