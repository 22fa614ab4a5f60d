"""Counts and lists in sentences."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["counted", "listed"]


def counted(n: int, what: str) -> str:
    """Format a number with its noun: "1 start", "1,200 starts"."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Join the parts to a list: "1, 2 and 3"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
