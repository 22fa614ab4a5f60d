"""Naive code to test the engine against: written from the formulas, one observation at a time, importing no `em`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import logsumexp

Floats = NDArray[np.float64]


def exponential_log_density(x: float, scale: float) -> float:
    return -math.log(scale) - x / scale


def gaussian_log_density(x: float, mean: float, std: float) -> float:
    return -0.5 * math.log(2 * math.pi) - math.log(std) - (x - mean) ** 2 / (2 * std**2)


def responsibilities(x: float, weights: Sequence[float], log_densities: Sequence[float]) -> tuple[list[float], float]:
    """Posterior of each component for one observation, and the observation's log density."""
    joint = [math.log(w) + f for w, f in zip(weights, log_densities, strict=True)]
    log_density = max(joint) + math.log(math.fsum(math.exp(j - max(joint)) for j in joint))
    return [math.exp(j - log_density) for j in joint], log_density


def exponential_em(
    x: Sequence[float], weights: Sequence[float], scales: Sequence[float], n_iter: int
) -> tuple[Floats, Floats, Floats]:
    """Weights and scales of n_iter + 1 records, shape (T + 1, K), and their log-likelihoods, shape (T + 1,)."""
    return _mean_em(exponential_log_density, x, weights, scales, n_iter)


def _mean_em(
    log_density: Callable[[float, float], float],
    x: Sequence[float],
    weights: Sequence[float],
    means: Sequence[float],
    n_iter: int,
) -> tuple[Floats, Floats, Floats]:
    """EM for a family whose only parameter is its mean."""
    records = []
    for _ in range(n_iter + 1):
        rows = [responsibilities(v, weights, [log_density(v, m) for m in means]) for v in x]
        records.append((list(weights), list(means), math.fsum(row[1] for row in rows)))
        n_k = [math.fsum(r[k] for r, _ in rows) for k in range(len(weights))]
        means = [math.fsum(r[k] * v for (r, _), v in zip(rows, x, strict=True)) / n_k[k] for k in range(len(n_k))]
        weights = [n / len(x) for n in n_k]
    all_weights, all_means, levels = (np.array(column) for column in zip(*records, strict=True))
    return all_weights, all_means, levels


def gaussian_em(
    x: Sequence[float], weights: Sequence[float], means: Sequence[float], stds: Sequence[float], n_iter: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Weights, means and stds of n_iter + 1 records, shape (T + 1, K), and their log-likelihoods, shape (T + 1,)."""
    records = []
    for _ in range(n_iter + 1):
        densities = [[gaussian_log_density(v, m, s) for m, s in zip(means, stds, strict=True)] for v in x]
        rows = [responsibilities(v, weights, f) for v, f in zip(x, densities, strict=True)]
        records.append((list(weights), list(means), list(stds), math.fsum(row[1] for row in rows)))
        n_k = [math.fsum(r[k] for r, _ in rows) for k in range(len(weights))]
        means = [math.fsum(r[k] * v for (r, _), v in zip(rows, x, strict=True)) / n_k[k] for k in range(len(n_k))]
        stds = [
            math.sqrt(math.fsum(r[k] * (v - means[k]) ** 2 for (r, _), v in zip(rows, x, strict=True)) / n_k[k])
            for k in range(len(n_k))
        ]
        weights = [n / len(x) for n in n_k]
    all_weights, all_means, all_stds, levels = (np.array(column) for column in zip(*records, strict=True))
    return all_weights, all_means, all_stds, levels


def poisson_log_probability(x: float, mean: float) -> float:
    return x * math.log(mean) - mean - math.lgamma(x + 1)


def poisson_em(
    x: Sequence[float], weights: Sequence[float], means: Sequence[float], n_iter: int
) -> tuple[Floats, Floats, Floats]:
    """Weights and means of n_iter + 1 records, shape (T + 1, K), and their log-likelihoods, shape (T + 1,)."""
    return _mean_em(poisson_log_probability, x, weights, means, n_iter)


def components(parameters: dict[str, Floats]) -> list[stats.rv_frozen]:
    """scipy's distributions for the parameter arrays of either family."""
    if "scales" in parameters:
        return [stats.expon(scale=scale) for scale in parameters["scales"]]
    return [stats.norm(mean, std) for mean, std in zip(parameters["means"], parameters["stds"], strict=True)]


def log_density(parameters: dict[str, Floats], x: Floats) -> Floats:
    """Log density of the mixture, by scipy."""
    log_f = np.stack([component.logpdf(x) for component in components(parameters)])
    return logsumexp(log_f, axis=0, b=np.asarray(parameters["weights"])[:, np.newaxis])


def cdf(parameters: dict[str, Floats]) -> Callable[[Floats], Floats]:
    """Distribution function of the mixture, by scipy."""
    parts = list(zip(parameters["weights"], components(parameters), strict=True))
    return lambda x: sum(weight * part.cdf(x) for weight, part in parts)


def lower_bound(log_joint: Floats, q: Floats) -> float:
    """J(q) = sum of q (log joint - log q), from (N, K) arrays, entry by entry."""
    return math.fsum(
        float(q[n, k]) * (float(log_joint[n, k]) - math.log(q[n, k]))
        for n in range(q.shape[0])
        for k in range(q.shape[1])
        if q[n, k] > 0
    )


def grid_modes(parameters: dict[str, Floats], n_points: int = 40_001) -> tuple[Floats, float]:
    """Local maxima of a Gaussian mixture's density on a fine grid, and the grid's step."""
    low, high = np.min(parameters["means"]), np.max(parameters["means"])
    margin = 0.01 * np.min(parameters["stds"]) + 1e-3 * (high - low)
    grid = np.linspace(low - margin, high + margin, n_points)
    height = log_density(parameters, grid)
    peak = (height[1:-1] > height[:-2]) & (height[1:-1] >= height[2:])
    return grid[1:-1][peak], float(grid[1] - grid[0])


def exponential_optimum(x: Floats, weight: float, scales: Sequence[float]) -> float:
    """Largest log-likelihood that a Newton-like search (scipy) finds for two exponentials from a start."""

    def loss(p: Floats) -> tuple[float, Floats]:
        w, s = 1 / (1 + np.exp(-p[0])), np.exp(p[1:])
        log_joint = np.stack([np.log(w) - p[1] - x / s[0], np.log1p(-w) - p[2] - x / s[1]])
        log_p = logsumexp(log_joint, axis=0)
        r = np.exp(log_joint - log_p)
        slope = np.array([(r[0] - w).sum(), (r[0] * (x / s[0] - 1)).sum(), (r[1] * (x / s[1] - 1)).sum()])
        return -log_p.mean(), -slope / x.size

    start = np.r_[np.log(weight) - np.log1p(-weight), np.log(scales)]
    return -optimize.minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-11}).fun * x.size
