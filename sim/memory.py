"""How much memory runs need, and how much there is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sim.scenario.problems import Place, Problem, ScenarioError

BYTES_OF_PROCESS = 300_000_000
TOTALS = "totals"
BYTES_OF_TOTALS = 180
"""Of one enterprise where results are totals: arms run one after the other, and no table has a row for each.

That is what ``china-2020`` needs; where more is lent, a small run tells (``sim.replications``).
"""
BYTES_PER_AGENT = {
    "compiled": (1_200, 1_250),
    "mesa": (4_000, 5_500),
    TOTALS: (BYTES_OF_TOTALS, BYTES_OF_TOTALS),
}
"""One arm, two arms: the peak of one job, tables included (measured: 1,000 and 1,100, compiled)."""


def memory_limit() -> int:
    """Bytes this process may use: the machine's, or those of its container if fewer."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            limits.append(int(Path("/sys/fs/cgroup", name).read_text()))
        except (OSError, ValueError):
            continue
    return min(limits)


def agents_of(settings: Any) -> int:
    """Enterprises that a scenario simulates."""
    return int(settings.population.enterprises)


def way_of(settings: Any, engine: str) -> str:
    """How a scenario is run, as far as memory goes: the engine, or totals on the compiled one."""
    return TOTALS if settings.population.results == TOTALS and engine == "compiled" else engine


def bytes_of_job(agents: int, arms: int, engine: str) -> int:
    """Memory of a process that works on one job."""
    return BYTES_OF_PROCESS + agents * BYTES_PER_AGENT[engine][arms > 1]


def refuse_too_large(name: str, settings: Any, engine: str, least: int = 0) -> None:
    """Refuse a scenario of which one run alone does not fit into the memory of this machine.

    Parameters
    ----------
    name, settings, engine
        The scenario, and how it is run.
    least
        Bytes of an enterprise as far as they are known from a small run.

    Raises
    ------
    ScenarioError
        With how many enterprises fit.
    """
    way, limit = way_of(settings, engine), memory_limit()
    each = max(least, BYTES_PER_AGENT[way][0])
    needed = BYTES_OF_PROCESS + each * agents_of(settings)
    if needed > limit:
        most = max(0, limit - BYTES_OF_PROCESS) // each // 1000 * 1000
        text = (
            f"a run of {agents_of(settings):,} enterprises needs about {needed / 1e9:,.1f} GB of memory, this machine "
            f"has {limit / 1e9:,.1f} GB; up to {most:,} fit"
        )
        text += "" if way == TOTALS else ", more with population.results=totals"
        raise ScenarioError([Problem(Place(name), text, "population.enterprises")])
