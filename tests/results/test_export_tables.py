"""The run as data: standard readers read back exactly what was written."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest

import em
from components.results.completed_run import CompletedRun
from components.results.export_tables import observations_csv, run_json
from tests import ROOT

TRUTH = em.GaussianMixture([0.3, 0.5, 0.2], [-4, 0, 5], [1, 0.5, 2])
FORMATS = (ROOT / "docs" / "formats.md").read_text("utf-8")


def completed(x, start, **details):
    x = np.asarray(x, dtype=float)
    return CompletedRun("Title\n", "Source\u2028", "x", x, em.fit(x, start), **details)


@pytest.fixture(scope="module")
def drawn():
    x, z = TRUTH.sample(300, np.random.default_rng(5))
    return completed(x, em.quantile_start(x, em.GaussianMixture, 3), z=z, truth=TRUTH, seed=5, link="http://a/?b")


def degenerate():
    x = np.r_[0, np.random.default_rng(1).normal(8, 1, 40)]
    return completed(x, em.GaussianMixture([0.9, 0.1], [8, 0], [1, 2]))


def strict(text):
    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_csv_is_read_back_exactly_in_the_order_of_the_data(drawn):
    header, *rows = csv.reader(io.StringIO(observations_csv(drawn), newline=""), strict=True)
    assert header == ["x", "label", "q0", "q1", "q2"]
    table = np.array(rows, dtype=float)
    assert (table[:, 0] == drawn.x).all()
    assert (table[:, 1] == drawn.z).all()
    assert (table[:, 2:] == drawn.run.mixture.responsibilities(drawn.x)).all()
    assert [row[1] for row in rows] == [str(label) for label in drawn.z]


def test_csv_has_no_labels_if_they_are_unknown():
    one = completed([1, 2, 4], em.ExponentialMixture([1], [1]))
    assert observations_csv(one) == "x,q0\r\n1.0,1.0\r\n2.0,1.0\r\n4.0,1.0\r\n"


def test_no_cell_can_be_a_formula():
    x = [-1e-300, -0.0, 1e20, -123456789.123456789, 5e-324, 3]
    text = observations_csv(completed(x, em.GaussianMixture([0.5, 0.5], [0, 1e20], [1, 1]), z=np.arange(6)))
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert lines.pop(0) == "x,label,q0,q1"
    assert len(lines) == len(x)
    cells = [cell for line in lines for cell in line.split(",")]
    assert all(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", cell) for cell in cells)
    assert [float(line.split(",")[0]) for line in lines] == x


def test_json_holds_the_whole_run(drawn):
    run, document = drawn.run, strict(run_json(drawn))
    assert (document["format"], document["version"]) == ("em-lab-run", 1)
    assert (document["title"], document["source"], document["link"]) == ("Title", "Source", "http://a/?b")
    assert (document["family"], document["n_components"], document["n_observations"]) == ("gaussian", 3, 300)
    assert document["seed"] == 5
    assert em.GaussianMixture(**document["true"]) == TRUTH
    assert em.GaussianMixture(**document["start"]) == run.mixtures[0]
    assert em.StoppingRule(**document["stopping"]) == run.stopping
    assert (document["reason"], document["sentence"]) == ("converged", run.message)
    assert document["n_iter"] == run.n_iter > 10
    assert list(document["trajectory"]) == ["weights", "means", "stds"]
    for name, values in run.parameters.items():
        assert (np.array(document["trajectory"][name]) == values).all()
    assert document["log_likelihood"] == run.log_likelihood.tolist()
    assert document["bounds"] == em.bounds(run).tolist()
    assert len(document["bounds"]) == run.n_iter == len(document["log_likelihood"]) - 1


def test_json_of_given_data_has_null_for_unknown_values():
    document = strict(run_json(degenerate()))
    assert [document[key] for key in ("seed", "true", "link")] == [None, None, None]


def test_json_of_a_degenerate_run_is_strict_and_says_so():
    one = degenerate()
    document = strict(run_json(one))
    assert document["reason"] == "degenerate"
    assert "component 1 has shrunk onto the value 0" in document["sentence"]
    assert em.GaussianMixture(**{name: rows[-1] for name, rows in document["trajectory"].items()}) == one.run.mixture


def test_json_of_no_iteration_has_a_start_and_a_likelihood_that_may_be_null():
    one = completed([1, 2, 3, 5], em.GaussianMixture([0.5, 0.5], [0, 1], [1e-160, 1e-160]))
    assert one.run.log_likelihood.tolist() == [-np.inf]
    document = strict(run_json(one))
    assert (document["n_iter"], document["log_likelihood"], document["bounds"]) == (0, [None], [])


def test_every_field_is_documented(drawn):
    for field in strict(run_json(drawn)):
        assert f"`{field}`" in FORMATS, field
    for reason in em.StopReason:
        assert f"`{reason.value}`" in FORMATS, reason


def test_an_accelerated_run_says_so_and_has_no_bounds():
    truth = em.ExponentialMixture([0.5, 0.5], [0.1, 1])
    x, z = truth.sample(200, np.random.default_rng(0))
    run = em.fit(x, em.quantile_start(x, em.ExponentialMixture, 2), method="accelerated")
    document = json.loads(run_json(CompletedRun("Drawn", "", "x", x, run, z, truth, 0)))
    assert (document["method"], document["n_passes"], document["bounds"]) == ("accelerated", run.n_passes, None)
    assert len(document["log_likelihood"]) == run.n_iter + 1
