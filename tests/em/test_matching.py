"""Matching estimated components to true ones, and label switching."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

import em
from em.studies.matching import _assignment


def random_mixture(family, k, rng):
    """Components that are clearly apart, in random order."""
    order = rng.permutation(k)
    weights = rng.dirichlet(np.full(k, 5.0))
    if family is em.ExponentialMixture:
        return family(weights, 8.0**order * rng.uniform(0.8, 1.2, k))
    return family(weights, 6.0 * order + rng.uniform(-1, 1, k), rng.uniform(0.5, 1.5, k))


def jittered(mixture, rng):
    """The same parameters, changed by some per cent."""
    weights, *others = (array * rng.uniform(0.95, 1.05, array.size) for array in mixture.parameters.values())
    return type(mixture)(weights / weights.sum(), *others)


FAMILIES = pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@FAMILIES
def test_any_permutation_is_undone(family, k):
    for seed in range(20):
        rng = np.random.default_rng([k, seed])
        truth = random_mixture(family, k, rng)
        order = tuple(int(i) for i in rng.permutation(k))
        estimate = em.reordered(jittered(truth, rng), order)
        permutation = em.match(estimate, truth)
        assert tuple(order[i] for i in permutation) == tuple(range(k))
        for name, array in em.reordered(estimate, permutation).parameters.items():
            np.testing.assert_allclose(array, truth.parameters[name], rtol=0.15, atol=0.6)
        assert em.labels_switched(estimate, truth) == (order != tuple(range(k)))


@FAMILIES
def test_total_distance_is_the_smallest_of_all_permutations(family):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        weights = rng.dirichlet(np.ones(4), 2)
        parameters = 10 ** rng.uniform(-1, 1, (2, 2, 4))
        estimate, truth = (family.from_moments(w, *p) for w, p in zip(weights, parameters, strict=True))
        cost = truth._overlap_distances(estimate) + (np.sqrt(truth.weights)[:, None] - np.sqrt(estimate.weights)) ** 2
        totals = {p: sum(cost[k, p[k]] for k in range(4)) for p in permutations(range(4))}
        assert totals[em.match(estimate, truth)] == pytest.approx(min(totals.values()))


@FAMILIES
def test_distance_is_minus_the_logarithm_of_the_overlap_of_the_densities(family):
    one, other = family.from_moments([1], [1.0], [0.5]), family.from_moments([1], [2.0], [0.9])
    grid = np.linspace(0 if family is em.ExponentialMixture else -9, 60, 2_000_001)
    overlap = np.trapezoid(np.sqrt(one.density(grid) * other.density(grid)), grid)
    assert one._overlap_distances(other)[0, 0] == pytest.approx(-np.log(overlap), rel=1e-5)


def test_weights_decide_between_identical_components():
    truth = em.ExponentialMixture([0.2, 0.8], [1, 1])
    assert em.match(em.ExponentialMixture([0.7, 0.3], [1, 1]), truth) == (1, 0)
    assert em.match(em.ExponentialMixture([0.3, 0.7], [1, 1]), truth) == (0, 1)


def test_components_of_extreme_sizes_still_match():
    truth = em.GaussianMixture([0.5, 0.5], [0, 1e150], [1e-150, 1])
    assert em.match(em.reordered(truth, (1, 0)), truth) == (1, 0)
    far = em.ExponentialMixture([0.5, 0.5], [1e-300, 1e300])
    assert em.match(em.reordered(far, (1, 0)), far) == (1, 0)


def test_a_run_that_started_the_other_way_round_has_switched_labels():
    truth = em.ExponentialMixture([0.5, 0.5], [0.1, 1])
    x, _ = truth.sample(500, np.random.default_rng(0))
    assert em.labels_switched(em.fit(x, em.ExponentialMixture([0.5, 0.5], [2, 0.2])).mixture, truth)
    assert not em.labels_switched(em.fit(x, em.ExponentialMixture([0.5, 0.5], [0.2, 2])).mixture, truth)


def test_reordered_is_read_only_and_its_density_the_same():
    mixture = em.GaussianMixture([0.2, 0.3, 0.5], [0, 1, 2], [1, 2, 3])
    other = em.reordered(mixture, (2, 0, 1))
    assert other == em.GaussianMixture([0.5, 0.2, 0.3], [2, 0, 1], [3, 1, 2])
    assert not other.means.flags.writeable


def test_mixtures_of_different_kinds_are_not_matched():
    two = em.ExponentialMixture([0.5, 0.5], [1, 2])
    for other in (em.ExponentialMixture([1], [1]), em.GaussianMixture([0.5, 0.5], [1, 2], [1, 1])):
        with pytest.raises(ValueError, match="ExponentialMixture and 2; got"):
            em.match(two, other)


@pytest.mark.parametrize("k", range(1, 9))
def test_the_assignment_is_the_cheapest(k):
    rng = np.random.default_rng(k)
    for _ in range(50):
        costs = rng.exponential(size=(k, k))
        rows, columns = linear_sum_assignment(costs)
        assert costs[rows, _assignment(costs)].sum() == pytest.approx(costs[rows, columns].sum(), rel=1e-14)
