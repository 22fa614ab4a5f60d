"""The costliest requests that the server accepts, by kind: some seconds of processor time each, or many bytes.

Found by trying: what costs most within the bounds of a run is not the largest N, since an iteration has a fixed cost
too.
"""

from __future__ import annotations

import json
import random
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from benchmarks.clients import SEED
from components.results.qr import MAX_LENGTH
from components.state.own_data.sentences import MAX_BYTES
from components.state.parameters import MAX_ITER, MAX_VALUES
from components.state.run_request import MAX_WORK
from components.state.sources import OWN
from tests.page_requests import callback_request, run_request, study_request

LINK = "http://127.0.0.1/?"
CALLBACK = "_dash-update-component"
COSTLIEST = "runs, N = 4,000, K = 5, 10,000 iterations"
LARGEST = 7_999_000
"""Bytes of the largest content in a body."""


def written(request: dict[str, Any], kind: str = "run") -> str:
    """The body of a callback's request."""
    return json.dumps(callback_request({"id": 1} | request, kind)).replace(f'"{SEED}"', SEED)


def longest(n: int) -> dict[str, Any]:
    """A run with as many iterations as it may have; it does not converge before."""
    limits = {"n": n, "max_iter": min(int(MAX_ITER.maximum), MAX_WORK // (5 * n)), "tol": 0, "seed": SEED}
    return run_request("generated-gaussian", 5, 5) | limits


COSTLIEST_RUN = longest(4_000)
"""Most processor time of all runs; its answer is also the longest."""


def export(what: str, request: dict[str, Any]) -> str:
    """A file of a run."""
    return written(request | {"what": what, "link": LINK}, "export")


def study(name: str) -> str:
    """A study of the costliest run."""
    request = study_request(name, source="generated-gaussian", true_k=5, k=5) | COSTLIEST_RUN
    return written(request | ({} if name == "surface" else {"starts": 50}), "study")


def code() -> str:
    """The largest QR code."""
    return json.dumps(callback_request(f"{LINK}{SEED}".ljust(MAX_LENGTH - 20, "x"), "qr"))


def own_data() -> str:
    """A run with as many own values as it may have."""
    rng = random.Random(1)
    values = [round(rng.gauss(0, 1), 6) for _ in range(MAX_VALUES)]
    limits = {"k": 5, "max_iter": MAX_WORK // (5 * MAX_VALUES), "tol": 0}
    return written(
        {"id": SEED, "source": OWN, "family": "gaussian", "data": values, "start_from": "quantiles"} | limits
    )


def upload(text: str) -> str:
    """An own file; its number only tells the requests apart."""
    return written({"id": SEED, "file": b64encode(text.encode()).decode()}, "own")


def numbers() -> str:
    """A file of nearly 5 MB with as many values as a run may have."""
    rng, digits = random.Random(1), MAX_BYTES // MAX_VALUES - 5
    return "\n".join(f"{rng.gauss(0, 1):.{digits}f}" for _ in range(MAX_VALUES))


def table() -> str:
    """A file of nearly as many rows and cells as are read; its commas have two meanings, which takes longest."""
    rows, columns = 199_000, 5
    cells = random.Random(1).choices([f"{i},{j}" for i in range(10) for j in range(10)], k=rows * columns)
    return "\n".join(" ".join(cells[at : at + columns]) for at in range(0, len(cells), columns))


def text_of(content: str) -> str:
    """An own text, written as JSON."""
    return written({"id": SEED, "text": "CONTENT"}, "own").replace('"CONTENT"', content)


KINDS: dict[str, tuple[str, Callable[[], str]]] = {
    "runs, N = 10,000, K = 5, 4,000 iterations": (CALLBACK, lambda: written(longest(10_000))),
    COSTLIEST: (CALLBACK, lambda: written(COSTLIEST_RUN)),
    "files, data of N = 100,000 (13 MB)": (CALLBACK, lambda: export("data", longest(MAX_VALUES))),
    "files, run of N = 4,000, 10,000 iterations": (CALLBACK, lambda: export("run", COSTLIEST_RUN)),
    "studies, likelihood surface": (CALLBACK, lambda: study("surface")),
    "studies, other starts": (CALLBACK, lambda: study("starts")),
    "studies, how many components": (CALLBACK, lambda: study("sizes")),
    "uploads, 100,000 values of 50 characters": (CALLBACK, lambda: upload(numbers())),
    "uploads, a million cells with commas": (CALLBACK, lambda: upload(table())),
    "runs with 100,000 own values": (CALLBACK, own_data),
    "QR codes": (CALLBACK, code),
    "layouts of made-up queries": (f"_dash-layout?v=1&view=em&seed={SEED}", str),
    "readyz": ("readyz", str),
    "a script of Dash that the page does not use": ("_dash-component-suites/plotly/package_data/plotly.min.js", str),
}
"""Kind -> address and how the body is made."""

BODIES: dict[str, Callable[[], str]] = {
    "8 MB of own text": lambda: text_of(f'"{"1 " * (LARGEST // 2)}"'),
    "8 MB of empty objects": lambda: text_of(f"[{'{},' * (LARGEST // 3)}{{}}]"),
    "own files of nearly 5 MB": lambda: upload(numbers()),
}
"""The largest bodies."""
