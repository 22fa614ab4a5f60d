"""Identical requests are computed once, and too many requests are refused."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest

import em
from app import create_app
from components.state import ids
from components.views import page
from serving import cache, limits, refusals
from tests.page_requests import callback_request, run_request, study_request
from tests.serving.clients import OWN, ask, taken, wait_for


@pytest.fixture
def server():
    return create_app().server


@pytest.fixture
def fits(monkeypatch):
    """One entry for each fit."""
    made, fit = [], em.fit
    monkeypatch.setattr(em, "fit", lambda *arguments: made.append(1) or fit(*arguments))
    return made


def test_identical_runs_are_computed_once(server, fits):
    responses = [ask(server, {"id": id_} | run_request(n=50)) for id_ in (1, 2, "three")]
    assert len({response.get_data() for response in responses}) == 1
    assert len(fits) == 1
    ask(server, run_request(n=50, seed=7))
    ask(server, {"blind": True} | run_request(n=50))
    assert len(fits) == 3


def test_identical_runs_requested_at_the_same_time_are_computed_once(server, fits):
    with ThreadPoolExecutor(8) as threads:
        responses = list(threads.map(lambda id_: ask(server, {"id": id_} | run_request(n=5000)), range(16)))
    assert len({response.get_data() for response in responses}) == 1
    assert len(fits) == 1


def test_studies_are_cached_too_and_are_not_runs(server, fits):
    first, second = (ask(server, study_request("starts", n=50) | {"id": id_}, "study") for id_ in (1, 2))
    made = len(fits)
    assert first.get_data() == second.get_data()
    assert ask(server, study_request("starts", n=50)).get_data() != first.get_data()
    assert len(fits) == made + 1


def test_own_data_are_not_cached(server, fits):
    for _ in range(2):
        answer = ask(server, run_request() | OWN)
        assert "result" in answer.get_json()["response"][ids.RUN_REPLY]["data"]
    assert len(fits) == 2


def test_a_run_that_may_have_been_cut_off_by_the_deadline_is_not_cached(server, fits, monkeypatch):
    monkeypatch.setattr(limits, "MAX_SECONDS", 0)
    for _ in range(2):
        ask(server, run_request(n=50))
    assert len(fits) == 2


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_cached_replies_are_the_same_in_every_encoding(server, encoding):
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[encoding]
    plain = ask(server, run_request(n=50)).get_data()
    for _ in range(3):
        answer = ask(server, run_request(n=50), **{"Accept-Encoding": encoding})
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        assert decode(answer.get_data()) == plain


def test_compressed_replies_that_are_not_cached_are_not_mixed_up(server):
    for change in ({}, {"data": [1, 2, 3, 5, 8, 13]}, {"data": [3, 1, 4, 1, 5, 9]}):
        answer = ask(server, run_request() | OWN | change, **{"Accept-Encoding": "br"})
        result = json.loads(brotli.decompress(answer.get_data()))["response"][ids.RUN_REPLY]["data"]["result"]
        assert result["x"] == sorted((OWN | change)["data"])


def test_the_page_of_a_link_is_rendered_once_unless_it_has_own_data(server, monkeypatch):
    made, layout = [], page.layout
    client = server.test_client()
    client.get("/")  # Dash renders one page at first
    monkeypatch.setattr(page, "layout", lambda query: made.append(query) or layout(query))
    for query in ("", "", "view=em", "view=em", "hide=data", "hide=data", "source=own&d%61ta=x", "source=own&d%61ta=x"):
        assert client.get(f"/_dash-layout?{query}").get_json()["props"]["className"] == "page"
    assert made == ["", "view=em", "hide=data", "source=own&d%61ta=x", "source=own&d%61ta=x"]


def test_there_is_room_for_the_links_of_many_classes(server, monkeypatch):
    client, links = server.test_client(), [f"seed={seed}" for seed in range(30)]
    first = [client.get(f"/_dash-layout?{link}", headers={"Accept-Encoding": "br"}).get_data() for link in links]
    monkeypatch.setattr(page, "layout", None)
    again = [client.get(f"/_dash-layout?{link}", headers={"Accept-Encoding": "br"}).get_data() for link in links]
    assert again == first


def test_a_cached_page_need_not_be_sent_again(server):
    client = server.test_client()
    tags = [client.get("/_dash-layout", headers={"Accept-Encoding": "br"}).headers["ETag"] for _ in range(2)]
    assert tags[0] == tags[1]
    assert client.get("/_dash-layout", headers={"Accept-Encoding": "br", "If-None-Match": tags[0]}).status_code == 304


def key_of(server, text):
    """The key of a request for a run with this JSON as its rate."""
    body = json.dumps(callback_request(run_request(lambda0="?"))).replace('"?"', text)
    with server.test_request_context(method="POST", data=body, content_type="application/json"):
        return cache.callback_key()


def test_different_values_are_different_requests(server):
    """Not even if JSON has no words for them, or Python takes them for equal."""
    texts = [
        "null",
        "NaN",
        "Infinity",
        "-Infinity",
        "0",
        "-0.0",
        "1",
        "true",
        "false",
        '"1"',
        '""',
        '"null"',
        "[]",
        "{}",
    ]
    assert len({key_of(server, text) for text in texts}) == len(texts)
    assert key_of(server, '{"a": 1, "b": 2}') == key_of(server, '{"b":2,"a":1}')
    assert key_of(server, '"\\ud800"') is not None, "a lone surrogate"


def test_a_request_that_waited_in_vain_is_refused_in_words(server, monkeypatch):
    monkeypatch.setattr(limits, "MAX_WAIT", 0.01)
    with server.extensions["emlab-limits"].turn:
        for answer in (ask(server, run_request(n=50)), server.test_client().get("/_dash-layout")):
            assert answer.status_code == 503
            assert answer.get_json() == {"error": refusals.CROWDED}
            assert int(answer.headers["Retry-After"]) >= 1
    assert ask(server, run_request(n=50)).status_code == 200


def test_a_request_is_answered_when_the_one_before_it_is(server):
    turn = server.extensions["emlab-limits"].turn
    with ThreadPoolExecutor() as threads:
        with turn:
            waiting = threads.submit(ask, server, run_request(n=50))
            wait_for(lambda: turn._value == 0 and taken(server)[()] == 1)
            assert not waiting.done()
        assert waiting.result().status_code == 200
    assert not taken(server)


def test_a_page_waits_for_three_requests_and_others_of_its_address_for_more(server, fits):
    turn = server.extensions["emlab-limits"].turn

    def run(seed, page):
        headers = {limits.PAGE: page} if page else {}
        return ask(server, run_request(n=50, seed=seed), **headers)

    with ThreadPoolExecutor(16) as threads:
        with turn:
            waiting = [threads.submit(run, seed, "wild") for seed in range(limits.MAX_PER_PAGE)]
            wait_for(lambda: taken(server)[()] == len(waiting))
            refused = run(90, "wild")
            waiting += [
                threads.submit(run, 10 + seed, page) for seed, page in enumerate(["a", "b", "", "", "", "", ""])
            ]
            wait_for(lambda: taken(server)[()] == len(waiting))
        assert {one.result().status_code for one in waiting} == {200}
    assert refused.status_code == 429
    assert refused.get_json() == {"error": limits.GREEDY.format(who="this page")}
    assert int(refused.headers["Retry-After"]) >= 1
    assert run(91, "wild").status_code == 200


def test_an_address_cannot_take_every_place(server, monkeypatch):
    monkeypatch.setattr(limits, "MAX_REQUESTS", 5)
    monkeypatch.setattr(limits, "MAX_PER_ADDRESS", 4)
    assert ask(server, run_request(n=60)).status_code == 200
    turn = server.extensions["emlab-limits"].turn

    def run(seed, address):
        body = callback_request(run_request(n=50, seed=seed))
        return server.test_client().post("/_dash-update-component", json=body, environ_base={"REMOTE_ADDR": address})

    with ThreadPoolExecutor(16) as threads:
        with turn:
            waiting = [threads.submit(run, seed, f"2001:db8:1:2::{seed}") for seed in range(4)]
            wait_for(lambda: taken(server)[()] == 4)
            greedy = run(90, "2001:db8:1:2::90")
            waiting.append(threads.submit(run, 5, "::ffff:192.0.2.1"))
            wait_for(lambda: taken(server)[()] == 5)
            crowded = run(91, "::ffff:192.0.2.2")
            assert ask(server, run_request(n=60)).status_code == 200, "a cached reply costs nothing"
        assert {one.result().status_code for one in waiting} == {200}
    assert (greedy.status_code, greedy.get_json()) == (429, {"error": limits.GREEDY.format(who="your address")})
    assert (crowded.status_code, crowded.get_json()) == (503, {"error": refusals.CROWDED})


def test_addresses_take_turns(server):
    """One that sends very many requests leaves every second turn to another."""
    turn, ended = server.extensions["emlab-limits"].turn, []

    def run(seed, address):
        body = callback_request(run_request(n=50, seed=seed))
        place = {"REMOTE_ADDR": address}
        answer = server.test_client().post("/_dash-update-component", json=body, environ_base=place)
        ended.append((address, answer.status_code))

    with ThreadPoolExecutor(16) as threads, turn:
        for seed in range(10):
            threads.submit(run, seed, "192.0.2.1")
        wait_for(lambda: taken(server)[()] == 10)
        threads.submit(run, 99, "192.0.2.2")
        wait_for(lambda: len(turn._cond._waiters) == 2)
    assert len(ended) == 11
    assert {status for _, status in ended} == {200}
    assert ended.index(("192.0.2.2", 200)) <= 6, "in the order of requests it would be the last"
    assert not server.extensions["emlab-limits"]._turns, "nothing is stored about addresses that wait for nothing"


def test_a_request_that_fails_gives_its_place_and_its_turn_back(server, monkeypatch, caplog):
    monkeypatch.setattr("components.results.runs.execute", lambda _spec: 1 / 0)
    assert [ask(server, run_request(n=50, seed=seed), **{limits.PAGE: "a"}).status_code for seed in range(5)] == [
        500
    ] * 5
    monkeypatch.undo()
    assert ask(server, run_request(n=50)).status_code == 200
    assert not taken(server)


def test_nothing_is_stored_about_pages_that_wait_for_nothing(server):
    for seed in range(50):
        assert ask(server, run_request(n=50, seed=seed), **{limits.PAGE: str(seed)}).status_code == 200
    assert not taken(server)


def test_the_cache_is_bounded(fits, monkeypatch):
    """The replies that were used least recently go first, and a large one is not cached."""
    monkeypatch.setattr(limits, "MAX_BYTES", 10_000)
    monkeypatch.setattr(limits, "MAX_REPLY", 5_000)
    server = create_app().server

    def computed(**change):
        before = len(fits)
        size = len(ask(server, run_request(n=50, max_iter=1) | change).get_data())
        assert (size > limits.MAX_REPLY) == bool(change.get("n"))
        return len(fits) > before

    assert all(computed(seed=seed) for seed in (1, 2, 3))
    assert not computed(seed=1)
    assert all(computed(seed=seed) for seed in (4, 5))
    assert not computed(seed=1)
    assert computed(seed=2)
    assert all(computed(n=1000) for _ in range(2))
    assert cache.MAX_BYTES < 20_000_000


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::1", "::/64"),
        ("unix:", ""),
        (None, ""),
    ],
)
def test_an_address_is_of_one_client(address, owner):
    assert limits.client(address) == owner
