"""Parts of more than one view: a parameter's row, a choice, a switch, a card, a legend, room for a figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from components.state import ids
from components.state.options import CHOICES, GROUPS
from components.state.parameters import Parameter
from components.state.words import FIGURE_ROLE, SCROLLS, SIGNS

SILENT = {"aria-live": "off"}
"""Attributes of an output that changes often: without them screen readers would read every change."""

CONFIG = {"displayModeBar": False, "responsive": True, "doubleClick": False, "showTips": False}
"""Plotly's settings for every graph."""

_GROUP_OF = {title: group for group, title in GROUPS.items()}


def in_group(group: str) -> dict[str, str]:
    """Attributes of a part that a link hides with a group (a key of `GROUPS`)."""
    return {"data-group": group}


UNDER_HEADINGS = ("True", "Start")
"""First words of labels of rows that stand under others with this word."""


def parameter_row(parameter: Parameter, value: float, hidden: bool = False) -> html.Div:
    """A parameter's slider and number box, both named by its label, and room for a message about a refused value."""
    p = parameter
    slider_label, box_label = ids.labels(p.name)
    of_box = html.Label(p.label, id=box_label, htmlFor=ids.box(p.name), className="unseen" if p.slider else "")
    of_slider = html.Label(_short(p.label), id=slider_label, htmlFor=ids.slider(p.name))
    name: list[Component] = [of_slider if p.slider else of_box]
    if p.component is not None:
        name.insert(0, html.Span(SIGNS[p.component], className=f"sign of-{p.component}", **{"aria-hidden": "true"}))
    children: list[Component] = [html.Div(name, className="row-name")]
    if p.slider:
        children += [
            dcc.Input(
                type="range",
                id=ids.slider(p.name),
                value=f"{value:.12g}",
                className="slider",
                min=p.minimum,
                max=p.maximum,
                step=p.step,
            ),
            of_box,
        ]
    children += [
        number_box(p),
        html.P(id=ids.error(p.name), className="error", **{"aria-live": "polite"}),
    ]
    colour = "" if p.component is None else f" of-{p.component}"
    shape = " with-slider" if p.slider else " box-only"
    return html.Div(children, id=ids.row(p.name), className=f"row{shape}{colour}", hidden=hidden)


def _short(label: str) -> list[Component | str]:
    """The name of a slider without the word that stands above it, which only screen readers then need."""
    first, _, rest = label.partition(" ")
    return [html.Span(f"{first} ", className="unseen"), rest] if first in UNDER_HEADINGS else [label]


def number_box(parameter: Parameter) -> html.Div:
    """Room for a parameter's number box, which the browser makes (assets/core/controls.mjs)."""
    return html.Div(id=ids.box_place(parameter.name), className="box")


def choice(choice_id: str, value: str, className: str = "") -> html.Div:
    """One of several, as a row of buttons, one of them pressed. The store `choice_id` has its value."""
    label, options = CHOICES[choice_id].label, CHOICES[choice_id].options
    buttons = [
        html.Button(text, id=ids.option(choice_id, name), type="button", **{"aria-pressed": str(name == value).lower()})
        for name, text in options.items()
    ]
    return html.Div(
        [html.Div(buttons, className="options"), dcc.Store(id=choice_id, data=value)],
        className=f"choice {className}".strip(),
        role="group",
        **{"aria-label": label},
    )


def register_controls(app: Dash, *control_ids: str) -> None:
    """Bind choices and switches to their stores."""
    for control_id in control_ids:
        (_register_choice if control_id in CHOICES else _register_switch)(app, control_id)


def _register_choice(app: Dash, choice_id: str) -> None:
    buttons = [ids.option(choice_id, name) for name in CHOICES[choice_id].options]
    app.clientside_callback(
        ClientsideFunction("emlab", "press_one"),
        Output(choice_id, "data"),
        *[Output(button, "aria-pressed") for button in buttons],
        *[Input(button, "n_clicks") for button in buttons],
        prevent_initial_call=True,
    )


def select(choice_id: str, value: str, groups: Mapping[str, Iterable[str]], label: str = "") -> html.Div:
    """One of many, from a list. The store `choice_id` has its value.

    `groups` is heading -> values; those of the heading "" are in no group. `label` is the class of its label.
    """
    choice = CHOICES[choice_id]
    items: list[Component] = []
    for heading, names in groups.items():
        own = [html.Option(choice.options[name], value=name) for name in names]
        items += [html.Optgroup(own, label=heading)] if heading else own
    return html.Div(
        [
            html.Label(choice.label, htmlFor=ids.selected(choice_id), className=label),
            html.Select(items, id=ids.selected(choice_id), **{"data-store": choice_id}),
            dcc.Store(id=choice_id, data=value),
        ],
        className="select",
    )


def switch(switch_id: str, label: list[Component | str], on: bool) -> html.Div:
    """Something that is on or off. The store `switch_id` has its value."""
    button = switch_button(label, on, id=ids.option(switch_id, "button"))
    return html.Div([button, dcc.Store(id=switch_id, data=on)], className="switch")


def switch_button(label: list[Component | str] | str, on: bool = False, **attributes: Any) -> html.Button:
    """The button of a switch."""
    return html.Button(
        [html.Span(className="knob", **{"aria-hidden": "true"}), html.Span(label)],
        type="button",
        role="switch",
        **{"aria-checked": str(on).lower()},
        **attributes,
    )


def _register_switch(app: Dash, switch_id: str) -> None:
    button = ids.option(switch_id, "button")
    app.clientside_callback(
        ClientsideFunction("emlab", "toggle"),
        Output(switch_id, "data"),
        Output(button, "aria-checked"),
        Input(button, "n_clicks"),
        State(switch_id, "data"),
        prevent_initial_call=True,
    )


def discloser(label: str, button_id: str, content_id: str, className: str, kind: str = "menu") -> html.Button:
    """A button that shows and hides a menu or a drawer (assets/core/disclosure.mjs)."""
    return html.Button(
        label,
        id=button_id,
        type="button",
        className=className,
        **{"aria-expanded": "false", "aria-controls": content_id, "data-discloser": kind},
    )


def begins(part: str) -> Output:
    """An output that is never set, for a callback to be called when its view comes after the page.

    Dash then calls only callbacks with an output in the view; `part` is the id of any element there.
    """
    return Output(part, "data-begun")


def card(
    title: str,
    children: list[Component],
    className: str = "",
    beside: Sequence[Component] = (),
) -> html.Section:
    """A titled group of controls or results; beside the title, more controls.

    If its title is in `GROUPS`, links can hide it.
    """
    heading = html.Div([html.H2(title), *beside], className="heading") if beside else html.H2(title)
    group = in_group(_GROUP_OF[title]) if title in _GROUP_OF else {}
    return html.Section([heading, *children], className=f"card {className}".strip(), **group)


def legend(entries: Mapping[str, Component | str], legend_id: str | None = None, first: int | None = None) -> html.Ul:
    """Names of a figure's curves, each beside its kind of line: kind (a CSS class) -> name.

    If `first` is given, only so many entries are visible initially.
    """
    named = {} if legend_id is None else {"id": legend_id}
    return html.Ul(
        [
            html.Li(
                [html.Span(className=f"key {kind}", **{"aria-hidden": "true"}), name],
                hidden=first is not None and i >= first,
            )
            for i, (kind, name) in enumerate(entries.items())
        ],
        className="legend",
        **named,
    )


def table_box(box_id: str) -> html.Div:
    """Room for a table, which the browser fills; it can be scrolled sideways."""
    return html.Div(id=box_id, className="table", **{"data-scrolls": SCROLLS["table"]})


def save(graph_id: str, title: str, in_menu: bool = False) -> html.Div:
    """Room for the buttons that save a figure, which the browser makes; `title` is their name for the figure."""
    names = {"data-figure": graph_id, "data-title": title} | ({"data-in-menu": "true"} if in_menu else {})
    return html.Div(className="save", **names)


def graph(
    graph_id: str, label: str, sentence: str, over: Sequence[Component] = (), keys: str = ids.FIGURE_KEYS
) -> html.Div:
    """Room for a figure, which the browser draws (assets/figures/draw.mjs).

    Arrow keys walk along its points (assets/figures/points.mjs). So its role is application: screen readers read the
    points, not every number at the axes. `over` lies above the figure; `sentence` and `keys` are ids of its sentence
    and of the list of its keys.
    """
    return html.Div(
        [html.Div(id=graph_id, **{"data-config": json.dumps(CONFIG), "aria-hidden": "true"}), *over],
        className="graph",
        role="application",
        tabIndex="0",
        **{
            "aria-label": label,
            "aria-roledescription": FIGURE_ROLE,
            "aria-describedby": f"{sentence} {keys}",
        },
    )
