"""Describe what a run shows, in plain sentences with numbers: the traps of EM, explained by what happened.

A *lesson* is a pure function of the observations, the run and, if known, the mixture from which the data were drawn. It
returns one or two sentences, or None if it does not apply. Components are named by their index, from 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.run import Run, observations_of, require_run
from em.fitting.stopping import StopReason, rounding_level
from em.mixtures.checks import Floats, indices
from em.mixtures.exponential import ExponentialMixture
from em.mixtures.mixture import Mixture, require_family, require_mixture
from em.studies.comparison import local_optimum, model_choice
from em.studies.diagnosis import saddle_growth
from em.studies.matching import match, reordered
from em.studies.words import counted, listed

__all__ = [
    "convergence_rate",
    "describe",
    "label_switching",
    "local_optimum",
    "measured_growth",
    "model_choice",
    "one_component",
    "overlap",
    "single_fit",
    "spike",
    "symmetric_start",
    "unequal_sizes",
]

NEAR = 0.1
"""Components nearer than this (relative) are nearly identical: their difference still grows by a constant factor."""

STILL_NEAR = 0.25
"""Up to this distance (relative), their difference grows by nearly that factor."""

SLOW = 0.95
"""A convergence rate above this is slow: each further digit takes more than 45 iterations."""

FASTEST = 1 / np.finfo(np.float64).eps
"""A growth above this turns a rounding error into a component's whole width: no difference is small enough for it."""

SMALL = 0.1
"""A component with a weight below this is small."""

SINGULAR = {"stds": "standard deviation"}
"""Singular words for parameters whose name is not simply this word with an s."""


# -- facts -----------------------------------------------------------------------------------------------------------


def convergence_rate(run: Run) -> float | None:
    """The factor c by which the gain in log-likelihood shrinks from one iteration to the next, near the end.

    It is the median of the last five ratios of increments that are well above rounding. It is None if there are fewer
    than two such ratios, or if the increments do not shrink. EM converges linearly, at a rate that is the share of
    missing information (Dempster, Laird & Rubin 1977, J. R. Statist. Soc. B 39, 1-38).
    """
    require_run(run)
    gains = np.diff(run.log_likelihood)
    noise = 100 * rounding_level(float(run.log_likelihood[-1]), run.n_observations)
    noisy = np.flatnonzero(gains <= noise)
    gains = gains[: noisy[0]] if noisy.size else gains
    ratios = (gains[1:] / gains[:-1])[-5:]
    rate = float(np.median(ratios)) if ratios.size >= 2 else 1.0
    return rate if rate < 1 else None


def measured_growth(run: Run, pair: tuple[int, int] = (0, 1)) -> float | None:
    """Factor per iteration by which two components separated while they were nearly identical; None if unknown.

    The first iteration is left out: it brings both components to the sample's own fit, where the prediction holds.
    """
    require_run(run)
    i, j = indices("pair", pair, 2, run.mixture.n_components)
    distances = np.array([mixture._component_distances()[i, j] for mixture in run.mixtures[1:]])
    beyond = np.flatnonzero(distances > STILL_NEAR)
    distances = distances[: beyond[0]] if beyond.size else distances
    distances = distances[distances > 1e-12]
    return float((distances[-1] / distances[0]) ** (1 / (distances.size - 1))) if distances.size >= 2 else None


def single_fit(x: ArrayLike, family: type[Mixture]) -> Mixture:
    """The best fit of one component; errors as in `Mixture.m_step`."""
    require_family("family", family)
    x = family.check_observations(x)
    return family.m_step(x, np.ones((x.size, 1)))


# -- lessons ---------------------------------------------------------------------------------------------------------


def symmetric_start(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """Components that started identical, or nearly so: how fast EM separates them, predicted and measured."""
    x = _checked(x, run, truth)
    pairs = run.mixtures[0].tied_components(NEAR)
    if not pairs or run.n_iter == 0 or run.reason is StopReason.DEGENERATE:
        return None
    i, j = pairs[0]
    start = run.mixtures[0]
    share = start.responsibilities(x)[:, [i, j]].sum(axis=1)
    growth = saddle_growth(x, type(start), share if share.any() else None)
    if growth > FASTEST:
        return None
    law = "CV² = " if type(start) is ExponentialMixture and start.n_components == 2 else ""
    factor = f"each iteration multiplies a small difference by {law}{growth:.3g}"
    measured = measured_growth(run, (i, j))
    observed = f" (measured: {measured:.3g})" if measured else ""
    if start.tied_components():
        separated = not set(run.mixture.tied_components()) & {(i, j)}
        outcome = (
            f"rounding errors grew until they parted, and chance chose which became which{observed}"
            if separated
            else f"after {counted(run.n_iter, 'iteration')} they were still together"
        )
        return f"Components {i} and {j} started identical, where EM stands still, and only rounding errors differ: " + (
            f"{factor}; {outcome}."
        )
    percent = 100 * start._component_distances()[i, j]
    outcome = "so EM leaves this start" if growth > 1 else "so they do not part"
    return f"Components {i} and {j} started {percent:.2g}% apart: {factor}{observed}, {outcome}."


def overlap(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """Slow convergence: the rate, and the number of iterations for each further digit."""
    _checked(x, run, truth)
    rate = convergence_rate(run)
    if rate is None or rate < SLOW or run.reason is StopReason.DEGENERATE:
        return None
    per_digit = np.log(10) / -np.log(rate)
    return (
        f"{counted(run.n_iter, 'iteration')}, because components that overlap leave it open where each observation "
        f"belongs: near the end an iteration gained {rate:.4f} times what the one before it had. "
        f"At that rate each further digit takes {counted(round(per_digit), 'iteration')}."
    )


def one_component(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """Whether one component is enough: CV² <= 1, or the final gain is too small for the added parameters."""
    x = _checked(x, run, truth)
    mixture = run.mixture
    if mixture.n_components == 1 or run.reason is StopReason.DEGENERATE or run.reason.cut_off:
        return None
    single = single_fit(x, type(mixture))
    gain = float(run.log_likelihood[-1]) - single.log_likelihood(x)
    penalty = (mixture.n_free_parameters - single.n_free_parameters) * np.log(run.n_observations) / 2
    comparison = (
        f"{mixture.n_components} components gain {f'{gain:.3g}' if gain >= 1e-3 else 'less than 0.001'} nats in "
        f"log-likelihood over one, and BIC asks for {penalty:.3g}"
    )
    growth = saddle_growth(x, type(mixture))
    if growth <= 1 and gain < penalty and isinstance(mixture, ExponentialMixture):
        scales = listed([f"{scale:.3g}" for scale in mixture.scales])
        return (
            f"CV² = {growth:.3g} is not above 1, so EM draws exponentials that are near one another together: the "
            f"scales ended at {scales}. {comparison}."
        )
    stuck = bool(run.mixtures[0].tied_components() and mixture.tied_components())
    return f"One component will do: {comparison}." if gain < penalty and not stuck else None


def spike(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """A component that shrank onto single points: what it means for the run. The run's own message says where."""
    _checked(x, run, truth)
    end = run.degenerate
    if end is None or "shrunk" not in end.what or run.n_iter == 0:
        return None
    k = end.component
    name = run.mixture.parameter_names[-1]
    size = run.mixture.parameters[name][k]
    n_eff = run.mixture.weights[k] * run.n_observations
    return (
        "A likelihood without bound has no maximum to reach, so the run ended degenerate after "
        f"{counted(run.n_iter, 'iteration')}, with {SINGULAR.get(name, name[:-1])} {size:.2g} of component {k} on "
        f"{n_eff:.3g} of {counted(run.n_observations, 'observation')} and a log-likelihood of "
        f"{run.log_likelihood[-1]:.2f} that means nothing."
    )


def unequal_sizes(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """A small component: its weight, and the number of observations on which its parameters rest."""
    x = _checked(x, run, truth)
    if run.mixture.n_components == 1 or run.reason is StopReason.DEGENERATE:
        return None
    true = _comparable(run, truth)
    estimate = reordered(run.mixture, match(run.mixture, true)) if true else run.mixture
    k = int(np.argmin((true or estimate).weights))
    if (true or estimate).weights[k] >= SMALL:
        return None
    name = estimate.parameter_names[1]

    # Values far from 0 have more digits in common.
    size, spread = abs(estimate.parameters[name][k]), np.asarray(x).std()
    digits = 3 + int(np.log10(size / spread)) if size > spread > 0 else 3

    def shown(parameter: str, digits: int = 3) -> str:
        true_value = f" (true {true.parameters[parameter][k]:.{digits}g})" if true else ""
        return f"{estimate.parameters[parameter][k]:.{digits}g}{true_value}"

    return (
        f"The smallest component has a weight of {shown('weights')}: its {name[:-1]}, {shown(name, digits)}, rests on "
        f"{estimate.weights[k] * run.n_observations:.3g} of {counted(run.n_observations, 'observation')}."
    )


def label_switching(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """Estimated components in another order than the true ones."""
    _checked(x, run, truth)
    true = _comparable(run, truth)
    order = match(run.mixture, true) if true and not true.tied_components() else ()
    switched = [f"{estimated} for the true {k}" for k, estimated in enumerate(order) if estimated != k]
    if not switched:
        return None
    return (
        f"Labels are switched: component {listed(switched).replace(' for', ' stands for', 1)}. "
        "The likelihood is the same in any order of the components; the start decides which."
    )


LESSONS: tuple[Callable[[ArrayLike, Run, Mixture | None], str | None], ...] = (
    spike,
    symmetric_start,
    one_component,
    overlap,
    unequal_sizes,
    label_switching,
)
"""Every lesson that needs one run only, the most striking first."""


def describe(x: ArrayLike, run: Run, truth: Mixture | None = None) -> tuple[str, ...]:
    """Every lesson that applies to a run, the most striking first.

    Parameters
    ----------
    x : array_like, shape (N,)
        The observations to which the run was fitted.
    run : Run
        The run.
    truth : Mixture, optional
        The mixture from which the observations were drawn, if known.

    Returns
    -------
    tuple of str
        One or two sentences for each lesson; empty if there is nothing to warn of.

    Raises
    ------
    ValueError
        As `check_observations`; if `x` are not the observations of `run`, or `run` or `truth` is of another kind.
    """
    x = _checked(x, run, truth)
    return tuple(text for lesson in LESSONS if (text := lesson(x, run, truth)) is not None)


def _checked(x: ArrayLike, run: Run, truth: Mixture | None) -> Floats:
    """The observations of a lesson, if all of its arguments can be what it takes."""
    require_run(run)
    if truth is not None:
        require_mixture("truth", truth)
    return observations_of(run, x)


def _comparable(run: Run, truth: Mixture | None) -> Mixture | None:
    """The truth, if the run's mixture has the same family and number of components; otherwise None."""
    same = truth and type(truth) is type(run.mixture) and truth.n_components == run.mixture.n_components
    return truth if same else None
