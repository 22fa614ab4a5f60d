"""What each peer does with bad input: a table of short descriptions, from real runs."""

from __future__ import annotations

import numpy as np

import em
from benchmarks.peers import PEERS, Parameters, Peer
from benchmarks.report import table
from em.mixtures.checks import Floats

RNG = np.random.default_rng(0)
EXPONENTIALS = em.ExponentialMixture([0.5, 0.5], [0.1, 1]).sample(300, RNG)[0]
GAUSSIANS = em.GaussianMixture([0.4, 0.6], [0, 3], [1, 0.7]).sample(300, RNG)[0]
SCALES: Parameters = {"weights": [0.5, 0.5], "scales": [0.3, 0.6]}
MOMENTS: Parameters = {"weights": [0.5, 0.5], "means": [0.5, 2.0], "stds": [1.0, 1.0]}
N_ITER = 300

CASES: tuple[tuple[str, Floats, Parameters, float], ...] = (  # last: about the smallest proper scale or std
    ("exponential: a NaN", np.r_[EXPONENTIALS, np.nan], SCALES, 0.1),
    ("exponential: a negative value", np.r_[EXPONENTIALS, -0.5], SCALES, 0.1),
    ("exponential: 20 zeros", np.r_[np.zeros(20), EXPONENTIALS + 1], {"weights": [0.5, 0.5], "scales": [0.05, 2.0]}, 1),
    ("exponential: a far point, 1e6", np.r_[EXPONENTIALS, 1e6], SCALES, 0.1),
    (
        "exponential: scales 1e-6 and 1e6",
        np.r_[1e-6 * EXPONENTIALS, 1e6 * EXPONENTIALS],
        {"weights": [0.5, 0.5], "scales": [1e-3, 1e3]},
        1e-6,
    ),
    ("Gaussian: a NaN", np.r_[GAUSSIANS, np.nan], MOMENTS, 0.7),
    (
        "Gaussian: a value 30 times",
        np.r_[np.full(30, 9.0), GAUSSIANS],
        {"weights": [0.5, 0.5], "means": [1.0, 9.0], "stds": [1.0, 0.5]},
        0.7,
    ),
    ("Gaussian: a far point, 1e6", np.r_[GAUSSIANS, 1e6], MOMENTS, 0.7),
    (
        "Gaussian: data of std 1e-6",
        1e-6 * GAUSSIANS,
        {"weights": [0.5, 0.5], "means": [0.5e-6, 2e-6], "stds": [1e-6, 1e-6]},
        0.7e-6,
    ),
    (
        "Gaussian: range 1e-3 at 1e8",
        1e8 + 1e-4 * GAUSSIANS,
        {"weights": [0.5, 0.5], "means": [1e8, 1e8 + 2e-4], "stds": [1e-4, 1e-4]},
        0.7e-4,
    ),
)


def outcome(peer: Peer, x: Floats, start: Parameters, smallest: float) -> str:
    """In a few words: refused, reported as degenerate, NaN, shrunk onto points, or fitted."""
    try:
        with np.errstate(all="ignore"):
            fitted = peer.fit(x, start, N_ITER)
    except em.DegenerateComponent as end:
        return f"says that component {end.component} {end.what.split(':')[0]}"
    except Exception as error:  # any error is a result
        message = (str(error).splitlines() or [type(error).__name__])[0]
        return f"refuses: {message if len(message) <= 48 else message[:48] + '…'}"
    sizes = fitted[list(fitted)[-1]]
    shown = f"{list(fitted)[-1]} {', '.join(f'{size:.2g}' for size in sizes)}"
    if not np.isfinite(np.concatenate([np.ravel(values) for values in fitted.values()])).all():
        return "**NaN** without a word"
    if min(sizes) < smallest / 10 or ("scales" in fitted and (x < 0).any()):
        return f"**{shown}** without a word"
    return shown


def bad_input_table() -> str:
    """A row for each case, a column for each installed peer; bold is what a user would not notice."""
    peers = [peer for peer in PEERS if peer.installed]
    rows = []
    for title, x, start, smallest in CASES:
        family = "exponential" if "scales" in start else "gaussian"
        rows.append([title, *(outcome(peer, x, start, smallest) if peer.runs(family, 2) else "" for peer in peers)])
    return table([f"{N_ITER} iterations", *(peer.name for peer in peers)], rows)
