"""The Run EM view: data, start and run on the left, results on the right."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from components.controls.controls import (
    SILENT,
    begins,
    card,
    choice,
    graph,
    in_group,
    legend,
    parameter_row,
    register_controls,
    select,
    switch,
    table_box,
)
from components.figures.run_figures import FIGURES, POSTERIOR_NAMES
from components.results import runs, studies
from components.state import ids
from components.state.address import Link
from components.state.options import GROUPS, TRUTH
from components.state.parameters import ACROSS, START, STOPPING, STUDY, Parameter
from components.state.presets import PRESETS
from components.state.run_request import parse_run
from components.state.sources import SAMPLE_ROWS, SIZES, SOURCE_GROUPS, START_ROWS, STARTS, TRUE_ROWS
from components.state.words import FITTED, HISTOGRAM, INVITATIONS, NUMBERING, ON_SHOW, SIGNS, STUDIES, TRUE_VALUES
from components.views import export, own_panel

RUN, RUNNING = "Run EM", "Running …"
PLAY, PAUSE = "Play", "Pause"


def layout(link: Link) -> html.Div:
    """Controls, figures, table and sentence of a run."""
    status = html.P(id=ids.RUN_STATUS, className="error", **{"aria-live": "assertive"})
    bar_is_hidden = not {"controls", "run"}.isdisjoint(link.hidden())
    controls = _controls(link, [] if bar_is_hidden else [status])
    results = _results(link, [status] if bar_is_hidden else [])
    stores = [dcc.Store(id=store) for store in (ids.RUN_REQUEST, ids.RUN_REPLY, ids.STUDY_REQUEST, ids.STUDY_REPLY)]
    return html.Div([controls, results, *stores], className="run")


def _controls(link: Link, status: list[Component]) -> html.Div:
    """Data, start and the button that runs, with the message about refused values."""
    return html.Div(
        [
            card(
                GROUPS["data"],
                [
                    select(ids.SOURCE, link.chosen(ids.SOURCE), SOURCE_GROUPS),
                    own_panel.layout(link),
                    html.P([html.Span(link.source().about, id=ids.ABOUT), f" {NUMBERING}"], className="about"),
                    _rows(link, SAMPLE_ROWS),
                    html.Div([_rows(link, TRUE_ROWS), html.Div(id=ids.TRUE_TABLE)], **in_group(TRUTH)),
                ],
            ),
            card(
                GROUPS["start"],
                [
                    _rows(link, START),
                    select(ids.START_FROM, link.chosen(ids.START_FROM), {"": STARTS}),
                    _rows(link, [p for p in START_ROWS if p not in START]),
                    html.Div(id=ids.START_TABLE),
                ],
            ),
            card(
                GROUPS["run"],
                [
                    _rows(link, STOPPING),
                    html.Div(
                        [*status, html.Button(RUN, id=ids.RUN_BUTTON, type="button", className="main-button")],
                        className="run-bar",
                    ),
                ],
                "run-card",
                beside=[choice(ids.METHOD, link.chosen(ids.METHOD))],
            ),
        ],
        className="controls",
        **in_group("controls"),
    )


def _results(link: Link, status: list[Component]) -> html.Div:
    """The results of a run; with the message about refused values if the button is hidden."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.Button(
                                preset.label,
                                id=ids.preset(name),
                                type="button",
                                **(in_group(TRUTH) if preset.tells_truth else {}),
                            )
                            for name, preset in PRESETS.items()
                        ],
                        className="presets",
                        role="group",
                        **{"aria-label": GROUPS["traps"]},
                        **in_group("traps"),
                    ),
                    *status,
                    html.P(id=ids.PREDICT, className="invitation", **{"aria-live": "polite"}),
                    html.P(id=ids.RUN_SENTENCE, className="sentence", **in_group("words")),
                    html.P(id=ids.RUN_ANNOUNCEMENT, className="unseen", **{"aria-live": "polite"}, **in_group("words")),
                    html.P(id=ids.RUN_NOTE, className="note", **in_group("words")),
                    html.P(INVITATIONS["run"], className="invitation", **in_group("walk")),
                    _transport(link),
                ],
                className="card outcome",
            ),
            card(
                "Data and fit",
                [
                    legend({"of-mixture": FITTED, "of-histogram": HISTOGRAM}),
                    *_described(ids.DATA_FIGURE),
                ],
                figure=ids.DATA_FIGURE,
                beside=[choice(ids.COLOUR_BY, link.chosen(ids.COLOUR_BY))],
            ),
            card(
                GROUPS["posterior"],
                [
                    legend(
                        {f"of-{k}": _in_order(f"{SIGNS[k]} {name}") for k, name in enumerate(POSTERIOR_NAMES)},
                        ids.POSTERIOR_LEGEND,
                        first=link.whole(START[0]),
                    ),
                    *_described(ids.POSTERIOR_FIGURE),
                ],
                figure=ids.POSTERIOR_FIGURE,
            ),
            card(
                GROUPS["log-likelihood"],
                _described(ids.LOG_LIKELIHOOD_FIGURE),
                "short",
                ids.LOG_LIKELIHOOD_FIGURE,
            ),
            card(GROUPS["estimates"], [table_box(ids.RUN_TABLE)], "short"),
            card(
                GROUPS["parameters"],
                [
                    legend({"of-true": TRUE_VALUES}, ids.TRUE_LEGEND),
                    *_described(ids.PARAMETERS_FIGURE),
                ],
                figure=ids.PARAMETERS_FIGURE,
            ),
            _study(
                "surface",
                "Draw the surface",
                [_rows(link, ACROSS), *_described(ids.SURFACE_FIGURE, ids.SURFACE_KEYS)],
                ids.SURFACE_FIGURE,
            ),
            _study("sizes", f"Fit K = 1 to {SIZES[-1]}", [table_box(ids.study_table("sizes"))]),
            _study("starts", "Run from many starts", [_rows(link, STUDY), table_box(ids.study_table("starts"))]),
            export.card(),
        ],
        className="results",
    )


def _rows(link: Link, parameters: Iterable[Parameter]) -> html.Div:
    """A row for each parameter with its value in the link's run; rows of parameters that the run lacks are hidden."""
    shown = {p.name: p for p in (*link.run_parameters(), *STUDY) if p.column is None}
    rows = [
        parameter_row(p, link.number(p), hidden=p.name not in shown)
        for p in (shown.get(parameter.name, parameter) for parameter in parameters)
    ]
    return html.Div(rows, className="rows")


def _in_order(name: str) -> html.Span:
    """The name of a sorted curve; its order is hidden where the curves are stacked in the order of x."""
    curve, order = name.split(", ")
    return html.Span([curve, html.Span(f", {order}", className="order")])


def _described(figure: str, keys: str = ids.FIGURE_KEYS) -> list[Component]:
    """A figure, and beneath it room for a sentence about it (assets/figures/registry.mjs)."""
    sentence = ids.sentence(figure)
    words = html.P(id=sentence, className="note figure-sentence", **in_group("words"))
    return [graph(figure, FIGURES[figure].label, sentence, keys=keys), words]


def _study(name: str, button: str, content: list[Component], figure: str | None = None) -> html.Section:
    """A card of a study, which is computed when its button is pressed."""
    return card(
        GROUPS[name],
        [
            html.Button(button, id=ids.study(name), type="button", className="plain-button"),
            html.P(STUDIES[name], className="about"),
            html.P(id=ids.study_words(name), className="note", **{"aria-live": "polite"}),
            *content,
        ],
        f"study study-{name}",
        figure,
    )


def _transport(link: Link) -> html.Div:
    """Walking through the records of a run: buttons, slider, speed, half-steps, and the bound."""
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
    return html.Div(
        [
            html.Div(
                [
                    html.Div(buttons, className="transport-buttons", role="group", **{"aria-label": GROUPS["walk"]}),
                    html.Label(ON_SHOW, htmlFor=ids.WALK_SLIDER, className="unseen"),
                    dcc.Input(type="range", id=ids.WALK_SLIDER, min=0, max=1, step=1, value="1", className="slider"),
                    html.Output(id=ids.WALK_PLACE, className="walk-place", **SILENT),
                ],
                className="transport-line",
            ),
            html.Div(
                [
                    html.Div(choice(ids.SPEED, link.chosen(ids.SPEED)), id=ids.SPEED_GROUP),
                    switch(ids.HALF_STEPS, ["E | M half-steps"], link.is_on(ids.HALF_STEPS)),
                    html.Div(id=ids.BOUND_BAR, className="bound-bar", **{"aria-hidden": "true"}),
                    html.P(id=ids.BOUND_WORDS, className="note bound-words"),
                ],
                className="transport-line",
            ),
            html.P(id=ids.WALK_ANNOUNCEMENT, className="unseen", **{"aria-live": "polite"}),
        ],
        className="transport",
        **in_group("walk"),
    )


def reply(request: dict[str, Any] | None) -> dict[str, Any]:
    """Carry out a request for a run: the result, or a message for each value refused."""
    spec, errors = parse_run(request)
    if spec is None:
        return {"errors": errors}
    try:
        return {"result": runs.execute(spec)}
    except runs.NoStart as error:
        return {"errors": {"start_from": runs.NO_START.format(error=error)}}


def register(app: Dash) -> None:
    """Bind the view's callbacks; only `reply` and `studies.reply` run on the server."""
    register_controls(app, ids.COLOUR_BY, ids.METHOD, ids.SPEED, ids.HALF_STEPS)
    own_panel.register(app)
    app.clientside_callback(
        ClientsideFunction("emlab", "half_steps"), Input(ids.HALF_STEPS, "data"), prevent_initial_call=True
    )

    app.clientside_callback(
        ClientsideFunction("emlab", "run_controls"),
        begins(ids.RUN_STATUS),
        Input(ids.SOURCE, "data"),
        Input(ids.FAMILY, "data"),
        Input(ids.START_FROM, "data"),
        Input(ids.METHOD, "data"),
        Input(ids.RUN_BUTTON, "n_clicks"),
        State(ids.CONFIG, "data"),
    )
    app.callback(
        Output(ids.RUN_REPLY, "data"),
        Input(ids.RUN_REQUEST, "data"),
        running=[
            (Output(ids.RUN_BUTTON, "children"), RUNNING, RUN),
            (Output(ids.RUN_BUTTON, "aria-busy"), "true", "false"),
        ],
        prevent_initial_call=True,
    )(reply)
    written = ((ids.RUN_SENTENCE, "children"), (ids.RUN_NOTE, "children"), (ids.TRUE_LEGEND, "hidden"))
    app.clientside_callback(
        ClientsideFunction("emlab", "run_results"),
        *[Output(*place) for place in written],
        Input(ids.RUN_REPLY, "data"),
        State(ids.COLOUR_BY, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(  # a callback of its own, so that it does not wait for the server
        ClientsideFunction("emlab", "run_colours"),
        *[Output(*place, allow_duplicate=True) for place in written],
        Input(ids.COLOUR_BY, "data", allow_optional=True),
        Input(ids.THEME, "data"),
        prevent_initial_call=True,
    )
    export.register(app)
    app.callback(Output(ids.STUDY_REPLY, "data"), Input(ids.STUDY_REQUEST, "data"), prevent_initial_call=True)(
        studies.reply
    )
    app.clientside_callback(
        ClientsideFunction("emlab", "study_results"),
        Input(ids.STUDY_REPLY, "data"),
        prevent_initial_call=True,
    )
