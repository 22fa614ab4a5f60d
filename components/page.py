"""The shell: header with tabs, the four views, and what the browser needs to know of them."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from components import background_view, exponential_view, figures, gaussian_view, ids, run_view, state, words
from components.controls import choice, register_choice
from components.presets import PRESETS
from components.theme import SIGNS

FIRST_VIEW = "gaussian"
THEMES = {"system": "Auto", "light": "Light", "dark": "Dark"}

_LAYOUTS = {
    "gaussian": gaussian_view.layout,
    "exponential": exponential_view.layout,
    "run": run_view.layout,
    "background": background_view.layout,
}


def config() -> dict[str, Any]:
    """All that the browser reads instead of repeating it: figures, parameters, words."""
    return {
        "skeletons": figures.skeletons(),
        "windows": {"gaussian": figures.GAUSSIAN_WINDOW, **figures.EXPONENTIAL_WINDOW},
        "logFloor": figures.LOG_FLOOR,
        "parameters": {
            "gaussian": [p.as_dict() for p in state.GAUSSIAN],
            "exponential": [p.as_dict() for p in state.EXPONENTIAL],
            "stopping": [p.as_dict() for p in state.STOPPING],
            "study": [p.as_dict() for p in state.STUDY],
        },
        "sources": {
            s.name: {
                "about": s.about,
                "sample": [p.as_dict() for p in s.sample],
                "start": [p.as_dict() for p in s.start],
            }
            for s in state.SOURCES.values()
        },
        "presets": {name: preset.as_dict() for name, preset in PRESETS.items()},
        "rateLabels": state.RATE_LABELS,
        "problems": state.PROBLEMS,
        "refusal": state.REFUSAL,
        "run": run_view.RUN,
        "sentences": words.SENTENCES,
        "tableHead": words.TABLE_HEAD,
        "startsHead": words.STARTS_HEAD,
        "sizesHead": words.SIZES_HEAD,
        "symbols": words.SYMBOLS,
        "parameterNames": words.PARAMETER_NAMES,
        "signs": SIGNS,
    }


def layout() -> html.Div:
    """The whole page."""
    tabs = [
        html.Button(
            name,
            id=ids.tab(view),
            type="button",
            role="tab",
            tabIndex=0 if view == FIRST_VIEW else -1,
            **{"aria-selected": str(view == FIRST_VIEW).lower(), "aria-controls": ids.panel(view)},
        )
        for view, name in ids.VIEWS.items()
    ]
    panels: list[Component] = [
        html.Section(
            _LAYOUTS[view](),
            id=ids.panel(view),
            className="view",
            hidden=view != FIRST_VIEW,
            role="tabpanel",
            **{"aria-labelledby": ids.tab(view)},
        )
        for view in ids.VIEWS
    ]
    return html.Div(
        [
            html.Header(
                [
                    html.H1("EM Lab"),
                    html.Div(tabs, className="tabs", role="tablist", **{"aria-label": "Views"}),
                    choice(ids.THEME_CHOICE, "Colours", THEMES, "system", "theme-choice"),
                ]
            ),
            html.Main(panels),
            dcc.Store(id=ids.CONFIG, data=config()),
            dcc.Store(id=ids.THEME),
        ],
        className="page",
    )


def register(app: Dash) -> None:
    """Bind every callback of the page."""
    register_choice(app, ids.THEME_CHOICE, THEMES)
    app.clientside_callback(
        ClientsideFunction("emlab", "theme"),
        Output(ids.THEME, "data"),
        Input(ids.THEME_CHOICE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("emlab", "select_view"),
        *[Output(ids.tab(view), "aria-selected") for view in ids.VIEWS],
        *[Output(ids.tab(view), "tabIndex") for view in ids.VIEWS],
        *[Output(ids.panel(view), "hidden") for view in ids.VIEWS],
        *[Input(ids.tab(view), "n_clicks") for view in ids.VIEWS],
        prevent_initial_call=True,
    )
    for view in (gaussian_view, exponential_view, run_view, background_view):
        view.register(app)
