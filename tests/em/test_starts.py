"""Starting points: by quantiles, at random, and seeded as in k-means++."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest

import em
from em.studies.starts import NUDGE
from tests.families import TRUTHS

FAMILIES = pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
WAYS = pytest.mark.parametrize("way", [em.quantile_start, em.random_start, em.kmeans_start])


def make(way, x, family, k, seed=0):
    return way(x, family, k) if way is em.quantile_start else way(x, family, k, np.random.default_rng(seed))


def centres(mixture):
    return mixture.parameters[mixture.parameter_names[1]]


SAMPLES = {
    "ordinary": np.random.default_rng(1).exponential(2, 100),
    "one repeated": np.r_[np.full(50, 3.0), 4.0],
    "two values": np.repeat([1.0, 5.0], 20),
    "two observations": np.array([0.0, 7.0]),
    "three": np.array([1.0, 2.0, 30.0]),
    "zeros": np.r_[np.zeros(30), 1.0, 2.0],
    "tiny": 1e-170 * np.arange(1, 40),
    "huge": 1e149 * np.arange(1, 10),
    "wide": np.r_[1e-6 * np.arange(1, 20), 1e6 * np.arange(1, 20)],
}


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("x", SAMPLES.values(), ids=SAMPLES)
@FAMILIES
@WAYS
def test_every_start_is_valid_ordered_untied_and_can_be_run(way, family, x, k):
    for seed in range(5):
        start = make(way, x, family, k, seed)
        assert type(start) is family
        assert start.n_components == k
        assert start.tied_components() == []
        assert (np.diff(centres(start)) >= 0).all()
        assert (start.weights > 0).all()
        assert np.isfinite(start.log_likelihood(x))
        assert em.fit(x, start, em.StoppingRule(5)).n_iter >= 0


@WAYS
def test_one_observation_starts_exponentials_and_is_refused_for_gaussians(way):
    for k in (1, 2, 5):
        start = make(way, [3.0], em.ExponentialMixture, k)
        assert start.scales == pytest.approx(np.full(k, 3), rel=0.02)
        assert start.tied_components() == []
        with pytest.raises(ValueError, match="at least two different values"):
            make(way, [3.0], em.GaussianMixture, k)


@WAYS
def test_zeros_only_are_refused_for_exponentials(way):
    with pytest.raises(ValueError, match="x must not be all zeros"):
        make(way, np.zeros(4), em.ExponentialMixture, 2)


@FAMILIES
@WAYS
def test_same_seed_same_start_another_seed_another_and_x_is_left_alone(way, family):
    x = SAMPLES["ordinary"].copy()
    assert make(way, x, family, 3, 1) == make(way, x.tolist(), family, 3, 1)
    assert len({make(way, x, family, 3, seed) for seed in range(8)}) == (1 if way is em.quantile_start else 8)
    np.testing.assert_array_equal(x, SAMPLES["ordinary"])


@pytest.mark.parametrize("unit", [1e-3, 1e6])
@FAMILIES
@WAYS
def test_starts_follow_a_change_of_unit(way, family, unit):
    x = SAMPLES["ordinary"]
    plain, scaled = make(way, x, family, 3), make(way, unit * x, family, 3)
    np.testing.assert_allclose(scaled.weights, plain.weights, rtol=1e-12)
    for name in plain.parameter_names[1:]:
        np.testing.assert_allclose(scaled.parameters[name], unit * plain.parameters[name], rtol=1e-9)


def test_quantile_start_is_at_the_quantiles():
    x = np.arange(1, 101.0)
    start = em.quantile_start(x, em.GaussianMixture, 4)
    assert start.means == pytest.approx(np.quantile(x, [0.125, 0.375, 0.625, 0.875]))
    assert start.stds == pytest.approx(np.full(4, x.std() / 4))
    assert start.weights.tolist() == [0.25] * 4
    assert em.quantile_start(x, em.ExponentialMixture, 4).scales == pytest.approx(start.means)


def test_random_start_is_at_different_observations():
    x = SAMPLES["ordinary"]
    for seed in range(20):
        start = em.random_start(x, em.GaussianMixture, 5, np.random.default_rng(seed))
        assert np.isin(start.means, x).all()
        assert len(set(start.means)) == 5


def test_kmeans_start_finds_groups_that_are_far_apart():
    rng = np.random.default_rng(0)
    x = np.r_[rng.normal(0, 1, 30), rng.normal(100, 1, 60), rng.normal(300, 1, 10)]
    for seed in range(30):
        start = em.kmeans_start(x, em.GaussianMixture, 3, np.random.default_rng(seed))
        assert start.means == pytest.approx([0, 100, 300], abs=1)
        assert start.weights == pytest.approx(np.array([31, 61, 11]) / 103)
        assert start.stds == pytest.approx(np.full(3, 0.1 * x.std()))  # no narrower than that


@pytest.mark.parametrize("way", [em.random_start, em.kmeans_start])
def test_a_seed_in_place_of_a_generator_is_refused(way):
    with pytest.raises(ValueError, match=r"use np.random.default_rng\(seed\)"):
        way([1.0, 2.0], em.GaussianMixture, 2, 7)


def test_break_tie_refuses_anything_but_a_mixture():
    with pytest.raises(ValueError, match="start must be a mixture"):
        em.break_tie([1.0, 2.0], "a")


# -- every promise, recomputed -----------------------------------------------------------------------------------------


def broken_promises(x, start, k):
    """The promises of `em.studies.starts` that a start breaks."""
    low, high, means = x.min(), x.max(), start._component_means()
    own = type(start) in (em.ExponentialMixture, em.GaussianMixture, em.PoissonMixture)
    rounding = 0 if own else 1e-9 * max(abs(low), abs(high))
    reach = rounding if low < high else 1.03 * NUDGE * start._component_stds()
    promises = {
        "as many as asked for": start.n_components == k,
        "weights": (start.weights > 0).all() and abs(start.weights.sum() - 1) < 1e-12,
        "different": not start.tied_components(),
        "in order": (np.diff(means) >= -rounding).all(),
        "within the observations": (means >= low - reach).all() and (means <= high + reach).all(),
        "above the lowest value": (means > start.lowest).all(),
        "finite": np.isfinite(start.log_likelihood(x)),
    }
    return [promise for promise, holds in promises.items() if not holds]


def small_integers():
    """All samples of up to five numbers from 0 to 4."""
    return [np.array(x, float) for n in range(1, 6) for x in combinations_with_replacement(range(5), n)]


def odd_samples(n_seeds):
    """Rounded, repeated, far from 0, tiny, huge, counts of any size, with a point far out."""
    for seed in range(n_seeds):
        rng = np.random.default_rng(seed)
        n, unit = int(rng.integers(1, 40)), 10.0 ** rng.integers(-140, 140)
        yield np.round(rng.gamma(2, 2, n), int(rng.integers(0, 3)))
        yield np.round(rng.normal(0, 2, n))
        yield np.round(rng.normal(0, 3, n)) + 10.0 ** rng.integers(3, 12)
        yield rng.exponential(1, n) * unit
        yield rng.integers(0, 4, n) * unit
        yield np.repeat(rng.exponential(1, 3) * 10 ** rng.uniform(-8, 8, 3), rng.integers(1, 30, 3))
        yield rng.poisson(10 ** rng.uniform(-2, 9), n).astype(float)
        yield (rng.integers(0, 3, n) + 10 ** rng.integers(0, 10)).astype(float)
        yield np.r_[rng.exponential(1, n), 10.0 ** rng.integers(3, 12)]
    yield np.array([100.0, 100, 100, 101])


def attempt(*arguments):
    """A start, or None and the message of its refusal."""
    try:
        return make(*arguments), ""
    except ValueError as refused:
        return None, str(refused)


def check_starts(family, samples, ks):
    """Check every start of each sample, or its refusal; return the number of starts."""
    made = 0
    for i, x in enumerate(samples):
        for k in ks:
            for way in (em.quantile_start, em.random_start, em.kmeans_start):
                start, refused = attempt(way, x, family, k, i)
                if start is None:
                    fits_nothing = x.min() == x.max() and (x.max() == 0 or family.lowest == -np.inf)
                    assert refused.startswith("x must "), refused
                    assert fits_nothing or "log-normal" in refused or family.counts or x.min() < 0, (x, refused)
                    continue
                made += 1
                assert broken_promises(x, start, k) == [], (way.__name__, x, k, start)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture, em.PoissonMixture])
def test_starts_keep_every_promise_on_all_small_integers_and_on_odd_samples(family):
    assert check_starts(family, small_integers(), (2, 3, 5, 8)) > 2500
    assert check_starts(family, odd_samples(20), (1, 2, 3, 5, 8)) > 1000


@pytest.mark.slow
@pytest.mark.parametrize("truth", TRUTHS[3:], ids=lambda truth: type(truth).__name__)
def test_starts_of_other_families_keep_every_promise(truth):
    assert check_starts(type(truth), [*small_integers()[::9], *odd_samples(2)], (1, 3, 8)) > 30


@pytest.mark.parametrize("x", [[2.0**53 - 1, 2.0**53], [2.0**52, 2.0**52 + 1]])
@WAYS
def test_counts_without_room_for_all_components_are_refused_in_words(way, x):
    with pytest.raises(ValueError, match="x must leave room for 8 different poisson components"):
        make(way, x, em.PoissonMixture, 8)


# -- breaking ties -----------------------------------------------------------------------------------------------------


def random_ties(seed):
    """A sample, and a start of up to eight components in tied groups; weights may be 0."""
    rng = np.random.default_rng(seed)
    family = (em.ExponentialMixture, em.GaussianMixture, em.PoissonMixture)[seed % 3]
    x = np.round(rng.gamma(2, 10 ** rng.uniform(0, 6), 60)) + 1
    k = int(rng.integers(2, 9))
    home = rng.integers(0, int(rng.integers(1, k)), k)
    centres = 10 ** rng.uniform(-12, 12, k) if seed % 2 else x.mean() * (1 + NUDGE * np.arange(k) / 2)
    weights = rng.dirichlet(np.ones(k)) * (rng.random(k) < 0.8)
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(k, 1 / k)
    size = 10 ** rng.uniform(-2, 2, k)
    return x, family.from_moments(weights, centres[home], size[home]), home


@pytest.mark.slow
def test_break_tie_keeps_every_promise():
    for seed in range(900):
        x, start, home = random_ties(seed)
        broken = em.break_tie(x, start)
        assert broken == em.break_tie(x.tolist(), start)
        assert broken.weights.tolist() == start.weights.tolist()
        assert broken.tied_components() == []
        before, after, stds = start._component_means(), broken._component_means(), start._component_stds()
        assert (np.abs(after - before) <= 0.07 * stds).all()
        assert (np.abs(after - before) <= 0.021 * np.maximum(np.abs(before), stds)).all()
        last = list(broken.parameters.values())[-1]
        for group in (np.flatnonzero(home == one) for one in set(home)):
            if group.size == 1:
                assert after[group] == before[group]
                continue
            weights = start.weights[group]
            if weights.sum() > 0:
                rounding = 1e-9 * stds[group[0]] + 4 * np.spacing(before[group[0]])
                assert abs(weights @ (after[group] - before[group])) <= rounding
            assert (np.diff(after[group]) > 0).all() or (np.diff(last[group]) > 0).all()


def test_break_tie_nudges_no_component_onto_another():
    x = np.random.default_rng(0).exponential(1, 100)
    onto = em.ExponentialMixture([0.3, 0.3, 0.4], [1, 1, 1 + NUDGE])
    assert em.break_tie(x, onto).tied_components() == []
    assert em.break_tie(x, onto).scales[2] == 1 + NUDGE


@pytest.mark.parametrize("mean", [1e-300, 1e-6, 1.0, 1e6, 1e12])
def test_break_tie_moves_poisson_components_by_at_most_a_few_hundredths_of_a_std(mean):
    broken = em.break_tie([1.0, 2.0, 7.0], em.PoissonMixture([0.5, 0.5], [mean, mean]))
    assert 0 < np.diff(broken.means)[0] <= 0.031 * np.sqrt(mean)
    assert broken.tied_components() == []


@pytest.mark.parametrize(("mean", "std"), [(1e17, 1.0), (1e12, 1e-3), (1e300, 1.0), (-1e16, 0.1)])
def test_break_tie_refuses_components_so_far_from_0_that_a_nudge_is_lost_in_rounding(mean, std):
    start = em.GaussianMixture([0.5, 0.5], [mean, mean], [std, std])
    with pytest.raises(ValueError, match="start must have components that numbers can tell apart"):
        em.break_tie([1.0, 2.0, 7.0], start)
