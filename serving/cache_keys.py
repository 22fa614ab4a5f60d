"""Keys under which replies are cached, and which requests take long.

A request with somebody's own data has no key: nothing of it is cached.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson

from components.state import ids
from components.state.address import MAX_LENGTH, carries_data
from components.state.sources import OWN

SHARED = frozenset(f"{reply}.data" for reply in (ids.RUN_REPLY, ids.STUDY_REPLY))
"""Outputs of the callbacks whose reply depends on the request alone and does not repeat it."""
MAX_REQUEST = 4_000
"""Largest request that has a key, in bytes."""


QUICK = 10_000
"""Most observations of a run that does not take long."""


def callback_key(body: dict[str, Any], length: int) -> str | None:
    """The key of a callback request, the same for equal requests; None if its reply must not be cached."""
    if body["output"] not in SHARED or length > MAX_REQUEST:
        return None
    request = body["inputs"][0].get("value")
    if not isinstance(request, dict) or request.get("source") == OWN:
        return None
    try:
        asked = orjson.dumps(
            {name: value for name, value in request.items() if name != "id"}, option=orjson.OPT_SORT_KEYS
        )
    except TypeError:  # whole numbers beyond 64 bits, halves of characters: refused in words, and not worth caching
        return None
    return f"{body['output']} {sha256(asked).hexdigest()}"


def page_key(query: str) -> str | None:
    """The key of the page at an address, or None if the address carries somebody's own data."""
    if len(query) > MAX_LENGTH or carries_data(query):
        return None
    return f"page {sha256(query.encode()).hexdigest()}"


def takes_long(body: dict[str, Any]) -> bool:
    """Whether a callback request asks for more than a run of some thousands of observations, or a link's code."""
    if body["output"] == f"{ids.QR_REPLY}.data":
        return False
    if body["output"] != f"{ids.RUN_REPLY}.data":
        return True
    request = body["inputs"][0].get("value")
    asked = request if isinstance(request, dict) else {}
    n, data = asked.get("n", 0), asked.get("data", [])
    return (isinstance(n, (int, float)) and n > QUICK) or (isinstance(data, list) and len(data) > QUICK)
