"""Who may import whom: read from the imports themselves."""

from __future__ import annotations

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = [*ROOT.glob("*/*.py"), *ROOT.glob("em/*/*.py")]
MODULES = {path.relative_to(ROOT).as_posix()[:-3].replace("/", "."): path for path in FILES}
MODULES |= {name: ROOT / f"{name}.py" for name in ("app", "settings")}
VIEWS = {"gaussian_view", "exponential_view", "run_view", "background_view"}

# Each module of the page may import from the rows below its own.
PAGE_LAYERS = [
    {"serving.build"},
    {"app"},
    {"serving.files", "serving.work"},
    {"serving.headers", "serving.health", "serving.robots", "serving.watching"},
    {"settings", "serving.answers", "serving.turns", "serving.visits", "serving.logs"},
    {"components.page", "components.guard", "components.asked"},
    {f"components.{view}" for view in VIEWS},
    {
        "components.explorer",
        "components.studies",
        "components.own_panel",
        "components.take_home",
        "components.share",
        "components.tour",
        "components.background_text",
        "components.figures_text",
    },
    {"components.runs", "components.presets", "components.code", "components.tables"},
    {"components.controls", "components.prose", "components.finished"},
    {"components.figures", "components.link", "components.qr"},
    {"components.options", "components.state", "components.explorer_figures"},
    {"components.sources", "components.own_data", "components.packing", "components.traces"},
    {"components.parameters", "components.ids", "components.theme", "components.words", "components.columns"},
    {"components.grids"},
    {"components.decoding", "components.numerals"},
]
ENGINE = ["em.mixtures", "em.fitting", "em.studies"]
"""Folders of the engine: each imports only from itself and those before it."""


def imports(module: str) -> set[str]:
    """Modules of this project, and top-level names of others, that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                full if (full := f"{node.module}.{alias.name}") in MODULES else node.module for alias in node.names
            }
    return found


def layer(module: str, layers: list[set[str]]) -> int:
    return next(i for i, names in enumerate(layers) if module in names)


def test_every_module_of_the_page_imports_only_from_below():
    known = set().union(*PAGE_LAYERS)
    page = {name for name in MODULES if name.startswith(("components.", "serving."))}
    assert {name for name in page if not name.endswith("__init__")} <= known, "a new module needs a layer"
    for module in known - {"app"}:
        for imported in imports(module) & known:
            assert layer(module, PAGE_LAYERS) < layer(imported, PAGE_LAYERS), f"{module} imports {imported}"


def test_the_engine_imports_only_from_folders_before_its_own_and_in_no_circle():
    modules = [name for name in MODULES if name.startswith("em.") and name != "em.__init__"]
    engine = {name: {one for one in imports(name) if one.split(".")[0] == "em"} for name in modules}
    for module, imported in engine.items():
        folder = module.rpartition(".")[0]
        allowed = ENGINE[: ENGINE.index(folder) + 1] if folder in ENGINE else ENGINE[:1]
        folders = {one if one in ENGINE else one.rpartition(".")[0] for one in imported}
        assert folders <= set(allowed), f"{module} imports {imported}"
    TopologicalSorter(engine).prepare()  # CycleError names a circle


def test_views_never_import_each_other():
    for view in VIEWS:
        assert not imports(f"components.{view}") & {f"components.{other}" for other in VIEWS - {view}}


def test_the_engine_needs_numpy_scipy_and_the_standard_library_only():
    allowed = {"numpy", "scipy", "em"} | set(sys.stdlib_module_names)
    for module in MODULES:
        if module.startswith("em."):
            assert {name.split(".")[0] for name in imports(module)} <= allowed, module


def test_the_page_asks_the_engine_and_the_engine_prints_nothing():
    for module, path in MODULES.items():
        if module.startswith("em."):
            assert "print(" not in path.read_text("utf-8"), module
        if module.startswith("components."):
            assert "numpy" not in imports(module) or module in {"components.runs", "components.studies"}, (
                f"{module} computes"
            )


def test_no_module_of_the_page_has_an_id_of_its_own():
    for module, path in MODULES.items():
        if module.startswith("components."):
            calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
            named = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "id"]
            assert not any(isinstance(one, ast.Constant | ast.JoinedStr) for one in named), f"{module}: see ids.py"


@pytest.mark.parametrize("path", sorted(MODULES.values()), ids=lambda path: path.name)
def test_files_stay_small(path):
    assert len(path.read_text("utf-8").splitlines()) <= (350 if "em" in path.relative_to(ROOT).parts else 400)
