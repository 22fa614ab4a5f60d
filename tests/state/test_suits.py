"""Which families suit somebody's own values, and why others do not, in words."""

from __future__ import annotations

import pytest

import em
from components.state.sources import suits


@pytest.mark.parametrize(
    ("values", "exponential", "gaussian"),
    [
        ([1.5, 2.5], None, None),
        ([0, 0, 3], None, None),
        ([], "There are no values: a mixture needs at least two.", "There are no values"),
        ([3], "There is only one value: a mixture needs at least two.", "There is only one value"),
        ([0, 0], "All 2 values are 0: a mixture needs at least two different values.", "All 2 values are 0"),
        ([2.5] * 1200, "All 1,200 values are 2.5: ", "All 1,200 values are 2.5: "),
        ([-2, -2], "All 2 values are -2: ", "All 2 values are -2: "),
        ([1, -2, 3, -4.5], "2 of the 4 values are negative, the smallest -4.5: ", None),
        ([1, -2], "1 of the 2 values is negative, the smallest -2: ", None),
        ([1, 1e13], "The value 1e+13 is beyond ±1e+12: ", "The value 1e+13 is beyond ±1e+12: "),
        ([1, 1e-13], "The value 1e-13 is not 0, but nearer to it than 1e-12: ", "The value 1e-13 is not 0"),
        ([1, float("nan")], "The value nan is ", "The value nan is "),
        ([1, -float("inf")], "The value -inf is ", "The value -inf is "),
    ],
    ids=str,
)
def test_families_that_do_not_suit_are_refused_in_words(values, exponential, gaussian):
    for family, words in ((em.ExponentialMixture, exponential), (em.GaussianMixture, gaussian)):
        message = suits(values, family)
        if words is None:
            assert message is None
            assert em.fit(values, em.quantile_start(values, family, 2)).message
        else:
            assert message.startswith(words)
            assert message.endswith(".")
    if exponential and not gaussian:
        assert suits(values, em.ExponentialMixture).endswith("Choose a Gaussian mixture.")


def test_the_engine_decides_last(monkeypatch):
    def refuse(x):
        raise ValueError("x must be something else")

    monkeypatch.setattr(em.GaussianMixture, "check_spread", refuse)
    assert suits([-1, 2], em.GaussianMixture) == "These values cannot be fitted: x must be something else."
