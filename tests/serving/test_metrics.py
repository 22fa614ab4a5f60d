"""Metrics and logs, for those who run the server."""

from __future__ import annotations

import json
import re
import signal
import sys
from pathlib import Path

import pytest
import requests

from components.state import ids
from tests.page_requests import callback_request, run_request
from tests.servers import free_port, gunicorn, running

TOKEN = "a-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watching")
    with gunicorn(folder, WEB_CONCURRENCY="2", PROXIES="1", ACCESS_LOG="on", METRICS_TOKEN=TOKEN) as server:
        yield server


def run(server, body=None, **headers):
    body = callback_request(run_request(n=50)) if body is None else body
    return requests.post(f"{server.address}_dash-update-component", json=body, headers=headers, timeout=30)


def number(server, name):
    """A metric, summed over all processes."""
    text = requests.get(f"{server.address}metrics", headers=BEARER, timeout=30).text
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def lines(server, name):
    """Log lines of a request; they are written before the response is sent."""
    return [line for line in map(json.loads, server.said().splitlines()) if line.get("id") == name]


def test_the_metrics_need_the_token(server):
    for headers in ({}, {"Authorization": TOKEN}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": "Bearer ü"}):
        headers = {name: value.encode() for name, value in headers.items()}
        assert requests.get(f"{server.address}metrics", headers=headers, timeout=30).status_code == 401
    answer = requests.get(f"{server.address}metrics", headers=BEARER, timeout=30)
    assert answer.headers["Content-Type"].startswith("text/plain; version=")


def test_without_a_token_there_are_no_metrics(tmp_path):
    with gunicorn(tmp_path, WEB_CONCURRENCY="1") as server:
        for headers in ({}, BEARER, {"Authorization": "Bearer "}, {"Authorization": "Bearer off"}):
            assert requests.get(f"{server.address}metrics", headers=headers, timeout=30).status_code == 404


def test_requests_are_counted_by_kind_and_status_over_all_processes(server):
    runs = 'emlab_requests_total{kind="run",status="200"}'
    refused = 'emlab_requests_total{kind="malformed",status="400"}'
    before = number(server, runs), number(server, refused)
    for _ in range(10):
        run(server)
        run(server, [])
    assert (number(server, runs), number(server, refused)) == (before[0] + 10, before[1] + 10)


def test_durations_waits_and_cached_replies_are_counted(server):
    names = ('emlab_request_seconds_count{kind="run"}', "emlab_wait_seconds_count", "emlab_cached_replies")
    before = [number(server, name) for name in names]
    body = callback_request(run_request(n=60, seed=4))
    for _ in range(10):
        run(server, body)
    timed, waits, cached = (number(server, name) - old for name, old in zip(names, before, strict=True))
    assert timed == 10
    assert 1 <= waits <= 2, "once in each process"
    assert waits + cached == 10
    assert number(server, "emlab_requests_in_progress") == 0


def test_numbers_outlive_a_process(server):
    before = number(server, "emlab_requests_total")
    server.process.send_signal(signal.SIGHUP)
    assert number(server, "emlab_requests_total") >= before


def test_every_response_has_an_id_that_is_in_the_log(server):
    answer = run(server)
    (line,) = lines(server, answer.headers["X-Request-ID"])
    assert line["message"] == "POST /_dash-update-component 200"
    assert (line["kind"], line["level"], line["bytes"]) == ("run", "INFO", int(answer.headers["Content-Length"]))
    assert line["seconds"] < 30
    assert "waited" in line or line["cached"]


def test_a_refusal_is_one_line_with_its_reason(server):
    answer = run(server, {"output": f"{ids.RUN_REPLY}.data"})
    (line,) = lines(server, answer.headers["X-Request-ID"])
    assert (line["level"], line["kind"], line["reason"]) == ("WARNING", "malformed", answer.json()["error"])


def test_a_proxy_may_set_request_ids_and_nonsense_is_ignored(server):
    assert run(server, **{"X-Request-ID": "from-the-proxy-1"}).headers["X-Request-ID"] == "from-the-proxy-1"
    for odd in ("short", "x" * 65, "a b c d e f g", '"}{"level":"x'):
        assert re.fullmatch("[0-9a-f]{16}", run(server, **{"X-Request-ID": odd}).headers["X-Request-ID"])


def test_every_line_of_the_log_is_an_object_without_personal_data(server):
    for query in ("?own=secret", "%3Fown=secret", "%253Fown%253Dsecret"):
        requests.get(server.address + query, headers={"User-Agent": "somebody's"}, timeout=30)
    for line in server.said().splitlines():
        assert {"time", "level", "message"} <= json.loads(line).keys()
    assert not re.search(r"secret|somebody|127\.0\.0\.1:\d+\"", server.said().replace(server.address.rstrip("/"), ""))


def test_a_log_of_refusals_only_is_silent_about_the_rest(tmp_path):
    with gunicorn(tmp_path, WEB_CONCURRENCY="1") as server:
        quiet, refused = run(server), run(server, [])
        assert lines(server, refused.headers["X-Request-ID"])
        assert not lines(server, quiet.headers["X-Request-ID"])


def test_the_folder_of_metrics_is_removed_with_the_server(tmp_path):
    def folders():
        return {path for root in ("/dev/shm", "/tmp") for path in Path(root).glob("emlab-*")}

    before = folders()
    with gunicorn(tmp_path, WEB_CONCURRENCY="1", METRICS_TOKEN=TOKEN):
        assert len(folders() - before) == 1
    assert not folders() - before


def test_no_line_of_python_app_py_names_a_client_or_its_query(tmp_path):
    port = str(free_port())
    address = f"http://127.0.0.1:{port}/"
    with running([sys.executable, "app.py"], address, tmp_path / "log", PORT=port) as server:
        assert requests.get(f"{address}?source=own&data=secret", timeout=30).status_code == 200
        assert requests.post(f"{address}_dash-update-component?secret", json={}, timeout=30).status_code == 400
        log = server.said().replace(address, "")
    assert "POST /_dash-update-component 400" in log
    assert "secret" not in log
    assert "127.0.0.1" not in log
