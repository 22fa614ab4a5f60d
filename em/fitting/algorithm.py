"""The expectation-maximisation algorithm (Dempster, Laird & Rubin 1977, J. R. Statist. Soc. B 39, 1-38)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from numpy.typing import ArrayLike

from em.fitting.observations import Observations, Statistics, statistics_by_responsibilities
from em.fitting.run import Record
from em.mixtures.checks import flag, instance, refusal
from em.mixtures.family import DegenerateComponent
from em.mixtures.mixture import Mixture, require_mixture
from em.mixtures.polynomial import PolynomialMixture

__all__ = ["e_step", "iterate", "m_step", "run_em"]


def run_em(observations: Observations, mixture: Mixture, stop: Callable[[Record], bool]) -> Iterator[Record]:
    """Run EM: alternate E-step and M-step until `stop(record)` is true. The log-likelihood never falls."""
    for index in count():
        statistics = e_step(observations, mixture)
        record = Record(index, mixture, statistics.log_likelihood, observations.n_passes)
        yield record
        if stop(record):
            return
        mixture = m_step(statistics)


def e_step(x: ArrayLike | Observations, mixture: Mixture, *, hard: bool = False) -> Statistics:
    """E-step: divide the observations between the components of a mixture.

    The responsibility of component k for observation n is r_nk = pi_k f(x_n | k) / sum_j pi_j f(x_n | j). The
    M-step needs only sums of these. `em.fitting.fast` usually computes them; where that would lose digits,
    `statistics_by_responsibilities` does.

    Parameters
    ----------
    x : array_like, shape (N,), or Observations
        Observations, within the support of the family. For several E-steps prepare them once, as `em.Observations`.
    mixture : Mixture
        The current parameters.
    hard : bool
        Assign each observation to its likeliest component only, to the first of several equally likely ones [1]_.

    Returns
    -------
    Statistics
        The log-likelihood of `mixture`, and what `m_step` needs: the count N_k = sum_n r_nk of each component with the
        mean and standard deviation of its share of the observations; for a family that needs more, the responsibilities
        chunk by chunk. No array has N times K entries.

    Raises
    ------
    ValueError
        If `mixture` is no mixture, `x` cannot be fitted by its family or was prepared for another, or `hard` is neither
        True nor False.

    References
    ----------
    .. [1] Celeux & Govaert (1992), Comput. Statist. Data Anal. 14, 315-332.
    """
    observations = x if isinstance(x, Observations) and x.family is type(mixture) else _prepare(x, mixture)
    flag("hard", hard)
    found = None if hard else observations._fast_moments(mixture)
    if found is None:
        return statistics_by_responsibilities(observations, mixture, hard)
    log_likelihood, moments = found
    return Statistics(type(mixture), observations.x.size, log_likelihood, log_likelihood, moments)


def m_step(statistics: Statistics) -> Mixture:
    """M-step: the mixture with the highest likelihood for observations divided in this way.

    The weights are N_k / N with N_k = sum_n r_nk. The other parameters of component k maximise
    sum_n r_nk log f(x_n | k): its weighted maximum-likelihood fit. For Gaussian components these are the mean and
    standard deviation that the E-step has computed already.

    Parameters
    ----------
    statistics : Statistics
        What `e_step` returned.

    Returns
    -------
    Mixture
        It has the same family and number of components. Its objective is no lower than that of the E-step's mixture.

    Raises
    ------
    ValueError
        If `statistics` is not what `e_step` returned.
    DegenerateComponent
        If a component has no weight left or has shrunk onto single points.
    """
    instance("statistics", statistics, Statistics, "be those of an E-step", "use what em.e_step(x, mixture) returned")
    family = statistics.family
    if statistics.shares is not None:
        return family._of_shares(statistics.shares.computed_once())
    assert issubclass(family, PolynomialMixture)
    return family._of_moments(statistics.n_observations, statistics.moments)


def _prepare(x: ArrayLike | Observations, mixture: Mixture) -> Observations:
    """Check the observations of an E-step for the family of a mixture, and prepare them."""
    require_mixture("mixture", mixture)
    if isinstance(x, Observations):
        raise refusal(
            "mixture",
            f"be of the family of the observations, {x.family.__name__}",
            type(mixture).__name__,
            "prepare them for this family, em.Observations(x.x, type(mixture))",
        )
    # Without sufficient statistics, the M-step reads the observations again. The caller may change x before that.
    return Observations(x, type(mixture), copy=not isinstance(mixture, PolynomialMixture))


def iterate(x: ArrayLike | Observations, start: Mixture) -> Iterator[Record]:
    """Run EM without end, one record at a time.

    Parameters
    ----------
    x : array_like, shape (N,), or Observations
        Observations, within the support of the family.
    start : Mixture
        Where to start; it is record 0.

    Yields
    ------
    Record
        The start, then the result of every iteration. The iterator ends only when a component is degenerate, so that no
        further iteration is possible; `fit` says which component, and why.

    Raises
    ------
    ValueError
        At the call, if `x` cannot be fitted or `start` is no mixture.
    """
    require_mixture("start", start)
    return _until_degenerate(Observations(x, type(start)), start)  # a copy, because the caller may change x


def _until_degenerate(observations: Observations, start: Mixture) -> Iterator[Record]:
    try:
        yield from run_em(observations, start, stop=lambda record: False)
    except DegenerateComponent:
        return
