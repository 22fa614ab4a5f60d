"""Every claim of the page's own notes on a run is checked with the request, over random requests of every kind."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

import em
from components.results import runs, studies
from components.results.headline import headline
from components.state.run_request import own_source, parse_run
from components.state.sources import SOURCES, STARTS
from components.views import export
from components.views.run import reply
from em.fitting.acceleration import moved
from tests.naive import apart, moments, slowest
from tests.page_requests import run_request

N = r"[\d,]+"
PATTERNS = {
    "data": rf"(?P<label>.*): (?P<n>{N}) observation(?P<s>s?)(?:, seed (?P<seed>\d+))?\.",
    "start": r"Start: (?P<how>Quantiles|Random|k-means\+\+)(?:, seed (?P<seed>\d+))?\.",
    "tie": r"(?P<who>The two|Some) components start identical, so they are moved apart (?:a little|by "
    r"(?P<share>[\d.e-]+)%)(?:: (?P<below>[λμσ])0 is below [λμσ]1|, in the order of their numbers)\.",
    "flat": r"(?P<who>The two|Some) components start identical, and the data have no spread to part them by\.",
    "unmatched": r"The true mixture has (?P<true>\d component(?:|s)) and (?P<k>\d components?) (?P<were>was|were) "
    r"fitted, so the estimates have no true values to stand beside\.",
    "slow": r"Near the maximum an iteration of EM closes only (?P<share>[-\de.]+)% of the distance along its slowest "
    r"direction; a step of Newton’s closes nearly all of it\.",
    "thinned": rf"(?P<some>{N}) of the (?P<n>{N}) observations are drawn, evenly spaced by rank; every number is "
    r"computed from all of them\.",
}


def some_request(rng):
    """A run that the page could request, with parameters of any size that are often equal."""
    name = str(rng.choice([*SOURCES, "generated", "generated-gaussian", "own"]))
    k = int(rng.integers(1, 6))
    true_k = k if rng.random() < 0.5 else int(rng.integers(1, 6))
    start_from = str(rng.choice(list(STARTS), p=[0.7, 0.1, 0.1, 0.1]))
    change = {"method": str(rng.choice(em.METHODS)), "max_iter": int(rng.choice([1, 30, 2000]))}
    if name == "own":
        family = str(rng.choice(["gaussian", "exponential"]))
        unit = 10 ** rng.uniform(-4, 6)
        x = unit * np.abs(np.round(rng.normal(3, 1, rng.integers(2, 30)), rng.integers(3)))
        change |= {"data": x.tolist(), "family": family}
        source, _ = own_source(x.tolist(), family)
        if source is None:
            return some_request(rng)
    else:
        source = SOURCES[name]
        change["n"] = int(rng.choice([1, 2, 20, 200, 2500]))
    alike, first = rng.random() < 0.5, {}
    for parameter in source.parameters(true_k, k, start_from)[:-2]:
        kind = re.sub(r"\d", "", parameter.name)
        if kind in ("n", "true_k", "k") or rng.random() < 0.2:
            continue
        steps = int(rng.uniform(0, 0.3) * (parameter.maximum - parameter.minimum) / parameter.step)
        value = parameter.minimum + parameter.step * steps * (rng.random() > 0.03)
        change[parameter.name] = first.setdefault(kind, value) if alike and kind != "start_weight" else value
    if name != "own":
        return run_request(name, true_k, k, start_from, **change)
    defaults = {p.name: p.default for p in source.parameters(true_k, k, start_from)}
    return defaults | {"source": name, "start_from": start_from, "k": k} | change


def tied(mixture):
    """Pairs of identical components."""
    return [pair for pair in combinations(range(mixture.n_components), 2) if apart(mixture, *pair) < 1e-12]


def check_data(m, spec, x, run, result):
    assert m["label"] == spec.source.label
    assert int(m["n"].replace(",", "")) == x.size == result["n"]
    assert bool(m["s"]) is (x.size > 1)
    assert m["seed"] == (str(spec.values["seed"]) if spec.source.generated else None)


def check_start(m, spec, x, run, result):
    assert m["how"] == STARTS[spec.start_from]
    assert (m["seed"] is None) is (spec.start_from == "quantiles")


def check_tie(m, spec, x, run, result):
    requested, start = runs.starting_mixture(spec, x), run.mixtures[0]
    pairs = tied(requested)
    assert pairs
    assert (m["who"] == "The two") is (m["below"] is not None) is (requested.n_components == 2)
    assert not tied(start)
    assert (m["share"] is not None) is (start.parameter_names == ("weights", "scales") and start.n_components == 2)
    if m["below"]:
        name = {"λ": "scales", "μ": "means", "σ": "stds"}[m["below"]]
        assert start.parameters[name][0] < start.parameters[name][1]
    if m["share"]:
        assert np.ptp(start.scales) / start.scales.mean() == pytest.approx(float(m["share"]) / 100, rel=0.05)
    np.testing.assert_array_equal(start.weights, requested.weights)
    r = requested.responsibilities(x)
    for i, j in pairs:
        np.testing.assert_allclose(r[:, i] * requested.weights[j], r[:, j] * requested.weights[i], rtol=1e-9)
        assert apart(start, i, j) < 0.05, "a little"
        means, stds = moments(start)
        assert (means[i], stds[i]) < (means[j], stds[j])
        where = [moments(requested)[0][i], moments(requested)[1][i]]
        np.testing.assert_allclose([means[i], stds[i]], where, atol=0.03 * where[1])


def check_flat(m, spec, x, run, result):
    assert np.ptp(x) == 0
    assert tied(run.mixtures[0])
    assert (m["who"] == "The two") is (run.mixture.n_components == 2)


def check_unmatched(m, spec, x, run, result):
    assert not spec.blind
    assert result["beside"] is None
    for count, k in ((m["true"], len(result["true"]["weights"])), (m["k"], run.mixture.n_components)):
        assert count == f"{k} component{'s' * (k > 1)}"
    assert (m["were"] == "was") is (run.mixture.n_components == 1)


def check_slow(m, spec, x, run, result):
    assert run.converged
    share = 1 - slowest(x, run.mixture)
    assert float(m["share"]) / 100 == pytest.approx(share, rel=0.07, abs=1e-6)
    here = em.information(x, run.mixture)
    step = 1e-4 * here._basis @ here._eigen[1][:, 0]
    back = em.information(x, moved(run.mixture, step)).newton_step - here.newton_step
    assert np.linalg.norm(step + back) < 0.1 * np.linalg.norm(step)


def check_thinned(m, spec, x, run, result):
    assert int(m["n"].replace(",", "")) == x.size > int(m["some"].replace(",", "")) == len(result["x"])
    gaps = np.diff(result["rank"])
    assert np.ptp(gaps) <= 1
    np.testing.assert_allclose(result["x"], np.sort(x)[np.array(result["rank"]) - 1], rtol=1e-11)


CHECKS = {name: globals()[f"check_{name}"] for name in PATTERNS}


@pytest.mark.slow
def test_every_note_of_the_page_holds_and_every_kind_occurs():
    counts = Counter()
    for seed in range(300):
        request = some_request(np.random.default_rng(seed))
        answer = reply(request)
        if "errors" in answer:
            assert answer["errors"].keys() <= {"weight0", "start_weight0", "start_from"}
            assert all(words.endswith(".") for words in answer["errors"].values())
            continue
        result, (spec, _) = answer["result"], parse_run(request)
        x, _, truth = runs.observations(spec)
        run, _ = runs.fitted(spec, x)
        _, why = headline(x, run, None, "true")
        others = {why, *em.describe(x, run, truth), em.standard_errors(x, run.mixture).message if run.converged else ""}
        for note in result["notes"]:
            if note in others:
                continue
            found = [(name, match) for name, words in PATTERNS.items() if (match := re.fullmatch(words, note))]
            assert len(found) == 1, note
            name, match = found[0]
            try:
                CHECKS[name](match, spec, x, run, result)
            except AssertionError as error:
                raise AssertionError(f"{seed}: {note}\n{error}") from error
            counts[name] += 1
        if not any("identical" in note for note in result["notes"]) and tied(run.mixtures[0]):
            assert run.degenerate, "the message of an empty component comes instead"
            assert run.n_iter == 0
    assert min(counts[name] for name in PATTERNS) >= 2, counts


def own_request(x, **change):
    source, _ = own_source(x, "gaussian")
    defaults = {p.name: p.default for p in source.parameters()}
    return defaults | {"source": "own", "data": x, "family": "gaussian", "start_from": "hand", "k": 2} | change


def test_a_tie_that_numbers_cannot_break_is_refused_in_words_by_every_request_for_a_run():
    far = [1e10, 1e10 + 0.01, 1e10 + 0.09]
    same = {name: value for i in range(2) for name, value in ((f"start_mu{i}", 1e10), (f"start_sigma{i}", 1e-4))}
    request = own_request(far, **same)
    words = "start must have components that numbers can tell apart; got GaussianMixture"
    link = "https://x.org/"
    extra = {"study": "surface", "across": 0, "up": 1, "iteration": 0, "what": "script", "link": link}
    for refusal in (reply(request), studies.reply(request | extra), export.reply(request | extra)):
        assert words in " ".join(refusal["errors"].values())


def test_own_values_without_room_for_any_number_of_components_are_refused_in_words():
    answer = reply(own_request([1.0, 2.0]) | {"data": [1e5, float(np.nextafter(1e5, 2e5))]})
    assert answer["errors"]["data"].startswith("These values cannot be fitted: x must leave room for 2 different")
