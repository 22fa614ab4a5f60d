"""How long a run or a study may compute, in processor time: on a busy computer it gets no less done."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import _GeneratorContextManager, contextmanager
from contextvars import ContextVar

MAX_SECONDS = 5
"""Time limit of a run or a study, in s. Then it returns what it has, with a sentence about the limit."""

READING_SECONDS = 20
"""Time limit of reading own data, in s: five columns of 100,000 numbers take up to 15."""

_end_of_reading: ContextVar[float] = ContextVar("end_of_reading", default=math.inf)
_end_of_trial: ContextVar[float] = ContextVar("end_of_trial", default=math.inf)


class TooLong(Exception):
    """The time was not enough."""


@contextmanager
def _limit(end: ContextVar[float], seconds: float) -> Iterator[None]:
    """Set the end of what is inside to so much processor time from now, in s."""
    token = end.set(time.thread_time() + seconds)
    try:
        yield
    finally:
        end.reset(token)


def trial(seconds: float) -> _GeneratorContextManager[None]:
    """Give a run inside only so much processor time, in s; then it raises `TooLong`, to start again elsewhere."""
    return _limit(_end_of_trial, seconds)


def reading() -> _GeneratorContextManager[None]:
    """Give the reading of own data inside only `READING_SECONDS`."""
    return _limit(_end_of_reading, READING_SECONDS)


def deadline() -> float:
    """Time of `time.thread_time` at which a run or a study that starts now must end."""
    return min(time.thread_time() + MAX_SECONDS, _end_of_trial.get())


def end_trial() -> None:
    """Called when a run has met its deadline: TooLong in a trial, else nothing."""
    if _end_of_trial.get() < math.inf:
        raise TooLong


def check_reading() -> None:
    """Called for each cell that takes some time: TooLong if the time is over."""
    if time.thread_time() > _end_of_reading.get():
        raise TooLong
