"""How many passes over the data EM and the accelerated method take: `python -m benchmarks.passes`.

EM passes over the data until the total log-likelihood is within 1e-8 of the optimum; the accelerated run until it ends
by itself. Both start at quantiles. `--large` runs the accelerated method alone, on a million observations, where EM
takes minutes to hours.
"""

from __future__ import annotations

import statistics
import time
from itertools import count

import numpy as np

import em
from benchmarks.report import header, parser, row, summary
from em.mixtures.checks import Floats

CASES = {
    "exponential .1 / 1": (em.ExponentialMixture([0.5, 0.5], [0.1, 1]), 1_000),
    "exponential .5 / 1": (em.ExponentialMixture([0.5, 0.5], [0.5, 1]), 1_000),
    "exponential 1 / 1.5": (em.ExponentialMixture([0.5, 0.5], [1, 1.5]), 10_000),
    "Gaussian 0 / 1.5, σ 1": (em.GaussianMixture([0.5, 0.5], [0, 1.5], [1, 1]), 10_000),
}
"""Name -> truth, and number of observations."""
MILLION = 1_000_000
SHORT = 1e-8
LIMIT = 10_000
"""EM stops after this many passes, so that the command ends in minutes."""
STOPPING = em.StoppingRule(LIMIT, 1e-12)


def em_passes(x: Floats, start: em.Mixture, optimum: float) -> int:
    """Passes of EM until it is within `SHORT` of the optimum, or `LIMIT`."""
    for passes, record in zip(count(1), em.iterate(x, start), strict=False):
        if record.log_likelihood >= optimum - SHORT or passes == LIMIT:
            return passes
    return LIMIT


def cells(passes: list[float], ms: list[float]) -> tuple[str, str]:
    """Passes and milliseconds; dashes if the method did not run."""
    return (summary(passes), f"{statistics.median(ms):.0f}") if passes else ("–", "–")


def main() -> None:
    """Print a row for each case: medians and ranges over the seeds."""
    options = parser(__doc__, seeds=11, large=False).parse_args()
    print(header("case", "N", "EM, passes: median (range)", "ms", "accelerated, passes", "ms", "EM given up"))
    for name, (truth, n) in CASES.items():
        n = MILLION if options.large else n
        passes: dict[str, list[float]] = {"em": [], "accelerated": []}
        times: dict[str, list[float]] = {"em": [], "accelerated": []}
        for seed in range(options.seeds):
            x, _ = truth.sample(n, np.random.default_rng(seed))
            start = em.quantile_start(x, type(truth), 2)
            begin = time.perf_counter()
            run = em.fit(x, start, STOPPING, em.ACCELERATED)
            times["accelerated"].append(1000 * (time.perf_counter() - begin))
            passes["accelerated"].append(run.n_passes)
            if not run.converged:
                print(f"{name}, seed {seed}: {run.message}")
            if options.large:
                continue
            begin = time.perf_counter()
            passes["em"].append(em_passes(x, start, float(run.log_likelihood[-1])))
            times["em"].append(1000 * (time.perf_counter() - begin))
        given_up = f"{sum(n_passes >= LIMIT for n_passes in passes['em'])} of {len(passes['em'])}"
        both = (cell for method in passes for cell in cells(passes[method], times[method]))
        print(row(name, f"{n:,}", *both, given_up), flush=True)


if __name__ == "__main__":
    main()
