"""A run as code that repeats it: a Python script and a Jupyter notebook with numpy, scipy and matplotlib only.

Both consist of the same cells. The formulas and their order of operations are the engine's: a slow run, or one that
leaves a saddle, would amplify a difference in the last digit. What the engine does when squares of observations
overflow or underflow is left out.
"""

from __future__ import annotations

import json
import math
import textwrap
from dataclasses import dataclass
from string import Template
from typing import Any

import em
from components.results.bins import bins
from components.results.completed_run import CompletedRun
from components.state.families import CARDS

SHORT, LIMIT = 1e-11, 100_000
"""EM alone repeats an accelerated run: how far below its mean log-likelihood it may end, and its most iterations."""
UNTIL_AS_HIGH = "which takes longer, until the log-likelihood is as high to 11 decimals an observation"
WIDTH = 88
"""Columns of the exported code."""


@dataclass(frozen=True)
class _Cell:
    """A step of the program: its heading, what a notebook says about it, and its code."""

    heading: str
    text: str
    code: str


_IMPORTS = """\
import matplotlib.pyplot as plt
import numpy as np
from scipy.special import logsumexp, softmax
"""

_DRAWN = Template("""\
$truth
rng = np.random.default_rng($seed)
z = rng.choice($k, size=$n, p=true_weights)  # the component of each observation
x = $draw
""")

_MODEL = Template('''\
$log_density

def log_joint(x, $parameters):
    """log(weights[k] f(x[n] | k)), shaped as log_density."""
    return np.log(weights)[:, None] + log_density(x, $own)


def log_likelihood(x, $parameters):
    """The sum over n of log p(x[n]), where p is the density of the mixture."""
    return logsumexp(log_joint(x, $parameters), axis=0).sum()
''')

_E_STEP = Template('''\
def e_step(x, $parameters):
    """Responsibilities q[k, n]: the probability that x[n] came from component k."""
    return softmax(log_joint(x, $parameters), axis=0)
''')

_RUN = Template("""\
$start

$ending
$loop
    q = e_step(x, $parameters)
    $parameters = m_step(x, q)
    trace.append(log_likelihood(x, $parameters))

print("log-likelihood", trace[-1])
$prints
""")

_AS_OFTEN = Template("""\
iterations = $iterations

trace = [log_likelihood(x, $parameters)]
for _ in range(iterations):""")

_UNTIL_AS_HIGH = Template("""\
reached = $reached - $short * x.size

trace = [log_likelihood(x, $parameters)]
while trace[-1] < reached and len(trace) < $limit:""")

_FIGURE = Template("""\
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")

heights, _, _ = left.hist(
    x, $bins,
    density=True, color="lightgrey",
)
grid = np.linspace(x.min(), x.max(), 1000)
components = np.exp(log_joint(grid, $parameters))
left.plot(grid, components.sum(axis=0), color="black", label="mixture")
for k, component in enumerate(components):
    left.plot(grid, component, linestyle="--", label=f"component {k}")
left.set_ylim(0, 1.5 * heights.max())  # a component may be much narrower than a bin
left.set_xlabel($x_title, parse_math=False)
left.set_ylabel("density")
left.legend()

right.plot(trace, marker=".")
right.set_xlabel("iteration")
right.set_ylabel("log-likelihood")

plt.show()
""")


def script(completed: CompletedRun) -> str:
    """Write a Python script that repeats the run.

    The script prints the estimates and shows a figure. At its end the variables ``weights`` and ``scales``, or
    ``means`` and ``stds``, are the run's estimates, and ``trace`` has the log-likelihoods.
    """
    opening = f'"""{_title(completed)}: a run of EM Lab, repeated."""\n\n{_IMPORTS}'
    return "\n\n".join([opening, *(f"{_ruled(cell.heading)}\n{cell.code}" for cell in _cells(completed))])


def notebook(completed: CompletedRun) -> str:
    """Write a Jupyter notebook (format 4.5, JSON): the cells of `script`, with the formulas between them."""
    sources = [("markdown", f"# {_title(completed)}\n\nA run of EM Lab, repeated."), ("code", _IMPORTS)]
    for cell in _cells(completed):
        sources += [("markdown", f"## {cell.heading}\n\n{cell.text}"), ("code", cell.code)]
    return json.dumps(
        {
            "cells": [_notebook_cell(i, kind, source.strip()) for i, (kind, source) in enumerate(sources)],
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )


def _notebook_cell(index: int, kind: str, source: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": f"cell-{index}", "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def _title(completed: CompletedRun) -> str:
    mixture = completed.run.mixture
    components = "component" if mixture.n_components == 1 else "components"
    return f"EM for a mixture of {mixture.n_components} {CARDS[mixture.family].code.adjective} {components}"


def _cells(completed: CompletedRun) -> list[_Cell]:
    run, mixture = completed.run, completed.run.mixture
    family = CARDS[mixture.family].code
    reached = float(run.log_likelihood[-1])
    accelerated = run.method == em.ACCELERATED and math.isfinite(reached)
    until = UNTIL_AS_HIGH if accelerated else "as often as EM Lab did"
    note = f" Here it is EM alone, {UNTIL_AS_HIGH}." if accelerated else ""
    names = {"parameters": ", ".join(mixture.parameter_names), "own": ", ".join(mixture.parameter_names[1:])}
    loop = (_UNTIL_AS_HIGH if accelerated else _AS_OFTEN).substitute(
        names, iterations=run.n_iter, reached=repr(reached), short=SHORT, limit=LIMIT
    )
    return [
        _data(completed),
        _Cell(
            "The model",
            "Observation $x_n$ comes from component $k$ with probability $\\pi_k$. The density of the mixture is\n\n"
            rf"$$p(x) = \sum_k \pi_k\, f(x \mid k), \qquad {family.density}.$$",
            _MODEL.substitute(names, log_density=family.log_density),
        ),
        _Cell(
            "E-step",
            "The responsibility of component $k$ for observation $x_n$:\n\n"
            r"$$q_k(n) = \frac{\pi_k f(x_n \mid k)}{\sum_j \pi_j f(x_n \mid j)}$$"
            "\n\nIt is a softmax of log joint densities: logarithms, since far out the densities themselves are 0.",
            _E_STEP.substitute(names),
        ),
        _Cell(
            "M-step",
            "The best parameters at fixed responsibilities:\n\n"
            rf"$$N_k = \sum_n q_k(n), \qquad \pi_k = \frac{{N_k}}{{N}}, \qquad {family.estimates}$$",
            family.m_step,
        ),
        _Cell(
            "The run",
            f"From the start, E-step and M-step in turn, {until}. The log-likelihood never falls.",
            _RUN.substitute(
                names,
                start=_assignments(run.mixtures[0].parameters),
                ending=_comment(
                    f"In EM Lab the run ended at log-likelihood {run.log_likelihood[-1]:.10g}. {run.message}{note}"
                ),
                loop=loop,
                prints="\n".join(f'print("{name}", {name})' for name in mixture.parameter_names),
            ),
        ),
        _Cell(
            "Figure",
            "Left the data and the fitted mixture, right the log-likelihood over the iterations.",
            _FIGURE.substitute(names, x_title=_literal(completed.x_title), bins=_bins(completed.x)),
        ),
    ]


def _data(completed: CompletedRun) -> _Cell:
    # Text of others is written as comments: Markdown would make links or HTML of it. It comes after the first two lines
    # of the script: there a comment can name another encoding.
    lines = (completed.title, completed.source, completed.link and f"The run on the page: {completed.link}")
    comments = "".join(f"{_comment(line)}\n" for line in lines if line)
    truth = completed.truth
    if truth is None or completed.seed is None:
        return _Cell("Data", "The observations.", f"{comments}x = {_array(completed.x)}\n")
    drawn = _DRAWN.substitute(
        truth=_assignments(truth.parameters, "true_"),
        seed=completed.seed,
        k=truth.n_components,
        n=completed.x.size,
        draw=CARDS[truth.family].code.draw,
    )
    return _Cell("Data", "Drawn from known components: the same seed gives the same observations.", comments + drawn)


def _bins(x: em.Floats) -> str:
    count, between = bins(x)
    return f"bins={count}, range={between}" if between else f"bins={count}"


def _assignments(parameters: dict[str, em.Floats], prefix: str = "") -> str:
    return "\n".join(f"{prefix}{name} = {_array(values)}" for name, values in parameters.items())


def _array(values: em.Floats) -> str:
    """An array in full precision, on one line if it is short."""
    numbers = [repr(value) for value in values.tolist()]
    line = f"np.array([{', '.join(numbers)}])"
    if len(line) <= WIDTH - len("true_weights = "):
        return line
    per_line = max(1, (WIDTH - 4) // (max(map(len, numbers)) + 2))
    lines = (", ".join(numbers[i : i + per_line]) for i in range(0, len(numbers), per_line))
    return "np.array([\n" + "".join(f"    {line},\n" for line in lines) + "])"


def _literal(text: str) -> str:
    """Printable text as a Python string: JSON's is the same, with double quotes as in the rest of the code."""
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
    )


def _ruled(heading: str) -> str:
    return f"# -- {heading} ".ljust(WIDTH, "-")
