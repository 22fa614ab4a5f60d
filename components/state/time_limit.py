"""How long a run or a study may compute, in processor time: on a busy computer it gets no less done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_SECONDS = 5
"""Time limit of a run or a study, in s. Then it returns what it has, with a sentence about the limit."""

_end_of_trial: ContextVar[float | None] = ContextVar("end_of_trial", default=None)


class TooLong(Exception):
    """The time of a trial was not enough: start again elsewhere."""


@contextmanager
def trial(seconds: float) -> Iterator[None]:
    """Give what runs inside only so much processor time, in s; then its run raises `TooLong`."""
    token = _end_of_trial.set(time.thread_time() + seconds)
    try:
        yield
    finally:
        _end_of_trial.reset(token)


def deadline() -> float:
    """Time of `time.thread_time` at which a run or a study that starts now must end."""
    end = _end_of_trial.get()
    return time.thread_time() + MAX_SECONDS if end is None else end


def end_trial() -> None:
    """Called when a run has met its deadline: TooLong in a trial, else nothing."""
    if _end_of_trial.get() is not None:
        raise TooLong
