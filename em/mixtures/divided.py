"""Observations divided between components, part by part."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from em.mixtures.checks import Floats

__all__ = ["Divided", "counts_and_means"]

Divided = Iterable[tuple[Floats, Floats]]
"""Observations (M,) with their responsibilities (K, M), part by part, as often as they are gone over."""


def counts_and_means(divided: Divided) -> tuple[int, Floats, Floats]:
    """How many observations there are; how many, shape (K,), and what mean, shape (K,), each component has of them.

    The mean goes from part to part, since a sum of r x may be nothing where neither r nor x is.
    """
    n, n_eff, means = 0, np.zeros(()), np.zeros(())
    for x, r in divided:
        own = r.sum(axis=1)
        shares = r / np.where(own > 0, own, 1)[:, np.newaxis]
        n, n_eff = n + x.size, n_eff + own
        means = means + own / np.where(own > 0, n_eff, 1) * (shares @ x - means)
    return n, n_eff, means
