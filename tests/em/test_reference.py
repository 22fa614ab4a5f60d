"""Fits of real data beside optima of other programs (scipy, R) and published numbers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import em

FILES = sorted((Path(em.__file__).parent / "data").iterdir())
PATIENT = em.StoppingRule(max_iter=20_000, tol=1e-14)


def entries():
    """The contents of each data file by name; each further optimum is an entry of its own."""
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
    for entry in found.values():
        if "values" in entry:
            pairs = zip(entry["values"], entry["counts"], strict=True)
            entry["x"] = [value for value, count in pairs for _ in range(count)]
    for name, entry in list(found.items()):
        if "local_optimum" in entry:
            found[f"{name}-local"] = {**entry, **entry["local_optimum"]}
    return found


ENTRIES = entries()


def optimum_of(entry):
    """The optimum's log-likelihood, and its parameter arrays in the order of the second (scale or mean)."""
    names = em.FAMILIES[entry["family"]].parameter_names
    arrays = [np.array(entry["optimum"][name]) for name in names]
    return entry["optimum"]["log_likelihood"], [array[np.argsort(arrays[1])] for array in arrays]


@pytest.mark.parametrize("name", ENTRIES)
def test_fit_reaches_the_reference_optimum(name):
    entry = ENTRIES[name]
    run = em.fit(entry["x"], em.FAMILIES[entry["family"]](**entry["start"]), PATIENT)
    log_likelihood, expected = optimum_of(entry)
    assert run.converged
    assert run.log_likelihood[-1] == pytest.approx(log_likelihood, abs=1e-6)
    order = np.argsort(run.mixture.parameters[run.mixture.parameter_names[1]])
    for array, reference in zip(run.mixture.parameters.values(), expected, strict=True):
        np.testing.assert_allclose(array[order], reference, rtol=1e-4)


@pytest.mark.parametrize("name", ENTRIES)
def test_reference_log_likelihood_is_that_of_the_reference_parameters(name):
    entry = ENTRIES[name]
    optimum = dict(entry["optimum"])
    log_likelihood = optimum.pop("log_likelihood")
    mixture = em.FAMILIES[entry["family"]](**optimum)
    assert mixture.log_likelihood(entry["x"]) == pytest.approx(log_likelihood, abs=1e-8)


PUBLISHED = [name for name, entry in ENTRIES.items() if entry.get("published_fit")]


def assert_as_printed(found, printed):
    """Equal to the last printed digit, or to six digits if there are more."""
    for value, number in zip(found, printed, strict=True):
        digits = len(repr(number).partition(".")[2])
        assert value == pytest.approx(number, abs=10**-digits, rel=2e-6)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_numbers_are_quoted_in_the_data_file_and_reached_by_the_fit(name):
    entry, data = ENTRIES[name], em.datasets.load(name)
    mixture = em.fit(entry["x"], em.FAMILIES[entry["family"]](**entry["start"]), PATIENT).mixture
    mixture = em.reordered(mixture, em.match(mixture, data.published_fit))
    printed = entry["published_fit"]
    weight, *_ = printed["weights"]  # the last one follows from the others and is often not printed
    for parameter, values in printed.items():
        if parameter == "log_likelihood":
            assert_as_printed([mixture.log_likelihood(entry["x"])], [values])
        elif parameter == "weights":
            assert_as_printed(mixture.weights[:1], [weight])
        else:
            assert_as_printed(mixture.parameters[parameter], values)
    quoted = [weight, printed["log_likelihood"], *np.ravel([printed[one] for one in data.family.kinds])]
    for number in quoted:
        assert repr(float(number)).lstrip("-").lstrip("0") in entry["published"]


def test_a_published_fit_comes_with_its_words():
    assert all(ENTRIES[name]["published"] for name in PUBLISHED)
    assert {"faithful-waiting", "geyser-duration", "deaths"} <= set(PUBLISHED)


def test_galaxies_have_two_optima_and_the_better_is_called_best():
    best, local = ENTRIES["galaxies"], ENTRIES["galaxies-local"]
    assert best["start"] != local["start"]
    assert best["optimum"]["log_likelihood"] > local["optimum"]["log_likelihood"] + 0.1


def test_one_exponential_has_the_log_likelihood_that_the_note_on_proschans_data_gives():
    x = ENTRIES["air-conditioning"]["x"]
    one = em.fit(x, em.ExponentialMixture([1], [1]))
    assert one.log_likelihood[-1] == pytest.approx(-1096.48514, abs=5e-6)


# -- what a data set teaches -------------------------------------------------------------------------------------------


def random_ends(name, k=2, n=100):
    """Runs from random starts, to their ends."""
    data, rng = em.datasets.load(name), np.random.default_rng(5)
    starts = [em.random_start(data.x, data.family, k, rng) for _ in range(n)]
    return [em.fit(data.x, start, em.StoppingRule(3000, 1e-9), "accelerated") for start in starts]


@pytest.mark.slow
def test_a_data_set_teaches_what_it_says():
    """The words are repeated here, so that a change of them fails this test."""
    air, waiting, galaxies, eruptions, geyser, deaths = (
        em.datasets.load(name)
        for name in (
            "air-conditioning",
            "faithful-waiting",
            "galaxies",
            "faithful-eruptions",
            "geyser-duration",
            "deaths",
        )
    )
    assert "Two exponentials fit hardly better than one: hundreds of iterations for little gain." in air.teaches
    run = em.fit(air.x, air.start)
    assert 200 < run.n_iter < 1000
    assert run.log_likelihood[-1] + 1096.48514 < 3

    assert "from random starts EM ends in one and the same fit" in waiting.teaches
    ends = [run.log_likelihood[-1] for run in random_ends("faithful-waiting") if run.converged]
    assert len(ends) == 100
    np.testing.assert_allclose(ends, ENTRIES["faithful-waiting"]["optimum"]["log_likelihood"], atol=1e-4)

    assert "two components have several optima, and most random starts miss the best" in galaxies.teaches
    ends = Counter(round(run.log_likelihood[-1], 2) for run in random_ends("galaxies") if run.converged)
    assert len(ends) > 1
    assert ends[max(ends)] < 50
    assert "the local optimum given here is where most random starts end" in ENTRIES["galaxies"]["note"]
    assert ends[round(ENTRIES["galaxies-local"]["optimum"]["log_likelihood"], 2)] > 50

    assert "Short eruptions are fewer but vary less" in eruptions.teaches
    for values in (eruptions.optimum.means, eruptions.optimum.weights, eruptions.optimum.stds):
        assert values[0] < values[1]

    assert "of four components one nearly always shrinks onto such values" in geyser.teaches
    values, counts = np.unique(geyser.x, return_counts=True)
    assert set(values[np.argsort(counts)[-2:]]) == {2, 4}
    ends = [str(run.degenerate) for run in random_ends("geyser-duration", 4)]
    assert sum(bool(re.search("shrunk onto the value [24]:", end)) for end in ends) > 80

    assert "EM needs more than a thousand iterations" in deaths.teaches
    assert em.fit(deaths.x, deaths.start, em.StoppingRule(10_000)).n_iter > 1000


# -- the data sets by name ---------------------------------------------------------------------------------------------


def test_every_file_of_data_has_a_name_and_every_name_a_file():
    assert {path.name for path in FILES} == {f"{name}.json" for name in em.datasets.names()}


def test_a_data_set_is_read_from_its_file_only_when_it_is_needed():
    script = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import em
print([path for path in opened if path.endswith(".json")])
em.datasets.load("galaxies")
print([path.rpartition("/")[2] for path in opened if path.endswith(".json")])
"""
    root = Path(em.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['galaxies.json']"]


@pytest.mark.parametrize(
    ("name", "family", "unit", "n", "mean"),
    [
        ("faithful-waiting", em.GaussianMixture, "min", 272, 70.897),
        ("faithful-eruptions", em.GaussianMixture, "min", 272, 3.4878),
        ("air-conditioning", em.ExponentialMixture, "h", 199, 90.920),
        ("galaxies", em.GaussianMixture, "1000 km/s", 82, 20.828),
        ("geyser-duration", em.GaussianMixture, "min", 299, 3.4608),
        ("deaths", em.PoissonMixture, "deaths", 1096, 2.1569),
    ],
)
def test_data_set_is_what_its_name_says(name, family, unit, n, mean):
    data = em.datasets.load(name)
    assert data.name == name
    assert data.family is family
    assert data.unit == unit
    assert data.title.strip()
    assert re.search(r"\D{4,} \d{4}", data.citation)  # an author and a year
    assert data.x.shape == (n,)
    assert data.x.mean() == pytest.approx(mean, abs=1e-3)
    assert isinstance(data.start, family)
    assert isinstance(data.optimum, family)
    assert data.optimum.log_likelihood(data.x) == pytest.approx(data.log_likelihood, abs=1e-8)


@pytest.mark.parametrize("name", em.datasets.names())
def test_data_are_read_only_and_loaded_once(name):
    data = em.datasets.load(name)
    with pytest.raises(ValueError, match="read-only"):
        data.x[0] = 0
    assert em.datasets.load(name) is data


@pytest.mark.parametrize("name", em.datasets.names())
def test_fit_from_a_data_sets_start_with_the_default_rule_is_near_its_optimum_or_reports_that_it_is_not(name):
    data = em.datasets.load(name)
    run = em.fit(data.x, data.start)
    if run.converged:
        assert run.log_likelihood[-1] == pytest.approx(data.log_likelihood, abs=1e-5)
    else:
        assert run.reason is em.StopReason.MAX_ITER
        assert run.log_likelihood[-1] < data.log_likelihood


def test_deaths_take_thousands_of_iterations_and_the_accelerated_method_few():
    data = em.datasets.load("deaths")
    assert em.fit(data.x, data.start).reason is em.StopReason.MAX_ITER
    run = em.fit(data.x, data.start, em.StoppingRule(max_iter=20_000, tol=1e-12))
    assert run.converged
    assert run.n_iter > 2000
    assert run.log_likelihood[-1] == pytest.approx(data.log_likelihood, abs=1e-8)
    run = em.fit(data.x, data.start, method="accelerated")
    assert run.converged
    assert run.n_passes < 50
    assert run.log_likelihood[-1] == pytest.approx(data.log_likelihood, abs=1e-5)


def test_deaths_are_whole_numbers_as_often_as_the_file_says():
    x = em.datasets.load("deaths").x
    assert x.dtype == np.float64
    assert np.bincount(x.astype(int)).tolist() == [162, 267, 271, 185, 111, 61, 27, 8, 3, 1]


@pytest.mark.parametrize("name", ["waiting", "", None, [], {}, 3])
def test_unknown_names_of_data_sets_are_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match="name must be one of air-conditioning, deaths, faithful-eruptions"):
        em.datasets.load(name)
