"""Who may import whom: read from the imports themselves."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = {path.relative_to(ROOT).as_posix()[:-3].replace("/", "."): path for path in ROOT.glob("*/*.py")}
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
ENGINE_LAYERS = [
    {"em.__init__"},
    {"em.lessons"},
    {"em.selection", "em.surface"},
    {"em.starts", "em.datasets", "em.bound", "em.restarts"},
    {"em.algorithm", "em.diagnosis"},
    {"em.acceleration", "em.convergence"},
    {"em.passes"},
    {"em.exponential", "em.gaussian", "em.matching", "em.information", "em.nodes"},
    {"em.stopping", "em.mixture"},
    {"em.parameters", "em.divided"},
    {"em.checks"},
]


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


@pytest.mark.parametrize("layers", [PAGE_LAYERS, ENGINE_LAYERS], ids=["page", "engine"])
def test_every_module_imports_only_from_below(layers):
    known = set().union(*layers)
    packages = ("em.",) if "em.checks" in known else ("components.", "serving.")
    present = {name for name in MODULES if name.startswith(packages) and not name.endswith("__init__")}
    assert present <= known, "a new module needs a layer"
    for module in known - {"em.__init__", "app"}:
        for imported in imports(module) & known:
            assert layer(module, layers) < layer(imported, layers), f"{module} imports {imported}"


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
    assert len(path.read_text("utf-8").splitlines()) <= 400
