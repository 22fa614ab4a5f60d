"""Which estimated component corresponds to which true one.

The likelihood is the same for every order of the components, so EM may end with another order than that of the truth
(label switching).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from em.mixtures.checks import Floats, indices, refusal
from em.mixtures.mixture import Mixture, require_mixture

__all__ = ["clear_match", "labels_switched", "match", "reordered"]

M = TypeVar("M", bound=Mixture)

CLEARLY = 2
"""A match is clear if all other components are at least this many times as far away."""

MAX_ENUMERATED = 6
"""Up to this many components, all permutations are tried, because scipy.optimize takes 36 MB in each process."""


def match(estimate: M, truth: M) -> tuple[int, ...]:
    """Find the permutation that brings an estimate's components closest to the true ones.

    The distance of two components is the Bhattacharyya distance of their densities plus the squared difference of the
    square roots of their weights. The second term decides between components with similar densities. The total over all
    components is minimised.

    Parameters
    ----------
    estimate, truth : Mixture
        Two mixtures of the same family and number of components K.

    Returns
    -------
    tuple of int, length K
        Entry k is the component of `estimate` that corresponds to component k of `truth`.

    Raises
    ------
    ValueError
        If the two are not mixtures of the same family and number of components.
    """
    return _assignment(_costs(estimate, truth))


def clear_match(estimate: M, truth: M) -> tuple[int, ...] | None:
    """Return the permutation of `match` if it is clear, otherwise None; arguments and errors as there.

    It is clear if each component is at least `CLEARLY` times nearer to its partner than to any other component.
    """
    costs = _costs(estimate, truth)
    order = _assignment(costs)
    rows = np.arange(len(order))
    partners = costs[rows, order]
    costs[rows, order] = np.inf
    others = np.minimum(costs.min(axis=1), costs.min(axis=0)[list(order)])
    return order if (CLEARLY * partners < others).all() else None


def _costs(estimate: M, truth: M) -> Floats:
    """The distance of `match` for each true component (rows) and each estimated one (columns), shape (K, K)."""
    require_mixture("estimate", estimate)
    require_mixture("truth", truth)
    if type(estimate) is not type(truth) or estimate.n_components != truth.n_components:
        wanted, given = (f"{type(one).__name__} and {one.n_components}" for one in (estimate, truth))
        rule = f"be of the estimate's family and number of components, {wanted}"
        raise refusal("truth", rule, given, "compare mixtures of one kind")
    with np.errstate(over="ignore"):
        distances = truth._overlap_distances(estimate)
    distances += (np.sqrt(truth.weights)[:, np.newaxis] - np.sqrt(estimate.weights)) ** 2
    costs: Floats = np.minimum(distances, 1e300)
    return costs


def _assignment(costs: NDArray[np.float64]) -> tuple[int, ...]:
    """Assign each row its own column, with the smallest total cost."""
    if len(costs) > MAX_ENUMERATED:
        from scipy.optimize import linear_sum_assignment

        return tuple(int(k) for k in linear_sum_assignment(costs)[1])
    rows = costs.tolist()
    return min(
        permutations(range(len(rows))), key=lambda order: sum(row[k] for row, k in zip(rows, order, strict=True))
    )


def reordered(mixture: M, permutation: Sequence[int]) -> M:
    """Return the same mixture with component ``permutation[k]`` at index k.

    Raises
    ------
    ValueError
        If `permutation` is not a permutation of 0, ..., K - 1.
    """
    require_mixture("mixture", mixture)
    k = mixture.n_components
    order = list(indices("permutation", permutation, k, k))
    return type(mixture)._of_arrays(*(array[order] for array in mixture.parameters.values()))


def labels_switched(estimate: M, truth: M) -> bool:
    """Whether the estimate's components are in another order than the true ones; errors as in `match`."""
    return match(estimate, truth) != tuple(range(truth.n_components))
