"""What a family of distributions must define, and what it may define.

A family is a subclass of `Mixture` in its own file. Required, about thirty lines: `family`, `kinds`, `lowest` if
observations have a least value, and the parameters as fields of a dataclass; `_log_component`, the log density;
`_weighted_fit`, the M-step; `_draw`; `_component_means` and `_component_stds`.

Optional, with a default that is slower or less exact, or None:

- sufficient statistics, for speed: see `PolynomialMixture`, which then defines `_weighted_fit`;
- derivatives, for standard errors and the accelerated method: `_slopes`, `_curvature`, `_unit_information`;
- the saddle of identical components: `saddle_matrix`;
- error messages and closed forms: `check_observations`, `check_spread`, `from_moments`, `_log_distance`,
  `_component_distances`, `_overlap_distances`, `_divergences`.

Internal arrays over observations and components have shape (K, N), so that each component is contiguous.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.mixtures import derivatives
from em.mixtures.checks import Floats, brief, moments_above, real_vector, refusal, shares_of, sized_vector
from em.mixtures.moments import TINY, Shares
from em.mixtures.parameters import Kind, Parameters

__all__ = ["LARGEST", "DegenerateComponent", "Family", "require_weight"]

LARGEST = 1e150
"""Larger observations are refused, because their squares overflow."""

MOST_COUNTED = 2.0**53
"""Largest count: beyond it, floats skip whole numbers."""

SADDLE_STEP = 1e-3
"""Step to either side, in their coordinates, by which identical components are moved to measure an iteration."""

QUANTILES = 99
"""Points that represent a component with given moments; an odd number, so that one is the median."""


class DegenerateComponent(ArithmeticError):
    """An M-step has no result: a component has no weight, has shrunk onto points or is too narrow.

    Attributes
    ----------
    component : int
        Which component, from 0.
    what : str
        What happened to it.
    """

    def __init__(self, component: int, what: str) -> None:
        super().__init__(component, what)  # unformatted, so that a run can be pickled
        self.component, self.what = component, what

    def __str__(self) -> str:
        return f"component {self.component} {self.what}"


def require_weight(n_eff: Sequence[float]) -> None:
    """Raise DegenerateComponent if a component has no observations."""
    least = min(n_eff)
    if least < TINY:
        raise DegenerateComponent(n_eff.index(least), "has lost all its weight: no observation belongs to it")


class Family(Parameters):
    """The part of a mixture that depends on the family."""

    # -- required ----------------------------------------------------------------------------------------------------

    lowest: ClassVar[float] = -np.inf
    """The least value that an observation may have."""
    includes_lowest: ClassVar[bool] = True
    """Whether it may be equal to that value."""
    counts: ClassVar[bool] = False
    """Whether observations are whole numbers."""

    @abstractmethod
    def _log_component(self, x: Floats) -> Floats:
        """log f(x_n | k), shape (K, N), for points in the support."""

    @classmethod
    @abstractmethod
    def _weighted_fit(cls, shares: Shares, n_eff: Floats) -> tuple[Floats, ...]:
        """Maximise sum_n r[k, n] log f(x_n | k) for every k.

        Parameters
        ----------
        shares : iterable of (ndarray (M,), ndarray (K, M))
            Observations and their responsibilities, chunk by chunk; iterate as often as needed.
        n_eff : ndarray, shape (K,)
            Sums of the responsibilities, all positive.

        Returns
        -------
        tuple of ndarray, shape (K,)
            The parameters, except the weights.

        Raises
        ------
        DegenerateComponent
            If a component has shrunk onto single points.
        """

    @abstractmethod
    def _draw(self, z: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """One draw from component z[n] for every n, shape (N,)."""

    @abstractmethod
    def _component_means(self) -> Floats:
        """Mean of each component, shape (K,)."""

    @abstractmethod
    def _component_stds(self) -> Floats:
        """Standard deviation of each component, shape (K,)."""

    # -- optional: derivatives ---------------------------------------------------------------------------------------

    def _units(self) -> Floats:
        """Derivative of each parameter, except the weights, by its coordinate (see `Kind`), shape (m, K)."""
        units = {Kind.LOCATION: self._component_stds(), Kind.PLAIN: np.ones(self.n_components)}
        return np.array([units.get(kind, getattr(self, name)) for name, kind in self.kinds.items()])

    def _stepped(self, steps: Floats) -> tuple[Floats, ...]:
        """The parameters, except the weights, moved by `steps` in their coordinates, shape (m, K)."""
        return tuple(
            getattr(self, name) * np.exp(step) if kind is Kind.POSITIVE else getattr(self, name) + unit * step
            for (name, kind), unit, step in zip(self.kinds.items(), self._units(), steps, strict=True)
        )

    def _slopes(self, x: Floats) -> Floats:
        """Derivatives of log f(x_n | k) with respect to the coordinates, shape (m, K, N)."""
        return derivatives.slopes(self, x)

    def _curvature(self, n_eff: Floats, slopes: Floats) -> Floats | None:
        """Second derivatives with respect to the coordinates, shape (m, m, K), summed over weighted observations.

        `n_eff` is the sum of each component's weights, shape (K,), and `slopes` that of its weighted slopes, shape
        (m, K). For an exponential family these are enough; for another the result is None.
        """
        return None

    def _unit_information(self) -> Floats | None:
        """Information that one observation of component k has about each coordinate, shape (m, K); None if unknown."""
        return None

    # -- optional: the saddle ----------------------------------------------------------------------------------------

    @classmethod
    def saddle_matrix(cls, x: ArrayLike, weights: Floats | None = None) -> Floats:
        """How one EM iteration multiplies a small difference between identical components at the fit of the sample.

        The default moves the components apart along each coordinate in turn, and makes an iteration.

        Parameters
        ----------
        x : array_like, shape (N,)
            Observations.
        weights : ndarray, shape (N,), optional
            The share of each observation that belongs to those components, from 0 to 1; all of it by default.

        Returns
        -------
        ndarray, shape (m, m)
            Over the coordinates of the parameters, except the weights; not finite if components rest on one value.

        Raises
        ------
        ValueError
            As `check_observations` and `check_spread`; if `weights` are no shares of as many observations.
        """
        x, shares = cls._check_shares(x, weights)
        try:
            single = cls._proper_fit([(x, shares[np.newaxis])], shares.sum(keepdims=True))
        except DegenerateComponent:
            return np.full((len(cls.kinds), len(cls.kinds)), np.nan)
        twice = cls._of_arrays(np.array([0.5, 0.5]), *(np.repeat(array, 2) for array in single))
        units = twice._units()[:, 0]
        columns = []
        for direction in np.eye(units.size):
            apart = twice.nudged(direction, [-SADDLE_STEP, SADDLE_STEP])
            log_f = apart._log_component(x)
            r = np.exp(log_f - log_f.max(axis=0))
            r *= shares / r.sum(axis=0)
            after = np.array(cls._weighted_fit([(x, r)], r.sum(axis=1)))
            columns.append((after[:, 1] - after[:, 0]) / (2 * SADDLE_STEP * units))
        return np.array(columns).T

    @classmethod
    def _check_shares(cls, x: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
        """Check the arguments of `saddle_matrix`, and return the observations and their shares."""
        x = cls.check_observations(x)
        cls.check_spread(x)
        return x, shares_of(x.size, weights)

    def nudged(self, direction: ArrayLike, steps: ArrayLike) -> Self:
        """Move component k by `steps[k]` along `direction`, in its coordinates to first order, at unchanged weights.

        `direction` has an entry for each parameter after the weights, and `steps` one for each component; ValueError
        otherwise, or if a step leads out of the domain of a parameter.
        """
        along = sized_vector("direction", direction, len(self.kinds), "parameters after the weights")
        lengths = sized_vector("steps", steps, self.n_components, "components")
        with np.errstate(over="ignore", invalid="ignore"):
            shifts = np.outer(along, lengths)
            moved = [
                getattr(self, name) * (1 + step) if kind is Kind.POSITIVE else getattr(self, name) + unit * step
                for (name, kind), unit, step in zip(self.kinds.items(), self._units(), shifts, strict=True)
            ]
        try:
            return type(self)(self.weights, *moved)
        except ValueError as error:
            raise refusal("steps", "keep parameters in their domain", brief(steps), "take smaller steps") from error

    # -- optional: words and closed forms ----------------------------------------------------------------------------

    @classmethod
    def check_observations(cls, x: ArrayLike) -> Floats:
        """Return `x` as float64 observations of shape (N,) that this family can be fitted to.

        An array of this form is not copied.

        Raises
        ------
        ValueError
            If `x` is empty, not 1-D, not numeric, not finite, outside the support of the family, or so large that
            squares overflow.
        """
        x = real_vector("x", x, copy=False)
        if x.max() > LARGEST or x.min() < -LARGEST:
            raise refusal("x", f"lie within ±{LARGEST:g}", x[np.abs(x).argmax()], "rescale the observations")
        least = f"be at least {cls.lowest:g}" if cls.includes_lowest else f"be above {cls.lowest:g}"
        least = "not be negative" if least == "be at least 0" else least
        rules = [(least, x < cls.lowest if cls.includes_lowest else x <= cls.lowest, "leave such observations out")]
        if cls.counts:
            rules.append((f"be at most {MOST_COUNTED:g}", x > MOST_COUNTED, "rescale x"))
            rules.append(("hold whole numbers", x != np.floor(x), "round the observations if they are counts"))
        for rule, broken, remedy in rules:
            if broken.any():
                first = int(np.argmax(broken))
                rule, shown = f"{rule} for {cls.family} components", f"{x[first]} at index {first}"
                raise refusal("x", rule, shown, f"{remedy}, or fit a Gaussian mixture")
        return x

    @classmethod
    def _inside(cls, x: Floats) -> NDArray[np.bool_]:
        """Which of some points are in the support of the family, shape (N,)."""
        inside = x >= cls.lowest if cls.includes_lowest else x > cls.lowest
        return inside & (x == np.floor(x)) if cls.counts else inside

    @classmethod
    def check_fit(cls, x: ArrayLike) -> Floats:
        """As `check_observations`; some families also refuse to fit observations too far from 0."""
        return cls.check_observations(x)

    @classmethod
    def check_spread(cls, x: Floats) -> None:
        """Raise ValueError if every fit to observations `x` is degenerate, even of one component."""
        x = cls.check_observations(x)
        try:
            cls._proper_fit([(x, np.ones((1, x.size)))], np.array([float(x.size)]))
        except DegenerateComponent as end:
            rule = f"leave room for a {cls.family} component"
            raise refusal("x", rule, f"{brief(x)}, on which one {end.what}", "add other observations") from end

    @classmethod
    def from_moments(cls, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> Self:
        """Make a mixture whose components have these means, and these stds if the family has a parameter for them.

        By default each component is fitted to the quantiles of a Gaussian distribution with these moments, or of a
        log-normal one if observations have a least value. The means are right if the fit shifts or scales with the
        observations; the stds are about right.
        """
        from scipy.special import ndtri  # a large import that no family of the engine needs

        weights, means, stds = moments_above(cls.lowest, weights, means, stds)
        centres, spreads = means[:, np.newaxis], stds[:, np.newaxis]
        z = ndtri((np.arange(QUANTILES) + 0.5) / QUANTILES)
        bounded, low = (True, cls.lowest) if np.isfinite(cls.lowest) else (False, 0.0)
        if bounded:
            ratio = np.exp(np.sqrt(np.log1p((spreads / (centres - low)) ** 2)) * z)
            x = low + (centres - low) * ratio / ratio.mean(axis=1, keepdims=True)
        else:
            x = centres + spreads * z / z.std()
        shares = np.repeat(np.eye(len(centres)), QUANTILES, axis=1)
        for _ in range(2):  # the first fit may miss the mean; the second has it, because fits shift or scale with x
            mixture = cls(weights, *cls._weighted_fit([(x.ravel(), shares)], shares.sum(axis=1)))
            means = mixture._component_means()[:, np.newaxis]
            x = low + (x - low) * (centres - low) / (means - low) if bounded else x + centres - means
        return mixture

    def _log_distance(self, x: Floats) -> Floats:
        """Log of the standardised distance of x_n from component k, shape (K, N): this orders densities far out."""
        distance = np.abs(x - self._component_means()[:, np.newaxis])
        return np.asarray(np.log(distance) - np.log(self._component_stds())[:, np.newaxis], dtype=np.float64)

    def _component_distances(self) -> Floats:
        """Distances between components, relative to their size, shape (K, K).

        Each is the larger of the differences of means, in the smaller standard deviation, and of log stds.
        """
        means, stds = self._component_means(), self._component_stds()
        with np.errstate(over="ignore"):
            shift = np.abs(means[:, np.newaxis] - means)
            shift /= np.minimum(stds[:, np.newaxis], stds)
        log_stds = np.log(stds)
        distances: Floats = np.maximum(shift, np.abs(log_stds[:, np.newaxis] - log_stds))
        return distances

    def _overlap_distances(self, other: Self) -> Floats:
        """Bhattacharyya distance -log integral sqrt(f g) of components f from those g of `other`, shape (K, K').

        The default is that of Gaussian densities with the same means and standard deviations.
        """
        stds, others = self._component_stds(), other._component_stds()
        shift = np.abs(self._component_means()[:, np.newaxis] - other._component_means())
        shift /= np.hypot(stds[:, np.newaxis], others)
        gap = np.abs(np.log(stds)[:, np.newaxis] - np.log(others))
        distances: Floats = shift**2 / 4 + (np.logaddexp(gap, -gap) - np.log(2)) / 2
        return distances

    def _divergences(self, other: Self) -> Floats | None:
        """Kullback-Leibler divergence of each component of `other` from its own, in nats, shape (K,).

        None if this is no exponential family, whose M-step keeps the expected sufficient statistics.
        """
        return None

    # -- the checked fit ---------------------------------------------------------------------------------------------

    @classmethod
    def _proper_fit(cls, shares: Shares, n_eff: Floats) -> tuple[Floats, ...]:
        """Return the weighted fit; DegenerateComponent if a parameter is outside its domain."""
        found = cls._weighted_fit(shares, n_eff)
        for (name, kind), array in zip(cls.kinds.items(), found, strict=True):
            if np.shape(array) != n_eff.shape:
                rule = f"must give {name} the shape {n_eff.shape}"
                raise TypeError(f"_weighted_fit of {cls.__name__} {rule}; got {array}")
            wrong = ~np.isfinite(array) | ((array < TINY) if kind is Kind.POSITIVE else False)
            if wrong.any():
                component = int(np.argmax(wrong))
                raise DegenerateComponent(component, f"has no fit: its {name} would be {array[component]:.3g}")
        return found
