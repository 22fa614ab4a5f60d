"""The benchmark beside peers compares like with like, and the simulated pages are like pages. Times are not tested."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest

from benchmarks import bad_input, bench, clients, costly
from benchmarks.peers import ENGINE, PEERS
from components.results import qr
from components.state.own_data.sentences import MAX_BYTES
from components.state.parameters import ACROSS, STUDY
from components.state.run_request import parse_run, read_values
from tests import ROOT


@pytest.mark.parametrize(("family", "k"), bench.CASES)
def test_every_peer_reaches_the_parameters_of_the_engine(family, k):
    x = bench.sample(bench.TRUTHS[family, k], 500)
    for peer in PEERS:
        if peer.installed and peer.runs(family, k):
            bench.check_agreement(peer, x, bench.STARTS[family, k])


def test_the_table_of_bad_input_reports_the_engine():
    for title, x, start, smallest in bad_input.CASES:
        result = bad_input.outcome(ENGINE, x, start, smallest)
        assert "without a word" not in result, title
        assert result.startswith("refuses") is (not np.isfinite(x).all() or "negative" in title), title


def test_a_simulated_page_waits_as_the_page_does():
    script = (ROOT / "assets/core/network.mjs").read_text("utf-8")
    names = "waits:", "BUSY =", "TEMPORARY ="
    waits, busy, temporary = (json.loads(*re.findall(rf"{name} (\[[\d, ]+\])", script)) for name in names)
    assert tuple(wait / 1000 for wait in waits) == clients.WAITS
    assert (tuple(busy), (0, *temporary)) == (clients.BUSY, clients.TEMPORARY)
    assert re.findall(r"busy: ([\d_]+),", script) == [f"{1000 * clients.BUSY_SECONDS:_}"]


@pytest.fixture
def moody() -> Iterator[tuple[int, list[tuple[str, str, str]]]]:
    """A server that refuses a request, breaks off, answers, and begins anew: its port, and what it has seen."""
    seen: list[tuple[str, str, str]] = []

    class Moody(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            turn, body = len(seen) % 3, self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.append((self.client_address[0], self.headers["X-Page"], body))
            if turn == 1:
                self.close_connection = True
                return
            self.send_response(503 if turn == 0 else 200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"busy" if turn == 0 else b"done")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Moody) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, seen
        server.shutdown()


def test_a_simulated_page_sends_again_and_counts_why(moody):
    group = clients.Group("one", '{"seed": $SEED}', source="127.0.0.2", first=7, each=2, waits=(0, 0))
    first, second = clients.load(moody[0], "X-Page", group).sent["one"]
    assert (first.seed, first.status, first.refused, first.broken, first.words) == (7, 200, 1, 1, "")
    assert (second.seed, second.status, second.check) == (8, 200, first.check)
    assert moody[1] == [("127.0.0.2", "page-0", f'{{"seed": {seed}}}') for seed in (7, 7, 7, 8, 8, 8)]


def test_a_simulated_page_gives_up_with_the_last_answer(moody):
    group = clients.Group("one", "{}", each=1, waits=())
    (sent,) = clients.load(moody[0], "X-Page", group).sent["one"]
    assert (sent.status, sent.refused, sent.broken, sent.words) == (503, 1, 0, "busy")


def test_groups_beside_others_end_with_them(moody):
    groups = clients.Group("class", "{}", each=1), clients.Group("endless", "{}", beside=True)
    assert len(clients.load(moody[0], "X-Page", *groups).sent["class"]) == 1


@pytest.mark.parametrize("kind", [kind for kind, (path, _) in costly.KINDS.items() if path == costly.CALLBACK])
def test_costly_requests_are_allowed(kind):
    body = json.loads(costly.KINDS[kind][1]().replace(clients.SEED, "5"))
    value = body["inputs"][0]["value"]
    if isinstance(value, str):
        assert "svg" in qr.reply(value)
    elif "file" in value:
        assert 0.75 * MAX_BYTES < len(b64decode(value["file"])) <= MAX_BYTES
    else:
        assert parse_run(value)[1] == {}
        if "study" in value:
            assert read_values(ACROSS if value["study"] == "surface" else STUDY, value)[1] == {}


@pytest.mark.parametrize("body", costly.BODIES)
def test_the_largest_bodies_are_json_of_at_most_8_mb(body):
    content = costly.BODIES[body]().replace(clients.SEED, "5")
    assert 6_000_000 < len(content) <= 8_000_000
    assert json.loads(content)["inputs"][0]["id"] == "own-request"
