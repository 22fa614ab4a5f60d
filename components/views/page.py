"""The page: header with tabs, the four views, and the tables that the browser reads."""

from __future__ import annotations

from functools import cache
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from components.controls.controls import select
from components.figures import explorer_figures, run_figures
from components.state import address, families, ids, parameters, words
from components.state.options import CHOICES, EMBED, FLAGS, GROUPS, PRESENT
from components.state.own_data.sentences import CLOSE, MAX_BYTES
from components.state.presets import PRESETS
from components.state.sources import BY_HAND, DRAWN, SOURCES
from components.state.words import SIGNS
from components.views import background as background_view
from components.views import explorer, own_panel, share, tour
from components.views import run as run_view

TITLE = "EM Lab"
MODES = CHOICES[ids.THEME_CHOICE].options


@cache
def _background() -> Component:
    return background_view.layout()


_LAYOUTS = {
    "gaussian": explorer.GAUSSIAN.layout,
    "exponential": explorer.EXPONENTIAL.layout,
    "run": run_view.layout,
    "background": lambda _link: _background(),
}


def config(shown: address.Link) -> dict[str, Any]:
    """All tables that the browser reads: figures, parameters, words, and what the address sets."""
    linked = {
        "values": dict(shown.values),
        "readScales": address.scales(shown.version),
        "opensAt": shown.opens_at(),
        "opensTold": shown.version < address.STARTS_SINCE,
    }
    own = own_panel.as_dict(shown.own.x.tolist()) if shown.own is not None and shown.own.x is not None else None
    return _tables() | {"link": address.as_dict() | linked, "own": own}


@cache
def _tables() -> dict[str, Any]:
    return {
        "skeletons": run_figures.skeletons(),
        "saved": run_figures.SAVED,
        "windows": {"gaussian": explorer_figures.GAUSSIAN_WINDOW, **explorer_figures.EXPONENTIAL_WINDOW},
        "logFloor": explorer_figures.LOG_FLOOR,
        "bins": explorer_figures.BINS,
        "parameters": {
            name: [parameter.as_dict() for parameter in group]
            for name, group in {
                "gaussian": parameters.GAUSSIAN,
                "exponential": parameters.EXPONENTIAL,
                **{f"{view}-drawn": group for view, group in parameters.DRAWN.items()},
                "sample": parameters.SAMPLE,
                "start": parameters.START,
                "start_seed": (parameters.START_SEED,),
                "stopping": parameters.STOPPING,
                "study": parameters.STUDY,
                "across": parameters.ACROSS,
            }.items()
        },
        "sources": {source.name: source.as_dict() for source in SOURCES.values()},
        "ownWords": own_panel.WORDS,
        "ownLimit": MAX_BYTES,
        "close": CLOSE,
        "starts": {"byHand": BY_HAND, "drawn": DRAWN},
        "presets": {name: preset.as_dict() for name, preset in PRESETS.items()},
        "rateLabels": parameters.RATE_LABELS,
        "problems": parameters.PROBLEMS,
        "refusal": parameters.REFUSAL,
        "settingsHeads": [GROUPS[group] for group in ("data", "start", "run")],
        "run": run_view.RUN,
        "running": run_view.RUNNING,
        "sentences": words.SENTENCES,
        "quantities": words.QUANTITIES,
        "tableHead": words.TABLE_HEAD,
        "withErrors": words.WITH_ERRORS,
        "startsHead": words.STARTS_HEAD,
        "sizesHead": words.SIZES_HEAD,
        "studyWords": words.STUDY_WORDS,
        "rows": words.ROWS,
        "valueWords": words.VALUE_WORDS,
        "figureWords": words.FIGURE_WORDS,
        "figureSentences": run_figures.SENTENCES,
        "symbols": families.SYMBOLS,
        "requestNames": families.REQUEST_NAMES,
        "parameterNames": families.PARAMETER_NAMES,
        "signs": SIGNS,
        "share": share.as_dict(),
        "tour": tour.as_dict(),
    }


def layout(query: str = "") -> html.Div:
    """The whole page, as the query of its address sets it."""
    shown = address.decode(query)
    first_view = shown.view()
    tabs = [
        html.Button(
            name,
            id=ids.tab(view),
            type="button",
            role="tab",
            tabIndex=0 if view == first_view else -1,
            **{"aria-selected": str(view == first_view).lower(), "aria-controls": ids.panel(view)},
        )
        for view, name in ids.VIEWS.items()
    ]
    layouts = {view: make(shown) for view, make in _LAYOUTS.items()}
    panels: list[Component] = [
        html.Section(
            layouts[view] if view == first_view else None,
            id=ids.panel(view),
            className="view",
            hidden=view != first_view,
            role="tabpanel",
            **{"aria-labelledby": ids.tab(view)},
        )
        for view in ids.VIEWS
    ]
    page = html.Div(
        [
            html.A(words.SKIP, href=f"#{ids.MAIN}", id=ids.SKIP, className="skip"),
            html.Header(
                [
                    html.H1(TITLE),
                    html.Div(tabs, className="tabs", role="tablist", **{"aria-label": "Views"}),
                    share.header(shown),
                    html.Div(
                        select(ids.THEME_CHOICE, shown.chosen(ids.THEME_CHOICE), {"": MODES}, "unseen"),
                        className="theme-choice",
                    ),
                ],
                hidden=shown.is_on(EMBED),
            ),
            html.Div(id=ids.HANDOUT_HEAD, className="handout"),
            html.Main([*_above(shown), *panels], id=ids.MAIN),
            html.P(words.FIGURE_KEYS, id=ids.FIGURE_KEYS, hidden=True),
            html.P(words.SURFACE_KEYS, id=ids.SURFACE_KEYS, hidden=True),
            html.P(id=ids.HANDOUT_FOOT, className="handout"),
            dcc.Store(id=ids.CONFIG, data=config(shown)),
            dcc.Store(id=ids.THEME),
            dcc.Store(id=ids.WANTED_VIEWS),
            dcc.Store(id=ids.LATER_VIEWS, data={view: made for view, made in layouts.items() if view != first_view}),
            *share.stores(),
        ],
        className=" ".join(["page", *filter(shown.is_on, FLAGS)]),
    )
    share.hide([page, *layouts.values()], shown.hidden())
    return page


def _above(shown: address.Link) -> list[Component]:
    """The parts above the views."""
    return [
        *([html.H1(TITLE, className="unseen")] if shown.is_on(EMBED) else []),
        *share.bar(shown),
        html.P(
            parameters.with_minus(" ".join(shown.problems)),
            id=ids.LINK_PROBLEMS,
            className="link-problems",
            hidden=not shown.problems,
        ),
        html.P(id=ids.FIGURES_FAILED, **{"aria-live": "polite"}),
    ]


def before(query: str) -> tuple[str, dict[str, str]]:
    """Title and data attributes of what is shown while the page loads, from the query of its address."""
    shown = address.decode(query)
    view = shown.view()
    outline = [flag for flag in (EMBED, PRESENT) if shown.is_on(flag)]
    if "controls" in shown.hidden():
        outline.append("bare")
    return f"{ids.VIEWS[view]} – {TITLE}", {"data-opens": view, "data-outline": " ".join(outline)}


def register(app: Dash) -> None:
    """Bind every callback of the page."""
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
    app.clientside_callback(
        ClientsideFunction("emlab", "views"),
        *[Output(ids.panel(view), "children") for view in ids.VIEWS],
        Input(ids.WANTED_VIEWS, "data"),
        State(ids.LATER_VIEWS, "data"),
    )
    share.register(app)
    explorer.GAUSSIAN.register(app)
    explorer.EXPONENTIAL.register(app)
    run_view.register(app)
    background_view.register(app)
