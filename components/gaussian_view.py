"""The Gaussian explorer."""

from __future__ import annotations

from dash import Dash, html

from components import explorer, ids
from components.controls import register_switch, switch
from components.link import Link
from components.parameters import GAUSSIAN

VIEW = "gaussian"


def layout(link: Link) -> html.Div:
    """Sliders over a two-component Gaussian mixture density."""
    return explorer.layout(
        link,
        VIEW,
        ids.GAUSSIAN_FIGURE,
        "Drag μ1 towards μ2 until the two humps merge into one.",
        GAUSSIAN,
        [switch(ids.GAUSSIAN_COMPONENTS, ["Weighted components"], link.is_on(ids.GAUSSIAN_COMPONENTS))],
    )


def register(app: Dash) -> None:
    """Bind the view's callbacks."""
    register_switch(app, ids.GAUSSIAN_COMPONENTS)
    explorer.register(app, VIEW, GAUSSIAN, [ids.GAUSSIAN_COMPONENTS])
