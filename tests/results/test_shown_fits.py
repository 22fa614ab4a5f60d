"""Fits of *How many components?* that the page offers to show: a run from their parameters ends there again."""

from __future__ import annotations

import numpy as np
import pytest

import em
from components.results import runs, studies
from components.state.run_request import parse_run
from components.state.sources import GENERATED, SOURCES
from tests.page_requests import run_request, study_request


@pytest.mark.parametrize("source", ["galaxies", "geyser-duration", "air-conditioning", GENERATED])
def test_a_run_from_the_parameters_of_a_row_ends_with_its_log_likelihood(source):
    small = {"n": 200} if SOURCES[source].generated else {}
    request = study_request("sizes", source=source, **small)
    rows = studies.reply(request)["result"]["rows"]
    spec, _ = parse_run(run_request(source, **small))
    x = runs.observations(spec)[0]
    offered = [row for row in rows if row["parameters"]]
    assert offered[0]["n_components"] == 1
    for row in offered:
        weights, *others = (np.array(values) for values in row["parameters"].values())
        start = SOURCES[source].family(weights / weights.sum(), *others)  # they were rounded
        assert not start.tied_components()
        run = em.fit(x, start, em.StoppingRule(5000))
        assert run.log_likelihood[-1] == pytest.approx(row["log_likelihood"], abs=1e-3)
