"""How long a sweep takes and how much memory it needs, before it starts; what cannot fit is refused with what would."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sim.scenario import Place, Problem, ScenarioError
from sim.studies.footprint import LARGE, footprint_of
from sim.studies.memory import BYTES_OF_PROCESS, Footprint, agents_of, known_footprint
from sim.studies.replications import cores
from sim.studies.sweep.plan import Plan
from sim.studies.sweep.pools import Workers

FITS = 0.6
"""Part of the memory that a sweep may use."""
BYTES_PER_JOB = 3_000
"""Held by the parent for each finished job."""
SHORT_SECONDS = 6.0
"""Sweeps estimated to take less than this run in series: starting workers would take longer."""
PROBES = {"compiled": (500, 2_500), "mesa": (20, 60)}
"""Enterprises of the small runs that time is measured on."""


def words(jobs: int, seconds: float | None, at_work: Workers, used: int, limit: int) -> str:
    """One line for people: jobs, time (none = not known), memory."""
    time = "" if seconds is None else f"about {duration(seconds / at_work.parallel)} "
    return f"estimate: {jobs:,} jobs, {time}{at_work.words}; {used / 1e9:.1f} of {limit / 1e9:.1f} GB of memory"


def duration(seconds: float) -> str:
    """A time in words."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def footprints_of(plan: Plan, limit: int) -> list[Footprint]:
    """What a job needs at each point of a plan; a small run is made where that tells more, and it may fit."""
    arms, found = 1 + plan.compare, []
    for point in range(len(plan.design.points)):
        changes = plan.design.changes(point)
        footprint = known_footprint(plan.scenario.settings, arms, plan.engine)
        agents = int(changes.get("population.enterprises", footprint.agents))
        footprint = footprint._replace(agents=agents)
        if agents >= LARGE and not too_large(footprint, limit):
            footprint = footprint_of(plan.scenario.set(changes), arms, plan.engine)
        found.append(footprint)
    return found


def most_agents(limit: int, each: int) -> int:
    """Enterprises that fit, of so many bytes each."""
    room = max(0, int(limit * FITS) - 2 * BYTES_OF_PROCESS) // each
    return room // 1000 * 1000


def too_large(footprint: Footprint, limit: int) -> str:
    """Why a job cannot be run here, with what would fit; nothing if it can."""
    needed = footprint.nbytes + BYTES_OF_PROCESS
    if needed <= limit * FITS:
        return ""
    return (
        f"needs about {needed / 1e9:,.1f} GB of memory for {footprint.agents:,} enterprises, {FITS:.0%} of "
        f"{limit / 1e9:,.1f} GB may be used: population.enterprises up to {most_agents(limit, footprint.each):,} fits"
    )


def check_jobs(jobs: int, limit: int) -> None:
    """Refuse more jobs than the parent can hold.

    Raises
    ------
    ScenarioError
        With the number that fits.
    """
    most = int(limit * FITS - BYTES_OF_PROCESS) // BYTES_PER_JOB
    if jobs > most:
        text = f"{jobs:,} jobs do not fit into memory ({jobs * BYTES_PER_JOB / 1e9:,.0f} GB); up to {most:,} do"
        raise ScenarioError([Problem(Place("sweep"), text)])


def probe(scenario: Any, work: Callable[[Any], dict[str, Any]], engine: str) -> tuple[float, float] | None:
    """Seconds of a job: a fixed part, and a part for each enterprise.

    Parameters
    ----------
    scenario
        What is run, with few enterprises.
    work
        Runs a scenario with one seed.
    engine
        The slow one is tried on fewer enterprises.

    Returns
    -------
    tuple or None
        None if the small runs fail.
    """
    few, more = PROBES[engine]
    took = []
    for number in (few, few, more):  # the first warms up
        try:
            small = scenario.set({"population.enterprises": min(number, agents_of(scenario))})
            began = time.perf_counter()
            if "failure" in work(small):
                return None
        except ScenarioError:
            return None
        took.append(time.perf_counter() - began)
    slope = max(0.0, (took[2] - took[1]) / (more - few))
    return max(1e-3, took[1] - slope * few), slope


def workers_for(jobs: int, wanted: int | None, bytes_each: int, limit: int) -> int:
    """Workers: as many as wanted or cores (never more), jobs, and memory allow; at least one."""
    by_memory = int((limit * FITS - BYTES_OF_PROCESS) // bytes_each)
    return max(1, min(wanted or cores(), cores(), jobs, by_memory))
