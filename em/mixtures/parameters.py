"""The parameters of a mixture as a value: checked once, read-only, compared by content."""

from __future__ import annotations

from abc import ABC
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from em.mixtures.checks import WEIGHT_TOLERANCE, Floats, normalising, real_vector, refusal, sized_vector

__all__ = ["SINGULAR", "Kind", "Parameters"]

SINGULAR = {"weights": "weight", "scales": "scale", "means": "mean", "stds": "standard deviation"}
"""Parameters in the singular, for sentences; others appear under their own name."""


class Kind(Enum):
    """What a parameter is. This sets the coordinate in which it is moved and differentiated."""

    POSITIVE = "positive"
    """Positive, such as a scale; its coordinate is its logarithm."""
    LOCATION = "location"
    """A place on the axis of observations, such as a mean; its coordinate is in stds of its component."""
    PLAIN = "plain"
    """Any other real number; its coordinate is the number itself."""


class Parameters(ABC):
    """Mixing weights and one array for each other parameter, all of shape (K,). Immutable.

    A mixture holds its parameters as arrays, as tuples of Python floats, or as both: each form is made from the other
    when first needed. Iterations of EM use only floats, which are several times quicker for a few components.
    """

    family: ClassVar[str]
    """Name of the family, such as "exponential" or "gaussian"."""
    kinds: ClassVar[dict[str, Kind]]
    """Kind of each parameter after the weights, by name and in order."""
    parameter_names: ClassVar[tuple[str, ...]]
    """Names of the parameter arrays, "weights" first."""

    weights: Floats
    _values: tuple[tuple[float, ...], ...]
    """The parameters as floats, in the order of `parameter_names`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "kinds" not in vars(cls):
            return
        cls.parameter_names = ("weights", *cls.kinds)
        if not all(isinstance(kind, Kind) for kind in cls.kinds.values()):
            raise TypeError(f"kinds of {cls.__name__} must be of em.Kind; got {cls.kinds}")
        fields = [name for name in vars(cls).get("__annotations__", ()) if name in cls.parameter_names]
        if fields and fields != list(cls.parameter_names):
            raise TypeError(
                f"fields of {cls.__name__} must be in the order {', '.join(cls.parameter_names)}; got {fields}"
            )

    @property
    def parameters(self) -> dict[str, Floats]:
        """The parameter arrays by name, each of shape (K,), weights first."""
        return {name: getattr(self, name) for name in self.parameter_names}

    @property
    def n_components(self) -> int:
        """Number of components K."""
        return len(self._values[0])

    @property
    def n_free_parameters(self) -> int:
        """Number of parameters that can vary independently: K - 1 weights and the others."""
        return self.n_components * len(self.parameter_names) - 1

    def __post_init__(self) -> None:
        """Check the fields of a dataclass, if the family has no constructor of its own."""
        self._set(**{name: getattr(self, name) for name in self.parameter_names})

    def _set(self, **arrays: ArrayLike) -> None:
        """Check the rules that hold in every family, and store read-only copies of the arrays."""
        weights = real_vector("weights", arrays["weights"])
        checked = {name: sized_vector(name, value, weights.size, "weights") for name, value in arrays.items()}
        if (weights < 0).any():
            raise refusal("weights", "not be negative", weights.min(), "they are probabilities, use 0 or more")
        with np.errstate(over="ignore"):
            total = weights.sum()
        if abs(total - 1) > WEIGHT_TOLERANCE:
            raise refusal(
                "weights", "sum to 1", f"{weights} with sum {total}", normalising(weights, "divide by their sum")
            )
        for name, kind in self.kinds.items():
            smallest = checked[name].min()
            if kind is Kind.POSITIVE and smallest <= 0:
                raise refusal(name, "be positive", smallest, "use a small positive number instead")
        self._store(checked)

    def _store(self, arrays: dict[str, Floats]) -> None:
        for array in arrays.values():
            array.setflags(write=False)
        vars(self).update(arrays)

    @classmethod
    def _of_arrays(cls, *arrays: Floats) -> Self:
        """Make a mixture of arrays that the engine has computed, without the checks of the constructor."""
        mixture = object.__new__(cls)
        mixture._store(dict(zip(cls.parameter_names, arrays, strict=True)))
        return mixture

    @classmethod
    def _of_values(cls, *rows: tuple[float, ...]) -> Self:
        """Make a mixture of floats that the engine has computed, without the checks of the constructor."""
        mixture = object.__new__(cls)
        vars(mixture)["_values"] = rows
        return mixture

    if TYPE_CHECKING:

        def __init__(self, *parameters: ArrayLike) -> None:
            """The parameter arrays in the order of `parameter_names`, as every family takes them."""

    else:  # with `__getattr__`, the type checker would accept any misspelt name

        def __getattr__(self, name: str) -> Any:
            """Make the missing form of the parameters; called only for missing attributes."""
            if name == "_values":
                rows = tuple(tuple(array.tolist()) for array in self.parameters.values())
                vars(self)["_values"] = rows
                return rows
            if name not in getattr(type(self), "parameter_names", ()) or "_values" not in vars(self):
                raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
            self._store({name: np.array(self._values[self.parameter_names.index(name)])})
            return vars(self)[name]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self.parameters.values())  # pickled arrays are not read-only

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, Parameters)
        return all(np.array_equal(a, other.parameters[name]) for name, a in self.parameters.items())

    def __hash__(self) -> int:
        return hash(tuple(tuple(array.tolist()) for array in self.parameters.values()))  # by value: 0.0 equals -0.0
