"""Servers in processes of their own, as they are started outside of tests, and what each of them must be able to do."""

from __future__ import annotations

import getpass
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests

from components.state import ids
from tests import ROOT
from tests.page_requests import callback_request, run_request

GUNICORN = (sys.executable, "-m", "gunicorn", "app:server")


@dataclass
class Running:
    """A server that answers at an address, and what it has written so far."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        return int(str(urlsplit(self.address).port))

    def processes(self, web: int, others_than: frozenset[int] = frozenset()) -> frozenset[int]:
        """So many web workers and the heavy one, as soon as they are there and none of some that were there."""
        for _ in range(600):
            now = frozenset(process.pid for process in psutil.Process(self.process.pid).children())
            if len(now) == web + 1 and not now & others_than:
                return now
            time.sleep(0.05)
        raise TimeoutError(self.said())

    def heavy(self, other_than: int = 0) -> psutil.Process:
        """The heavy worker, as soon as it has started."""
        for _ in range(600):
            for process in psutil.Process(self.process.pid).children():
                with suppress(psutil.NoSuchProcess):
                    if process.nice() > 0 and process.pid != other_than:
                        return process
            time.sleep(0.05)
        raise TimeoutError(self.said())

    def said(self) -> str:
        return self.log.read_text("utf-8")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("", 0))  # at every address
        return int(free.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], address: str, log: Path, code: Path = ROOT, **environment: str
) -> Iterator[Running]:
    """Run a command in the project's folder until its address answers, and end it afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=code, env=os.environ | environment, stdout=output, stderr=output)
    server = Running(address, process, log)
    try:
        for _ in range(300):
            assert process.poll() is None, f"{command} ended: {server.said()}"
            try:
                requests.get(f"{address}healthz", timeout=5)  # no page: what was not ready for it shall show
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        else:
            raise TimeoutError(f"{command} does not answer: {server.said()}")
        yield server
    finally:
        process.terminate()
        process.wait(45)  # gunicorn takes its graceful_timeout where requests are left


@contextmanager
def gunicorn(folder: Path, url_prefix: str = "/", code: Path = ROOT, **environment: str) -> Iterator[Running]:
    """The page, served by gunicorn as `make serve` does, with a log in a folder."""
    port = free_port()
    address = f"http://127.0.0.1:{port}{url_prefix}"
    environment |= {"PORT": str(port), "URL_PREFIX": url_prefix}
    with running(GUNICORN, address, folder / f"gunicorn-{port}.log", code, **environment) as server:
        yield server


def smoke(address: str) -> None:
    """The page with its parts, a run, and that all is well."""
    for name in ("healthz", "readyz"):
        assert requests.get(address + name, timeout=30).status_code == 200
    page = requests.get(address, timeout=30)
    assert page.status_code == 200
    parts = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert len(parts) > 10
    for part in parts:
        assert requests.get(requests.compat.urljoin(address, part), timeout=30).status_code == 200, part
    assert requests.get(f"{address}_dash-layout", timeout=30).json()["props"]["className"] == "page"
    answer = requests.post(
        f"{address}_dash-update-component", json=callback_request({"id": 1} | run_request(n=50)), timeout=30
    )
    assert len(answer.json()["response"][ids.RUN_REPLY]["data"]["result"]["x"]) == 50


def located(program: str) -> str | None:
    """Where a program is: among those installed with the tests, on the path, or for an administrator to start."""
    places = str(Path(sys.executable).parent), None, "/usr/sbin"
    return next(filter(None, (shutil.which(program, path=place) for place in places)), None)


def raise_open_files() -> None:
    """Allow this process, and those it starts, as many open files as the system does: thousands of connections."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def nginx(program: str, folder: Path, upstream: str, url_prefix: str = "/") -> Iterator[Running]:
    """nginx with deploy/nginx.conf in front of a server, with its files in a folder.

    It is at a free port of 127.0.0.1 without TLS, of 127.0.0.2 by TLS (`fullchain.pem`); 127.0.0.3 redirects.
    """
    port = free_port()
    command = "openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=em.example.org"
    command += " -addext subjectAltName=DNS:em.example.org -keyout privkey.pem -out fullchain.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    config = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    temporary = (f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    for shipped, here in {
        "user www-data;": f"user {getpass.getuser()};",
        "/run/nginx.pid": f"{folder}/pid",
        "/var/log/nginx": str(folder),
        "/etc/letsencrypt/live/em.example.org": str(folder),
        "http {": f"http {{ {' '.join(temporary)}",
        "server 127.0.0.1:8050": f"server {upstream}",
        "listen 80;": f"listen 127.0.0.3:{port};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.2:{port} ssl http2;",
        "listen [::]:443 ssl http2;": f"listen 127.0.0.1:{port};",
    }.items():
        assert shipped in config
        config = config.replace(shipped, here)
    (folder / "nginx.conf").write_text(config)
    start = [program, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with running(start, f"http://127.0.0.1:{port}{url_prefix}", folder / "nginx.log") as server:
        yield server
