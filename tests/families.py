"""Families with only the required methods, beside the engine's own: the defaults do the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

import em
from em.mixtures.family import Family
from em.mixtures.parameters import Kind


@dataclass(frozen=True, eq=False)
class LogNormalMixture(em.Mixture):
    """exp of a Gaussian: log x has the mean `log_means` and the standard deviation `log_stds`."""

    weights: em.Floats
    log_means: em.Floats
    log_stds: em.Floats

    family = "log-normal"
    lowest = 0.0
    includes_lowest = False
    kinds = {"log_means": Kind.PLAIN, "log_stds": Kind.POSITIVE}  # noqa: RUF012 (as every family has it)

    def _log_component(self, x):
        return stats.norm.logpdf(np.log(x), self.log_means[:, None], self.log_stds[:, None]) - np.log(x)

    @classmethod
    def _weighted_fit(cls, shares, n_eff):
        means = sum(r @ np.log(x) for x, r in shares) / n_eff
        stds = np.sqrt(sum((r * (np.log(x) - means[:, None]) ** 2).sum(axis=1) for x, r in shares) / n_eff)
        if (stds < 1e-12).any():
            raise em.DegenerateComponent(int(stds.argmin()), "has shrunk onto one value")
        return means, stds

    def _draw(self, z, rng):
        return rng.lognormal(self.log_means[z], self.log_stds[z])

    def _component_means(self):
        return np.exp(self.log_means + self.log_stds**2 / 2)

    def _component_stds(self):
        return self._component_means() * np.sqrt(np.expm1(self.log_stds**2))


@dataclass(frozen=True, eq=False)
class PlainPoisson(em.Mixture):
    """A Poisson mixture without the optional, quicker methods."""

    weights: em.Floats
    means: em.Floats

    family = "plain Poisson"
    kinds = {"means": Kind.POSITIVE}  # noqa: RUF012
    lowest = 0.0
    counts = True

    def _log_component(self, x):
        return stats.poisson.logpmf(x, self.means[:, None])

    @classmethod
    def _weighted_fit(cls, shares, n_eff):
        return (sum(r @ x for x, r in shares) / n_eff,)

    def _draw(self, z, rng):
        return rng.poisson(self.means[z]).astype(float)

    def _component_means(self):
        return self.means

    def _component_stds(self):
        return np.sqrt(self.means)


@dataclass(frozen=True, eq=False)
class LaplaceMixture(em.Mixture):
    """A family whose log density has a kink: derivatives by differences are wrong there."""

    weights: em.Floats
    medians: em.Floats
    scales: em.Floats

    family = "Laplace"
    kinds = {"medians": Kind.LOCATION, "scales": Kind.POSITIVE}  # noqa: RUF012

    def _log_component(self, x):
        return stats.laplace.logpdf(x, self.medians[:, None], self.scales[:, None])

    @classmethod
    def _weighted_fit(cls, shares, n_eff):
        x = np.concatenate([x for x, _ in shares])  # a median cannot be summed chunk by chunk
        order = np.argsort(x, kind="stable")
        x, r = x[order], np.concatenate([r for _, r in shares], axis=1)[:, order]
        medians = x[[int(np.searchsorted(below, below[-1] / 2)) for below in np.cumsum(r, axis=1)]]
        return medians, (r * np.abs(x - medians[:, None])).sum(axis=1) / n_eff

    def _draw(self, z, rng):
        return rng.laplace(self.medians[z], self.scales[z])

    def _component_means(self):
        return self.medians

    def _component_stds(self):
        return np.sqrt(2) * self.scales


@dataclass(frozen=True, eq=False)
class NegativeBinomialMixture(PlainPoisson):
    """Counts of failures before the second success, by their mean. Its M-step has no checks."""

    family = "negative binomial"

    def _log_component(self, x):
        return stats.nbinom.logpmf(x, 2, 2 / (2 + self.means[:, None]))

    def _draw(self, z, rng):
        return rng.negative_binomial(2, 2 / (2 + self.means[z]))

    def _component_stds(self):
        return np.sqrt(self.means + self.means**2 / 2)


def without_closed_forms(family: type[em.Mixture]) -> type[em.Mixture]:
    """The same family without optional parts, so that the defaults do its work."""
    optional = ("_slopes", "_curvature", "_unit_information", "_overlap_distances", "_divergences")
    methods = {name: getattr(Family, name) for name in optional}
    methods |= {
        name: classmethod(getattr(Family, name).__func__) for name in ("saddle_matrix", "from_moments", "check_spread")
    }
    return type(f"Plain{family.__name__}", (family,), methods | {"degree": 0})


PlainExponential, PlainGaussian = (without_closed_forms(f) for f in (em.ExponentialMixture, em.GaussianMixture))

TRUTHS = [
    em.ExponentialMixture([0.4, 0.6], [0.1, 1]),
    em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7]),
    em.PoissonMixture([0.3, 0.7], [1, 7]),
    LogNormalMixture(*np.array([[0.4, 0.6], [0, 2.5], [0.4, 0.6]])),
    PlainPoisson(*np.array([[0.3, 0.7], [1, 7]])),
    NegativeBinomialMixture(*np.array([[0.4, 0.6], [1, 15]])),
    PlainExponential([0.4, 0.6], [0.1, 1]),
    PlainGaussian([0.4, 0.6], [0, 3], [1, 0.7]),
]
FAMILIES = pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: type(truth).__name__)
OWN = pytest.mark.parametrize(
    "truth",
    [truth for truth in TRUTHS if type(truth)._curvature is not Family._curvature],
    ids=lambda truth: type(truth).__name__,
)
"""Families with derivatives in closed form."""
LONG = em.StoppingRule(5000, 1e-13)


def sample(truth, n=400, seed=0):
    return truth.sample(n, np.random.default_rng(seed))[0]


def fitted(truth, n=400, seed=0):
    x = sample(truth, n, seed)
    return x, em.fit(x, truth, LONG).mixture
