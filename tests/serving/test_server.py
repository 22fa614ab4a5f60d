"""The server, without a browser."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import em
from app import create_app
from components.figures import theme
from components.state import ids, parameters
from serving.files import assets_path, own_files
from tests import ROOT
from tests.page_requests import callback_request, run_request


@pytest.fixture(scope="module")
def client():
    return create_app().server.test_client()


def ask(client, request):
    """Send a run request as the page does."""
    return client.post("/_dash-update-component", json=callback_request(request))


def default(**change):
    return {"id": 1} | run_request() | change


def test_the_page_and_its_parts_are_served(client):
    page = client.get("/").get_data(as_text=True)
    assert '<html lang="en">' in page
    assert "<title>Gaussian mixture – EM Lab</title>" in page
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        with client.get(address) as response:
            assert response.status_code == 200, address
    assert "katex" not in page, "typeset mathematics is fetched only when it is opened"
    with client.get(f"/{assets_path()}/vendor/katex/katex.min.js") as response:
        assert response.status_code == 200


def test_a_run_is_answered(client):
    response = ask(client, default(n=50))
    assert response.status_code == 200
    result = response.get_json()["response"][ids.RUN_REPLY]["data"]["result"]
    assert len(result["x"]) == 50


@pytest.mark.parametrize("change", [{"n": 10**9}, {"seed": -1}, {"lambda0": 0}, {"tol": None}, {"max_iter": "many"}])
def test_bad_values_are_answered_in_words_without_a_result(client, change):
    response = ask(client, default(**change))
    answer = response.get_json()["response"][ids.RUN_REPLY]["data"]
    assert list(answer["errors"]) == list(change)
    assert "result" not in answer


@pytest.mark.parametrize("request_", [None, [], 7, "run", {"source": "elsewhere"}])
def test_odd_requests_are_answered_in_words(client, request_):
    response = ask(client, request_)
    assert response.status_code == 200
    assert response.get_json()["response"][ids.RUN_REPLY]["data"]["errors"]


def body(**change):
    """A well-formed callback request, with some parts replaced."""
    return callback_request(default(n=5)) | change


MALFORMED = [
    {},
    [],
    None,
    7,
    "run",
    body(output="nobody.data"),
    body(output=None),
    body(output=["a"]),
    body(output="theme.data"),
    body(  # consistent, but a callback of the browser
        output=f"{ids.THEME}.data",
        outputs={"id": ids.THEME, "property": "data"},
        inputs=[{"id": ids.THEME_CHOICE, "property": "data", "value": "dark"}],
        changedPropIds=[f"{ids.THEME_CHOICE}.data"],
    ),
    body(outputs=None),
    body(outputs=[{"id": ids.RUN_REPLY, "property": "data"}]),
    body(inputs=None),
    body(inputs=[]),
    body(inputs=[None]),
    body(inputs=[{"id": ids.THEME, "property": "data", "value": 1}]),
    body(inputs=[[{"id": ids.RUN_REQUEST, "property": "data"}]]),
    body(state=[{"id": ids.THEME, "property": "data"}]),
    body(state=3),
    body(changedPropIds=3),
    body(changedPropIds=[None]),
]


@pytest.mark.parametrize("malformed", MALFORMED, ids=lambda value: json.dumps(value)[:50])
def test_malformed_callback_requests_are_refused_with_a_short_reason(client, malformed):
    response = client.post("/_dash-update-component", json=malformed)
    assert response.status_code == 400
    assert response.get_json()["error"].endswith(".")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a":' * 50_000, "NaN", "\x00"])
def test_a_body_that_is_not_json_is_refused(client, text):
    response = client.post("/_dash-update-component", data=text, content_type="application/json")
    assert response.status_code in (400, 413)


def test_numbers_that_python_reads_as_infinite_are_refused_in_words(client):
    for number in ("1e999", "-1e999", "NaN", "1" + 400 * "0"):
        text = json.dumps(body()).replace('"lambda0": 0.1', f'"lambda0": {number}')
        assert number in text
        response = client.post("/_dash-update-component", data=text, content_type="application/json")
        assert response.status_code == 200
        assert "True λ0" in response.get_json()["response"][ids.RUN_REPLY]["data"]["errors"]["lambda0"]


@pytest.mark.parametrize("odd", [10**400, 2**64, "\ud800", {"a": [[[]]]}, None])
def test_an_odd_name_for_a_request_does_no_harm(client, odd):
    response = ask(client, default(n=5) | {"id": odd})
    assert response.status_code == 200
    assert "result" in response.get_json()["response"][ids.RUN_REPLY]["data"]


def test_a_huge_body_is_refused(client):
    response = client.post(
        "/_dash-update-component", data=b"[" + b"1," * 10**6 + b"1]", content_type="application/json"
    )
    assert response.status_code in (400, 413)


def test_two_apps_do_not_share_callbacks():
    first, second = create_app(), create_app()
    assert first is not second
    for app in (first, second):
        assert ask(app.server.test_client(), default(n=5)).status_code == 200


def test_callbacks_compute_one_at_a_time(client, monkeypatch):
    computing = []

    def fit(*arguments):
        computing.append(+1)
        most.append(sum(computing))
        time.sleep(0.05)
        computing.append(-1)
        return em_fit(*arguments)

    most, em_fit = [], em.fit
    monkeypatch.setattr(em, "fit", fit)
    with ThreadPoolExecutor(4) as threads:
        apps = [client.application.test_client() for _ in range(4)]
        responses = list(threads.map(ask, apps, [default(n=6, seed=seed) for seed in range(4)]))
    assert [response.status_code for response in responses] == [200] * 4
    assert most == [1] * 4


def test_colours_are_read_from_the_css_and_are_nowhere_else():
    light, dark = theme.tokens("light"), theme.tokens("dark")
    assert light.keys() == dark.keys() >= {"ink", "quiet", "paper", "card", "component-0", "component-1"}
    assert all(light[f"component-{k}"] != dark[f"component-{k}"] for k in range(5))
    hexes = re.compile(r"#[0-9a-fA-F]{6}\b")
    sources = [*(ROOT / "components").rglob("*.py"), *own_files("mjs"), *own_files("css")]
    for path in sources:
        if path.name != "tokens.css":
            assert not hexes.search(path.read_text("utf-8")), path.name


def test_the_browser_gets_the_constants_of_python(client):
    layout = json.dumps(client.get("/_dash-layout").get_json(), ensure_ascii=False)
    for words in (*parameters.PROBLEMS.values(), parameters.REFUSAL, *parameters.RATE_LABELS.values()):
        assert words in layout
