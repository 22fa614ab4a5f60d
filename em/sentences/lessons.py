"""Sentences with numbers about what a run shows: the traps of EM, explained by what happened.

A *lesson* is a pure function of the observations, the run and, if known, the mixture from which the data were drawn. It
returns one or two sentences, or None if it does not apply. Components are named by their index, from 0.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from em.fitting.information import information
from em.fitting.run import EM, Run, observations_of, require_run
from em.fitting.stopping import StopReason
from em.mixtures.checks import Floats, in_order
from em.mixtures.exponential import ExponentialMixture
from em.mixtures.gaussian import GaussianMixture
from em.mixtures.mixture import Mixture, require_mixture
from em.mixtures.parameters import SINGULAR
from em.sentences.comparison import local_optimum, model_choice
from em.sentences.facts import (
    STILL_NEAR,
    convergence_rate,
    growth_while_near,
    measured_growth,
    predicted_growth,
    separation,
    separations,
    single_fit,
)
from em.sentences.words import counted, listed
from em.studies.matching import clear_match

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
"""Components that start nearer than this, in standard deviations of the narrower, are nearly identical."""

AGREES = 0.05
"""A prediction is mentioned if the run agrees with it to within this share."""

SLOW = 0.95
"""A convergence rate above this is slow: each further digit takes more than 45 iterations."""

SMALL = 0.1
"""A component with a weight below this is small."""

NOTHING = 1e-3
"""Smaller differences in log-likelihood, in nats, are given as "less than" this."""

ELSEWHERE = 1e-6
"""A component does not cover a value if its responsibility is below this times the largest."""

LEAST = 0.1
"""A component with less than this of a single observation has lost its weight, whatever its width."""

MANY = 1_000_000
"""Larger amounts are given as "over" this."""

LAWS = {
    "exponential": "CV² predicts",
    "gaussian": "skewness and kurtosis predict",
    "poisson": "the variance over the mean predicts",
}
"""What predicts the growth of a small difference, by family."""


def symmetric_start(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """Two components that started (nearly) identical: how far apart they were at the end, and why."""
    x = _checked(x, run, truth)
    k = run.mixture.n_components
    if k == 1 or run.n_iter == 0 or run.reason is StopReason.DEGENERATE:
        return None
    apart = separation(run.mixtures[0])
    pair = min(combinations(range(k), 2), key=lambda pair: float(apart[pair]))
    if apart[pair] > NEAR:
        return None
    path = separations(run, pair)
    names = f"Components {pair[0]} and {pair[1]} started"
    after = f"after {counted(run.n_iter, 'iteration')} they were"
    unit = "in standard deviations of the narrower"
    if path[0] == 0:
        end = "identical still" if path[-1] == 0 else f"{_amount(path[-1])} apart, {unit}"
        return f"{names} identical, so only rounding errors can part them: {after} {end}."
    end = "identical" if path[-1] == 0 else f"{_amount(path[-1])} apart"
    return f"{names} {_amount(path[0])} apart, {unit}; {after} {end}.{_growth(x, run, path)}"


def _growth(x: ArrayLike, run: Run, path: Floats) -> str:
    """The factor by which an iteration multiplied a small distance, and the prediction if it agrees."""
    found = growth_while_near(path)
    if found is None or run.method != EM:
        return ""
    first, last, measured = found
    predicted = predicted_growth(x, type(run.mixture)) if run.mixture.n_components == 2 else None
    law = ""
    if predicted and abs(measured / predicted - 1) < AGREES:
        law = f" ({LAWS.get(run.mixture.family, 'the sample predicts')} {predicted:.3g})"
    return f" Iterations {first:,} to {last:,} each multiplied the distance by {measured:.3g} on average{law}."


def overlap(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """Slow convergence, if missing labels cause it: the information that remains, and the cost of a digit."""
    x = _checked(x, run, truth)
    rate = convergence_rate(run)
    if not run.converged or run.method != EM or rate is None or rate < SLOW:
        return None
    here = information(x, run.mixture)
    if not here.is_concave or abs(np.log(rate) / (2 * np.log1p(-here.shares[0])) - 1) > AGREES:
        return None
    per_digit = np.log(10) / -np.log(rate)
    return (
        f"Convergence was slow: unknown labels leave only {100 * here.shares[0]:.2g}% of the information along one "
        f"direction of the parameters, so near the end an iteration gained about {100 * (1 - rate):.2g}% less than the "
        f"one before. At that rate each further digit of the log-likelihood takes "
        f"{counted(round(per_digit), 'iteration')}."
    )


def one_component(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """The fit compared with one component: the gain is too small for the added parameters."""
    x = _checked(x, run, truth)
    mixture = run.mixture
    if mixture.n_components == 1 or run.reason is StopReason.DEGENERATE or run.reason.cut_off:
        return None
    single = single_fit(x, type(mixture))
    gain = float(run.log_likelihood[-1]) - single.log_likelihood(x)
    penalty = (mixture.n_free_parameters - single.n_free_parameters) * np.log(run.n_observations) / 2
    stuck = bool(run.mixtures[0].tied_components() and mixture.tied_components())
    if gain >= penalty or stuck:
        return None
    found, wanted = in_order(gain, penalty)
    if gain > -NOTHING:
        more = found if gain >= NOTHING else f"less than {NOTHING:g}"
        comparison = f"gain {more} nats in log-likelihood over one, and BIC asks for {wanted}"
    else:
        comparison = f"end {-gain:.3g} nats in log-likelihood below one, and BIC asks for a gain of {wanted}"
    reason = "By BIC one component is better than this fit:"
    if isinstance(mixture, ExponentialMixture) and np.ptp(mixture.scales) <= STILL_NEAR * mixture.scales.min():
        cv2 = predicted_growth(x, type(mixture))
        if cv2 is not None and cv2 < 1:
            scales = listed([f"{scale:.3g}" for scale in mixture.scales])
            reason = (
                f"CV² = {in_order(cv2, 1)[0]} is below 1, so EM draws exponentials that are near one another together: "
                f"the scales ended at {scales}. By BIC one is better:"
            )
    return f"{reason} {mixture.n_components} components {comparison}."


def spike(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """A component that shrank onto one value: what it means for the run. The run's own message says where."""
    x = _checked(x, run, truth)
    if run.degenerate is None or run.n_iter == 0:
        return None
    k = run.degenerate.component
    share = run.mixture.responsibilities(x)[:, k]
    values = np.unique(x[share > ELSEWHERE * share.max()])
    unbounded = isinstance(run.mixture, GaussianMixture) or (
        isinstance(run.mixture, ExponentialMixture) and not values[0]
    )
    if values.size != 1 or share.sum() < LEAST or not unbounded:
        return None
    return (
        f"A likelihood without bound has no maximum to reach: the run ended after {counted(run.n_iter, 'iteration')} "
        f"with a standard deviation of {run.mixture._component_stds()[k]:.2g} for component {k}, on "
        f"{_amount(share.sum())} of {counted(run.n_observations, 'observation')}, and its log-likelihood of "
        f"{run.log_likelihood[-1]:.2f} is no maximum."
    )


def unequal_sizes(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """A small component: its weight, and how many observations belong to it."""
    x = _checked(x, run, truth)
    mixture = run.mixture
    k = int(np.argmin(mixture.weights))
    if run.n_iter == 0 or run.reason is StopReason.DEGENERATE or mixture.weights[k] >= SMALL:
        return None
    if any(k in pair for pair in mixture.tied_components()):
        return None
    true = _comparable(run, truth)
    order = clear_match(mixture, true) if true else None
    name = mixture.parameter_names[1]

    # Values far from 0 have more digits in common.
    size, spread = abs(mixture.parameters[name][k]), np.asarray(x).std()
    digits = 3 + int(np.log10(size / spread)) if size > spread > 0 else 3

    def shown(parameter: str, digits: int = 3) -> str:
        true_value = f" (true {true.parameters[parameter][order.index(k)]:.{digits}g})" if true and order else ""
        return f"{mixture.parameters[parameter][k]:.{digits}g}{true_value}"

    own = float(mixture.responsibilities(x)[:, k].sum())
    return (
        f"Component {k} has a weight of only {shown('weights')} and a {SINGULAR.get(name, name)} of "
        f"{shown(name, digits)}: the equivalent of {_amount(own)} of {counted(run.n_observations, 'observation')} "
        "belongs to it."
    )


def label_switching(x: ArrayLike, run: Run, truth: Mixture | None = None) -> str | None:
    """Estimated components in another order than the true ones, if it is clear which corresponds to which."""
    _checked(x, run, truth)
    true = _comparable(run, truth)
    order = clear_match(run.mixture, true) if true and run.n_iter else None
    switched = [f"{estimated} for the true {k}" for k, estimated in enumerate(order or ()) if estimated != k]
    if not switched or separation(run.mixture)[np.triu_indices(run.mixture.n_components, 1)].min() < STILL_NEAR:
        return None  # components that are nearly the same have no order
    return (
        f"Labels are switched: component {listed(switched).replace(' for', ' stands for', 1)}. "
        "The likelihood is the same in any order of the components."
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
        One or two sentences for each lesson; empty if no lesson applies.

    Raises
    ------
    ValueError
        As `check_observations`; if `x` are not the observations of `run`, or `run` or `truth` is of another kind.
    """
    x = _checked(x, run, truth)
    return tuple(text for lesson in LESSONS if (text := lesson(x, run, truth)) is not None)


def _checked(x: ArrayLike, run: Run, truth: Mixture | None) -> Floats:
    """Check the arguments of a lesson, and return the observations."""
    require_run(run)
    if truth is not None:
        require_mixture("truth", truth)
    return observations_of(run, x)


def _comparable(run: Run, truth: Mixture | None) -> Mixture | None:
    """Return the truth if the run's mixture has the same family and number of components; otherwise None."""
    same = truth and type(truth) is type(run.mixture) and truth.n_components == run.mixture.n_components
    return truth if same else None


def _amount(value: float) -> str:
    """Format a number, without an exponent if it is large."""
    if value >= MANY:
        return f"over {MANY:,}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
