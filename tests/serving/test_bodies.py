"""Bodies of requests are bounded before they are parsed."""

from __future__ import annotations

import base64
import io
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

import flask
import pytest

from app import create_app
from components.state import ids
from serving import bodies
from serving.malformed import kind
from tests.page_requests import run_request
from tests.serving.clients import OWN, ask, taken, wait_for


@pytest.fixture
def server():
    return create_app().server


@pytest.mark.parametrize(
    ("output", "request_"),
    [
        (ids.RUN_REPLY, run_request() | OWN | {"data": [1 / 3] * 99_999 + [2]}),
        (ids.OWN_REPLY, {"file": base64.b64encode(b"1\n2\n" * 1_250_000).decode()}),
    ],
)
def test_the_largest_own_data_are_read(server, output, request_):
    answer = ask(server, request_, kind(output))
    assert answer.status_code == 200
    data = answer.get_json()["response"][output]["data"]
    assert "result" in data or data["error"].startswith("This has 2,500,001 rows; at most")


@pytest.mark.parametrize(
    "output", [ids.QR_REPLY, ids.RUN_REPLY, ids.STUDY_REPLY, ids.EXPORT_REPLY, ids.OWN_REPLY, "nobody"]
)
def test_a_body_larger_than_its_request_may_be_is_refused_before_it_is_parsed(server, output, monkeypatch):
    monkeypatch.setattr(flask.Request, "get_json", None)
    most = bodies.LARGEST.get(output, bodies.SMALL)
    answer = ask(server, "x" * most, kind(output))
    assert answer.status_code == 413
    assert f"at most {most:,} are allowed" in answer.get_json()["error"]


def test_a_body_without_length_is_refused(server):
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = server.test_client().post(
        "/_dash-update-component",
        input_stream=io.BytesIO(b"{}"),
        content_type="application/json",
        environ_overrides=environ | {"CONTENT_LENGTH": ""},
    )
    assert answer.status_code == 411
    assert "Content-Length" in answer.get_json()["error"]


def test_only_some_large_bodies_are_read_at_once(server, monkeypatch):
    values = [0.5] * 20_000 + [2]
    monkeypatch.setattr(bodies, "MAX_HELD", 4 * 110_000)

    def run(last):
        return ask(server, run_request() | OWN | {"data": [*values, last]})

    with ThreadPoolExecutor(16) as threads:
        with server.extensions["emlab-limits"].turn:
            waiting = [threads.submit(run, last) for last in range(1, 5)]
            wait_for(lambda: taken(server)[()] == 4)
            refused = run(99)
            small = threads.submit(ask, server, run_request(n=50))
        assert {one.result().status_code for one in waiting} == {200}
        assert small.result().status_code == 200
    assert (refused.status_code, refused.get_json()) == (503, {"error": bodies.TOO_MANY})
    assert int(refused.headers["Retry-After"]) >= 1
    assert run(100).status_code == 200


def test_a_class_with_own_data_is_no_crowd(server):
    """Its bodies are above `SMALL`, but far from the largest."""
    values = [i / 7 for i in range(1, 8_000)]
    with ThreadPoolExecutor(64) as threads:
        with server.extensions["emlab-limits"].turn:
            waiting = [
                threads.submit(ask, server, run_request() | OWN | {"data": [*values, last]})
                for last in range(2_000, 2_040)
            ]
            wait_for(lambda: taken(server)[()] == 40 or any(one.done() for one in waiting))
        assert {one.result().status_code for one in waiting} == {200}


def test_a_body_that_stops_coming_is_read_no_further(server, monkeypatch):
    """Its bytes would be held for ever."""
    monkeypatch.setattr(bodies, "MAX_SILENCE", 0.1)
    monkeypatch.setattr(bodies, "MAX_HELD", 150_000)
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as stream:
        theirs_ends = Timer(10, theirs.shutdown, [socket.SHUT_RDWR])
        theirs_ends.start()
        theirs.sendall(b'{"output": "run-reply.data"')
        answer = server.test_client().post(
            "/_dash-update-component",
            content_type="application/json",
            environ_overrides={"gunicorn.socket": ours, "wsgi.input": stream, "CONTENT_LENGTH": "100000"},
        )
        theirs_ends.cancel()
        assert ours.gettimeout() is None
    assert answer.status_code == 408
    assert answer.get_json()["error"].startswith("Nothing of the request has come for")
    assert ask(server, run_request() | OWN | {"data": [0.5] * 20_000 + [2]}).status_code == 200
