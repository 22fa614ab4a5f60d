"""Is the best fit found? `python -m benchmarks.choice`: `em.choose` beside 500 full runs on every data set.

For K = 2 to 5, 500 starts are run to their ends, spikes left out; then `em.choose` runs with 20 seeds. The table is
written to `benchmarks/results/choice.md` in ten to twenty minutes.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from itertools import chain

import numpy as np

import em
from benchmarks.report import row, write
from em.studies import seeded_starts
from em.studies.restarts import group_ends

SIZES = range(2, 6)
N_STARTS, SEEDS = 500, 20
RULE = em.StoppingRule(max_iter=5000, tol=1e-9)
SAME = 0.01
"""Log-likelihoods that differ by less, in nats, belong to the same end."""


def full_runs(data: em.datasets.Dataset, k: int) -> em.Restarts:
    """Runs to the end from `N_STARTS` starts, half of them as in k-means++ and half at random."""
    rng = np.random.default_rng(k)
    starts = seeded_starts(data.x, data.family, k, N_STARTS, rng)
    return group_ends(data.x, [em.fit(data.x, start, RULE, em.ACCELERATED) for start in starts])


def rows(name: str) -> list[str]:
    """A line for each number of components of a data set, and two for the choices."""
    data, lines = em.datasets.load(name), list[str]()
    choices = [em.choose(data.x, data.family, range(1, 6), seed=seed) for seed in range(SEEDS)]
    for k in SIZES:
        found = full_runs(data, k)
        spikes = sum(end.count for end in (*found.spikes, *found.degenerate)) / N_STARTS
        candidates = [choice[k - 1] for choice in choices]
        if not found.optima:
            cells = ["none", "", "", ""]
        else:
            best = max(end.log_likelihood for end in found.optima if end.converged)
            reached = sum(end.count for end in found.optima if end.log_likelihood > best - SAME) / N_STARTS
            as_high = sum(candidate.log_likelihood > best - SAME for candidate in candidates)
            shares = sorted(candidate.n_best / max(candidate.n_long, 1) for candidate in candidates)
            long_runs = f"{shares[0]:.0%} to {shares[-1]:.0%}"
            cells = [f"{best:.3f}", f"{reached:.1%}", f"{as_high} of {SEEDS}", long_runs]
        lines.append(row(data.title, str(k), f"{spikes:.1%}", *cells))
    for criterion in ("bic", "aic"):
        chosen = [em.preferred(choice, criterion).n_components for choice in choices]
        lines.append(row(data.title, criterion.upper(), "", f"chosen: {counted(chosen)}", "", "", ""))
    return lines


def counted(chosen: list[int]) -> str:
    """How often each number was chosen: "3 (20 seeds)"."""
    return ", ".join(f"{k} ({chosen.count(k)} seeds)" for k in sorted(set(chosen)))


def main() -> None:
    """Write the table; every core has a process of its own, which takes one data set after another."""
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(rows, em.datasets.names()))
    lines = [
        "# Is the best fit found?",
        "",
        f"`python -m benchmarks.choice`: {N_STARTS} starts run to the end for each K (half as in k-means++, half at",
        f"random), and `em.choose` with {SEEDS} seeds. Spikes do not count. The log-likelihood is that of the highest",
        f"end that converged; `choose` is as high if it is lower by less than {SAME}. Last: the share of its long",
        "runs that ended there, in the seed where it is smallest and in the one where it is largest.",
        "",
        "| data | K | spikes | highest log-likelihood | reached by | `choose` as high | of its long runs |",
        "|---|---|---|---|---|---|---|",
        *chain.from_iterable(found),
    ]
    write("choice.md", lines)


if __name__ == "__main__":
    main()
