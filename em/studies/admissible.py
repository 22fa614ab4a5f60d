"""Which ends of a run can be chosen: those without a spike.

The likelihood of a Gaussian mixture has no bound: it grows as one component shrinks onto a few observations. So the
more starts are tried, the higher the *spikes* that are found, and they say nothing about the distribution. Also where
the likelihood is bounded, a component on a few observations is mostly chance (McLachlan & Peel 2000, Finite Mixture
Models, sec. 3.10, on spurious local maxima).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from em.mixtures.checks import Floats, in_order
from em.mixtures.mixture import Mixture
from em.mixtures.parameters import Kind

__all__ = ["FEWEST", "NARROWEST", "NEARLY_SAME", "Limits"]

FEWEST = 5
"""Least effective number of observations of a component, counted together with those that are nearly the same."""

NEARLY_SAME = 0.1
"""Components nearer than this (relative) are one component written several times, which is no spike."""

NARROWEST = 0.02
"""Least standard deviation of a component, relative to the sample's, where components can have any.

`python -m benchmarks.spikes` shows what other values of the two would let through and shut out.
"""


ROUNDING = 1 / math.sqrt(12)
"""Standard deviation of the error of rounding, relative to the step to which is rounded."""


@dataclass(frozen=True)
class Limits:
    """What a component must have so that it is no spike.

    Attributes
    ----------
    n_observations : int
        Number of observations N.
    narrowest : float
        Least standard deviation, in the unit of the observations. For families with a location and a size it is
        `NARROWEST` of the sample's, and at least the smallest difference between two values: a narrower component
        cannot be told from a heap of equal ones. For others it is what rounding to that difference alone gives
        (`ROUNDING`). 0 for counts: their probabilities are at most 1, so the likelihood is bounded.
    """

    n_observations: int
    narrowest: float

    @classmethod
    def of(cls, x: Floats, family: type[Mixture]) -> Limits:
        """The limits for checked observations, shape (N,)."""
        if family.counts:
            return cls(x.size, 0.0)
        differences = np.diff(np.unique(x))
        step = float(differences.min()) if differences.size else 0.0
        located = Kind.LOCATION in family.kinds.values()
        return cls(x.size, max(step, NARROWEST * float(x.std())) if located else ROUNDING * step)

    def spike(self, mixture: Mixture) -> str | None:
        """What makes a component of a mixture a spike, in words; None if none is one. One alone never is."""
        if mixture.n_components == 1:
            return None
        n_eff, stds = self._observations(mixture), mixture._component_stds()
        if n_eff.min() < FEWEST:
            found, least = in_order(n_eff.min(), FEWEST, 2)
            return f"a component rests on {found} observation{'' if found == '1' else 's'}, fewer than {least}"
        if stds.min() < self.narrowest:
            found, least = in_order(stds.min(), self.narrowest, 2)
            return f"a component has a standard deviation of {found}, below {least}"
        return None

    def _observations(self, mixture: Mixture) -> Floats:
        """Effective number of observations of each component, with those that are nearly the same, shape (K,)."""
        together: Floats = (mixture._component_distances() < NEARLY_SAME) @ mixture.weights * self.n_observations
        return together
