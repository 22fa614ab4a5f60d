"""The engine beside its peers: `make bench`, which writes benchmarks/results/.

All have the same data, start and number of iterations and alternate in one process, on one thread: processor time for
each observation and iteration, median (range). Then the time to the same log-likelihood, the memory beyond the data,
each in a process of its own, and what each does with bad input. `--quick` takes a minute and writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

import em
from benchmarks import r_peers
from benchmarks.bad_input import bad_input_table
from benchmarks.peers import ENGINE, PEERS, Parameters, Peer, mixture
from benchmarks.report import RESULTS, table
from em.mixtures.checks import Floats

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SIZES = (300, 1_000, 10_000, 100_000, 1_000_000)
HUGE = 10_000_000
CASES = (("exponential", 2), ("gaussian", 2), ("gaussian", 3), ("gaussian", 5))
WORK = 1_500_000
"""Observations times iterations in a timed run, which has 10 to 300 iterations."""

TRUTHS: dict[tuple[str, int], Parameters] = {
    ("exponential", 2): {"weights": [0.5, 0.5], "scales": [0.1, 1.0]},
    ("gaussian", 2): {"weights": [0.4, 0.6], "means": [0.0, 3.0], "stds": [1.0, 0.7]},
    ("gaussian", 3): {"weights": [0.3, 0.3, 0.4], "means": [0.0, 3.0, 7.0], "stds": [1.0, 0.7, 1.5]},
    ("gaussian", 5): {"weights": [0.2] * 5, "means": [0.0, 3.0, 7.0, 11.0, 16.0], "stds": [1.0, 0.7, 1.5, 1.0, 2.0]},
}
STARTS: dict[tuple[str, int], Parameters] = {
    ("exponential", 2): {"weights": [0.1, 0.9], "scales": [0.3, 0.6]},
    ("gaussian", 2): {"weights": [0.5, 0.5], "means": [0.5, 2.0], "stds": [1.0, 1.0]},
    ("gaussian", 3): {"weights": [1 / 3] * 3, "means": [-1.0, 2.0, 8.0], "stds": [1.0, 1.0, 1.0]},
    ("gaussian", 5): {"weights": [0.2] * 5, "means": [-1.0, 2.0, 6.0, 12.0, 15.0], "stds": [1.0] * 5},
}
OVERLAPPING = (
    ("exponential .1 / 1", {"weights": [0.5, 0.5], "scales": [0.1, 1.0]}, STARTS["exponential", 2]),
    ("exponential .5 / 1", {"weights": [0.5, 0.5], "scales": [0.5, 1.0]}, STARTS["exponential", 2]),
    ("gaussian 0 / 3", TRUTHS["gaussian", 2], STARTS["gaussian", 2]),
)
METHODS = {"EM": em.EM, "accelerated": em.ACCELERATED}
"""Ways of `em.fit` to the same log-likelihood."""


def sample(truth: Parameters, n: int, seed: int = 0) -> Floats:
    return mixture(truth).sample(n, np.random.default_rng(seed))[0]


def measure(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Processor seconds of each call; the calls alternate, and the first round is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for i in range(rounds + 1):
        for name, call in calls.items():
            begin = time.process_time()
            call()
            if i:
                seconds[name].append(time.process_time() - begin)
    return seconds


def cell(values: Sequence[float]) -> str:
    def short(value: float) -> str:
        return f"{value:.3g}" if value < 100 else f"{value:.0f}"

    return f"{short(statistics.median(values))} ({short(min(values))} to {short(max(values))})"


# -- time for each observation and iteration -------------------------------------------------------------------------


def nanoseconds(family: str, k: int, n: int, rounds: int) -> dict[str, list[float]]:
    """Nanoseconds for each observation and iteration, of every installed peer; results must agree."""
    x, start = sample(TRUTHS[family, k], n), STARTS[family, k]
    n_iter = min(300, max(10, WORK // n))
    peers = [peer for peer in PEERS if peer.installed and peer.runs(family, k)]
    for peer in peers:
        check_agreement(peer, x[:2000], start)
    seconds = measure({peer.name: partial(peer.fit, x, start, n_iter) for peer in peers}, rounds)
    seconds |= r_peers.seconds(x, start, n_iter, rounds, ENGINE.fit(x, start, n_iter))
    return {name: [1e9 * s / n / n_iter for s in values] for name, values in seconds.items()}


def check_agreement(peer: Peer, x: Floats, start: Parameters) -> None:
    """Ten iterations must lead to the engine's parameters, or the comparison is void."""
    ours, theirs = ENGINE.fit(x, start, 10), peer.fit(x, start, 10)
    for name, expected in ours.items():
        np.testing.assert_allclose(theirs[name], expected, rtol=1e-6, err_msg=f"{peer.name}: {name}")


def speed_tables(sizes: Sequence[int], rounds: int) -> tuple[str, dict[tuple[str, int], dict[str, list[float]]]]:
    parts, medians = [], {}
    for family, k in CASES:
        columns = [nanoseconds(family, k, n, rounds) for n in sizes]
        names = list(columns[0])
        rows = [[name, *(cell(column[name]) for column in columns)] for name in names]
        median = {name: [statistics.median(column[name]) for column in columns] for name in names}
        for name in names[1:]:
            ratios = (f"**{other / our:.1f}**" for other, our in zip(median[name], median[ENGINE.name], strict=True))
            rows.append([f"{name} / {ENGINE.name}", *ratios])
        parts.append(table([f"{family}, K = {k}", *(f"N = {n:,}" for n in sizes)], rows))
        print(parts[-1], flush=True)
        medians[family, k] = median
    return "\n\n".join(parts), medians


# -- time to the same log-likelihood ---------------------------------------------------------------------------------


def race_table(sizes: Sequence[int], rounds: int) -> str:
    """Processor time for the iterations after which the log-likelihood is within 1e-8 N of the optimum."""
    rows = []
    for (label, truth, start), n in product(OVERLAPPING, sizes):
        x = sample(truth, n)
        calls: dict[str, Callable[[], object]] = {}
        iterations: dict[str, int] = {}
        runs = {
            f"{ENGINE.name}, {name}": em.fit(x, mixture(start), em.StoppingRule(20_000, 1e-13), method)
            for name, method in METHODS.items()
        }
        target = max(run.log_likelihood.max() for run in runs.values()) - 1e-8 * n
        for name, run in runs.items():
            iterations[name] = max(1, int(np.argmax(run.log_likelihood >= target)))
            calls[name] = partial(em.fit, x, mixture(start), em.StoppingRule(iterations[name], 0), run.method)
        needed = iterations[f"{ENGINE.name}, EM"]
        family = "exponential" if "scales" in start else "gaussian"
        for peer in PEERS:
            if peer is not ENGINE and peer.installed and peer.runs(family, 2):
                calls[peer.name] = partial(peer.fit, x, start, needed)
        times = measure(calls, rounds) | r_peers.seconds(x, start, needed, rounds, ENGINE.fit(x, start, needed))
        for name, seconds in times.items():
            count = f"{iterations.get(name, needed):,}"
            rows.append([label, f"{n:,}", name, count, cell([1e3 * s for s in seconds])])
    return table(["data", "N", "who", "iterations", "ms"], rows)


# -- memory ----------------------------------------------------------------------------------------------------------


def memory_table(sizes: Sequence[int], largest: int) -> str:
    rows = []
    for family in ("exponential", "gaussian"):
        for peer in PEERS:
            if peer.installed and peer.runs(family, 2):
                for n in dict.fromkeys((*sizes, largest) if peer is ENGINE else sizes):
                    beyond = memory(peer, family, n)
                    rows.append([family, peer.name, f"{n:,}", f"{beyond:.0f}", f"{beyond * 1e6 / (8 * n):.1f}"])
    return table(["family", "who", "N", "MB beyond the data", "times the data"], rows)


def memory(peer: Peer, family: str, n: int) -> float:
    """Peak of resident memory beyond that of the process with the data, in MB, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench", "--memory", peer.name, family, str(n)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout)


def print_memory(name: str, family: str, n: int) -> None:
    peer = next(peer for peer in PEERS if peer.name == name)
    truth, start = TRUTHS[family, 2], STARTS[family, 2]
    peer.fit(sample(truth, 100), start, 2)  # the first call loads libraries, which do not count
    x = np.empty(n)
    for i in range(0, n, 10_000):  # a single draw would raise the peak before the fit
        x[i : i + 10_000] = sample(truth, min(10_000, n - i), i)
    before = peak()
    peer.fit(x, start, 2)
    print((peak() - before) / 1e6)


def peak() -> float:
    """Peak of this process's resident memory, in bytes (Linux). `ru_maxrss` begins at the parent's."""
    status = Path("/proc/self/status").read_text("utf-8")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


# -- the page of results ---------------------------------------------------------------------------------------------


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    vectors = [name for name in ("avx2", "avx512f") if any(line.startswith("flags") and name in line for line in lines)]
    return f"{model}, {os.cpu_count()} cores, {' '.join(vectors) or 'no AVX2'}"


def about() -> str:
    versions = dict.fromkeys(peer.version for peer in PEERS if peer.installed)
    absent = [peer.name for peer in PEERS if not peer.installed]
    lines = [
        f"{datetime.date.today()}, {processor()}, Python {platform.python_version()}, {', '.join(versions)}.",
        f"Load average {os.getloadavg()[1]:.0f}; above the number of cores only ratios are meaningful.",
        *(f"Not measured, since it is not installed: {name} (it needs torch, over 500 MB)." for name in absent),
        r_peers.about(),
    ]
    return "\n".join(lines)


def plot(sizes: Sequence[int], medians: dict[tuple[str, int], dict[str, list[float]]], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "em"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True, layout="constrained")
    for axis, case in zip(axes, CASES[:2], strict=True):
        for name, values in medians[case].items():
            ours = name == ENGINE.name
            axis.plot(sizes, values, "o-", label=name, linewidth=3 if ours else 1.2, color="#0b6bcb" if ours else None)
        axis.set(xscale="log", yscale="log", xlabel="observations N", title=f"{case[0].capitalize()}, K = {case[1]}")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=8)
    axes[0].set_ylabel("ns for each observation and iteration")
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds; prints and writes nothing")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", nargs=3, metavar=("NAME", "FAMILY", "N"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        print_memory(options.memory[0], options.memory[1], int(options.memory[2]))
        return
    if not ONE_THREAD.items() <= os.environ.items():  # numpy reads them at import: restart with them
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.bench", *sys.argv[1:]], os.environ | ONE_THREAD)
    warnings.simplefilter("ignore")
    sizes, rounds = (SIZES[:2], 2) if options.quick else (SIZES, options.rounds)
    print(about(), flush=True)
    speed, medians = speed_tables(sizes, rounds)
    sections = {
        "Time for each observation and iteration, ns": f"{speed}\n\n![the same as a figure](speed.svg)",
        "Time to the same log-likelihood": race_table(sizes[:1] if options.quick else (1_000, 10_000), min(rounds, 3)),
        "Memory": memory_table(sizes[-1:], sizes[-1] if options.quick else HUGE),
        "Bad input": bad_input_table(),
    }
    page = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items())
    method = (__doc__ or "").split("\n\n", 1)[1].strip()
    page = f"# The engine beside its peers\n\n`make bench`. {method}\n\n{about()}\n\n{page}\n"
    print(page)
    if not options.quick:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "README.md").write_text(page, "utf-8")
        plot(sizes, medians, RESULTS / "speed.svg")


if __name__ == "__main__":
    main()
