"""Strata: which enterprises are of which kind, sector and region; the rows of a run stand stratum by stratum.

Within a stratum the ids rise, so that new enterprises, whose ids are the largest, come after those of the start.
Position still means nothing: every draw is keyed by the id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sim.arithmetic.calendar import Calendar
from sim.arithmetic.draws import Purpose
from sim.arithmetic.sampling import Choice, Draws
from sim.engine.threads import in_order
from sim.scenario.firms import Firms, firms_of
from sim.scenario.schema import ScenarioSettings

LEAST_ENTRY_DAYS = 728
"""Days for which entrants are drawn, however short the run."""
SORTED_TOGETHER = 2**16
"""Ids whose strata are drawn and sorted at once."""


def entry_steps(settings: ScenarioSettings, calendar: Calendar) -> np.ndarray:
    """Step in which each new enterprise enters [entrants], evenly through the run. ODD equation P9.

    The k-th entrant (from 1) enters when the sum of entries per step reaches k, so a longer run changes no entry. They
    are drawn for two years at least, since the households of those to come spend from the start: runs of up to two
    years have the same people.
    """
    per_step = settings.population.enterprises * calendar.share_per_step(settings.population.entry_rate_yearly)
    steps = max(calendar.steps, calendar.steps_in(LEAST_ENTRY_DAYS))
    entrants = int(per_step * max(0, steps - 1))
    places = np.arange(1, entrants + 1, dtype=np.int32)
    return np.ceil(places / per_step).astype(np.int32) if entrants else np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Country:
    """The country of one run, of which the initial state is drawn: settings, calendar and seed."""

    settings: ScenarioSettings
    calendar: Calendar
    seed: int

    @cached_property
    def firms(self) -> Firms:
        """The firm table, which is taken in place of draws."""
        return firms_of(self.settings)

    @cached_property
    def entries(self) -> np.ndarray:
        """Step in which each new enterprise enters [entrants]."""
        return entry_steps(self.settings, self.calendar)

    @cached_property
    def kind_choice(self) -> Choice:
        """Kinds by their real enterprises."""
        return Choice(np.array([max(kind.real_enterprises, 0) for kind in self.settings.kinds.values()], dtype=float))

    @cached_property
    def sector_choices(self) -> list[Choice]:
        """Sectors by their shares in each kind."""
        return [
            Choice(np.array([kind.sectors.get(name, 0.0) for name in self.settings.sectors]))
            for kind in self.settings.kinds.values()
        ]

    @cached_property
    def region_choice(self) -> Choice:
        """Regions by their share of enterprises."""
        return Choice(np.array([region.enterprise_share for region in self.settings.regions.values()]))

    def stratum_numbers(self, ids: np.ndarray) -> np.ndarray:
        """Number of the stratum of each id: kind, then sector, then region."""
        draws = Draws(self.seed, ids)
        kind = self.firms.over("kind", ids, self.kind_choice.of(draws.uniform(Purpose.KIND)))
        region = self.firms.over("region", ids, self.region_choice.of(draws.uniform(Purpose.REGION)))
        sector, uniform = np.zeros(len(ids), dtype=np.intp), draws.uniform(Purpose.SECTOR)
        for place, choice in enumerate(self.sector_choices):
            rows = np.flatnonzero(kind == place)
            sector[rows] = choice.of(uniform[rows])
        sector = self.firms.over("sector", ids, sector)
        return (kind * len(self.settings.sectors) + sector) * len(self.settings.regions) + region


class Chunk(NamedTuple):
    """Some enterprises of one kind in the order of the rows, stratum by stratum.

    ``first`` is the row of the first of ``ids``; ``sectors``, ``regions``, ``cells`` (the numbers of the
    strata) and ``counts`` have one value a stratum.
    """

    kind: int
    sectors: np.ndarray
    regions: np.ndarray
    cells: np.ndarray
    counts: np.ndarray
    first: int
    ids: np.ndarray

    def each(self, values: np.ndarray) -> Any:
        """A value of each stratum for its enterprises: one number where there is one stratum."""
        return values[0] if len(values) == 1 else np.repeat(values, self.counts)

    def by_sector(self, values: np.ndarray) -> Any:
        """A value of each sector for the enterprises."""
        return self.each(values[self.sectors])


@dataclass(frozen=True, eq=False)
class Strata:
    """Ids of all enterprises, stratum by stratum [int32], and where the rows of each stratum end [strata]."""

    ids: np.ndarray
    ends: np.ndarray
    sectors: int
    regions: int

    def chunk(self, first: int, last: int) -> Chunk:
        """Rows ``first`` to ``last``, which are of one kind."""
        numbers = np.arange(
            np.searchsorted(self.ends, first, side="right"), np.searchsorted(self.ends, last, side="left") + 1
        )
        counts = np.diff(np.clip(self.ends[numbers], first, last), prepend=first)
        numbers, counts = numbers[counts > 0], counts[counts > 0]
        kinds, places = np.divmod(numbers, self.sectors * self.regions)
        return Chunk(int(kinds[0]), *np.divmod(places, self.regions), numbers, counts, first, self.ids[first:last])

    def chunks(self, rows: int, mixed: bool = False) -> Iterator[Chunk]:
        """All rows in order, at most ``rows`` in a chunk; each of one stratum, or only of one kind where ``mixed``."""
        first = 0
        for end in self.ends[self.sectors * self.regions - 1 :: self.sectors * self.regions] if mixed else self.ends:
            while first < end:
                last = min(int(end), first + rows)
                yield self.chunk(first, last)
                first = last


def strata_of(country: Country, threads: int = 1) -> Strata:
    """Sort the ids by stratum: count, then put each in its place, without a large number for every id. ODD, P9."""
    settings = country.settings
    count = settings.population.enterprises + len(country.entries)
    size = len(settings.kinds) * len(settings.sectors) * len(settings.regions)
    numbers, ids = np.empty(count, dtype=np.min_scalar_type(max(1, size - 1))), np.empty(count, dtype=np.int32)
    starts = range(0, count, SORTED_TOGETHER)

    def draw(start: int) -> np.ndarray:
        end = min(count, start + SORTED_TOGETHER)
        numbers[start:end] = country.stratum_numbers(np.arange(start, end, dtype=np.int32))
        return np.bincount(numbers[start:end], minlength=size)

    counts = np.array(in_order(draw, starts, threads), dtype=np.int64).reshape(-1, size)
    ends = np.cumsum(counts.T.ravel()).reshape(size, -1).T

    def sort(place: int) -> None:
        start = starts[place]
        part = numbers[start : start + SORTED_TOGETHER]
        order, done = np.argsort(part, kind="stable").astype(np.int32) + np.int32(start), 0
        for stratum in np.flatnonzero(counts[place]).tolist():
            number, end = int(counts[place, stratum]), int(ends[place, stratum])
            ids[end - number : end] = order[done : done + number]
            done += number

    in_order(sort, range(len(starts)), threads)
    return Strata(ids, np.cumsum(counts.sum(axis=0)), len(settings.sectors), len(settings.regions))
