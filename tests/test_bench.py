"""The benchmark beside peers compares like with like. Times are not tested."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import bad_input, bench
from benchmarks.peers import ENGINE, PEERS


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
