"""Keys of cached replies, and which requests take long.

A request with own data has no key, so that its reply is not cached.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson

from components.state import ids
from components.state.address import MAX_LENGTH, carries_data
from components.state.sources import OWN

SHARED = frozenset(f"{reply}.data" for reply in (ids.RUN_REPLY, ids.STUDY_REPLY))
"""Outputs of callbacks whose reply depends on the request only and does not contain it."""
MAX_REQUEST = 4_000
"""Largest request that has a key, in bytes."""
QUICK = 10_000
"""Most observations of a run that does not take long."""


def callback_key(body: dict[str, Any], length: int) -> str | None:
    """The key of a callback request, equal for equal requests; None if its reply must not be cached."""
    if body["output"] not in SHARED or length > MAX_REQUEST:
        return None
    request = body["inputs"][0].get("value")
    if not isinstance(request, dict) or request.get("source") == OWN:
        return None
    try:
        values = {name: value for name, value in request.items() if name != "id"}
        content = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # integers beyond 64 bits or lone surrogates; such a request is refused
        return None
    return f"{body['output']} {sha256(content).hexdigest()}"


def page_key(query: str) -> str | None:
    """The key of the page at an address; None if the address carries own data."""
    if len(query) > MAX_LENGTH or carries_data(query):
        return None
    return f"page {sha256(query.encode()).hexdigest()}"


def takes_long(body: dict[str, Any]) -> bool:
    """Whether a callback request takes longer than a QR code or a run of some thousands of observations."""
    if body["output"] == f"{ids.QR_REPLY}.data":
        return False
    if body["output"] != f"{ids.RUN_REPLY}.data":
        return True
    request = body["inputs"][0].get("value")
    values = request if isinstance(request, dict) else {}
    n, data = values.get("n", 0), values.get("data", [])
    return (isinstance(n, (int, float)) and n > QUICK) or (isinstance(data, list) and len(data) > QUICK)
