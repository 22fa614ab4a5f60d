"""What is no part of the page is refused in words and as JSON, with all headers; HEAD is GET without a body."""

from __future__ import annotations

import pytest

import settings
from app import create_app
from components.state.address import decode
from serving.bodies import MOST
from serving.files import style_path


@pytest.fixture(scope="module", params=["/", "/teaching/lab/"])
def place(request):
    """A client, and the prefix of its page."""
    return create_app(settings.read({"URL_PREFIX": request.param})).server.test_client(), request.param


def assert_refused(answer, status: int) -> None:
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    assert answer.get_json()["error"].endswith(".")
    assert len(answer.data) < 300
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


UNKNOWN = [
    ".git/config",
    "index.html",
    "x/../y",
    "../../etc/passwd",
    "%2e%2e/app.py",
    "assets/",
    "assets/none.js",
    "assets/000000000000/emlab.mjs",
    "static/none.js",
    "_reload-hash",
    "_alive_x",
    "_dash-nothing",
    "_dash-component-suites/",
    "_dash-component-suites/dash/none.js",
    "_dash-component-suites/none/none.js",
    "caf%E9",
    "<script>",
]


@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_the_page_is_at_the_address_of_the_page(place, path, method):
    client, prefix = place
    answer = client.open(prefix + path, method=method)
    assert answer.status_code == 404 or (method, answer.status_code) == ("POST", 405)
    assert_refused(answer, answer.status_code)
    assert "script" not in answer.text


def test_what_is_around_a_prefix_is_unknown_and_its_own_name_leads_to_the_page():
    client = create_app(settings.read({"URL_PREFIX": "/lab/"})).server.test_client()
    for path in ("/", "/labs", "/other/lab/", "/lab/lab/"):
        assert_refused(client.get(path), 404)
    assert client.get("/lab?view=em", follow_redirects=True).request.full_path == "/lab/?view=em"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", "", {"GET", "HEAD", "OPTIONS"}), ("GET", "_dash-update-component", {"POST"})],
)
def test_wrong_methods_are_told_the_right_ones(place, method, path, allowed):
    client, prefix = place
    answer = client.open(prefix + path, method=method)
    assert_refused(answer, 405)
    assert set(answer.allow) >= allowed
    assert all(name in answer.get_json()["error"] for name in allowed)


def test_a_body_that_is_too_large_is_told_the_limit(place):
    client, prefix = place
    answer = client.post(f"{prefix}_dash-update-component", data=b" " * (MOST + 1), content_type="application/json")
    assert_refused(answer, 413)
    assert f"{MOST:,}" in answer.text


def test_a_failure_is_told_without_its_details():
    server = create_app().server
    server.view_functions["healthz"] = lambda: 1 / 0
    answer = server.test_client().get("/healthz")
    assert_refused(answer, 500)
    assert "division" not in answer.text


@pytest.mark.parametrize(
    "path", ["", "_dash-layout", "_dash-dependencies", "healthz", "robots.txt", "none", style_path()]
)
@pytest.mark.parametrize("encoding", ["identity", "br"])
def test_head_is_get_without_a_body(place, path, encoding):
    client, prefix = place
    get, head = (client.open(prefix + path, method=m, headers={"Accept-Encoding": encoding}) for m in ("GET", "HEAD"))
    assert set(get.headers.keys()) == set(head.headers.keys())
    each = {"Date"} | ({"ETag", "Content-Length"} if path == "" else set())  # a page has a number of its own
    assert [name for name, value in get.headers.items() if name not in each and head.headers[name] != value] == []
    assert head.status_code == get.status_code
    assert head.data == b""


@pytest.mark.parametrize(
    "path",
    [
        "%3Fv=1&view=em&n=12",
        "%253Fv%253D1%2526view%253Dem%2526n%253D12",
        "%25253fv%3D1%26view%3Dem%26n%3D12",
        "%3Fv=1&view=em?n=12",
    ],
)
def test_a_link_whose_question_mark_was_encoded_leads_to_what_it_meant(place, path):
    client, prefix = place
    answer = client.get(prefix + path, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path == prefix
    assert decode(answer.request.query_string.decode()).values == {"view": "run", "n": 12}
