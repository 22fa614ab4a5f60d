"""A short tour of the page: what each step points at. Its sentences are in `words.TOUR`."""

from __future__ import annotations

from typing import Any

from components.state import ids
from components.state.words import TOUR, TOUR_WORDS

STEPS = {
    "slider": ("gaussian", ids.row("gaussian-mu1")),
    "figure": ("gaussian", ids.GAUSSIAN_FIGURE),
    "run": ("run", ids.RUN_BUTTON),
    "play": ("run", ids.WALK_PLAY),
    "fit": ("run", ids.DATA_FIGURE),
    "link": ("run", ids.COPY_LINK),
}
"""Step (a key of `words.TOUR`) -> the view, and the id of the element that it points at."""


def as_dict() -> dict[str, Any]:
    """For the browser."""
    return TOUR_WORDS | {
        "steps": [{"view": view, "target": target, "words": TOUR[step]} for step, (view, target) in STEPS.items()]
    }
