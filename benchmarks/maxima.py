"""Where the accelerated method ends beside EM: `python -m benchmarks.maxima [--fits 1200]`.

Random data from two to four components of either family, some rounded, and random starts; both methods with at most
4,000 iterations. Nothing guarantees that the accelerated method never ends lower, so this counts how often it does.
"""

from __future__ import annotations

import statistics
from collections import Counter

import numpy as np

import em
from benchmarks.report import parser, table
from em.mixtures.checks import Floats

STOPPING = em.StoppingRule(4000)
LOWER, HIGHER = 1e-6, 1e-4
"""A difference of more nats per observation means another maximum."""


def case(seed: int) -> tuple[Floats, em.Mixture]:
    """Observations and a start."""
    rng = np.random.default_rng(seed)
    k, n = int(rng.integers(2, 5)), int(rng.choice([20, 50, 200, 1000]))
    truth: em.Mixture
    if rng.random() < 0.5:
        truth = em.ExponentialMixture(rng.dirichlet(np.full(k, 3)), 10 ** rng.uniform(-1, 1, k))
        x, _ = truth.sample(n, rng)
        return x, em.ExponentialMixture(rng.dirichlet(np.full(k, 3)), x.mean() * np.exp(rng.normal(size=k)))
    truth = em.GaussianMixture(rng.dirichlet(np.full(k, 3)), rng.uniform(-3, 3, k), np.exp(rng.normal(size=k) * 0.4))
    x, _ = truth.sample(n, rng)
    if rng.random() < 0.3:
        x = np.round(x, int(rng.integers(2)))
    stds = x.std() * np.exp(rng.normal(size=k) * 0.5 - 0.3)
    return x, em.GaussianMixture(rng.dirichlet(np.full(k, 3)), rng.choice(x, k), stds)


def main() -> None:
    """Print where both ended, and in how many passes."""
    ends: Counter[str] = Counter()
    passes: dict[str, list[int]] = {method: [] for method in em.METHODS}
    for seed in range(parser(__doc__, fits=1200).parse_args().fits):
        x, start = case(seed)
        runs = {method: em.fit(x, start, STOPPING, method) for method in em.METHODS}
        plain, fast = runs[em.EM], runs[em.ACCELERATED]
        for method, run in runs.items():
            passes[method].append(run.n_passes)
        if not (plain.converged and fast.converged):
            ends[f"EM {plain.reason.value}, accelerated {fast.reason.value}"] += 1
            continue
        gain = (fast.log_likelihood[-1] - plain.log_likelihood[-1]) / x.size
        ends["lower" if gain < -LOWER else "higher" if gain > HIGHER else "at the same maximum"] += 1
    print(table(("accelerated ended", "fits"), ((name, f"{count:,}") for name, count in ends.most_common())))
    rows = [(method, f"{statistics.median(counts):.0f}", f"{sum(counts):,}") for method, counts in passes.items()]
    print("\n" + table(("method", "passes: median", "all"), rows))


if __name__ == "__main__":
    main()
