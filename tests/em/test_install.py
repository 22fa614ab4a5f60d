"""`pip install .`: the engine alone, in a fresh environment."""

from __future__ import annotations

import json
import re
import shutil
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import em
from tests import ROOT

SCRIPT = """
import importlib, importlib.metadata, importlib.util, json, pkgutil
import em

modules = sorted(module.name for module in pkgutil.walk_packages(em.__path__, "em."))
for module in modules:
    importlib.import_module(module)
data = {name: em.datasets.load(name) for name in em.datasets.names()}
waiting = data["faithful-waiting"]
run = em.fit(waiting.x, waiting.start)
print(json.dumps({
    "place": em.__file__,
    "modules": modules,
    "sizes": {name: one.x.size for name, one in data.items()},
    "converged": run.converged,
    "log_likelihood": run.log_likelihood[-1],
    "files": [str(file) for file in importlib.metadata.files("em-lab")],
    "requires": importlib.metadata.requires("em-lab"),
    "others": [name for name in ("components", "serving", "app", "settings") if importlib.util.find_spec(name)],
}))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A new environment with a copy of the project installed; numpy, scipy and setuptools are those of the tests."""
    where = tmp_path_factory.mktemp("install")
    project = where / "project"
    shutil.copytree(ROOT / "em", project / "em", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project)
    for name in ("components", "serving"):  # setuptools must not take these
        (project / name).mkdir()
        (project / name / "__init__.py").touch()
    for name in ("app.py", "settings.py"):
        (project / name).touch()
    venv.create(where / "venv", with_pip=False, symlinks=True)
    python = where / "venv" / "bin" / "python"
    [packages] = (where / "venv").glob("lib/python*/site-packages")
    (packages / "tests.pth").write_text("\n".join(site.getsitepackages()), "utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", str(project)]
    done = subprocess.run([*pip, *offline], cwd=where, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return where / "venv"


@pytest.fixture(scope="module")
def seen(environment):
    """What a script prints in that environment, from another directory."""
    command = [environment / "bin" / "python", "-I", "-W", "error", "-c", SCRIPT]
    done = subprocess.run(command, cwd=environment.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_the_engine_comes_alone(environment, seen):
    assert Path(seen["place"]).is_relative_to(environment)
    top = {Path(file).parts[0] for file in seen["files"]}
    assert {name for name in top if not name.endswith(".dist-info")} == {"em"}
    assert seen["others"] == []


def test_every_module_comes_and_can_be_imported(seen):
    paths = (path.relative_to(ROOT).with_suffix("") for path in ROOT.glob("em/**/*.py"))
    modules = {".".join(path.parts).removesuffix(".__init__") for path in paths}
    assert set(seen["modules"]) == modules - {"em"}


def test_every_data_set_comes_and_a_fit_runs(seen):
    data = {name: em.datasets.load(name) for name in em.datasets.names()}
    assert seen["sizes"] == {name: one.x.size for name, one in data.items()}
    assert seen["converged"]
    assert seen["log_likelihood"] == pytest.approx(data["faithful-waiting"].log_likelihood, abs=1e-5)


def test_numpy_and_scipy_are_all_it_needs(seen):
    assert sorted(re.match(r"[\w-]+", one).group() for one in seen["requires"]) == ["numpy", "scipy"]
