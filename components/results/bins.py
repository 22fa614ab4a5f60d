"""Bins of a histogram.

If bins were 2.2 steps of rounding wide, every fifth would hold three possible values, the others two, and the histogram
would have teeth that are not in the data. So bins of rounded data are a whole number of steps wide, and their edges are
halfway between possible values.
"""

from __future__ import annotations

import math

import numpy as np

import em
from em.studies import USUAL

FEW = 12
"""Up to so many distinct values have a bar each, if they repeat."""
MOST = 80
"""Most bins, by what can be seen; half as many more if steps of rounding want it."""
COARSEST = 24
"""Fewest bins of a large sample."""
FINEST = 100
"""More steps than this in a bin cannot be seen: one more or less is one per cent."""
EXACT, OFF = 1e-4, 0.05
"""A value nearer to a grid than this, in steps, lies on it, or nearly: so do minutes in hours, to three decimals."""
NEARLY_ALL = 0.95
"""Data are rounded if this share of the distinct values lies on a grid."""
NEAR = 1.001
"""Observations within this factor are too near to one another for an axis in decades."""


def bins(x: em.Floats) -> tuple[int, tuple[float, float] | None]:
    """Number of bins for observations, shape (N,), and where they begin and end; None: at the extreme observations."""
    count = _usual_number(x)
    width = float(np.ptp(x)) / count
    values = np.unique(x)
    grid = _grid(values, width / FINEST)
    if grid is None:
        return count, None
    origin, step = grid
    ends = (values[[0, -1]] - origin) / step
    first, last = math.floor(ends[0] + 0.5 - OFF), math.ceil(ends[1] - 0.5 + OFF)
    possible = last - first + 1
    few = 2 * values.size <= x.size and values.size <= FEW and possible <= MOST
    times = 1 if few else max(1, round(width / step))
    count = math.ceil(possible / times)
    places = 4 - math.floor(math.log10(step))
    low, high = (round(origin + (at - 0.5) * step, places) + 0.0 for at in (first, first + count * times))
    return count, (low, high)


def _usual_number(x: em.Floats) -> int:
    """Number of bins by Freedman and Diaconis, with a lower bound from N and an upper one from what can be seen."""
    coarsest = min(COARSEST, math.ceil(2 * math.sqrt(x.size)))
    width = np.subtract(*np.percentile(x, [75, 25])) * 2 / np.cbrt(x.size)
    return int(np.clip(np.ptp(x) / width, coarsest, MOST)) if width > 0 else coarsest


def _grid(values: em.Floats, finest: float) -> tuple[float, float] | None:
    """A point and the step of the coarsest grid on which nearly all of the sorted, distinct values lie.

    Its step is a part of a gap between neighbouring values, and at least `finest`. None if there is no such grid.
    """
    if values.size == 1:
        return None
    gaps, low = np.diff(values), float(values[0])
    gap = float(np.quantile(gaps, USUAL, method="lower"))
    parts = min(FINEST, int(gap / max(finest, 16 * math.ulp(np.abs(values).max()))))
    for off in (EXACT, OFF)[: 1 if values.size <= FEW else 2]:  # a few values are near to some grid by chance
        for part in range(1, parts + 1):
            grid = _fitted(values - low, _adjusted(gaps, gap / part), off)
            if grid is not None:
                return low + grid[0], grid[1]
    return None


def _fitted(values: em.Floats, step: float, off: float) -> tuple[float, float] | None:
    """A point and the step of the grid that fits nearly all values best; None if they are farther `off`."""
    origin = step * np.angle(np.exp(2j * np.pi * values / step).mean()) / (2 * np.pi)
    for near in (4 * OFF, off):
        times = np.rint((values - origin) / step)
        on = np.abs((values - origin) / step - times) < near
        if on.mean() < NEARLY_ALL:
            return None
        step, origin = np.polyfit(times[on], values[on], 1).tolist()
    return origin, step


def _adjusted(gaps: em.Floats, step: float) -> float:
    """A step near `step`, from all gaps that are whole multiples of it: a single gap has an error of rounding."""
    for _ in range(2):
        times = np.rint(gaps / step)
        whole = (times > 0) & (np.abs(gaps / step - times) < 2 * OFF)
        step = float(gaps[whole].sum() / times[whole].sum()) if whole.any() else step
    return step


def decade_edges(x: em.Floats) -> em.Floats | None:
    """Edges of bins of the observations above 0 that are equally wide in decades, or nearly so.

    Between the coarse values at the low end of rounded data, equally wide bins would be empty though nothing is missing
    there: each edge is moved halfway between two possible values, and a bin holds at least one of them.

    Returns
    -------
    ndarray or None
        Increasing; None where most observations are 0, one is negative, or all are too near to one another.
    """
    positive = x[x > 0]
    if x.min() < 0 or 2 * positive.size < x.size or positive.max() < positive.min() * NEAR:
        return None
    logs, values = np.log10(positive), np.unique(positive)
    count = _usual_number(logs)
    edges = np.geomspace(values[0], values[-1], count + 1)
    grid = _grid(values, float(edges[1] - edges[0]) / FINEST)
    if grid is not None:
        edges = _halfway(values, grid, count)
    edges[0], edges[-1] = min(edges[0], values[0]), max(edges[-1], values[-1])  # also off the grid
    return edges


def _halfway(values: em.Floats, grid: tuple[float, float], count: int) -> em.Floats:
    """Edges of about so many bins, each once, from below the first value of a grid to above the last."""
    origin, step = grid
    first, last = (round((value - origin) / step) for value in values[[0, -1]])
    high, next_to_first = (origin + (at + 0.5) * step for at in (last, first))
    low = origin + (first - 0.5) * step
    if low <= 0:
        low = values[0] ** 2 / next_to_first  # as far below the first value, in decades, as the next edge is above it
    inner = np.rint((np.geomspace(low, high, count + 1)[1:-1] - origin) / step - 0.5).clip(first, last - 1)
    return np.concatenate([[low], origin + (np.unique(inner) + 0.5) * step, [high]])
