"""Who may be behind an address without a name."""

from __future__ import annotations

import pytest

from app import create_app
from serving.visits import KNOWN_FOR, MOST_NAMES, Visits
from serving.work import PAGE
from tests.asking import callback_request, run_request
from tests.clock import Clock


def test_visits_of_which_no_page_has_named_itself():
    visits = Visits(Clock())
    for _ in range(3):
        visits.came("school")
    visits.came("home")
    for _ in range(5):
        visits.asked("school", "a")
    visits.asked("school", "b")
    assert visits.unnamed("school") == 1
    for page in "cdefg":  # their visits were told to another process
        visits.asked("school", page)
    assert visits.unnamed("school") == 0
    for _ in range(6):  # and those of as many others to this one
        visits.came("school")
    assert visits.unnamed("school") == 2
    assert visits.unnamed("home") == 1
    assert visits.unnamed("elsewhere") == 0


def test_visits_and_names_are_forgotten():
    clock = Clock()
    visits = Visits(clock)
    for i in range(1000):
        visits.came(str(i))
        visits.came("school")
    clock.now += KNOWN_FOR
    assert visits.unnamed("school") == pytest.approx(500)
    clock.now += 20 * KNOWN_FOR
    assert visits.unnamed("school") == 0
    assert not visits._unnamed
    for i in range(2 * MOST_NAMES):
        visits.asked("school", str(i))
    assert len(visits._names) <= MOST_NAMES


def test_a_class_that_names_no_page_is_not_refused_beside_a_page_that_does(monkeypatch):
    """Three hundred who came, from one address, each with runs of its own; a single program that did not come is."""
    monkeypatch.setattr("serving.work.PAGE_TURNS", 4.5)
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
