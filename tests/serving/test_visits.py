"""How many pages without a name may be behind an address."""

from __future__ import annotations

import pytest

from app import create_app
from serving.limits import PAGE
from serving.visits import LIFETIME, MAX_NAMES, Visits
from tests.clock import Clock
from tests.page_requests import callback_request, run_request


def test_visits_without_a_page_that_has_named_itself():
    visits = Visits(Clock())
    for _ in range(3):
        visits.add_visit("school")
    visits.add_visit("home")
    for _ in range(5):
        visits.add_name("school", "a")
    visits.add_name("school", "b")
    assert visits.unnamed("school") == 1
    for page in "cdefg":  # their visits reached another process
        visits.add_name("school", page)
    assert visits.unnamed("school") == 0
    for _ in range(6):  # and as many visits of others reached this one
        visits.add_visit("school")
    assert visits.unnamed("school") == 2
    assert visits.unnamed("home") == 1
    assert visits.unnamed("elsewhere") == 0


def test_visits_and_names_are_forgotten():
    clock = Clock()
    visits = Visits(clock)
    for i in range(1000):
        visits.add_visit(str(i))
        visits.add_visit("school")
    clock.now += LIFETIME
    assert visits.unnamed("school") == pytest.approx(500)
    clock.now += 20 * LIFETIME
    assert visits.unnamed("school") == 0
    assert not visits._unnamed
    for i in range(2 * MAX_NAMES):
        visits.add_name("school", str(i))
    assert len(visits._names) <= MAX_NAMES


def test_a_class_without_page_names_is_not_refused_beside_a_named_page(monkeypatch):
    """Three hundred visitors from one address have different runs; a single program without a visit is refused."""
    monkeypatch.setattr("serving.limits.PAGE_BUDGET", 4.5)
    server = create_app().server

    def ask(seed, address, **headers):
        client = server.test_client()
        body = callback_request({"id": seed} | run_request(n=200, seed=seed))
        return client.post(
            "/_dash-update-component", json=body, headers=headers, environ_base={"REMOTE_ADDR": address}
        ).status_code

    for _ in range(300):
        assert server.test_client().get("/", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200
    assert ask(0, "192.0.2.1", **{PAGE: "pupil"}) == 200
    assert {ask(seed, "192.0.2.1") for seed in range(1, 31)} == {200}
    assert [ask(seed, "192.0.2.2") for seed in range(31, 39)] == [200] * 5 + [429] * 3
