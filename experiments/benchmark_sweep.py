"""What the runner of sweeps costs and gains: the same jobs in a bare loop, in series, and on two processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sim
from sim.studies import Job, arms_of, perform, settings_text

LEVERS: dict[str, list[Any]] = {"programme.decision_days": [0, 5, 10, 15, 20, 30]}
ENTERPRISES, SEEDS = 10_000, 80
QUICK_ENTERPRISES, QUICK_SEEDS = 1_000, 2


def seconds_of(work: Callable[[], object]) -> float:
    """Wall seconds of some work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sweep_seconds(quick: bool) -> dict[str, float]:
    """Wall seconds of one sweep of comparisons, three ways, one after the other; ratios of them.

    ``overhead`` is the time in series over that of a bare loop, less 1; ``speed_up`` the time in series over that on
    two processes, their start included.
    """
    enterprises, seeds = (QUICK_ENTERPRISES, QUICK_SEEDS) if quick else (ENTERPRISES, SEEDS)
    scenario = sim.load("china-2020", [f"population.enterprises={enterprises}"])
    points = [
        tuple((arm, settings_text(one)) for arm, one in arms_of(scenario.set({lever: value})).items())
        for lever, values in LEVERS.items()
        for value in values
    ]

    def bare() -> None:
        for arms in points:
            for seed in range(1, seeds + 1):
                perform(Job("bare", 0, seed, arms))

    def swept(executor: str) -> Callable[[], object]:
        return lambda: sim.sweep(scenario, LEVERS, seeds=seeds, executor=executor, progress=False)

    perform(Job("bare", 0, 1, points[0]))  # compiled before anything is timed
    loop, series, processes = (seconds_of(work) for work in (bare, swept("series"), swept("processes")))
    return {
        "comparisons": float(len(points) * seeds),
        "enterprises": float(enterprises),
        "bare_loop_seconds": loop,
        "series_seconds": series,
        "two_processes_seconds": processes,
        "overhead": series / loop - 1,
        "speed_up": series / processes,
    }
