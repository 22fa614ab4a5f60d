"""Random keys and pointers: the console stays empty, and the page works afterwards (`make monkey` takes longer)."""

from __future__ import annotations

from types import SimpleNamespace

from tests.monkey import play
from tests.page import Page
from tests.servers import gunicorn
from tests.sharing import another_browser

SECONDS, SEED = 45, 20
"""Of its own browser: what the monkey sets in it must not stay for other tests."""


def test_the_page_stands_a_monkey(tmp_path):
    with gunicorn(tmp_path) as server, another_browser() as browser:
        done = play(Page(SimpleNamespace(driver=browser), server.address), SECONDS, SEED)
    assert done.total() > 40
