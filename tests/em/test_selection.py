"""How many components: AIC, BIC, and the best fit for each number."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import em
from benchmarks.report import RESULTS
from em.studies.admissible import Limits
from tests.em.test_reference import ENTRIES

TABLE = RESULTS / "choice.md"


def chosen(name, **options):
    return em.choose(ENTRIES[name]["x"], em.FAMILIES[ENTRIES[name]["family"]], **options)


def proper(candidates):
    return [candidate for candidate in candidates if not candidate.degenerate]


def test_criteria_are_their_definitions():
    x = np.array(ENTRIES["faithful-waiting"]["x"])
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [55, 80], [5, 5]))
    assert em.aic(run) == pytest.approx(2 * 5 + 2 * 1034.00175, abs=1e-4)
    assert em.bic(run) == pytest.approx(5 * math.log(272) + 2 * 1034.00175, abs=1e-4)


def test_bic_prefers_one_exponential_for_the_air_conditioning():
    candidates = chosen("air-conditioning")
    assert [candidate.n_components for candidate in candidates] == [1, 2, 3, 4, 5]
    assert candidates[0].log_likelihood == pytest.approx(-1096.48514, abs=5e-6)
    assert candidates[1].log_likelihood == pytest.approx(-1093.98711, abs=1e-4)
    assert em.preferred(candidates) is candidates[0]
    assert min(candidates, key=lambda candidate: candidate.aic) is candidates[1]


@pytest.mark.slow
def test_bic_prefers_two_gaussians_for_the_waiting_times_of_old_faithful():
    candidates = chosen("faithful-waiting")
    assert em.preferred(candidates).n_components == 2
    assert candidates[1].log_likelihood == pytest.approx(-1034.00175, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("x", [0.3, 1.0, 22.92255912, 0.00834])
def test_scores_that_differ_by_rounding_are_a_tie_and_the_fewest_components_win(x):
    candidates = em.choose([x], em.ExponentialMixture)  # ln 1 = 0: BIC has no penalty
    assert em.preferred(candidates[::-1]) is candidates[0]
    assert em.preferred(candidates, "aic") is candidates[0]
    with pytest.raises(ValueError, match="criterion must be one of bic, aic; got 'hqic'"):
        em.preferred(candidates, "hqic")


def test_best_optimum_of_the_galaxies_is_found_with_two_components():
    assert chosen("galaxies", n_components=[2])[0].log_likelihood == pytest.approx(-220.05797, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ENTRIES)
def test_log_likelihood_never_falls_as_components_are_added(name, seed):
    values = [candidate.log_likelihood for candidate in proper(chosen(name, n_starts=2, seed=seed))]
    assert len(values) >= 2
    assert (np.diff(values) >= -1e-12 * abs(values[0])).all()


@pytest.mark.slow
@pytest.mark.parametrize("n_starts", [1, 3])
@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
def test_on_data_of_one_component_bic_mostly_prefers_one(family, n_starts):
    preferred = []
    for seed in range(4):
        x, _ = family.from_moments([1], [5], [2]).sample(300, np.random.default_rng(seed))
        candidates = em.choose(x, family, range(1, 4), n_starts, seed)
        values = [candidate.log_likelihood for candidate in proper(candidates)]
        assert (np.diff(values) >= -1e-12 * abs(values[0])).all()
        preferred.append(em.preferred(candidates).n_components)
    assert (
        preferred.count(1) >= 3
    )  # chance: one Gaussian sample gains 9.01 by a second component, with a penalty of 8.56


def test_log_likelihood_never_falls_if_numbers_are_skipped():
    values = [candidate.log_likelihood for candidate in chosen("air-conditioning", n_components=[5, 1, 3], n_starts=1)]
    assert (np.diff(values) >= -1e-12 * abs(values[0])).all()


def test_fields_agree_with_the_run():
    for candidate in proper(chosen("faithful-eruptions", n_components=[1, 3])):
        assert candidate.run.mixture.n_components == candidate.n_components
        assert candidate.n_free_parameters == 3 * candidate.n_components - 1
        assert candidate.log_likelihood == candidate.run.log_likelihood[-1]
        assert (candidate.aic, candidate.bic) == (em.aic(candidate.run), em.bic(candidate.run))


def test_same_seed_gives_the_same_choice():
    first, again = (chosen("galaxies", n_components=[1, 2, 3], seed=5) for _ in range(2))
    assert [c.run.mixture for c in first] == [c.run.mixture for c in again]


def test_degenerate_candidates_are_marked_have_no_numbers_and_are_not_preferred():
    x = [1.0, 1.0, 1.0, 5.0]
    one, two = em.choose(x, em.GaussianMixture, [1, 2])
    assert not one.degenerate
    assert two.degenerate
    assert all(math.isnan(value) for value in (two.log_likelihood, two.aic, two.bic))
    assert em.preferred([two, one]) is one
    with pytest.raises(ValueError, match="try fewer components"):
        em.preferred([two])


@pytest.mark.parametrize("spread", [1e-100, 1e-9])
def test_a_component_on_hardly_any_spread_can_be_split(spread):
    x = np.r_[np.linspace(0, spread, 20), 9, 10, 11]
    one, *others = em.choose(x, em.GaussianMixture, [1, 2, 3])
    for candidate in others:
        assert not candidate.degenerate
        assert candidate.n_long == 0
        assert candidate.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-12)


def test_exponential_components_narrower_than_the_step_of_rounding_are_no_spikes():
    for seed in range(5):
        x, _ = em.ExponentialMixture([0.8, 0.2], [0.8, 20]).sample(300, np.random.default_rng(seed))
        candidates = em.choose(np.round(x), em.ExponentialMixture, [1, 2])
        assert em.preferred(candidates).n_components == 2


@pytest.mark.slow
@pytest.mark.parametrize("extra", [[], [22.01]])
def test_gaussian_components_narrower_than_the_step_of_rounding_are_no_spikes(extra):
    for seed in range(5):
        x, _ = em.GaussianMixture([0.5, 0.5], [20, 30], [0.8, 0.8]).sample(300, np.random.default_rng(seed))
        candidates = em.choose(np.r_[np.round(x), extra], em.GaussianMixture, [1, 2, 3])
        assert em.preferred(candidates).n_components == 2


def test_a_heap_of_equal_values_is_a_spike():
    x = np.r_[np.round(np.random.default_rng(0).normal(40, 6, 200)), [60.0] * 8, 61, 59]
    narrow = em.GaussianMixture([0.05, 0.95], [60, 40], [0.5, 6])
    for extra in ([], [40.01]):
        limits = Limits.of(np.r_[x, extra], em.GaussianMixture)
        assert "fewer than 20, has a standard deviation of 0.5, below 1" in limits.spike(narrow)


def table_of(title):
    """A data set's choice, and K -> level, share of the starts, from the table of `benchmarks.choice`."""
    rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.read_text().splitlines() if title in line]
    levels = {int(row[2]): row[4:6] for row in rows if row[2].isdigit()}
    (choice,) = (int(re.search(r"chosen: (\d) \(20 seeds\)", row[4])[1]) for row in rows if row[2] == "BIC")
    return choice, levels


@pytest.mark.slow
@pytest.mark.parametrize("name", em.datasets.names())
def test_any_seed_gives_the_same_choice_and_the_best_of_500_starts(name):
    data = em.datasets.load(name)
    choice, levels = table_of(data.title)
    assert levels.keys() == {2, 3, 4, 5}
    for seed in (101, 102):
        candidates = em.choose(data.x, data.family, seed=seed)
        assert em.preferred(candidates).n_components == choice
        for candidate in candidates[1:]:
            level, share = levels[candidate.n_components]
            assert level != "none" or candidate.n_best == 0
            if share and float(share.rstrip("%")) >= 1:
                assert candidate.log_likelihood >= float(level) - 0.01


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_components": []}, "n_components must hold at least one number"),
        ({"n_components": [0]}, "n_components must be a whole number, at least 1"),
        ({"n_starts": 0}, "n_starts must be a whole number, at least 1"),
    ],
)
def test_bad_input_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        em.choose([1.0, 2.0], em.ExponentialMixture, **options)
