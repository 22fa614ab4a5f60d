"""Mixture models and the expectation-maximisation algorithm, in numpy.

>>> import numpy as np, em
>>> truth = em.ExponentialMixture(weights=[0.5, 0.5], scales=[0.1, 1.0])
>>> x, z = truth.sample(1000, np.random.default_rng(7))
>>> run = em.fit(x, start=em.ExponentialMixture([0.1, 0.9], [0.3, 0.6]))
>>> run.converged
True
"""

from em import datasets, diagnosis
from em.algorithm import Record, Run, fit, iterate
from em.bound import bounds
from em.exponential import ExponentialMixture
from em.gaussian import GaussianMixture
from em.mixture import DegenerateComponent, Mixture
from em.starts import break_tie, kmeans_start, quantile_start, random_start
from em.stopping import StoppingRule, StopReason

__all__ = [
    "DegenerateComponent",
    "ExponentialMixture",
    "GaussianMixture",
    "Mixture",
    "Record",
    "Run",
    "StopReason",
    "StoppingRule",
    "bounds",
    "break_tie",
    "datasets",
    "diagnosis",
    "fit",
    "iterate",
    "kmeans_start",
    "quantile_start",
    "random_start",
]
