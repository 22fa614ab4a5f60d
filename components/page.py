"""The shell: header with tabs, the four views, and what the browser needs to know of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from components import background_view, exponential_view, figures, gaussian_view, ids, parameters, run_view, words
from components.controls import choice, register_choice
from components.presets import PRESETS
from components.sources import BY_HAND, DRAWN, SOURCES
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
        "saved": figures.SAVED,
        "windows": {"gaussian": figures.GAUSSIAN_WINDOW, **figures.EXPONENTIAL_WINDOW},
        "logFloor": figures.LOG_FLOOR,
        "parameters": {
            name: _dicts(group)
            for name, group in {
                "gaussian": parameters.GAUSSIAN,
                "exponential": parameters.EXPONENTIAL,
                "sample": parameters.SAMPLE,
                "start": parameters.START,
                "start_seed": (parameters.START_SEED,),
                "stopping": parameters.STOPPING,
                "study": parameters.STUDY,
                "across": parameters.ACROSS,
            }.items()
        },
        "sources": {
            source.name: {
                "about": source.about,
                "samples": {k: _dicts(group) for k, group in (source.samples or {}).items()},
                "starts": {k: _dicts(group) for k, group in source.starts.items()},
            }
            for source in SOURCES.values()
        },
        "starts": {"byHand": BY_HAND, "drawn": DRAWN},
        "presets": {name: preset.as_dict() for name, preset in PRESETS.items()},
        "rateLabels": parameters.RATE_LABELS,
        "problems": parameters.PROBLEMS,
        "refusal": parameters.REFUSAL,
        "run": run_view.RUN,
        "sentences": words.SENTENCES,
        "tableHead": words.TABLE_HEAD,
        "startsHead": words.STARTS_HEAD,
        "sizesHead": words.SIZES_HEAD,
        "symbols": words.SYMBOLS,
        "parameterNames": words.PARAMETER_NAMES,
        "signs": SIGNS,
    }


def _dicts(group: Iterable[parameters.Parameter]) -> list[dict[str, Any]]:
    return [parameter.as_dict() for parameter in group]


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
            html.Div(id=ids.HANDOUT_HEAD, className="handout"),
            html.Main(panels),
            html.P(id=ids.HANDOUT_FOOT, className="handout"),
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
