"""Random runs of every kind, to check the sentences about runs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import em
from tests.families import LogNormalMixture

Said = tuple[str, em.Floats, em.Run, em.Mixture | None]
"""A kind of run, the observations, the run, and the truth."""

FAMILIES = (em.ExponentialMixture, em.GaussianMixture, em.PoissonMixture, em.GaussianMixture, em.ExponentialMixture)
DATA = ("sample", "sample", "rounded", "repeated", "tiny", "far", "single", "even", "zeros", "outlier", "large")
STARTS = (
    "random",
    "kmeans",
    "quantile",
    "truth",
    "mirror",
    "tied",
    "near",
    "near",
    "merged",
    "narrow",
    "lost",
    "empty",
)
STOPS = {
    "usual": em.StoppingRule(150),
    "patient": em.StoppingRule(1500, 1e-9),
    "loose": em.StoppingRule(150, 1e-4),
    "cut": em.StoppingRule(4),
    "short": em.StoppingRule(25),
    "once": em.StoppingRule(1),
    "exactly": em.StoppingRule(12, 0),
    "in time": em.StoppingRule(deadline=0),
}
CHANCES = (0.42, 0.08, 0.1, 0.1, 0.12, 0.05, 0.08, 0.05)


def random_runs(n: int, seed: int = 0) -> Iterator[Said]:
    """Yield n runs: kind (family, data, start, end, method), observations, run, and the truth or None."""
    for i in range(n):
        rng, family = np.random.default_rng([seed, i]), FAMILIES[i % len(FAMILIES)]
        yield (slow_run if i % 20 == 19 else random_run)(rng, family)


def random_run(rng: np.random.Generator, family: type[em.Mixture]) -> Said:
    """One of them."""
    k = int(rng.choice([1, 2, 2, 2, 3, 4, 5]))
    truth = _truth(rng, family, k)
    data = str(rng.choice(DATA))
    x = _observations(rng, truth, data)
    how = str(rng.choice(STARTS))
    start = _start(rng, truth, x, how)
    stop = str(rng.choice(list(STOPS), p=CHANCES))
    method = str(rng.choice(em.METHODS, p=[0.75, 0.25]))
    run = em.fit(x, start, STOPS[stop], method)
    known = truth if rng.random() < 0.7 else None
    return f"{family.family} K={k}, {data}, start {how}, {stop}, {method}", x, run, known


def slow_run(rng: np.random.Generator, family: type[em.Mixture]) -> Said:
    """A run whose components overlap, to its end."""
    truth = family.from_moments([0.4, 0.6], [1, 1 + rng.uniform(1.5, 3)], [1, 0.8])
    x, _ = truth.sample(150, rng)
    return f"{family.family} K=2, overlapping", x, em.fit(x, truth, STOPS["patient"]), truth


def odd_runs(n: int, seed: int = 0) -> Iterator[Said]:
    """Yield n runs of a family that the engine does not have."""
    for i in range(n):
        yield random_run(np.random.default_rng([seed, i]), LogNormalMixture)


def _truth(rng: np.random.Generator, family: type[em.Mixture], k: int) -> em.Mixture:
    """K components, far apart or overlapping, with similar or very different weights."""
    weights = rng.dirichlet(np.full(k, rng.choice([1.0, 5.0]))) + 0.01
    if k > 1 and rng.random() < 0.25:
        weights[rng.integers(k)] = weights.sum() * rng.choice([0.02, 0.06])
    gap = rng.choice([0.7, 2.0, 5.0])
    means = 0.3 + rng.uniform(0.5, 1, k).cumsum() * gap
    if family is em.ExponentialMixture:
        means = 10 ** (rng.uniform(0.5, 1, k).cumsum() * gap / 4 - 1)
    if family is em.PoissonMixture:
        means = means**1.5
    order = rng.permutation(k)
    return family.from_moments(weights / weights.sum(), means[order], rng.uniform(0.3, 1.2, k))


def _observations(rng: np.random.Generator, truth: em.Mixture, data: str) -> em.Floats:
    n = int(rng.integers(1, 6)) if data == "tiny" else int(rng.choice([12, 40, 150, 300]))
    n = 6200 if data == "large" and rng.random() < 0.2 else n
    x, _ = truth.sample(n, rng)
    counts = type(truth).counts
    if data == "rounded":
        x = np.round(x)
    elif data == "repeated":
        x = rng.choice(x[:4], n)
    elif data == "far":
        far = rng.choice([1e3, 1e6, 1e9])
        x = np.round(x * far) if counts else x + far if type(truth) is em.GaussianMixture else x * far
    elif data == "single":
        x, _ = type(truth).from_moments([1], [truth.mean], [truth.std]).sample(n, rng)
    elif data == "even":
        x = truth.mean * (0.5 + (np.arange(n) + 0.5) / n)
    elif data == "zeros":
        x[: 1 + n // 8] = 0
    elif data == "outlier":
        x[0] = 10 * x.max() + 1
    if counts:
        x = np.round(x)
    return np.maximum(x, 1e-3) if not type(truth).includes_lowest else x


def _start(rng: np.random.Generator, truth: em.Mixture, x: em.Floats, how: str) -> em.Mixture:
    family, k = type(truth), truth.n_components
    made = {"random": em.random_start, "kmeans": em.kmeans_start}
    spread = x.std() or 1.0
    centre = max(x.mean(), 0.1 * spread)
    weights = rng.dirichlet(np.full(k, 3.0)) + 0.01
    weights /= weights.sum()
    try:
        if how in made:
            return made[how](x, family, k, rng)
        if how == "quantile":
            return em.quantile_start(x, family, k)
    except ValueError:  # such observations allow no start
        pass
    if how == "truth":
        return truth
    if how == "mirror":
        return em.reordered(truth, rng.permutation(k).tolist())
    means, stds = np.full(k, centre), np.full(k, spread)
    means *= rng.choice([1, 1, 0.7, 3]) if family is em.ExponentialMixture else rng.choice([1, 1, 1.1])
    if how in ("tied", "near"):
        if k > 2 and rng.random() < 0.7:
            means[2:] *= rng.uniform(0.5, 2, k - 2)
        start = family.from_moments(weights, means, stds)
        if how == "tied":
            return start
        size = 10 ** rng.uniform(-8, -0.9) if rng.random() < 0.5 else 10 ** rng.uniform(-3, -0.9)
        direction, fastest = rng.standard_normal(len(family.kinds)), rng.random() < 0.5
        try:
            if fastest:
                direction = em.diagnosis.unstable_direction(x, family)[1]
            return start.nudged(direction / np.linalg.norm(direction), size * np.linspace(-0.5, 0.5, k))
        except ValueError:
            return start
    means = np.abs(centre + spread * rng.normal(0, 1, k)) + 1e-3 * spread
    if how == "merged" and k > 1:
        means[1] = means[0] * 1.0001
    stds = spread * rng.uniform(0.3, 1, k)
    if how == "narrow":
        means[0], stds[0] = max(x[0], 1e-3 * spread), 0.01 * spread
        if family is em.ExponentialMixture:
            means[0] = 1e-4 * spread
    if how == "lost":
        means[0] = centre + 1e3 * spread
        stds[0] = 0.1 * spread
    if how == "empty" and k > 1:
        weights[0] = 0
        weights /= weights.sum()
    return family.from_moments(weights, means, stds)
