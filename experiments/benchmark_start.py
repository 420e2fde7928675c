"""What starting, compiling and writing results cost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sim

ENTERPRISES = 10_000


def start_up() -> dict[str, float]:
    """Wall seconds to ``import sim``, to ``--help``, and to a first small run with nothing compiled and with all.

    ``compiled_again`` counts the files of compiled code that the second run wrote anew: 0, or something is compiled
    twice.
    """
    small = "sim.load('china-2020', ['population.enterprises=100'])"
    run = f"import sim; sim.Model({small}, engine='compiled').step()"
    with tempfile.TemporaryDirectory() as folder:
        fresh = {**os.environ, "TIDEOVER_CACHE_DIR": folder}
        cold = timed(["-c", run], fresh)
        compiled = compiled_files(folder)
        warm = timed(["-c", run], fresh)
        again = written_again(compiled, compiled_files(folder))
    return {
        "import": timed(["-c", "import sim"]),
        "help": timed(["-c", "from sim.cli.app import main; main()", "--help"]),
        "first_run_cold": cold,
        "first_run_warm": warm,
        "compiled_again": float(again),
    }


def compiled_files(folder: str) -> dict[Path, int]:
    """When each file of compiled code was written."""
    return {path: path.stat().st_mtime_ns for path in Path(folder).rglob("*.nb?")}


def written_again(before: dict[Path, int], after: dict[Path, int]) -> int:
    """Files written anew in the folders of before; another folder means that somebody changed the rules meanwhile."""
    folders = {path.parent for path in before}
    return sum(path.parent in folders and before.get(path) != written for path, written in after.items())


def timed(arguments: list[str], environment: dict[str, str] | None = None) -> float:
    """Wall seconds of a Python process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=True)
    return time.perf_counter() - began


def writing(quick: bool) -> dict[str, float | None]:
    """CPU seconds of a comparison with one seed, of its tables, and of its tables with figures and report."""
    scenario = sim.load("china-2020", [f"population.enterprises={ENTERPRISES}"])
    began = time.process_time()
    results = sim.compare(scenario, seeds=1, jobs=1, progress=False).results
    ran = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        sim.save(results, Path(folder) / "tables")
        written = time.process_time()
        if not quick:
            sim.save(results, Path(folder) / "all", figures=True)
        drawn = time.process_time()
    return {
        "enterprises": float(ENTERPRISES),
        "comparison_seconds": ran - began,
        "tables_seconds": written - ran,
        "tables_figures_report_seconds": None if quick else drawn - written,
    }
