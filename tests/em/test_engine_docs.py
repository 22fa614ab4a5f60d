"""The code in docs/engine.md runs unchanged, and its family is as good as the engine's own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

import em
from tests import ROOT

TEXT = (ROOT / "docs" / "engine.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def names_of(block: str) -> dict[str, object]:
    names: dict[str, object] = {"__name__": __name__}
    exec(block, names)
    return names


def test_the_steps_one_by_one_end_where_a_run_does():
    names = names_of(BLOCKS[0])
    data = em.datasets.load("faithful-waiting")
    run = em.fit(data.x, em.GaussianMixture([0.5, 0.5], [55, 80], [5, 5]), em.StoppingRule(20, 0))
    assert names["mixture"] == run.mixture


def test_the_family_is_whole():
    family = names_of(BLOCKS[1])["LogNormalMixture"]
    x = np.random.default_rng(0).lognormal([0, 2.5], [0.4, 0.6], (300, 2)).ravel()
    run = em.fit(x, em.quantile_start(x, family, 2), em.StoppingRule(5000, 1e-13))
    logs = em.fit(np.log(x), em.quantile_start(np.log(x), em.GaussianMixture, 2), em.StoppingRule(5000, 1e-13))
    assert run.log_likelihood[-1] == pytest.approx(logs.log_likelihood[-1] - np.log(x).sum(), rel=1e-10)
    errors, expected = (em.standard_errors(*pair) for pair in ((x, run.mixture), (np.log(x), logs.mixture)))
    for mine, theirs in zip(errors.parameters.values(), expected.parameters.values(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3)
    assert em.preferred(em.choose(x, family, range(1, 4), n_starts=4)).n_components == 2
    with pytest.raises(ValueError, match="x must be above 0"):
        em.fit([1.0, 0.0], run.mixture)


def test_the_family_works_inside_the_package_too(tmp_path):
    shutil.copytree(ROOT / "em", tmp_path / "em", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "em" / "mixtures" / "log_normal.py").write_text(BLOCKS[1], "utf-8")
    families = tmp_path / "em" / "mixtures" / "__init__.py"
    line = "from em.mixtures.gaussian import GaussianMixture\n"
    text = families.read_text("utf-8").replace(line, line + "from em.mixtures.log_normal import LogNormalMixture\n")
    families.write_text(text.replace("GaussianMixture, Poi", "GaussianMixture, LogNormalMixture, Poi"), "utf-8")
    script = "import em; print(em.FAMILIES['log-normal']([1], [0], [1]).density([1.0]).round(6))"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[0.398942]"]
    assert '"log-normal"' in BLOCKS[1]


def test_the_data_set_loads(tmp_path):
    entry = json.loads(re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)[0])
    data = json.loads((ROOT / "em" / "data" / "deaths.json").read_text("utf-8"))
    assert set(data) - {"values", "counts"} == set(entry) - {"x"}
    shutil.copytree(ROOT / "em", tmp_path / "em", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "em" / "data" / "eggs.json").write_text(json.dumps(entry), "utf-8")
    names = tmp_path / "em" / "datasets.py"
    names.write_text(names.read_text("utf-8").replace('"deaths"', '"deaths", "eggs"'), "utf-8")
    script = """
import em
data = em.datasets.load("eggs")
run = em.fit(data.x, data.start, em.StoppingRule(20_000, 1e-14))
print(run.converged, abs(run.log_likelihood[-1] - data.log_likelihood) < 1e-8, data.published_log_likelihood)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "-18.4927"]


def test_every_call_that_it_names_exists():
    called = set(re.findall(r"\bem\.([A-Za-z_]+)\b(?!/)", TEXT)) - {"mixtures"}
    assert called <= set(em.__all__), called - set(em.__all__)


def test_it_names_exactly_the_files_of_the_engine():
    named = set(re.findall(r"[a-z_]+\.py", TEXT[: TEXT.index("## Adding a family")]))
    there = {path.name for path in ROOT.glob("em/**/*.py")} - {"__init__.py"}
    assert there <= named
    assert named - there <= {"test_layering.py", "test_fast.py"}
