"""The studies of a run do not contradict each other."""

from __future__ import annotations

import numpy as np
import pytest

from components.results import runs, studies
from components.state import run_request
from em.studies.admissible import Limits
from tests.page_requests import study_request

CASES = [
    {"source": "galaxies", "k": k, "start_from": start, "start_seed": seed, "starts_seed": seed, "starts": starts}
    for k, start, seed, starts in (
        (2, "random", 1, 20),
        (3, "kmeans", 2, 7),
        (4, "quantiles", 3, 20),
        (5, "random", 4, 50),
    )
] + [
    {"source": "faithful-eruptions", "k": 3, "start_from": "quantiles", "starts": 10},
    {"source": "faithful-waiting", "k": 4, "start_from": "quantiles", "starts": 10, "starts_seed": 5},
    {"source": "geyser-duration", "k": 4, "start_from": "random", "start_seed": 2},
    {"source": "air-conditioning", "k": 3, "start_from": "quantiles"},
    {"source": "generated", "n": 50, "k": 3, "start_from": "random", "start_seed": 7},
    {"source": "generated-gaussian", "n": 30, "k": 3, "start_from": "kmeans", "start_seed": 7, "max_iter": 4000},
    {"source": "galaxies", "k": 4, "start_from": "random", "start_seed": 1, "max_iter": 5},
    # Without the other starts, the best fit with five components would be lower here or missing.
    *(
        {
            "source": "generated-gaussian",
            "n": n,
            "seed": seed,
            "true_k": 3,
            "k": 5,
            "start_from": "quantiles",
            "starts": 50,
            "starts_seed": seed,
        }
        for n, seed in ((60, 33), (120, 37))
    ),
]


def result(study, case):
    answer = studies.reply(study_request(study, **case))
    assert "errors" not in answer
    return answer["result"]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['source']}-{case['k']}")
def test_no_end_that_counts_is_higher_than_the_best_fit_of_that_size(case):
    rows = result("starts", case)["rows"]
    best = result("sizes", case)["rows"][case["k"] - 1]["log_likelihood"]
    spec, _ = run_request.parse_run(study_request("sizes", **case))
    x = runs.observations(spec)[0]
    run, _ = runs.fitted(spec, x)
    for row in rows:
        if row["what"] in {"best", "as_high", "other"}:
            assert best is not None
            assert row["log_likelihood"] <= best + 1e-6
    if run.converged and not Limits.of(x, spec.source.family).spike(run.mixture):
        assert run.log_likelihood[-1] <= best + 1e-6
    if best is None:
        assert {row["what"] for row in rows} <= {"spike", "unfinished", "best_so_far"}


def test_ends_are_listed_in_order_and_spikes_last():
    rows = result("starts", CASES[3])["rows"]
    kinds = [row["what"] for row in rows]
    assert kinds[0] == "best"
    assert kinds.count("spike") > 1
    spikes = kinds.index("spike")
    assert set(kinds[spikes:]) == {"spike"}
    for part in (rows[:spikes], rows[spikes:]):
        assert (np.diff([row["log_likelihood"] for row in part]) <= 0).all()
