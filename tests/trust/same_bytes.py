"""One small comparison in every way it can be run, its tables hashed: ``python -m tests.trust.same_bytes [--quick]``.

Engines, threads in a run, runs at a time, threads and processes by each start method, a Dask cluster; all of it under
several values of PYTHONHASHSEED and every interpreter given by ``--python PATH`` (repeat), this one unless told.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from sim.engine import blocks
from sim.results.results import collect
from sim.studies.comparison import arms_of
from sim.studies.replications import RUN_COLUMNS, Run, describe, replicate, run_once
from sim.studies.sweep.pools import dask_executor, without_main
from tests.support.measured import Figure, report
from tests.support.small import ROOT, hash_of

SEEDS = (1, 2)
SETTINGS = (f"population.enterprises={blocks.BLOCK + 52}", "calendar.weeks=12")
"""Two blocks of rows, so that two threads share a run."""
HASH_SEEDS, FEW_HASH_SEEDS = (0, 1, 2, 42, 4_000_000_000), (0, 1)
WANTED = 100
TABLES_ONLY = ("seconds",)


def arms() -> dict[str, sim.Scenario]:
    """China 2020 with and without the programme, small."""
    return dict(arms_of(sim.load("china-2020", SETTINGS), []))


def hashed(runs: list[Run]) -> str:
    """Hash of all tables of some runs, but for how long they took."""
    scenarios = arms()
    about = pd.DataFrame([describe(run, scenarios[run.arm]) for run in runs], columns=RUN_COLUMNS)
    finished = [(run.arm, run.seed, run.tables) for run in runs if run.tables is not None]
    return hash_of(collect(finished, about, scenarios, runs[0].scale), TABLES_ONLY)


def in_order(work: Callable[..., Any]) -> list[Any]:
    """What comes of the work for each arm and seed."""
    return [work(scenario, arm, seed) for arm, scenario in arms().items() for seed in SEEDS]


def on_threads_of(number: int, engine: Any = "compiled") -> str:
    """One run after the other, each on so many threads."""
    return hashed(in_order(lambda scenario, arm, seed: run_once(scenario, arm, seed, engine, False, number)))


def at_a_time(jobs: int) -> str:
    """So many runs at a time, as the command line runs them with ``--jobs``."""
    return hash_of(replicate(arms(), SEEDS, jobs=jobs, progress=False), TABLES_ONLY)


def on(executor: Executor) -> str:
    """Each run as a job of an executor."""
    with without_main():
        futures = in_order(lambda *one: executor.submit(run_once, *one, "compiled", False))
        return hashed([future.result() for future in futures])


def on_threads() -> str:
    """Runs on a pool of threads."""
    with ThreadPoolExecutor(3) as pool:
        return on(pool)


def on_processes(method: str, number: int = 2) -> str:
    """Runs on processes started in some way."""
    with ProcessPoolExecutor(number, mp_context=multiprocessing.get_context(method)) as pool:
        return on(pool)


def on_dask() -> str:
    """Runs on a Dask cluster of two processes."""
    with dask_executor("local", 2) as cluster:
        return on(cluster)


def ways(quick: bool) -> dict[str, Callable[[], str]]:
    """Every way to run it here."""
    methods = multiprocessing.get_all_start_methods()
    found: dict[str, Callable[[], str]] = {
        "one thread": lambda: on_threads_of(1),
        "two threads in a run": lambda: on_threads_of(2),
    }
    if quick:
        return found | {"four runs at a time": lambda: at_a_time(4)}
    found |= {
        "eight threads in a run": lambda: on_threads_of(8),
        "Mesa engine": lambda: on_threads_of(1, "mesa"),
        "pool of threads": on_threads,
    }
    found |= {f"{number} runs at a time": lambda number=number: at_a_time(number) for number in (1, 2, 4)}  # type: ignore[misc]
    found |= {f"processes by {method}": lambda method=method: on_processes(method) for method in methods}  # type: ignore[misc]
    if find_spec("distributed"):
        found["Dask"] = on_dask
    return found


def child(quick: bool) -> None:
    """In a process of its own: run it in every way and print the hashes."""
    blocks.LEAST_ROWS = 1  # so few rows would stay on one thread
    hashes = {way: run() for way, run in ways(quick).items()}
    print(json.dumps({"python": platform.python_version(), "hashes": hashes}))


def started(python: str, hash_seed: int, quick: bool) -> dict[str, Any]:
    """What a process of an interpreter found."""
    words = [python, "-m", "tests.trust.same_bytes", "--child", *(["--quick"] if quick else [])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(hash_seed)}
    ran = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)
    if ran.returncode:
        raise RuntimeError(f"{python} with PYTHONHASHSEED={hash_seed}: {ran.stderr[-2000:]}")
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def main() -> int:
    """Print how many combinations there were and those that differ; 1 if any does."""
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m tests.trust.same_bytes", description=about)
    parser.add_argument("--quick", action="store_true", help="few ways, two hash seeds")
    parser.add_argument("--python", action="append", default=[], help="an interpreter; repeat")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--figures", type=Path, help="file for the figures")
    asked = parser.parse_args()
    if asked.child:
        child(asked.quick)
        return 0
    began = time.perf_counter()
    hashes: dict[tuple[str, int, str], str] = {}
    for python in asked.python or [sys.executable]:
        for hash_seed in FEW_HASH_SEEDS if asked.quick else HASH_SEEDS:
            found = started(python, hash_seed, asked.quick)
            hashes |= {(found["python"], hash_seed, way): one for way, one in found["hashes"].items()}
            print(
                f"{found['python']}, PYTHONHASHSEED={hash_seed}: {len(set(found['hashes'].values()))} hash(es)",
                file=sys.stderr,
            )
    return tell(hashes, asked.quick, time.perf_counter() - began, asked.figures)


def tell(hashes: dict[tuple[str, int, str], str], quick: bool, seconds: float, path: Path | None) -> int:
    """Print what differs from the first, and the figures."""
    first = next(iter(hashes.values()))
    unlike = [where for where, one in hashes.items() if one != first]
    for where in unlike:
        print(f"differs: {where}")
    pythons = sorted({python for python, _, _ in hashes})
    system = f"{platform.system()} {platform.machine()}"
    how = f"tests.trust.same_bytes, {len({way for *_, way in hashes})} ways, {seconds:.0f} s"
    number = f"{len(hashes) - len(unlike)} of {len(hashes)}"
    enough = quick or len(hashes) >= WANTED
    return report(
        [
            Figure("P3", "combinations, same bytes", number, f"all, {WANTED} or more", not unlike and enough, how),
            Figure("P4", f"Python versions among them, on {system} only", ", ".join(pythons), "the same bytes in each",
                   not unlike, how),
        ],
        path,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
