"""The exponential explorer."""

from __future__ import annotations

from dash import Dash, html

from components import explorer, ids
from components.controls import choice, register_choice, register_switch, switch
from components.parameters import EXPONENTIAL

VIEW = "exponential"
PARAMETRISATIONS = {"scale": "λ is a scale", "rate": "λ is a rate"}
AXES = {"linear": "Linear y axis", "log": "Log y axis"}


def layout() -> html.Div:
    """Sliders over a two-component exponential mixture density."""
    return explorer.layout(
        VIEW,
        ids.EXPONENTIAL_FIGURE,
        "Set λ1 to 0.1 and λ2 to 1, then switch to the log axis: two straight lines and a bend.",
        EXPONENTIAL,
        [
            choice(ids.PARAMETRISATION, "Meaning of λ", PARAMETRISATIONS, "scale"),
            choice(ids.Y_AXIS, "Scale of the y axis", AXES, "linear"),
            switch(ids.EXPONENTIAL_COMPONENTS, ["Weighted components"], True),
            switch(ids.NOTEBOOK_CURVE, ["Notebook’s curve π e", html.Sup("−λx"), "/λ, dashed"], False),
        ],
        {"of-notebook": "Notebook’s curve"},
    )


def register(app: Dash) -> None:
    """Bind the view's callbacks."""
    register_choice(app, ids.PARAMETRISATION, PARAMETRISATIONS)
    register_choice(app, ids.Y_AXIS, AXES)
    for option in (ids.EXPONENTIAL_COMPONENTS, ids.NOTEBOOK_CURVE):
        register_switch(app, option)
    options = [ids.EXPONENTIAL_COMPONENTS, ids.PARAMETRISATION, ids.Y_AXIS, ids.NOTEBOOK_CURVE]
    explorer.register(app, VIEW, EXPONENTIAL, options)
