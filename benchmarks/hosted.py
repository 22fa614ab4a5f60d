"""The page as `make serve` serves it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import ROOT
from tests.servers import Running, gunicorn


@contextmanager
def hosted(folder: Path, **environment: str) -> Iterator[Running]:
    """Compress what has changed, and serve it; `folder` is for the server's files."""
    subprocess.run([sys.executable, "-m", "tools.build"], cwd=ROOT, check=True)
    with gunicorn(folder, **environment) as server:
        yield server
