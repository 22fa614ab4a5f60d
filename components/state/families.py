"""One card for each family of distributions that the page offers: all that differs between them in Python.

The engine has a file for each family (`em/mixtures`), the browser an entry in `assets/maths/densities.mjs`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import em
from components.state.parameters import Shape, multiple


@dataclass(frozen=True)
class FamilyParameter:
    """A parameter that each component has.

    Attributes
    ----------
    name, request : str
        Its name in the engine (all components), and in requests and links (one component, before its number).
    symbol, word, heading : str
        Its symbol, its name in the table of estimates, and the heading of its column in the table of starts.
    bounds : callable
        Its bounds, from the lowest and highest value of the data and three standard deviations, all in steps.
    """

    name: str
    request: str
    symbol: str
    word: str
    heading: str
    bounds: Callable[[int, int, int], tuple[int, int]]

    def shape(self, minimum: float, maximum: float, step: float) -> Shape:
        """This parameter with bounds and a step for its slider."""
        return Shape(self.request, self.symbol, self.heading, minimum, maximum, step)


@dataclass(frozen=True)
class FamilyCode:
    """What an exported script needs of a family: code, and formulas in TeX."""

    adjective: str
    draw: str
    log_density: str
    m_step: str
    density: str
    estimates: str


@dataclass(frozen=True)
class FamilyCard:
    """A family: its class in the engine, its parameters except the weights, its code."""

    engine: type[em.Mixture]
    parameters: tuple[FamilyParameter, ...]
    code: FamilyCode

    @property
    def label(self) -> str:
        """Its name on the page."""
        return f"{self.code.adjective.capitalize()} mixture"

    def shapes_for(self, x: em.Floats, step: float) -> tuple[Shape, ...]:
        """Bounds of a start: components lie within the data, with at most three times their standard deviation."""
        low, high = math.floor(x.min() / step - 100), math.ceil(x.max() / step + 100)
        wide = math.ceil(3 * x.std() / step)
        return tuple(
            parameter.shape(multiple(first, step), multiple(last, step), step)
            for parameter in self.parameters
            for first, last in [parameter.bounds(low, high, wide)]
        )


EXPONENTIAL = FamilyCard(
    em.ExponentialMixture,
    (FamilyParameter("scales", "lambda", "λ", "scale", "Scale λ", lambda low, high, wide: (1, high)),),
    FamilyCode(
        adjective="exponential",
        draw="rng.exponential(true_scales[z])",
        log_density="""\
def log_density(x, scales):
    \"""log f(x[n] | k): a row for each component k, a column for each observation n.\"""
    return -x / scales[:, None] - np.log(scales)[:, None]
""",
        m_step="""\
def m_step(x, q):
    \"""The parameters that fit x best if component k owns the share q[k, n] of x[n].\"""
    n_k = q.sum(axis=1)  # how many observations each component owns
    scales = q @ x / n_k
    return n_k / x.size, scales
""",
        density=r"f(x \mid \lambda_k) = \frac{1}{\lambda_k}\, e^{-x/\lambda_k}",
        estimates=r"\lambda_k = \frac{1}{N_k} \sum_n q_k(n)\, x_n",
    ),
)

GAUSSIAN = FamilyCard(
    em.GaussianMixture,
    (
        FamilyParameter("means", "mu", "μ", "mean", "Mean μ", lambda low, high, wide: (low, high)),
        FamilyParameter("stds", "sigma", "σ", "s.d.", "S.d. σ", lambda low, high, wide: (1, wide)),
    ),
    FamilyCode(
        adjective="Gaussian",
        draw="rng.normal(true_means[z], true_stds[z])",
        log_density="""\
def log_density(x, means, stds):
    \"""log f(x[n] | k): a row for each component k, a column for each observation n.\"""
    standardised = (x - means[:, None]) / stds[:, None]
    log_constant = np.log(stds) + 0.5 * np.log(2 * np.pi)
    return -0.5 * standardised**2 - log_constant[:, None]
""",
        m_step="""\
def m_step(x, q):
    \"""The parameters that fit x best if component k owns the share q[k, n] of x[n].\"""
    n_k = q.sum(axis=1)  # how many observations each component owns
    means = q @ x / n_k
    # The mean deviation from a mean is 0: what is found instead, rounding took from the
    # long sum above. (einsum: for each k, the product summed over n.)
    means += np.einsum("kn,kn->k", q, x - means[:, None]) / n_k
    stds = np.sqrt((q * (x - means[:, None]) ** 2).sum(axis=1) / n_k)
    return n_k / x.size, means, stds
""",
        density=r"f(x \mid \mu_k, \sigma_k) = \frac{1}{\sqrt{2\pi}\,\sigma_k}"
        r" \exp\!\left(-\frac{(x - \mu_k)^2}{2\sigma_k^2}\right)",
        estimates=r"\mu_k = \frac{1}{N_k} \sum_n q_k(n)\, x_n, \qquad"
        r" \sigma_k^2 = \frac{1}{N_k} \sum_n q_k(n)\, (x_n - \mu_k)^2",
    ),
)

CARDS = {card.engine.family: card for card in (GAUSSIAN, EXPONENTIAL)}
FAMILIES = {name: card.engine for name, card in CARDS.items()}

PARAMETER_NAMES = {"weights": "weight"} | {p.name: p.word for card in CARDS.values() for p in card.parameters}
SYMBOLS = {
    name: {"weights": "π{k}"} | {p.name: f"{p.symbol}{{k}}" for p in card.parameters} for name, card in CARDS.items()
}
"""Symbol of each parameter in the table, by family; ρ is π0."""
REQUEST_NAMES = {name: {p.name: p.request for p in card.parameters} for name, card in CARDS.items()}
