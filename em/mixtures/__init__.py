"""What a mixture is: its parameters, its density, its families. Imports nothing else of `em`."""

from em.mixtures.exponential import ExponentialMixture
from em.mixtures.gaussian import GaussianMixture
from em.mixtures.mixture import Mixture
from em.mixtures.poisson import PoissonMixture

__all__ = ["FAMILIES", "ExponentialMixture", "GaussianMixture", "Mixture", "PoissonMixture"]

FAMILIES: dict[str, type[Mixture]] = {
    family.family: family for family in (ExponentialMixture, GaussianMixture, PoissonMixture)
}
"""The families by name."""
