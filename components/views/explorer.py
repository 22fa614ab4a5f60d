"""The two explorers: a figure, its live sentence, and controls beside it. The browser draws and describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dash import ClientsideFunction, Dash, Input, State, html
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
    save,
    switch,
)
from components.figures.run_figures import FIGURES
from components.state import ids, parameters
from components.state.address import Link
from components.state.parameters import DRAW, Parameter
from components.state.words import EXPLORED, INVITATIONS, NOTEBOOK_CURVE, QUANTITIES, SIGNS, WEIGHTED


@dataclass(frozen=True)
class Explorer:
    """Sliders over a mixture density of two components.

    Attributes
    ----------
    view, figure : str
        The view and the id of its figure.
    parameters : tuple of Parameter
        The mixing weight first, then the others in their order on the page.
    choices : tuple of str
        Ids of what can be chosen about the figure.
    switches : dict
        Id of each switch -> its label.
    legend : dict
        Further entries of the figure's legend.
    draggable : bool
        Whether the components' peaks can be dragged.
    """

    view: str
    figure: str
    parameters: tuple[Parameter, ...]
    choices: tuple[str, ...]
    switches: Mapping[str, list[Component | str]]
    legend: Mapping[str, str] = field(default_factory=dict)
    draggable: bool = False

    def layout(self, link: Link) -> html.Div:
        """Controls and figure, as the link sets them."""
        return html.Div([self._controls(link), self._stage()], className="explorer")

    def _controls(self, link: Link) -> html.Div:
        view, (first, *others) = self.view, self.parameters
        other_weight = html.P(
            [
                "Mixing weight π2 = 1 − π1 = ",
                html.Output(id=ids.other_weight(view), htmlFor=ids.slider(first.name), **SILENT),
            ],
            className="derived",
        )
        rows = [parameter_row(parameter, link.number(parameter)) for parameter in others]
        options = [
            *[choice(option, link.chosen(option)) for option in self.choices],
            *[switch(option, label, link.is_on(option)) for option, label in self.switches.items()],
        ]
        return html.Div(
            [
                card(
                    ids.VIEWS[view],
                    [parameter_row(first, link.number(first)), other_weight, *rows],
                    beside=[_button("Reset", ids.reset(view))],
                ),
                card("Show", options),
            ],
            className="controls",
            **in_group("controls"),
        )

    def _stage(self) -> html.Div:
        view, title = self.view, ids.VIEWS[self.view]
        return html.Div(
            [
                html.Div([html.H2(EXPLORED), save(self.figure, title)], className="heading"),
                html.P(INVITATIONS[view], className="invitation", **in_group("controls")),
                legend(
                    {
                        "of-mixture": html.Span(QUANTITIES["density"]["curve"], id=ids.curve_name(view)),
                        **{f"of-{k}": WEIGHTED.format(sign=SIGNS[k], k=k + 1) for k in (0, 1)},
                        **self.legend,
                    }
                ),
                graph(
                    self.figure,
                    FIGURES[self.figure].label,
                    ids.sentence(view),
                    [_peaks()] if self.draggable else [],
                ),
                html.P(id=ids.sentence(view), className="sentence"),
                html.P(id=ids.announcement(view), className="unseen", **{"aria-live": "polite"}),
                _drawing(view),
            ],
            className="card stage",
        )

    def register(self, app: Dash) -> None:
        """Bind the controls and the drawing: it runs in the browser on every move, with no request to the server.

        The view may come after the page (assets/page/views.mjs), so its parts are optional.
        """
        register_controls(app, *self.choices, *self.switches)
        buttons = [button(self.view) for button in (ids.reset, ids.draw, ids.clear)]
        app.clientside_callback(
            ClientsideFunction("emlab", self.view),
            begins(ids.sentence(self.view)),
            *[Input(ids.slider(parameter.name), "value", allow_optional=True) for parameter in self.parameters],
            *[Input(button, "n_clicks", allow_optional=True) for button in buttons],
            *[Input(option, "data", allow_optional=True) for option in (*self.choices, *self.switches)],
            Input(ids.THEME, "data"),
            State(ids.CONFIG, "data"),
        )


def _button(name: str, button_id: str) -> html.Button:
    return html.Button(name, id=button_id, type="button", className="plain-button")


def _peaks() -> html.Div:
    """A handle on each weighted component's peak; hidden from screen readers, since the sliders do the same."""
    handles = [html.Div(className=f"peak of-{k}", **{"data-component": str(k)}) for k in (0, 1)]
    return html.Div(handles, id=ids.PEAKS, className="peaks", **{"aria-hidden": "true"}, **in_group("controls"))


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


GAUSSIAN = Explorer(
    "gaussian",
    ids.GAUSSIAN_FIGURE,
    parameters.GAUSSIAN,
    (ids.GAUSSIAN_QUANTITY,),
    {ids.GAUSSIAN_COMPONENTS: ["Weighted components"]},
    draggable=True,
)

EXPONENTIAL = Explorer(
    "exponential",
    ids.EXPONENTIAL_FIGURE,
    parameters.EXPONENTIAL,
    (ids.EXPONENTIAL_QUANTITY, ids.PARAMETRISATION, ids.Y_AXIS),
    {
        ids.EXPONENTIAL_COMPONENTS: ["Weighted components"],
        ids.NOTEBOOK_CURVE: [f"{NOTEBOOK_CURVE} π\N{NO-BREAK SPACE}e", html.Sup("−λx"), "/\N{WORD JOINER}λ"],
    },
    {"of-notebook": NOTEBOOK_CURVE},
)
