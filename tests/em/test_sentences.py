"""Every claim of the sentences about a run equals a naive computation, over random runs of every kind."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import numpy as np
import pytest

import em
from em.mixtures.checks import in_order
from em.sentences.lessons import LESSONS, overlap
from tests.claims import CHECKS, PATTERNS
from tests.naive import log_likelihood
from tests.runs import odd_runs, random_runs

ALWAYS = 10
"""Each kind of sentence must occur at least this often, each optional clause at least twice."""


CUT_OFF = ("exactly", "limit", "time")


def sentences(run, x, truth):
    """Every sentence about a run with its possible kinds; those on ties and failures are tested elsewhere."""
    if run.reason not in (em.StopReason.STATIONARY_START, em.StopReason.DEGENERATE):
        yield ("converged", *CUT_OFF), run.message
    for lesson in LESSONS:
        if (text := lesson(x, run, truth)) is not None:
            yield (lesson.__name__,), text


@pytest.mark.slow
def test_every_claim_holds_in_random_runs_of_every_kind_and_every_clause_occurs():
    counts = Counter()
    for kind, x, run, truth in random_runs(1500, seed=1):
        for kinds, text in sentences(run, x, truth):
            found = [(name, match) for name in kinds if (match := re.fullmatch(PATTERNS[name], text))]
            assert len(found) == 1, f"no pattern has all of this: {text}"
            name, match = found[0]
            try:
                CHECKS[name](match, x, run, truth)
            except AssertionError as error:
                raise AssertionError(f"{kind}: {text}\n{error}") from error
            counts.update([name, *(_clause(name, group) for group, value in match.groupdict().items() if value)])
    clauses = {_clause(name, group) for name in PATTERNS for group in re.compile(PATTERNS[name]).groupindex}
    assert [name for name in PATTERNS if counts[name] < ALWAYS] == []
    assert [clause for clause in clauses if counts[clause] < 2] == []


def _clause(kind, group):
    """A clause of a sentence; messages of runs that were cut off share their clauses."""
    return f"{'cut off' if kind in CUT_OFF else kind}: {group}"


@pytest.mark.slow
def test_sentences_about_an_own_family_are_complete_too():
    counts = Counter()
    for _, x, run, truth in odd_runs(150):
        for kinds, text in sentences(run, x, truth):
            found = [name for name in kinds if re.fullmatch(PATTERNS[name], text)]
            assert found, text
            counts.update(found)
    assert min(counts[name] for name in ("converged", "limit", "symmetric_start", "unequal_sizes")) >= 3
    assert counts["spike"] == 0, "whether its likelihood is bounded is not known"


@pytest.mark.slow
def test_a_slow_run_takes_as_many_iterations_for_a_digit_as_it_says():
    ratios = []
    for kind, x, run, truth in random_runs(400, seed=3):
        if "overlapping" not in kind or (text := overlap(x, run, truth)) is None:
            continue
        takes = int(re.search(r"takes (\d+) iteration", text)[1])
        top = em.fit(x, run.mixture, em.StoppingRule(5000, 1e-14), "accelerated").log_likelihood[-1]
        later = run.mixture
        for record in islice(em.iterate(x, run.mixture), takes + 1):
            later = record.mixture
        ratios.append((top - log_likelihood(x, later)) / (top - log_likelihood(x, run.mixture)))
    assert len(ratios) >= 4
    np.testing.assert_allclose(ratios, 0.1, rtol=0.3)


def test_two_numbers_in_order_are_shown_in_order():
    assert in_order(0.123, 5.0) == ("0.123", "5")
    assert in_order(9.996e-9, 1e-8, digits=2) == ("9.996e-09", "1e-08")
    assert in_order(2.0, 2.0) == ("2.0", "2.0")
