"""How often an estimate is off by more than two standard errors: `python -m benchmarks.coverage`.

Samples are drawn from known mixtures: components far apart or over one another, weights down to .02, N from 30 to
10,000. Each sample is fitted from the truth by the accelerated method, so that components keep their labels. The tables
are written to `benchmarks/results/coverage.md` in ten to fifteen minutes; the sentences of `em.standard_errors` state
their figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import em
from benchmarks.report import row, write
from em.fitting.standard_errors import ENOUGH, OFF

SAMPLES = 200
FEWEST = SAMPLES // 2
"""Rates of fewer samples are not compared."""
POOR, GOOD = 0.10, 0.07
"""Standard errors of a setting are poor if in some kind of parameter more than the first share of the estimates is off,
and good if in no kind more than the second is."""

SIZES = (30, 100, 300, 1000)
LARGE = 10_000
SINGLE = {
    "exponential": em.ExponentialMixture([1], [1]),
    "Gaussian": em.GaussianMixture([1], [0], [1]),
    "Poisson, mean 3": em.PoissonMixture([1], [3]),
}
Family = tuple[Callable[..., em.Mixture], *tuple[Sequence[float], ...]]
"""A family, and its parameters except the weights."""
PAIRS: dict[str, Family] = {
    **{f"Gaussian, means 0, {d:g}": (em.GaussianMixture, [0, d], [1, 1]) for d in (1, 1.5, 2, 3, 4, 6)},
    "Gaussian, means 0, 0, stds 1, 3": (em.GaussianMixture, [0, 0], [1, 3]),
    "Gaussian, means 0, 2, stds 1, .5": (em.GaussianMixture, [0, 2], [1, 0.5]),
    **{f"exponential, scales 1, {r:g}": (em.ExponentialMixture, [1, r]) for r in (1.5, 2, 4, 10, 100)},
    **{f"Poisson, means {a}, {b}": (em.PoissonMixture, [a, b]) for a, b in ((2, 4), (1, 5), (2, 10), (20, 40))},
}
TRIPLES: dict[str, Family] = {
    **{f"Gaussian, means 0, {d:g}, {2 * d:g}": (em.GaussianMixture, [0, d, 2 * d], [1, 1, 1]) for d in (1.5, 3, 6)},
    **{f"exponential, scales 1, {r}, {r * r}": (em.ExponentialMixture, [1, r, r * r]) for r in (4, 20)},
    **{f"Poisson, means 2, {a}, {b}": (em.PoissonMixture, [2, a, b]) for a, b in ((8, 20), (12, 40))},
}
WEIGHTS = (
    *([0.5, 0.5], [0.8, 0.2], [0.95, 0.05], [0.98, 0.02], [0.2, 0.8], [0.05, 0.95]),
    *([0.4, 0.3, 0.3], [0.6, 0.3, 0.1], [0.48, 0.48, 0.04]),
)
MIRRORED = ([0.2, 0.8], [0.05, 0.95])
"""Left out for Gaussians, which are symmetric."""


@dataclass(frozen=True)
class Setting:
    """The true mixture of the samples, and how many observations each has."""

    name: str
    truth: em.Mixture
    n: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """The results of a setting's samples.

    Attributes
    ----------
    setting : Setting
        Where the samples come from.
    n_samples : int
        Number of samples, including those without standard errors.
    off : ndarray of bool, shape (S, m + 1, K)
        Whether each parameter is off by more than two standard errors, for the samples that have them.
    worth : ndarray, shape (S,)
        `StandardErrors.worth` of these samples.
    """

    setting: Setting
    n_samples: int
    off: NDArray[np.bool_]
    worth: em.Floats

    @property
    def estimates(self) -> NDArray[np.bool_]:
        """`off` without the weight of a single component, which is not estimated."""
        return self.off[:, int(self.off.shape[2] == 1) :]

    def rates(self, lowest: float, highest: float) -> list[float]:
        """Share of the estimates that are off, by kind of parameter, where lowest <= worth < highest; [] for none."""
        chosen = self.estimates[self.within(lowest, highest)]
        return list(chosen.mean(axis=(0, 2))) if len(chosen) else []

    def within(self, lowest: float, highest: float) -> NDArray[np.bool_]:
        """Which samples have lowest <= worth < highest."""
        return (lowest <= self.worth) & (self.worth < highest)


def settings() -> Iterator[Setting]:
    """Every setting of the table."""
    for name, truth in SINGLE.items():
        yield from (Setting(name, truth, n) for n in SIZES)
    for name, (family, *parameters) in (PAIRS | TRIPLES).items():
        for weights in WEIGHTS:
            if len(weights) != len(parameters[0]) or (family is em.GaussianMixture and weights in MIRRORED):
                continue
            title = f"{name}; weights {', '.join(f'{weight:g}'.lstrip('0') for weight in weights)}"
            sizes = (*SIZES, LARGE) if weights == [0.5, 0.5] else SIZES
            yield from (Setting(title, family(weights, *parameters), n) for n in sizes)


def outcome(setting: Setting, n_samples: int, seed: int) -> Outcome:
    """Draw samples, fit each, and compare the estimates with the truth."""
    rng = np.random.default_rng(seed)
    truth = np.array(list(setting.truth.parameters.values()))
    off, worth = [np.zeros((0, *truth.shape), bool)], []
    for _ in range(n_samples):
        x, _ = setting.truth.sample(setting.n, rng)
        if not x.any():
            continue
        run = em.fit(x, setting.truth, method=em.ACCELERATED)
        errors = em.standard_errors(x, run.mixture) if run.converged else None
        if errors is None or errors.parameters is None or errors.worth is None:
            continue
        distance = np.abs(np.array(list(run.mixture.parameters.values())) - truth)
        off.append((distance > 2 * np.array(list(errors.parameters.values())))[np.newaxis])
        worth.append(errors.worth)
    return Outcome(setting, n_samples, np.concatenate(off), np.array(worth))


def classes() -> list[tuple[float, float]]:
    """Least and greatest worth of every class in `OFF`, the best first."""
    return list(zip(OFF, [np.inf, *OFF], strict=False))


def rate(outcomes: Iterable[Outcome], lowest: float, highest: float) -> float:
    """Share of all estimates that are off where lowest <= worth < highest."""
    chosen = [one.estimates[one.within(lowest, highest)].ravel() for one in outcomes]
    return float(np.concatenate(chosen).mean())


def worst(outcomes: Iterable[Outcome], lowest: float, highest: float) -> float:
    """The largest share in any setting with enough samples, in any kind of parameter."""
    enough = [one for one in outcomes if one.within(lowest, highest).sum() >= FEWEST]
    return max(max(one.rates(lowest, highest)) for one in enough)


def summary(outcomes: list[Outcome]) -> Iterator[str]:
    """Lines of the table of classes, and how many settings have the warning."""
    total = sum(one.n_samples for one in outcomes)
    yield f"| worth of the least known parameter | samples | estimates off | in the worst of {FEWEST} samples or more |"
    yield "|---|---|---|---|"
    for lowest, highest in classes():
        name = f"{lowest} or more: no warning" if highest == np.inf else f"{lowest} to {highest}: warning"
        many = sum(int(one.within(lowest, highest).sum()) for one in outcomes)
        yield f"| {name} | {many:,} | {rate(outcomes, lowest, highest):.1%} | {worst(outcomes, lowest, highest):.0%} |"
    none = total - sum(one.worth.size for one in outcomes)
    yield f"| no standard errors | {none:,} | | |"
    compared = [one for one in outcomes if one.worth.size >= FEWEST]
    largest = {id(one): max(one.rates(0, np.inf)) for one in compared}
    yield ""
    for what, few in (
        (f"more than {POOR:.0%} of some kind is off", [one for one in compared if largest[id(one)] > POOR]),
        (f"at most {GOOD:.0%} of every kind is off", [one for one in compared if largest[id(one)] <= GOOD]),
    ):
        warned = sum(bool(one.within(0, ENOUGH).mean() > 0.5) for one in few)
        yield f"- Of {len(few)} settings where {what}, {warned} have the warning in most samples."


def line(one: Outcome) -> str:
    """The line of a setting: rates by kind, weights first, without a warning and with one."""
    shares = [f"{part:.0%}" for part in (one.worth.size / one.n_samples, one.within(0, ENOUGH).sum() / one.n_samples)]
    rates = [" / ".join(f"{share:.0%}" for share in one.rates(*ends)) for ends in ((ENOUGH, np.inf), (0, ENOUGH))]
    return row(one.setting.name, f"{one.setting.n:,}", *shares, *rates)


def main() -> None:
    """Write both tables."""
    outcomes = [outcome(setting, SAMPLES, seed) for seed, setting in enumerate(settings())]
    lines = [
        "# How often an estimate is off by more than two standard errors",
        "",
        f"`python -m benchmarks.coverage`: {len(outcomes)} settings, {SAMPLES} samples of each. Every sample was",
        "fitted from the truth by the accelerated method. Good standard errors would give 4.6%. The *worth* of a",
        "parameter is the number of observations with known labels that would say as much about it. The worst is the",
        f"highest rate of one kind of parameter in one setting, if at least {FEWEST} of its samples are of that class.",
        "",
        *summary(outcomes),
        "",
        "Below: the share of samples with standard errors and with a warning, then the share of estimates that are",
        "off, by kind of parameter in the order of `Mixture.parameters`, without the weight of a single component.",
        "",
        "| setting | N | with s.e. | warned | off without a warning | off with a warning |",
        "|---|---|---|---|---|---|",
        *map(line, outcomes),
    ]
    write("coverage.md", lines)


if __name__ == "__main__":
    main()
