"""Sentences about what a run shows: which of them apply, and their numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest

import em
from em import lessons

APART = em.ExponentialMixture([0.5, 0.5], [0.1, 1])
X, _ = APART.sample(1000, np.random.default_rng(7))
TIED = em.ExponentialMixture([0.5, 0.5], [0.5, 0.5])
UNIFORM = (np.arange(200) + 0.5) / 200
SPIKED = np.r_[0, np.random.default_rng(1).normal(8, 1, 40)]
SPIKE = em.GaussianMixture([0.9, 0.1], [8, 0], [1, 2])
AIR = em.datasets.load("air-conditioning")
PATIENT = em.StoppingRule(20_000, 1e-10)


def numbers(text):
    return [float(number.replace(",", "")) for number in re.findall(r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?", text)]


def assert_plain(text):
    """A sentence or two that a reader can be shown."""
    assert text[0].isupper() or text[0].isdigit()
    assert text.endswith(".")
    assert 1 <= len(re.findall(r"\.(?: |$)", text)) <= 2
    assert not re.search(r"nan|inf\b|None|np\.|\bK\b|  ", text)


@pytest.fixture(name="broken", scope="module")
def _broken():
    return em.fit(X, em.break_tie(X, TIED))


# -- facts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("c", [0.1, 0.5, 0.9, 0.999])
def test_rate_of_a_geometric_sequence_is_its_factor(c):
    values = -500 - 10 * c ** np.arange(12.0)
    run = em.Run((APART,) * 12, values, em.StopReason.CONVERGED, em.StoppingRule(), 100)
    assert lessons.convergence_rate(run) == pytest.approx(c, rel=1e-5)


GROWING_AGAIN = [-200, -100, -50, -49, -47, -43, -35]


@pytest.mark.parametrize(
    "values", [[-5], [-5, -4], [-5, -4, -3.5], [-5, -4, -3, -2, -1], [-5, -5, -5, -5], GROWING_AGAIN]
)
def test_rate_is_unknown_from_few_growing_or_vanishing_gains(values):
    run = em.Run((APART,) * len(values), np.array(values), em.StopReason.MAX_ITER, em.StoppingRule(), 100)
    assert lessons.convergence_rate(run) is None


@pytest.mark.parametrize("c", [0.9, 0.99, 0.997, 0.999])
@pytest.mark.parametrize("seed", range(5))
def test_the_rate_of_a_slow_run_is_not_that_of_its_rounding_errors(c, seed):
    """Rounding errors of log-likelihoods hide the ratio of two gains, but not of distant ones."""
    t = np.arange(np.log(1e-9) / np.log(c))
    values = -687 - 2 * c**t + np.random.default_rng(seed).uniform(-1, 1, t.size) * 2.3e-13
    run = em.Run((APART,) * t.size, values, em.StopReason.CONVERGED, em.StoppingRule(), 1000)
    assert np.log(lessons.convergence_rate(run)) == pytest.approx(np.log(c), rel=0.03)


def test_rate_predicts_how_many_more_iterations_a_smaller_tolerance_takes():
    short, long = (em.fit(AIR.x, AIR.start, em.StoppingRule(20_000, tol)) for tol in (1e-8, 1e-10))
    per_digit = np.log(10) / -np.log(lessons.convergence_rate(short))
    assert long.n_iter - short.n_iter == pytest.approx(2 * per_digit, rel=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_measured_growth_is_the_predicted_one(seed):
    x, _ = APART.sample(1000, np.random.default_rng(seed))
    start = em.ExponentialMixture([0.5, 0.5], x.mean() * np.array([0.9999, 1.0001]))
    growth = em.diagnosis.saddle_growth(x, em.ExponentialMixture)
    assert lessons.measured_growth(em.fit(x, start)) == pytest.approx(growth, rel=0.02)


def test_growth_of_components_that_never_were_near_is_unknown():
    assert lessons.measured_growth(em.fit(X, em.ExponentialMixture([0.5, 0.5], [0.1, 1]))) is None


@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
def test_single_fit_is_the_samples_moments(family):
    assert lessons.single_fit(X, family).mean == pytest.approx(X.mean())
    assert lessons.single_fit(X, em.GaussianMixture).std == pytest.approx(X.std())


# -- the notebook's start ----------------------------------------------------------------------------------------------


def test_notebooks_start_with_its_tie_broken_gives_the_growth_predicted_and_measured(broken):
    text = lessons.symmetric_start(X, broken)
    cv2 = np.var(X) / np.mean(X) ** 2
    assert f"by {lessons.measured_growth(broken):.3g} on average (CV² predicts {cv2:.3g})." in text
    assert lessons.measured_growth(broken) == pytest.approx(cv2, rel=lessons.AGREES)
    assert text.startswith("Components 0 and 1 started 0.0202 apart")
    assert_plain(text)


def test_notebooks_start_left_to_rounding_tells_whether_components_separated():
    stuck = em.fit(X, TIED)
    text = lessons.symmetric_start(X, stuck)
    assert text.startswith("Components 0 and 1 started identical, so only rounding errors can part them")
    outcomes = set()
    for seed in range(8):
        x, _ = APART.sample(1000, np.random.default_rng(seed))
        run = em.fit(x, em.ExponentialMixture([0.3, 0.7], [0.5, 0.5]), em.StoppingRule(200, 0))
        text = lessons.symmetric_start(x, run)
        apart = np.ptp(run.mixture.scales) / run.mixture.scales.min()
        assert f"after 200 iterations they were {f'{apart:.3g} apart' if apart else 'identical still'}" in text
        outcomes.add(apart > 1)
        assert_plain(text)
    assert True in outcomes


def test_stuck_at_a_saddle_is_not_taken_for_one_component_enough():
    assert lessons.one_component(X, em.fit(X, TIED)) is None


def test_gaussians_and_pairs_among_more_components_have_their_growth_too():
    waiting = em.datasets.load("faithful-waiting").x
    start = em.GaussianMixture([0.5, 0.5], [waiting.mean()] * 2, [waiting.std()] * 2)
    text = lessons.symmetric_start(waiting, em.fit(waiting, em.break_tie(waiting, start)))
    assert "(skewness and kurtosis predict 1.12)" in text
    three = em.ExponentialMixture([0.2, 0.3, 0.5], [0.05, 0.9, 0.9])
    text = lessons.symmetric_start(X, em.fit(X, three, em.StoppingRule(20, 0)))
    assert "Components 1 and 2 started identical" in text
    assert_plain(text)


def test_sentences_on_ties_among_more_components_report_only_what_happened():
    x, _ = em.ExponentialMixture([0.3, 0.3, 0.4], [0.1, 1, 10]).sample(300, np.random.default_rng(0))
    for scales in ([0.5, 0.505, 5], [1, 1.001, 1.002]):
        text = lessons.symmetric_start(x, em.fit(x, em.ExponentialMixture([0.3, 0.3, 0.4], scales)))
        assert "on average." in text
        assert "predict" not in text


def test_components_that_started_apart_get_no_lesson_on_ties():
    assert lessons.symmetric_start(X, em.fit(X, APART)) is None


# -- the other traps ---------------------------------------------------------------------------------------------------


def test_overlap_gives_iterations_rate_and_what_it_predicts():
    run = em.fit(AIR.x, AIR.start)
    rate = lessons.convergence_rate(run)
    text = lessons.overlap(AIR.x, run)
    share = em.information(AIR.x, run.mixture).shares[0]
    expected = [100 * share, 100 * (1 - rate), np.log(10) / -np.log(rate)]
    assert numbers(text) == pytest.approx(expected, rel=0.05)
    assert rate == pytest.approx((1 - share) ** 2, rel=1e-3), "parameters shrink by 1 - share, gains by its square"
    assert_plain(text)
    assert lessons.overlap(X, em.fit(X, APART)) is None


def test_one_component_after_all_gives_cv2_the_scales_and_what_was_gained():
    run = em.fit(UNIFORM, em.ExponentialMixture([0.5, 0.5], [0.3, 0.8]))
    text = lessons.one_component(UNIFORM, run)
    assert text.startswith("CV² = 0.333 is below 1")
    assert "the scales ended at 0.5 and 0.5." in text
    assert "By BIC one is better: 2 components gain less than 0.001 nats" in text
    assert_plain(text)


def test_one_component_is_better_for_the_air_conditioning_as_bic_says():
    text = lessons.one_component(AIR.x, em.fit(AIR.x, AIR.start))
    assert text == (
        "By BIC one component is better than this fit: 2 components gain 2.5 nats in log-likelihood over one, and BIC "
        "asks for 5.29."
    )


def test_cv2_below_one_is_no_lesson_where_a_second_component_pays():
    x = np.r_[1e-9, 1e-9, UNIFORM + 0.5]
    run = em.fit(x, em.ExponentialMixture([0.1, 0.9], [1e-9, 1]))
    assert em.diagnosis.saddle_growth(x, em.ExponentialMixture) < 1
    assert lessons.one_component(x, run) is None


def test_one_component_is_no_lesson_for_two_that_are_apart_or_for_one():
    assert lessons.one_component(X, em.fit(X, APART)) is None
    assert lessons.one_component(X, em.fit(X, em.ExponentialMixture([1], [1]))) is None


@pytest.mark.parametrize("rule", [em.StoppingRule(3), em.StoppingRule(deadline=0)])
def test_a_run_that_was_cut_off_cannot_tell_whether_one_component_is_better(rule):
    start = em.break_tie(X, TIED)
    assert lessons.one_component(X, em.fit(X, start, rule)) is None
    assert lessons.one_component(UNIFORM, em.fit(UNIFORM, em.ExponentialMixture([0.5, 0.5], [0.3, 0.8]), rule)) is None


def test_spike_gives_place_width_count_and_the_end_of_the_run():
    run = em.fit(SPIKED, SPIKE)
    text = lessons.spike(SPIKED, run)
    assert "Component 1 has shrunk onto the value 0: its standard deviation went to 0" not in text
    assert "component 1 has shrunk onto the value 0: its standard deviation went to 0" in run.message
    std = f"a standard deviation of {run.mixture.stds[1]:.2g} for component 1"
    assert f"the run ended after {run.n_iter} iterations with {std}, on 1 of 41 observations" in text
    assert_plain(text)
    assert lessons.spike(X, em.fit(X, APART)) is None


def test_spike_of_an_exponential_on_zeros_and_a_component_without_weight():
    x = np.r_[np.zeros(5), np.random.default_rng(0).exponential(10, 60) + 1]
    text = lessons.spike(x, em.fit(x, em.ExponentialMixture([0.8, 0.2], [10, 0.1])))
    assert "with a standard deviation of 0.0005 for component 1, on 5 of 65 observations" in text
    assert_plain(text)
    run = em.fit(SPIKED, em.GaussianMixture([0.9, 0.1], [8, 1e6], [1, 2]))
    assert "component 1 has lost all its weight" in run.message
    assert lessons.spike(SPIKED, run) is None, "the message of the run covers it"


def test_unequal_sizes_give_the_smallest_weight_and_its_effective_count():
    truth = em.ExponentialMixture([0.05, 0.95], [5, 0.5])
    x, _ = truth.sample(1000, np.random.default_rng(3))
    for start in (em.ExponentialMixture([0.5, 0.5], [2, 0.3]), em.ExponentialMixture([0.5, 0.5], [0.3, 2])):
        run = em.fit(x, start)
        text = lessons.unequal_sizes(x, run, truth)
        k = int(np.argmin(run.mixture.weights))
        weight, scale = run.mixture.weights[k], run.mixture.scales[k]
        expected = [k, weight, 0.05, scale, 5, weight * 1000, 1000]
        assert numbers(text) == pytest.approx(expected, rel=6e-3)
        assert_plain(text)
        assert len(numbers(lessons.unequal_sizes(x, run))) == 5  # without a truth there is no sentence about it
    assert lessons.unequal_sizes(X, em.fit(X, APART), APART) is None
    far = 2_460_000 + np.append(np.linspace(0, 0.2, 40), [2.31, 2.33])
    small = em.fit(far, em.GaussianMixture([0.9, 0.1], [2_460_000.1, 2_460_002], [0.1, 0.2]))
    assert "a mean of 2460002.32: the equivalent of 2 of" in lessons.unequal_sizes(far, small)


def test_label_switching_has_a_sentence_only_where_it_happened():
    straight = em.fit(X, em.ExponentialMixture([0.5, 0.5], [0.2, 2]))
    switched = em.fit(X, em.ExponentialMixture([0.5, 0.5], [2, 0.2]))
    assert lessons.label_switching(X, straight, APART) is None
    text = lessons.label_switching(X, switched, APART)
    assert "component 1 stands for the true 0 and 0 for the true 1" in text
    assert_plain(text)
    assert lessons.label_switching(X, switched) is None
    merged = em.ExponentialMixture([0.5, 0.5], [0.4, 0.39])
    assert lessons.label_switching(X, em.fit(X, merged, em.StoppingRule(1)), APART) is None, "the matching is ambiguous"
    assert lessons.label_switching(X, switched, em.ExponentialMixture([1], [1])) is None


# -- all together ------------------------------------------------------------------------------------------------------


def test_describe_is_every_lesson_that_applies_and_changes_nothing(broken):
    assert em.describe(X, em.fit(X, APART), APART) == ()
    assert em.describe(X, broken, APART) == (lessons.symmetric_start(X, broken),)
    spiked = em.fit(SPIKED, SPIKE)
    assert em.describe(SPIKED, spiked) == (lessons.spike(SPIKED, spiked),)
    slow = em.fit(AIR.x, AIR.start)
    assert em.describe(AIR.x, slow) == (lessons.one_component(AIR.x, slow), lessons.overlap(AIR.x, slow))


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
def test_describe_is_plain_for_any_run(family, k):
    for seed in range(8):
        rng = np.random.default_rng([k, seed])
        truth = family.from_moments(rng.dirichlet(np.ones(k)), 10 ** rng.uniform(-1, 1, k), 10 ** rng.uniform(-1, 1, k))
        x, _ = truth.sample(60, rng)
        for start in (em.random_start(x, family, k, rng), em.kmeans_start(np.round(x, 1), family, k, rng)):
            for max_iter in (1, 150):
                run = em.fit(x, start, em.StoppingRule(max_iter))
                for text in em.describe(x, run, truth):
                    assert_plain(text)


@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
def test_describe_has_a_sentence_for_identical_components_on_hardly_anything(family):
    for seed in range(150):
        rng = np.random.default_rng(seed)
        x = np.r_[0, 10.0 ** rng.integers(-200, -90, rng.integers(2)), 10.0 ** rng.uniform(-3, 3, rng.integers(2, 9))]
        mean, std = 10.0 ** rng.integers(-200, 1), 10.0 ** rng.uniform(-3, 1)
        start = family.from_moments([0.3, 0.3, 0.4], [mean, mean, x.max()], [std, std, 1])
        run = em.fit(x, start, em.StoppingRule(int(rng.integers(1, 9))))
        for text in em.describe(x, run, start):
            assert_plain(text)


@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
def test_describe_is_empty_for_a_run_that_was_out_of_time_at_once(family):
    run = em.fit([0, 0], family.from_moments([0.4, 0.6], [1, 3], [1, 1]), em.StoppingRule(deadline=0))
    assert em.describe([0, 0], run) == ()


@pytest.mark.parametrize("x", [[2.0], [2.0] * 9, [0.3, 0.1 + 0.2], [0.0, 0.0], [0.0, 1.0]])
@pytest.mark.parametrize("family", [em.ExponentialMixture, em.GaussianMixture])
def test_describe_has_a_sentence_for_data_that_can_hardly_be_fitted(family, x):
    for means in ([1, 1], [0.5, 3]):
        run = em.fit(x, family.from_moments([0.4, 0.6], means, [1, 1]))
        for text in em.describe(x, run, run.mixtures[0]):
            assert_plain(text)
