"""Random invalid requests from a seed: `python -m tests.fuzzing 100000 7`."""

from __future__ import annotations

import base64
import json
import random
import string
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

from flask import Response
from flask.testing import FlaskClient

from components.state import ids
from components.state.sources import SOURCES
from tests.page_requests import run_request, study_request

CALLBACK = "/_dash-update-component"
ODD_TEXT = string.printable + "é٣２−∞\x00\u2028\U0001f600\ud800"
ODD_NUMBERS = [0, -1, 1, 2, 3, 5, 6, 0.5, 1e-300, 1e300, -1e300, 2**31, 2**64, 10**30, float("nan"), float("inf"), True]


def some_text(rng: random.Random, longest: int = 40) -> str:
    return "".join(rng.choice(ODD_TEXT) for _ in range(rng.randint(0, longest)))


def some_json(rng: random.Random, depth: int = 0) -> Any:
    """Any JSON value, shallow more often than deep."""
    kind = rng.randrange(8 if depth < 4 else 5)
    if kind == 0:
        return None
    if kind in (1, 2):
        return rng.choice(ODD_NUMBERS)
    if kind in (3, 4):
        return some_text(rng)
    if kind == 5:
        return [some_json(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return {some_text(rng, 8): some_json(rng, depth + 1) for _ in range(rng.randint(0, 4))}


def broken(rng: random.Random, value: Any, depth: int = 0) -> Any:
    """A copy of a JSON value with a part replaced, left out, or added."""
    if depth > 5 or not isinstance(value, (dict, list)) or not value or rng.random() < 0.1:
        return some_json(rng)
    if isinstance(value, list):
        at = rng.randrange(len(value))
        return [*value[:at], broken(rng, value[at], depth + 1), *value[at + 1 :]]
    name = rng.choice(list(value))
    kind = rng.randrange(6)
    if kind == 0:
        return {key: one for key, one in value.items() if key != name}
    if kind == 1:
        return value | {some_text(rng, 10): some_json(rng)}
    return value | {name: broken(rng, value[name], depth + 1)}


def some_request(rng: random.Random) -> dict[str, Any]:
    """A possible request of the page: a small run or study, so that thousands can be tried."""
    small = {"n": rng.randint(1, 30), "max_iter": rng.randint(1, 10)}
    source, k = rng.choice(list(SOURCES)), rng.randint(1, 5)
    if rng.random() < 0.5:
        return run_request(source, k=k, start_from=rng.choice(["hand", "quantiles", "random", "kmeans"]), **small)
    return study_request(rng.choice(["surface", "starts"]), source=source, k=k, **small, starts=rng.randint(1, 3))


def some_own(rng: random.Random) -> dict[str, Any]:
    """Own data: bytes, or nearly a table."""
    table = "\n".join(rng.choice([",", ";", "\t", " "]).join(str(rng.gauss(0, 3)) for _ in range(3)) for _ in range(9))
    if rng.random() < 0.5:
        return {"file": base64.b64encode(rng.randbytes(rng.randint(0, 300))).decode()}
    at = rng.randrange(len(table))
    return {"text": table[:at] + some_text(rng) + table[at:], "column": rng.choice([None, some_text(rng), 3])}


def server_callbacks(app: Any) -> list[str]:
    """Outputs of the callbacks of the server."""
    return [output for output, callback in app.callback_map.items() if "callback" in callback]


def callback_body(rng: random.Random, app: Any, output: str) -> dict[str, Any]:
    """A well-formed callback request with any values."""
    name, _, prop = output.rpartition(".")
    callback = app.callback_map[output]
    value = some_own(rng) if output.startswith(ids.OWN_REPLY) else some_request(rng)
    return {
        "output": output,
        "outputs": {"id": name, "property": prop},
        "inputs": [one | {"value": value} for one in callback["inputs"]],
        "state": [one | {"value": some_json(rng)} for one in callback["state"]],
        "changedPropIds": [f"{one['id']}.{one['property']}" for one in callback["inputs"]],
    }


def some_call(rng: random.Random, app: Any) -> Callable[[FlaskClient], Any]:
    """One request of any kind."""
    kind = rng.randrange(50)
    if kind < 45:
        body: Any = callback_body(rng, app, rng.choice(server_callbacks(app)))
        for _ in range(rng.randint(0, 3)):
            body = broken(rng, body)
        text = json.dumps(body)
        if kind < 8:
            at = rng.randrange(len(text) + 1)
            text = text[:at] + some_text(rng, 6) + text[at + rng.randint(0, 6) :]
        return lambda client: client.post(
            CALLBACK, data=text.encode("utf-8", "replace"), content_type="application/json"
        )
    if kind < 46:  # these render the whole page, which takes longest
        query = "&".join(f"{rng.choice(NAMES)}={some_text(rng, 12)}" for _ in range(rng.randint(0, 6)))
        path = rng.choice(["/", "/_dash-layout"])
        return lambda client: client.get(path, query_string=quote(query, safe="=&%+;", errors="replace"))
    path = rng.choice(
        ["/assets/", "/_dash-component-suites/", "/_dash-component-suites/dash/", "/", "/_", "//", "/../"]
    )
    path += rng.choice(
        ["", "..%2f..%2fapp.py", "../app.py", "%00", quote(some_text(rng, 20), safe="/%.", errors="replace")]
    )
    path = "/" + path.lstrip("/")  # "//x" would be a host to the client
    method = rng.choice(["get", "get", "post", "put", "delete", "options"])
    return lambda client: getattr(client, method)(path)


NAMES = [
    "view",
    "source",
    "n",
    "k",
    "true_k",
    "rho",
    "iteration",
    "theme",
    "data",
    "family",
    "v",
    "tol",
    "start_mu0",
    "x",
]


class Wire:
    """A client like Flask's for tests that sends its requests to a server at a port of this machine."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        self._connection.close()

    def __getattr__(self, method: str) -> Callable[..., AbstractContextManager[Response]]:
        def send(
            path: str, data: bytes | None = None, query_string: str = "", content_type: str = ""
        ) -> AbstractContextManager[Response]:
            self._connection.request(
                method.upper(), path + (query_string and f"?{query_string}"), data, {"Content-Type": content_type}
            )
            answer = self._connection.getresponse()
            return nullcontext(Response(answer.read(), answer.status))

        return send


def fuzz(app: Any, count: int, seed: int, client: Any = None) -> Counter[int]:
    """Send requests, to the app itself unless another client is given: how often each status came back.

    Raises
    ------
    AssertionError
        At the first response with a 5xx or a traceback; the message has the seed and the number of the request.
    """
    client = client or app.server.test_client()
    statuses: Counter[int] = Counter()
    for number in range(count):
        call = some_call(random.Random(f"{seed}-{number}"), app)
        with call(client) as response:
            text = response.get_data(as_text=True) if response.status_code >= 400 else ""
            assert response.status_code < 500, f"request {number} of seed {seed}: {response.status_code}"
            assert "Traceback" not in text, f"request {number} of seed {seed}"
            statuses[response.status_code] += 1
    return statuses


if __name__ == "__main__":
    from app import create_app

    count, seed = (int(text) for text in (*sys.argv[1:], "100000", "1")[:2])
    print(dict(fuzz(create_app(), count, seed)))
