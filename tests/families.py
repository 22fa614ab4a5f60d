"""Families written with what a family must give and nothing else: the defaults of the engine do the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
        squares = sum((r * (np.log(x) - means[:, None]) ** 2).sum(axis=1) for x, r in shares) / n_eff
        if not squares.all():
            raise em.DegenerateComponent(int(squares.argmin()), "has shrunk onto one value")
        return means, np.sqrt(squares)

    def _draw(self, z, rng):
        return rng.lognormal(self.log_means[z], self.log_stds[z])

    def _component_means(self):
        return np.exp(self.log_means + self.log_stds**2 / 2)

    def _component_stds(self):
        return self._component_means() * np.sqrt(np.expm1(self.log_stds**2))


@dataclass(frozen=True, eq=False)
class PlainPoisson(em.Mixture):
    """A Poisson mixture without anything that makes it quick."""

    weights: em.Floats
    means: em.Floats

    family = "plain Poisson"
    kinds = {"means": Kind.POSITIVE}  # noqa: RUF012
    lowest = 0.0

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


def without_closed_forms(family: type[em.Mixture]) -> type[em.Mixture]:
    """The same family with every optional part taken away, so that the defaults do its work."""
    optional = ("_slopes", "_curvature", "_unit_information", "_overlap_distances", "_divergences")
    methods = {name: getattr(Family, name) for name in optional}
    methods |= {
        name: classmethod(getattr(Family, name).__func__) for name in ("saddle_matrix", "from_moments", "check_spread")
    }
    return type(f"Plain{family.__name__}", (family,), methods | {"degree": 0})
