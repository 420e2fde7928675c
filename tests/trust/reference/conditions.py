"""Section 6 of the ODD: conditions and cells of a step."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.trust.reference.arithmetic import MOST, NEVER, added, mask_of, steps_in, stream
from tests.trust.reference.world import World

MEASURES = ("payment_holiday", "guarantee", "interest_subsidy", "rent_waiver", "wage_support", "grant")
HOLIDAY, GUARANTEE, SUBSIDY, RENT, WAGES, GRANT = range(6)


def days_from_start(world: World, date: Any) -> int:
    """Days from the start of the run to a date."""
    return (date - world.settings.calendar.start).days


def step_of(world: World, date: Any) -> int:
    """First step that starts on or after a date; 0 without one."""
    return 0 if date is None else steps_in(days_from_start(world, date), world.days)


def last_step_of(world: World, date: Any) -> int:
    """Last step in which something is in force; NEVER without an end (10.1)."""
    return NEVER if date is None else days_from_start(world, date) // world.days


def value_at(world: World, path: Any, day: float) -> float:
    """A dated path on a day (section 6)."""
    if not path:
        return 1.0
    points = [(days_from_start(world, date), value) for date, value in path]
    if day <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        if day == x1:
            return y1
        if x0 < day < x1:
            return ((y1 - y0) / (x1 - x0)) * (day - x0) + y0
    return points[-1][1]


def cell_weights(world: World) -> list[list[float]]:
    """Share of the real enterprises in each sector and region."""
    weights = []
    for name in world.settings.sectors:
        real = added(kind.real_enterprises * kind.sectors.get(name, 0.0) for kind in world.kinds)
        weights.append([real * region.enterprise_share for region in world.regions])
    total = added(weight for row in weights for weight in row)
    if total == 0:
        equal = 1.0 / (len(world.sectors) * len(world.regions))
        return [[equal for _ in row] for row in weights]
    return [[weight / total for weight in row] for row in weights]


def open_shares(world: World, weights: list[list[float]], day: int) -> list[list[float]]:
    """1.2: share open by sector and region on a day."""
    national = value_at(world, world.settings.stoppage.openness, day)
    shares: list[list[float | None]] = []
    taken = free = 0.0
    for sector, row in zip(world.sectors, weights, strict=True):
        line: list[float | None] = []
        for region, weight in zip(world.regions, row, strict=True):
            path = region.openness or sector.openness
            own = value_at(world, path, day) if path else None
            line.append(own)
            if own is None:
                free += weight
            else:
                taken += weight * own
        shares.append(line)
    if not any(own is not None for line in shares for own in line):
        rest = national
    else:
        rest = min(1.0, max(0.0, (national - taken) / free)) if free > 0 else national
    return [[rest if own is None else own for own in line] for line in shares]


def region_shares(world: World, weights: list[list[float]], shares: list[list[float]]) -> list[float]:
    """Share open of each region, its cells weighted."""
    found = []
    for region in range(len(world.regions)):
        total = added(row[region] for row in weights)
        if total > 0:
            found.append(added(w[region] * own[region] for w, own in zip(weights, shares, strict=True)) / total)
        else:
            found.append(added(own[region] for own in shares) / len(shares))
    return found


def make_conditions(world: World) -> None:
    """Make the conditions and cells of the present step."""
    weights = cell_weights(world)
    days = range(world.step * world.days, (world.step + 1) * world.days + 1)
    by_day = [open_shares(world, weights, day) for day in days]
    regions = [region_shares(world, weights, shares) for shares in by_day[:-1]]
    region_openness = [added(line[r] for line in regions) / world.days for r in range(len(world.regions))]
    weighted = zip(region_openness, world.regions, strict=True)
    branch = added(openness * region.enterprise_share for openness, region in weighted)
    world.now = national_conditions(world, branch)
    set_lenders(world)
    world.cells = []
    for s in range(len(world.sectors)):
        for r in range(len(world.regions)):
            cell = make_cell(world, s, r)
            cell.openness = [shares[s][r] for shares in by_day[:-1]]
            cell.openness_after = by_day[-1][s][r]
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
        keys=[stream(world.seed, purpose, s + 1) for purpose in range(31)],
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
    """A cell but for its openness."""
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
        patronage = world.patronage[s * len(world.regions) + r]
        if patronage.open:
            shift += world.settings.sales.custom_shift_share * (float(patronage.closed) / float(patronage.open))
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
        cells = world.patronage[place * len(world.regions) : (place + 1) * len(world.regions)]
        bought += share * sum(patronage.inputs for patronage in cells)
        normal += share * world.normal_inputs[place]
    return bought / normal if normal else 1.0
