"""The table of parameters, and the checks of values from outside."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

import em
from components.results import runs, studies
from components.state import parameters
from components.state.presets import PRESETS
from components.state.sources import SIZES, SOURCES, STARTS
from components.views.run import reply
from tests.page_requests import run_request, study_request

ALL = [*parameters.GAUSSIAN, *parameters.EXPONENTIAL, *(p for source in SOURCES.values() for p in source.parameters())]
MANY = [
    pytest.param(p, id=f"{source.name}-{k}-{p.name}")
    for source in SOURCES.values()
    for k in SIZES
    for p in (*source.starts[k], *(source.samples or {k: ()})[k])
]
DEFAULT = run_request()
PUBLISHED = {"faithful-waiting", "geyser-duration"}


@pytest.mark.parametrize("parameter", [*(pytest.param(p, id=p.name) for p in ALL), *MANY])
def test_defaults_and_bounds_are_allowed_and_values_beyond_are_not(parameter):
    for value in (parameter.default, parameter.minimum, parameter.maximum):
        assert parameter.problem(value) is None
    step = parameter.step or 1e-9
    assert parameter.minimum < parameter.maximum
    assert parameter.problem(parameter.minimum - step) == "too_small"
    assert parameter.problem(parameter.maximum + step) == "too_large"
    if parameter.step:
        assert parameter.problem(parameter.minimum + 0.4 * parameter.step) == "off_step"
        steps = parameter.minimum / parameter.step
        assert steps == pytest.approx(round(steps), abs=1e-9), "as assets/core/numbers.mjs takes it"


def test_every_step_of_every_slider_is_allowed():
    for parameter in parameters.GAUSSIAN + parameters.EXPONENTIAL:
        count = round((parameter.maximum - parameter.minimum) / parameter.step)
        decimals = len(f"{parameter.step:g}".split(".")[1])
        for i in range(count + 1):
            assert parameter.problem(round(parameter.minimum + i * parameter.step, decimals)) is None


def test_names_are_unique_and_the_fixed_labels_are_there():
    for source in SOURCES.values():
        for true_k, k, start_from in itertools.product(SIZES, SIZES, STARTS):
            names = [p.name for p in source.parameters(true_k, k, start_from)]
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
def test_invalid_requests_are_answered_in_words(request_):
    assert "source" in reply(request_)["errors"]


def test_too_much_work_is_refused():
    answer = reply(DEFAULT | {"n": 100_000, "max_iter": 10_000})
    assert "200,000,000" in answer["errors"]["max_iter"]


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
    assert result["sentence"].startswith(run.message.split(":")[0])
    assert sum(result["z"]) == z.sum()


@pytest.mark.parametrize("source", [name for name, source in SOURCES.items() if not source.generated])
def test_real_data_end_at_the_published_optimum(source):
    result = reply(run_request(source))["result"]
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


def test_the_note_on_a_tie_is_true():
    notes = " ".join(reply(DEFAULT)["result"]["notes"])
    assert "moved apart by 2%: λ0 is below λ1" in notes
    empty = " ".join(reply(DEFAULT | {"start_rho": 0})["result"]["notes"])
    assert "moved apart" not in empty


LESSONS = {
    "notebook": "(CV² predicts 2.32)",
    "overlap": "Convergence was slow: unknown labels leave only 0.15% of the information",
    "slow": "an iteration of EM closes only 0.46% of the distance",
    "single": "CV² = 0.941 is below 1",
    "spike": "A likelihood without bound has no maximum to reach",
    "local": "",
    "unequal": "Component 0 has a weight of only 0.0568 (true 0.05)",
    "faithful": "",
    "air": "By BIC one component is better than this fit",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_allowed_and_teaches_its_lesson(name):
    preset = PRESETS[name]
    assert preset.values.keys() <= {p.name for p in SOURCES[preset.source].parameters()}
    result = reply(run_request(preset.source, method=preset.method, **preset.settings))["result"]
    assert LESSONS[name] in " ".join(result["notes"])
    if name == "local":
        assert result["log_likelihood"][-1] == pytest.approx(-220.24328, abs=1e-4)
    if preset.study:
        request = study_request(preset.study, source=preset.source, method=preset.method, **preset.settings)
        found = studies.reply(request)["result"]
        if preset.study == "surface":
            assert found["compared"]["em_passes"] > 100 * found["compared"]["passes"]
            assert found["compared"]["arrived"]
        else:
            words = {"starts": "trapped in a local optimum", "sizes": "BIC is lowest with K = 1"}[preset.study]
            assert words in found["sentence"]


def test_the_surface_holds_the_run_and_is_the_engines():
    found = studies.reply(study_request("surface"))["result"]
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
    assert words in " ".join(studies.reply(study_request("starts") | change)["errors"].values())
    assert studies.reply(None)["errors"]


@pytest.mark.slow
@pytest.mark.parametrize("study", studies.STUDIES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_studies_of_hardly_any_observations_are_answered(study, n):
    for source, k in itertools.product(("generated", "generated-gaussian"), (1, 2, 4)):
        answer = studies.reply(study_request(study, source=source, k=k, n=n))
        one = study == "surface" and k == 1
        words = "this run has one" if one else "cannot be done with these observations"
        assert "result" in answer or words in "".join(answer["errors"].values())


@pytest.mark.parametrize("change", [{"n": 1}, {"start_rho": 0}, {"rho": 1}, {"lambda0": 1}, {"n": 2, "tol": 0}])
def test_odd_but_allowed_runs_are_answered(change):
    result = reply(DEFAULT | change)["result"]
    assert result["sentence"]
    assert np.isfinite(result["log_likelihood"]).all()


# -- other numbers of components, other starts -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("k", SIZES)
@pytest.mark.parametrize("start_from", STARTS)
def test_every_source_runs_with_every_number_of_components_from_every_start(source, k, start_from):
    for true_k in SIZES if SOURCES[source].generated else (2,):
        result = reply(run_request(source, true_k, k, start_from, n=200, max_iter=20))["result"]
        assert [len(values[0]) for values in result["trajectory"].values()] == [k] * len(result["trajectory"])
        assert np.isfinite(result["log_likelihood"]).all()
        generated = SOURCES[source].generated
        assert (result["beside"] is not None) is (true_k == k if generated else k == 2 and source in PUBLISHED)
        assert ("no true values" in " ".join(result["notes"])) is (generated and true_k != k)
        if generated:
            assert set(result["z"]) <= set(range(true_k))
            assert len(result["true"]["weights"]) == true_k


def test_weights_are_taken_in_proportion_and_three_components_are_the_engines():
    change = {"start_weight0": 2, "start_weight1": 1, "start_weight2": 1, "weight0": 0.5, "weight1": 0, "weight2": 1.5}
    result = reply(run_request(true_k=3, k=3, **change))["result"]
    x, _ = em.ExponentialMixture([0.25, 0, 0.75], [0.1, 1, 4]).sample(1000, np.random.default_rng(1))
    scales = [p.default for p in SOURCES["generated"].starts[3] if "lambda" in p.name]
    run = em.fit(x, em.ExponentialMixture([0.5, 0.25, 0.25], scales), em.StoppingRule(tol=1e-12))
    np.testing.assert_allclose(result["log_likelihood"], run.log_likelihood, rtol=1e-11)


@pytest.mark.parametrize(("start_from", "make"), [("random", em.random_start), ("kmeans", em.kmeans_start)])
def test_a_drawn_start_is_the_engines_and_its_seed_is_named(start_from, make):
    request = run_request("galaxies", k=3, start_from=start_from, start_seed=7)
    result = reply(request)["result"]
    start = make(em.datasets.load("galaxies").x, em.GaussianMixture, 3, np.random.default_rng(7))
    for name, values in start.parameters.items():
        np.testing.assert_allclose(result["trajectory"][name][0], values, rtol=1e-11)
    assert f"Start: {STARTS[start_from]}, seed 7." in result["notes"]
    assert reply(request | {"start_seed": 8})["result"]["trajectory"] != result["trajectory"]


def test_the_quantile_start_is_the_engines():
    result = reply(run_request("air-conditioning", k=4, start_from="quantiles"))["result"]
    start = em.quantile_start(em.datasets.load("air-conditioning").x, em.ExponentialMixture, 4)
    np.testing.assert_allclose(result["trajectory"]["scales"][0], start.scales, rtol=1e-11)
    assert "Start: Quantiles." in result["notes"]


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"k": 6}, "k", "1 to 5"),
        ({"k": 2.5}, "k", "whole number"),
        ({"k": None}, "k", "empty"),
        ({"true_k": 0}, "true_k", "1 to 5"),
        ({"start_from": "guess"}, "start_from", "must be one of"),
        ({"start_from": ["hand"]}, "start_from", "must be one of"),
        ({"method": "newton"}, "method", "must be one of: em, accelerated"),
        ({"method": ["em"]}, "method", "must be one of"),
        ({"start_weight1": -1}, "start_weight1", "too small"),
        ({"weight0": 101}, "weight0", "too large"),
        ({f"start_weight{k}": 0 for k in range(3)}, "start_weight0", "above 0"),
        ({f"weight{k}": 0 for k in range(3)}, "weight0", "above 0"),
        ({"n": 100_000}, "max_iter", "Components K"),
    ],
)
def test_errors_of_more_components_are_named(change, name, words):
    answer = reply(run_request(true_k=3, k=3) | change)
    assert words in answer["errors"][name]
    assert "result" not in answer


def test_a_start_that_the_observations_do_not_allow_is_refused_in_words():
    for source in ("generated", "generated-gaussian"):
        for start_from in ("quantiles", "random", "kmeans"):
            answer = reply(run_request(source, start_from=start_from, n=1))
            if source == "generated-gaussian":
                assert "No start can be made" in answer["errors"]["start_from"]
            else:
                assert "result" in answer


def test_components_that_are_given_more_than_one_tie_are_moved_apart():
    notes = reply(run_request(k=4, **{f"start_lambda{k}": 0.5 for k in range(4)}))["result"]["notes"]
    assert any("moved apart a little, in the order of their numbers" in note for note in notes)


def test_the_surface_is_over_the_components_that_were_chosen():
    request = study_request("surface", source="galaxies", k=3, across=2, up=0)
    found, run = studies.reply(request)["result"], reply(request)["result"]
    assert found["components"] == (2, 0)
    final = {name: np.array(values[-1]) for name, values in run["trajectory"].items()}
    x = em.datasets.load("galaxies").x
    for i, j in ((0, 59), (30, 12)):
        means = final["means"].copy()
        means[[2, 0]] = found["x"][i], found["y"][j]
        at = em.GaussianMixture(final["weights"] / final["weights"].sum(), means, final["stds"])
        assert found["log_likelihood"][j][i] == pytest.approx(at.log_likelihood(x), rel=1e-6)
    for up in (2, 4):
        words = f"The surface is drawn over two different components, 0 to 2; these are 2 and {up}."
        assert studies.reply(request | {"up": up})["errors"] == {"across": words}


def test_the_surface_holds_other_parameters_at_the_iteration_on_show():
    run = reply(DEFAULT)["result"]
    x, _ = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(1000, np.random.default_rng(1))
    for iteration, at in ((0, 0), (2.5, 3), (7, 7), (10_000, len(run["log_likelihood"]) - 1)):
        found = studies.reply(study_request("surface", iteration=iteration))["result"]
        assert found["iteration"] == at
        assert found["best"] == pytest.approx(max(np.max(found["log_likelihood"]), run["log_likelihood"][at]))
        weights = np.array(run["trajectory"]["weights"][at])
        mixture = em.ExponentialMixture(weights / weights.sum(), [found["x"][5], found["y"][40]])
        assert found["log_likelihood"][40][5] == pytest.approx(mixture.log_likelihood(x), rel=1e-6)
    assert "Iteration on show" in studies.reply(study_request("surface", iteration=-1))["errors"]["iteration"]


def test_other_starts_have_as_many_components_as_the_run():
    rows = studies.reply(study_request("starts", source="galaxies", k=3))["result"]["rows"]
    assert {len(row["parameters"]["means"]) for row in rows} == {3}


@pytest.mark.parametrize("source", sorted(PUBLISHED))
def test_the_published_fit_is_beside_ours(source):
    result = reply(run_request(source))["result"]
    assert result["beside"]["head"] == "Published"
    final = {name: values[-1] for name, values in result["trajectory"].items()}
    for name, values in result["beside"]["parameters"].items():
        np.testing.assert_allclose(values, final[name], rtol=1e-4)
    assert result["beside"]["log_likelihood"] == pytest.approx(result["log_likelihood"][-1], abs=1e-4)


def test_values_beside_the_estimates_are_in_their_order():
    swapped = run_request(start_lambda0=2, start_lambda1=0.05, start_rho=0.5)
    result = reply(swapped)["result"]
    assert result["trajectory"]["scales"][-1][0] > result["trajectory"]["scales"][-1][1]
    assert result["beside"] == {
        "head": "True",
        "parameters": {"weights": [0.5, 0.5], "scales": [1, 0.1]},
        "log_likelihood": None,
    }
    assert result["true"]["scales"] == [0.1, 1]


def test_a_run_that_takes_too_long_is_cut_off_with_a_note(monkeypatch):
    monkeypatch.setattr("components.state.time_limit.MAX_SECONDS", -1)
    result = reply(DEFAULT)["result"]
    assert "because the time was up" in result["sentence"]
    assert result["log_likelihood"]
    for study, words in (("starts", "1 of 20 starts"), ("sizes", "0 of the fits")):
        found = studies.reply(study_request(study))["result"]
        assert f"was up after {words}" in found["sentence"]
