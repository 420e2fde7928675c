"""Section 6 and submodel 1 of the ODD: openness and capacity by cell, waves, thresholds on ranks, and who is open."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.trust.reference.arithmetic import Purpose, added, noise, single, uniform
from tests.trust.reference.paths import days_from_start, value_at
from tests.trust.reference.world import World

WEEKS = 8
BELOW_EVERY_RANK = -1e9

Grid = list[list[float]]


def weights_of_kind(world: World, kind: Any) -> Grid:
    """Share of a kind in each sector and region."""
    shares = [kind.sectors.get(name, 0.0) for name in world.settings.sectors]
    grid = [[share * region.enterprise_share for region in world.regions] for share in shares]
    total = added(weight for row in grid for weight in row)
    if total == 0:
        return [[1.0 / (len(grid) * len(world.regions)) for _ in row] for row in grid]
    return [[weight / total for weight in row] for row in grid]


def cell_weights(world: World) -> list[Grid]:
    """Share of the real enterprises in each kind, sector and region."""
    grids = [[[k.real_enterprises * w for w in row] for row in weights_of_kind(world, k)] for k in world.kinds]
    total = added(weight for grid in grids for row in grid for weight in row)
    cells = len(world.kinds) * len(world.sectors) * len(world.regions)
    return [[[weight / total if total else 1.0 / cells for weight in row] for row in grid] for grid in grids]


def open_shares_of_kind(world: World, kind: Any, day: int) -> Grid:
    """1.2: share open by sector and region on a day, before waves."""
    national = value_at(world, world.settings.stoppage.openness, day)
    of_kind = value_at(world, kind.openness, day) if kind.openness else national
    ratio = (1.0 - of_kind) / (1.0 - national) if national < 1.0 else 1.0
    weights, taken, free, found = weights_of_kind(world, kind), 0.0, 0.0, []
    for sector, row in zip(world.sectors, weights, strict=True):
        for region, weight in zip(world.regions, row, strict=True):
            path = region.openness or sector.openness
            own = min(1.0, max(0.0, 1.0 - ratio * (1.0 - value_at(world, path, day)))) if path else None
            if path and kind.openness and national >= 1.0:
                own = min(of_kind, 1.0 - (1.0 - value_at(world, path, day)))
            found.append(own)
            taken, free = (taken, free + weight) if own is None else (taken + weight * own, free)
    rest = of_kind
    if free > 0 and any(own is not None for own in found):
        rest = min(1.0, max(0.0, (of_kind - taken) / free))
    flat, wide = [rest if own is None else own for own in found], len(world.regions)
    return [flat[place : place + wide] for place in range(0, len(flat), wide)]


def wave_part(world: World, wave: Any, day: int) -> float:
    """1.7: part of the depth of a wave reached on a day."""
    first, last, ramp = days_from_start(world, wave.first), days_from_start(world, wave.last), wave.ramp_days
    if not first <= day <= last + ramp:
        return 0.0
    if day < first + ramp:
        return (1.0 / ramp) * (day - first)
    return 1.0 if day <= last else (-1.0 / ramp) * (day - last) + 1.0


def stoppage_of(world: World, day: int) -> SimpleNamespace:
    """1.2, 1.7 and 1.8: published share open, share open and capacity of all cells on a day."""
    stoppage = world.settings.stoppage
    published, moved, capacity = [], [], []
    for kind_name, kind in zip(world.kind_names, world.kinds, strict=True):
        grid = open_shares_of_kind(world, kind, day)
        for s, sector_name in enumerate(world.settings.sectors):
            for r, region_name in enumerate(world.region_names):
                share, activity = grid[s][r], value_at(world, kind.capacity or stoppage.capacity, day)
                for wave in stoppage.waves:
                    asked = ((wave.kinds, kind_name), (wave.sectors, sector_name), (wave.regions, region_name))
                    if all(names is None or name in names for names, name in asked):
                        left = 1.0 - wave.depth * wave_part(world, wave, day)
                        share, activity = share * left, activity * left
                more = 1.0 - stoppage.shut_share * (1.0 - share)
                published.append(share)
                moved.append(more)
                capacity.append(min(1.0, share * activity / more if more > 0 else activity))
    return SimpleNamespace(published=published, openness=moved, capacity=capacity)


def region_shares(world: World, published: list[float]) -> list[float]:
    """Published share open of each region, its cells weighted."""
    weights = [row for grid in cell_weights(world) for row in grid]
    wide, found = len(world.regions), []
    for r in range(wide):
        column, total = published[r::wide], added(row[r] for row in weights)
        if total > 0:
            found.append(added(row[r] * own for row, own in zip(weights, column, strict=True)) / total)
        else:
            found.append(added(column) / len(column))
    return found


def wave_begins(world: World, cell: int) -> bool:
    """1.4: whether a wave that reaches a cell begins in this step."""
    place, region = divmod(cell, len(world.regions))
    kind, sector = divmod(place, len(world.sectors))
    names = world.kind_names[kind], list(world.settings.sectors)[sector], world.region_names[region]
    for wave in world.settings.stoppage.waves:
        asked = zip((wave.kinds, wave.sectors, wave.regions), names, strict=True)
        reached = all(wanted is None or name in wanted for wanted, name in asked)
        if reached and days_from_start(world, wave.first) // world.days == world.step:
            return True
    return False


def left_of(world: World, cell: int) -> tuple[float, float]:
    """1.3: share still in business of those who were open and of those who were shut."""
    if not world.patronage or not world.settings.spillovers.reopening:
        return 1.0, 1.0
    p = world.patronage[cell]
    shut, shut_living = p.entered - p.entered_resumed, p.living - p.living_resumed
    of_open = float(p.living_resumed) / float(p.entered_resumed) if p.entered_resumed else 1.0
    of_shut = float(shut_living) / float(shut) if shut else 1.0
    if wave_begins(world, cell):
        kept = world.settings.stoppage.rank_persistence
        every = float(p.living) / float(p.entered) if p.entered else 1.0
        of_open, of_shut = kept * of_open + (1.0 - kept) * every, kept * of_shut + (1.0 - kept) * every
    return of_open, of_shut


def threshold(share: float, was_open: float, before: float, left: tuple[float, float]) -> float:
    """1.3: rank up to which the wanted share of the living is open."""
    of_open, of_shut = left
    open_mass, shut_mass = before * of_open, (1.0 - before) * of_shut
    wanted = share * (open_mass + shut_mass)
    if wanted <= open_mass:
        found = wanted / of_open if of_open > 0 else share
    else:
        found = before + ((wanted - open_mass) / of_shut if of_shut > 0 else 0.0)
    if share >= was_open:
        found = max(found, before)
    return 1.0 if share >= 1.0 - 1e-9 else min(1.0, max(0.0, found))


def set_thresholds(world: World, cell: Any, place: int, by_day: list[Any], ahead: list[Any]) -> None:
    """1.3: thresholds of a cell on the days of the step, on the day after it, and in the weeks after."""
    was_open, before, left = by_day[0].openness[place], world.thresholds[place], left_of(world, place)
    cell.threshold = [threshold(day.openness[place], was_open, before, left) for day in by_day]
    cell.stopped = any(one < 1.0 for one in cell.threshold)
    later = [threshold(day.openness[place], was_open, before, left) for day in ahead]
    cell.threshold_after, cell.wave_begins = later[0], wave_begins(world, place)
    announced = world.settings.stoppage.announced_error_days is not None
    cell.threshold_ahead = later if announced else [BELOW_EVERY_RANK] * WEEKS
    world.thresholds[place] = later[0]


def set_capacity(world: World, cell: Any, place: int, by_day: list[Any]) -> None:
    """1.9: level and slope of capacity."""
    mean = max(1e-6, added(day.capacity[place] for day in by_day) / world.days)
    spread = world.settings.stoppage.capacity_spread
    cell.capacity_level, cell.capacity_slope = mean + spread * (1.0 - mean), spread * (1.0 - mean) / mean


def redraw_rank(world: World, e: Any) -> None:
    """1.4 and 1.5."""
    if not world.cell(e).wave_begins or uniform(world.now.keys[Purpose.RANK_KEPT], e.id) < world.terms.rank_persistence:
        return
    ratio = 1.0
    for size in world.settings.stoppage.sizes:
        if e.staff_normal >= size.staff_from:
            ratio = size.shut_ratio
    e.reopening_rank = single(1.0 - (1.0 - uniform(world.now.keys[Purpose.REOPENING], e.id)) / ratio)


def stop_or_reopen(world: World, e: Any) -> None:
    """1.1 and 1.6."""
    cell = world.cell(e)
    e.open_days = sum(e.reopening_rank <= one for one in cell.threshold)
    e.shut_steps = 0.0
    if e.open_days > 0:
        return
    weeks = sum(e.reopening_rank > one for one in cell.threshold_ahead)
    error = world.terms.known_error * noise(world.fixed_keys[Purpose.REOPENING_KNOWN], e.id)
    e.shut_steps = single(max(0.0, weeks * world.terms.weeks_ahead + error) if weeks < WEEKS else 1e6)


def resume(world: World, e: Any) -> None:
    """1.10."""
    e.resumed = int(e.reopening_rank <= world.cell(e).threshold_after)
