"""The panel for own data: pasted or from a file, read on the server, stored only in the browser."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from components.controls.controls import select
from components.state import ids
from components.state.address import Link
from components.state.families import FAMILIES
from components.state.own_data.packing import MAX_PACKED, pack
from components.state.own_data.reading import read
from components.state.own_data.sentences import MAX_BYTES, TOO_LARGE, Choice, Offer, Refused, joined, told
from components.state.sources import OWN, own, suits

NOT_CARRIED = f"A link carries at most {MAX_PACKED} values, so it will not carry these: they stay on this page."
WORDS = {
    "paste": "Paste numbers, or a table",
    "use": "Use these",
    "file": f"Or choose a file, or drop one here: CSV, TSV or text, at most {MAX_BYTES / 1e6:g} MB",
    "column": "Column",
    "reading": "Reading …",
    "unusable": "{name}: {problem}",
    "kept": "Kept: “{column}”.",
    "none": "Paste numbers or choose a file first.",
    "too_large": TOO_LARGE.replace("{size:,}", "{size}"),
    "unreadable": "The browser could not read this file. Choose it again, or paste its numbers.",
}
"""Words of the panel, which the browser makes."""
BAD_REQUEST = "The request must hold a text, or a file in base 64."


def layout(link: Link) -> html.Div:
    """Room for the input, which the browser makes, and the family to fit."""
    return html.Div(
        [
            html.Div(id=ids.OWN_INPUT),
            select(ids.FAMILY, link.chosen(ids.FAMILY), {"": FAMILIES}),
            *[dcc.Store(id=store) for store in (ids.OWN_REQUEST, ids.OWN_REPLY)],
        ],
        id=ids.OWN_PANEL,
        hidden=link.chosen(ids.SOURCE) != OWN,
    )


def register(app: Dash) -> None:
    """Bind the reading of data."""
    app.callback(Output(ids.OWN_REPLY, "data"), Input(ids.OWN_REQUEST, "data"), prevent_initial_call=True)(reply)
    app.clientside_callback(
        ClientsideFunction("emlab", "own_data"),
        Input(ids.OWN_REPLY, "data"),
        State(ids.CONFIG, "data"),
        prevent_initial_call=True,
    )


def reply(request: object) -> dict[str, Any]:
    """Read own data: ``{"text": …}`` or ``{"file": base 64}``, perhaps with the name of a ``column`` and ``answers``.

    Returns
    -------
    dict
        ``columns`` and ``choices``, if there are any; and ``result``: `as_dict` of the values and the ``sentence`` that
        says what was read; or ``error``: a message.
    """
    if not isinstance(request, dict) or (content := _content(request)) is None:
        return {"error": BAD_REQUEST}
    column, answers = request.get("column"), request.get("answers")
    chosen = (
        {key: value for key, value in answers.items() if isinstance(value, str)} if isinstance(answers, dict) else {}
    )
    try:
        found = read(content, column if isinstance(column, str) else None, chosen)
    except Refused as refusal:
        return {"error": str(refusal)} | _offered(refusal.columns, refusal.choices)
    result = as_dict(found.values)
    offered = _offered(found.columns, found.choices)
    problems = [family["problem"] for family in result["families"].values()]
    if all(problems):
        return {"error": joined(problems[0], told(found.skipped))} | offered
    sentences = [found.sentence] if result["packed"] else [found.sentence, NOT_CARRIED]
    return {"result": result | {"column": found.column, "sentence": " ".join(sentences)}} | offered


def _offered(columns: Sequence[Offer], choices: Sequence[Choice]) -> dict[str, Any]:
    """Columns and meanings to choose from, for the browser."""
    return {
        "columns": [column._asdict() for column in columns],
        "choices": [choice._asdict() for choice in choices],
    }


def as_dict(values: Sequence[float]) -> dict[str, Any]:
    """Values for the browser, packed for a link if they are few; by family, the parameters of a run, or a problem."""
    families = {}
    for name, family in FAMILIES.items():
        problem = suits(values, family)
        families[name] = {"problem": problem} | ({} if problem else own(values, family).as_dict())
    packed = pack(values) if len(values) <= MAX_PACKED else None
    return {"values": list(values), "packed": packed, "families": families}


def _content(request: dict[str, Any]) -> str | bytes | None:
    text, file = request.get("text"), request.get("file")
    if isinstance(text, str):
        return text
    try:
        return base64.b64decode(file, validate=True) if isinstance(file, str) else None
    except (binascii.Error, ValueError):
        return None
