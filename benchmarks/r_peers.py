"""R's mixtools and mclust, where R is installed with them: the same data, start and number of iterations."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from tempfile import TemporaryDirectory

import numpy as np

RSCRIPT = shutil.which("Rscript")
PACKAGES = {"mixtools": ("exponential", "gaussian"), "mclust": ("gaussian",)}

SCRIPT = """
arguments <- commandArgs(TRUE); package <- arguments[1]; family <- arguments[2]
n.iter <- as.integer(arguments[3]); rounds <- as.integer(arguments[4])
x <- readBin(arguments[5], "double", file.size(arguments[5]) / 8)
start <- as.matrix(read.table(arguments[6]))
fit <- function() {
  if (package == "mclust") {
    joint <- sapply(seq_len(nrow(start)), function(k) start[k, 1] * dnorm(x, start[k, 2], start[k, 3]))
    mclust::me(x, modelName = "V", z = joint / rowSums(joint),
               control = mclust::emControl(tol = c(0, 0), itmax = rep(n.iter, 2)))
  } else if (family == "gaussian") {
    mixtools::normalmixEM(x, start[, 1], start[, 2], start[, 3], maxit = n.iter, epsilon = -Inf, maxrestarts = 0)
  } else {
    mixtools::expRMM_EM(x, lambda = start[, 1], rate = 1 / start[, 2], k = nrow(start), maxit = n.iter, epsilon = -Inf)
  }
}
for (turn in 0:rounds) {
  taken <- system.time(suppressWarnings(capture.output(fit())))
  if (turn > 0) cat(taken[["user.self"]] + taken[["sys.self"]], "\\n")
}
"""


@cache
def installed(package: str) -> bool:
    """Whether R has a package."""
    check = f'quit(status = !requireNamespace("{package}", quietly = TRUE))'
    return bool(RSCRIPT) and subprocess.run([RSCRIPT, "-e", check], capture_output=True, timeout=60).returncode == 0


def about() -> str:
    """Which of them are missing, in a sentence."""
    if not RSCRIPT:
        return "Not measured, since R is not installed: mixtools, mclust."
    absent = [package for package in PACKAGES if not installed(package)]
    return (
        f"Not measured, since R has them not: {', '.join(absent)}." if absent else "R, mixtools and mclust: measured."
    )


def seconds(x: np.ndarray, start: dict[str, list[float]], n_iter: int, rounds: int) -> dict[str, list[float]]:
    """Processor seconds of each of `rounds` fits, for every package that is there and has the family."""
    family = "exponential" if "scales" in start else "gaussian"
    found = {}
    for package, families in PACKAGES.items():
        if family in families and installed(package):
            with TemporaryDirectory() as folder:
                x.tofile(f"{folder}/x")
                np.savetxt(f"{folder}/start", np.column_stack(list(start.values())))
                arguments = [package, family, str(n_iter), str(rounds), f"{folder}/x", f"{folder}/start"]
                run = subprocess.run([RSCRIPT, "-e", SCRIPT, *arguments], capture_output=True, text=True, timeout=3600)
                if run.returncode == 0:
                    found[f"R {package}"] = [float(line) for line in run.stdout.split()]
    return found
