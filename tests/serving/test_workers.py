"""The heavy worker computes what takes long, and nothing is lost when it ends."""

from __future__ import annotations

import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress

import psutil
import pytest
import requests

from app import create_app
from serving import limits, refusals, workers
from tests.page_requests import callback_request, run_request, study_request
from tests.servers import gunicorn

QUICK = {"n": 50}
COSTLY = {"n": 10_000, "tol": 0, "max_iter": 5_000}
"""A run that needs several times `limits.TRIAL`."""
OWN = {"source": "own", "family": "exponential", "data": [i / 7 for i in range(1, 20_001)], "max_iter": 20}


def study(seed=1):
    return callback_request(study_request("surface", n=50, seed=seed), "study")


def run(seed=1, **change):
    return callback_request({"id": seed} | run_request(**({"seed": seed} | change)))


LARGE = callback_request(run_request(start_from="quantiles") | OWN)


def post(server, body, timeout=120, **headers):
    return requests.post(f"{server.address}_dash-update-component", json=body, timeout=timeout, headers=headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with gunicorn(tmp_path_factory.mktemp("workers"), WEB_CONCURRENCY="2", ACCESS_LOG="on") as server:
        yield server


@contextmanager
def stopped(process: psutil.Process):
    """A process that computes nothing meanwhile."""
    process.suspend()
    try:
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            process.resume()


def test_one_worker_gives_way_to_the_others(server):
    nice = [psutil.Process(pid).nice() for pid in server.processes(2)]
    assert sorted(nice) == [0, 0, 10]


def listens_to(pid, server):
    """Whether a process listens to the page's port, and whether to the heavy worker's socket."""
    process = psutil.Process(pid)
    by_path = [one for one in process.net_connections("unix") if str(one.laddr).endswith("/heavy")]
    ports = {one.laddr.port for one in process.net_connections("tcp") if one.status == "LISTEN"}
    return server.port in ports, bool(by_path)


def test_every_worker_listens_to_its_own_socket_only(server):
    heavy = server.heavy().pid
    expected = {pid: (pid != heavy, pid == heavy) for pid in server.processes(2)}
    for _ in range(100):  # a new process has both at first
        found = {pid: listens_to(pid, server) for pid in expected}
        if found == expected:
            break
        time.sleep(0.05)
    assert found == expected


@pytest.mark.parametrize(
    "body",
    [
        study(),
        run(**COSTLY),
        LARGE,
        callback_request({"text": "1.5\n2.5\n" * 1_000}, "own"),
        callback_request(f"http://127.0.0.1/?{'a' * 1_500}", "qr"),
        callback_request(run_request() | {"what": "script", "link": "http://127.0.0.1/"}, "export"),
    ],
    ids=["study", "run", "own data", "own text", "long link", "file"],
)
def test_what_takes_long_is_computed_there_and_nobody_else_waits(server, body):
    with ThreadPoolExecutor() as threads:
        with stopped(server.heavy()):
            waiting = threads.submit(post, server, body)
            assert post(server, run(seed=2, **QUICK)).status_code == 200
            quick = [callback_request("http://127.0.0.1/", "qr"), callback_request({"text": "1 2 3 5"}, "own")]
            assert [post(server, one).status_code for one in quick] == [200, 200]
            assert requests.get(f"{server.address}_dash-layout?seed=5", timeout=30).status_code == 200
            assert not waiting.done()
        answer = waiting.result()
    assert answer.status_code == 200
    (data,) = answer.json()["response"].values()
    assert "errors" not in data["data"]
    assert "error" not in data["data"]


def test_replies_are_those_of_a_server_without_a_heavy_worker(server):
    alone = create_app().server.test_client()
    for body in (study(3), run(seed=3, **COSTLY), LARGE, run(seed=3, **QUICK)):
        expected = alone.post("/_dash-update-component", json=body)
        assert post(server, body).content == expected.get_data()


def test_a_long_reply_is_cached_where_it_was_asked_for(tmp_path):
    with gunicorn(tmp_path, WEB_CONCURRENCY="1") as server:
        first = post(server, study())
        with stopped(server.heavy()):
            assert post(server, study()).content == first.content


def test_a_large_body_is_checked_there(server):
    for change in ({"outputs": None}, {"inputs": []}, {"changedPropIds": 3}):
        answer = post(server, LARGE | change)
        assert answer.status_code == 400
        assert answer.json()["error"].endswith(".")


def test_nothing_is_lost_when_the_heavy_worker_is_killed(server):
    """Neither what it computes and what it has accepted, which is sent again, nor what waits for it."""
    heavy = server.heavy()
    with ThreadPoolExecutor() as threads:
        waiting = [threads.submit(post, server, run(seed=seed, **COSTLY)) for seed in range(60, 62)]
        wait_until(lambda: accepted(heavy), 0.005)
        heavy.suspend()
        assert len(accepted(heavy)) > 0
        waiting += [threads.submit(post, server, body) for body in (study(5), LARGE)]
        wait_until(lambda: sent(server) >= 3)
        heavy.kill()
        heavy.wait(10)
        assert [one.result().status_code for one in waiting] == [200] * 4
    assert server.heavy(heavy.pid).nice() == 10


def accepted(heavy):
    """The connections that the heavy worker has accepted: their sockets have its name, as the one that listens has."""
    return [one for one in heavy.net_connections("unix") if str(one.laddr).endswith("/heavy")][1:]


def wait_until(condition, pause=0.05):
    for _ in range(round(30 / pause)):
        if condition():
            return
        time.sleep(pause)
    raise TimeoutError


def wait_until_sent(server, count):
    """Until so many requests wait for the heavy worker."""
    wait_until(lambda: sent(server) == count)


def sent(server):
    """How many requests wait for the heavy worker."""
    heavy = server.heavy().pid
    return sum(len(connections_to_heavy(psutil.Process(pid))) for pid in server.processes(2) if pid != heavy)


def connections_to_heavy(process):
    """Unix sockets of a process, less those that it always has."""
    return [one for one in process.net_connections("unix") if one.type == socket.SOCK_STREAM]


def test_nothing_is_lost_in_a_reload(server):
    heavy = server.heavy()
    with ThreadPoolExecutor() as threads:
        with stopped(heavy):
            waiting = [threads.submit(post, server, body) for body in (study(6), run(seed=6, **COSTLY), LARGE)]
            wait_until_sent(server, len(waiting))
            server.process.send_signal(signal.SIGHUP)
            new = server.heavy(heavy.pid)
            assert post(server, study(7)).status_code == 200
        assert [one.result().status_code for one in waiting] == [200] * 3
    assert new.nice() == 10
    server.processes(2, frozenset({heavy.pid}))  # it has ended


def test_nothing_is_lost_when_the_server_ends(tmp_path):
    with gunicorn(tmp_path, WEB_CONCURRENCY="2") as server, ThreadPoolExecutor(16) as threads:
        with stopped(server.heavy()):
            waiting = [threads.submit(post, server, run(seed=seed, **COSTLY)) for seed in range(3)]
            waiting += [threads.submit(post, server, study(seed)) for seed in range(5)]
            wait_until_sent(server, len(waiting))
            server.process.terminate()
        assert [one.result().status_code for one in waiting] == [200] * 8


def test_what_nobody_waits_for_any_more_takes_no_place(server):
    """A page ends its request when it sends another of the same kind."""
    page = {limits.PAGE: "hasty"}
    with stopped(server.heavy()):
        for seed in range(limits.MAX_PER_PAGE):
            with pytest.raises(requests.ReadTimeout):
                post(server, study(20 + seed), timeout=0.5, **page)
        wait_until_sent(server, 0)
        assert {post(server, run(seed=seed, **QUICK), **page).status_code for seed in range(20, 30)} == {200}
    assert post(server, study(30), **page).status_code == 200


def test_large_data_that_nobody_waits_for_any_more_take_no_place(server):
    """A socket holds only a part of them, so they wait in the middle."""
    large = LARGE["inputs"][0]["value"] | {"data": [i / 7 for i in range(1, 60_001)]}
    page = {limits.PAGE: "large"}
    with stopped(server.heavy()):
        for _ in range(limits.MAX_PER_PAGE):
            with pytest.raises(requests.ReadTimeout):
                post(server, callback_request(large), timeout=1, **page)
        wait_until_sent(server, 0)
    assert post(server, callback_request(large), **page).status_code == 200


def test_the_body_of_a_get_request_is_not_read(server):
    with stopped(server.heavy()):
        answer = requests.get(f"{server.address}_dash-layout?seed=77", data=bytes(100_000), timeout=30)
    assert answer.status_code == 200


def test_fewer_workers_are_still_one_heavy_one_and_others(tmp_path):
    with gunicorn(tmp_path, WEB_CONCURRENCY="2") as server:
        heavy = server.heavy().pid
        server.process.send_signal(signal.SIGTTOU)
        assert server.heavy(heavy).nice() == 10
        assert heavy not in server.processes(1)
        assert post(server, study(50)).status_code == 200


def test_the_requests_of_a_page_that_wait_are_few(server):
    """Web workers do not know each other's requests, so a page may wait for a few in each of them."""
    page = {limits.PAGE: "wild"}
    with ThreadPoolExecutor(16) as threads:
        with stopped(server.heavy()):
            waiting = [
                threads.submit(post, server, study(40 + seed), **page) for seed in range(2 * limits.MAX_PER_PAGE + 1)
            ]
            refused = next(as_completed(waiting)).result()
            assert refused.status_code == 429
            assert refused.json() == {"error": limits.GREEDY.format(who="this page")}
            assert post(server, run(seed=40, **QUICK)).status_code == 200
        assert {one.result().status_code for one in waiting} == {200, 429}


@pytest.fixture
def silent(tmp_path, monkeypatch):
    """A page whose heavy worker accepts requests and does not reply."""
    monkeypatch.setattr(workers, "PATIENCE", 0.05)
    app = create_app()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "heavy"))
        listener.listen()
        app.server.config[workers.SOCKET] = str(tmp_path / "heavy")
        yield app.server.test_client()


def test_who_waited_for_it_in_vain_is_told_to_try_again(silent):
    for body in (study(), LARGE):
        answer = silent.post("/_dash-update-component", json=body)
        assert (answer.status_code, answer.get_json()) == (503, {"error": refusals.CROWDED})
        assert int(answer.headers["Retry-After"]) >= 1
    assert silent.post("/_dash-update-component", json=run(**QUICK)).status_code == 200


def test_without_it_the_page_computes_everything_itself(silent, tmp_path):
    (tmp_path / "heavy").unlink()
    for body in (study(), run(**COSTLY), LARGE):
        assert silent.post("/_dash-update-component", json=body).status_code == 200
    assert silent.post("/_dash-update-component", json=LARGE | {"inputs": []}).status_code == 400
