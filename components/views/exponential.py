"""The exponential explorer."""

from __future__ import annotations

from dash import Dash, html

from components.controls.controls import choice, register_choice, register_switch, switch
from components.state import ids
from components.state.address import Link
from components.state.parameters import EXPONENTIAL
from components.state.words import NOTEBOOK_CURVE
from components.views import explorer

VIEW = "exponential"


def layout(link: Link) -> html.Div:
    """Sliders over a two-component exponential mixture density."""
    return explorer.layout(
        link,
        VIEW,
        ids.EXPONENTIAL_FIGURE,
        EXPONENTIAL,
        [
            choice(ids.EXPONENTIAL_QUANTITY, link.chosen(ids.EXPONENTIAL_QUANTITY)),
            choice(ids.PARAMETRISATION, link.chosen(ids.PARAMETRISATION)),
            choice(ids.Y_AXIS, link.chosen(ids.Y_AXIS)),
            switch(ids.EXPONENTIAL_COMPONENTS, ["Weighted components"], link.is_on(ids.EXPONENTIAL_COMPONENTS)),
            switch(
                ids.NOTEBOOK_CURVE,
                [f"{NOTEBOOK_CURVE} π\N{NO-BREAK SPACE}e", html.Sup("−λx"), "/\N{WORD JOINER}λ"],
                link.is_on(ids.NOTEBOOK_CURVE),
            ),
        ],
        also={"of-notebook": NOTEBOOK_CURVE},
    )


def register(app: Dash) -> None:
    """Bind the view's callbacks."""
    register_choice(app, ids.EXPONENTIAL_QUANTITY)
    register_choice(app, ids.PARAMETRISATION)
    register_choice(app, ids.Y_AXIS)
    for option in (ids.EXPONENTIAL_COMPONENTS, ids.NOTEBOOK_CURVE):
        register_switch(app, option)
    options = [
        ids.EXPONENTIAL_QUANTITY,
        ids.EXPONENTIAL_COMPONENTS,
        ids.PARAMETRISATION,
        ids.Y_AXIS,
        ids.NOTEBOOK_CURVE,
    ]
    explorer.register(app, VIEW, EXPONENTIAL, options)
