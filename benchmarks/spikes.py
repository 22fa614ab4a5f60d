"""From where on is a component a spike? `python -m benchmarks.spikes`: other limits than those of `em` compared.

Samples come from known Gaussian mixtures. For one component fewer, as many, and one more, 24 starts are run to their
ends; BIC chooses among the ends that a pair of limits lets through. The table is written to
`benchmarks/results/spikes.md` in about ten minutes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

import em
from em.studies.admissible import FEWEST, NARROWEST

RESULTS = Path(__file__).parent / "results" / "spikes.md"
TRUTHS = (
    em.GaussianMixture([1], [0], [1]),
    em.GaussianMixture([0.5, 0.5], [0, 4], [1, 1]),
    em.GaussianMixture([0.5, 0.5], [0, 2.5], [1, 1]),
    em.GaussianMixture([0.3, 0.7], [0, 3], [0.15, 1]),
    em.GaussianMixture([0.1, 0.9], [0, 4], [1, 1]),
    em.GaussianMixture([0.3, 0.3, 0.4], [0, 4, 8], [1, 1, 1]),
    em.GaussianMixture([0.2, 0.3, 0.5], [0, 2, 6], [0.3, 0.6, 1.5]),
)
SIZES, SAMPLES, STARTS = (50, 100, 300), 20, 24
FEW, NARROW = (0, 2, 3, 4, FEWEST, 6, 8, 10), (0, 0.01, NARROWEST, 0.05, 0.1)
RULE = em.StoppingRule(max_iter=3000)


@dataclass(frozen=True)
class End:
    """Where a run ended: log-likelihood, observations of the smallest component, narrowest std over the sample's."""

    log_likelihood: float
    fewest: float
    narrowest: float

    def counts(self, few: float, narrow: float) -> bool:
        """Whether it is no spike by these limits."""
        return self.fewest >= few and self.narrowest >= narrow


@dataclass(frozen=True)
class Sample:
    """A sample of `n` observations: the number of components it has, and the ends of the runs for each number.

    `near` is the end of the run from the truth, None if it has one component or the run is degenerate.
    """

    n: int
    k: int
    ends: dict[int, list[End]]
    near: End | None

    def choice(self, few: float, narrow: float) -> int | None:
        """Number of components by BIC, over ends that count; one component always does."""
        scores: dict[int, float] = {}
        for k, ends in self.ends.items():
            left = [end.log_likelihood for end in ends if k == 1 or end.counts(few, narrow)]
            if left:
                scores[k] = (3 * k - 1) * math.log(self.n) - 2 * max(left)
        return min(scores, key=scores.__getitem__) if scores else None


def end_of(x: em.Floats, start: em.Mixture) -> End | None:
    """Where the run from a start ends, None if degenerate."""
    run = em.fit(x, start, RULE, em.ACCELERATED)
    if run.degenerate or not isinstance(run.mixture, em.GaussianMixture):
        return None
    fewest, narrowest = run.mixture.weights.min() * x.size, run.mixture.stds.min() / x.std()
    return End(float(run.log_likelihood[-1]), float(fewest), float(narrowest))


def sample(truth: em.GaussianMixture, n: int, seed: int) -> Sample:
    """Draw a sample and run all starts on it."""
    x, _ = truth.sample(n, np.random.default_rng([n, seed]))
    k, near = truth.n_components, end_of(x, truth)
    ends: dict[int, list[End]] = {}
    for fitted in range(max(k - 1, 1), k + 2):
        rng = np.random.default_rng([seed, fitted])
        ways = (em.kmeans_start, em.random_start)
        runs = [end_of(x, ways[i % 2](x, em.GaussianMixture, fitted, rng)) for i in range(STARTS)]
        ends[fitted] = [end for end in (*runs, near if fitted == k else None) if end]
    return Sample(n, k, ends, near if k > 1 else None)


def rows(samples: list[Sample]) -> Iterator[str]:
    """A line for each pair of limits."""
    near = [one.near for one in samples if one.near]
    for few, narrow in product(FEW, NARROW):
        choices = [(one.choice(few, narrow), one.k) for one in samples]
        right = sum(choice == k for choice, k in choices) / len(choices)
        many = sum(choice is not None and choice > k for choice, k in choices) / len(choices)
        lost = sum(not end.counts(few, narrow) for end in near) / len(near)
        mark = "**" if (few, narrow) == (FEWEST, NARROWEST) else ""
        yield f"| {mark}{few}{mark} | {mark}{narrow}{mark} | {right:.1%} | {many:.1%} | {lost:.1%} |"


def main() -> None:
    """Write the table."""
    samples = [sample(*one) for one in product(TRUTHS, SIZES, range(SAMPLES))]
    lines = [
        "# From where on is a component a spike?",
        "",
        f"`python -m benchmarks.spikes`: {len(samples)} samples of {len(TRUTHS)} Gaussian mixtures. BIC chooses",
        "between one component fewer, as many, and one more, among ends whose components have at least so many",
        "observations (weight times N) and at least so large a standard deviation (over the sample's).",
        "The limits of `em` are in bold.",
        "",
        "| observations | std | right number | too many | shut out: the end near the truth |",
        "|---|---|---|---|---|",
        *rows(samples),
    ]
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
