"""Sharing the page: its link, a QR code, and a dialog in which a teacher sets what the link opens.

The dialog is HTML that the browser inserts when it is first opened: as Dash components it would slow every update.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from components.controls.controls import number_box, switch_button
from components.controls.prose import to_html
from components.results import qr
from components.state import ids
from components.state.address import ITERATION, VIEWS, Link
from components.state.options import CHOICES, EMBED, FLAGS, GROUPS, PRESENT, REVEAL
from components.state.words import TOUR_BUTTON

TITLE = "Share this page"
NOT_SECRET = "Hidden is not secret: the link still holds the true values, for anyone who reads it."

WORDS = {
    "copied": "Copied",
    "not_copied": "Your browser does not let the page copy. The text is selected: copy it by hand.",
    "length": "{count} characters.",
    "opens_at": "Run EM opens at iteration, 0\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{last}",
    "only_here": "It works on this computer only. For a class, start EM Lab with HOST=0.0.0.0 and open it under this "
    "computer’s name or address in the network.",
    "no_answer": "The server did not answer, so there is no QR code.",
    "qr": "QR code of the link",
    "preview": "Preview of the link",
    "snippet": '<iframe src="{address}" width="800" height="600" title="EM Lab" loading="lazy"></iframe>',
}
"""Words about sharing that the browser shows."""


def header(link: Link) -> html.Div:
    """Buttons in the page's header."""
    presents = {"aria-pressed": str(link.is_on(PRESENT)).lower()}
    return html.Div(
        [
            html.Button(TOUR_BUTTON, id=ids.TOUR, type="button"),
            html.Button("Present", id=ids.PRESENT, type="button", title=FLAGS[PRESENT], **presents),
            _copier(ids.COPY_LINK, "Copy link"),
            html.Button("Share …", id=ids.SHARE, type="button"),
        ],
        className="sharing",
    )


def bar(link: Link) -> list[Component]:
    """Buttons of a page that hides something or is embedded in another page."""
    parts: list[Component] = []
    if link.hidden() and link.is_on(REVEAL):
        parts.append(html.Button("Reveal what is hidden", id=ids.REVEAL, type="button", className="plain-button"))
    if link.is_on(EMBED):
        parts.append(html.A("Open in EM Lab", id=ids.OPEN_FULL, href="?", target="_blank", rel="noopener"))
    return [html.Div(parts, className="page-bar")] if parts else []


def hide(part: object, groups: Collection[str]) -> None:
    """Hide every part of a layout that is in one of the groups."""
    if isinstance(part, (list, tuple)):
        for child in part:
            hide(child, groups)
    elif isinstance(part, Component):
        if getattr(part, "data-group", None) in groups:
            part.hidden = True  # type: ignore[attr-defined]
        hide(getattr(part, "children", None), groups)


def register(app: Dash) -> None:
    """Bind the QR code, the only part of the dialog that needs the server."""
    app.callback(Output(ids.QR_REPLY, "data"), Input(ids.QR_REQUEST, "data"), prevent_initial_call=True)(qr.reply)
    app.clientside_callback(ClientsideFunction("emlab", "qr"), Input(ids.QR_REPLY, "data"), State(ids.CONFIG, "data"))


def stores() -> list[Component]:
    """Requests to the server and its replies."""
    return [dcc.Store(id=ids.QR_REQUEST), dcc.Store(id=ids.QR_REPLY)]


@cache
def as_dict() -> dict[str, Any]:
    """For the browser: the dialogs and the words about sharing."""
    return WORDS | {"dialogs": to_html([_dialog(), _large()])}


# -- the dialogs -----------------------------------------------------------------------------------------------------


def _dialog() -> Component:
    return html.Dialog(
        [
            html.Div(
                [html.H2(TITLE, id=ids.SHARE_TITLE), html.Button("Close", id=ids.SHARE_CLOSE, type="button")],
                className="heading",
            ),
            html.Div(
                [
                    html.Section([*_link(), *_opening(), *_hiding(), *_place()]),
                    html.Section([*_code(), *_preview()], className="share-shown"),
                ],
                className="share-columns",
            ),
        ],
        id=ids.SHARE_DIALOG,
        className="share-dialog",
        **{"aria-labelledby": ids.SHARE_TITLE},
    )


def _link() -> list[Component]:
    return [
        html.Div(
            [html.Label("Link", htmlFor=ids.SHARE_LINK), _copier(ids.SHARE_COPY, "Copy", autoFocus=True)],
            className="share-line",
        ),
        html.Textarea(id=ids.SHARE_LINK, readOnly="readonly", rows=3, spellCheck="false", className="share-text"),
        html.P(id=ids.SHARE_LENGTH, className="note"),
        html.P(id=ids.SHARE_PROBLEM, className="error", **{"aria-live": "assertive"}),
    ]


def _opening() -> list[Component]:
    p = ITERATION
    return [
        html.H3("What it opens"),
        html.Div(
            [
                *_list("View", ids.SHARE_VIEW, {name: ids.VIEWS[view] for name, view in VIEWS.items()}),
                *_list(CHOICES[ids.THEME_CHOICE].label, ids.SHARE_THEME, CHOICES[ids.THEME_CHOICE].options),
                html.Label(id=ids.SHARE_ITERATION, htmlFor=ids.box(p.name)),
                number_box(p),
            ],
            className="share-grid",
        ),
        html.P(id=ids.error(p.name), className="error", **{"aria-live": "polite"}),
    ]


def _hiding() -> list[Component]:
    groups = [
        html.Button(title, type="button", **{"aria-pressed": "false", "data-hide": group})
        for group, title in GROUPS.items()
    ]
    return [
        html.H3("Hide"),
        html.Div(groups, className="presets", role="group", **{"aria-label": "Hide"}),
        _flag(REVEAL),
        html.P(NOT_SECRET, className="note"),
    ]


def _place() -> list[Component]:
    return [
        html.H3("Where it is shown"),
        *[_flag(flag) for flag in FLAGS if flag != REVEAL],
        html.Div(
            [
                html.Div(
                    [
                        html.Label("HTML for the other page", htmlFor=ids.SHARE_SNIPPET),
                        _copier(ids.SHARE_COPY_SNIPPET, "Copy HTML"),
                    ],
                    className="share-line",
                ),
                html.Textarea(
                    id=ids.SHARE_SNIPPET, readOnly="readonly", rows=4, spellCheck="false", className="share-text"
                ),
            ],
            hidden=True,
        ),
    ]


def _code() -> list[Component]:
    return [
        html.H3(WORDS["qr"]),
        html.Div(id=ids.SHARE_QR, className="qr", **{"aria-live": "polite"}),
        html.Button("Show large", id=ids.SHARE_LARGE, type="button", className="plain-button"),
    ]


def _preview() -> list[Component]:
    return [
        html.Div(switch_button("Preview", id=ids.SHARE_PREVIEW), className="switch"),
        html.Div(id=ids.SHARE_FRAME, className="share-frame", hidden=True),
    ]


def _large() -> Component:
    """The QR code on the whole screen."""
    return html.Dialog(
        [
            html.Button("Close", id=ids.QR_CLOSE, type="button"),
            html.Div(id=ids.QR_LARGE, className="qr"),
            html.P(id=ids.QR_ADDRESS),
        ],
        id=ids.QR_DIALOG,
        className="qr-dialog",
        **{"aria-label": WORDS["qr"]},
    )


def _copier(button_id: str, label: str, **attributes: Any) -> html.Div:
    """A button that copies, and room for the word that it has."""
    return html.Div(
        [
            html.Button(label, id=button_id, type="button", **attributes),
            html.Span(className="copied", role="status"),
        ],
        className="copier",
    )


def _list(label: str, list_id: str, options: Mapping[str, str]) -> Iterable[Component]:
    items = [html.Option(words, value=value) for value, words in options.items()]
    return html.Label(label, htmlFor=list_id), html.Select(items, id=list_id)


def _flag(flag: str) -> html.Div:
    return html.Div(switch_button(FLAGS[flag], **{"data-flag": flag}), className="switch")
