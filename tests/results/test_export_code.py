"""The run as code: script and notebook, executed where the project cannot be imported, repeat the run."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from itertools import chain

import nbclient
import nbformat
import numpy as np
import pytest

import em
from components.results.completed_run import CompletedRun
from components.results.export_code import notebook, script
from tests.test_layering import imports

EXPONENTIAL = em.ExponentialMixture([0.2, 0.3, 0.1, 0.25, 0.15], [0.1, 1, 5, 20, 100])
GAUSSIAN = em.GaussianMixture([0.2, 0.3, 0.1, 0.25, 0.15], [-4, -1, 0.5, 3, 7], [0.5, 1, 0.2, 1, 2])
RELATIVE = 1e-10

NASTY = [
    'x\nimport os; os.mkdir("injected")\n',
    'x\rimport os; os.mkdir("injected")\r',
    '"""\nimport os\n"""',
    "'''\\",
    "\\",
    "x\\\n",
    '"); import os; ("',
    "'); import os; ('",
    "x\u2028import os\u2029import os\x85import os\x0bimport os\x0cimport os\x1cimport os",
    "coding: utf-7",
    "# -*- coding: utf-16 -*-",
    "x\x00y\x1b[2J",
    "\u202ereversed\u202c \u200bhidden",
    "\ud800 alone",
    "$price_{ {x} $$ ${x_title} %s {0} {completed.seed}",
    "<script>alert(1)</script> [click](javascript:alert(1)) ``` $$\\href{javascript:alert(1)}{x}$$",
    "\U0001f642 μ 漢字",
    "x" * 5000,
]


def first(truth, k):
    """The mixture of the first k components."""
    weights = truth.weights[:k] / truth.weights[:k].sum()
    return type(truth)(weights, *(values[:k] for values in list(truth.parameters.values())[1:]))


def drawn(truth, start=None, *, n=400, seed=7, stopping=None):
    x, z = truth.sample(n, np.random.default_rng(seed))
    start = em.quantile_start(x, type(truth), truth.n_components) if start is None else start
    run = em.fit(x, em.break_tie(x, start), stopping or em.StoppingRule(150))
    return CompletedRun("Generated", "Drawn.", "observation x", x, run, z, truth, seed, "http://127.0.0.1:8050/?seed=7")


def given(x, start, stopping=None):
    x = np.asarray(x, dtype=float)
    return CompletedRun("Given", "", "x", x, em.fit(x, start, stopping or em.StoppingRule(150)))


def cases():
    rng = np.random.default_rng(1)
    for truth in (EXPONENTIAL, GAUSSIAN):
        for k in (1, 2, 3, 5):
            one = drawn(first(truth, k))
            yield f"drawn {truth.family} {k}", one
            yield f"given {truth.family} {k}", given(one.x, one.run.mixtures[0])
    yield "tied exponential", drawn(first(EXPONENTIAL, 2), em.ExponentialMixture([0.1, 0.9], [0.5, 0.5]))
    yield "tied Gaussian", drawn(first(GAUSSIAN, 3), em.GaussianMixture([0.2, 0.3, 0.5], [1] * 3, [2] * 3))
    slow = em.ExponentialMixture([0.5, 0.5], [0.5, 1])
    yield "slow", drawn(slow, em.ExponentialMixture([0.1, 0.9], [0.3, 0.6]), n=1000, stopping=em.StoppingRule(3000, 0))
    far = 1e9 + GAUSSIAN.sample(400, rng)[0]
    yield "far from 0", given(far, em.quantile_start(far, em.GaussianMixture, 3))
    many = GAUSSIAN.sample(2500, rng)[0]
    yield "many given", given(many, em.quantile_start(many, em.GaussianMixture, 2))
    one_point = 5 + np.r_[0, rng.normal(8, 1, 40)]
    yield "degenerate on a point", given(one_point, em.GaussianMixture([0.9, 0.1], [13, 5], [1, 2]))
    geyser = em.datasets.load("geyser-duration").x
    yield "degenerate on repeated values", given(geyser, em.quantile_start(geyser, em.GaussianMixture, 5))
    zeros = np.r_[np.zeros(5), 1 + rng.exponential(10, 60)]
    yield "degenerate on zeros", given(zeros, em.ExponentialMixture([0.8, 0.2], [10, 0.1]))
    yield "no iteration: constant", given([2, 2], em.GaussianMixture([0.3, 0.7], [1, 3], [1, 2]))
    yield "no iteration: lost weight", given(rng.normal(size=50), em.GaussianMixture([0.5, 0.5], [0, 1e6], [1, 1]))


CASES = dict(cases())

RUN_ALL = """
import importlib.util, json, runpy, sys
import matplotlib.pyplot as plt

assert not importlib.util.find_spec("em") and not importlib.util.find_spec("components")
ends = []
for path in sys.argv[2:]:
    variables = runpy.run_path(path)
    plt.close("all")
    names = ("x", "trace", "weights", "scales", "means", "stds")
    ends.append({name: [float(v) for v in variables[name]] for name in names if name in variables})
with open(sys.argv[1], "w") as file:
    json.dump(ends, file)
"""


def python(folder, *arguments):
    """The output of a new Python, isolated and in another folder, without numerical warnings."""
    return subprocess.run(
        [sys.executable, "-I", "-W", "error::RuntimeWarning", *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    """Variables at the end of each case's script, all run in one clean process."""
    folder = tmp_path_factory.mktemp("scripts")
    paths = [folder / f"{i}.py" for i in range(len(CASES))]
    for path, completed in zip(paths, CASES.values(), strict=True):
        path.write_text(script(completed), "utf-8")
    python(folder, "-c", RUN_ALL, "ends.json", *paths)
    return dict(zip(CASES, json.loads((folder / "ends.json").read_text()), strict=True))


def assert_repeats(end, completed):
    run = completed.run
    for name, values in run.mixture.parameters.items():
        np.testing.assert_allclose(end[name], values, rtol=RELATIVE, atol=0, err_msg=name)
    np.testing.assert_allclose(end["trace"], run.log_likelihood, rtol=RELATIVE, atol=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_script_repeats_the_run(ends, name):
    assert ends[name]["x"] == CASES[name].x.tolist()
    assert_repeats(ends[name], CASES[name])


def test_the_cases_match_their_names():
    assert CASES["slow"].run.n_iter == 3000
    assert CASES["tied Gaussian"].run.n_iter > 100
    for name, completed in CASES.items():
        assert (completed.run.degenerate is not None) == name.startswith(("degenerate", "no iteration")), name
        assert (completed.run.n_iter == 0) == name.startswith("no iteration"), name


def test_script_names_what_it_repeats_and_prints_the_estimates(tmp_path):
    completed = CASES["drawn exponential 2"]
    source = script(completed)
    (tmp_path / "run.py").write_text(source, "utf-8")
    printed = python(tmp_path, "run.py").splitlines()
    assert float(printed[0].removeprefix("log-likelihood ")) == pytest.approx(completed.run.log_likelihood[-1])
    assert printed[1:] == [f"{name} {values}" for name, values in completed.run.mixture.parameters.items()]
    comments = " ".join(line.removeprefix("# ") for line in source.splitlines() if line.startswith("# "))
    assert f"{completed.title} {completed.source} The run on the page: {completed.link}" in comments
    assert f"at log-likelihood {completed.run.log_likelihood[-1]:.10g}. {completed.run.message}" in comments


@pytest.mark.parametrize("name", CASES)
def test_script_is_readable(name):
    source = script(CASES[name])
    lines = source.splitlines()
    assert max(map(len, lines)) <= 88
    assert len(lines) < (110 if CASES[name].seed is not None else 110 + CASES[name].x.size)
    modules = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {name.split(".")[0] for node in modules for name in names_of(node)} == {"numpy", "scipy", "matplotlib"}


def names_of(node):
    return [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]


def named(text, *, x_title="observation x", link=None):
    completed = CASES["drawn exponential 2"]
    return CompletedRun(text, text, x_title, completed.x, completed.run, None, completed.truth, completed.seed, link)


def tree(source):
    """The syntax tree of a script, read as bytes, since a comment can change the encoding."""
    return ast.dump(ast.parse(source.encode()))


@pytest.mark.parametrize("text", NASTY)
def test_no_title_source_or_link_changes_the_code(text):
    source = script(named(text, link=text))
    assert tree(source) == tree(script(named("plain")))
    assert source.splitlines() == source.removesuffix("\n").split("\n")
    assert all(character.isprintable() or character == "\n" for character in source)


@pytest.mark.parametrize("text", NASTY)
def test_the_axis_title_is_one_literal_in_the_code(text):
    completed = named("plain", x_title=text)
    assert tree(script(completed)).replace(repr(completed.x_title), "'observation x'") == tree(script(named("plain")))


@pytest.mark.parametrize("text", NASTY)
def test_foreign_texts_are_only_in_comments_of_the_notebook(text):
    nasty, plain = (nbformat.reads(notebook(named(t, link=t)), as_version=nbformat.NO_CONVERT) for t in (text, "plain"))
    for cell, expected in zip(nasty.cells, plain.cells, strict=True):
        if cell.cell_type == "markdown":
            assert cell.source == expected.source
        else:
            assert ast.dump(ast.parse(cell.source)) == ast.dump(ast.parse(expected.source))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tied exponential", "degenerate on repeated values"])
def test_notebook_is_valid_and_repeats_the_run(tmp_path, name):
    completed = CASES[name]
    nasty = CompletedRun(
        NASTY[0], NASTY[1], "$x_{$ {x}", completed.x, completed.run, truth=completed.truth, seed=completed.seed
    )
    book = nbformat.reads(notebook(nasty), as_version=nbformat.NO_CONVERT)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    last = "import importlib.util, json\nassert not importlib.util.find_spec('em')\n"
    names = ", ".join(f"'{name}': [float(v) for v in {name}]" for name in ("trace", *completed.run.parameters))
    book.cells.append(nbformat.v4.new_code_cell(f"{last}print(json.dumps({{{names}}}))"))
    nbclient.NotebookClient(book, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert_repeats(json.loads(book.cells[-1].outputs[0].text), completed)
    assert any("image/png" in output.get("data", {}) for output in book.cells[-2].outputs)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["drawn exponential 3", "given gaussian 3"])
def test_notebook_is_the_script_in_cells_with_the_formulas_of_both_steps(name):
    cells = json.loads(notebook(CASES[name]))["cells"]
    code = ast.parse("\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code"))
    of_script = ast.parse(script(CASES[name]))
    del of_script.body[0]  # its docstring
    assert ast.dump(code) == ast.dump(of_script)
    text = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    assert "$$q_k(n) = " in text
    assert (r"\lambda_k = \frac{1}{N_k}" if "exponential" in name else r"\sigma_k^2 = \frac{1}{N_k}") in text


def test_exports_are_written_without_the_page_and_its_server():
    modules = tuple(f"components.results.{name}" for name in ("export_code", "export_tables", "completed_run"))
    needed = {name.split(".")[0] for name in chain.from_iterable(map(imports, modules))}
    assert needed <= {"em", "components", "numpy"} | set(sys.stdlib_module_names)


@pytest.mark.slow
@pytest.mark.parametrize("truth", [EXPONENTIAL, GAUSSIAN], ids=["exponential", "gaussian"])
def test_an_accelerated_run_is_repeated_by_em_and_says_so(truth, tmp_path):
    x, z = first(truth, 2).sample(400, np.random.default_rng(7))
    start = em.quantile_start(x, type(truth), 2)
    run = em.fit(x, start, em.StoppingRule(1000, 1e-12), "accelerated")
    text = script(CompletedRun("Generated", "", "x", x, run, z, first(truth, 2), 7))
    assert "accelerated" in text
    assert "Here it is EM alone, which takes longer" in " ".join(text.replace("\n# ", " ").split())
    (tmp_path / "run.py").write_text(text, "utf-8")
    python(tmp_path, "-c", RUN_ALL, "ends.json", "run.py")
    (found,) = json.loads((tmp_path / "ends.json").read_text())
    assert found["trace"][-1] == pytest.approx(run.log_likelihood[-1], abs=2e-11 * x.size)
    errors = em.standard_errors(x, run.mixture).parameters
    for name, values in run.mixture.parameters.items():
        assert (np.abs(np.array(found[name]) - values) < 1e-3 * errors[name]).all()
