"""Servers for the page in a real browser."""

from __future__ import annotations

import pytest

from tests.failing import refusing


@pytest.fixture(scope="module")
def refuser():
    with refusing() as server:
        yield server


@pytest.fixture
def server(refuser):
    """A server that refuses nothing yet."""
    refuser.refuse = lambda _request: None
    refuser.refused.clear()
    return refuser
