"""How many real enterprises an agent stands for."""

from __future__ import annotations

from sim.scenario.schema import ScenarioSettings


def real_total(settings: ScenarioSettings) -> int:
    """Real enterprises of the country."""
    return sum(kind.real_enterprises for kind in settings.kinds.values())


def scale_of(settings: ScenarioSettings) -> int:
    """Real enterprises that each agent stands for: as set, else the real total over the agents, rounded, at least 1."""
    if settings.population.scale is not None:
        return settings.population.scale
    agents = settings.population.enterprises
    return max(1, round(real_total(settings) / agents)) if agents else 1
