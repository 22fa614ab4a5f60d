"""The Gaussian explorer."""

from __future__ import annotations

from dash import Dash, html

from components.controls.controls import choice, in_group, register_choice, register_switch, switch
from components.state import ids
from components.state.address import Link
from components.state.parameters import GAUSSIAN
from components.views import explorer

VIEW = "gaussian"


def layout(link: Link) -> html.Div:
    """Sliders over a two-component Gaussian mixture density."""
    return explorer.layout(
        link,
        VIEW,
        ids.GAUSSIAN_FIGURE,
        GAUSSIAN,
        [
            choice(ids.GAUSSIAN_QUANTITY, link.chosen(ids.GAUSSIAN_QUANTITY)),
            switch(ids.GAUSSIAN_COMPONENTS, ["Weighted components"], link.is_on(ids.GAUSSIAN_COMPONENTS)),
        ],
        over=[_peaks()],
    )


def _peaks() -> html.Div:
    """A handle on each weighted component's peak. Hidden from who hears the page: the sliders do the same."""
    handles = [html.Div(className=f"peak of-{k}", **{"data-component": str(k)}) for k in (0, 1)]
    return html.Div(handles, id=ids.PEAKS, className="peaks", **{"aria-hidden": "true"}, **in_group("controls"))


def register(app: Dash) -> None:
    """Bind the view's callbacks."""
    register_choice(app, ids.GAUSSIAN_QUANTITY)
    register_switch(app, ids.GAUSSIAN_COMPONENTS)
    explorer.register(app, VIEW, GAUSSIAN, [ids.GAUSSIAN_QUANTITY, ids.GAUSSIAN_COMPONENTS])
