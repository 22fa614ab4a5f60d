"""The files of deploy/: those with an installed program are run, and the page must work through them."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress

import pytest
import requests

from serving.malformed import MAX_BODY
from tests import ROOT, servers
from tests.servers import free_port, gunicorn, located, running, smoke

DEPLOY = ROOT / "deploy"


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def need(program: str) -> str:
    """The path of a program; skip the test without it."""
    return located(program) or pytest.skip(f"{program} is not installed here")


def nginx(folder, upstream, url_prefix):
    return servers.nginx(need("nginx"), folder, upstream, url_prefix)


@contextmanager
def caddy(folder, upstream, url_prefix):
    port, program, config = free_port(), need("caddy"), text("Caddyfile")
    output = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout
    version = tuple(int(number) for number in re.findall(r"\d+", output)[:2])
    if version < (2, 7):
        config = re.sub(r"\n.*request_buffers.*", "", config)
    (folder / "Caddyfile").write_text(config)
    command = [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    environment = {"SITE_ADDRESS": f"http://:{port}", "UPSTREAM": upstream, "XDG_DATA_HOME": str(folder)}
    address = f"http://127.0.0.1:{port}{url_prefix}"
    with running(command, address, folder / "caddy.log", XDG_CONFIG_HOME=str(folder), **environment) as server:
        server.buffers = version >= (2, 7)
        yield server


@pytest.fixture(scope="module", params=["/", "/lab/"])
def behind(request, tmp_path_factory):
    """The page behind a proxy; each proxy is started when a test needs it."""
    folder = tmp_path_factory.mktemp("deploy")
    with gunicorn(folder, request.param, PROXIES="1", WEB_CONCURRENCY="1", TRUSTED_HOSTS="em.example.org") as server:
        yield folder, server.address.removeprefix("http://").split("/")[0], request.param


@pytest.fixture(params=[nginx, caddy], ids=lambda proxy: proxy.__name__)
def proxied(request, behind):
    with request.param(*behind) as server:
        yield server


def test_the_page_works_through_a_proxy(proxied):
    smoke(proxied.address)


def test_names_are_checked_behind_the_proxy(proxied):
    for host, status in (("em.example.org", 200), ("elsewhere.example", 400), ("10.0.0.7", 200)):
        answer = requests.get(f"{proxied.address}healthz", headers={"Host": host}, timeout=10)
        assert answer.status_code == status


def test_forwarding_headers_of_a_client_are_not_trusted(proxied):
    claimed = {"X-Forwarded-Host": "em.example.org", "Host": "127.0.0.1"}
    assert requests.get(f"{proxied.address}healthz", headers=claimed, timeout=10).status_code == 200
    claimed = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.1"}
    assert requests.get(f"{proxied.address}healthz", headers=claimed, timeout=10).status_code == 200


def test_too_large_a_body_is_refused(proxied):
    with suppress(requests.ConnectionError):  # it may close the connection while we still send
        answer = requests.post(f"{proxied.address}_dash-update-component", data=b" " * (MAX_BODY + 10**6), timeout=30)
        assert answer.status_code in (400, 413, 502)


def test_clients_that_stop_halfway_do_not_block_others(proxied):
    if not getattr(proxied, "buffers", True):
        pytest.skip("this Caddy is older than 2.7 and cannot buffer requests")
    host, port, path = re.match(r"http://(.*?):(\d+)(.*)", proxied.address).groups()
    head = f"POST {path}_dash-update-component HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n{{"
    with ExitStack() as halfway:
        for _ in range(20):
            halfway.enter_context(socket.create_connection((host, int(port)), timeout=10)).sendall(head.encode())
        begin = time.monotonic()
        assert requests.get(proxied.address, timeout=30).status_code == 200
        assert time.monotonic() - begin < 5


def test_the_line_of_the_procfile_serves(tmp_path):
    kind, line = text("Procfile").strip().split(": ", 1)
    assert kind == "web"
    port = str(free_port())
    path = f"{ROOT / '.venv' / 'bin'}:/usr/bin:/bin"
    command = ["sh", "-c", line]
    with running(command, f"http://127.0.0.1:{port}/", tmp_path / "log", PORT=port, PATH=path) as server:
        smoke(server.address)


def test_the_unit_is_valid_and_sandboxed(tmp_path):
    program = need("systemd-analyze")
    unit = tmp_path / "emlab.service"
    unit.write_text(text("emlab.service").replace("/opt/emlab", str(ROOT)))
    verified = subprocess.run([program, "verify", unit], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    confined = subprocess.run(
        [program, "security", "--offline=true", "--threshold=20", unit], capture_output=True, text=True
    )
    assert confined.returncode == 0, confined.stdout[-200:]


def test_the_image_holds_what_the_page_imports():
    copied = set(re.findall(r"[\w.]+", " ".join(re.findall(r"^COPY (.*) \S+$", text("Dockerfile"), re.M))))
    allowed = set(re.findall(r"^!(.*)$", text("Dockerfile.dockerignore"), re.M))
    modules = {path.name for path in ROOT.glob("*.py")} | {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert copied == allowed == (modules - {"tests", "benchmarks"}) | {"requirements.txt", "assets"}
    assert re.search(r"^USER emlab$", text("Dockerfile"), re.M)
