"""Options of the command line and tables in Markdown. It imports nothing that only some of the environments have."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def parser(doc: str | None, **defaults: float) -> argparse.ArgumentParser:
    """A parser with a number `--name` for each default; False makes a switch."""
    made = argparse.ArgumentParser(description=doc)
    for name, default in defaults.items():
        if default is False:
            made.add_argument(f"--{name}", action="store_true")
        else:
            made.add_argument(f"--{name}", type=type(default), default=default, help=f"default: {default:g}")
    return made


def row(*cells: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def header(*cells: str) -> str:
    """The first two lines of a table."""
    return f"{row(*cells)}\n{'|---' * len(cells)}|"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A whole table."""
    return "\n".join([header(*head), *(row(*cells) for cells in rows)])


def summary(values: Sequence[float], digits: int = 0) -> str:
    """Median and range."""
    return "{:.{d}f} ({:.{d}f} to {:.{d}f})".format(statistics.median(values), min(values), max(values), d=digits)


def write(name: str, lines: Iterable[str]) -> None:
    """Print a page of results and save it in `results/`."""
    page = "\n".join(lines)
    (RESULTS / name).write_text(page + "\n", "utf-8")
    print(page)
