"""Twenty thousand invalid requests: no 5xx, no traceback, no memory leak. `make fuzz` sends more."""

from __future__ import annotations

import logging
from contextlib import closing

import psutil

from app import create_app
from tests.fuzzing import Wire, fuzz
from tests.servers import gunicorn

WARM, MORE = 4_000, 16_000


def test_invalid_requests_are_refused_and_cost_no_memory(caplog):
    caplog.set_level(logging.CRITICAL)
    app = create_app()
    process = psutil.Process()
    before = fuzz(app, WARM, seed=1)
    size = process.memory_info().rss
    after = fuzz(app, MORE, seed=2)
    assert process.memory_info().rss < 1.1 * size
    total = before + after
    assert total.total() == WARM + MORE
    assert set(total) <= {200, 204, 304, 308, 400, 404, 405, 413}
    assert total[400] > 5_000
    assert total[200] > 5_000


def test_no_process_of_a_server_dies_of_them(tmp_path):
    with gunicorn(tmp_path, WEB_CONCURRENCY="2") as server, closing(Wire(server.port)) as wire:
        processes = server.processes(2)
        statuses = fuzz(create_app(), 1_000, seed=3, client=wire)
        assert server.processes(2) == processes
        assert statuses[400] > 200
        assert statuses[200] > 200
        assert "Traceback" not in server.said()
