"""The parameters of a mixture as a value: arrays checked once, read-only, compared by what they hold."""

from __future__ import annotations

from abc import ABC
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from em.mixtures.checks import Floats, real_vector

__all__ = ["WEIGHT_TOLERANCE", "Parameters"]

WEIGHT_TOLERANCE = 1e-12
"""How far mixing weights, or one observation's responsibilities, may sum from 1.

A sum of 1 + d adds N d to a start's log-likelihood, which the first iteration takes away again: rounding only."""


class Parameters(ABC):
    """Mixing weights and one array for each other parameter, all of shape (K,). Immutable."""

    family: ClassVar[str]
    """The family's name: "exponential", "gaussian"."""
    parameter_names: ClassVar[tuple[str, ...]]
    """Names of the parameter arrays, "weights" first."""

    weights: Floats

    @property
    def parameters(self) -> dict[str, Floats]:
        """The parameter arrays by name, each of shape (K,), weights first."""
        return {name: getattr(self, name) for name in self.parameter_names}

    @property
    def n_components(self) -> int:
        """Number of components K."""
        return int(self.weights.size)

    @property
    def n_free_parameters(self) -> int:
        """Number of parameters that can vary independently: K - 1 weights and the others."""
        return self.n_components * len(self.parameter_names) - 1

    def _set(self, **arrays: ArrayLike) -> None:
        """Check the arrays for what holds in every family, and keep read-only copies."""
        checked = {name: real_vector(name, value) for name, value in arrays.items()}
        weights = checked["weights"]
        if (weights < 0).any():
            raise ValueError(f"weights must not be negative; got {weights.min()}: they are probabilities")
        if abs(weights.sum() - 1) > WEIGHT_TOLERANCE:
            raise ValueError(f"weights must sum to 1; got {weights} with sum {weights.sum()}: divide by their sum")
        for name, array in checked.items():
            if array.size != weights.size:
                raise ValueError(
                    f"{name} must have one entry for each of the {weights.size} weights; got {array.size}: "
                    f"give weights and {name} the same length"
                )
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @staticmethod
    def _require_positive(name: str, array: Floats) -> None:
        if (array <= 0).any():
            raise ValueError(f"{name} must be positive; got {array.min()}: use a small positive number instead")

    @classmethod
    def _trusted(cls, *arrays: Floats) -> Self:
        """Make a mixture of arrays that an M-step computed: checked there, so not again at every iteration."""
        mixture = object.__new__(cls)
        for array in arrays:
            array.setflags(write=False)
        vars(mixture).update(zip(cls.parameter_names, arrays, strict=True))
        return mixture

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self.parameters.values())  # numpy forgets "read-only" when it pickles

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, Parameters)
        return all(np.array_equal(a, other.parameters[name]) for name, a in self.parameters.items())

    def __hash__(self) -> int:
        return hash(tuple(tuple(array.tolist()) for array in self.parameters.values()))  # by value: 0.0 equals -0.0
