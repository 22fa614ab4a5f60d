"""Requests to a server in this process, and what it has in hand."""

from __future__ import annotations

import time

from tests.page_requests import callback_request

OWN = {"source": "own", "family": "exponential", "data": [0.5, 1, 2, 4, 9, 16]}


def ask(server, request, kind="run", **headers):
    body = callback_request(request, kind)
    return server.test_client().post("/_dash-update-component", json=body, headers=headers)


def taken(server):
    return server.extensions["emlab-limits"]._taken


def wait_for(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise TimeoutError
