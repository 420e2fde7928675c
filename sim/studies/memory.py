"""How much memory runs need, and how much there is."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.scenario import Place, Problem, ScenarioError
from sim.scenario.memory_limits import memory_limit as memory_limit

BYTES_OF_PROCESS = 300_000_000
TOTALS = "totals"
BYTES_OF_TOTALS = 195
"""Of one enterprise where results are totals: arms run one after the other, and no table has a row for each.

That is what ``china-2020`` needs; where more is lent, a small run tells (``sim.studies.footprint``).
"""
BYTES_PER_AGENT = {
    "compiled": (1_200, 1_250),
    "mesa": (4_000, 5_500),
    TOTALS: (BYTES_OF_TOTALS, BYTES_OF_TOTALS),
}
"""One arm, two arms: the peak of one job, tables included (measured: 1,000 and 1,100, compiled)."""


def agents_of(settings: Any) -> int:
    """Enterprises that a scenario simulates."""
    return int(settings.population.enterprises)


def way_of(settings: Any, engine: str) -> str:
    """How a scenario is run, as far as memory goes: the engine, or totals on the compiled one."""
    return TOTALS if settings.population.results == TOTALS and engine == "compiled" else engine


class Footprint(NamedTuple):
    """Enterprises that a job simulates, and memory for each of them [bytes]."""

    agents: int
    each: int

    @property
    def nbytes(self) -> int:
        """Memory of a process that works on it."""
        return BYTES_OF_PROCESS + self.agents * self.each


def known_footprint(settings: Any, arms: int, engine: str) -> Footprint:
    """What a job needs, as far as its kind tells."""
    return Footprint(agents_of(settings), BYTES_PER_AGENT[way_of(settings, engine)][arms > 1])


def refuse_too_large(name: str, footprint: Footprint, more_with_totals: bool) -> None:
    """Refuse a scenario of which one run alone does not fit into the memory of this machine.

    Raises
    ------
    ScenarioError
        With how many enterprises fit.
    """
    limit = memory_limit()
    if footprint.nbytes > limit:
        most = max(0, limit - BYTES_OF_PROCESS) // footprint.each // 1000 * 1000
        text = (
            f"a run of {footprint.agents:,} enterprises needs about {footprint.nbytes / 1e9:,.1f} GB of memory, this "
            f"machine has {limit / 1e9:,.1f} GB; up to {most:,} fit"
        )
        text += ", more with population.results=totals" if more_with_totals else ""
        raise ScenarioError([Problem(Place(name), text, "population.enterprises")])
