"""How long the server's likelihood surface takes: `python -m benchmarks.surface`.

A run on 1,000 observations from two components, and its surface on the grid of the page: by `em.surface`, and by a loop
that computes the log-likelihood of each mixture. The two alternate, and their results must agree.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

import em
from benchmarks.report import header, parser, row, summary
from components.results.studies import GRID
from em.mixtures.checks import Floats

TRUTHS = (em.ExponentialMixture([0.5, 0.5], [0.1, 1]), em.GaussianMixture([0.5, 0.5], [-1, 1], [0.5, 0.5]))


def double_loop(x: Floats, mixture: em.Mixture, parameter: str, axes: tuple[Floats, Floats]) -> Floats:
    """The surface point by point, as anyone would first write it."""

    def at(first: float, second: float) -> float:
        values = mixture.parameters | {parameter: np.array([first, second])}
        return type(mixture)(**values).log_likelihood(x)

    return np.array([[at(first, second) for second in axes[1]] for first in axes[0]])


def main() -> None:
    """Print median and range of both, and the ratio of their medians."""
    repeats = parser(__doc__, repeats=15).parse_args().repeats
    print(header(f"family, {GRID} × {GRID}", "`em.surface`, ms: median (range)", "a double loop, ms", "ratio"))
    for truth in TRUTHS:
        x, _ = truth.sample(1000, np.random.default_rng(1))
        run = em.fit(x, em.quantile_start(x, type(truth), 2))
        parameter = run.mixture.parameter_names[1]
        axes = em.surface_axes(run, parameter, n=GRID)
        times: dict[Callable[..., Floats], list[float]] = {em.surface: [], double_loop: []}
        for _ in range(repeats):
            surfaces = []
            for compute, spent in times.items():
                start = time.perf_counter()
                surfaces.append(compute(x, run.mixture, parameter, axes))
                spent.append(1000 * (time.perf_counter() - start))
            np.testing.assert_allclose(surfaces[0], surfaces[1], rtol=1e-9)
        quick, plain = times.values()
        ratio = statistics.median(plain) / statistics.median(quick)
        print(row(run.mixture.family, summary(quick), summary(plain), f"{ratio:.1f}"), flush=True)


if __name__ == "__main__":
    main()
