"""When is a component a spike? `python -m benchmarks.spikes`: the limits of `em` beside others.

Samples come from known Gaussian mixtures, some rounded to whole numbers. For one component fewer, as many, and one
more, 24 starts are run to their ends; BIC chooses among the ends that the limits let through. The two tables are
written to `benchmarks/results/spikes.md` in about ten minutes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

import em
from benchmarks.report import row, write
from em.studies import seeded_starts
from em.studies.admissible import FEWEST, MANY, NARROWEST, ROUNDING, Limits

TRUTHS = (
    em.GaussianMixture([1], [0], [1]),
    em.GaussianMixture([0.5, 0.5], [0, 4], [1, 1]),
    em.GaussianMixture([0.5, 0.5], [0, 2.5], [1, 1]),
    em.GaussianMixture([0.3, 0.7], [0, 3], [0.15, 1]),
    em.GaussianMixture([0.1, 0.9], [0, 4], [1, 1]),
    em.GaussianMixture([0.3, 0.3, 0.4], [0, 4, 8], [1, 1, 1]),
    em.GaussianMixture([0.2, 0.3, 0.5], [0, 2, 6], [0.3, 0.6, 1.5]),
)
ROUNDED = (
    em.GaussianMixture([1], [20], [3]),
    em.GaussianMixture([0.35, 0.65], [54, 80], [6, 6]),
    em.GaussianMixture([0.5, 0.5], [20, 24], [1, 1]),
    em.GaussianMixture([0.5, 0.5], [20, 30], [0.8, 0.8]),
    em.GaussianMixture([0.5, 0.5], [20, 30], [0.5, 3]),
    em.GaussianMixture([0.2, 0.8], [20, 23], [0.4, 0.9]),
)
SIZES, SAMPLES, STARTS = (50, 100, 300), 20, 24
FEW, NARROW = (0, 2, 3, 4, FEWEST, 6, 8, 10), (0, 0.01, NARROWEST, 0.05, 0.1)
LEAST, AT_LEAST = (0, 0.2, ROUNDING, 0.5), (0, 10, 15, MANY, 30, 50, math.inf)
RULE = em.StoppingRule(max_iter=3000)


@dataclass(frozen=True)
class End:
    """Where a run ended: its log-likelihood; each component's number of observations and standard deviation."""

    log_likelihood: float
    n_eff: em.Floats
    stds: em.Floats

    def wide(self, few: float, std: float) -> bool:
        """Whether every component has at least this many observations and this standard deviation."""
        return bool(self.n_eff.min() >= few and self.stds.min() >= std)

    def no_heap(self, many: float) -> bool:
        """Whether components narrower than the step of rounding, 1, have at least this many observations."""
        return bool(((self.stds >= 1) | (self.n_eff >= many)).all())


@dataclass(frozen=True)
class Sample:
    """A sample of `n` observations: the number of components it has, and the ends of the runs for each number.

    `near` is the end of the run from the truth, None if it has one component or the run is degenerate.
    """

    n: int
    std: float
    k: int
    ends: dict[int, list[End]]
    near: End | None

    def choice(self, counts: Test) -> int | None:
        """Number of components by BIC, over ends that count; one component always does."""
        scores: dict[int, float] = {}
        for k, ends in self.ends.items():
            counted = [end.log_likelihood for end in ends if k == 1 or counts(self, end)]
            if counted:
                scores[k] = (3 * k - 1) * math.log(self.n) - 2 * max(counted)
        return min(scores, key=scores.__getitem__) if scores else None


Test = Callable[[Sample, End], bool]
"""Whether an end of a run on a sample is no spike."""


def end_of(x: em.Floats, start: em.Mixture) -> End | None:
    """Where the run from a start ends, None if degenerate."""
    run = em.fit(x, start, RULE, em.ACCELERATED)
    if run.degenerate or not isinstance(run.mixture, em.GaussianMixture):
        return None
    n_eff = Limits.of(x, em.GaussianMixture).n_eff(run.mixture)
    return End(float(run.log_likelihood[-1]), n_eff, run.mixture.stds)


def sample(truth: em.GaussianMixture, rounded: bool, n: int, seed: int) -> Sample:
    """Draw a sample and run all starts on it."""
    x, _ = truth.sample(n, np.random.default_rng([n, seed]))
    x = x.round() if rounded else x
    k, near = truth.n_components, end_of(x, truth)
    ends: dict[int, list[End]] = {}
    for fitted in range(max(k - 1, 1), k + 2):
        rng = np.random.default_rng([seed, fitted])
        runs = [end_of(x, start) for start in seeded_starts(x, em.GaussianMixture, fitted, STARTS, rng)]
        ends[fitted] = [end for end in (*runs, near if fitted == k else None) if end]
    return Sample(n, float(x.std()), k, ends, near if k > 1 else None)


def line(samples: list[Sample], limits: tuple[str, str], counts: Test) -> str:
    """A line for one way to tell spikes from other ends."""
    near = [(one, one.near) for one in samples if one.near]
    choices = [(one.choice(counts), one.k) for one in samples]
    right = sum(choice == k for choice, k in choices) / len(choices)
    many = sum(choice is not None and choice > k for choice, k in choices) / len(choices)
    excluded = sum(not counts(*one) for one in near) / len(near)
    return row(*limits, f"{right:.1%}", f"{many:.1%}", f"{excluded:.1%}")


def cells(first: object, second: object, ours: bool) -> tuple[str, str]:
    """Two limits, in bold if they are those of `em`."""
    return (f"**{first}**", f"**{second}**") if ours else (str(first), str(second))


def width_lines(samples: list[Sample]) -> Iterator[str]:
    """A line for each least number of observations and least standard deviation."""
    for few, narrow in product(FEW, NARROW):

        def counts(one: Sample, end: End, few: float = few, narrow: float = narrow) -> bool:
            return end.wide(few, narrow * one.std)

        yield line(samples, cells(few, narrow, (few, narrow) == (FEWEST, NARROWEST)), counts)


def heap_lines(samples: list[Sample]) -> Iterator[str]:
    """A line for each number of observations from which a component may be narrower than the step."""
    for least, many in product(LEAST, AT_LEAST):

        def counts(one: Sample, end: End, least: float = least, many: float = many) -> bool:
            return end.wide(FEWEST, max(least, NARROWEST * one.std)) and end.no_heap(many)

        name = "none" if many == math.inf else many
        yield line(samples, cells(f"{least:.2g}", name, (least, many) == (ROUNDING, MANY)), counts)


def samples_of(truths: tuple[em.GaussianMixture, ...], rounded: bool) -> list[Sample]:
    """Samples of each size from each mixture, computed by a process on every core."""
    arguments = product(truths, (rounded,), SIZES, range(SAMPLES))
    with ProcessPoolExecutor() as pool:
        return list(pool.map(sample, *zip(*arguments, strict=True), chunksize=5))


def main() -> None:
    """Write the tables."""
    smooth, rounded = samples_of(TRUTHS, False), samples_of(ROUNDED, True)
    header = "right number | too many | shut out: the end near the truth |"
    lines = [
        "# When is a component a spike?",
        "",
        f"`python -m benchmarks.spikes`: {len(smooth)} samples of {len(TRUTHS)} Gaussian mixtures. BIC chooses",
        "between one component fewer, as many, and one more, among ends whose components have at least so many",
        "observations (weight times N) and at least so large a standard deviation (over the sample's).",
        "The limits of `em` are in bold.",
        "",
        f"| observations | std | {header}",
        "|---|---|---|---|---|",
        *width_lines(smooth),
        "",
        f"{len(rounded)} samples of {len(ROUNDED)} mixtures, rounded to whole numbers. The limits in bold above hold;",
        "components have at least so large a standard deviation (in steps of rounding), and those narrower than one",
        "step at least so many observations.",
        "",
        f"| std | observations | {header}",
        "|---|---|---|---|---|",
        *heap_lines(rounded),
    ]
    write("spikes.md", lines)


if __name__ == "__main__":
    main()
