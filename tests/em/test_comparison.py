"""Sentences about many starts and about the number of components: every claim recomputed over random data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

import em
from em import lessons
from em.studies.admissible import Limits

FAMILIES = (em.GaussianMixture, em.ExponentialMixture, em.PoissonMixture)
STOPS = (em.StoppingRule(400), em.StoppingRule(400), em.StoppingRule(8), em.StoppingRule(60, 1e-6))
NUMBER = r"(-?[\d,]+(?:\.\d+)?(?:e[+-]\d+)?)"


def value(text: str) -> float:
    return float(text.replace(",", ""))


def is_spike(x: em.Floats, mixture: em.Mixture) -> bool:
    """The rule as the page explains it, written independently."""
    if mixture.n_components == 1:
        return False
    near = mixture._component_distances() < 0.1
    n_eff = [sum(mixture.weights[near[k]]) * len(x) for k in range(mixture.n_components)]
    few = bool(min(n_eff) < 5)
    if isinstance(mixture, em.PoissonMixture):
        return few
    stds = mixture.stds if isinstance(mixture, em.GaussianMixture) else mixture.parameters["scales"]
    gaps = [b - a for a, b in pairwise(sorted(set(x)))]
    if not isinstance(mixture, em.GaussianMixture):
        return few or bool(min(stds) < min(gaps, default=0) / 12**0.5)
    step = np.percentile(gaps, 10) if gaps else 0
    heap = any(std < step and n < 20 for std, n in zip(stds, n_eff, strict=True))
    return few or bool(heap) or bool(min(stds) < max(step / 12**0.5, 0.02 * np.std(x)))


def samples(n: int) -> Iterator[tuple[int, type[em.Mixture], em.Floats]]:
    """Random data from one to three components; some are rounded, tiny, symmetric or have an outlier."""
    for seed in range(n):
        rng, family = np.random.default_rng(seed), FAMILIES[seed % 3]
        k, size = int(rng.integers(1, 4)), int(rng.choice([6, 15, 40, 120, 300]))
        truth = family.from_moments(
            rng.dirichlet(np.full(k, 3)), np.sort(rng.uniform(2, 12, k)), rng.uniform(0.3, 2, k)
        )
        x, _ = truth.sample(size, rng)
        match seed % 5:
            case 0:
                x = np.abs(np.round(x))
            case 1 if family is em.GaussianMixture:
                side, middle = rng.normal(3, 0.1, 20), rng.normal(0, 0.1, 4)
                x = np.r_[-side, middle, -middle, side]
            case 2:
                x = np.r_[x, 60]
            case 3 if family is em.GaussianMixture:
                x = np.concatenate([rng.normal(centre, 0.7, 25) for centre in rng.uniform(0, 20, 5)])
        yield seed, family, x


def found_of(seed: int, family: type[em.Mixture], x: em.Floats) -> em.Restarts | None:
    """The ends of eight starts and of their mirror images; None if no start is possible."""
    rng, k = np.random.default_rng(seed), 1 + seed // 3 % 5
    try:
        starts = [(em.random_start, em.kmeans_start)[i % 2](x, family, k, rng) for i in range(8)]
    except ValueError:
        return None
    if family is em.GaussianMixture and k == 2:
        starts += [em.GaussianMixture([0.3, 0.7], [3 * side, -1.5 * side], [0.2, 2]) for side in (1, -1)]
    return em.restarts(x, starts, STOPS[seed % len(STOPS)])


def fates(x: em.Floats, found: em.Restarts) -> Counter[str]:
    """The result of each run, from its end alone."""
    proper = [r for r in found.runs if r.reason is not em.StopReason.DEGENERATE and not is_spike(x, r.mixture)]
    best = max(proper, key=lambda run: run.log_likelihood[-1], default=None)
    fates = Counter(spike=len(found.runs) - len(proper))
    fates["degenerate"] = sum(run.reason is em.StopReason.DEGENERATE for run in found.runs)
    fates["spike"] -= fates["degenerate"]
    for run in proper:
        if run.converged:
            fates["as high" if best.log_likelihood[-1] - run.log_likelihood[-1] < 0.001 else "lower"] += 1
        else:
            fates["unfinished"] += 1
    return fates


def check_spikes(x: em.Floats, found: em.Restarts) -> None:
    """Exactly the spikes are called spikes, and the numbers about them are right."""
    for run in found.runs:
        words = Limits.of(x, type(run.mixture)).spike(run.mixture)
        assert (words is not None) is is_spike(x, run.mixture), run.mixture
        if words:
            near = run.mixture._component_distances() < 0.1
            n_eff, std = min(near @ run.mixture.weights) * len(x), min(run.mixture._component_stds())
            amounts = {"rests on": [n_eff], "has a": [std], "component on": near @ run.mixture.weights * len(x)}
            (expected,) = (them for what, them in amounts.items() if what in words.replace("fewer than 20, has a", ""))
            assert any(value(re.search(NUMBER, words)[1]) == pytest.approx(one, rel=0.06) for one in expected)


@pytest.mark.slow
def test_sentences_about_the_ends_of_starts_are_true():
    seen: Counter[str] = Counter()
    for seed, family, x in samples(300):
        found = found_of(seed, family, x)
        if found is None:
            continue
        check_spikes(x, found)
        sentence = lessons.local_optimum(found)
        patterns = {
            "spike": rf"{NUMBER} came to a spike",
            "degenerate": rf"{NUMBER} ended degenerate",
            "trapped": rf"{NUMBER} ended lower, trapped in a local optimum",
            "unfinished": rf"{NUMBER} ended lower and had not converged",
            "reached": rf"^{NUMBER} of [\d,]+ starts? reached",
            "equal": rf"{NUMBER} came as high with another density",
        }
        found_in = {what: re.search(pattern, sentence) for what, pattern in patterns.items()}
        counts = {what: int(value(match[1])) if match else 0 for what, match in found_in.items()}
        seen.update(what for what, n in counts.items() if n)
        truth = fates(x, found)
        assert counts["spike"] == truth["spike"], (seed, sentence)
        assert counts["degenerate"] == truth["degenerate"], (seed, sentence)
        assert sum(counts.values()) == len(found.runs) == truth.total()
        if not found.optima:
            assert not counts["reached"]
            continue
        best, levels = found.optima[0], [run.log_likelihood[-1] for run in found.runs]
        proper = [
            level
            for run, level in zip(found.runs, levels, strict=True)
            if run.reason is not em.StopReason.DEGENERATE and not is_spike(x, run.mixture)
        ]
        assert f"{max(proper):.3f}" in sentence
        assert ("but had not converged" in sentence) is not best.converged
        assert bool(max(levels) > max(proper)) is ("not counting spikes" in sentence), (seed, sentence)
        loose = re.search(rf"found[^;]*, or up to {NUMBER} lower", sentence)
        lowest = max(proper) - (value(loose[1]) if loose else 0.001)
        assert sum(level >= lowest - 0.01 * (max(proper) - lowest) for level in proper) >= counts["reached"]
        if best.converged:
            assert counts["unfinished"] == truth["unfinished"]
            assert loose or counts["reached"] + counts["equal"] == truth["as high"], (seed, sentence)
        else:
            assert counts["reached"] + counts["unfinished"] == truth["unfinished"], (seed, sentence)
            assert counts["equal"] + counts["trapped"] == truth["as high"] + truth["lower"]
        for level, gap in re.findall(rf"(?:at|to) {NUMBER} \((?:up to )?{NUMBER} lower\)", sentence):
            assert value(gap) == pytest.approx(max(proper) - value(level), rel=0.01, abs=0.001)
            assert any(abs(one - value(level)) < 6e-4 for one in proper)
    assert min(seen[what] for what in patterns) >= 5, seen


@pytest.mark.slow
def test_sentences_about_the_number_of_components_are_true():
    seen: Counter[str] = Counter()
    for seed, family, x in samples(60):
        try:
            stopping = em.StoppingRule(2) if seed % 7 == 0 else None
            candidates = em.choose(x, family, range(1, 6), n_starts=1 + seed % 4, seed=seed, stopping=stopping)
        except ValueError:
            continue
        sentence = lessons.model_choice(candidates)
        proper = [one for one in candidates if not one.degenerate]
        for name in ("BIC is", "AIC"):
            k, score = re.search(rf"{name} (?:lowest )?with K = (\d) \({NUMBER}\)", sentence).groups()
            scores = {one.n_components: getattr(one, name[:3].lower()) for one in proper}
            assert value(score) == pytest.approx(scores[int(k)], abs=0.006)
            assert scores[int(k)] <= min(scores.values()) + 1e-9 * abs(scores[int(k)])
        only_spikes = {str(one.n_components) for one in candidates if one.n_long == 0}
        values = [one.log_likelihood for one in proper]
        idle = {
            str(two.n_components)
            for one, two in pairwise(proper)
            if two.log_likelihood - one.log_likelihood < 0.001 and two.n_long
        }
        clauses = {
            "spikes": (r"With K = ([\d, and]+) only spikes", only_spikes),
            "idle": (r"K = ([\d, and]+) gained less", idle),
        }
        for what, (words, expected) in clauses.items():
            match = re.search(words, sentence)
            assert set(re.findall(r"\d", match[1]) if match else ()) == expected, (seed, sentence)
            seen[what] += bool(match)
        assert (np.diff(values) > -1e-9 * abs(values[0])).all()
        cut_off = {str(one.n_components) for one in proper if one.run.reason.value in ("max_iter", "out_of_time")}
        match = re.search(r"[Tt]he fits? with K = ([\d, and]+) had not converged", sentence)
        assert set(re.findall(r"\d", match[1]) if match else ()) == cut_off, (seed, sentence)
        seen["cut off"] += bool(match)
        for k, best, total in re.findall(r"K = (\d) \(by (\d+) of (\d+) run", sentence):
            one = next(one for one in proper if one.n_components == int(k))
            assert (int(best), int(total)) == (one.n_best, one.n_long)
            assert int(best) < 3
            seen["few"] += 1
        for one in proper:
            assert one.n_best == 0 or not is_spike(x, one.run.mixture)
    assert min(seen[what] for what in ("spikes", "idle", "few", "cut off")) >= 3, seen


def nudged(mixture: em.Mixture, rng: np.random.Generator) -> em.Mixture:
    """Every parameter changed a little at random."""
    size = mixture._component_stds()
    moved = {
        name: array + 0.003 * rng.standard_normal(array.size) * (size if name == "means" else array)
        for name, array in mixture.parameters.items()
    }
    moved["weights"] = np.abs(moved["weights"]) / np.abs(moved["weights"]).sum()
    return type(mixture)(**moved)


@pytest.mark.slow
def test_no_step_leads_up_from_the_end_of_a_trapped_start():
    tried = 0
    for seed, family, x in samples(300):
        found = found_of(seed, family, x)
        if found is None or "trapped" not in lessons.local_optimum(found):
            continue
        rng, best = np.random.default_rng(seed), found.optima[0].log_likelihood
        for end in found.optima[1:]:
            if end.converged and best - end.lowest >= 0.001:
                for _ in range(4):
                    again = em.fit(x, nudged(end.mixture, rng), em.StoppingRule(2000))
                    assert again.log_likelihood[-1] <= end.log_likelihood + 0.001, (seed, end)
                tried += 1
    assert tried >= 15


def test_the_sentence_on_the_galaxies_counts_the_starts_of_each_end():
    x, rng = em.datasets.load("galaxies").x, np.random.default_rng(0)
    found = em.restarts(x, [em.random_start(x, em.GaussianMixture, 2, rng) for _ in range(50)])
    best, local = found.optima
    (spike,) = found.spikes
    assert lessons.local_optimum(found) == (
        f"{best.count} of 50 starts reached the highest log-likelihood found, -220.058; {local.count} ended lower, "
        f"trapped in a local optimum at -220.243 (0.185 lower); {spike.count} came to a spike "
        "(at the highest, -236.875, a component rests on 2.8 observations, fewer than 5)."
    )


def test_model_choice_gives_what_bic_and_aic_prefer():
    air = em.datasets.load("air-conditioning")
    one, two = em.choose(air.x, air.family, [1, 2])
    assert lessons.model_choice([one, two]) == "BIC is lowest with K = 1 (2198.26), AIC with K = 2 (2193.97)."
    assert "BIC is lowest with K = 2" in lessons.model_choice([two])


def test_model_choice_says_where_only_spikes_were_found():
    x = np.r_[np.linspace(0, 1e-9, 20), 9, 10, 11]  # two Gaussians: one can only shrink, or has three observations
    one, two, three = em.choose(x, em.GaussianMixture, [1, 2, 3])
    assert lessons.model_choice([one, two, three]) == (
        f"BIC is lowest with K = 1 ({one.bic:.2f}), AIC with K = 1 ({one.aic:.2f}). "
        "With K = 2 and 3 only spikes and degenerate ends were found."
    )
    assert f"AIC with K = 1 ({one.aic:.2f})" in lessons.model_choice([two, one])
    assert two.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-12)
    with pytest.raises(ValueError, match="not degenerate"):
        lessons.model_choice([em.choose([1.0, 1.0, 1.0, 5.0], em.GaussianMixture, [1, 2])[1]])
