"""Other implementations of EM for mixtures, called in the same way: the same data, start and number of iterations.

A start is a dict of lists: weights, and scales, or means and stds. The fitted parameters have the same form.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

import em
from em.mixtures.checks import Floats

Parameters = dict[str, list[float]]
Fit = Callable[[Floats, Parameters, int], Parameters]


@dataclass(frozen=True)
class Peer:
    """A way to run a given number of iterations of EM."""

    name: str
    fit: Fit
    families: tuple[str, ...]
    components: tuple[int, ...] = (2, 3, 5)
    package: str = "numpy"

    def runs(self, family: str, k: int) -> bool:
        return family in self.families and k in self.components

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec({"scikit-learn": "sklearn"}.get(self.package, self.package)) is not None

    @property
    def version(self) -> str:
        return f"{self.package} {version(self.package)}"


def mixture(start: Parameters) -> em.Mixture:
    return (em.ExponentialMixture if "scales" in start else em.GaussianMixture)(**start)


def engine(x: Floats, start: Parameters, n_iter: int) -> Parameters:
    run = em.fit(x, mixture(start), em.StoppingRule(n_iter, 0))
    if run.degenerate:
        raise run.degenerate
    return {name: array.tolist() for name, array in run.mixture.parameters.items()}


def notebook(x: Floats, start: Parameters, n_iter: int) -> Parameters:
    """The notebook's loop with its densities and posteriors as functions: four exponentials for each observation.

    Written from the notebook's formulas with its errors corrected; its own code is not in this repository.
    """
    rho, (l0, l1) = start["weights"][0], start["scales"]

    def r0(x: Floats) -> Floats:
        return rho * np.exp(-x / l0) / l0

    def r1(x: Floats) -> Floats:
        return (1 - rho) * np.exp(-x / l1) / l1

    def posterior(r: int, x: Floats) -> Floats:
        joint = r0(x), r1(x)
        return joint[r] / (joint[0] + joint[1])

    for _ in range(n_iter):
        q0, q1 = posterior(0, x), posterior(1, x)
        rho = np.sum(q0) / len(x)
        l0 = np.sum(q0 * x) / np.sum(q0)
        l1 = np.sum(q1 * x) / np.sum(q1)
    return {"weights": [rho, 1 - rho], "scales": [l0, l1]}


def tidied(x: Floats, start: Parameters, n_iter: int) -> Parameters:
    """The same with each density evaluated once: two exponentials for each observation, the shortest usual code."""
    rho, (l0, l1) = start["weights"][0], start["scales"]
    for _ in range(n_iter):
        r0 = rho * np.exp(-x / l0) / l0
        r1 = (1 - rho) * np.exp(-x / l1) / l1
        q0 = r0 / (r0 + r1)
        q1 = r1 / (r0 + r1)
        rho = np.sum(q0) / len(x)
        l0 = np.sum(q0 * x) / np.sum(q0)
        l1 = np.sum(q1 * x) / np.sum(q1)
    return {"weights": [rho, 1 - rho], "scales": [l0, l1]}


def plain_gaussian(x: Floats, start: Parameters, n_iter: int) -> Parameters:
    """The usual code for Gaussians: arrays (N, K), no log-likelihood."""
    weights, means, stds = (np.array(values, dtype=float) for values in start.values())
    column = x[:, np.newaxis]
    for _ in range(n_iter):
        joint = weights * np.exp(-0.5 * ((column - means) / stds) ** 2) / stds
        q = joint / joint.sum(axis=1, keepdims=True)
        counts = q.sum(axis=0)
        weights = counts / len(x)
        means = (q * column).sum(axis=0) / counts
        stds = np.sqrt((q * (column - means) ** 2).sum(axis=0) / counts)
    return {"weights": weights.tolist(), "means": means.tolist(), "stds": stds.tolist()}


def mixem(x: Floats, start: Parameters, n_iter: int) -> Parameters:
    import mixem
    from mixem.distribution import ExponentialDistribution, NormalDistribution

    if "scales" in start:
        parts = [ExponentialDistribution(1 / scale) for scale in start["scales"]]
    else:
        parts = [NormalDistribution(*moments) for moments in zip(start["means"], start["stds"], strict=True)]
    weights, parts, _ = mixem.em(
        x, parts, start["weights"], max_iterations=n_iter - 1, tol=-np.inf, progress_callback=None
    )
    if "scales" in start:
        return {"weights": list(weights), "scales": [1 / part.lmbda for part in parts]}
    return {"weights": list(weights), "means": [part.mu for part in parts], "stds": [part.sigma for part in parts]}


def scikit_learn(kind: str) -> Fit:
    def fit(x: Floats, start: Parameters, n_iter: int) -> Parameters:
        from sklearn.mixture import GaussianMixture

        k = len(start["weights"])
        precisions = 1 / np.square(start["stds"])
        model = GaussianMixture(
            k,
            covariance_type=kind,
            tol=0,
            reg_covar=0,
            max_iter=n_iter,
            weights_init=start["weights"],
            means_init=np.reshape(start["means"], (k, 1)),
            precisions_init=precisions.reshape({"full": (k, 1, 1), "spherical": (k,)}[kind]),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns that it has not converged, as it must not
            model.fit(x[:, np.newaxis])
        stds = np.sqrt(model.covariances_.ravel())
        return {"weights": model.weights_.tolist(), "means": model.means_.ravel().tolist(), "stds": stds.tolist()}

    return fit


def pomegranate(x: Floats, start: Parameters, n_iter: int) -> Parameters:
    import torch
    from pomegranate.distributions import Exponential, Normal
    from pomegranate.gmm import GeneralMixtureModel

    torch.set_num_threads(1)
    data = torch.from_numpy(x[:, np.newaxis])
    if "scales" in start:
        parts = [Exponential(torch.tensor([scale], dtype=torch.float64)) for scale in start["scales"]]
    else:
        parts = [
            Normal(torch.tensor([m], dtype=torch.float64), torch.tensor([s * s], dtype=torch.float64), "diag")
            for m, s in zip(start["means"], start["stds"], strict=True)
        ]
    priors = torch.tensor(start["weights"], dtype=torch.float64)
    model = GeneralMixtureModel(parts, priors=priors, max_iter=n_iter, tol=-1e300).double()
    model.fit(data)
    weights = model.priors.tolist()
    if "scales" in start:
        return {"weights": weights, "scales": [float(part.scales[0]) for part in parts]}
    return {
        "weights": weights,
        "means": [float(part.means[0]) for part in parts],
        "stds": [float(part.covs[0]) ** 0.5 for part in parts],
    }


BOTH = ("exponential", "gaussian")
ENGINE = Peer("EM Lab", engine, BOTH)
PEERS = (
    ENGINE,
    Peer("the notebook's loop (4 exp)", notebook, ("exponential",), (2,)),
    Peer("the same, tidied (2 exp)", tidied, ("exponential",), (2,)),
    Peer("plain numpy, arrays (N, K)", plain_gaussian, ("gaussian",)),
    Peer("mixem", mixem, BOTH, package="mixem"),
    Peer("scikit-learn, full", scikit_learn("full"), ("gaussian",), package="scikit-learn"),
    Peer("scikit-learn, spherical", scikit_learn("spherical"), ("gaussian",), package="scikit-learn"),
    Peer("pomegranate", pomegranate, BOTH, package="pomegranate"),
)
