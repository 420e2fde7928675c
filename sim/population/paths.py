"""Dated paths of the scenario as arrays: who is open in which cell and day, and demand by cell and step."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np

from sim.arithmetic.calendar import Calendar
from sim.arithmetic.money import sum_in_order
from sim.scenario.schema import ScenarioSettings

Path = Sequence[tuple[datetime.date, float]]


def path_values(path: Path, days: np.ndarray, start: datetime.date) -> np.ndarray:
    """A piecewise-linear path on given days after ``start`` [same shape as ``days``]; 1 everywhere when it is empty."""
    if not path:
        return np.ones(len(days))
    known = np.array([(date - start).days for date, _ in path], dtype=float)
    return np.interp(days, known, np.array([value for _, value in path], dtype=float))


def cell_weights(settings: ScenarioSettings) -> np.ndarray:
    """Share of the real enterprises in each cell [sectors × regions], summing to 1 (uniform when there are none)."""
    sectors = np.zeros(len(settings.sectors))
    for kind in settings.kinds.values():
        for place, name in enumerate(settings.sectors):
            sectors[place] += kind.real_enterprises * kind.sectors.get(name, 0.0)
    regions = np.array([region.enterprise_share for region in settings.regions.values()])
    weights = np.outer(sectors, regions)
    total = sum_in_order(weights.ravel())
    return weights / total if total > 0 else np.full(weights.shape, 1.0 / weights.size)


def openness_by_cell(settings: ScenarioSettings, calendar: Calendar) -> np.ndarray:
    """Share of enterprises open [cells, days of the run and the day after]. ODD equation 1.2.

    A region's own path holds for all its sectors, else a sector's own path holds; all other cells share the path that
    makes the weighted mean over the country equal to the published national share on every day.
    """
    days = np.arange(calendar.steps * calendar.step_days + 1)
    national = path_values(settings.stoppage.openness, days, calendar.start)
    weights = cell_weights(settings)
    shape = (*weights.shape, len(days))
    openness = np.broadcast_to(national, shape).copy()
    free = np.ones(weights.shape, dtype=bool)
    for sector_place, sector in enumerate(settings.sectors.values()):
        for region_place, region in enumerate(settings.regions.values()):
            own = region.openness or sector.openness
            if own:
                openness[sector_place, region_place] = path_values(own, days, calendar.start)
                free[sector_place, region_place] = False
    of_free = sum_in_order(weights[free])
    if not free.all() and of_free > 0:
        fixed = sum_in_order(weights[~free][:, None] * openness[~free])
        openness[free] = np.clip((national - fixed) / of_free, 0.0, 1.0)
    return np.ascontiguousarray(openness.reshape(-1, len(days)))


def demand_by_cell(settings: ScenarioSettings, calendar: Calendar) -> np.ndarray:
    """Demand met by open enterprises against normal [steps, cells]: sector path × region path, mid-step."""
    days = np.arange(calendar.steps) * calendar.step_days + (calendar.step_days - 1) / 2.0
    sectors = np.array([path_values(sector.demand, days, calendar.start) for sector in settings.sectors.values()])
    regions = np.array([path_values(region.demand, days, calendar.start) for region in settings.regions.values()])
    demand = sectors[:, None, :] * regions[None, :, :]
    return np.ascontiguousarray(demand.reshape(len(sectors) * len(regions), calendar.steps).T)


def openness_by_region(settings: ScenarioSettings, by_cell: np.ndarray) -> np.ndarray:
    """Share of enterprises open in each region [regions, days]."""
    weights = cell_weights(settings)
    by_cell = by_cell.reshape(*weights.shape, -1)
    totals = sum_in_order(weights)
    safe = np.where(totals > 0, totals, 1.0)
    means = sum_in_order(weights[:, :, None] * by_cell) / safe[:, None]
    return np.where(totals[:, None] > 0, means, sum_in_order(by_cell) / len(by_cell))
