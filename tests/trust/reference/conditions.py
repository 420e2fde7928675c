"""Section 6 of the ODD: conditions and cells of a step."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.trust.reference.arithmetic import MOST, NEVER, added, mask_of, steps_in, stream
from tests.trust.reference.paths import days_from_start, value_at
from tests.trust.reference.stopping import (
    WEEKS,
    region_shares,
    set_capacity,
    set_thresholds,
    stoppage_of,
)
from tests.trust.reference.world import World

MEASURES = ("payment_holiday", "guarantee", "interest_subsidy", "rent_waiver", "wage_support", "grant")
HOLIDAY, GUARANTEE, SUBSIDY, RENT, WAGES, GRANT = range(6)


def step_of(world: World, date: Any) -> int:
    """First step that starts on or after a date; 0 without one."""
    return 0 if date is None else steps_in(days_from_start(world, date), world.days)


def last_step_of(world: World, date: Any) -> int:
    """Last step in which something is in force; NEVER without an end (10.1)."""
    return NEVER if date is None else days_from_start(world, date) // world.days


def make_conditions(world: World) -> None:
    """Make the conditions and cells of the present step."""
    first, after = world.step * world.days, (world.step + 1) * world.days
    by_day = [stoppage_of(world, day) for day in range(first, after)]
    ahead = [stoppage_of(world, after + 7 * week) for week in range(WEEKS)]
    regions = [region_shares(world, day.published) for day in by_day]
    region_openness = [added(line[r] for line in regions) / world.days for r in range(len(world.regions))]
    weighted = zip(region_openness, world.regions, strict=True)
    branch = added(openness * region.enterprise_share for openness, region in weighted)
    world.now = national_conditions(world, branch)
    set_lenders(world)
    if not world.thresholds:
        world.thresholds = list(by_day[0].openness)
    world.cells = []
    for place in range(len(by_day[0].openness)):
        s, r = place // len(world.regions) % len(world.sectors), place % len(world.regions)
        cell = make_cell(world, s, r)
        set_thresholds(world, cell, place, by_day, ahead)
        set_capacity(world, cell, place, by_day)
        cell.region_openness = region_openness[r]
        world.cells.append(cell)


def national_conditions(world: World, branch: float) -> SimpleNamespace:
    """What holds for the whole country in this step."""
    settings, s, d = world.settings, world.step, world.days
    programme = settings.programme
    launch = step_of(world, programme.launch_date)
    asking = int(s < settings.calendar.weeks * 7 // d)
    lends = asking and programme.enabled and programme.envelope_yuan > 0 and s >= launch
    half = programme.awareness_half_days
    since = max(0, (s + 1 - launch) * d)
    now = SimpleNamespace(
        branch_openness=branch,
        stress_factor=settings.underwriting.stress_factor if branch < 1.0 - 10**-9 else 1.0,
        asking_allowed=asking,
        programme_open=int(bool(lends)),
        awareness=1.0 - 0.5 ** (since / half) if half else 1.0,
        bad_debt_share=min(1.0, float(world.bad_debts) / float(world.receivables)) if world.receivables else 0.0,
        keys=[stream(world.seed, purpose, s + 1) for purpose in range(35)],
    )
    set_measures(world, now)
    return now


def set_measures(world: World, now: SimpleNamespace) -> None:
    """10.1: size, kinds and regions of each measure in this step."""
    now.measure_share, now.measure_kinds, now.measure_regions = [], [], []
    for place, name in enumerate(MEASURES):
        measure = getattr(world.settings.measures, name)
        start = step_of(world, measure.start)
        in_force = measure.enabled and start <= world.step <= last_step_of(world, measure.end)
        size = (1.0 if world.step == start else 0.0) if place == GRANT else measure.share
        now.measure_share.append(size if in_force else 0.0)
        now.measure_kinds.append(mask_of(world.kind_names, measure.kinds))
        now.measure_regions.append(mask_of(world.region_names, measure.regions))
    measures = world.settings.measures
    now.any_support = any(now.measure_share[place] > 0 for place in (RENT, WAGES, GRANT))
    now.holiday_principal = measures.payment_holiday.principal
    now.holiday_interest = measures.payment_holiday.interest
    now.wages_only_stopped = measures.wage_support.only_stopped
    now.grant_only_stopped = measures.grant.only_stopped
    now.grant = round(measures.grant.yuan * 100)
    now.grant_steps = measures.grant.sales_days / world.days


def set_lenders(world: World) -> None:
    """What lenders can lend in this step, and at what cost of funds (6.9)."""
    relending = world.settings.measures.relending
    for lender in world.lenders:
        lends = lender.member and lender.member_step <= world.step
        quota = lender.programme_quota - lender.programme_loans - lender.programme_committed
        lender.member_weight = float(max(0, quota)) if lends else 0.0
        equity = lender.funds + lender.loans - lender.liabilities
        room = lender.funds
        if lender.least_equity_ratio > 0:
            room = min(room, int(min(float(equity) / lender.least_equity_ratio, MOST)) - lender.loans)
        lender.room = max(0, room - lender.committed) if equity > 0 else 0
        part = min(1.0, float(lender.relending) / float(max(1, lender.funds + lender.loans)))
        cheaper = min(0.0, relending.rate_yearly - lender.funding_cost)
        lender.funding_now = lender.funding_cost + part * cheaper


def make_cell(world: World, s: int, r: int) -> SimpleNamespace:
    """A cell but for its thresholds and capacity."""
    sector, programme = world.sectors[s], world.settings.programme
    fixed = sector.rent_share + sector.other_fixed_share
    regions = programme.eligible_regions
    return SimpleNamespace(
        eligible=regions is None or world.region_names[r] in regions,
        rent_part=sector.rent_share / fixed if fixed else 0.0,
        credit_sales_share=sector.trade_credit_share if world.settings.spillovers.trade_credit else 0.0,
        credit_inputs_share=credit_inputs_share(world, sector),
        demand=demand_of(world, s, r),
    )


def credit_inputs_share(world: World, sector: Any) -> float:
    """Share of a sector's inputs that is paid later."""
    if not world.settings.spillovers.trade_credit:
        return 0.0
    bought = on_credit = 0.0
    for name, seller in world.settings.sectors.items():
        share = sector.inputs_from.get(name, 0.0)
        bought += share
        on_credit += share * seller.trade_credit_share
    return (on_credit / bought) * min(1.0, bought) if bought else 0.0


def demand_of(world: World, s: int, r: int) -> float:
    """2.4: demand of a cell."""
    sector, region, links = world.sectors[s], world.regions[r], world.settings.spillovers
    middle = world.step * world.days + (world.days - 1) / 2.0
    part = 1.0
    if links.consumption and world.normal_spending > 0:
        ratio = float(world.spending) / float(world.normal_spending)
        part += sector.household_demand_share * (ratio - 1.0)
    if links.input_output:
        part += sector.input_demand_share * (bought_ratio(world, s) - 1.0)
    shift = 1.0
    if links.custom_shift and world.patronage:
        cells = world.patronage[s * len(world.regions) + r :: len(world.sectors) * len(world.regions)]
        there, gone = sum(cell.open for cell in cells), sum(cell.closed for cell in cells)
        if there:
            shift += world.settings.sales.custom_shift_share * (float(gone) / float(there))
    path = value_at(world, sector.demand, middle) * value_at(world, region.demand, middle)
    return path * max(0.0, part) * shift


def bought_ratio(world: World, seller: int) -> float:
    """Inputs bought from a sector in the last step against a normal one."""
    if not world.patronage:
        return 1.0
    name = list(world.settings.sectors)[seller]
    bought = normal = 0.0
    for place, buyer in enumerate(world.sectors):
        share = buyer.inputs_from.get(name, 0.0)
        wide, every = len(world.regions), enumerate(world.patronage)
        inputs = sum(cell.inputs for number, cell in every if number // wide % len(world.sectors) == place)
        bought += share * inputs
        normal += share * world.normal_inputs[place]
    return bought / normal if normal else 1.0
