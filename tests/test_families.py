"""What every family must do, the engine's own and families that give no more than they must."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import em
from em.mixtures import derivatives
from em.mixtures.parameters import Kind
from tests import oracle
from tests.families import LogNormalMixture, PlainPoisson, without_closed_forms

PlainExponential, PlainGaussian = (without_closed_forms(f) for f in (em.ExponentialMixture, em.GaussianMixture))

TRUTHS = [
    em.ExponentialMixture([0.4, 0.6], [0.1, 1]),
    em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7]),
    em.PoissonMixture([0.3, 0.7], [1, 7]),
    LogNormalMixture([0.4, 0.6], [0, 2.5], [0.4, 0.6]),
    PlainPoisson([0.3, 0.7], [1, 7]),
    PlainExponential([0.4, 0.6], [0.1, 1]),
    PlainGaussian([0.4, 0.6], [0, 3], [1, 0.7]),
]
FAMILIES = pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: type(truth).__name__)
OWN = pytest.mark.parametrize("truth", TRUTHS[:3], ids=lambda truth: type(truth).__name__)
LONG = em.StoppingRule(5000, 1e-13)


def sample(truth, n=400, seed=0):
    return truth.sample(n, np.random.default_rng(seed))[0]


def fitted(truth, n=400, seed=0):
    x = sample(truth, n, seed)
    return x, em.fit(x, truth, LONG).mixture


# -- the two steps ---------------------------------------------------------------------------------------------------


@FAMILIES
def test_the_steps_are_what_a_run_is_made_of(truth):
    x = sample(truth)
    run = em.fit(x, truth, em.StoppingRule(12, 0))
    prepared, mixture = em.Observations(x, type(truth)), truth
    for t in range(run.n_iter):
        statistics = em.e_step(prepared, mixture)
        assert statistics.log_likelihood == statistics.objective == run.log_likelihood[t]
        mixture = em.m_step(statistics)
        assert mixture == run.mixtures[t + 1]
    assert mixture == [record.mixture for record, _ in zip(em.iterate(x, truth), range(13), strict=False)][-1]


@FAMILIES
def test_the_steps_agree_with_the_responsibilities_written_out(truth):
    for n in (3, 400, 12_000):
        x = sample(truth, n, seed=n)
        r, statistics = truth.responsibilities(x), em.e_step(x, truth)
        np.testing.assert_allclose(statistics.n_eff, r.sum(axis=0), rtol=1e-11)
        assert statistics.log_likelihood == pytest.approx(truth.log_likelihood(x), rel=1e-12)
        assert statistics.n_observations == n
        following, expected = em.m_step(statistics), type(truth).m_step(x, r)
        for name, array in expected.parameters.items():
            np.testing.assert_allclose(following.parameters[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


@FAMILIES
def test_a_hard_e_step_gives_each_observation_to_its_likeliest_component(truth):
    x = sample(truth, 500, seed=3)
    log_joint = np.log(truth.weights) + truth.component_log_density(x)
    label = log_joint.argmax(axis=1)
    statistics = em.e_step(x, truth, hard=True)
    np.testing.assert_array_equal(statistics.n_eff, np.bincount(label, minlength=2))
    assert statistics.objective == pytest.approx(log_joint.max(axis=1).sum(), rel=1e-12)
    assert statistics.log_likelihood == pytest.approx(truth.log_likelihood(x), rel=1e-12)
    following = em.m_step(statistics)
    for k in range(2):
        alone = type(truth).m_step(x[label == k], np.ones((int((label == k).sum()), 1)))
        for name, array in list(alone.parameters.items())[1:]:
            np.testing.assert_allclose(following.parameters[name][k], array[0], rtol=1e-9)


def test_a_hard_e_step_gives_ties_to_the_first_component():
    tied = em.GaussianMixture([0.5, 0.5], [0, 0], [1, 1])
    assert em.e_step([1.0, -2.0, 0.5], tied, hard=True).n_eff.tolist() == [3, 0]
    with pytest.raises(em.DegenerateComponent, match="component 1 has lost all its weight"):
        em.m_step(em.e_step([1.0, -2.0, 0.5], tied, hard=True))
    far = em.GaussianMixture([0.5, 0.5], [0, 1], [1e-160, 1e-160])  # every log density overflows
    assert em.e_step([-1.0, 0.4, 3.0], far, hard=True).n_eff.tolist() == [2, 1]


@FAMILIES
@pytest.mark.parametrize("n", [60, 12_000])
def test_prepared_observations_give_the_same_bits_and_are_not_those_of_the_caller(truth, n):
    x = sample(truth, n)
    prepared = em.Observations(x, type(truth))
    runs = [em.fit(given, truth, em.StoppingRule(6, 0)) for given in (x, prepared, prepared)]
    kept = x.copy()
    x += 1
    runs.append(em.fit(prepared, truth, em.StoppingRule(6, 0)))
    np.testing.assert_array_equal(prepared.x, kept)
    for run in runs[1:]:
        assert run.mixtures == runs[0].mixtures
        assert run.log_likelihood.tolist() == runs[0].log_likelihood.tolist()
        assert run.n_passes == runs[0].n_passes
    with pytest.raises(ValueError, match="read-only"):
        prepared.x[0] = 1


def test_one_preparation_serves_mixtures_of_any_number_of_components():
    x = sample(TRUTHS[1], 7000)
    prepared = em.Observations(x, em.GaussianMixture)
    for k in (1, 3, 2, 5, 2):
        mixture = em.quantile_start(x, em.GaussianMixture, k)
        for _ in range(3):
            found, fresh = em.e_step(prepared, mixture), em.e_step(x, mixture)
            assert found.log_likelihood == pytest.approx(fresh.log_likelihood, rel=1e-13)
            np.testing.assert_allclose(found.n_eff, fresh.n_eff, rtol=1e-11)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: em.e_step([1.0], "mixture"), "mixture must be a mixture such as .*got 'mixture'"),
        (lambda: em.e_step([-1.0], TRUTHS[0]), "x must not be negative"),
        (
            lambda: em.e_step(em.Observations([1, 2], em.GaussianMixture), TRUTHS[0]),
            "family of the observations, gauss",
        ),
        (lambda: em.Observations([1.0], "gaussian"), "family must be a family of mixtures such as .*got 'gaussian'"),
        (lambda: em.Observations([0.5], em.PoissonMixture), "x must hold whole numbers.*got 0.5 at index 0: round"),
        (
            lambda: em.Observations([3, -1.0], em.PoissonMixture),
            "x must not be negative for poisson.*got -1.0 at index 1",
        ),
        (lambda: em.fit([1, 0.0], TRUTHS[3]), "x must be above 0 for log-normal components; got 0.0 at index 1: leave"),
        (lambda: em.m_step([1.0]), r"statistics must come from em.e_step\(x, mixture\); got \[1.0\]"),
        (lambda: em.PoissonMixture([1], [0]), "means must be positive; got 0.0"),
        (lambda: LogNormalMixture([0.5, 0.5], [0, 1], [1, 0]), "log_stds must be positive"),
        (lambda: em.quantile_start([0, 0], em.PoissonMixture, 2), "x must leave room for a poisson component"),
    ],
)
def test_nonsense_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# -- fits ------------------------------------------------------------------------------------------------------------


def test_a_log_normal_mixture_is_fitted_as_the_gaussian_mixture_of_the_logarithms():
    truth = TRUTHS[3]
    x = sample(truth, 500)
    run = em.fit(x, truth, em.StoppingRule(200, 0))
    of_logs = em.fit(
        np.log(x), em.GaussianMixture(truth.weights, truth.log_means, truth.log_stds), em.StoppingRule(200, 0)
    )
    np.testing.assert_allclose(run.log_likelihood, of_logs.log_likelihood - np.log(x).sum(), rtol=1e-12)
    for mine, theirs in zip(run.parameters.values(), of_logs.parameters.values(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10)
    errors = em.standard_errors(x, em.fit(x, truth, LONG).mixture).parameters
    expected = em.standard_errors(np.log(x), em.fit(np.log(x), of_logs.mixtures[0], LONG).mixture).parameters
    for mine, theirs in zip(errors.values(), expected.values(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)


@pytest.mark.parametrize("n", [50, 3000, 20_000])
def test_poisson_fits_agree_with_the_plain_family_and_with_naive_code(n):
    x = sample(TRUTHS[2], n)
    start = em.PoissonMixture([0.5, 0.5], [0.5, 3])
    run = em.fit(x, start, em.StoppingRule(30, 0))
    plain = em.fit(x, PlainPoisson(start.weights, start.means), em.StoppingRule(30, 0))
    np.testing.assert_allclose(run.log_likelihood, plain.log_likelihood, rtol=1e-12)
    np.testing.assert_allclose(run.parameters["means"], plain.parameters["means"], rtol=1e-10)
    if n == 50:
        weights, means, log_likelihood = oracle.poisson_em(x, start.weights, start.means, 30)
        np.testing.assert_allclose(run.parameters["weights"], weights, rtol=1e-10)
        np.testing.assert_allclose(run.parameters["means"], means, rtol=1e-10)
        np.testing.assert_allclose(run.log_likelihood, log_likelihood, rtol=1e-12)


def test_poisson_probabilities_are_those_of_scipy():
    x = np.array([0, 1, 2, 10, 400, 0.5, -1])
    means = np.array([1e-3, 1, 7, 300])
    mixture = em.PoissonMixture(np.full(4, 0.25), means)
    np.testing.assert_allclose(
        mixture.component_log_density(x), stats.poisson.logpmf(x[:, np.newaxis], means), rtol=1e-12
    )
    assert mixture.density(np.arange(600)).sum() == pytest.approx(1, abs=1e-12)
    drawn, _ = mixture.sample(20_000, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(mixture.mean, rel=0.05)
    assert drawn.std() == pytest.approx(mixture.std, rel=0.05)


def test_a_poisson_component_on_zeros_only_is_degenerate_or_ends_near_nothing():
    run = em.fit([0, 0, 0], em.PoissonMixture([1], [2]))
    assert run.reason is em.StopReason.DEGENERATE
    assert "has shrunk onto the observations equal to 0" in str(run.degenerate)
    inflated = np.r_[np.zeros(300), sample(em.PoissonMixture([1], [8]), 300)]
    run = em.fit(inflated, em.PoissonMixture([0.5, 0.5], [0.1, 8]), em.StoppingRule(20_000))
    assert run.converged
    assert run.mixture.means[0] < 1e-2


@FAMILIES
def test_the_log_likelihood_never_falls(truth):
    family = type(truth)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = sample(truth, int(rng.integers(20, 300)), seed)
        start = em.random_start(x, family, int(rng.integers(1, 5)), rng)
        run = em.fit(x, start, em.StoppingRule(60, 0))
        assert (np.diff(run.log_likelihood) >= -1e-9 * np.abs(run.log_likelihood[:-1])).all()


@FAMILIES
def test_both_methods_end_at_the_same_maximum(truth):
    x, mixture = fitted(truth)
    quick = em.fit(x, truth, LONG, "accelerated")
    assert quick.converged
    assert quick.log_likelihood[-1] == pytest.approx(mixture.log_likelihood(x), abs=1e-8)


# -- derivatives -----------------------------------------------------------------------------------------------------


def natural(mixture):
    """All free parameters in a row: the weights but the last, then the others as they are shown."""
    return np.concatenate([mixture.weights[:-1], *list(mixture.parameters.values())[1:]])


def of_natural(family, values, k):
    weights, others = values[: k - 1], values[k - 1 :].reshape(-1, k)
    return family(np.r_[weights, 1 - weights.sum()], *others)


def differentiated_errors(x, mixture, errors):
    """Standard errors from second differences of the log-likelihood by the parameters themselves."""
    k, at = mixture.n_components, natural(mixture)
    steps = np.diag(0.02 * errors)

    def value(step):
        return of_natural(type(mixture), at + step, k).log_likelihood(x)

    p = at.size
    hessian = np.empty((p, p))
    for a in range(p):
        for b in range(p):
            corners = [s * t * value(s * steps[a] + t * steps[b]) for s in (1, -1) for t in (1, -1)]
            hessian[a, b] = sum(corners) / (4 * steps[a, a] * steps[b, b])
    return np.sqrt(np.diagonal(np.linalg.inv(-hessian)))


UNITS = [(truth, 1) for truth in TRUTHS]
UNITS += [(truth, unit) for truth in TRUTHS for unit in (1e-6, 1e6) if "Poisson" not in type(truth).__name__]


@pytest.mark.parametrize(
    ("truth", "unit"), UNITS, ids=lambda one: f"{one:g}" if one in (1, 1e-6, 1e6) else type(one).__name__
)
def test_standard_errors_are_those_of_numerical_differentiation(truth, unit):
    x = unit * sample(truth)
    mixture = em.fit(x, em.quantile_start(x, type(truth), 2), LONG).mixture
    found = em.standard_errors(x, mixture)
    assert found.parameters, found.message
    errors = np.concatenate([found.parameters["weights"][:-1], *list(found.parameters.values())[1:]])
    np.testing.assert_allclose(errors, differentiated_errors(x, mixture, errors), rtol=2e-3)


@OWN
def test_derivatives_by_differences_agree_with_those_in_closed_form(truth):
    x, mixture = fitted(truth)
    np.testing.assert_allclose(derivatives.slopes(mixture, x), mixture._slopes(x), rtol=1e-7, atol=1e-7)
    r = mixture.responsibilities(x).T
    summed = np.einsum("kn,abkn->abk", r, derivatives.curvatures(mixture, x))
    closed = mixture._curvature(r.sum(axis=1), np.einsum("kn,akn->ak", r, mixture._slopes(x)))
    np.testing.assert_allclose(summed, closed, rtol=1e-5, atol=1e-4)
    single = type(truth).m_step(x, np.ones((x.size, 1)))
    information = single._unit_information()[:, 0]
    np.testing.assert_allclose(
        information, -np.diagonal(derivatives.curvatures(single, x)[:, :, 0].mean(axis=-1)), rtol=1e-5
    )


def test_where_differences_are_not_to_be_trusted_there_are_no_standard_errors():
    class Wrong(PlainGaussian):
        kinds = {"means": Kind.PLAIN, "stds": Kind.PLAIN}  # noqa: RUF012 (stds of 1e-6 are no plain numbers)

    x = 1e-6 * sample(TRUTHS[1])
    mixture = em.fit(x, em.quantile_start(x, em.GaussianMixture, 2), LONG).mixture
    found = em.standard_errors(x, Wrong(*mixture.parameters.values()))
    assert found.parameters is None
    assert em.standard_errors(x, mixture).parameters


# -- what is asked about fits ----------------------------------------------------------------------------------------


@FAMILIES
def test_the_surface_is_the_log_likelihood_of_each_point(truth):
    x = sample(truth, 200)
    run = em.fit(x, truth, em.StoppingRule(20, 0))
    for name, kind in truth.kinds.items():
        axes = em.surface_axes(run, name, n=5)
        found = em.surface(x, run.mixture, name, axes)
        for g, h in ((0, 0), (1, 3), (4, 2)):
            moved = run.mixture.parameters | {name: np.array([axes[0][g], axes[1][h]])}
            assert found[g, h] == pytest.approx(type(truth)(*moved.values()).log_likelihood(x), rel=1e-11)
        path = run.parameters[name]
        assert all(
            axis[0] < column.min() and column.max() < axis[-1] for axis, column in zip(axes, path.T, strict=True)
        )
        assert kind is not Kind.POSITIVE or min(axis[0] for axis in axes) > 0


@FAMILIES
def test_the_lower_bound_after_each_m_step(truth):
    x = sample(truth, 200)
    run = em.fit(x, truth, em.StoppingRule(5, 0))
    expected = [
        after.lower_bound(x, before.responsibilities(x))
        for before, after in zip(run.mixtures, run.mixtures[1:], strict=False)
    ]
    np.testing.assert_allclose(em.bounds(run, x), expected, rtol=1e-11)
    if type(truth)._divergences is em.Mixture._divergences:
        with pytest.raises(ValueError, match="x must be given for the bounds"):
            em.bounds(run)
    else:
        np.testing.assert_allclose(em.bounds(run), expected, rtol=1e-11)


@FAMILIES
def test_the_saddle_of_identical_components_is_what_em_does_there(truth):
    family, x = type(truth), sample(truth, 3000, seed=1)
    growth = em.diagnosis.saddle_growth(x, family)
    single = family.m_step(x, np.ones((x.size, 1)))
    matrix = family.saddle_matrix(x)
    assert matrix.shape == (len(truth.kinds),) * 2
    twice = family([0.5, 0.5], *(np.repeat(array, 2) for array in list(single.parameters.values())[1:]))
    start = twice.nudged(em.diagnosis.unstable_direction(x, family)[1], [-1e-5, 1e-5])
    apart = [mixture._component_distances()[0, 1] for mixture in em.fit(x, start, em.StoppingRule(3, 0)).mixtures]
    assert apart[3] / apart[2] == pytest.approx(growth, rel=1e-2)


@OWN
def test_closed_forms_of_the_saddle_agree_with_the_default(truth):
    x, share = sample(truth, 500), np.random.default_rng(0).uniform(size=500)
    plain = without_closed_forms(type(truth))
    np.testing.assert_allclose(plain.saddle_matrix(x), type(truth).saddle_matrix(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(plain.saddle_matrix(x, share), type(truth).saddle_matrix(x, share), rtol=1e-5, atol=1e-6)


@FAMILIES
def test_starts_restarts_and_the_number_of_components(truth):
    family, x = type(truth), sample(truth, 300)
    rng = np.random.default_rng(0)
    for start in (
        em.quantile_start(x, family, 3),
        em.random_start(x, family, 3, rng),
        em.kmeans_start(x, family, 3, rng),
    ):
        assert not start.tied_components()
        assert (np.diff(start._component_means()) > 0).all()
    found = em.restarts(x, [em.random_start(x, family, 2, rng) for _ in range(4)])
    assert found.best.converged
    assert em.match(found.best.mixture, truth) in {(0, 1), (1, 0)}
    chosen = em.preferred(em.choose(x, family, range(1, 4), n_starts=4))
    assert chosen.n_components == 2
    assert em.describe(x, found.best, truth) is not None


@FAMILIES
def test_components_of_given_moments(truth):
    made = type(truth).from_moments([0.2, 0.8], [1.0, 6.0], [0.5, 2.0])
    assert made.weights.tolist() == [0.2, 0.8]
    np.testing.assert_allclose(made._component_means(), [1, 6], rtol=0.05)
