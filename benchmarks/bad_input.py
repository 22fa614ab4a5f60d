"""What each peer does with input that has no good answer: a table of short words, found by running."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

import em
from benchmarks.peers import PEERS, Parameters, Peer

RNG = np.random.default_rng(0)
EXPONENTIALS = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(300, RNG)[0]
GAUSSIANS = em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7]).sample(300, RNG)[0]
SCALES: Parameters = {"weights": [0.5, 0.5], "scales": [0.3, 0.6]}
MOMENTS: Parameters = {"weights": [0.5, 0.5], "means": [0.5, 2.0], "stds": [1.0, 1.0]}
N_ITER = 300

CASES: tuple[tuple[str, np.ndarray, Parameters], ...] = (
    ("exponential: a NaN", np.r_[EXPONENTIALS, np.nan], SCALES),
    ("exponential: a negative value", np.r_[EXPONENTIALS, -0.5], SCALES),
    ("exponential: zeros", np.r_[np.zeros(20), EXPONENTIALS + 1], {"weights": [0.5, 0.5], "scales": [0.05, 2.0]}),
    ("exponential: a far point, 1e6", np.r_[EXPONENTIALS, 1e6], SCALES),
    (
        "exponential: scales 1e-6 and 1e6",
        np.r_[1e-6 * EXPONENTIALS, 1e6 * EXPONENTIALS],
        {"weights": [0.5, 0.5], "scales": [1e-3, 1e3]},
    ),
    ("Gaussian: a NaN", np.r_[GAUSSIANS, np.nan], MOMENTS),
    (
        "Gaussian: a value 30 times",
        np.r_[np.full(30, 9.0), GAUSSIANS],
        {"weights": [0.5, 0.5], "means": [1.0, 9.0], "stds": [1.0, 0.5]},
    ),
    ("Gaussian: a far point, 1e6", np.r_[GAUSSIANS, 1e6], MOMENTS),
    (
        "Gaussian: data of std 1e-6",
        1e-6 * GAUSSIANS,
        {"weights": [0.5, 0.5], "means": [0.5e-6, 2e-6], "stds": [1e-6, 1e-6]},
    ),
    (
        "Gaussian: range 1e-3 at 1e8",
        1e8 + 1e-4 * GAUSSIANS,
        {"weights": [0.5, 0.5], "means": [1e8, 1e8 + 2e-4], "stds": [1e-4, 1e-4]},
    ),
)


def outcome(peer: Peer, x: np.ndarray, start: Parameters) -> str:
    """In a few words: refused, NaN, shrunk onto a point, or fitted."""
    try:
        with np.errstate(all="ignore"):
            fitted = peer.fit(x, start, N_ITER)
    except em.DegenerateComponent as end:
        return f"says: component {end.component} has shrunk" if "shrunk" in end.what else "says: a component lost all"
    except Exception as error:  # whatever it is: that is what is asked
        words = str(error).splitlines()[0] if str(error) else ""
        return f"refused: {words[:48]}…" if len(words) > 48 else f"refused: {words or type(error).__name__}"
    values = np.concatenate([np.ravel(value) for value in fitted.values()])
    if not np.isfinite(values).all():
        return "**NaN**, without a word"
    sizes = fitted[list(fitted)[-1]]
    if (x < 0).any() and "scales" in fitted:
        return "**fitted**, without a word"
    if min(sizes) < 1e-9 * max(sizes) and "1e-6" not in str(start):
        return f"**{list(fitted)[-1][:-1]} {min(sizes):.1g}**, without a word" if min(sizes) < 1e-4 else "fitted"
    return f"fitted, {list(fitted)[-1]} {', '.join(f'{size:.2g}' for size in sizes)}"


def table(markdown: Callable[[Sequence[str], list[list[str]]], str]) -> str:
    """A row for each case, a column for each peer that is installed."""
    peers = [peer for peer in PEERS if peer.installed]
    rows = []
    for title, x, start in CASES:
        family = "exponential" if "scales" in start else "gaussian"
        rows.append([title, *(outcome(peer, x, start) if peer.runs(family, 2) else "" for peer in peers)])
    return markdown([f"{N_ITER} iterations", *(peer.name for peer in peers)], rows)
