"""Mixtures and EM written from the formulas, with numpy and scipy, to check the sentences about a run."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
from scipy import stats
from scipy.special import logsumexp

import em


def log_joint(x, mixture):
    """log pi_k f(x_n | k), shape (N, K)."""
    column = np.asarray(x, dtype=float)[:, None]
    weights, *rows = mixture.parameters.values()
    densities: dict[str, Callable[..., Any]] = {
        "exponential": lambda scales: stats.expon.logpdf(column, scale=scales),
        "gaussian": lambda means, stds: stats.norm.logpdf(column, means, stds),
        "poisson": lambda means: stats.poisson.logpmf(column, means),
        "log-normal": lambda means, stds: stats.lognorm.logpdf(column, stds, scale=np.exp(means)),
    }
    with np.errstate(divide="ignore", over="ignore"):
        return densities[mixture.family](*rows) + np.log(weights)


def log_likelihood(x, mixture):
    return math.fsum(logsumexp(log_joint(x, mixture), axis=1))


def responsibilities(x, mixture):
    joint = log_joint(x, mixture)
    return np.exp(joint - logsumexp(joint, axis=1, keepdims=True))


def em_step(x, mixture):
    """One iteration of EM from the formulas, for the engine's own families."""
    r = responsibilities(x, mixture)
    n_k = r.sum(axis=0)
    means = r.T @ x / n_k
    if mixture.family != "gaussian":
        return type(mixture)._of_arrays(n_k / x.size, means)
    return type(mixture)._of_arrays(n_k / x.size, means, np.sqrt((r * (x[:, None] - means) ** 2).sum(axis=0) / n_k))


def moments(mixture):
    """Mean and standard deviation of each component, shape (2, K)."""
    _, *rows = mixture.parameters.values()
    if mixture.family == "log-normal":
        return np.array(
            [stats.lognorm.mean(rows[1], scale=np.exp(rows[0])), stats.lognorm.std(rows[1], 0, np.exp(rows[0]))]
        )
    if mixture.family == "gaussian":
        return np.array(rows)
    return np.array([rows[0], rows[0] if mixture.family == "exponential" else np.sqrt(rows[0])])


def apart(mixture, i, j):
    """Distance of two components, in standard deviations of the narrower."""
    means, stds = moments(mixture)
    distance = max(abs(means[i] - means[j]), abs(stds[i] - stds[j]))
    return distance / min(stds[i], stds[j]) if distance else 0.0


def single_log_likelihood(x, family):
    """Log-likelihood of the best single component."""
    if family is em.GaussianMixture:
        return stats.norm.logpdf(x, x.mean(), x.std()).sum()
    if family is em.ExponentialMixture:
        return stats.expon.logpdf(x, scale=x.mean()).sum()
    return stats.poisson.logpmf(x, x.mean()).sum()


def predicted(x, family):
    """Growth of a small difference of two components at the sample's own fit."""
    if family is em.ExponentialMixture:
        return x.var() / x.mean() ** 2
    if family is em.PoissonMixture:
        return x.var() / x.mean()
    skewness, kurtosis = stats.skew(x), stats.kurtosis(x, fisher=False)
    return max(np.linalg.eigvals([[1, skewness], [skewness / 2, (kurtosis - 1) / 2]]).real)


def distances(true, estimate):
    """Bhattacharyya distance and squared difference of the roots of the weights, shape (K, K)."""
    (a, s), (b, t) = (values[:, :, None] if first else values[:, None, :] for first, values in
                      ((True, moments(true)), (False, moments(estimate))))  # fmt: skip
    bhattacharyya = {
        "exponential": lambda: -np.log(2 * np.sqrt(a / b) / (1 + a / b)),
        "gaussian": lambda: (a - b) ** 2 / (4 * (s**2 + t**2)) + np.log((s / t + t / s) / 2) / 2,
        "poisson": lambda: (np.sqrt(a) - np.sqrt(b)) ** 2 / 2,
    }[true.family]()
    return bhattacharyya + (np.sqrt(true.weights)[:, None] - np.sqrt(estimate.weights)) ** 2


def clear_order(true, estimate):
    """The estimated component of each true one, if each is twice as near as all others."""
    costs = distances(true, estimate)
    k = len(costs)
    order = min(permutations(range(k)), key=lambda order: sum(costs[i, order[i]] for i in range(k)))
    for i in range(k):
        others = [costs[i, j] for j in range(k) if j != order[i]] + [costs[j, order[i]] for j in range(k) if j != i]
        assert all(1.99 * costs[i, order[i]] <= other for other in others)
    return order


def slowest(x, mixture):
    """The largest eigenvalue of the derivative of an iteration of EM, by central differences: r, the slowest factor."""
    k, rows = mixture.n_components, list(mixture.parameters.values())
    theta = np.concatenate([rows[0][1:], *rows[1:]])
    sizes = np.concatenate(
        [rows[0][1:], *[moments(mixture).min(axis=0) if len(rows) == 2 else rows[-1]] * (len(rows) - 1)]
    )

    def step(theta):
        weights = theta[: k - 1]
        after = em_step(
            x, type(mixture)._of_arrays(np.append(1 - weights.sum(), weights), *theta[k - 1 :].reshape(-1, k))
        )
        first, *others = after.parameters.values()
        return np.concatenate([first[1:], *others])

    columns = [(step(theta + h) - step(theta - h)) / 2e-5 / size for h, size in
               zip(1e-5 * np.diag(sizes), sizes, strict=True)]  # fmt: skip
    return np.linalg.eigvals(np.array(columns).T).real.max()
