"""The schema of the economy: calendar, population, kinds, sectors, regions, sales, payments, labour, households."""

from __future__ import annotations

import datetime
from itertools import pairwise
from typing import Literal

from pydantic import model_validator

from sim.scenario.settings import DatedRatio, DatedShare, Day, Name, Settings, Share, setting

KindName = Literal["sme", "self_employed", "rural"]
KIND_NAMES: tuple[KindName, ...] = ("sme", "self_employed", "rural")


class Calendar(Settings):
    """When the run starts, how long it lasts and how long a step is."""

    start: Day = setting(datetime.date(2020, 1, 6), "first day of the run", unit="date", role="structure")
    weeks: int = setting(60, "length of the run", unit="weeks", role="structure", ge=0, le=1040)
    run_off_weeks: int = setting(
        0,
        "weeks after the run in which no loan is asked for and all loans run off",
        unit="weeks",
        role="structure",
        ge=0,
        le=1040,
    )
    step_days: Literal[1, 7] = setting(7, "length of a step: 7 days or 1 day", unit="days", role="structure")


class Population(Settings):
    """How many agents stand for the real enterprises and households."""

    enterprises: int = setting(20_000, "enterprise agents drawn", unit="count", role="structure", ge=0, le=200_000_000)
    scale: int | None = setting(
        None,
        "real enterprises each agent stands for; none = the kinds' real numbers divided by the agents, rounded",
        unit="count",
        role="structure",
        ge=1,
        le=1_000_000_000,
    )
    entry_rate_yearly: float = setting(
        0.0, "new enterprises in a year, per enterprise of the start", unit="share per year", ge=0.0, lt=1.0
    )
    other_households_share: float = setting(
        0.25,
        "household agents without an enterprise (working for the rest of the economy), per enterprise agent",
        unit="ratio",
        role="structure",
        ge=0.0,
        le=10.0,
    )
    results: Literal["panels", "totals"] = setting(
        "panels",
        "what a run keeps of enterprises and loans: panels = a row each; totals = equal ones in one row, with their "
        "number and the sums of their amounts",
        unit="name",
        role="structure",
    )


class RunwayPoint(Settings):
    """One point of the published distribution of cash runways."""

    months: float = setting(..., "cash runway", unit="months of closed outgoings", gt=0.0, le=600.0)
    share: float = setting(..., "share of enterprises with that runway or less", unit="share", gt=0.0, lt=1.0)


class Kind(Settings):
    """One kind of enterprise: how many there are, how large, how liquid and how known to lenders."""

    real_enterprises: int = setting(..., "enterprises of this kind in the country", unit="count", ge=0, le=10**10)
    sectors: dict[Name, Share] = setting(
        ..., "share of the kind in each sector (sums to 1)", unit="share", min_length=1
    )
    staff_median: float = setting(..., "median number of people working, owner included", unit="people", ge=1.0, le=1e5)
    staff_sigma: float = setting(0.5, "spread of log staff", unit="log points", ge=0.0, le=3.0)
    staff_most: int = setting(1000, "largest enterprise of the kind", unit="people", ge=1, le=30_000)
    sales_per_head_yuan: float = setting(..., "median yearly sales per person working", unit="yuan", gt=0.0, le=1e9)
    sales_sigma: float = setting(0.7, "spread of log sales per head", unit="log points", ge=0.0, le=3.0)
    margin_share: Share | None = setting(
        None, "normal margin before the owner's pay; none = what the sector's costs leave", unit="share of sales"
    )
    margin_slope: float = setting(
        0.02, "change of the margin with one standard deviation of quality", unit="share of sales", ge=0.0, le=0.5
    )
    living_share: Share = setting(0.0, "normal margin the owner's household lives from", unit="share of margin")
    owner_working: bool = setting(
        False, "the owner is one of the staff, unpaid, and lives from the business", unit="yes/no"
    )
    runway_points: tuple[RunwayPoint, ...] = setting(
        ..., "distribution of cash runway, probit-log interpolated through these points", unit="months", min_length=2
    )
    digital_share: Share = setting(..., "enterprises with a transaction-data footprint", unit="share")
    banked_share: Share = setting(..., "enterprises with a bank-credit history", unit="share")
    banked_share_digital: Share | None = setting(
        None, "the same among digital enterprises; none = as for all", unit="share"
    )
    borrowing_share: Share = setting(0.5, "banked enterprises with an existing bank loan", unit="share")
    existing_loan_share: float = setting(0.15, "existing bank loan", unit="share of yearly sales", ge=0.0, le=2.0)
    collateral_share: Share = setting(..., "banked enterprises that own collateral", unit="share")
    collateral_share_unbanked: Share = setting(0.05, "other enterprises that own collateral", unit="share")
    collateral_ratio: float = setting(0.4, "value of the collateral", unit="ratio to yearly sales", ge=0.0, le=10.0)
    openness: tuple[DatedShare, ...] = setting(
        (), "share of the kind's enterprises in business that are open; empty = the national one", unit="share by date"
    )
    capacity: tuple[DatedShare, ...] = setting(
        (), "part of normal activity at which its open enterprises work; empty = the national one", unit="share by date"
    )
    discouraged_share: Share = setting(0.1, "enterprises in need that never ask (discouraged borrowers)", unit="share")
    precautionary_share: Share = setting(
        0.0, "enterprises without a gap that ask all the same, when they can reach the programme", unit="share"
    )

    @model_validator(mode="after")
    def _sums(self) -> Kind:
        total = sum(self.sectors.values())
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"sectors: the shares add to {total:.6g}; they must add to 1")
        points = self.runway_points
        if any(later.months <= earlier.months or later.share <= earlier.share for earlier, later in pairwise(points)):
            raise ValueError("runway_points: months and shares must both rise from point to point")
        return self


class Sector(Settings):
    """One sector: its costs, its demand and, where published, its own reopening."""

    title: str = setting(..., "name in English", unit="text", role="structure", min_length=1, max_length=60)
    title_zh: str = setting("", "name in Chinese", unit="text", role="structure", max_length=30)
    input_share: Share = setting(..., "materials and other variable costs", unit="share of sales")
    wage_share: Share = setting(..., "wage bill in a normal week", unit="share of sales")
    rent_share: Share = setting(..., "rent", unit="share of sales")
    other_fixed_share: Share = setting(..., "other fixed costs, interest included", unit="share of sales")
    household_demand_share: Share = setting(
        0.0, "part of the sector's demand that is household spending", unit="share of demand"
    )
    inputs_from: dict[Name, Share] = setting(
        {}, "part of the sector's inputs bought from each sector of the model (at most 1)", unit="share of inputs"
    )
    input_demand_share: Share = setting(
        0.0, "part of the sector's demand that is inputs of sectors of the model", unit="share of demand"
    )
    trade_credit_share: Share = setting(
        0.0, "part of the sector's sales paid later, when trade credit is on", unit="share of sales"
    )
    demand: tuple[DatedRatio, ...] = setting((), "demand met by open enterprises, against normal", unit="ratio by date")
    openness: tuple[DatedShare, ...] = setting(
        (), "published share of the sector's enterprises open", unit="share by date"
    )

    @model_validator(mode="after")
    def _sums(self) -> Sector:
        total = self.input_share + self.wage_share + self.rent_share + self.other_fixed_share
        if total > 1.0 + 1e-9:
            raise ValueError(f"input_share: the cost shares add to {total:.6g} of sales; at most 1")
        return self


class Region(Settings):
    """One region: its part of the enterprises, its reopening and its demand."""

    title: str = setting(..., "name in English", unit="text", role="structure", min_length=1, max_length=60)
    title_zh: str = setting("", "name in Chinese", unit="text", role="structure", max_length=30)
    enterprise_share: Share = setting(..., "part of the country's enterprises", unit="share")
    openness: tuple[DatedShare, ...] = setting((), "share of the region's enterprises open", unit="share by date")
    demand: tuple[DatedRatio, ...] = setting(
        (), "demand in the region, on top of the sectors' paths", unit="ratio by date"
    )


class Sales(Settings):
    """Sales of open enterprises."""

    noise_sigma: float = setting(
        0.08, "spread of an enterprise's log demand around normal", unit="log points", ge=0.0, le=1.0
    )
    noise_half_life_days: float = setting(28.0, "half-life of that deviation", unit="days", gt=0.0, le=3650.0)
    persistent_sigma: float = setting(
        0.0, "spread of the persistent part of an enterprise's log demand", unit="log points", ge=0.0, le=1.0
    )
    persistent_half_life_days: float = setting(
        180.0, "half-life of the persistent part", unit="days", gt=0.0, le=3650.0
    )
    capacity_ratio: float = setting(1.5, "most an enterprise can sell", unit="ratio to normal sales", ge=1.0, le=10.0)
    custom_shift_share: Share = setting(
        0.2,
        "demand for closed and exited enterprises that moves to open ones of the same sector and region",
        unit="share",
    )


class Spillovers(Settings):
    """Channels by which one enterprise's fate reaches another; each may be switched off."""

    custom_shift: bool = setting(
        True, "demand for closed and exited enterprises moves to open ones", unit="yes/no", role="structure"
    )
    input_output: bool = setting(
        False, "inputs that sectors buy from each other feed back into demand", unit="yes/no", role="structure"
    )
    trade_credit: bool = setting(
        False,
        "part of sales and inputs is paid later; unpaid bills of exited customers hit suppliers",
        unit="yes/no",
        role="structure",
    )
    trade_credit_days: float = setting(38.0, "mean payment delay between enterprises", unit="days", ge=1.0, le=3650.0)
    reopening: bool = setting(
        True,
        "the share open is one of the enterprises in business: where shut ones closed for good, fewer of the others open",
        unit="yes/no",
        role="structure",
    )
    consumption: bool = setting(True, "household spending feeds back into demand", unit="yes/no", role="structure")


class Payments(Settings):
    """What an enterprise pays, open and closed."""

    furlough_share: Share = setting(0.6, "wages paid while closed", unit="share of the wage bill")
    avoidable_share: Share = setting(0.25, "rent and fixed cost saved while closed", unit="share")
    payout_share: Share = setting(0.5, "cash above the target buffer paid to the owner each week", unit="share")


class Labour(Settings):
    """Lay-off, recall and work found elsewhere."""

    layoff_runway_days: float = setting(
        28.0, "runway under which an enterprise lays off", unit="days", ge=0.0, le=3650.0
    )
    key_staff_share: Share = setting(0.5, "staff kept in any case", unit="share of normal staff")
    job_finding_rate_yearly: float = setting(
        0.95, "people out of work who find work elsewhere in a year", unit="share per year", ge=0.0, lt=1.0
    )
    vacancy_days: float = setting(
        0.0, "mean time to fill a vacancy with people who work elsewhere; 0 = at once", unit="days", ge=0.0, le=3650.0
    )
    benefit_ratio: Share = setting(0.2, "benefit of a person out of work", unit="ratio to the normal wage")


class Households(Settings):
    """Spending and saving of households."""

    income_spent_share: Share = setting(0.7, "income spent at once", unit="share of income")
    cash_spent_share: Share = setting(0.02, "cash above the buffer spent each week", unit="share")
    precautionary_saving_share: Share = setting(
        0.0, "fall of the income spent at once when the whole region is closed", unit="share"
    )
    buffer_weeks: float = setting(8.0, "target buffer", unit="weeks of normal income", ge=0.0, le=520.0)
    members_other: int = setting(
        2, "working members of a household without an enterprise", unit="people", ge=1, le=1000
    )
    wage_other_yuan: float = setting(72_000.0, "yearly wage in the rest of the economy", unit="yuan", ge=0.0, le=1e8)
