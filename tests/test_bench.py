"""The benchmark beside peers: what it compares must be comparable. Times themselves are no test."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import bad_input, bench
from benchmarks.peers import ENGINE, PEERS


@pytest.mark.parametrize(("family", "k"), bench.CASES)
def test_every_loop_leads_where_the_engine_does(family, k):
    x = bench.sample(bench.TRUTHS[family, k], 500)
    for peer in PEERS:
        if peer.installed and peer.runs(family, k):
            bench.check_agreement(peer, x, bench.STARTS[family, k])


def test_the_table_of_bad_input_says_what_the_engine_does():
    for title, x, start, smallest in bad_input.CASES:
        said = bad_input.outcome(ENGINE, x, start, smallest)
        assert "without a word" not in said, title
        assert said.startswith("refuses") is (not np.isfinite(x).all() or "negative" in title), title
