"""Which ends of a run can be chosen: those without a spike.

The likelihood of a Gaussian mixture has no bound: it grows as one component shrinks onto a few observations. So more
starts find higher *spikes*, which say nothing about the distribution. Even if the likelihood is bounded, a component on
a few observations is mostly chance (McLachlan & Peel 2000, Finite Mixture Models, sec. 3.10, on spurious local maxima).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from em.mixtures.checks import Floats, in_order
from em.mixtures.mixture import Mixture
from em.mixtures.parameters import Kind

__all__ = ["FEWEST", "NARROWEST", "NEARLY_SAME", "USUAL", "Limits"]

FEWEST = 5
"""Least effective number of observations of a component and those that are nearly the same."""

NEARLY_SAME = 0.1
"""Components nearer than this (relative) count as copies of one component, which are no spikes."""

NARROWEST = 0.02
"""Least standard deviation of a component, relative to the sample's, in families with a location and a size.

`python -m benchmarks.spikes` compares other values of `FEWEST` and this. There 2 observations and 0.05 are better in
one or two samples in a hundred. But a component on 2 observations says nothing about its parameters, and real ones can
be as narrow as 0.05.
"""

ROUNDING = 1 / math.sqrt(12)
"""Standard deviation of the rounding error, relative to the step of rounding."""

MANY = 20
"""A Gaussian component on this many observations may be narrower than the step of the data, down to `ROUNDING` of it.

With fewer, heaps of equal values had the highest likelihood: 13 and 16 of the 272 waiting times of Old Faithful.
`python -m benchmarks.spikes` shows the cost if a narrow component is real."""

USUAL = 0.1
"""The step of Gaussian data is this quantile of the differences between neighbouring values.

So it does not change if a few values are not rounded."""


@dataclass(frozen=True)
class Limits:
    """The limits that a component must keep, or it is a spike.

    Attributes
    ----------
    n_observations : int
        Number of observations N.
    narrowest : float
        Least standard deviation, in the unit of the observations: `ROUNDING` of the step of the data, and for families
        with a location and a size at least `NARROWEST` of the sample's. 0 for counts: their probabilities are at most
        1, so the likelihood is bounded.
    step : float
        Least standard deviation of a component on fewer than `MANY` observations. 0 for families without a location.
    """

    n_observations: int
    narrowest: float
    step: float

    @classmethod
    def of(cls, x: Floats, family: type[Mixture]) -> Limits:
        """Return the limits for checked observations, shape (N,)."""
        if family.counts:
            return cls(x.size, 0.0, 0.0)
        located = Kind.LOCATION in family.kinds.values()
        differences = np.diff(np.unique(x))
        step = float(np.quantile(differences, USUAL if located else 0)) if differences.size else 0.0
        if not located:
            return cls(x.size, ROUNDING * step, 0.0)
        return cls(x.size, max(ROUNDING * step, NARROWEST * float(x.std())), step)

    def spike(self, mixture: Mixture) -> str | None:
        """Say in words why a component is a spike; None if there is no spike. A single component never is one."""
        if mixture.n_components == 1:
            return None
        n_eff, stds = self.n_eff(mixture), mixture._component_stds()
        if n_eff.min() < FEWEST:
            found, least = in_order(n_eff.min(), FEWEST, 2)
            return f"a component rests on {found} observation{'' if found == '1' else 's'}, fewer than {least}"
        if stds.min() < self.narrowest:
            return f"a component has {_below(stds.min(), self.narrowest)}"
        heaps = (stds < self.step) & (n_eff < MANY)
        if heaps.any():
            j = np.argmin(np.where(heaps, stds, np.inf))
            found, most = in_order(n_eff[j], MANY, 2)
            return f"a component on {found} observations, fewer than {most}, has {_below(stds[j], self.step)}"
        return None

    def n_eff(self, mixture: Mixture) -> Floats:
        """Effective number of observations of each component and those that are nearly the same, shape (K,)."""
        n_eff: Floats = (mixture._component_distances() < NEARLY_SAME) @ mixture.weights * self.n_observations
        return n_eff


def _below(std: float, least: float) -> str:
    return "a standard deviation of {}, below {}".format(*in_order(std, least, 2))
