"""The files of deploy/: those with an installed program are run, and the page must work through them."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import struct
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from components.state.time_limit import MAX_SECONDS
from serving.bodies import MOST
from serving.limits import MAX_WAIT
from serving.workers import PATIENCE
from tests import ROOT, servers
from tests.servers import free_port, gunicorn, located, raise_open_files, running, smoke

DEPLOY = ROOT / "deploy"


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def need(program: str) -> str:
    """The path of a program; skip the test without it."""
    return located(program) or pytest.skip(f"{program} is not installed here")


def nginx(folder, upstream, url_prefix="/"):
    need("openssl")
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
    settings = {"PROXIES": "1", "WEB_CONCURRENCY": "1", "TRUSTED_HOSTS": "em.example.org", "HSTS_SECONDS": "60"}
    with gunicorn(folder, request.param, **settings) as server:
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


def test_a_client_cannot_name_its_requests(proxied):
    claimed = {"X-Request-ID": "name-of-a-client"}
    given = requests.get(f"{proxied.address}healthz", headers=claimed, timeout=10).headers["X-Request-ID"]
    assert re.fullmatch(r"[\da-f-]{32,36}", given)  # one that the server made has 16 digits


def test_bodies_are_limited_as_by_the_server():
    mebibytes = re.search(r"client_max_body_size (\d+)m;", text("nginx.conf"))[1]
    assert int(mebibytes) == -(-MOST // 2**20)
    for megabytes in re.findall(r"(?:max_size|request_buffers) (\d+)MB", text("Caddyfile")):
        assert int(megabytes) == -(-MOST // 10**6)


def test_too_large_a_body_is_refused(proxied):
    address, headers = f"{proxied.address}_dash-update-component", {"Content-Type": "application/json"}
    largest = requests.post(address, data=b" " * MOST, headers=headers, timeout=30)
    assert "X-Request-ID" in largest.headers  # the server's: it has come through
    with suppress(requests.ConnectionError):  # it may close the connection while we still send
        answer = requests.post(address, data=b" " * (MOST + 10**6), headers=headers, timeout=30)
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


@pytest.fixture
def by_nginx(behind):
    raise_open_files()
    with nginx(*behind) as server:
        yield server


RESET = struct.pack("ii", 1, 0)
"""Closes a connection at once; thousands that end slowly would occupy ports that later servers are given."""

at_root = pytest.mark.parametrize("behind", ["/"], indirect=True)


def began(server, begin, sources):
    """Connections to a server that have sent the beginning of a request, from many addresses."""
    with ExitStack() as opened:
        for source in sources:
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=10, source_address=(source, 0))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            opened.enter_context(connection).sendall(begin)
        return opened.pop_all()


def health(server, source="127.0.0.1"):
    """What the server's health check answers to an address."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10, source_address=(source, 0))
    connection.request("GET", "/healthz", headers={"Connection": "close"})
    answer = connection.getresponse()
    connection.close()
    return answer


@at_root
def test_nginx_holds_many_half_open_connections(by_nginx):
    of_one, of_many = ["127.0.0.2"] * 800, [f"127.0.0.{3 + i % 200}" for i in range(800)]
    with began(by_nginx, b"GET / HT", of_one + of_many):
        assert [health(by_nginx).status for _ in range(20)] == [200] * 20


@at_root
def test_nginx_holds_four_thousand_requests_of_an_address(by_nginx):
    class_of_300 = ["127.0.0.2"] * 300 * 12
    beginning = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
    with began(by_nginx, beginning, class_of_300):
        assert health(by_nginx, "127.0.0.2").status == 200
        with began(by_nginx, beginning, ["127.0.0.2"] * 400):
            refused = next(answer for _ in range(100) if (answer := health(by_nginx, "127.0.0.2")).status != 200)
            assert (refused.status, refused.getheader("Retry-After")) == (429, "5")
            assert "from your address" in json.loads(refused.read())["error"]
            assert health(by_nginx).status == 200


@at_root
def test_nginx_speaks_http_2_with_tls(by_nginx):
    place, certificate = ("127.0.0.2", by_nginx.port), by_nginx.log.with_name("fullchain.pem")
    modern, old = ssl.create_default_context(cafile=certificate), ssl.create_default_context(cafile=certificate)
    modern.set_alpn_protocols(["h2", "http/1.1"])
    name = "em.example.org"
    with socket.create_connection(place) as raw, modern.wrap_socket(raw, server_hostname=name) as connection:
        assert connection.selected_alpn_protocol() == "h2"
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-ECDSA-AES128-SHA")
    with socket.create_connection(place) as raw, pytest.raises(ssl.SSLError):
        old.wrap_socket(raw, server_hostname=name)
    command = [need("curl"), "-si", "--http2", "--cacert", certificate, "--resolve", f"{name}:{place[1]}:{place[0]}"]
    got = subprocess.run([*command, f"https://{name}:{place[1]}/healthz"], capture_output=True, text=True).stdout
    assert got.startswith("HTTP/2 200")
    assert "strict-transport-security: max-age=60" in got  # the server knows that it was asked by TLS


@at_root
def test_nginx_redirects_to_tls(by_nginx):
    address = f"http://127.0.0.3:{by_nginx.port}/lab/?v=1"
    answer = requests.get(address, headers={"Host": "elsewhere.example"}, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://em.example.org/lab/?v=1")


@at_root
def test_nginx_logs_what_failed_by_the_identifier_alone(by_nginx):
    answer = requests.post(f"{by_nginx.address}_dash-update-component?secret=1", json={}, timeout=10)
    log = by_nginx.log.with_name("access.log")
    end = time.monotonic() + 10
    while not (lines := [line for line in log.read_text().splitlines() if answer.headers["X-Request-ID"] in line]):
        assert time.monotonic() < end, log.read_text()
    assert lines[0].split()[2:6] == ["POST", "/_dash-update-component", "400", "400"]
    said = log.read_text() + log.with_name("error.log").read_text()
    assert "secret" not in said
    assert "127.0.0" not in said


def test_nginx_sends_a_request_once_more_if_its_process_dies(tmp_path):
    dies = [True, False, True, True]  # at each of the requests

    class Dying(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def do_POST(self):
            if not dies.pop(0):
                self.do_GET()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Dying) as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        with nginx(tmp_path, f"127.0.0.1:{upstream.server_port}") as server:
            assert requests.post(server.address, timeout=10).status_code == 200
            assert requests.post(server.address, timeout=10).status_code == 502
        upstream.shutdown()
    assert not dies


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


def test_proxies_wait_longer_than_the_server():
    (nginx_waits,) = re.findall(r"proxy_read_timeout (\d+)s;", text("nginx.conf"))
    (caddy_waits,) = re.findall(r"response_header_timeout (\d+)s", text("Caddyfile"))
    assert min(int(nginx_waits), int(caddy_waits)) > MAX_WAIT + PATIENCE + MAX_SECONDS
