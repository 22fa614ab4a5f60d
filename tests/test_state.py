"""The table of parameters, and what is made of values from outside."""

from __future__ import annotations

import json

import numpy as np
import pytest

import em
from components import runs, state, studies
from components.presets import PRESETS
from components.run_view import reply

ALL = [*state.GAUSSIAN, *state.EXPONENTIAL, *(p for source in state.SOURCES.values() for p in source.parameters)]
DEFAULT = {"source": state.GENERATED} | {p.name: p.default for p in state.SOURCES[state.GENERATED].parameters}


@pytest.mark.parametrize("parameter", ALL, ids=lambda p: p.name)
def test_defaults_and_bounds_are_allowed_and_what_lies_beyond_is_not(parameter):
    for value in (parameter.default, parameter.minimum, parameter.maximum):
        assert parameter.problem(value) is None
    step = parameter.step or 1e-9
    assert parameter.problem(parameter.minimum - step) == "too_small"
    assert parameter.problem(parameter.maximum + step) == "too_large"
    if parameter.step:
        assert parameter.problem(parameter.minimum + 0.4 * parameter.step) == "off_step"


def test_every_step_of_every_slider_is_allowed():
    for parameter in state.GAUSSIAN + state.EXPONENTIAL:
        count = round((parameter.maximum - parameter.minimum) / parameter.step)
        decimals = len(f"{parameter.step:g}".split(".")[1])
        for i in range(count + 1):
            assert parameter.problem(round(parameter.minimum + i * parameter.step, decimals)) is None


def test_names_are_unique_and_the_fixed_labels_are_there():
    for source in state.SOURCES.values():
        names = [p.name for p in source.parameters]
        assert len(set(names)) == len(names)
    labels = {p.label for p in ALL}
    assert labels >= {
        "Mixing weight π1", "Mean μ1", "Mean μ2", "Standard deviation σ1", "Standard deviation σ2", "Scale λ1",
        "Scale λ2", "Observations N", "Random seed", "True ρ", "True λ0", "True λ1", "Start ρ", "Start λ0", "Start λ1",
        "Maximum iterations", "Tolerance",
    }  # fmt: skip


BAD = [
    None,
    "",
    "abc",
    "5",
    True,
    False,
    [],
    {},
    float("nan"),
    float("inf"),
    -float("inf"),
    10**400,
    -1,
    1e300,
    5e9,
    7.5,
]


@pytest.mark.parametrize("value", BAD, ids=repr)
@pytest.mark.parametrize("name", ["n", "seed", "max_iter", "start_lambda0"])
def test_bad_values_are_refused_in_words_on_the_server(name, value):
    answer = reply(DEFAULT | {"id": 3, name: value})
    assert list(answer["errors"]) == [name]
    parameter = next(p for p in ALL if p.name == name)
    assert answer["errors"][name].startswith(f"{parameter.label}: ")
    assert parameter.allowed in answer["errors"][name]
    assert "result" not in answer


@pytest.mark.parametrize("request_", [None, [], 3, "x", {}, {"source": 3}, {"source": ["generated"]}, {"source": "no"}])
def test_requests_that_nobody_should_send_are_answered_in_words(request_):
    assert "source" in reply(request_)["errors"]


def test_too_much_work_is_refused():
    answer = reply(DEFAULT | {"n": 100_000, "max_iter": 10_000})
    assert "100,000,000" in answer["errors"]["max_iter"]


def test_the_reply_carries_the_engines_numbers():
    result = json.loads(json.dumps(reply(DEFAULT)))["result"]
    x, z = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(1000, np.random.default_rng(1))
    start = em.break_tie(x, em.ExponentialMixture([0.1, 0.9], [0.5, 0.5]))
    run = em.fit(x, start, em.StoppingRule(tol=1e-12))
    order = np.argsort(x)
    np.testing.assert_allclose(result["x"], x[order], rtol=1e-11)
    assert result["z"] == z[order].tolist()
    np.testing.assert_allclose(result["log_likelihood"], run.log_likelihood, rtol=1e-11)
    for name, values in run.parameters.items():
        np.testing.assert_allclose(result["trajectory"][name], values, rtol=1e-11)
    assert result["sentence"] == run.message
    assert sum(result["z"]) == z.sum()


@pytest.mark.parametrize("source", [name for name, source in state.SOURCES.items() if not source.generated])
def test_real_data_end_at_the_published_optimum(source):
    values = {p.name: p.default for p in state.SOURCES[source].parameters}
    result = reply(values | {"source": source})["result"]
    data = em.datasets.load(source)
    assert result["log_likelihood"][-1] == pytest.approx(data.log_likelihood, abs=1e-6)
    for name, values in data.optimum.parameters.items():
        np.testing.assert_allclose(result["trajectory"][name][-1], values, rtol=1e-4)


def test_marks_are_thinned_evenly_by_rank_and_numbers_are_not():
    result = reply(DEFAULT | {"n": 50_000, "max_iter": 5})["result"]
    assert len(result["x"]) == len(result["rank"]) == len(result["z"]) == runs.MAX_MARKS
    assert result["rank"][0] == 1
    assert result["rank"][-1] == result["n"] == 50_000
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(50_000, np.random.default_rng(1))
    np.testing.assert_allclose(result["x"], np.sort(x)[np.array(result["rank"]) - 1], rtol=1e-11)
    assert "2,000 of the 50,000" in " ".join(result["notes"])


def test_what_is_said_of_a_tie_holds():
    said = " ".join(reply(DEFAULT)["result"]["notes"])
    assert "nudged apart by 2%" in said
    empty = " ".join(reply(DEFAULT | {"start_rho": 0})["result"]["notes"])
    assert "nudged" not in empty


LESSONS = {
    "notebook": "multiplies a small difference by CV² = 2.32",
    "overlap": "iterations, because components that overlap",
    "single": "CV² = 0.941 is not above 1",
    "spike": "standard deviation went to 0",
    "local": "",
    "unequal": "The smallest component has a weight of",
    "faithful": "",
    "air": "One component will do",
}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_allowed_and_teaches_its_lesson(name):
    preset = PRESETS[name]
    assert preset.values.keys() <= {p.name for p in state.SOURCES[preset.source].parameters}
    result = reply(preset.settings | {"source": preset.source})["result"]
    assert LESSONS[name] in " ".join(result["notes"])
    if name == "local":
        assert result["log_likelihood"][-1] == pytest.approx(-220.24328, abs=1e-4)
    if preset.study:
        study = {p.name: p.default for p in state.STUDY} | {"study": preset.study}
        found = studies.reply(preset.settings | {"source": preset.source} | study)
        words = {"starts": "trapped in a local optimum", "sizes": "BIC is lowest with K = 1"}[preset.study]
        assert words in found["result"]["sentence"]


def test_the_surface_holds_the_run_and_is_the_engines():
    study = {p.name: p.default for p in state.STUDY} | {"study": "surface"}
    found = studies.reply(DEFAULT | study)["result"]
    run = reply(DEFAULT)["result"]
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(1000, np.random.default_rng(1))
    weights = run["trajectory"]["weights"][-1]
    for i, j in ((0, 0), (59, 0), (17, 42)):
        at = em.ExponentialMixture(np.array(weights) / sum(weights), [found["x"][i], found["y"][j]])
        assert found["log_likelihood"][j][i] == pytest.approx(at.log_likelihood(x), rel=1e-6)
    path = np.array(run["trajectory"]["scales"])
    assert found["x"][0] < path[:, 0].min()
    assert path[:, 0].max() < found["x"][-1]
    assert found["best"] >= run["log_likelihood"][-1] - 1e-9


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"study": "all"}, "must be one of"),
        ({"study": None}, "must be one of"),
        ({"starts": 51}, "Number of starts"),
        ({"starts_seed": -1}, "Seed of the starts"),
        ({"n": 20_000}, "at most 10,000 observations"),
        ({"seed": -1}, "Random seed"),
    ],
)
def test_studies_refuse_in_words(change, words):
    study = {p.name: p.default for p in state.STUDY} | {"study": "starts"}
    assert words in " ".join(studies.reply(DEFAULT | study | change)["errors"].values())
    assert studies.reply(None)["errors"]


@pytest.mark.parametrize("study", studies.STUDIES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_studies_of_hardly_any_observations_are_answered(study, n):
    settings = {p.name: p.default for p in state.STUDY} | {"study": study, "n": n}
    for source in ("generated", "generated-gaussian"):
        values = {p.name: p.default for p in state.SOURCES[source].parameters}
        answer = studies.reply(values | settings | {"source": source})
        assert "result" in answer or "cannot be done with these observations" in answer["errors"]["study"]


@pytest.mark.parametrize("change", [{"n": 1}, {"start_rho": 0}, {"rho": 1}, {"lambda0": 1}, {"n": 2, "tol": 0}])
def test_odd_but_allowed_runs_are_answered(change):
    result = reply(DEFAULT | change)["result"]
    assert result["sentence"]
    assert np.isfinite(result["log_likelihood"]).all()
