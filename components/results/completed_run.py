"""A completed run with everything that `export_code` and `export_tables` write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

import em
from components.state.own_data.sentences import one_line


@dataclass(frozen=True, eq=False)
class CompletedRun:
    """A run of EM, its observations, and where they come from.

    Every text becomes one line of printable characters: then no name of a source or column can end a comment, hide a
    character or break a file.

    Attributes
    ----------
    title, source, x_title : str
        What the observations are called, where they come from, and the title of their axis.
    x : ndarray, shape (N,)
        The observations, in the order in which they were fitted.
    run : em.Run
        The run on `x`. It starts where EM really did, ties already broken.
    z : ndarray of int, shape (N,), optional
        Label of each observation, where known.
    truth, seed : em.Mixture and int, optional
        Both or neither: `x` is what `truth.sample` draws with ``np.random.default_rng(seed)``.
    link : str, optional
        Address at which the page shows this run.
    """

    title: str
    source: str
    x_title: str
    x: em.Floats
    run: em.Run
    z: NDArray[Any] | None = None
    truth: em.Mixture | None = None
    seed: int | None = None
    link: str | None = None

    def __post_init__(self) -> None:
        for name in ("title", "source", "x_title", "link"):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, one_line(text))
