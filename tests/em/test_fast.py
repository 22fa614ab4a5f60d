"""The fast pass over the observations beside the careful E-step and M-step, which are the oracle here."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import em
from em.fitting import algorithm
from em.fitting import fast as fast_module
from em.fitting.fast import CHUNK, FEW, FastPass
from em.fitting.observations import statistics_by_responsibilities
from em.mixtures.moments import NEAR

EXPONENTIAL = em.ExponentialMixture([0.4, 0.6], [0.1, 1])
GAUSSIAN = em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7])
FAMILIES = pytest.mark.parametrize("mixture", [EXPONENTIAL, GAUSSIAN], ids=["exponential", "gaussian"])


def step(observations, mixture):
    """The log-likelihood of a mixture, and the mixture after an iteration of EM."""
    statistics = em.e_step(observations, mixture)
    return statistics.log_likelihood, em.m_step(statistics)


def by_sums(x, mixture):
    """The fast step, or None if it leaves the work to the careful one."""
    found = em.Observations(x, type(mixture))._fast_moments(mixture)
    return found and (found[0], type(mixture)._of_moments(len(x), found[1]))


def with_care(x, mixture):
    """The careful step; an error in place of the next mixture if a component is degenerate."""
    statistics = statistics_by_responsibilities(em.Observations(x, type(mixture)), mixture, hard=False)
    try:
        return statistics.log_likelihood, em.m_step(statistics)
    except em.DegenerateComponent as end:
        return statistics.log_likelihood, end


def assert_agree(fast, careful, rtol=1e-10):
    """Equal log-likelihoods and next mixtures; means to a fraction of the standard deviation or of themselves."""
    assert fast[0] == pytest.approx(careful[0], rel=rtol)
    size = careful[1].parameters[careful[1].parameter_names[-1]]
    for name, expected in careful[1].parameters.items():
        allowed = rtol * (np.maximum(size, np.abs(expected)) if name == "means" else expected)
        assert (np.abs(fast[1].parameters[name] - expected) <= allowed).all(), name


def random_case(seed):
    """A sample and a start: any number of components, unit and origin; some components are narrow or far off."""
    rng = np.random.default_rng(seed)
    k, n = int(rng.integers(1, 6)), int(rng.choice([1, 2, 30, 300, 5000, 20_000]))
    unit, origin = 10.0 ** rng.integers(-6, 7), rng.choice([0, 0, 1e3])
    weights = rng.dirichlet(np.ones(k))
    if seed % 2:
        truth = em.ExponentialMixture(weights, unit * 10 ** rng.uniform(-3, 3, k))
        start = em.ExponentialMixture(rng.dirichlet(np.ones(k)), truth.scales * np.exp(rng.normal(size=k)))
    else:
        stds = 10 ** rng.uniform(-2, 0.5, k)
        means = rng.uniform(-5, 5, k) + origin
        truth = em.GaussianMixture(weights, unit * means, unit * stds)
        moved = means + stds * rng.normal(size=k)
        start = em.GaussianMixture(weights, unit * moved, unit * stds * np.exp(rng.normal(size=k) / 3))
    return truth.sample(n, rng)[0], start


def test_a_pass_agrees_with_the_careful_steps_or_leaves_it_to_them():
    taken = {em.ExponentialMixture: 0, em.GaussianMixture: 0}
    for seed in range(600):
        x, start = random_case(seed)
        fast = by_sums(x, start)
        if fast:
            taken[type(start)] += 1
            assert_agree(fast, with_care(x, start))
    assert taken[em.ExponentialMixture] > 280
    assert taken[em.GaussianMixture] > 100


def test_whole_runs_agree_with_runs_of_careful_steps_only(monkeypatch):
    for seed in range(60):
        x, start = random_case(seed)
        stopping = em.StoppingRule(25, 0)
        run = em.fit(x, start, stopping)
        with monkeypatch.context() as without:
            without.setattr(FastPass, "__call__", lambda self, mixture, direct: None)
            careful = em.fit(x, start, stopping)
        assert run.reason is careful.reason
        assert run.message == careful.message or run.reason is em.StopReason.MAX_ITER
        np.testing.assert_allclose(run.log_likelihood, careful.log_likelihood, rtol=1e-9)


@FAMILIES
@pytest.mark.parametrize("n", [1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK + 17])
def test_every_observation_counts_once_with_any_number_of_chunks(mixture, n):
    x, _ = mixture.sample(n, np.random.default_rng(n))
    fast, careful = by_sums(x, mixture), with_care(x, mixture)
    if isinstance(careful[1], em.DegenerateComponent):
        assert fast is None
    else:
        assert_agree(fast, careful, rtol=1e-12)
        assert fast[1].weights.sum() == pytest.approx(1, abs=1e-12)


@FAMILIES
def test_typical_runs_need_fast_passes_only(mixture, monkeypatch):
    monkeypatch.setattr(algorithm, "statistics_by_responsibilities", lambda *_: pytest.fail("went the careful way"))
    x, _ = mixture.sample(20_000, np.random.default_rng(0))
    k = np.arange(1, 4)
    for start in (mixture, em.quantile_start(x, type(mixture), 3), type(mixture).from_moments(k / 6, k, k)):
        em.fit(x, start, em.StoppingRule(30, 0))
    for name in ("faithful-waiting", "galaxies"):
        x = em.datasets.load(name).x
        em.fit(x, em.quantile_start(x, type(mixture), 2), em.StoppingRule(30, 0))


@FAMILIES
@pytest.mark.parametrize("n", [300, CHUNK + 5])
def test_steps_one_after_another_do_not_remember_each_other(mixture, n):
    x, _ = mixture.sample(n, np.random.default_rng(3))
    used = em.Observations(x, type(mixture))
    other = type(mixture).from_moments([0.9, 0.1], [2, 1], [3, 1])
    for current in (other, mixture, other):
        again, fresh = step(used, current), step(x, current)
        if n < FEW:
            assert again == fresh
        else:
            assert_agree(again, fresh, rtol=1e-13)


def test_observations_are_neither_stored_changed_nor_copied():
    x, _ = GAUSSIAN.sample(1000, np.random.default_rng(0))
    original = x.copy()
    assert em.GaussianMixture.check_observations(x) is x
    em.fit(x[::2], GAUSSIAN)
    em.fit(x, GAUSSIAN)
    np.testing.assert_array_equal(x, original)
    assert_agree(by_sums(x[::-2], GAUSSIAN), with_care(x[::-2], GAUSSIAN))


# -- where digits would be lost ----------------------------------------------------------------------------------------


def test_a_component_far_narrower_than_the_data_is_left_to_care():
    x, _ = GAUSSIAN.sample(500, np.random.default_rng(0))
    half = np.ptp(x) / 2
    middle = x.min() + half
    for narrowness, fast in ((0.9, True), (1.1, False)):
        narrow = half / (narrowness * NEAR)
        mixture = em.GaussianMixture([0.5, 0.5], [middle, middle], [half, narrow])
        assert bool(mixture._polynomials(middle, half)) is fast


@pytest.mark.parametrize("far", [1e3, 1e6, 1e12, -1e100])
def test_one_far_point_is_left_to_care_for_gaussians(far):
    x = np.r_[GAUSSIAN.sample(100, np.random.default_rng(0))[0], far]
    assert by_sums(x, GAUSSIAN) is None


def test_one_far_point_is_no_trouble_for_exponentials():
    x = np.r_[EXPONENTIAL.sample(100, np.random.default_rng(0))[0], 1e12]
    assert_agree(by_sums(x, EXPONENTIAL), with_care(x, EXPONENTIAL))


def test_data_of_a_tiny_range_far_from_zero_are_left_to_care_and_still_fitted():
    x = 1e8 + 1e-3 * GAUSSIAN.sample(500, np.random.default_rng(0))[0]
    start = em.GaussianMixture([0.5, 0.5], 1e8 + np.array([0, 3e-3]), [1e-3, 1e-3])
    assert by_sums(x, start) is None
    run = em.fit(x, start)
    assert run.converged
    np.testing.assert_allclose(run.mixture.stds, 1e-3 * GAUSSIAN.stds, rtol=0.2)


@pytest.mark.parametrize("apart", [30, 60, 300])
def test_odds_that_overflow_are_left_to_care(apart):
    rng = np.random.default_rng(0)
    x = np.r_[rng.normal(0, 1, 300), rng.normal(apart, 1, 300)]
    run = em.fit(x, em.GaussianMixture([0.5, 0.5], [1, apart - 1], [1.0, 1.0]))
    assert run.converged
    np.testing.assert_allclose(run.mixture.stds, [x[:300].std(), x[300:].std()], rtol=1e-6)


def test_odds_of_exponentials_that_overflow_are_left_to_care():
    x, start = np.array([1e-9, 1e-7]), em.ExponentialMixture([1, 1e-300], [1e-6, 1e6])
    assert by_sums(x, start) is None
    assert np.isfinite(em.fit(x, start, em.StoppingRule(3)).log_likelihood).all()


def test_products_of_odds_that_overflow_are_split(monkeypatch):
    x = np.r_[np.tile([19.0, 20, 21], 13), -19, -20, -21]
    mixture = em.GaussianMixture([0.5, 0.5], [-20, 20], [1.7, 1.6])  # log-odds of about 277: no two can be multiplied
    grouped = by_sums(x, mixture)
    assert_agree(grouped, with_care(x, mixture))
    monkeypatch.setattr(fast_module, "GROUP", 1)
    assert grouped[0] == pytest.approx(by_sums(x, mixture)[0], rel=1e-14)


@pytest.mark.parametrize("unit", [1e-300, 1e-200, 1e-6, 1e6, 1e140])
@FAMILIES
def test_any_unit_of_the_data(mixture, unit):
    x, _ = mixture.sample(200, np.random.default_rng(0))
    scaled = type(mixture)(mixture.weights, *(unit * array for array in list(mixture.parameters.values())[1:]))
    plain, run = em.fit(x, mixture), em.fit(unit * x, scaled)
    assert run.n_iter == pytest.approx(plain.n_iter, abs=2)
    np.testing.assert_allclose(run.log_likelihood[-1], plain.log_likelihood[-1] - 200 * np.log(unit), rtol=1e-6)


@pytest.mark.parametrize("weights", [[0, 1], [1, 0]])
@FAMILIES
def test_a_component_of_weight_zero_is_left_to_care(mixture, weights):
    start = type(mixture)(weights, *list(mixture.parameters.values())[1:])
    assert by_sums([1.0, 2.0, 4.0], start) is None


@pytest.mark.parametrize("weight", [1e-300, 1e-12])
@FAMILIES
def test_a_component_of_almost_no_weight_keeps_its_digits(mixture, weight):
    x, _ = mixture.sample(300, np.random.default_rng(0))
    start = type(mixture)([weight, 1 - weight], *list(mixture.parameters.values())[1:])
    assert_agree(by_sums(x, start), with_care(x, start))


def test_zeros_and_far_tails_of_exponentials():
    x = np.r_[np.zeros(5), 1e-300, 1, 1e5, 1e150]
    start = em.ExponentialMixture([0.5, 0.5], [0.1, 1])
    assert_agree(step(x, start), with_care(x, start))
    assert by_sums(np.zeros(4), start) is None


def test_identical_components_stay_identical_to_rounding():
    x, _ = EXPONENTIAL.sample(3000, np.random.default_rng(0))
    for start in (em.ExponentialMixture([0.5, 0.5], [0.5, 0.5]), em.GaussianMixture([0.5, 0.5], [1, 1], [1, 1])):
        after = em.fit(x, start, em.StoppingRule(3, 0)).mixture
        for name, array in after.parameters.items():
            assert array[0] == pytest.approx(array[1], rel=1e-13), name


def test_a_family_without_polynomials_is_fitted_by_the_careful_steps():
    class Plain(em.GaussianMixture):
        degree = 0

    x, _ = GAUSSIAN.sample(200, np.random.default_rng(0))
    start = Plain(GAUSSIAN.weights, GAUSSIAN.means, GAUSSIAN.stds)
    plain, run = em.fit(x, start, em.StoppingRule(5, 0)), em.fit(x, GAUSSIAN, em.StoppingRule(5, 0))
    np.testing.assert_allclose(plain.log_likelihood, run.log_likelihood, rtol=1e-13)


# -- with care, of many observations -----------------------------------------------------------------------------------


@FAMILIES
@pytest.mark.parametrize("n", [CHUNK + 1, 3 * CHUNK + 17])
def test_care_in_chunks_agrees_with_the_public_steps(mixture, n):
    x, _ = mixture.sample(n, np.random.default_rng(n))
    x[0] = 300
    log_likelihood, following = with_care(x, mixture)
    assert log_likelihood == pytest.approx(mixture.log_likelihood(x), rel=1e-13)
    whole = mixture.m_step(x, mixture.responsibilities(x))
    for name, expected in whole.parameters.items():
        np.testing.assert_allclose(following.parameters[name], expected, rtol=1e-12, atol=1e-13)


def test_care_takes_no_memory_that_grows_with_the_observations():
    x, _ = GAUSSIAN.sample(300_000, np.random.default_rng(0))
    x[0] = 300  # so far that powers of it would lose digits
    assert by_sums(x, GAUSSIAN) is None
    tracemalloc.start()
    em.fit(x, GAUSSIAN, em.StoppingRule(2, 0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < x.nbytes


@pytest.mark.parametrize("n", [100, CHUNK + 100])
@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e8 + 0.1, 1e-200])
def test_many_equal_observations_are_no_spread(n, value):
    x = np.r_[np.full(n, value), value + np.arange(1, 50) * (1 + value)]
    start = em.GaussianMixture([0.9, 0.1], [value, value + 25 * (1 + value)], [1e-8 * (1 + value), 10 * (1 + value)])
    run = em.fit(x, start)
    assert run.reason is em.StopReason.DEGENERATE
    assert "component 0 has shrunk onto the value" in str(run.degenerate)


@pytest.mark.parametrize("n", [300, CHUNK + 5])
@pytest.mark.parametrize("unit", [1e-100, 1e-160, 1e-170, 1e-200, 1e-300])
def test_a_component_of_hardly_any_weight_keeps_its_digits_in_any_unit(n, unit):
    x, _ = EXPONENTIAL.sample(n, np.random.default_rng(0))
    weights = [1e-150, 1]
    expected = em.fit(x, em.ExponentialMixture(weights, [0.1, 1]), em.StoppingRule(1, 0)).mixture
    found = em.fit(unit * x, em.ExponentialMixture(weights, [0.1 * unit, unit]), em.StoppingRule(1, 0)).mixture
    np.testing.assert_allclose(found.scales, unit * expected.scales, rtol=1e-9)
