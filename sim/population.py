"""The first state: enterprises and households drawn from a scenario, each draw keyed by the agent's id."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sim import draws
from sim.calendar import DAYS_PER_YEAR, NEVER, Calendar
from sim.columns import Table
from sim.draws import Purpose
from sim.firms import NO_FIRMS, Firms, firms_of, sales_of_bill
from sim.money import FEN_PER_YUAN
from sim.scenario.schema import ScenarioSettings
from sim.scenario.schema_economy import Kind, RunwayPoint
from sim.state import ENTERPRISE_TYPE, HOUSEHOLD_TYPE

MOST_FEN = 4e17
"""Largest amount of one agent: 4 × 10^15 yuan, far from the end of a 64-bit number."""
LEAST_ENTRY_DAYS = 728
"""Days for which entrants are drawn, however short the run."""
DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0
FIRST_OTHER_ID = 2**40
"""Ids of households without an enterprise start here, far above those of enterprises."""


@dataclass(frozen=True)
class Draws:
    """Keyed draws of one seed for an array of ids."""

    seed: int
    ids: np.ndarray

    def uniform(self, purpose: Purpose) -> np.ndarray:
        """Uniform numbers in (0, 1), one an id."""
        return draws.uniform_array(draws.stream(self.seed, purpose), self.ids)

    def normal(self, purpose: Purpose) -> np.ndarray:
        """Standard normal numbers, one an id."""
        return ndtri(self.uniform(purpose))


def real_total(settings: ScenarioSettings) -> int:
    """Real enterprises of the country."""
    return sum(kind.real_enterprises for kind in settings.kinds.values())


def scale_of(settings: ScenarioSettings) -> int:
    """Real enterprises that each agent stands for: as set, else the real total over the agents, rounded, at least 1."""
    if settings.population.scale is not None:
        return settings.population.scale
    agents = settings.population.enterprises
    return max(1, round(real_total(settings) / agents)) if agents else 1


def runway_quantiles(points: tuple[RunwayPoint, ...], shares: np.ndarray) -> np.ndarray:
    """Cash runway [months] at given shares: log months linear in the normal score through the points. ODD P1."""
    scores = ndtri(np.array([point.share for point in points]))
    months = np.log(np.array([point.months for point in points]))
    wanted = ndtri(shares)
    segment = np.clip(np.searchsorted(scores, wanted) - 1, 0, len(points) - 2)
    slope = np.diff(months) / np.diff(scores)
    return np.exp(months[segment] + slope[segment] * (wanted - scores[segment]))


def runway_share(points: tuple[RunwayPoint, ...], months: float) -> float:
    """Share of enterprises with at most the given runway [months]; the inverse of :func:`runway_quantiles`."""
    scores = ndtri(np.array([point.share for point in points]))
    logs = np.log(np.array([point.months for point in points]))
    segment = int(np.clip(np.searchsorted(logs, np.log(months)) - 1, 0, len(points) - 2))
    slope = (scores[segment + 1] - scores[segment]) / (logs[segment + 1] - logs[segment])
    return float(ndtr(scores[segment] + slope * (np.log(months) - logs[segment])))


def choose(shares: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Index drawn with the given shares for each uniform number."""
    limits = np.cumsum(shares)
    return np.minimum(np.searchsorted(limits / limits[-1], uniform), len(shares) - 1)


def round_money(amounts: np.ndarray) -> np.ndarray:
    """Whole fen [int64] of amounts in fen."""
    size = np.minimum(np.floor(np.abs(amounts) + 0.5), MOST_FEN)
    return np.copysign(size, amounts).astype(np.int64)


def draw_enterprises(settings: ScenarioSettings, calendar: Calendar, seed: int) -> Table:
    """Enterprise table in shuffled order [population.enterprises]. ODD, initialisation."""
    entries = entry_steps(settings, calendar)
    count = settings.population.enterprises + len(entries)
    table = Table(ENTERPRISE_TYPE, count)
    if count == 0:
        return table
    every = np.arange(count, dtype=np.int64)
    ids = every[np.argsort(draws.draw_array(draws.stream(seed, Purpose.PLACE), every), kind="stable")]
    table["id"] = ids
    luck, firms = Draws(seed, ids), firms_of(settings)
    kinds = list(settings.kinds.values())
    kind = choose(np.array([max(kind.real_enterprises, 0) for kind in kinds], dtype=float), luck.uniform(Purpose.KIND))
    region = choose(
        np.array([region.enterprise_share for region in settings.regions.values()]), luck.uniform(Purpose.REGION)
    )
    table["kind"], table["region"] = firms.over("kind", ids, kind), firms.over("region", ids, region)
    table["reopening_rank"] = luck.uniform(Purpose.REOPENING)
    table["quality"] = luck.normal(Purpose.QUALITY)
    for place, one in enumerate(kinds):
        rows = np.flatnonzero(table["kind"] == place)
        fill_kind(table, rows, one, settings, calendar, Draws(seed, ids[rows]), firms)
    table["cell"] = table["sector"].astype(np.int32) * len(settings.regions) + table["region"]
    set_hazard(table, settings, calendar)
    noise = luck.normal(Purpose.FIRST_DEVIATION)
    table["deviation"] = settings.sales.noise_sigma * noise
    set_entry(table, settings, entries)
    for name in ("first_loan", "application", "gap_step", "exit_step", "house_bank"):
        table[name] = -1
    table["loan_step"] = table["payout_step"] = NEVER
    return table


def entry_steps(settings: ScenarioSettings, calendar: Calendar) -> np.ndarray:
    """Step in which each new enterprise enters [entrants], evenly through the run. ODD equation P9.

    The k-th entrant (from 1) enters when the sum of entries per step reaches k, so a longer run changes no entry. They
    are drawn for two years at least, since the households of those to come spend from the start: runs of up to two
    years have the same people.
    """
    per_step = settings.population.enterprises * calendar.share_per_step(settings.population.entry_rate_yearly)
    steps = max(calendar.steps, calendar.steps_in(LEAST_ENTRY_DAYS))
    entrants = int(per_step * max(0, steps - 1))
    return np.ceil(np.arange(1, entrants + 1) / per_step).astype(np.int64) if entrants else np.zeros(0, dtype=np.int64)


def set_entry(table: Table, settings: ScenarioSettings, entries: np.ndarray) -> None:
    """Mark who is there from the start; entrants, whose ids follow, come later and have nobody at work until then."""
    first = settings.population.enterprises
    later = table["id"] >= first
    table["entry_step"][later] = entries[table["id"][later] - first]
    table["exists"] = ~later
    table["staff"][later] = 0


def set_hazard(table: Table, settings: ScenarioSettings, calendar: Calendar) -> None:
    """Chance to close for other causes in a step: on average the scenario's, lower for better enterprises. ODD P5."""
    mean = calendar.share_per_step(settings.exit.background_rate_yearly)
    slope = settings.exit.quality_slope
    table["hazard"] = np.minimum(1.0, mean * np.exp(-slope * table["quality"] - 0.5 * slope * slope))


def fill_kind(
    table: Table,
    rows: np.ndarray,
    kind: Kind,
    settings: ScenarioSettings,
    calendar: Calendar,
    luck: Draws,
    firms: Firms = NO_FIRMS,
) -> None:
    """Fill in the enterprises of one kind, from the firm table where it says. ODD equations P1 to P4."""
    sectors = list(settings.sectors)
    sector = choose(np.array([kind.sectors.get(name, 0.0) for name in sectors]), luck.uniform(Purpose.SECTOR))
    sector = firms.over("sector", luck.ids, sector)
    staff = kind.staff_median * np.exp(kind.staff_sigma * luck.normal(Purpose.STAFF))
    staff = np.clip(np.floor(staff + 0.5), 1, kind.staff_most).astype(np.int64)
    staff = firms.over("staff", luck.ids, staff)
    per_head = kind.sales_per_head_yuan * np.exp(kind.sales_sigma * luck.normal(Purpose.SALES_LEVEL))
    bill = firms.over("wage_bill", luck.ids, np.full(len(rows), np.nan))
    yearly_sales = staff * per_head * FEN_PER_YUAN
    if not np.isnan(bill).all():
        yearly_sales = sales_of_bill(bill * FEN_PER_YUAN, cost_shares(kind, settings, sector)[1], yearly_sales)
    yearly_sales = firms.over("yearly_sales", luck.ids, yearly_sales, FEN_PER_YUAN)
    owner = 1 if kind.owner_working else 0
    digital = luck.uniform(Purpose.DIGITAL) < kind.digital_share
    banked_digital = kind.banked_share if kind.banked_share_digital is None else kind.banked_share_digital
    banked = luck.uniform(Purpose.BANKED) < np.where(digital, banked_digital, kind.banked_share)
    pledge = np.where(banked, kind.collateral_share, kind.collateral_share_unbanked)
    collateral = np.where(luck.uniform(Purpose.COLLATERAL) < pledge, kind.collateral_ratio * yearly_sales, 0.0)

    part = table[rows]
    part["sector"], part["staff_normal"], part["staff"], part["owner_works"] = sector, staff, staff, owner
    part["digital"], part["banked"], part["collateral"] = digital, banked, round_money(collateral)
    set_costs(part, kind, settings, yearly_sales * calendar.step_days / DAYS_PER_YEAR)
    set_given_costs(part, bill, calendar, luck.ids, firms)
    set_cash(part, kind, settings, calendar, luck, firms)
    table[rows] = part


def set_given_costs(part: Table, bill: np.ndarray, calendar: Calendar, ids: np.ndarray, firms: Firms) -> None:
    """Wage and fixed cost of the firm table in place of the sector's shares of sales. ODD P11."""
    steps = calendar.step_days / DAYS_PER_YEAR
    paid = part["staff_normal"] - part["owner_works"]
    given = ~np.isnan(bill) & (paid > 0)
    wage = np.where(given, bill, 0.0) * FEN_PER_YUAN * steps / np.maximum(1, paid)
    part["wage"] = np.where(given, round_money(wage), part["wage"])
    fixed = firms.over("fixed_cost", ids, np.full(len(part), np.nan)) * FEN_PER_YUAN * steps
    known = ~np.isnan(fixed)
    part["fixed"] = np.where(known, round_money(np.where(known, fixed, 0.0)), part["fixed"])


def cost_shares(kind: Kind, settings: ScenarioSettings, sector: np.ndarray) -> tuple[np.ndarray, ...]:
    """Inputs, wages, fixed cost and margin [share of sales], scaled to the kind's margin where it has one."""
    every = list(settings.sectors.values())
    inputs = np.array([one.input_share for one in every])[sector]
    wages = np.array([one.wage_share for one in every])[sector]
    fixed = np.array([one.rent_share + one.other_fixed_share for one in every])[sector]
    margin = 1.0 - inputs - wages - fixed
    if kind.margin_share is not None:
        scaling = np.where(margin < 1.0, (1.0 - kind.margin_share) / np.where(margin < 1.0, 1.0 - margin, 1.0), 0.0)
        inputs, wages, fixed = inputs * scaling, wages * scaling, fixed * scaling
        margin = 1.0 - inputs - wages - fixed
    return inputs, wages, fixed, margin


def set_costs(part: Table, kind: Kind, settings: ScenarioSettings, sales: np.ndarray) -> None:
    """Normal sales, inputs, wages, fixed cost and the owner's living of each enterprise. ODD equations P2 and P3."""
    inputs, wages, fixed, margin = cost_shares(kind, settings, part["sector"].astype(np.int64))
    own_margin = np.maximum(0.0, margin + kind.margin_slope * part["quality"])
    inputs = np.clip(inputs - (own_margin - margin), 0.0, 1.0)
    paid = part["staff_normal"] - part["owner_works"]
    alone = paid <= 0
    own_margin = own_margin + np.where(alone, wages, 0.0)
    part["sales_normal"] = round_money(sales)
    part["input_share"] = inputs
    part["wage"] = np.where(alone, 0, round_money(wages * sales / np.maximum(paid, 1)))
    part["fixed"] = round_money(fixed * sales)
    part["living"] = round_money(kind.living_share * own_margin * sales)


def normal_profit(table: Table) -> np.ndarray:
    """What is left in a normal step after inputs, wages, fixed cost and living [fen]."""
    paid = (table["staff_normal"] - table["owner_works"]) * table["wage"]
    sales = table["sales_normal"]
    return sales - round_money(table["input_share"] * sales) - paid - table["fixed"] - table["living"]


def closed_outgoings(table: Table, settings: ScenarioSettings) -> np.ndarray:
    """Outgoings of a step while closed, what a runway is counted in [fen]."""
    payments = settings.payments
    paid = (table["staff_normal"] - table["owner_works"]) * table["wage"]
    return payments.furlough_share * paid + (1.0 - payments.avoidable_share) * table["fixed"] + table["living"]


def runway_in_days(table: Table, settings: ScenarioSettings, calendar: Calendar) -> np.ndarray:
    """Cash over closed outgoings [days]; a thousand years where nothing has to be paid."""
    daily = closed_outgoings(table, settings) / calendar.step_days
    longest = np.full(len(daily), 1000.0 * DAYS_PER_YEAR)
    return np.minimum(longest, np.divide(table["cash"], daily, out=longest.copy(), where=daily > 0))


def set_cash(
    part: Table, kind: Kind, settings: ScenarioSettings, calendar: Calendar, luck: Draws, firms: Firms = NO_FIRMS
) -> None:
    """Cash from the published runway; the buffer is the cash around which normal pay-outs hold it. ODD equation P4."""
    steps = runway_quantiles(kind.runway_points, luck.uniform(Purpose.RUNWAY)) * DAYS_PER_MONTH / calendar.step_days
    part["cash"] = round_money(firms.over("cash", luck.ids, steps * closed_outgoings(part, settings), FEN_PER_YUAN))
    payout = calendar.share_per_weeks(settings.payments.payout_share)
    above = np.maximum(0, normal_profit(part)) / payout if payout > 0 else np.zeros(len(part))
    part["buffer"] = np.maximum(0, part["cash"] - round_money(above))


def draw_households(settings: ScenarioSettings, calendar: Calendar, seed: int, enterprises: Table) -> Table:
    """Household table: one for the people of each enterprise, in the same order, then the others."""
    count = len(enterprises)
    others = round(settings.population.enterprises * settings.population.other_households_share)
    table = Table(HOUSEHOLD_TYPE, count + others)
    table["id"][:count] = enterprises["id"]
    table["id"][count:] = FIRST_OTHER_ID + np.arange(others)
    table["enterprise"][:count] = np.arange(count)
    table["enterprise"][count:] = -1
    table["members"][:count] = enterprises["staff_normal"]
    table["members"][count:] = settings.households.members_other
    paid = (enterprises["staff_normal"] - enterprises["owner_works"]) * enterprises["wage"]
    drawings = enterprises["living"] + np.maximum(0, normal_profit(enterprises))
    income = paid + np.where(enterprises["owner_works"] == 1, drawings, 0)
    table["wage"][:count] = round_money(income / np.maximum(1, enterprises["staff_normal"]))
    weekly = settings.households.wage_other_yuan * FEN_PER_YUAN / DAYS_PER_YEAR
    table["wage"][count:] = round_money(np.array(weekly * calendar.step_days))
    table["working_elsewhere"][:count] = np.where(enterprises["exists"] == 1, 0, enterprises["staff_normal"])
    set_work(table, settings, calendar, seed, count)
    set_savings(table, settings, calendar)
    return table


def set_work(table: Table, settings: ScenarioSettings, calendar: Calendar, seed: int, count: int) -> None:
    """Members of other households at work; so many are not as a normal year keeps out of work. ODD equation P6."""
    at_work = float(table["members"][:count][table["working_elsewhere"][:count] == 0].sum())
    leaving = calendar.share_per_step(settings.exit.background_rate_yearly) * at_work
    finding = calendar.share_per_step(settings.labour.job_finding_rate_yearly)
    others = table["members"][count:].astype(float)
    share = min(1.0, leaving / finding / others.sum()) if finding > 0 and others.sum() > 0 else 0.0
    luck = Draws(seed, table["id"][count:])
    out_of_work = np.floor(others * share + luck.uniform(Purpose.JOB_FINDING))
    table["working_elsewhere"][count:] = (others - np.minimum(others, out_of_work)).astype(np.int64)


def set_savings(table: Table, settings: ScenarioSettings, calendar: Calendar) -> None:
    """Cash at which spending equals normal income, so that nothing drifts without a shock. ODD equation P7."""
    households = settings.households
    income = (table["members"] * table["wage"]).astype(float)
    buffer = households.buffer_weeks * 7.0 / calendar.step_days * income
    spent = calendar.share_per_weeks(households.cash_spent_share)
    saved = (1.0 - households.income_spent_share) * income / spent - income if spent > 0 else np.zeros(len(table))
    table["buffer"] = round_money(buffer)
    table["cash"] = round_money(np.maximum(0.0, buffer + saved))
