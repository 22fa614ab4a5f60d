"""Which module may import which, from the imports themselves: the one rule of `docs/architecture.md`."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs_version

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
ASSETS = ROOT / "assets"
SCRIPTS = sorted(path for path in ASSETS.rglob("*.mjs") if "vendor" not in path.parts)

RULE = (
    ("em.mixtures",),
    ("em.fitting",),
    ("em.studies", "em.datasets"),
    ("em.sentences",),
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
    """Modules of this project, and names of others, that a module imports when it runs (not for type checkers only)."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    typing = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    left_out = {id(node) for block in typing for node in ast.walk(block)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                full if (full := f"{node.module}.{alias.name}") in MODULES else node.module for alias in node.names
            }
    return frozenset(found)


def neighbours(module: str) -> frozenset[str]:
    """Modules of this project that a module imports; the search ends at a package's `__init__`."""
    return frozenset() if MODULES[module].name == "__init__.py" else imports(module) & MODULES.keys()


@cache
def longest_chain(module: str) -> tuple[str, ...]:
    """The longest chain of imports from a module."""
    return (module, *max((longest_chain(one) for one in neighbours(module)), key=len, default=()))


def floor(module: str) -> tuple[int, str]:
    """Number of the floor, and folder, of a module: the longest name that fits."""
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


def test_no_chain_of_imports_is_long_and_no_folder_large():
    chain = max(map(longest_chain, MODULES), key=len)
    print(f"{len(RULE)} floors; the longest chain has {len(chain)} modules: {' <- '.join(reversed(chain))}")
    assert len(chain) <= 12
    folders = Counter(path.parent.relative_to(ROOT).as_posix() for path in MODULES.values() if path.stem != "__init__")
    folders += Counter(path.parent.relative_to(ROOT).as_posix() for path in SCRIPTS)
    print(f"the largest folders: {folders.most_common(3)}")
    assert max(folders.values()) <= 12
    for module in MODULES:
        used = {one for one in imports(module) & MODULES.keys() if one.startswith("em.")}
        assert module.startswith("em") or used <= {"em.studies"}, f"{module} imports from em what em does not export"


def test_the_engine_needs_numpy_scipy_and_the_standard_library_only():
    allowed = {"numpy", "scipy", "em"} | set(sys.stdlib_module_names)
    for module in MODULES:
        if module.startswith("em."):
            assert {name.split(".")[0] for name in imports(module)} <= allowed, module


def test_only_figures_controls_and_views_import_dash_and_only_results_import_numpy():
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


OTHERS = [path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]


@pytest.mark.parametrize("path", sorted([*MODULES.values(), *OTHERS]), ids=lambda path: path.name)
def test_files_stay_small(path):
    assert len(path.read_text("utf-8").splitlines()) <= (400 if path in OTHERS else 350)


# -- modules of the browser --------------------------------------------------------------------------------------------

SCRIPT_RULE = (("core", "maths"), ("figures",), ("explorer", "run"), ("run/figures",), ("page",), ("",))
"""Folders of `assets/`, as `RULE`; the last has main.mjs only."""

IMPORT = re.compile(r'^(?:import|export) (?:[^;"]*? from )?"([^"]+)";', re.M)


def imported(script: Path) -> set[Path]:
    """Modules that a module imports before it runs."""
    return {(script.parent / name).resolve() for name in IMPORT.findall(script.read_text("utf-8"))}


def script_folder(script: Path) -> str:
    return script.relative_to(ASSETS).parent.as_posix().removeprefix(".")


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Circles in a graph, one for each import that closes one."""
    found, done = [], set()

    def visit(node: str, path: list[str]) -> None:
        if node in path:
            found.append([*path[path.index(node) :], node])
        elif node not in done:
            for following in sorted(graph[node]):
                visit(following, [*path, node])
            done.add(node)

    for node in graph:
        visit(node, [])
    return found


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c", "a"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_modules_of_the_browser_import_only_from_folders_before_their_own():
    floors = {folder: i for i, folders in enumerate(SCRIPT_RULE) for folder in folders}
    assert {script_folder(script) for script in SCRIPTS} == floors.keys()
    for script in SCRIPTS:
        mine = script_folder(script)
        for other in imported(script):
            assert other in SCRIPTS, f"{script.name} imports {other}, which does not exist"
            below = script_folder(other)
            assert mine == below or floors[below] < floors[mine], f"{script.name} imports {other.name}"


def test_modules_of_the_browser_have_no_circle():
    graph = {
        script.relative_to(ASSETS).as_posix(): {one.relative_to(ASSETS).as_posix() for one in imported(script)}
        for script in SCRIPTS
    }
    found = circles(graph)
    print(f"{len(graph)} modules, {sum(map(len, graph.values()))} imports, {len(found)} circles")
    assert [" -> ".join(circle) for circle in found] == []


def test_the_browser_runs_every_module_and_only_main_writes_what_tests_and_dash_use():
    reached, waiting = set(), {ASSETS / "main.mjs"}
    while waiting:
        script = waiting.pop()
        reached.add(script)
        waiting |= imported(script) - reached
    assert reached == set(SCRIPTS)
    for script in SCRIPTS:
        assert script.name == "main.mjs" or not re.search(r"\bemlab\b", script.read_text("utf-8")), script.name


def test_one_module_knows_the_insides_of_plotly_and_of_which_version():
    inside = re.compile(r"[.{] ?_[a-z]\w*|\bd2p\b")
    knowing = [
        script
        for script in SCRIPTS
        if inside.search(re.sub(r"//[^\n]*|/\*.*?\*/", "", script.read_text("utf-8"), flags=re.S))
    ]
    assert knowing == [ASSETS / "figures" / "paths.mjs"]
    assert f"plotly.js {get_plotlyjs_version()} " in knowing[0].read_text("utf-8")


@pytest.mark.parametrize("path", [*SCRIPTS, ASSETS / "start.js"], ids=lambda path: path.name)
def test_scripts_stay_small(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 350
    assert max(map(len, lines)) <= 120
