"""Who may import whom, read from the imports themselves; what `docs/architecture.md` calls the one rule."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests import ROOT

PACKAGES = ("em", "components", "serving", "tools")
FILES = [
    *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")),
    ROOT / "app.py",
    ROOT / "settings.py",
]
MODULES = {
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): path
    for path in FILES
}

RULE = (
    ("em.mixtures",),
    ("em.fitting",),
    ("em.studies", "em.datasets"),
    ("em",),
    ("components.state",),
    ("components.results", "components.figures", "components.controls"),
    ("components.views",),
    ("settings",),
    ("serving",),
    ("app",),
    ("tools",),
)
"""Each floor imports only from those before it, and from its own folder."""


@cache
def imports(module: str) -> frozenset[str]:
    """Modules of this project, and names of others, that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                full if (full := f"{node.module}.{alias.name}") in MODULES else node.module for alias in node.names
            }
    return frozenset(found)


def floor(module: str) -> tuple[int, str]:
    """Number of the floor, and folder, that a module belongs to: those with the longest name that fits."""
    fits = [(i, name) for i, names in enumerate(RULE) for name in names if f"{module}.".startswith(f"{name}.")]
    return max(fits, key=lambda one: len(one[1]))


def test_imports_go_one_way():
    for module in filter(imports, MODULES):
        number, folder = floor(module)
        for imported in imports(module) & MODULES.keys():
            below, other = floor(imported)
            assert below < number or other == folder, f"{module} imports {imported}"


def test_there_is_no_circle():
    TopologicalSorter({module: imports(module) & MODULES.keys() for module in MODULES}).prepare()


def test_the_engine_needs_numpy_scipy_and_the_standard_library_only():
    allowed = {"numpy", "scipy", "em"} | set(sys.stdlib_module_names)
    for module in MODULES:
        if module.startswith("em."):
            assert {name.split(".")[0] for name in imports(module)} <= allowed, module


def test_only_what_is_shown_knows_dash_and_only_results_compute():
    for module in MODULES:
        _, folder = floor(module) if imports(module) else (0, "")
        names = {name.split(".")[0] for name in imports(module)}
        if folder in {"components.state", "components.results"}:
            assert not names & {"dash", "plotly"}, module
        if folder in {"components.figures", "components.controls", "components.views"}:
            assert "numpy" not in names, module


def test_the_engine_prints_nothing():
    for module, path in MODULES.items():
        assert not module.startswith("em") or "print(" not in path.read_text("utf-8"), module


def test_no_module_of_the_page_has_an_id_of_its_own():
    for module, path in MODULES.items():
        if module.startswith("components."):
            calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
            named = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "id"]
            assert not any(isinstance(one, ast.Constant | ast.JoinedStr) for one in named), f"{module}: see ids.py"


@pytest.mark.parametrize("path", sorted(MODULES.values()), ids=lambda path: path.name)
def test_files_stay_small(path):
    assert len(path.read_text("utf-8").splitlines()) <= 350


SCRIPT_RULE = ({"core", "maths"}, {"figures"}, {"explorer", "run"}, {"page"})
"""Folders of `assets/`, as `RULE`."""


def uses(script: Path) -> set[str]:
    """Names in `emlab` that a script uses."""
    return set(re.findall(r"\bemlab\.(\w+)", script.read_text("utf-8")))


def test_scripts_use_only_folders_before_their_own():
    scripts = [path for folder in set().union(*SCRIPT_RULE) for path in (ROOT / "assets" / folder).glob("*.js")]
    assert set(scripts) == {path for path in (ROOT / "assets").rglob("*.js") if "vendor" not in path.parts}
    home = {name: path for path in scripts for name in re.findall(r"^  emlab\.(\w+) = ", path.read_text("utf-8"), re.M)}
    floors = {folder: i for i, folders in enumerate(SCRIPT_RULE) for folder in folders}
    for script in scripts:
        for used in uses(script) & home.keys():
            mine, other = script.parent.name, home[used].parent.name
            assert mine == other or floors[other] < floors[mine], f"{script.name} uses {home[used].name}"
