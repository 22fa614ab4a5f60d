"""The page as `make serve` serves it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import ROOT
from tests.servers import Running, gunicorn


@contextmanager
def hosted(**environment: str) -> Iterator[Running]:
    """Compress the files that have changed, then serve the page."""
    subprocess.run([sys.executable, "-m", "tools.build"], cwd=ROOT, check=True)
    with TemporaryDirectory() as folder, gunicorn(Path(folder), code=ROOT, **environment) as server:
        yield server
