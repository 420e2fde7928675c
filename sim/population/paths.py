"""Dated paths of the scenario as arrays: who is open in which cell and day, at what capacity, and demand by cell."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.arithmetic.calendar import Calendar
from sim.arithmetic.money import sum_in_order
from sim.scenario.schema import ScenarioSettings
from sim.scenario.schema_economy import Kind
from sim.scenario.schema_stoppage import Wave

LEAST_CAPACITY = 1e-6
"""Mean capacity under which an open enterprise sells nothing."""

Path = Sequence[tuple[datetime.date, float]]


class StoppagePaths(NamedTuple):
    """The stoppage by cell (kind × sector × region) and day of the run, and after it as far as plans look ahead.

    ``openness`` is the share of the enterprises in business that are open, ``capacity`` the mean part of normal
    activity at which they work [cells, days]; ``published`` is the share open before a part of the lost sales is moved
    from the shut to all.
    """

    openness: np.ndarray
    capacity: np.ndarray
    published: np.ndarray


def path_values(path: Path, days: np.ndarray, start: datetime.date) -> np.ndarray:
    """A piecewise-linear path on given days after ``start`` [same shape as ``days``]; 1 everywhere when it is empty."""
    if not path:
        return np.ones(len(days))
    known = np.array([(date - start).days for date, _ in path], dtype=float)
    return np.interp(days, known, np.array([value for _, value in path], dtype=float))


def sector_weights(kind: Kind, settings: ScenarioSettings) -> np.ndarray:
    """Share of a kind in each sector and region [sectors × regions], summing to 1 (uniform when it is nowhere)."""
    sectors = np.array([kind.sectors.get(name, 0.0) for name in settings.sectors])
    weights = np.outer(sectors, [region.enterprise_share for region in settings.regions.values()])
    total = sum_in_order(weights.ravel())
    return weights / total if total > 0 else np.full(weights.shape, 1.0 / weights.size)


def cell_weights(settings: ScenarioSettings) -> np.ndarray:
    """Share of the real enterprises in each cell [kinds × sectors × regions], summing to 1 (uniform without any)."""
    kinds = list(settings.kinds.values())
    weights = np.array([kind.real_enterprises * sector_weights(kind, settings) for kind in kinds])
    total = sum_in_order(weights.ravel())
    return weights / total if total > 0 else np.full(weights.shape, 1.0 / weights.size)


def stoppage_paths(settings: ScenarioSettings, calendar: Calendar, days_after: int) -> StoppagePaths:
    """Openness and capacity of every cell, waves included. ODD equations 1.2 and 1.7 to 1.9."""
    days = np.arange(calendar.steps * calendar.step_days + 1 + days_after)
    shape = (len(settings.kinds), len(settings.sectors), len(settings.regions), len(days))
    openness, capacity = np.empty(shape), np.empty(shape)
    for place, kind in enumerate(settings.kinds.values()):
        openness[place] = openness_of_kind(settings, kind, days, calendar.start)
        capacity[place] = path_values(kind.capacity or settings.stoppage.capacity, days, calendar.start)
    for wave in settings.stoppage.waves:
        left = 1.0 - wave.depth * wave_ramp(wave, days, calendar.start)
        reached = wave_reaches(wave, settings)
        openness[reached] *= left
        capacity[reached] *= left
    published = openness.reshape(-1, len(days))
    still_shut = settings.stoppage.shut_share
    moved = 1.0 - still_shut * (1.0 - openness)
    capacity = np.minimum(1.0, np.divide(openness * capacity, moved, out=capacity.copy(), where=moved > 0.0))
    cells = (-1, len(days))
    return StoppagePaths(*(np.ascontiguousarray(one.reshape(cells)) for one in (moved, capacity, published)))


def openness_of_kind(settings: ScenarioSettings, kind: Kind, days: np.ndarray, start: datetime.date) -> np.ndarray:
    """Share of a kind open by sector, region and day, before waves [sectors, regions, days]. ODD equation 1.2.

    A region's own path holds for all its sectors, else a sector's own path; a kind with a path of its own multiplies
    the share shut by its ratio to the national one; while the national one is 1, the lower of both holds. All other
    cells share the path that makes the mean over the kind its own, or the national, path on every day.
    """
    national = path_values(settings.stoppage.openness, days, start)
    of_kind = path_values(kind.openness, days, start) if kind.openness else national
    ratio = np.divide(1.0 - of_kind, 1.0 - national, out=np.ones(len(days)), where=national < 1.0)
    no_ratio = (national >= 1.0) & bool(kind.openness)
    weights = sector_weights(kind, settings)
    openness = np.broadcast_to(of_kind, (*weights.shape, len(days))).copy()
    free = np.ones(weights.shape, dtype=bool)
    for sector_place, sector in enumerate(settings.sectors.values()):
        for region_place, region in enumerate(settings.regions.values()):
            own = region.openness or sector.openness
            if own:
                shut = 1.0 - path_values(own, days, start)
                met = np.clip(1.0 - ratio * shut, 0.0, 1.0)
                openness[sector_place, region_place] = np.where(no_ratio, np.minimum(of_kind, 1.0 - shut), met)
                free[sector_place, region_place] = False
    of_free = sum_in_order(weights[free])
    if not free.all() and of_free > 0:
        fixed = sum_in_order(weights[~free][:, None] * openness[~free])
        openness[free] = np.clip((of_kind - fixed) / of_free, 0.0, 1.0)
    return openness


def wave_ramp(wave: Wave, days: np.ndarray, start: datetime.date) -> np.ndarray:
    """Part of a wave's depth that is reached on each day: it rises, lasts and falls [days]. ODD equation 1.7."""
    first, last, ramp = (wave.first - start).days, (wave.last - start).days, wave.ramp_days
    if ramp == 0:
        return ((days >= first) & (days <= last)).astype(float)
    return np.interp(days, [first, first + ramp, last, last + ramp], [0.0, 1.0, 1.0, 0.0])


def wave_reaches(wave: Wave, settings: ScenarioSettings) -> np.ndarray:
    """Which cells a wave reaches [kinds, sectors, regions]."""
    asked = ((wave.kinds, settings.kinds), (wave.sectors, settings.sectors), (wave.regions, settings.regions))
    kinds, sectors, regions = ([names is None or name in names for name in known] for names, known in asked)
    return np.array(kinds)[:, None, None] & np.array(sectors)[:, None] & np.array(regions)


def capacity_terms(capacity: np.ndarray, spread: float, calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """Level and slope of capacity = level · exp(−slope · exposure) in each step [steps, cells]. ODD equation 1.9.

    ``capacity`` is the mean asked for [cells, days]. Exposures are exponential with mean 1, so the mean of what comes
    out is level / (1 + slope).
    """
    steps, step_days = calendar.steps, calendar.step_days
    of_run = capacity[:, : steps * step_days].reshape(len(capacity), steps, step_days)
    mean = np.maximum(sum_in_order(np.moveaxis(of_run, 2, 0)) / step_days, LEAST_CAPACITY).T
    return mean + spread * (1.0 - mean), spread * (1.0 - mean) / mean


def demand_by_cell(settings: ScenarioSettings, calendar: Calendar) -> np.ndarray:
    """Demand met by open enterprises against normal [steps, cells]: sector path × region path, mid-step."""
    days = np.arange(calendar.steps) * calendar.step_days + (calendar.step_days - 1) / 2.0
    sectors = np.array([path_values(sector.demand, days, calendar.start) for sector in settings.sectors.values()])
    regions = np.array([path_values(region.demand, days, calendar.start) for region in settings.regions.values()])
    demand = (sectors[:, None, :] * regions[None, :, :]).reshape(len(sectors) * len(regions), calendar.steps)
    return np.ascontiguousarray(np.tile(demand, (len(settings.kinds), 1)).T)


def openness_by_region(settings: ScenarioSettings, by_cell: np.ndarray) -> np.ndarray:
    """Share of enterprises open in each region [regions, days]."""
    regions = len(settings.regions)
    weights = cell_weights(settings).reshape(-1, regions)
    by_cell = by_cell.reshape(*weights.shape, -1)
    totals = sum_in_order(weights)
    safe = np.where(totals > 0, totals, 1.0)
    means = sum_in_order(weights[:, :, None] * by_cell) / safe[:, None]
    return np.where(totals[:, None] > 0, means, sum_in_order(by_cell) / len(by_cell))
