"""Exports of a run: files of its data and iterations, code that repeats it, and a handout on paper.

A request for a file is that of the run with ``what`` and the page's address ``link``. The server computes the run
again. The browser saves figures and makes the handout.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from components.controls import controls
from components.results import runs
from components.results.completed_run import CompletedRun
from components.results.export_code import notebook, script
from components.results.export_tables import observations_csv, run_json
from components.state import ids
from components.state.run_request import parse_run

MAX_LINK = 2500
"""Most characters of the page's address in a file."""
LINK_REFUSAL = f"The address of the page must start with http:// or https:// and have at most {MAX_LINK:,} characters."


@dataclass(frozen=True)
class File:
    """A kind of file: the label of its button, its extension and media type, and the function that writes it."""

    label: str
    extension: str
    media_type: str
    write: Callable[[CompletedRun], str]


FILES = {
    "data": File("Data (CSV)", "csv", "text/csv", observations_csv),
    "run": File("Run (JSON)", "json", "application/json", run_json),
    "script": File("Script (Python)", "py", "text/x-python", script),
    "notebook": File("Notebook (Jupyter)", "ipynb", "application/x-ipynb+json", notebook),
}
PRINT = "handout"


def content() -> list[Component]:
    """A button for each file and one for the handout."""
    labels = {what: file.label for what, file in FILES.items()} | {PRINT: "Handout (print)"}
    buttons = [
        html.Button(label, id=ids.export(what), type="button", className="plain-button")
        for what, label in labels.items()
    ]
    return [
        html.Div(buttons, className="export-buttons"),
        html.P(id=ids.EXPORT_WORDS, className="note", **{"aria-live": "polite"}),
        dcc.Store(id=ids.EXPORT_REQUEST),
        dcc.Store(id=ids.EXPORT_REPLY),
    ]


def reply(request: dict[str, Any] | None) -> dict[str, Any]:
    """Carry out a request for a file: its name, media type and text, or a message for each value refused."""
    spec, errors = parse_run(request)
    if spec is None or not isinstance(request, dict):
        return {"errors": errors}
    what, link = request.get("what"), request.get("link")
    if not isinstance(what, str) or what not in FILES:
        errors["what"] = f"The file must be one of: {', '.join(FILES)}."
    if not isinstance(link, str) or len(link) > MAX_LINK or not link.startswith(("http://", "https://")):
        errors["link"] = LINK_REFUSAL
    if errors:
        return {"errors": errors}
    try:
        completed = runs.complete(spec, link)
    except runs.NoStart as error:
        return {"errors": {"start_from": runs.NO_START.format(error=error)}}
    file = FILES[str(what)]
    name = f"{_stem(completed)}.{file.extension}"
    return {"file": {"name": name, "type": file.media_type, "text": file.write(completed)}}


def _stem(completed: CompletedRun) -> str:
    """A file's name without extension: the data, and the number of components."""
    title = re.sub("[^a-z0-9]+", "-", completed.title.lower()).strip("-")
    drawn = "" if completed.seed is None else f"-n{completed.x.size}-seed{completed.seed}"
    return f"em-lab-{title}{drawn}-k{completed.run.mixture.n_components}"


def register(app: Dash) -> None:
    """Bind the buttons; only `reply` runs on the server."""
    app.callback(Output(ids.EXPORT_REPLY, "data"), Input(ids.EXPORT_REQUEST, "data"), prevent_initial_call=True)(reply)
    app.clientside_callback(
        ClientsideFunction("emlab", "export"),
        controls.begins(ids.EXPORT_WORDS),
        Input(ids.EXPORT_REPLY, "data"),
        State(ids.CONFIG, "data"),
    )
