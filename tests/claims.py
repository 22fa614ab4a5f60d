"""Each kind of sentence about a run: its pattern, which it must match in full, and a check of every claim in it."""

from __future__ import annotations

import math
import re
from itertools import combinations

import numpy as np
import pytest

import em
from em.fitting.acceleration import moved
from tests.naive import (
    apart,
    clear_order,
    em_step,
    log_joint,
    log_likelihood,
    moments,
    predicted,
    responsibilities,
    single_log_likelihood,
    slowest,
)

N = r"[\d,]+"
F = r"-?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?"
MANY = rf"{F}|over 1,000,000"
UNIT = "in standard deviations of the narrower"
STEPS = rf"(?P<n>{N}) iteration(?P<s>s?)(?:, accelerated \((?P<passes>{N}) pass(?P<es>(?:es)?) over the data\))?"
OUTLOOK = (
    r"(?:(?P<few>too few to tell what is still to come)"
    r"|(?P<up>the log-likelihood bends upwards here, so it cannot be told what is still to come)"
    rf"|the estimated gain still to come is (?P<left>{F}) per observation"
    rf"|if gains go on shrinking as the last one did, (?P<aitken>{F}) per observation is still to come"
    r"|(?P<grew>the last iteration gained no less than the one before, so it cannot be told what is still to come))"
)
PATTERNS = {
    "converged": rf"Converged after {STEPS}: the estimated gain still to come, (?P<left>{F}) per observation, "
    rf"is below the tolerance (?P<tol>{F})\.",
    "exactly": rf"Ran {STEPS}, as many as asked for \(tolerance 0\); {OUTLOOK}\.",
    "limit": rf"Stopped at the limit of {STEPS} without converging: {OUTLOOK}\.",
    "time": rf"Stopped after {STEPS} because the time was up: {OUTLOOK}\.",
    "symmetric_start": r"Components (?P<i>\d) and (?P<j>\d) started (?:"
    rf"(?P<tied>identical), so only rounding errors can part them: after (?P<n>{N}) iteration(?P<s>s?) they were "
    rf"(?:(?P<still>identical still)|(?P<parted>{MANY}) apart, {UNIT})\."
    rf"|(?P<apart>{F}) apart, {UNIT}; after (?P<m>{N}) iteration(?P<t>s?) they were "
    rf"(?:(?P<met>identical)|(?P<end>{MANY}) apart)\."
    rf"(?: Iterations (?P<first>{N}) to (?P<last>{N}) each multiplied the distance by (?P<growth>{F}) on average"
    rf"(?: \((?P<law>CV² predicts|skewness and kurtosis predict|the variance over the mean predicts|"
    rf"the sample predicts) (?P<predicted>{F})\))?\.)?)",
    "one_component": rf"(?:(?P<fit>By BIC one component is better than this fit:)|CV² = (?P<cv2>{F}) is below 1, so EM "
    rf"draws exponentials that are near one another together: the scales ended at (?P<scales>(?:{F}|, | and )+)\. "
    rf"By BIC one is better:) (?P<k>\d) components (?:gain (?:(?P<gain>{F})|(?P<nothing>less than 0\.001)) nats in "
    rf"log-likelihood over one, and BIC asks for|end (?P<below>{F}) nats in log-likelihood below one, and BIC asks for "
    rf"a gain of) (?P<penalty>{F})\.",
    "overlap": rf"Convergence was slow: unknown labels leave only (?P<share>{F})% of the information along one "
    rf"direction of the parameters, so near the end an iteration gained about (?P<less>{F})% less than the one before"
    rf"\. At that rate each further digit of the log-likelihood takes (?P<n>{N}) iteration(?P<s>s?)\.",
    "spike": rf"A likelihood without bound has no maximum to reach: the run ended after (?P<n>{N}) iteration(?P<s>s?) "
    rf"with a standard deviation of (?P<std>{F}) for component (?P<k>\d), on (?P<own>{F}) of (?P<all>{N}) "
    rf"observation(?P<t>s?), and its log-likelihood of (?P<ell>{F}) is no maximum\.",
    "unequal_sizes": rf"Component (?P<k>\d) has a weight of only (?P<weight>{F})(?: \(true (?P<true_weight>{F})\))? "
    rf"and a (?P<name>scale|mean|standard deviation|log_means) of (?P<value>{F})(?: \(true (?P<true>{F})\))?: the "
    rf"equivalent of (?P<own>{F}) of (?P<all>{N}) observation(?P<s>s?) belongs to it\.",
    "label_switching": r"Labels are switched: component (?P<i>\d) stands for the true (?P<j>\d)(?P<more>(?:,| and)"
    r"(?: ?\d for the true \d|,| and)+)\. The likelihood is the same in any order of the components\.",
}


def number(text):
    return float(text.replace(",", ""))


def same(text, value, digits):
    """Check that the text is the value to at least this many digits."""
    assert number(text) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits), abs=1e-300)


def plural(text, mark, plural="s"):
    assert (mark == plural) is (text != "1")


def at_least(text, value):
    """An amount to three digits."""
    assert value >= 1e6 if text.startswith("over") else number(text) == pytest.approx(value, rel=6e-3)


def check_steps(m, run):
    assert number(m["n"]) == len(run.mixtures) - 1
    plural(m["n"], m["s"])
    assert (m["passes"] is not None) is (run.method == "accelerated")
    if m["passes"]:
        assert number(m["passes"]) == run.n_passes
        plural(m["passes"], m["es"], "es")


def decrement(x, run):
    """Gain per observation still to come by gradient and Hessian at the end of the run."""
    return em.information(x, run.mixture).gain(max(run.stopping.tol, 1e-6)) / x.size


def check_outlook(m, x, run):
    """The second half of the message of a run that was cut off."""
    gains = np.diff([log_likelihood(x, mixture) for mixture in run.mixtures[-3:]])
    noise = 1e-11 * (abs(run.log_likelihood[-1]) + x.size)
    np.testing.assert_allclose(gains, np.diff(run.log_likelihood[-3:]), atol=noise)
    if m["few"]:
        assert run.n_iter < 2
    elif m["up"]:
        here = em.information(x, run.mixture)
        values, vectors = here._eigen
        assert values[0] < -1e-6
        step = here._basis @ vectors[:, 0]
        size = min(math.sqrt(30 * noise / -values[0]), 0.01 / np.abs(step).max())
        there, middle, back = (log_likelihood(x, moved(run.mixture, t * size * step)) for t in (1, 0, -1))
        expected = -values[0] * size**2
        assert (
            expected < 10 * noise or values[0] > -1e-4 or there + back - 2 * middle == pytest.approx(expected, rel=0.2)
        )
    elif m["left"]:
        gain = decrement(x, run)
        assert number(m["left"]) == pytest.approx(gain, rel=0.06, abs=1e-13)
    elif m["aitken"]:
        before, last = np.diff(run.log_likelihood[-3:])
        assert number(m["aitken"]) == pytest.approx(last / (1 - last / before) / x.size, rel=0.06)
        assert gains[1] < gains[0] + noise
    else:
        assert gains[1] >= gains[0] - noise


def check_converged(m, x, run, truth):
    check_steps(m, run)
    assert number(m["left"]) < number(m["tol"]) == run.stopping.tol
    digits = 1e-16 * np.abs(x).max() / moments(run.mixture)[1].min()
    assert number(m["left"]) == pytest.approx(decrement(x, run), rel=0.06, abs=1e-13 + digits**2)


def check_cut_off(m, x, run, truth):
    check_steps(m, run)
    check_outlook(m, x, run)
    assert run.reason is em.StopReason.OUT_OF_TIME or run.n_iter == run.stopping.max_iter


def check_symmetric_start(m, x, run, truth):
    i, j, start, end = int(m["i"]), int(m["j"]), run.mixtures[0], run.mixture
    here = apart(start, i, j)
    assert here == min(apart(start, *pair) for pair in combinations(range(start.n_components), 2)) <= 0.1
    steps, mark = (m["n"], m["s"]) if m["tied"] else (m["m"], m["t"])
    assert number(steps) == len(run.mixtures) - 1
    plural(steps, mark)
    if m["tied"]:
        assert all(row[i] == row[j] for row in moments(start))
        if run.method == "em":
            digits = np.abs(log_joint(x, start)).max() * np.ptp(x) + np.abs(x).max()
            noise = 1e-14 * digits / moments(start)[1].min()
            assert apart(em_step(x, start), i, j) < 1e-9 + noise
    else:
        at_least(m["apart"], here)
    if m["still"] or m["met"]:
        assert all(row[i] == row[j] for row in moments(end))
    else:
        at_least(m["parted"] or m["end"], apart(end, i, j))
    if m["growth"]:
        first, last = int(number(m["first"])), int(number(m["last"]))
        path = [apart(mixture, i, j) for mixture in run.mixtures[first : last + 1]]
        assert 1 <= first < last <= run.n_iter
        assert all(1e-6 < distance <= 0.25 for distance in path)
        same(m["growth"], (path[-1] / path[0]) ** (1 / (last - first)), 3)
        assert run.method == "em"
    if m["law"]:
        assert start.n_components == 2
        law = {"exponential": "CV² predicts", "gaussian": "skewness and kurtosis predict",
               "poisson": "the variance over the mean predicts"}[start.family]  # fmt: skip
        assert m["law"] == law
        same(m["predicted"], predicted(x, type(start)), 3)
        assert number(m["growth"]) == pytest.approx(number(m["predicted"]), rel=0.06)


def check_one_component(m, x, run, truth):
    family, k = type(run.mixture), run.mixture.n_components
    assert int(m["k"]) == k > 1
    assert not run.reason.cut_off
    gain = log_likelihood(x, run.mixture) - single_log_likelihood(x, family)
    noise = 1e-10 * (1 + abs(run.log_likelihood[-1]))
    own = {"gaussian": 2}.get(family.family, 1)
    penalty = (k - 1) * (own + 1) / 2 * math.log(x.size)
    same(m["penalty"], penalty, 3)
    assert gain < penalty + noise, "by BIC one component is better"
    if m["gain"]:
        assert number(m["gain"]) == pytest.approx(gain, rel=6e-3, abs=noise)
        assert number(m["gain"]) < number(m["penalty"])
    elif m["below"]:
        assert number(m["below"]) == pytest.approx(-gain, rel=6e-3, abs=noise)
    else:
        assert abs(gain) < 1e-3 + noise
    if m["cv2"]:
        assert family is em.ExponentialMixture
        same(m["cv2"], x.var() / x.mean() ** 2, 3)
        assert number(m["cv2"]) < 1
        ended = [number(text) for text in re.findall(F, m["scales"])]
        np.testing.assert_allclose(ended, run.mixture.scales, rtol=6e-3)
        assert max(ended) <= 1.26 * min(ended)
        near = family(run.mixture.weights, x.mean() * (1 + 1e-4 * np.arange(k)))
        assert np.ptp(em_step(x, near).scales) < np.ptp(near.scales)


def check_overlap(m, x, run, truth):
    assert run.converged
    assert run.method == "em"
    gains = np.diff(run.log_likelihood)
    gains = gains[: np.argmax(np.append(gains, 0) <= 800 * 2.0**-52 * (abs(run.log_likelihood[-1]) + x.size))]
    rate = np.median((gains[1:] / gains[:-1])[-5:])
    same(m["less"], 100 * (1 - rate), 2)
    same(m["n"], math.log(10) / -math.log(rate), max(1, len(m["n"]) - 1))
    plural(m["n"], m["s"])
    share = number(m["share"]) / 100
    assert share == pytest.approx(1 - slowest(x, run.mixture), rel=0.07)
    assert math.log(rate) == pytest.approx(2 * math.log(1 - share), rel=0.12)


def check_spike(m, x, run, truth):
    k, mixture = int(m["k"]), run.mixture
    assert k == run.degenerate.component
    assert number(m["n"]) == len(run.mixtures) - 1
    plural(m["n"], m["s"])
    same(m["std"], moments(mixture)[1][k], 2)
    share = responsibilities(x, mixture)[:, k]
    at_least(m["own"], share.sum())
    assert number(m["all"]) == x.size
    plural(m["all"], m["t"])
    assert number(m["ell"]) == pytest.approx(log_likelihood(x, mixture), rel=1e-9, abs=0.006)
    value = x[share.argmax()]
    assert (x[share > 1e-3] == value).all()
    narrowest = moments(mixture)[1].min()
    ladder = [log_likelihood(x, _narrowed(mixture, k, value, 10.0**-j * narrowest)) for j in (8, 10, 12)]
    rise = (x == value).sum() * 2 * math.log(10)
    np.testing.assert_allclose(np.diff(ladder), rise, rtol=1e-3, err_msg="without bound")


def _narrowed(mixture, k, value, size):
    """The mixture with component k on one value, of this width."""
    arrays = {name: array.copy() for name, array in mixture.parameters.items()}
    if mixture.family == "gaussian":
        arrays["means"][k] = value
        arrays["stds"][k] = size
    else:
        assert value == 0
        arrays["scales"][k] = size
    return type(mixture)(**arrays)


def check_unequal_sizes(m, x, run, truth):
    k, mixture = int(m["k"]), run.mixture
    assert mixture.weights[k] == mixture.weights.min() < 0.1
    same(m["weight"], mixture.weights[k], 3)
    name = mixture.parameter_names[1]
    words = {"scales": "scale", "means": "mean", "stds": "standard deviation"}
    assert m["name"] == words.get(name, name)
    value = mixture.parameters[name][k]
    assert number(m["value"]) == pytest.approx(value, rel=6e-3, abs=6e-3 * x.std())
    assert number(m["all"]) == x.size
    plural(m["all"], m["s"])
    at_least(m["own"], responsibilities(x, mixture)[:, k].sum())
    assert (m["true"] is None) is (m["true_weight"] is None)
    if m["true"]:
        true = clear_order(truth, mixture).index(k)
        same(m["true_weight"], truth.weights[true], 3)
        assert number(m["true"]) == pytest.approx(truth.parameters[name][true], rel=6e-3, abs=6e-3 * x.std())


def check_label_switching(m, x, run, truth):
    order = clear_order(truth, run.mixture)
    switched = [
        (int(m["i"]), int(m["j"])),
        *((int(i), int(j)) for i, j in re.findall(r"(\d) for the true (\d)", m["more"])),
    ]
    assert switched == [(order[j], j) for j in range(len(order)) if order[j] != j]
    turned = em.reordered(run.mixture, order)
    assert log_likelihood(x, turned) == pytest.approx(log_likelihood(x, run.mixture), rel=1e-12)


CHECKS = {name: globals()[f"check_{name}"] for name in PATTERNS if f"check_{name}" in globals()}
CHECKS |= dict.fromkeys(("exactly", "limit", "time"), check_cut_off)
