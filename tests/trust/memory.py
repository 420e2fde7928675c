"""Memory of many runs, estimates and refusals, measured: ``python -m tests.trust.memory [--quick]``. Needs Linux."""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import sim
from sim.scenario.problems import ScenarioError
from sim.studies.footprint import LARGE, footprint_of
from sim.studies.sweep.jobs import Job, perform, settings_text
from sim.studies.sweep.sweep import sweep
from tests.support.measured import Figure, report
from tests.support.small import ROOT, command, finished

SIZES, FEW_SIZES = (20_000, 100_000, 400_000), (20_000,)
TOTALS = ("china-2020", "china-2020-national-as-printed")
OVERSIZED = ({"population.enterprises": 10**8}, 10), ({}, 10**9)


def resident() -> int:
    """Bytes that are this process's own, in memory or swapped; pages of files come and go as the system likes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return sum(int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "VmSwap"))


def growth(runs: int, warm: int) -> tuple[float, int]:
    """By what part the memory of one process grows over so many runs after some to warm up; and what it is at last."""
    scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=10"])

    def run(seed: int) -> None:
        sim.compare(scenario, seeds=[seed], progress=False, jobs=1)

    for seed in range(warm):
        run(seed)
    gc.collect()
    before = resident()
    for seed in range(runs):
        run(seed)
    gc.collect()
    return resident() / before - 1.0, resident()


def child(name: str, agents: int, arms: int, results: str) -> None:
    """In a process of its own: one job of a sweep; print its peak."""
    one = sim.load(name, [f"population.enterprises={agents}", f"population.results={results}"])
    scenarios = {"with": one, "without": one.set({"programme.enabled": False})} if arms == 2 else {"run": one}
    job = Job("", 0, 1, tuple((name, settings_text(each)) for name, each in scenarios.items()))
    assert "outcomes" in perform(job)
    print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


def peak(name: str, agents: int, arms: int, results: str) -> int:
    """Peak of the memory of a process that works on one job [bytes]; compiled rules are there already."""
    words = [sys.executable, "-m", "tests.trust.memory", "--child", name, str(agents), str(arms), results]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return int(json.loads(ran.stdout))


def estimate_against_peak(name: str, agents: int, arms: int, results: str) -> Figure:
    """What a sweep reckons with for a job, against what it needed."""
    changes = {"population.enterprises": agents, "population.results": results}
    told = footprint_of(sim.load(name).set(changes), arms, "compiled").nbytes
    found = peak(name, agents, arms, results)
    return Figure(
        "P9", f"estimate against peak, {name}, {agents:,} enterprises, {results}, {arms} arm(s)",
        f"{told / 1e6:.0f} MB for {found / 1e6:.0f} MB ({told / found - 1:+.0%})", "within 25 %",
        abs(told / found - 1) <= 0.25, "tests.trust.memory, compiled engine",
    )  # fmt: skip


def refusals() -> tuple[float, float]:
    """Longest time in which what cannot fit is refused: of the check itself, and of the whole command [CPU seconds]."""
    checks, commands = [], []
    scenario = sim.load("china-2020")
    for changes, seeds in OVERSIZED:
        began = time.process_time()
        try:
            sweep(scenario.set(changes), {"programme.decision_days": [0, 7]}, seeds, progress=False)
        except ScenarioError:
            checks.append(time.process_time() - began)
        else:
            raise AssertionError("what cannot fit was run")
    began = children()
    words = [
        "sweep",
        "china-2020",
        "--set",
        "population.enterprises=100000000",
        "--vary",
        "programme.decision_days=0,7",
    ]
    found = finished(command(*words, "--set", "population.scale=1", "--out", "never"), ROOT)
    assert found.returncode == 2 and "fits" in found.stderr, found.stderr
    commands.append(children() - began)
    return max(checks), max(commands)


def children() -> float:
    """CPU seconds of processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Print what was measured; 1 when a promise is not held."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.memory", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few runs, one size")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--figures", type=Path, help="file for the figures")
    asked = parser.parse_args()
    if asked.child:
        name, agents, arms, results = asked.child
        child(name, int(agents), int(arms), results)
        return 0
    runs, warm, sizes = (60, 20, FEW_SIZES) if asked.quick else (500, 50, SIZES)
    grown, last = growth(runs, warm)
    check, whole = refusals()
    figures = [
        Figure("P9", f"growth over {2 * runs:,} runs in one process", f"{grown:+.1%} (to {last / 1e6:.0f} MB)",
               "below 5 %", grown < 0.05, f"tests.trust.memory, {2 * warm} runs to warm up"),
        Figure("P9", "oversized asks refused, check", f"{check:.2f} s CPU", "below 1 s", check < 1.0,
               "tests.trust.memory"),
        Figure("P9", "oversized asks refused, the whole command", f"{whole:.2f} s of CPU", "start of Python included",
               True, "tests.trust.memory"),
    ]  # fmt: skip
    for agents in sizes:
        for arms in (2,) if asked.quick else (1, 2):
            figures.append(estimate_against_peak("china-2020", agents, arms, "panels"))
    for name in () if asked.quick else TOTALS:
        figures.append(estimate_against_peak(name, LARGE, 2, "totals"))
    return report(figures, asked.figures)


if __name__ == "__main__":
    sys.exit(main())
