"""Identical requests are computed once, and too many requests are refused."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import brotli
import pytest

import em
from app import create_app
from components.state import ids
from components.views import page
from serving import limits
from serving.cache import MAX_BYTES, Cache
from serving.queue import FairQueue
from tests.clock import Clock
from tests.page_requests import callback_request, run_request, study_request

OWN = {"source": "own", "family": "exponential", "data": [0.5, 1, 2, 4, 9, 16]}


@pytest.fixture
def server():
    return create_app().server


@pytest.fixture
def fits(monkeypatch):
    """One entry for each fit."""
    made, fit = [], em.fit
    monkeypatch.setattr(em, "fit", lambda *arguments: made.append(1) or fit(*arguments))
    return made


def ask(server, request, output=None, **headers):
    body = callback_request(request)
    if output:
        name, trigger = output
        body |= {
            "output": f"{name}.data",
            "outputs": {"id": name, "property": "data"},
            "inputs": [{"id": trigger, "property": "data", "value": request}],
        }
    return server.test_client().post("/_dash-update-component", json=body, headers=headers)


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
    output = (ids.STUDY_REPLY, ids.STUDY_REQUEST)
    first, second = (ask(server, study_request("starts", n=50) | {"id": id_}, output) for id_ in (1, 2))
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


def test_a_request_that_waited_in_vain_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(limits, "MAX_WAIT", 0.01)
    server = create_app().server
    with server.extensions["emlab-queues"]["quick"].enter("somebody"):
        for answer in (ask(server, run_request(n=50)), server.test_client().get("/_dash-layout")):
            assert answer.status_code == 503
            assert answer.get_json() == {"error": limits.CROWDED}
            assert int(answer.headers["Retry-After"]) >= 1
    assert ask(server, run_request(n=50)).status_code == 200


def test_long_and_quick_requests_do_not_wait_for_each_other(monkeypatch):
    monkeypatch.setattr(limits, "MAX_WAIT", 0.01)
    server = create_app().server
    study = (ids.STUDY_REPLY, ids.STUDY_REQUEST)
    qr = (ids.QR_REPLY, ids.QR_REQUEST)

    def statuses(seed):
        """Statuses of a small run, a page, a link's code, a large run, a study, and a run on many own values."""
        data = {"source": "own", "family": "gaussian", "data": list(range(10_001))}
        return [
            ask(server, run_request(n=50, seed=seed)).status_code,
            server.test_client().get(f"/_dash-layout?seed={seed}").status_code,
            ask(server, {"link": "http://127.0.0.1/"}, qr).status_code,
            ask(server, run_request(n=10_001, seed=seed)).status_code,
            ask(server, study_request("surface", n=50, seed=seed), study).status_code,
            ask(server, run_request() | data).status_code,
        ]

    with server.extensions["emlab-queues"]["long"].enter("somebody"):
        assert statuses(1) == [200, 200, 200, 503, 503, 503]
    with server.extensions["emlab-queues"]["quick"].enter("somebody"):
        assert statuses(2) == [503, 503, 503, 200, 200, 200]


def test_the_greediest_client_is_refused_in_words(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(limits, "FairQueue", partial(FairQueue, clock=clock))
    server = create_app().server
    assert ask(server, run_request(n=10_000)).status_code == 200
    for address, seconds in (("192.0.2.7", 1), ("127.0.0.1", 2 * limits.ADDRESS_BUDGET)):
        with server.extensions["emlab-queues"]["quick"].enter(address):
            clock.now += seconds
    answer = ask(server, run_request(n=50))
    assert answer.status_code == 429
    assert answer.get_json() == {"error": limits.GREEDY.format(seconds=answer.headers["Retry-After"])}
    assert ask(server, run_request(n=10_000)).status_code == 200, "a cached reply costs nothing"


def test_the_cache_is_bounded():
    store = Cache(1000)
    for number in range(1000):
        store.set(str(number), bytes(90))
    assert [number for number in range(1000) if store.get(str(number))] == list(range(989, 1000))
    store.set("large", bytes(101))
    assert store.get("large") is None
    assert MAX_BYTES < 20_000_000


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unix:", ""),
        (None, ""),
    ],
)
def test_a_network_of_ipv6_is_one_client(address, owner):
    assert limits.client(address) == owner
