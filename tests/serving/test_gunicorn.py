"""The page as gunicorn serves it, alone and behind a proxy."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from serving.files import style_path
from tests import ROOT
from tests.page_requests import callback_request, run_request
from tests.servers import GUNICORN, free_port, gunicorn, running, smoke


@pytest.fixture(scope="module", params=["0", "1"], ids=["alone", "behind a proxy"])
def server(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gunicorn")
    with gunicorn(folder, PROXIES=request.param, WEB_CONCURRENCY="2", ACCESS_LOG="on") as server:
        yield server


def send(address: str, text: bytes) -> socket.socket:
    """Open a connection and send some bytes."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.sendall(text)
    return connection


def test_it_serves_the_page_and_runs(server):
    smoke(server.address)


def test_every_process_knows_its_files_before_the_first_request(server):
    with gunicorn(Path(server.log).parent, WEB_CONCURRENCY="1") as fresh:
        path = re.search(r'"/(_dash-component-suites/[^"]+)"', requests.get(server.address, timeout=10).text)[1]
        assert requests.get(fresh.address + path, timeout=10).status_code == 200


def test_a_class_at_once_is_answered(server):
    with ThreadPoolExecutor(8) as threads:
        responses = list(threads.map(requests.get, [f"{server.address}_dash-dependencies"] * 60))
    assert {response.status_code for response in responses} == {200}


def test_a_class_that_presses_a_button_at_once_is_answered(tmp_path):
    """Three hundred runs with different seeds, from one address and without page names."""

    def run(seed):
        body = callback_request({"id": seed} | run_request(seed=seed))
        return requests.post(f"{server.address}_dash-update-component", json=body, timeout=60).status_code

    with gunicorn(tmp_path, WEB_CONCURRENCY="2") as server, ThreadPoolExecutor(300) as threads:
        assert set(threads.map(run, range(300))) == {200}


def test_silent_clients_do_not_block_others(server):
    silent = [send(server.address, b"") for _ in range(60)] + [send(server.address, b"GET / HT") for _ in range(30)]
    begin = time.monotonic()
    assert requests.get(server.address, timeout=10).status_code == 200
    assert time.monotonic() - begin < 5
    for connection in silent:
        connection.close()


def test_a_long_link_is_answered_and_a_longer_line_is_not(server):
    assert requests.get(f"{server.address}?own={'A' * 2300}", timeout=30).status_code == 200
    assert requests.get(f"{server.address}?own={'A' * 9000}", timeout=30).status_code == 414


def test_the_log_has_no_queries_and_no_addresses_of_clients(server):
    requests.get(f"{server.address}?own=secret", headers={"User-Agent": "somebody's"}, timeout=30)
    with send(server.address, b"NONSENSE /?own=secret x\r\n\r\n") as connection:
        connection.recv(100)
    log = server.said()
    assert "GET / 200" in log
    assert "Invalid request" in log
    for personal in ("secret", "somebody", "from ip", "Traceback"):
        assert personal not in log


def test_one_thread_of_blas_each(server):
    """numpy starts its threads at import, which happens in the first process."""
    assert len(list(Path(f"/proc/{server.process.pid}/task").iterdir())) == 1


def test_there_is_no_control_socket(server):
    assert not list(Path.home().glob(".gunicorn/*.ctl"))


def test_under_a_path_everything_is_served_and_nothing_outside_it(tmp_path):
    with gunicorn(tmp_path, "/lab/") as server:
        smoke(server.address)
        root = server.address.removesuffix("lab/")
        for path in ("", "_dash-layout", style_path()):
            assert requests.get(root + path, timeout=10).status_code == 404


def test_it_listens_by_ipv6_too(tmp_path):
    port = str(free_port())
    with running(GUNICORN, f"http://[::1]:{port}/", tmp_path / "log", HOST="::1", PORT=port) as server:
        smoke(server.address)


def test_an_address_of_ones_own_is_served_without_a_heavy_worker(tmp_path):
    path = tmp_path / "own"
    port = free_port()
    command = [*GUNICORN, "-b", f"unix:{path}", "-b", f"127.0.0.1:{port}"]
    with running(command, f"http://127.0.0.1:{port}/", tmp_path / "log", WEB_CONCURRENCY="1") as server:
        smoke(server.address)
        children = psutil.Process(server.process.pid).children()
        assert [process.nice() for process in children] == [0, 0]
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")


@pytest.fixture
def copy(tmp_path):
    """A copy of the project that a test may change."""
    for part in ("em", "components", "serving", "assets"):
        (tmp_path / part).symlink_to(ROOT / part)
    for part in ("app.py", "settings.py", "gunicorn.conf.py"):
        shutil.copy(ROOT / part, tmp_path)
    return tmp_path


def reloaded(server, processes):
    """Reload, and wait until the processes are others."""
    server.process.send_signal(signal.SIGHUP)
    return server.processes(2, processes)


def test_a_reload_takes_new_settings_unless_they_are_invalid(copy):
    settings, own = (copy / "settings.py").read_text("utf-8"), (copy / "gunicorn.conf.py").read_text("utf-8")
    with gunicorn(copy, code=copy, WEB_CONCURRENCY="2") as server:
        processes = server.processes(2)
        (copy / "settings.py").write_text(settings.replace("class Settings:", "class Settings:\n    rest = 7"), "utf-8")
        (copy / "gunicorn.conf.py").write_text(own.replace("keepalive = 75", "keepalive = settings.rest"), "utf-8")
        processes = reloaded(server, processes)
        smoke(server.address)
        assert "does not start" not in server.said()
        (copy / "settings.py").write_text("def", "utf-8")
        (copy / "gunicorn.conf.py").write_text(own, "utf-8")
        reloaded(server, processes)
        smoke(server.address)
        assert "does not start" in server.said()


def test_a_reload_takes_new_code_unless_it_does_not_start(copy):
    code = (copy / "app.py").read_text("utf-8")
    with gunicorn(copy, code=copy, WEB_CONCURRENCY="2", METRICS_TOKEN="a-token-of-the-tests") as server:
        title = '<meta name="description" content="See mixture'
        assert title in requests.get(server.address, timeout=30).text
        processes = server.processes(2)
        (copy / "app.py").write_text(code.replace("See mixture", "Look at mixture"), "utf-8")
        processes = reloaded(server, processes)
        assert title.replace("See", "Look at") in requests.get(server.address, timeout=30).text
        smoke(server.address)
        for broken in ("import nothing_of_the_kind", "raise SystemExit('no')", "def"):
            (copy / "app.py").write_text(f"{broken}\n{code}", "utf-8")
            processes = reloaded(server, processes)
            assert title.replace("See", "Look at") in requests.get(server.address, timeout=30).text
        assert server.said().count("does not start") == 3
        (copy / "app.py").write_text(code, "utf-8")
        reloaded(server, processes)
        assert title in requests.get(server.address, timeout=30).text
