"""The reply to a run: its method and its standard errors."""

from __future__ import annotations

import pytest

import em
from components.views.run import reply
from tests.page_requests import run_request


def test_an_accelerated_run_is_the_engines_and_one_without_a_method_is_ems():
    plain, fast = (
        reply(run_request("faithful-waiting", **method))["result"] for method in ({}, {"method": "accelerated"})
    )
    assert "accelerated" in fast["sentence"]
    assert "accelerated" not in plain["sentence"]
    assert fast["bounds"] is None
    assert len(fast["log_likelihood"]) < len(plain["log_likelihood"])
    assert fast["log_likelihood"][-1] == pytest.approx(plain["log_likelihood"][-1], abs=1e-8)


def test_standard_errors_come_only_with_a_run_that_has_converged():
    x = em.datasets.load("faithful-waiting").x
    result = reply(run_request("faithful-waiting"))["result"]
    best = em.GaussianMixture(**{name: rows[-1] for name, rows in result["trajectory"].items()}).parameters
    expected = em.standard_errors(x, em.GaussianMixture(**best)).parameters
    for name, errors in result["errors"].items():
        assert errors == pytest.approx(expected[name], rel=1e-3)
    assert reply(run_request("faithful-waiting", max_iter=3))["result"]["errors"] is None
    flat = reply(run_request("air-conditioning", k=3, start_from="quantiles", max_iter=5000, tol=1e-10))["result"]
    assert flat["sentence"].startswith("Converged")
    assert flat["errors"] is None
    assert any("There are no standard errors" in note for note in flat["notes"])
    assert not any("standard errors are poor" in note for note in result["notes"])
    air = reply(run_request("air-conditioning", max_iter=5000))["result"]
    assert air["errors"]
    assert any("standard errors are poor" in note for note in air["notes"])
