"""Headers of every response, health, and which proxies and hosts the server trusts."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

import flask
import pytest
from werkzeug.test import create_environ, run_wsgi_app

import em
import settings
from app import create_app
from components.views import page
from serving.files import style_path
from tests.page_requests import callback_request, run_request


def client(**environment):
    return create_app(settings.read(environment)).server.test_client()


@pytest.fixture(scope="module")
def plain():
    return client()


def policy(response) -> dict[str, list[str]]:
    directives = response.headers["Content-Security-Policy"].split("; ")
    return {name: sources.split() for name, _, sources in (directive.partition(" ") for directive in directives)}


def test_only_inline_scripts_that_the_policy_names_may_run(plain):
    response = plain.get("/")
    scripts = re.findall(r"<script(?![^>]* src=)([^>]*)>(.*?)</script>", response.get_data(as_text=True), re.S)
    run = [text for attributes, text in scripts if 'type="application/json"' not in attributes]
    assert run
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in run}
    assert set(policy(response)["script-src"]) == {"'self'"} | hashes


def test_the_policy_lets_nothing_in_from_elsewhere(plain):
    directives = policy(plain.get("/"))
    assert {name: sources for name, sources in directives.items() if name != "script-src"} == {
        "default-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "frame-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["*"],
    }


def test_every_kind_of_response_has_the_headers_and_no_cookie(plain):
    responses = [
        plain.get("/"),
        plain.get("/_dash-layout"),
        plain.get(f"/{style_path()}"),
        plain.get("/_dash-component-suites/dash/nothing.js"),
        plain.get("/healthz"),
        plain.post("/_dash-update-component", json={}),
        plain.post("/_dash-update-component", json=callback_request({"id": 1} | run_request(n=5))),
    ]
    for answer in responses:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Content-Security-Policy" in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers
        answer.close()


def test_who_may_embed_the_page_is_a_setting():
    answer = client(FRAME_ANCESTORS="'self' https://moodle.example.org").get("/")
    assert policy(answer)["frame-ancestors"] == ["'self'", "https://moodle.example.org"]


def test_hsts_is_sent_over_tls_only_and_as_set():
    strict = client(HSTS_SECONDS="3600")
    assert strict.get("/healthz", base_url="https://localhost").headers["Strict-Transport-Security"] == "max-age=3600"
    assert "Strict-Transport-Security" not in strict.get("/healthz").headers


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "em.example.org", "X-Forwarded-For": "192.0.2.1"}


@pytest.mark.parametrize(("proxies", "believed"), [("0", False), ("1", True)])
def test_a_proxy_is_trusted_only_as_set(proxies, believed):
    behind = client(PROXIES=proxies, HSTS_SECONDS="60", TRUSTED_HOSTS="em.example.org")
    answer = behind.get("/healthz", headers=FORWARDED)
    assert ("Strict-Transport-Security" in answer.headers) is believed
    assert behind.get("/", headers=FORWARDED, base_url="http://inside").status_code == (200 if believed else 400)


NAMES = {"TRUSTED_HOSTS": "em.example.org,.example.net,[2001:db8::1]"}
OWN = [
    "em.example.org",
    "EM.example.org:8050",
    "a.example.net",
    "localhost:8050",
    "127.0.0.1",
    "[::1]:80",
    "[2001:db8:0::1]",
]
FOREIGN = ["example.org", "x.em.example.org", "em.example.org.evil.example", "127.0.0.1.evil.example", "0x7f.1"]
NUMBERS = ["10.0.0.7", "10.0.0.7:8050", "[2001:db8::2]:8050"]


@cache
def server(**environment: str) -> flask.Flask:
    return create_app(settings.read(environment)).server


def statuses(host: str | None, paths: tuple[str, ...], **environment: str) -> set[int]:
    """Of paths, asked for with a host, or with none."""
    found = set()
    for path in paths:
        environ = create_environ(path) | {"HTTP_HOST": host}
        if host is None:
            del environ["HTTP_HOST"]
        answer = flask.Response(*run_wsgi_app(server(**environment), environ))
        found.add(answer.status_code)
        assert answer.status_code == 200 or answer.get_json()["error"].endswith(".")
        answer.close()
    return found


PAGES, PROBES = ("/", "/_dash-layout", f"/{style_path()}"), ("/healthz", "/readyz")


@pytest.mark.parametrize(
    ("host", "pages", "probes"),
    [(host, 200, 200) for host in OWN]
    + [(host, 400, 400) for host in FOREIGN]
    + [(host, 400, 200) for host in NUMBERS],
)
def test_only_trusted_hosts_are_served_and_probes_by_ip(host, pages, probes):
    assert (statuses(host, PAGES, **NAMES), statuses(host, PROBES, **NAMES)) == ({pages}, {probes})


@pytest.mark.parametrize("host", [*OWN, *FOREIGN, *NUMBERS])
def test_every_host_is_served_by_default(host):
    assert statuses(host, (*PAGES, *PROBES)) == {200}


@pytest.mark.parametrize(
    "host", [None, "", " ", "a b", "a/b", "em.example.org:x", "em.example.org:99999", "<em>", "[", "a,b"]
)
@pytest.mark.parametrize("environment", [{}, NAMES], ids=["any", "some"])
def test_without_a_host_nothing_is_served(host, environment):
    assert statuses(host, (*PAGES, *PROBES, "/none"), **environment) == {400}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_json_that_is_not_cached(plain, path):
    answer = plain.get(path)
    assert answer.status_code == 200
    assert answer.get_json()["status"] in {"ok", "ready"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("module", "name"), [(page, "layout"), (em, "fit")])
def test_without_page_or_engine_it_is_not_ready_until_both_have_worked_once(monkeypatch, module, name):
    works, calls, unready = getattr(module, name), [], client()

    def broken(*arguments):
        calls.append(arguments)
        if len(calls) < 3:
            raise RuntimeError("not yet")
        return works(*arguments)

    unready.get("/healthz")  # before its first request Dash makes a page too
    monkeypatch.setattr(module, name, broken)
    for _ in range(2):
        assert unready.get("/healthz").status_code == 200
        refused = unready.get("/readyz")
        assert (refused.status_code, refused.get_json()) == (503, {"status": "not ready"})
    assert [unready.get("/readyz").status_code for _ in range(5)] == [200] * 5
    assert len(calls) == 3


def test_search_engines_may_read_the_page():
    answer = create_app().server.test_client().get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert answer.text == "User-agent: *\nDisallow:\n"
