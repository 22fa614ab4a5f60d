"""The preview of a run: the same observations and start, without a fit."""

from __future__ import annotations

from itertools import product

import pytest

import em
from components.results import runs
from components.state.sources import SOURCES, STARTS
from components.state.time_limit import trial
from components.views.run import reply
from tests.page_requests import run_request

SETTINGS = [
    (source, start, k, method)
    for source, start, k in product(SOURCES, STARTS, (1, 2, 3, 5))
    for method in em.METHODS
    if method == em.EM or k == 2
]
SAME = ("family", "x_title", "unit", "n", "x", "rank", "z", "histogram", "true", "data")


def previewed(request: dict) -> dict:
    return reply(request | {"preview": True})["result"]


@pytest.mark.parametrize(("source", "start", "k", "method"), SETTINGS)
def test_a_preview_is_the_first_record_of_the_run(source, start, k, method):
    for seed in (1, 7):
        seeds = {"start_seed": seed} | ({"seed": seed} if SOURCES[source].generated else {})
        request = run_request(source, k=k, start_from=start, max_iter=2, method=method, **seeds)
        full, preview = reply(request)["result"], previewed(request)
        assert full.keys() == preview.keys()
        assert (full["fitted"], preview["fitted"]) == (True, False)
        assert {name: full[name] for name in SAME} == {name: preview[name] for name in SAME}
        assert {name: rows[:1] for name, rows in full["trajectory"].items()} == preview["trajectory"]
        assert preview["log_likelihood"] == pytest.approx(full["log_likelihood"][:1], rel=1e-11)
        assert preview["bounds"] == ([] if method == em.EM else None)
        assert preview["errors"] is None
        ties = [note for note in full["notes"] if "moved apart" in note]
        assert preview["sentence"] == "".join(ties)
        assert preview["notes"] == [note for note in full["notes"] if note not in ties][: len(preview["notes"])]
        assert 1 <= len(preview["notes"]) <= 2


def test_a_tie_in_the_start_is_told():
    sentence = previewed(run_request(start_lambda0=0.5, start_lambda1=0.5))["sentence"]
    assert sentence.startswith("The two components start identical, so they are moved apart by 2%")
    assert previewed(run_request(start_lambda0=0.4, start_lambda1=0.5))["sentence"] == ""


def test_no_fit_is_made_and_no_time_is_too_short(monkeypatch):
    monkeypatch.setattr(em, "fit", None)
    with trial(0):
        result = previewed(run_request(n=100_000, start_from="kmeans"))
    assert len(result["x"]) == runs.MAX_MARKS


def test_a_blind_preview_has_no_word_of_the_truth():
    request = run_request(rho=0.047, lambda0=0.137, lambda1=1.219)
    open_, blind = (previewed(request | {"blind": yes}) for yes in (False, True))
    assert open_["true"]
    assert open_["z"]
    assert open_["beside"]
    assert blind["true"] is blind["z"] is blind["beside"] is None
    assert blind["x"] == open_["x"]
    assert "true" not in " ".join(blind["notes"])


@pytest.mark.parametrize("odd", [None, 0, 1, "true", [], {}])
def test_preview_is_true_or_false(odd):
    assert reply(run_request() | {"preview": odd}) == {
        "errors": {"preview": "Whether only the start is asked for must be true or false."}
    }


@pytest.mark.parametrize("bad", [{"n": 0}, {"k": 9}, {"start_rho": 2}, {"tol": "x"}, {"source": "?"}])
def test_bad_values_are_refused_as_in_a_run(bad):
    refused = reply(run_request() | bad)
    assert "errors" in refused
    assert reply(run_request() | bad | {"preview": True}) == refused


def test_observations_without_spread_have_no_start():
    flat = {"source": "own", "family": "gaussian", "data": [2.0] * 5, "k": 2, "start_from": "random", "start_seed": 1}
    request = flat | {"max_iter": 10, "tol": 1e-8}
    assert reply(request | {"preview": True}) == reply(request)
