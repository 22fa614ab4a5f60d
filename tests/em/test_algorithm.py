"""The E-step, the M-step, and the run that consists of them."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from scipy import optimize

import em
from tests import oracle

EXPONENTIAL = em.ExponentialMixture([0.5, 0.5], [0.1, 1])
GAUSSIAN = em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7])
NOTEBOOK_START = em.ExponentialMixture([0.1, 0.9], [0.3, 0.6])
GAUSSIAN_START = em.GaussianMixture([0.5, 0.5], [0.5, 2], [1, 1])
CASES = pytest.mark.parametrize(
    ("truth", "start"), [(EXPONENTIAL, NOTEBOOK_START), (GAUSSIAN, GAUSSIAN_START)], ids=["exponential", "gaussian"]
)


def sample(truth, n=300, seed=0):
    return truth.sample(n, np.random.default_rng(seed))[0]


def exactly(n):
    """Run an exact number of iterations."""
    return em.StoppingRule(max_iter=n, tol=0)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize("truth", [EXPONENTIAL, GAUSSIAN], ids=["exponential", "gaussian"])
def test_m_step_maximises_the_weighted_log_likelihood(truth, k, seed):
    rng = np.random.default_rng(seed)
    x = sample(truth, 60, seed)
    r = rng.dirichlet(np.ones(k), x.size)
    fitted = type(truth).m_step(x, r)
    for j in range(k):
        density = oracle.components(fitted.parameters)[j].logpdf
        if truth.family == "exponential":
            found = optimize.minimize_scalar(
                lambda u, j=j: -r[:, j] @ [oracle.exponential_log_density(v, np.exp(u)) for v in x], tol=1e-12
            )
            assert fitted.scales[j] == pytest.approx(np.exp(found.x), rel=1e-6)
        else:
            found = optimize.minimize(
                lambda p, j=j: -r[:, j] @ [oracle.gaussian_log_density(v, p[0], np.exp(p[1])) for v in x],
                [0, 0],
                method="Nelder-Mead",
                options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 2000},
            )
            assert (fitted.means[j], fitted.stds[j]) == pytest.approx((found.x[0], np.exp(found.x[1])), abs=1e-6)
        assert r[:, j] @ density(x) == pytest.approx(-found.fun, rel=1e-10)
    assert fitted.weights == pytest.approx(r.mean(axis=0), rel=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_weights_of_the_m_step_maximise_their_part_of_the_lower_bound(seed):
    rng = np.random.default_rng(seed)
    r = rng.dirichlet([1, 2, 3], 50)
    counts = r.sum(axis=0)
    fitted = em.ExponentialMixture.m_step(rng.exponential(size=50), r)
    for other in rng.dirichlet([1, 2, 3], 200):
        assert counts @ np.log(fitted.weights) >= counts @ np.log(other)


def test_fifty_iterations_from_the_notebooks_start_are_those_of_a_naive_loop():
    x = sample(EXPONENTIAL)
    run = em.fit(x, NOTEBOOK_START, exactly(50))
    weights, scales, log_likelihood = oracle.exponential_em(x.tolist(), [0.1, 0.9], [0.3, 0.6], 50)
    np.testing.assert_allclose(run.parameters["weights"], weights, rtol=1e-10)
    np.testing.assert_allclose(run.parameters["scales"], scales, rtol=1e-10)
    np.testing.assert_allclose(run.log_likelihood, log_likelihood, rtol=1e-10)


def test_fifty_iterations_of_three_gaussians_are_those_of_a_naive_loop():
    x = sample(GAUSSIAN)
    start = [0.2, 0.5, 0.3], [-1.0, 1.0, 2.5], [0.5, 1.0, 2.0]
    run = em.fit(x, em.GaussianMixture(*start), exactly(50))
    *parameters, log_likelihood = oracle.gaussian_em(x.tolist(), *start, 50)
    for name, expected in zip(("weights", "means", "stds"), parameters, strict=True):
        np.testing.assert_allclose(run.parameters[name], expected, rtol=1e-10)
    np.testing.assert_allclose(run.log_likelihood, log_likelihood, rtol=1e-10)


@CASES
def test_record_t_holds_the_parameters_and_their_own_log_likelihood(truth, start):
    x = sample(truth)
    run = em.fit(x, start, exactly(20))
    assert run.log_likelihood.shape == (21,)
    expected = [mixture.log_likelihood(x) for mixture in run.mixtures]
    np.testing.assert_allclose(run.log_likelihood, expected, rtol=1e-13)
    assert run.log_likelihood[1] - run.log_likelihood[0] > 1e-3  # so the test finds a shift by one


@CASES
def test_run_of_t_iterations_has_t_plus_one_records_and_the_contracts_fields(truth, start):
    run = em.fit(sample(truth), start, exactly(7))
    assert run.n_iter == 7
    assert len(run.mixtures) == 8
    assert run.mixtures[0] is start
    assert run.mixture is run.mixtures[-1]
    assert run.reason is em.StopReason.MAX_ITER
    assert run.converged is False
    assert list(run.parameters) == list(start.parameter_names)
    for name, trajectory in run.parameters.items():
        assert trajectory.shape == (8, 2)
        assert [row.tolist() for row in trajectory] == [getattr(m, name).tolist() for m in run.mixtures]
    with pytest.raises(ValueError, match="read-only"):
        run.log_likelihood[0] = 0


def test_default_stopping_is_at_most_a_thousand_iterations_and_tolerance_1e_8():
    x = sample(EXPONENTIAL)
    assert em.StoppingRule() == em.StoppingRule(max_iter=1000, tol=1e-8)
    assert em.fit(x, NOTEBOOK_START).stopping == em.StoppingRule()
    assert em.fit(x, NOTEBOOK_START).converged is True


@CASES
def test_iterate_yields_the_records_of_fit_bit_for_bit(truth, start):
    x = sample(truth)
    run = em.fit(x, start, exactly(30))
    for t, record in enumerate(islice(em.iterate(x, start), 31)):
        assert record.index == t
        assert record.mixture == run.mixtures[t]
        assert record.log_likelihood == run.log_likelihood[t]


def test_iterate_continues_after_fit_would_have_converged():
    x = sample(EXPONENTIAL)
    stopped = em.fit(x, NOTEBOOK_START).n_iter
    assert len(list(islice(em.iterate(x, NOTEBOOK_START), stopped + 50))) == stopped + 50


def test_iterate_ends_with_the_last_proper_record_where_a_component_degenerates():
    x = [0.0, 1.0, 5.0]
    start = em.GaussianMixture([0.5, 0.5], [0, 3], [0.1, 2])
    records = list(em.iterate(x, start))
    run = em.fit(x, start)
    assert run.reason is em.StopReason.DEGENERATE
    assert [record.mixture for record in records] == list(run.mixtures)


@CASES
def test_same_input_gives_the_same_bits(truth, start):
    x = sample(truth)
    first, second = em.fit(x, start), em.fit(x.tolist(), start)
    assert first.log_likelihood.tobytes() == second.log_likelihood.tobytes()
    assert first.mixtures == second.mixtures


@CASES
def test_one_component_lands_on_the_sample_moments_at_once(truth, start):
    x = sample(truth)
    one = type(start)([1], *([3.0] for _ in start.parameter_names[1:]))
    run = em.fit(x, one, exactly(1))
    assert run.mixture.mean == pytest.approx(x.mean(), rel=1e-13)
    assert run.mixture.std == pytest.approx(x.mean() if truth.family == "exponential" else x.std(), rel=1e-13)


def random_exponential(rng):
    k, n = int(rng.integers(1, 6)), int(rng.choice([2, 5, 30, 150]))
    x = rng.exponential(rng.choice([0.1, 1, 5], n))
    return x, em.ExponentialMixture(rng.dirichlet(np.ones(k)), 10 ** rng.uniform(-2, 2, k))


def random_gaussian(rng):
    k, n = int(rng.integers(1, 6)), int(rng.choice([2, 5, 30, 150]))
    x = rng.normal(rng.choice([-4, 0, 3], n), 1) + rng.choice([0, 0, 1e3, -1e6])
    if rng.random() < 0.3:
        x = np.round(x)  # repeated values, onto which components shrink
    return x, em.GaussianMixture(rng.dirichlet(np.ones(k)), rng.choice(x, k), 10 ** rng.uniform(-1, 1, k))


@pytest.mark.parametrize("random_case", [random_exponential, random_gaussian])
def test_log_likelihood_never_falls_over_200_random_samples_and_starts(random_case):
    ends = set()
    for seed in range(200):
        x, start = random_case(np.random.default_rng(seed))
        run = em.fit(x, start, em.StoppingRule(max_iter=60, tol=[0, 1e-8][seed % 2]))
        assert np.isfinite(run.log_likelihood).all(), seed
        allowed = 1e-9 * np.abs(run.log_likelihood[:-1])
        assert (np.diff(run.log_likelihood) >= -allowed).all(), seed
        for mixture in run.mixtures[1:]:
            assert mixture.weights.sum() == pytest.approx(1, abs=1e-12), seed
        ends.add(run.reason)
    assert {em.StopReason.MAX_ITER, em.StopReason.CONVERGED} <= ends


@pytest.mark.parametrize("unit", [1e-100, 1e-6, 3, 1e6, 1e100])
def test_exponential_fit_scales_with_the_unit_of_the_data(unit):
    x = sample(EXPONENTIAL)
    plain = em.fit(x, NOTEBOOK_START, exactly(60))
    scaled = em.fit(unit * x, em.ExponentialMixture([0.1, 0.9], unit * np.array([0.3, 0.6])), exactly(60))
    np.testing.assert_allclose(scaled.parameters["scales"], unit * plain.parameters["scales"], rtol=1e-9)
    np.testing.assert_allclose(scaled.parameters["weights"], plain.parameters["weights"], rtol=1e-9)
    np.testing.assert_allclose(scaled.log_likelihood, plain.log_likelihood - x.size * np.log(unit), rtol=1e-9)


@pytest.mark.parametrize(
    ("factor", "offset", "rtol"),
    [(1e-6, 0, 1e-9), (1e6, 0, 1e-9), (-1, 0, 1e-9), (1, 1e6, 1e-6), (1e-3, -1e3, 1e-6), (1e-6, 1, 1e-6)],
)
def test_gaussian_fit_follows_a_change_of_unit_and_origin(factor, offset, rtol):
    x = sample(GAUSSIAN)
    means = np.array([0.5, 2])
    plain = em.fit(x, GAUSSIAN_START, exactly(60)).parameters
    moved_start = em.GaussianMixture([0.5, 0.5], factor * means + offset, [abs(factor)] * 2)
    moved = em.fit(factor * x + offset, moved_start, exactly(60)).parameters
    np.testing.assert_allclose(moved["weights"], plain["weights"], rtol=rtol)
    np.testing.assert_allclose(moved["stds"], abs(factor) * plain["stds"], rtol=rtol)
    np.testing.assert_allclose((moved["means"] - offset) / factor, plain["means"], rtol=rtol, atol=rtol)


@CASES
def test_order_of_components_and_of_observations_does_not_matter(truth, start):
    x = sample(truth)
    plain = em.fit(x, start, exactly(40))
    swapped = em.fit(x, type(start)(*(array[::-1] for array in start.parameters.values())), exactly(40))
    shuffled = em.fit(np.random.default_rng(5).permutation(x), start, exactly(40))
    for name, trajectory in plain.parameters.items():
        np.testing.assert_allclose(swapped.parameters[name][:, ::-1], trajectory, rtol=1e-9)
        np.testing.assert_allclose(shuffled.parameters[name], trajectory, rtol=1e-9)
