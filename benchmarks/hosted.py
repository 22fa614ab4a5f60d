"""The page as `make serve` serves it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import ROOT
from tests.servers import Running, gunicorn


@cache
def build(code: Path) -> None:
    """Compress the files of a checkout that have changed, once."""
    subprocess.run([sys.executable, "-m", "tools.build"], cwd=code, check=True)


@contextmanager
def hosted(code: Path = ROOT, **environment: str) -> Iterator[Running]:
    """The page of a checkout."""
    build(code)
    with TemporaryDirectory() as folder, gunicorn(Path(folder), code=code, **environment) as server:
        yield server
