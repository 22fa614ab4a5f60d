"""The log-likelihood as a surface: equal to the mixture's own at every point, far tails included."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import em

CASES = {
    "exponential": (em.ExponentialMixture([0.4, 0.6], [0.1, 1]), "scales"),
    "exponential-5": (em.ExponentialMixture([0.1, 0.2, 0.3, 0.15, 0.25], [0.01, 0.3, 1, 7, 40]), "scales"),
    "means": (em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7]), "means"),
    "stds": (em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7]), "stds"),
    "means-4": (em.GaussianMixture([0.1, 0.3, 0.2, 0.4], [0, 3, -5, 9], [1, 0.7, 0.1, 2]), "means"),
}


def replaced(mixture, parameter, components, values):
    array = mixture.parameters[parameter].copy()
    array[list(components)] = values
    return type(mixture)(**(mixture.parameters | {parameter: array}))


def assert_equal_to_the_mixtures(found, x, mixture, parameter, axes, components=(0, 1)):
    expected = [[replaced(mixture, parameter, components, (a, b)).log_likelihood(x) for b in axes[1]] for a in axes[0]]
    assert found.shape == (len(axes[0]), len(axes[1]))
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.parametrize("case", CASES)
def test_every_point_is_the_log_likelihood_of_that_mixture(case):
    mixture, parameter = CASES[case]
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x, _ = mixture.sample(300, rng)
        axes = rng.normal(0, 4, (2, 9)) if parameter == "means" else 10 ** rng.uniform(-1.5, 1.5, (2, 9))
        axes = (axes[0], axes[1][:7])
        pair = tuple(rng.choice(mixture.n_components, 2, replace=False).tolist())
        assert_equal_to_the_mixtures(em.surface(x, mixture, parameter, axes, pair), x, mixture, parameter, axes, pair)


@pytest.mark.parametrize(
    ("mixture", "parameter", "axes"),
    [
        (em.ExponentialMixture([0.5, 0.5], [1, 1]), "scales", (np.geomspace(1e-6, 1e6, 9), np.geomspace(1e-6, 1e6, 9))),
        (em.GaussianMixture([0.5, 0.5], [0, 1], [1, 1]), "means", (np.linspace(-1e4, 1e4, 9), np.linspace(0, 300, 9))),
        (
            em.GaussianMixture([0.5, 0.5], [0, 1], [1, 1]),
            "stds",
            (np.geomspace(1e-8, 1e8, 9), np.geomspace(1e-3, 1, 9)),
        ),
        (em.ExponentialMixture([0, 1], [1, 1]), "scales", (np.geomspace(0.1, 9, 9), np.geomspace(0.1, 9, 9))),
    ],
)
def test_far_tails_neither_underflow_nor_overflow(mixture, parameter, axes):
    x = np.r_[0, 1e-9, 0.5, 1, 2, 3, 60, 1e3, 1e5]
    assert_equal_to_the_mixtures(em.surface(x, mixture, parameter, axes), x, mixture, parameter, axes)


def test_observations_in_several_chunks_add_up_and_memory_does_not_grow_with_them():
    mixture, parameter = CASES["exponential"]
    x, _ = mixture.sample(200_000, np.random.default_rng(0))
    axes = (np.array([0.1, 0.5]), np.linspace(0.5, 2, 60))
    tracemalloc.start()
    found = em.surface(x, mixture, parameter, axes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * x.nbytes
    for h in (0, 17, 59):
        at = replaced(mixture, parameter, (0, 1), (0.5, axes[1][h]))
        assert found[1, h] == pytest.approx(at.log_likelihood(x), rel=1e-11)


def runs():
    for seed in range(6):
        rng = np.random.default_rng(seed)
        for family, truth in (
            (em.ExponentialMixture, CASES["exponential"][0]),
            (em.GaussianMixture, CASES["means"][0]),
        ):
            x, _ = truth.sample(200, rng)
            for k in (2, 4):
                yield em.fit(x, em.random_start(x, family, k, rng), em.StoppingRule(100))


def test_axes_hold_the_whole_path_with_a_margin():
    for run in runs():
        for parameter in run.mixture.parameter_names[1:]:
            pair = (1, 0) if run.mixture.n_components == 2 else (2, 1)
            for k, axis in zip(pair, em.surface_axes(run, parameter, pair, 40), strict=True):
                path = run.parameters[parameter][:, k]
                assert axis.shape == (40,)
                assert (np.diff(axis) > 0).all()
                if parameter == "means":
                    assert axis[0] < path.min() - 0.2 * np.ptp(path)
                    assert axis[-1] > path.max() + 0.2 * np.ptp(path)
                    assert axis[-1] - axis[0] >= 2 * run.mixture.stds[k]
                else:
                    assert 0 < axis[0] < path.min() / 1.4
                    assert axis[-1] > path.max() * 1.4
                    assert axis[-1] / axis[0] >= 3.99


def test_scales_are_spaced_evenly_in_their_logarithm_only_where_they_span_much():
    x, _ = CASES["exponential"][0].sample(500, np.random.default_rng(0))
    near, far = em.surface_axes(em.fit(x, em.ExponentialMixture([0.5, 0.5], [0.09, 100])))
    np.testing.assert_allclose(np.diff(near), np.diff(near)[0], rtol=1e-9)
    np.testing.assert_allclose(np.diff(np.log(far)), np.diff(np.log(far))[0], rtol=1e-9)


def test_axes_of_a_run_with_default_parameter_go_straight_into_the_surface():
    x, _ = CASES["exponential"][0].sample(200, np.random.default_rng(0))
    run = em.fit(x, em.ExponentialMixture([0.1, 0.9], [0.3, 0.6]))
    found = em.surface(x, run.mixture, "scales", em.surface_axes(run))
    assert found.shape == (60, 60)
    assert found.max() == pytest.approx(run.log_likelihood[-1], abs=0.1)


def test_axes_need_two_components():
    run = em.fit([1.0, 2.0], em.ExponentialMixture([1], [1]))
    with pytest.raises(ValueError, match=r"from 0 to 0; got \(0, 1\): use a mixture of at least 2"):
        em.surface_axes(run)
