"""R's mixtools and mclust, where R is installed with them: the same data, start and number of iterations."""

from __future__ import annotations

import math
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.peers import Parameters
from em.mixtures.checks import Floats

RSCRIPT = shutil.which("Rscript")
PACKAGES = {"mixtools": ("exponential", "gaussian"), "mclust": ("gaussian",)}

SCRIPT = Path(__file__).with_suffix(".R")
DIFFERENT = {("mixtools", "gaussian")}
"""Their iteration differs: an E-step before the means and another before the stds (ECM)."""
LEAST = 4e6
"""Observations times iterations in one timing, at least: R's clock has steps of a millisecond or more."""


@cache
def installed(package: str) -> bool:
    """Whether R has a package."""
    check = f'quit(status = !requireNamespace("{package}", quietly = TRUE))'
    if RSCRIPT is None:
        return False
    return subprocess.run([RSCRIPT, "-e", check], capture_output=True, timeout=60).returncode == 0


def version(package: str) -> str:
    """The version of one of R's packages."""
    command = [str(RSCRIPT), "-e", f'cat(as.character(packageVersion("{package}")))']
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def about() -> str:
    """In a sentence: which are measured and which are missing."""
    if not RSCRIPT:
        return "Not measured, since R is not installed: mixtools, mclust."
    absent = [package for package in PACKAGES if not installed(package)]
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES if package not in absent)
    missing = f" Not measured, since R does not have them: {', '.join(absent)}." if absent else ""
    ecm = "an iteration of mixtools for Gaussians is ECM, two E-steps"
    return f"R {version('base')} with {versions or 'neither'}; {ecm}.{missing}"


def seconds(x: Floats, start: Parameters, n_iter: int, rounds: int, expected: Parameters) -> dict[str, list[float]]:
    """Processor seconds of each of `rounds` fits, for every installed package that has the family.

    Raises AssertionError if the parameters found are not the expected ones, since the comparison is void then.
    """
    family = "exponential" if "scales" in start else "gaussian"
    repeats = math.ceil(LEAST / (x.size * n_iter))
    found = {}
    for package, families in PACKAGES.items():
        if family in families and installed(package):
            with TemporaryDirectory() as folder:
                x.tofile(f"{folder}/x")
                np.savetxt(f"{folder}/start", np.column_stack(list(start.values())))
                command = [str(RSCRIPT), str(SCRIPT), package, family, *map(str, (n_iter, rounds, repeats))]
                command += [f"{folder}/x", f"{folder}/start"]
                run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=3600)
            *times, last = run.stdout.strip().splitlines()
            if (package, family) not in DIFFERENT:
                parameters, wanted = np.array(last.split(), dtype=float), np.concatenate(list(expected.values()))
                np.testing.assert_allclose(parameters, wanted, rtol=1e-4, err_msg=package)
            found[f"R {package}"] = [float(line) for line in times]
    return found
