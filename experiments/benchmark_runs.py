"""Runs of our own engines that are timed: by size, with threads, agent by agent; and how figures grow with size."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import sim

MESA_SIZE, WEEKS, REPEATS = 300, 60, 3
LARGEST_REPEATED = 1_000_000
"""Larger runs are made once."""
GROWTH_FROM = 100_000
"""Smaller sizes lie in the cache and say little about growth."""


def model_of(
    enterprises: int, weeks: int = WEEKS, threads: int = 1, engine: Any = "compiled", results: str = "panels"
) -> sim.Model:
    """The model of a size; the draw of its population is part of making it."""
    changes = {"enterprises": enterprises, "results": results}
    changed = [*(f"population.{name}={value}" for name, value in changes.items()), f"calendar.weeks={weeks}"]
    scenario = sim.load("china-2020", changed)
    return sim.Model(scenario, rng=1, engine=engine, threads=threads)


def repeats_of(enterprises: int) -> int:
    """How often a size is run."""
    return REPEATS if enterprises <= LARGEST_REPEATED else 1


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and range."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def agents_of(model: sim.Model, enterprises: int) -> int:
    """Enterprises of the start, their households, and the households of the rest of the economy.

    Rows kept for enterprises that enter later are not counted: those enter about as others close.
    """
    economy = model.economy
    return 2 * enterprises + economy.store.others


def one_run(enterprises: int, engine: Any = "compiled", results: str = "totals") -> dict[str, float]:
    """One run on one thread: CPU seconds of building and of all steps, and memory."""
    before = resident(peak=False, reset=True)
    began = time.process_time()
    model = model_of(enterprises, engine=engine, results=results)
    built = time.process_time()
    model.run()
    ended = time.process_time()
    agents = agents_of(model, enterprises)
    found = {
        "build_seconds": built - began,
        "step_seconds": ended - built,
        "rate": enterprises * WEEKS / (ended - built),
        "agent_rate": agents * WEEKS / (ended - built),
        "agents": agents,
        "bytes": model.economy.nbytes,
        "peak_bytes": resident(peak=True) - before,
        "in_business": float(model.history["existing"].mean()) / enterprises,
    }
    model.free()
    return found


def runs_of(enterprises: int) -> list[dict[str, float]]:
    """All runs of a size."""
    return [one_run(enterprises) for _ in range(repeats_of(enterprises))]


def resident(peak: bool, reset: bool = False) -> int:
    """Bytes of this process that are in memory, now or at most since the last reset; 0 where there is no ``/proc``."""
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    wanted = "VmHWM:" if peak else "VmRSS:"
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(wanted)), 0)


def size_figures(enterprises: int, runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The figures of a size from its runs: medians, and the range of the rate."""

    def middle(name: str) -> float:
        return statistics.median(run[name] for run in runs)

    rate = spread([run["rate"] for run in runs])
    return {
        "enterprises": enterprises,
        "agents": middle("agents"),
        "enterprise_steps_per_cpu_second": rate.pop("median"),
        **rate,
        "agent_updates_per_cpu_second": middle("agent_rate"),
        "step_seconds": middle("step_seconds"),
        "build_seconds": middle("build_seconds"),
        "bytes": middle("bytes"),
        "bytes_per_enterprise": middle("bytes") / enterprises,
        "peak_bytes": middle("peak_bytes"),
        "in_business": middle("in_business"),
    }


def growth(sizes: Sequence[dict[str, float]], name: str, only_large: bool = False) -> float | None:
    """Exponent by which a figure grows with the number of enterprises (least squares of logarithms).

    From 100,000 enterprises on where there are two such sizes, else over all sizes; None where that is not wanted, or
    the figure is not known.
    """
    large = [one for one in sizes if one["enterprises"] >= GROWTH_FROM]
    fitted = large if len(large) > 1 or only_large else list(sizes)
    if len(fitted) < 2 or min(one[name] for one in fitted) <= 0:
        return None
    across = np.log([one["enterprises"] for one in fitted])
    return float(np.polyfit(across, np.log([one[name] for one in fitted]), 1)[0])


def digest(model: sim.Model) -> str:
    """Hash of everything that a run changed."""
    economy, seen = model.economy, hashlib.sha256()
    for table in (economy.enterprises, economy.households):
        for column in table.columns.values():
            seen.update(column.tobytes())
    seen.update(economy.loans[: economy.loan_count].tobytes() + model.history.tobytes() + model.books.tobytes())
    return seen.hexdigest()


def threads_of(enterprises: int) -> dict[str, Any]:
    """Wall time of the steps with one thread over that with two, taken in turns; whether the bytes are the same."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    seen = set()
    for _ in range(repeats_of(enterprises)):
        for threads, times in seconds.items():
            model = model_of(enterprises, threads=threads)
            began = time.perf_counter()
            model.run()
            times.append(time.perf_counter() - began)
            seen.add(digest(model))
            model.free()
    ratio = spread([one / two for one, two in zip(seconds[1], seconds[2], strict=True)])
    return {"enterprises": enterprises, "speed_up": ratio.pop("median"), **ratio, "same_bytes": len(seen) == 1}
