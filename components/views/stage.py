"""The stage of Run EM: two figures, the transport that walks through the run, and panels of which one is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from components.controls.controls import (
    SILENT,
    card,
    choice,
    discloser,
    graph,
    in_group,
    legend,
    parameter_row,
    save,
    table_box,
)
from components.figures.bound_figure import BOUND, ELL, GAP
from components.figures.run_figures import FIGURES, POSTERIOR_NAMES
from components.state import ids
from components.state.address import Link
from components.state.options import GROUPS, MORE, PANELS
from components.state.parameters import ACROSS, START, STUDY, Parameter
from components.state.sources import SIZES
from components.state.words import (
    COMPONENTS,
    CRITERIA,
    HISTOGRAM,
    LOWEST,
    MIXTURE,
    NO_DATA_YET,
    ON_SHOW,
    SIGNS,
    STUDIES,
    STUDY_WORDS,
    TRUE_VALUES,
)

PLAY, PAUSE = "Play", "Pause"
STARTS_KEYS = {f"of-{end}": STUDY_WORDS[end].capitalize() for end in ("best", "other", "unfinished")}
CHOICE_KEYS = {**{f"of-{name}": label for name, label in CRITERIA.items()}, "of-lowest": LOWEST}
"""Keys of the legends of two studies."""
FIGURE_OF = {"sizes": ids.CHOICE_FIGURE}
"""Panel -> its figure, if that has another name."""
MORE_LABEL = "More"
"""Name of the button that shows the last tabs in a narrow window."""


def layout(link: Link, export: list[Component], status: Sequence[Component] = ()) -> html.Div:
    """The stage; `export` is the content of its last panel, `status` a message that has no other place."""
    empty = html.P(NO_DATA_YET, className="no-data")
    return html.Div([*status, empty, _figures(link), _walk(), _panels(link, export)], className="results")


def rows(link: Link, parameters: Iterable[Parameter]) -> html.Div:
    """A row for each parameter with its value in the link's run; rows of parameters that the run lacks are hidden."""
    shown = {p.name: p for p in (*link.run_parameters(), *STUDY) if p.column is None}
    found = [
        parameter_row(p, link.number(p), hidden=p.name not in shown)
        for p in (shown.get(parameter.name, parameter) for parameter in parameters)
    ]
    return html.Div(found, className="rows")


def _figures(link: Link) -> html.Div:
    """Data and posterior, side by side."""
    of_posterior = {f"of-{k}": _in_order(f"{SIGNS[k]} {name}") for k, name in enumerate(POSTERIOR_NAMES)}
    return html.Div(
        [
            card(
                "Data and fit",
                [
                    legend(
                        {"of-mixture": MIXTURE, "of-components": COMPONENTS, "of-histogram": HISTOGRAM}, ids.DATA_LEGEND
                    ),
                    *_described(ids.DATA_FIGURE),
                ],
                beside=[
                    choice(ids.X_SCALE, link.x_scale()),
                    choice(ids.COLOUR_BY, link.chosen(ids.COLOUR_BY)),
                    save(ids.DATA_FIGURE, "Data and fit", in_menu=True),
                ],
            ),
            card(
                GROUPS["posterior"],
                [
                    legend(of_posterior, ids.POSTERIOR_LEGEND, first=link.whole(START[0])),
                    *_described(ids.POSTERIOR_FIGURE),
                ],
                beside=[
                    save(ids.POSTERIOR_FIGURE, GROUPS["posterior"], in_menu=True),
                ],
            ),
        ],
        className="figures",
    )


def _in_order(name: str) -> html.Span:
    """The name of a sorted curve; its order is hidden where the curves are stacked in the order of x."""
    curve, order = name.split(", ")
    return html.Span([curve, html.Span(f", {order}", className="order")])


def _described(figure: str, keys: str = ids.FIGURE_KEYS, className: str = "unseen on-paper") -> list[Component]:
    """A figure, and a sentence about it (assets/figures/registry.mjs), which screen readers need."""
    sentence = ids.sentence(figure)
    words = html.P(id=sentence, className=f"note {className}".strip(), **in_group("words"))
    return [graph(figure, FIGURES[figure].label, sentence, keys=keys), words]


# -- the transport -----------------------------------------------------------------------------------------------------


def _walk() -> html.Div:
    """The transport, and the run in words: one sentence, and what stands behind it under *Why*."""
    return html.Div(
        [
            html.Span(
                discloser("Settings", ids.SETTINGS_BUTTON, ids.SETTINGS, "settings-button", "drawer"),
                className="for-settings",
                **in_group("controls"),
            ),
            _transport(),
            html.Div(
                [
                    html.P(id=ids.RUN_SENTENCE, className="sentence"),
                    html.Details([html.Summary("Why"), html.P(id=ids.RUN_NOTE, className="note")], className="why"),
                    html.P(id=ids.RUN_ANNOUNCEMENT, className="unseen", **{"aria-live": "polite"}),
                ],
                className="outcome",
                **in_group("words"),
            ),
        ],
        className="card walk-card",
    )


def _transport() -> html.Div:
    """Walking through the records of a run: buttons, slider, place, and the two halves of an iteration."""
    symbols = {
        ids.WALK_START: ("To the start", "|◀"),
        ids.WALK_BACK: ("One step back", "◀"),
        ids.WALK_PLAY: (None, PLAY),
        ids.WALK_FORWARD: ("One step forward", "▶"),
        ids.WALK_END: ("To the end", "▶|"),
    }
    words = json.dumps({"play": PLAY, "pause": PAUSE})
    buttons = [
        html.Button(
            text, id=name, type="button", **({"title": label, "aria-label": label} if label else {"data-words": words})
        )
        for name, (label, text) in symbols.items()
    ]
    halves = [
        html.Button(text, id=name, type="button") for name, text in {ids.E_STEP: "E-step", ids.M_STEP: "M-step"}.items()
    ]
    return html.Div(
        [
            html.Div(buttons, className="transport-buttons", role="group", **{"aria-label": GROUPS["walk"]}),
            html.Label(ON_SHOW, htmlFor=ids.WALK_SLIDER, className="unseen"),
            dcc.Input(type="range", id=ids.WALK_SLIDER, min=0, max=1, step=1, value="1", className="slider"),
            html.Output(id=ids.WALK_PLACE, className="walk-place", **SILENT),
            html.Div(halves, className="transport-buttons", role="group", **{"aria-label": "Half an iteration"}),
            html.P(id=ids.WALK_ANNOUNCEMENT, className="unseen", **{"aria-live": "polite"}),
        ],
        className="transport",
        **in_group("walk"),
    )


# -- the panels --------------------------------------------------------------------------------------------------------


def _panels(link: Link, export: list[Component]) -> html.Div:
    """Tabs and their panels; the first that the link does not hide is open."""
    content = {
        "estimates": [table_box(ids.RUN_TABLE)],
        "log-likelihood": _described(ids.LOG_LIKELIHOOD_FIGURE),
        "parameters": [legend({"of-true": TRUE_VALUES}, ids.TRUE_LEGEND), *_described(ids.PARAMETERS_FIGURE)],
        "bound": [
            legend({"of-ell": ELL, "of-bound": BOUND, "of-gap": GAP}),
            *_described(ids.BOUND_FIGURE, className=""),
        ],
        "surface": _study(
            "surface",
            "Draw the surface",
            [rows(link, ACROSS), *_described(ids.SURFACE_FIGURE, ids.SURFACE_KEYS)],
        ),
        "starts": _study(
            "starts",
            "Run from many starts",
            [
                _beside(rows(link, STUDY), _drawn(ids.STARTS_FIGURE, STARTS_KEYS, ids.STARTS_LEGEND)),
                table_box(ids.study_table("starts")),
            ],
        ),
        "sizes": _study(
            "sizes",
            f"Fit K = 1 to {SIZES[-1]}",
            [_beside(_drawn(ids.CHOICE_FIGURE, CHOICE_KEYS), table_box(ids.study_table("sizes")))],
        ),
        "export": export,
    }
    first = next(name for name in PANELS if name not in link.hidden())  # no link hides the last one
    tabs = {name: _tab(name, name == first) for name in PANELS}
    return html.Div(
        [
            html.Div(
                [
                    *[tab for name, tab in tabs.items() if name not in MORE],
                    html.Div([tabs[name] for name in MORE], className="more-tabs", id=ids.MORE_TABS, role="none"),
                ],
                className="panel-tabs",
                role="tablist",
                **{"aria-label": "What the run shows"},
            ),
            discloser(MORE_LABEL, ids.MORE_BUTTON, ids.MORE_TABS, "more-button"),
            *[_panel(name, content[name], name == first) for name in PANELS],
        ],
        className="card panels",
    )


def _tab(name: str, is_open: bool) -> html.Button:
    return html.Button(
        PANELS[name],
        id=ids.panel_tab(name),
        type="button",
        role="tab",
        tabIndex=0 if is_open else -1,
        **{"aria-selected": str(is_open).lower(), "aria-controls": ids.run_panel(name)},
        **_hidden_with(name),
    )


def _panel(name: str, content: list[Component], is_open: bool) -> html.Section:
    """A panel. A link hides its tab and what is in it, so that it stays closed."""
    figure = FIGURE_OF.get(name, ids.figure(name))
    saving = [save(figure, PANELS[name], in_menu=True)] if figure in FIGURES else []
    inner = html.Div([html.H2(PANELS[name], className="unseen on-paper"), *saving, *content], **_hidden_with(name))
    return html.Section(
        inner,
        id=ids.run_panel(name),
        className=f"panel panel-{name} study" if name in STUDIES else f"panel panel-{name}",
        role="tabpanel",
        hidden=not is_open,
        **{"aria-labelledby": ids.panel_tab(name)},
    )


def _drawn(figure: str, keys: Mapping[str, str], legend_id: str | None = None) -> html.Div:
    """A study's figure, with its legend."""
    return html.Div([legend(keys, legend_id), *_described(figure)])


def _beside(left: Component, right: Component) -> html.Div:
    """Two parts of a study, side by side where there is room."""
    return html.Div([left, right], className="beside")


def _hidden_with(name: str) -> dict[str, str]:
    return in_group(name) if name in GROUPS else {}


def _study(name: str, button: str, content: list[Component]) -> list[Component]:
    """A study, which is computed when its button is pressed."""
    return [
        html.Div(
            [
                html.Button(button, id=ids.study(name), type="button", className="plain-button"),
                html.P(STUDIES[name], className="about"),
            ],
            className="study-head",
        ),
        html.P(id=ids.study_words(name), className="note", **{"aria-live": "polite"}),
        *content,
    ]
