"""Requests as the page makes them."""

from __future__ import annotations

from typing import Any

from components.state import parameters
from components.state.address import ITERATION
from components.state.sources import BY_HAND, GENERATED, SOURCES


def run_request(
    source: str = GENERATED, true_k: int = 2, k: int = 2, start_from: str = BY_HAND, **change: Any
) -> dict[str, Any]:
    """A request for a run with every parameter at its default except those given."""
    shown = SOURCES[source].parameters(true_k, k, start_from)
    sizes = {"k": k} | ({"true_k": true_k} if SOURCES[source].generated else {})
    return {"source": source, "start_from": start_from} | {p.name: p.default for p in shown} | sizes | change


def study_request(study: str, **change: Any) -> dict[str, Any]:
    """A request for a study of such a run."""
    own = (*parameters.ACROSS, ITERATION) if study == "surface" else parameters.STUDY
    last = {"iteration": ITERATION.maximum} if study == "surface" else {}  # the page sends the one on show
    return run_request(**({p.name: p.default for p in own} | last | {"study": study} | change))


def callback_request(request: Any, kind: str = "run") -> dict[str, Any]:
    """The body that the browser posts for a run, a study and so on."""
    reply, asked = f"{kind}-reply", f"{kind}-request"
    return {
        "output": f"{reply}.data",
        "outputs": {"id": reply, "property": "data"},
        "inputs": [{"id": asked, "property": "data", "value": request}],
        "changedPropIds": [f"{asked}.data"],
        "state": [],
    }
