"""The schema of the stoppage: who is open, at what capacity, in which waves, and who knows when it ends."""

from __future__ import annotations

import datetime

from pydantic import Field, model_validator

from sim.scenario.schema_economy import KindName
from sim.scenario.settings import DatedShare, Day, Name, Settings, Share, setting

MOST_SIZES = 3
"""Size classes above the smallest that a scenario can tell apart."""


class SizeClass(Settings):
    """Enterprises from a number of staff on: how much less than the smaller ones they are shut."""

    staff_from: int = setting(..., "people working in a normal week, from which the class begins", unit="people", ge=2)
    shut_ratio: float = setting(
        1.0, "share of the class that is shut, against that of enterprises below all classes", unit="ratio",
        ge=0.01, le=10.0,
    )  # fmt: skip
    capacity_ratio: float = setting(
        1.0, "what an open enterprise of the class loses of its capacity, against smaller ones", unit="ratio",
        ge=0.0, le=10.0,
    )  # fmt: skip


class Wave(Settings):
    """One more wave of closures: openness and capacity are lost from one day on and come back from another."""

    first: Day = Field(
        ..., alias="from", description="day from which more and more are shut",
        json_schema_extra={"unit": "date", "role": "uncertainty"},
    )  # fmt: skip
    last: Day = Field(
        ..., alias="to", description="day until which the bottom lasts",
        json_schema_extra={"unit": "date", "role": "uncertainty"},
    )  # fmt: skip
    depth: Share = setting(
        ...,
        "share lost at the bottom, of those open and again of what the open can do: 0.5 leaves a quarter of sales; "
        "0 only draws anew who is shut",
        unit="share",
    )
    ramp_days: int = setting(
        14, "days from the first to the bottom, and from the last day back", unit="days", ge=0, le=3650
    )
    sectors: tuple[Name, ...] | None = setting(None, "sectors it reaches; null = all", unit="names", min_length=1)
    regions: tuple[Name, ...] | None = setting(None, "regions it reaches; null = all", unit="names", min_length=1)
    kinds: tuple[KindName, ...] | None = setting(None, "kinds it reaches; null = all", unit="names", min_length=1)

    @model_validator(mode="after")
    def _dates(self) -> Wave:
        if self.last < self.first + datetime.timedelta(days=self.ramp_days):
            raise ValueError(f"to: {self.last} lies before the bottom is reached, ramp_days after {self.first}")
        return self


class Stoppage(Settings):
    """Who is open: published shares of enterprises in business, met enterprise by enterprise."""

    openness: tuple[DatedShare, ...] = setting(
        (), "published share of the enterprises in business that are open; empty = no stoppage", unit="share by date"
    )
    capacity: tuple[DatedShare, ...] = setting(
        (), "mean part of normal activity at which open enterprises work; empty = all of it", unit="share by date"
    )
    capacity_spread: Share = setting(
        1.0,
        "how unequally the loss of capacity falls on the open: 0 = the same for all, 1 = most unequally",
        unit="share",
    )
    shut_share: Share = setting(
        1.0,
        "part of the lost sales that lies on the shut as the paths say; the rest lies on all: more are open, at less "
        "capacity",
        unit="share",
    )
    sizes: tuple[SizeClass, ...] = setting(
        (), "size classes with less or more to lose, from small to large", unit="group", max_length=MOST_SIZES
    )
    announced_error_days: float | None = setting(
        None,
        "error (standard deviation) with which a shut enterprise knows when it reopens; null = it does not know and "
        "plans as if it stayed shut",
        unit="days", ge=0.0, le=365.0,
    )  # fmt: skip
    rank_persistence: Share = setting(
        0.5, "enterprises that keep their place in the order of reopening when a wave begins", unit="share"
    )
    waves: tuple[Wave, ...] = setting((), "further waves, on top of every path", unit="group", max_length=20)

    @model_validator(mode="after")
    def _order(self) -> Stoppage:
        starts = [size.staff_from for size in self.sizes]
        if starts != sorted(set(starts)):
            raise ValueError("sizes: staff_from must rise from class to class")
        return self
