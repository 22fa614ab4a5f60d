"""What the cache of replies holds: those that are the same for every client. A class on one link requests one run.

A request with own data has no key, so that its reply is not cached.
"""

from __future__ import annotations

import json
from hashlib import sha256

import flask

from components.state import address, ids
from components.state.sources import OWN
from serving import bodies

MAX_BYTES, MAX_REPLY = 4_000_000, 400_000
"""Size of the cache in each process, some three hundred compressed runs of a thousand observations; of a reply."""
SHARED, MAX_REQUEST = frozenset(f"{reply}.data" for reply in (ids.RUN_REPLY, ids.STUDY_REPLY)), 4_000
"""Outputs of callbacks whose reply depends only on the request and does not contain it; its largest size, in bytes."""


def callback_key() -> str | None:
    """The key of the current callback request, equal for equal requests; None if its reply must not be cached."""
    if bodies.length() > MAX_REQUEST:
        return None
    body = flask.request.get_json()
    request = body["inputs"][0].get("value")
    if body["output"] not in SHARED or not isinstance(request, dict) or request.get("source") == OWN:
        return None
    values = {name: value for name, value in request.items() if name != "id"}
    content = json.dumps(values, sort_keys=True)  # orjson would write NaN and null as one
    return f"{body['output']} {sha256(content.encode()).hexdigest()}"


def page_key() -> str | None:
    """The key of the page at the current address; None if the address carries own data."""
    key = address.key(flask.request.query_string.decode("latin-1"))
    return key and f"page {sha256(key.encode()).hexdigest()}"
