"""Mixture models and the expectation-maximisation algorithm, in numpy.

>>> import numpy as np, em
>>> truth = em.ExponentialMixture(weights=[0.5, 0.5], scales=[0.1, 1.0])
>>> x, z = truth.sample(1000, np.random.default_rng(7))
>>> run = em.fit(x, start=em.ExponentialMixture([0.1, 0.9], [0.3, 0.6]))
>>> run.converged
True
"""

from em import datasets
from em.fitting.algorithm import e_step, iterate, m_step
from em.fitting.fit import fit
from em.fitting.information import Information, information
from em.fitting.observations import Observations, Statistics
from em.fitting.run import ACCELERATED, EM, METHODS, Record, Run
from em.fitting.standard_errors import StandardErrors, standard_errors
from em.fitting.stopping import StoppingRule, StopReason
from em.mixtures import FAMILIES, ExponentialMixture, GaussianMixture, Mixture, PoissonMixture
from em.mixtures.checks import Floats
from em.mixtures.family import DegenerateComponent
from em.mixtures.parameters import Kind
from em.sentences import lessons
from em.sentences.lessons import describe
from em.studies import diagnosis
from em.studies.bound import bounds
from em.studies.criteria import Candidate, aic, bic, preferred
from em.studies.matching import labels_switched, match, reordered
from em.studies.restarts import Optimum, Restarts, restarts
from em.studies.selection import choose
from em.studies.starts import break_tie, kmeans_start, quantile_start, random_start
from em.studies.surface import surface, surface_axes

__all__ = [
    "ACCELERATED",
    "EM",
    "FAMILIES",
    "METHODS",
    "Candidate",
    "DegenerateComponent",
    "ExponentialMixture",
    "Floats",
    "GaussianMixture",
    "Information",
    "Kind",
    "Mixture",
    "Observations",
    "Optimum",
    "PoissonMixture",
    "Record",
    "Restarts",
    "Run",
    "StandardErrors",
    "Statistics",
    "StopReason",
    "StoppingRule",
    "aic",
    "bic",
    "bounds",
    "break_tie",
    "choose",
    "datasets",
    "describe",
    "diagnosis",
    "e_step",
    "fit",
    "information",
    "iterate",
    "kmeans_start",
    "labels_switched",
    "lessons",
    "m_step",
    "match",
    "preferred",
    "quantile_start",
    "random_start",
    "reordered",
    "restarts",
    "standard_errors",
    "surface",
    "surface_axes",
]
