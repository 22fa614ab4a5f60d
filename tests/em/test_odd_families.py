"""Families that are not smooth, leave their domain, or contradict themselves."""

from __future__ import annotations

import numpy as np
import pytest

import em
from tests.families import LaplaceMixture, NegativeBinomialMixture, PlainPoisson, sample

LAPLACE = LaplaceMixture([0.4, 0.6], [0, 5], [1, 0.7])


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 200, 2001, 12_000])
def test_a_density_with_a_kink_is_fitted_and_has_no_standard_errors(n):
    x = sample(LAPLACE, n)
    run = em.fit(x, LaplaceMixture([0.5, 0.5], [-1, 3], [2, 2]))
    assert run.converged
    after = em.fit(x, run.mixture, em.StoppingRule(200, 0))
    assert after.log_likelihood[-1] - run.log_likelihood[-1] <= 1e-6 * n
    quick = em.fit(x, run.mixtures[0], method="accelerated")
    assert quick.converged
    assert quick.log_likelihood[-1] == pytest.approx(run.log_likelihood[-1], abs=1e-6 * n)
    assert "it may have a kink" in em.standard_errors(x, run.mixture).message
    assert em.standard_errors(x, run.mixture).parameters is None
    assert not em.information(x, run.mixture).is_concave


def test_identical_components_with_a_kink_grow_as_reported():
    for seed in range(20):
        x = sample(LAPLACE, 400, seed)
        single = LaplaceMixture.m_step(x, np.ones((x.size, 1)))
        twice = LaplaceMixture([0.5, 0.5], *(np.repeat(array, 2) for array in (single.medians, single.scales)))
        run = em.fit(x, em.break_tie(x, twice))
        grows = em.diagnosis.saddle_growth(x, LaplaceMixture) > 1
        parted = run.mixture._component_distances()[0, 1] > 0.1
        assert grows <= parted, seed


@pytest.mark.parametrize("family", [PlainPoisson, NegativeBinomialMixture])
def test_an_m_step_that_leaves_the_domain_is_degenerate(family):
    x = np.r_[np.zeros(50), np.arange(100, 150)]
    run = em.fit(x, family([0.5, 0.5], [1, 100]))
    assert run.reason is em.StopReason.DEGENERATE
    assert "component 0 has no fit: its means would be" in str(run.degenerate)
    assert np.isfinite(run.log_likelihood).all()
    for text in em.describe(x, run):
        assert "nan" not in text
    with pytest.raises(ValueError, match="x must leave room for a"):
        em.quantile_start([0, 0, 0], family, 2)
    with pytest.raises(ValueError, match="x must hold whole numbers"):
        em.fit([0.5, 1.7], family([1], [2]))


def test_a_family_that_contradicts_itself_is_refused_where_it_is_defined():
    with pytest.raises(TypeError, match="fields of Swapped must be in the order weights, medians, scales"):

        class Swapped(LaplaceMixture):
            weights: em.Floats
            scales: em.Floats
            medians: em.Floats
            kinds = LaplaceMixture.kinds

    with pytest.raises(TypeError, match=r"kinds of Words must be of em.Kind"):

        class Words(LaplaceMixture):
            kinds = {"medians": "location", "scales": "positive"}  # noqa: RUF012

    class Narrow(LaplaceMixture):
        @classmethod
        def _weighted_fit(cls, shares, n_eff):
            return 1.0, 2.0

    with pytest.raises(TypeError, match=r"_weighted_fit of Narrow must give medians the shape \(2,\); got 1.0"):
        em.fit([1.0, 2, 4], Narrow([0.5, 0.5], [1, 2], [1, 1]))

    class Nothing(em.Mixture):
        pass

    with pytest.raises(TypeError, match="abstract"):
        Nothing()
