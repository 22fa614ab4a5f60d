"""What the two explorers have in common: a figure, its live sentence, controls beside it, and how they are bound."""

from __future__ import annotations

from collections.abc import Sequence

from dash import ClientsideFunction, Dash, Input, State, html
from dash.development.base_component import Component

from components.controls.controls import SILENT, begins, card, graph, in_group, legend, parameter_row, save
from components.state import ids
from components.state.address import Link
from components.state.parameters import DRAW, Parameter
from components.state.words import EXPLORED, INVITATIONS, QUANTITIES, SIGNS, WEIGHTED


def layout(
    link: Link,
    view: str,
    figure: str,
    parameters: tuple[Parameter, ...],
    options: list[Component],
    also: dict[str, str] | None = None,
    over: Sequence[Component] = (),
) -> html.Div:
    """Controls and figure of the explorer `view`.

    `also` are further entries of the figure's legend, `over` lies over the figure.
    """
    first, *others = parameters
    other_weight = html.P(
        [
            "Mixing weight π2 = 1 − π1 = ",
            html.Output(id=ids.other_weight(view), htmlFor=ids.slider(first.name), **SILENT),
        ],
        className="derived",
    )
    return html.Div(
        [
            html.Div(
                [
                    card(
                        ids.VIEWS[view],
                        [
                            parameter_row(first, link.number(first)),
                            other_weight,
                            *[parameter_row(parameter, link.number(parameter)) for parameter in others],
                        ],
                        beside=[_button("Reset", ids.reset(view))],
                    ),
                    card("Show", options),
                ],
                className="controls",
                **in_group("controls"),
            ),
            html.Div(
                [
                    html.Div([html.H2(EXPLORED), save(figure, ids.VIEWS[view])], className="heading"),
                    html.P(INVITATIONS[view], className="invitation", **in_group("controls")),
                    legend(
                        {
                            "of-mixture": html.Span(QUANTITIES["density"]["curve"], id=ids.curve_name(view)),
                            **{f"of-{k}": WEIGHTED.format(sign=SIGNS[k], k=k + 1) for k in (0, 1)},
                            **(also or {}),
                        }
                    ),
                    graph(
                        figure,
                        f"Figure: {ids.VIEWS[view]} density and its weighted components",
                        ids.sentence(view),
                        over,
                    ),
                    html.P(id=ids.sentence(view), className="sentence"),
                    html.P(id=ids.announcement(view), className="unseen", **{"aria-live": "polite"}),
                    _drawing(view),
                ],
                className="card stage",
            ),
        ],
        className="explorer",
    )


def _button(name: str, button_id: str) -> html.Button:
    return html.Button(name, id=button_id, type="button", className="plain-button")


def _drawing(view: str) -> html.Div:
    """The buttons that draw points from the mixture, and the sentence about the points."""
    return html.Div(
        [
            _button(f"Draw {DRAW} points", ids.draw(view)),
            _button("Clear", ids.clear(view)),
            html.P(
                [html.Span(className="key of-histogram", **{"aria-hidden": "true"}), html.Span(id=ids.drawn(view))],
                className="note",
            ),
        ],
        className="drawing",
        **in_group("controls"),
    )


def register(app: Dash, view: str, parameters: tuple[Parameter, ...], options: list[str]) -> None:
    """Bind the explorer `view`: drawn and described in the browser on every move, with no request to the server.

    The view may come after the page (assets/page/views.js), so its parts are optional.
    """
    app.clientside_callback(
        ClientsideFunction("emlab", view),
        begins(ids.sentence(view)),
        *[Input(ids.slider(parameter.name), "value", allow_optional=True) for parameter in parameters],
        *[Input(button(view), "n_clicks", allow_optional=True) for button in (ids.reset, ids.draw, ids.clear)],
        *[Input(option, "data", allow_optional=True) for option in options],
        Input(ids.THEME, "data"),
        State(ids.CONFIG, "data"),
    )
