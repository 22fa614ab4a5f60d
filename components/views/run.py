"""The Run EM view: data and start on the left, the stage (`stage`) beside them."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from components.controls.controls import begins, card, choice, discloser, in_group, register_controls, select
from components.results import runs, studies
from components.state import ids
from components.state.address import Link
from components.state.options import GROUPS, PANELS, TRUTH
from components.state.parameters import START, STOPPING
from components.state.presets import PRESETS
from components.state.run_request import parse_run
from components.state.sources import SAMPLE_ROWS, SOURCE_GROUPS, START_ROWS, STARTS, TRUE_ROWS
from components.views import export, own_panel, stage

RUN, RUNNING = "Run EM", "Running …"
QUESTIONS = "Try a question"


def layout(link: Link) -> html.Div:
    """Settings and stage."""
    status = html.P(id=ids.RUN_STATUS, className="error", **{"aria-live": "assertive"})
    bar_is_hidden = not {"controls", "run"}.isdisjoint(link.hidden())
    settings = _settings(link, [] if bar_is_hidden else [status])
    shown = stage.layout(link, export.content(), [status] if bar_is_hidden else [])
    stores = [dcc.Store(id=store) for store in (ids.RUN_REQUEST, ids.RUN_REPLY, ids.STUDY_REQUEST, ids.STUDY_REPLY)]
    return html.Div([settings, shown, *stores], className="run")


def _settings(link: Link, status: list[Component]) -> html.Div:
    """Data, start and the button that runs, with the message about refused values; and questions to try."""
    return html.Div(
        [
            html.P(id=ids.PREDICT, className="question", **{"aria-live": "polite"}),
            card(
                GROUPS["data"],
                [
                    select(ids.SOURCE, link.chosen(ids.SOURCE), SOURCE_GROUPS),
                    own_panel.layout(link),
                    html.Details(
                        [
                            html.Summary("About these data"),
                            html.P(link.source().about, id=ids.ABOUT, className="about"),
                        ],
                        hidden=link.source().generated,
                    ),
                    stage.rows(link, SAMPLE_ROWS),
                    html.Div([stage.rows(link, TRUE_ROWS), html.Div(id=ids.TRUE_TABLE)], **in_group(TRUTH)),
                ],
            ),
            card(
                GROUPS["start"],
                [
                    stage.rows(link, START),
                    select(ids.START_FROM, link.chosen(ids.START_FROM), {"": STARTS}),
                    stage.rows(link, [p for p in START_ROWS if p not in START]),
                    html.Div(id=ids.START_TABLE),
                ],
            ),
            html.Details(
                [
                    html.Summary("Advanced"),
                    choice(ids.METHOD, link.chosen(ids.METHOD)),
                    stage.rows(link, STOPPING),
                ],
                id=ids.ADVANCED,
                className="card advanced",
                **in_group("run"),
            ),
            html.Div(
                [*status, html.Button(RUN, id=ids.RUN_BUTTON, type="button", className="main-button")],
                className="run-bar",
                **in_group("run"),
            ),
            _questions(),
        ],
        id=ids.SETTINGS,
        className="controls",
        **in_group("controls"),
    )


def _questions() -> html.Div:
    """A list of questions, each of which sets data and start."""
    buttons = [
        html.Button(
            preset.label,
            id=ids.preset(name),
            type="button",
            **{"aria-pressed": "false"},
            **(in_group(TRUTH) if preset.tells_truth else {}),
        )
        for name, preset in PRESETS.items()
    ]
    return html.Div(
        [
            discloser(QUESTIONS, ids.QUESTIONS_BUTTON, ids.QUESTIONS, "plain-button"),
            html.Div(
                buttons,
                id=ids.QUESTIONS,
                className="presets",
                role="group",
                **{"aria-label": GROUPS["traps"]},
            ),
        ],
        className="questions",
        **in_group("traps"),
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
    register_controls(app, ids.COLOUR_BY, ids.X_SCALE, ids.METHOD)
    own_panel.register(app)
    app.clientside_callback(
        ClientsideFunction("emlab", "select_panel"),
        *[Output(ids.panel_tab(name), "aria-selected") for name in PANELS],
        *[Output(ids.panel_tab(name), "tabIndex") for name in PANELS],
        *[Output(ids.run_panel(name), "hidden") for name in PANELS],
        *[Input(ids.panel_tab(name), "n_clicks") for name in PANELS],
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("emlab", "x_scale"), Input(ids.X_SCALE, "data"), prevent_initial_call=True
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
    app.callback(Output(ids.RUN_REPLY, "data"), Input(ids.RUN_REQUEST, "data"), prevent_initial_call=True)(reply)
    app.clientside_callback(
        ClientsideFunction("emlab", "run_results"),
        Input(ids.RUN_REPLY, "data"),
        State(ids.COLOUR_BY, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(  # a callback of its own, so that it does not wait for the server
        ClientsideFunction("emlab", "run_colours"),
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
