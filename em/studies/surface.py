"""The log-likelihood as a surface over one parameter of two components, and axes around the path of a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.run import Run
from em.mixtures.checks import MOST, Floats, entries, indices, instance, one_of, real_vector, refusal, whole_number
from em.mixtures.mixture import Mixture, require_mixture
from em.mixtures.parameters import Kind

__all__ = ["surface", "surface_axes"]

CHUNK = 2048
"""Observations in a chunk. Arrays of a grid line by a chunk stay in the cache, and memory does not grow with N."""

RANGE = 600.0
"""Log densities within this distance of a reference have an exponential that is a normal float64."""

LOG_RATIO = 10.0
"""Axes of positive parameters that span more than this factor are evenly spaced in the logarithm."""


def surface(
    x: ArrayLike,
    mixture: Mixture,
    parameter: str,
    axes: tuple[ArrayLike, ArrayLike],
    components: tuple[int, int] = (0, 1),
) -> Floats:
    """Total log-likelihood over a grid of values of one parameter of two components; the rest is as in `mixture`.

    Parameters
    ----------
    x : array_like, shape (N,)
        Observations, within the support of the family.
    mixture : Mixture
        The values of all other parameters, including the weights.
    parameter : str
        Its name, such as "scales" or "means".
    axes : pair of array_like, shapes (G,) and (H,)
        Values of that parameter for the first and the second component.
    components : pair of int
        Which two components.

    Returns
    -------
    ndarray, shape (G, H)
        Entry [g, h] is the log-likelihood for ``axes[0][g]`` and ``axes[1][h]``, in nats; -inf if too low for a float.

    Raises
    ------
    ValueError
        As `check_observations`; if `mixture` is no mixture or has no such parameter or components; if an axis is empty,
        not finite, or outside the domain of the parameter.
    """
    require_mixture("mixture", mixture)
    x = mixture.check_observations(x)
    first, second = _checked(mixture, parameter, components)
    along, across = _checked_axes(axes, mixture.kinds[parameter])
    lines = (_line(mixture, parameter, first, along), _line(mixture, parameter, second, across))
    others = np.delete(np.arange(mixture.n_components), (first, second))
    with np.errstate(divide="ignore"):
        log_first, log_second = np.log(mixture.weights[[first, second]])
    total = np.zeros((lines[0].n_components, lines[1].n_components))
    with np.errstate(over="ignore"):
        for part in np.split(x, range(CHUNK, x.size, CHUNK)):
            a = lines[0]._log_component(part) + log_first
            b = lines[1]._log_component(part) + log_second
            rest = np.logaddexp.reduce(mixture._log_joint(part)[others], axis=0, initial=-np.inf)
            total += _summed(a, np.logaddexp(b, rest))
    return total


def surface_axes(
    run: Run | Sequence[Run], parameter: str | None = None, components: tuple[int, int] = (0, 1), n: int = 60
) -> tuple[Floats, Floats]:
    """Two axes that contain the whole path of a run, or of several, with a margin.

    Parameters
    ----------
    run : Run or sequence of Run
        A run with at least two components, or several of the same family and number of components.
    parameter : str, optional
        Its name, such as "scales" or "means"; by default the first after the weights.
    components : pair of int
        Which two components.
    n : int
        Number of values along each axis.

    Returns
    -------
    pair of ndarray, shape (n,)
        Ascending and evenly spaced. Axes of a positive parameter are positive, and evenly spaced in the logarithm where
        they span more than a factor of 10.

    Raises
    ------
    ValueError
        If the runs are of different kinds or have no such parameter or components, or `n` is no whole number from 1 to
        10^8.
    """
    runs = _checked_runs(run)
    last = runs[0].mixture
    parameter = last.parameter_names[1] if parameter is None else parameter
    n = whole_number("n", n, most=MOST)
    pair = _checked(last, parameter, components)
    paths = np.concatenate([one.parameters[parameter] for one in runs])[:, list(pair)].T
    if last.kinds[parameter] is Kind.POSITIVE:
        return _positive_axis(paths[0], n), _positive_axis(paths[1], n)
    units = last._units()[list(last.kinds).index(parameter)][list(pair)]
    return _even_axis(paths[0], units[0], n), _even_axis(paths[1], units[1], n)


def _checked(mixture: Mixture, parameter: str, components: tuple[int, int]) -> tuple[int, int]:
    one_of("parameter", parameter, mixture.parameter_names[1:])
    first, second = indices("components", components, 2, mixture.n_components)
    return first, second


def _checked_runs(run: Run | Sequence[Run]) -> list[Run]:
    """Return the runs as a list; ValueError if they differ in family or number of components."""
    rule, remedy = "be a run or a sequence of them", "use what em.fit or em.restarts(…).runs returned"
    given = [run] if isinstance(run, Run) else entries("run", run, rule, remedy)
    runs = [instance("run", one, Run, rule, remedy) for one in given]
    kinds = {(type(one.mixture).__name__, one.mixture.n_components) for one in runs}
    if len(kinds) != 1:
        shown = " and ".join(f"{k} of {name}" for name, k in sorted(kinds)) or "none"
        raise refusal("run", "hold runs of one family and number of components", shown, "select runs of one kind")
    return runs


def _checked_axes(axes: tuple[ArrayLike, ArrayLike], kind: Kind) -> list[Floats]:
    """Return the values along the two axes."""
    rule, remedy = "be a pair of axes", "use em.surface_axes(run)"
    lines = [real_vector("axes", axis) for axis in entries("axes", axes, rule, remedy)]
    if len(lines) != 2:
        raise refusal("axes", rule, len(lines), remedy)
    if kind is Kind.POSITIVE and (least := min(line.min() for line in lines)) <= 0:
        raise refusal("axes", "hold positive values of a positive parameter", least, remedy)
    if lines[0].size * lines[1].size > MOST:
        shape = f"{lines[0].size} by {lines[1].size} cells"
        raise refusal("axes", f"have at most {MOST:,} cells", shape, "use fewer values")
    return lines


def _line(mixture: Mixture, parameter: str, component: int, values: Floats) -> Mixture:
    """Return a mixture with a copy of one component for each value of its parameter."""
    arrays = {name: np.full(values.size, array[component]) for name, array in mixture.parameters.items()}
    return type(mixture)(**(arrays | {"weights": np.full(values.size, 1 / values.size), parameter: values}))


def _summed(a: Floats, b: Floats) -> Floats:
    """Sum over n of log(exp a[g, n] + exp b[h, n]), shape (G, H), from (G, N) and (H, N).

    Each observation has its own reference, so it takes one exponential for each line and one logarithm for each cell.
    Observations whose densities span too many orders of magnitude over the grid are summed more slowly.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        top = np.maximum(a.max(axis=0), b.max(axis=0))
        low = np.maximum(a.min(axis=0), b.min(axis=0))
        reference = (top + low) / 2
        safe = top - low < 2 * RANGE
    total = np.zeros((len(a), len(b)))
    if safe.any():
        every = safe.all()
        reference = reference[safe]
        u, v = (np.exp((part if every else part[:, safe]) - reference) for part in (a, b))
        cells = np.empty_like(v)
        for line, out in zip(u, total, strict=True):
            np.add(v, line, out=cells)
            np.log(cells, out=cells)
            np.sum(cells, axis=1, out=out)
        total += reference.sum()
    for n in np.flatnonzero(~safe):
        total += np.logaddexp.outer(a[:, n], b[:, n])
    return total


def _even_axis(path: Floats, size: float, n: int) -> Floats:
    """Return an axis around a path, wider to either side by a quarter of its length or at least `size`."""
    margin = max(np.ptp(path) / 4, size)
    return np.linspace(path.min() - margin, path.max() + margin, n)


def _positive_axis(path: Floats, n: int) -> Floats:
    """Return an axis around a positive path, wider to either side by the factor 1.5, or more for a short path."""
    low, high = path.min(), path.max()
    with np.errstate(over="ignore"):  # a ratio too large for a float is inf, which is wide enough
        factor = max(1.5, 2 / np.sqrt(high / low))
        low, high = low / factor, high * factor
        axis: Floats = np.geomspace(low, high, n) if high / low > LOG_RATIO else np.linspace(low, high, n)
    return axis
