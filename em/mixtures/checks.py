"""Checks of arguments. Each returns the value in the form that the engine uses, or raises a ValueError.

Every error reads "NAME must RULE; got VALUE: REMEDY", see `refusal`.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "MOST",
    "WEIGHT_TOLERANCE",
    "Floats",
    "brief",
    "distributions",
    "entries",
    "flag",
    "in_order",
    "indices",
    "instance",
    "moments_above",
    "normalising",
    "one_of",
    "real_array",
    "real_number",
    "real_vector",
    "refusal",
    "require_generator",
    "shares_of",
    "sized_vector",
    "whole_number",
]

Floats = NDArray[np.float64]

T = TypeVar("T")

MOST = 10**8
"""Largest number of entries in an array that a caller asks for (0.8 GB); more would exhaust the memory."""

WEIGHT_TOLERANCE = 1e-12
"""How far the sum of mixing weights, or of the responsibilities of one observation, may be from 1.

A sum of 1 + d adds N d to the log-likelihood of a start, and the first iteration removes it. So only rounding may pass.
"""

ROUNDED = 1e-5
"""If a sum of probabilities is this near to 1, they were normalised, but in floats of fewer digits."""


def refusal(name: str, rule: str, shown: object, remedy: str) -> ValueError:
    """Return the error about parameter `name`: the rule for it, its value, and a remedy."""
    return ValueError(f"{name} must {rule}; got {shown}: {remedy}")


def brief(value: object) -> str:
    """Return the representation of `value` in Python, shortened for an error message."""
    try:
        text = repr(value)
    except Exception:  # of any class; for example, Python does not write an int of more than 4,300 digits
        return f"<{type(value).__name__} that cannot be written out>"
    return text if len(text) <= 60 else text[:57] + "..."


# -- numbers -----------------------------------------------------------------------------------------------------------


def whole_number(name: str, value: int, least: int = 1, most: float = sys.maxsize) -> int:
    """Return `value` as an int from `least` to `most`; ValueError about `name` otherwise."""
    try:
        number = least - 1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        rule, remedy = f"be a whole number, at least {least}", f"use an int such as {max(least, 1)}"
        raise refusal(name, rule, brief(value), remedy)
    if number > most:
        raise refusal(name, f"be a whole number, at most {most:,}", brief(value), "use a smaller one")
    return number


def real_number(
    name: str, value: float, rule: str, remedy: str, least: float = 0.0, most: float = sys.float_info.max
) -> float:
    """Return `value` as a float from `least` to `most`; ValueError that says `rule` and `remedy` otherwise."""
    try:
        number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.nan
    if not least <= number <= most:
        raise refusal(name, rule, brief(value), remedy)
    return number


def flag(name: str, value: bool) -> bool:
    """Return `value` if it is True or False; ValueError about `name` otherwise."""
    if value is not True and value is not False:
        raise refusal(name, "be True or False", brief(value), "use one of these two")
    return value


# -- arrays ------------------------------------------------------------------------------------------------------------


def real_vector(name: str, value: ArrayLike, copy: bool = True) -> Floats:
    """Return `value` as a new float64 array of finite numbers, shape (M,), M >= 1; ValueError about `name` otherwise.

    Without `copy`, an array that already has this form is returned as it is.
    """
    rule = "be a non-empty 1-D sequence of finite numbers"
    array = real_array(name, value, rule, copy)
    if array.ndim != 1:
        raise refusal(name, rule, f"{brief(value)} of shape {array.shape}", f"use np.ravel({name})")
    if array.size == 0:
        raise refusal(name, rule, "none", "give at least one number")
    return array


def real_array(name: str, value: ArrayLike, rule: str, copy: bool = True) -> Floats:
    """Return `value` as `real_vector` does, but of any shape; ValueError that says `rule` otherwise."""
    if np.ma.is_masked(value):
        raise refusal(name, rule, "masked entries", f"pass {name}.compressed() instead")
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            array = np.asarray(array / 1, dtype=np.float64)  # without "/ 1", None would pass as nan and "2" as 2.0
    except OverflowError as error:
        raise refusal(name, rule, brief(value), "rescale the numbers, a float ends at 1.8e308") from error
    except (TypeError, ValueError, ArithmeticError) as error:
        raise refusal(name, rule, brief(value), "give a list or an array of real numbers only") from error
    if array.dtype.kind not in "iuf":
        raise refusal(name, rule, f"{brief(value)} of type {array.dtype}", "convert it to real numbers first")
    with np.errstate(over="ignore"):
        array = array.astype(np.float64, copy=copy)
    finite = np.isfinite(array)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        where = f" at index {', '.join(map(str, first))}" if first else ""
        raise refusal(name, rule, f"{array[first]}{where}", "leave such entries out")
    return array


def sized_vector(name: str, value: ArrayLike, size: int, what: str) -> Floats:
    """Return `value` as `real_vector` does; ValueError if it has not `size` entries, one for each of `what`."""
    array = real_vector(name, value)
    if array.size != size:
        raise refusal(name, f"have one entry for each of the {size} {what}", array.size, "give it as many entries")
    return array


def shares_of(n: int, weights: ArrayLike | None) -> Floats:
    """Return `weights` as shares of `n` observations, from 0 to 1; all 1 if `weights` is None."""
    if weights is None:
        return np.ones(n)
    shares = sized_vector("weights", weights, n, "observations")
    if shares.min() < 0 or shares.max() > 1 + WEIGHT_TOLERANCE or not shares.any():
        remedy = "use responsibilities, or None for all of each observation"
        raise refusal("weights", "be shares from 0 to 1, not all 0", brief(weights), remedy)
    return shares


def moments_above(
    lowest: float, weights: ArrayLike, means: ArrayLike, stds: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return the moments of components that are above `lowest`, each of shape (K,); ValueError otherwise."""
    shares = real_vector("weights", weights)
    centres, spreads = (
        sized_vector(name, value, shares.size, "weights") for name, value in (("means", means), ("stds", stds))
    )
    if centres.min() <= lowest:
        raise refusal("means", f"be above {lowest:g}", centres.min(), "use those of observations")
    if spreads.min() < 0:
        raise refusal("stds", "not be negative", spreads.min(), "use those of observations")
    return shares, centres, spreads


def distributions(name: str, value: ArrayLike, n: int) -> Floats:
    """Return `value` as a float64 array of shape (n, K) whose rows are distributions; ValueError otherwise."""
    rule = f"have shape ({n}, K), a row per observation that sums to 1"
    array = real_array(name, value, rule)
    if array.ndim != 2 or array.shape[0] != n or array.shape[1] == 0:
        remedy = f"give each of the {n} observations a row, and each component a column"
        raise refusal(name, rule, f"{brief(value)} of shape {array.shape}", remedy)
    with np.errstate(over="ignore"):
        sums = array.sum(axis=1)
    wrong = (array < 0).any(axis=1) | (np.abs(sums - 1) > WEIGHT_TOLERANCE)
    if wrong.any():
        first = int(np.argmax(wrong))
        remedy = normalising(array[first], "divide each row by its sum")
        raise refusal(name, f"{rule} and is not negative", f"{array[first]} in row {first}", remedy)
    return array


def normalising(values: Floats, divide: str) -> str:
    """Return the remedy for numbers that are no distribution: `divide` if that is possible."""
    with np.errstate(over="ignore"):
        total = values.sum()
    if (values < 0).any() or not 0 < total < math.inf:
        return "use numbers from 0 to 1, not all 0"
    return f"convert to float64 first, then {divide}" if abs(total - 1) < ROUNDED else divide


def in_order(low: float, high: float, digits: int = 3) -> tuple[str, str]:
    """Format two numbers, the first below the second, with at least `digits` digits, and enough to show the order."""
    for more in range(digits, 17):
        texts = f"{low:.{more}g}", f"{high:.{more}g}"
        if float(texts[0]) < float(texts[1]):
            return texts
    return repr(float(low)), repr(float(high))


# -- other objects -----------------------------------------------------------------------------------------------------


def instance(name: str, value: object, kind: type[T], rule: str, remedy: str) -> T:
    """Return `value` if it is an instance of `kind`; ValueError that says `rule` and `remedy` otherwise."""
    if not isinstance(value, kind):
        raise refusal(name, rule, brief(value), remedy)
    return value


def one_of(name: str, value: str, options: Sequence[str]) -> str:
    """Return `value` if it is one of some strings; ValueError about `name` otherwise."""
    if not isinstance(value, str) or value not in options:
        raise refusal(name, f"be one of {', '.join(options)}", brief(value), "use one of these")
    return value


def entries(name: str, value: object, rule: str, remedy: str) -> Iterator[Any]:
    """Return an iterator over `value`; ValueError that says `rule` and `remedy` if it has no entries of its own."""
    try:
        if isinstance(value, (str, bytes, Mapping)):
            raise TypeError
        return iter(value)  # type: ignore[call-overload, no-any-return]  # whether it has entries is unknown
    except TypeError:
        raise refusal(name, rule, brief(value), remedy) from None


def indices(name: str, value: Sequence[int], count: int, k: int) -> tuple[int, ...]:
    """Return `value` as the indices of `count` of `k` components, all different, in its order; ValueError otherwise."""
    listed = isinstance(value, Sequence) or (isinstance(value, np.ndarray) and value.ndim == 1)
    try:
        found = tuple(-1 if isinstance(index, bool) else operator.index(index) for index in value) if listed else ()
    except TypeError:
        found = ()
    if len(found) != count or len(set(found)) != count or not all(0 <= index < k for index in found):
        remedy = "count components from 0" if count <= k else f"use a mixture of at least {count} components"
        raise refusal(name, f"hold {count} different numbers from 0 to {k - 1}", brief(value), remedy)
    return found


def require_generator(rng: np.random.Generator) -> None:
    """Raise ValueError if `rng` is not a numpy Generator."""
    instance("rng", rng, np.random.Generator, "be a numpy Generator", "use np.random.default_rng(seed)")
