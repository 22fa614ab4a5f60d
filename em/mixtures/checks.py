"""Checks of arguments: each returns the value in the form the engine uses, or raises a ValueError with a remedy."""

from __future__ import annotations

import operator

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Floats",
    "brief",
    "distributions",
    "in_order",
    "real_array",
    "real_vector",
    "require_generator",
    "whole_number",
]

Floats = NDArray[np.float64]


def real_vector(name: str, value: ArrayLike, copy: bool = True) -> Floats:
    """Return `value` as a new float64 array of finite numbers, shape (M,), M >= 1; ValueError about `name` otherwise.

    Without `copy`, an array that already has this form is returned as it is.
    """
    hint = f"{name} must be a non-empty 1-D sequence of finite numbers"
    array = real_array(name, value, hint, copy)
    if array.ndim != 1:
        raise ValueError(f"{hint}; got {brief(value)} of shape {array.shape}: use np.ravel({name})")
    if array.size == 0:
        raise ValueError(f"{hint}; got none")
    return array


def real_array(name: str, value: ArrayLike, hint: str, copy: bool = True) -> Floats:
    """Return `value` as `real_vector` does, but of any shape; ValueError that starts with `hint` otherwise."""
    if np.ma.is_masked(value):
        raise ValueError(f"{hint}; got masked entries: pass {name}.compressed() instead")
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            array = (array / 1).astype(np.float64)  # without "/ 1", None would pass as nan and "2" as 2.0
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{hint}; got {brief(value)}") from error
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{hint}; got {brief(value)} of type {array.dtype}")
    with np.errstate(over="ignore"):
        array = array.astype(np.float64, copy=copy)
    finite = np.isfinite(array)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        where = f" at index {', '.join(map(str, first))}" if first else ""
        raise ValueError(f"{hint}; got {array[first]}{where}: leave such entries out")
    return array


def distributions(name: str, value: ArrayLike, n: int, tolerance: float) -> Floats:
    """Return `value` as a float64 array of shape (n, K) whose rows are distributions; ValueError otherwise."""
    hint = f"{name} must have shape ({n}, K), a row per observation that sums to 1"
    array = real_array(name, value, hint)
    if array.ndim != 2 or array.shape[0] != n or array.shape[1] == 0:
        raise ValueError(f"{hint}; got {brief(value)} of shape {array.shape}")
    wrong = (array < 0).any(axis=1) | (np.abs(array.sum(axis=1) - 1) > tolerance)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(f"{hint} and is not negative; got {array[first]} in row {first}: divide each row by its sum")
    return array


def brief(value: object) -> str:
    """Return the representation of `value` in Python, shortened for an error message."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def in_order(low: float, high: float, digits: int = 3) -> tuple[str, str]:
    """Write two numbers, the first below the second, with so many digits or as many more as it takes to show that."""
    for more in range(digits, 17):
        texts = f"{low:.{more}g}", f"{high:.{more}g}"
        if float(texts[0]) < float(texts[1]):
            return texts
    return repr(float(low)), repr(float(high))


def whole_number(name: str, value: int) -> int:
    """Return `value` as an int >= 1; ValueError about `name` otherwise."""
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if isinstance(value, bool) or number < 1:
        raise ValueError(f"{name} must be a whole number, at least 1; got {brief(value)}")
    return number


def require_generator(rng: np.random.Generator) -> None:
    """Raise ValueError if `rng` is not a numpy Generator."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng must be a numpy Generator; got {brief(rng)}: use np.random.default_rng(seed)")
