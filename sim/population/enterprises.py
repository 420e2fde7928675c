"""Enterprises and households of the initial state, drawn chunk by chunk, each draw keyed by the agent's id."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from sim.arithmetic.calendar import DAYS_PER_YEAR, NEVER, Calendar
from sim.arithmetic.draws import Purpose
from sim.arithmetic.money import FEN_PER_YUAN, round_money
from sim.arithmetic.sampling import Draws
from sim.population.strata import Chunk, Country
from sim.scenario.firms import NO_FIRMS, Firms, sales_of_bill
from sim.scenario.schema import ScenarioSettings
from sim.scenario.schema_economy import Kind, RunwayPoint
from sim.state.table import Table

DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0
FIRST_OTHER_ID = 2**40
"""Ids of households without an enterprise start here, far above those of enterprises."""


def runway_quantiles(points: tuple[RunwayPoint, ...], shares: np.ndarray) -> np.ndarray:
    """Cash runway [months] at given shares: log months linear in the normal score through the points. ODD P1."""
    scores = ndtri(np.array([point.share for point in points]))
    months = np.log(np.array([point.months for point in points]))
    wanted = ndtri(shares)
    segment = np.clip(np.searchsorted(scores, wanted) - 1, 0, len(points) - 2) if len(points) > 2 else 0
    slope = np.diff(months) / np.diff(scores)
    return np.exp(months[segment] + slope[segment] * (wanted - scores[segment]))


def runway_share(points: tuple[RunwayPoint, ...], months: float) -> float:
    """Share of enterprises with at most the given runway [months]; the inverse of :func:`runway_quantiles`."""
    scores = ndtri(np.array([point.share for point in points]))
    logs = np.log(np.array([point.months for point in points]))
    segment = int(np.clip(np.searchsorted(logs, np.log(months)) - 1, 0, len(points) - 2))
    slope = (scores[segment + 1] - scores[segment]) / (logs[segment + 1] - logs[segment])
    return float(ndtr(scores[segment] + slope * (np.log(months) - logs[segment])))


def draw_enterprises(part: Table, chunk: Chunk, country: Country) -> None:
    """Fill in the enterprises of a chunk, rows of zeros before. ODD, initialisation, equations P1 to P5, P9 and P11."""
    settings, calendar, firms, ids = country.settings, country.calendar, country.firms, chunk.ids
    kind, draws = list(settings.kinds.values())[chunk.kind], Draws(country.seed, ids)
    part["id"], part["kind"] = ids, chunk.kind
    part["sector"], part["region"] = chunk.each(chunk.sectors), chunk.each(chunk.regions)
    part["cell"] = chunk.each(chunk.cells)
    part["quality"] = draws.normal(Purpose.QUALITY)
    set_hazard(part, settings, calendar)
    part["deviation"] = settings.sales.noise_sigma * draws.normal(Purpose.FIRST_DEVIATION)
    part["persistent"] = settings.sales.persistent_sigma * draws.normal(Purpose.FIRST_PERSISTENT)
    for name in ("first_loan", "application", "gap_step", "exit_step", "house_bank"):
        part[name] = -1
    part["loan_step"] = part["answer_step"] = part["payout_step"] = NEVER
    staff = kind.staff_median * np.exp(kind.staff_sigma * draws.normal(Purpose.STAFF))
    staff = np.clip(np.floor(staff + 0.5), 1, kind.staff_most).astype(np.int64)
    staff = firms.over("staff", ids, staff)
    part["staff_normal"] = part["staff"] = staff
    part["owner_works"] = 1 if kind.owner_working else 0
    set_stoppage(part, settings, draws)
    per_head = kind.sales_per_head_yuan * np.exp(kind.sales_sigma * draws.normal(Purpose.SALES_LEVEL))
    shares = [chunk.by_sector(share) for share in cost_shares(kind, settings)]
    bill = firms.over("wage_bill", ids, np.full(len(ids), np.nan)) if firms is not NO_FIRMS else np.array(np.nan)
    yearly_sales = staff * per_head * FEN_PER_YUAN
    if not np.isnan(bill).all():
        yearly_sales = sales_of_bill(bill * FEN_PER_YUAN, shares[1], yearly_sales)
    yearly_sales = firms.over("yearly_sales", ids, yearly_sales, FEN_PER_YUAN)
    set_standing(part, kind, draws, yearly_sales)
    set_costs(part, kind, shares, yearly_sales * calendar.step_days / DAYS_PER_YEAR)
    if firms is not NO_FIRMS:
        set_given_costs(part, bill, calendar, ids, firms)
    set_cash(part, kind, settings, calendar, draws, firms)
    set_entry(part, settings, country.entries)


def set_stoppage(part: Table, settings: ScenarioSettings, draws: Draws) -> None:
    """Reopening rank, and how much of its capacity it loses when open, by size. ODD equation P12."""
    shut_ratio, capacity_ratio = np.ones(len(part)), np.ones(len(part))
    for size in settings.stoppage.sizes:
        reached = part["staff_normal"] >= size.staff_from
        shut_ratio[reached], capacity_ratio[reached] = size.shut_ratio, size.capacity_ratio
    part["reopening_rank"] = 1.0 - (1.0 - draws.uniform(Purpose.REOPENING)) / shut_ratio
    part["exposure"] = -np.log(draws.uniform(Purpose.EXPOSURE)) * capacity_ratio


def set_standing(part: Table, kind: Kind, draws: Draws, yearly_sales: np.ndarray) -> None:
    """Transaction data, bank-credit history, and what could be pledged."""
    digital = draws.uniform(Purpose.DIGITAL) < kind.digital_share
    banked_digital = kind.banked_share if kind.banked_share_digital is None else kind.banked_share_digital
    banked = is_below(draws.uniform(Purpose.BANKED), digital, banked_digital, kind.banked_share)
    pledges = is_below(draws.uniform(Purpose.COLLATERAL), banked, kind.collateral_share, kind.collateral_share_unbanked)
    part["digital"], part["banked"] = digital, banked
    part["collateral"] = round_money(kind.collateral_ratio * yearly_sales) * pledges


def is_below(uniform: np.ndarray, of_one: np.ndarray, one: float, other: float) -> np.ndarray:
    """Whether numbers are below one share, or below another share where not ``of_one``."""
    return ((uniform < one) & of_one) | ((uniform < other) & ~of_one)


def set_entry(part: Table, settings: ScenarioSettings, entries: np.ndarray) -> None:
    """Mark who is there from the start; entrants, whose ids follow, come later and have nobody at work until then."""
    first = settings.population.enterprises
    part["exists"] = part["id"] < first
    later = np.flatnonzero(part["exists"] == 0)
    part["entry_step"][later] = entries[part["id"][later] - first]
    part["staff"][later] = 0


def set_hazard(part: Table, settings: ScenarioSettings, calendar: Calendar) -> None:
    """Chance to close for other causes in a step: on average the scenario's, lower for better enterprises. ODD P5."""
    mean = calendar.share_per_step(settings.exit.background_rate_yearly)
    slope = settings.exit.quality_slope
    quality = part["quality"].astype(float)
    part["hazard"] = np.minimum(1.0, mean * np.exp(-slope * quality - 0.5 * slope * slope))


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


def cost_shares(kind: Kind, settings: ScenarioSettings) -> tuple[np.ndarray, ...]:
    """Inputs, wages, fixed cost and margin [share of sales, sectors], scaled to the kind's margin where it has one."""
    every = list(settings.sectors.values())
    inputs = np.array([one.input_share for one in every])
    wages = np.array([one.wage_share for one in every])
    fixed = np.array([one.rent_share + one.other_fixed_share for one in every])
    margin = 1.0 - inputs - wages - fixed
    if kind.margin_share is not None:
        scaling = np.where(margin < 1.0, (1.0 - kind.margin_share) / np.where(margin < 1.0, 1.0 - margin, 1.0), 0.0)
        inputs, wages, fixed = inputs * scaling, wages * scaling, fixed * scaling
        margin = 1.0 - inputs - wages - fixed
    return inputs, wages, fixed, margin


def set_costs(part: Table, kind: Kind, shares: list[np.ndarray], sales: np.ndarray) -> None:
    """Normal sales, inputs, wages, fixed cost and the owner's living of each enterprise. ODD equations P2 and P3."""
    inputs, wages, fixed, margin = shares
    own_margin = np.maximum(0.0, margin + kind.margin_slope * part["quality"].astype(float))
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
    part: Table, kind: Kind, settings: ScenarioSettings, calendar: Calendar, draws: Draws, firms: Firms
) -> None:
    """Cash from the published runway; the buffer is the cash around which normal pay-outs hold it. ODD equation P4."""
    steps = runway_quantiles(kind.runway_points, draws.uniform(Purpose.RUNWAY)) * DAYS_PER_MONTH / calendar.step_days
    part["cash"] = round_money(firms.over("cash", draws.ids, steps * closed_outgoings(part, settings), FEN_PER_YUAN))
    payout = calendar.share_per_weeks(settings.payments.payout_share)
    above = np.maximum(0, normal_profit(part)) / payout if payout > 0 else np.zeros(len(part))
    part["buffer"] = np.maximum(0, part["cash"] - round_money(above))


def draw_households(part: Table, enterprises: Table, first_row: int, country: Country) -> None:
    """Fill in the households of the people of some enterprises, whose first row is ``first_row``. ODD, P7."""
    staff, owner = enterprises["staff_normal"], enterprises["owner_works"]
    part["id"], part["members"] = enterprises["id"], staff
    part["enterprise"] = np.arange(first_row, first_row + len(part))
    paid = (staff - owner) * enterprises["wage"]
    drawings = enterprises["living"] + np.maximum(0, normal_profit(enterprises))
    part["wage"] = round_money((paid + np.where(owner == 1, drawings, 0)) / np.maximum(1, staff))
    part["working_elsewhere"] = np.where(enterprises["exists"] == 1, 0, staff)
    set_savings(part, country.settings, country.calendar)


def other_count(settings: ScenarioSettings) -> int:
    """Households that belong to no enterprise."""
    return round(settings.population.enterprises * settings.population.other_households_share)


def draw_others(part: Table, first: int, country: Country, at_work: int) -> None:
    """Fill in households that belong to no enterprise, from the ``first`` on; ``at_work`` work in enterprises."""
    settings, calendar = country.settings, country.calendar
    part["id"] = FIRST_OTHER_ID + np.arange(first, first + len(part))
    part["enterprise"] = -1
    part["members"] = settings.households.members_other
    weekly = settings.households.wage_other_yuan * FEN_PER_YUAN / DAYS_PER_YEAR
    part["wage"] = round_money(np.array(weekly * calendar.step_days))
    members = part["members"].astype(float)
    share = share_out_of_work(settings, calendar, at_work)
    out_of_work = np.floor(members * share + Draws(country.seed, part["id"]).uniform(Purpose.JOB_FINDING))
    part["working_elsewhere"] = members - np.minimum(members, out_of_work)
    set_savings(part, settings, calendar)


def share_out_of_work(settings: ScenarioSettings, calendar: Calendar, at_work: int) -> float:
    """Members of other households out of work: as many as a normal year keeps so. ODD equation P6."""
    leaving = calendar.share_per_step(settings.exit.background_rate_yearly) * at_work
    finding = calendar.share_per_step(settings.labour.job_finding_rate_yearly)
    others = float(other_count(settings) * settings.households.members_other)
    return min(1.0, leaving / finding / others) if finding > 0 and others > 0 else 0.0


def set_savings(table: Table, settings: ScenarioSettings, calendar: Calendar) -> None:
    """Cash at which spending equals normal income, so that nothing drifts without a shock. ODD equation P7."""
    households = settings.households
    income = (table["members"] * table["wage"]).astype(float)
    buffer = households.buffer_weeks * 7.0 / calendar.step_days * income
    spent = calendar.share_per_weeks(households.cash_spent_share)
    saved = (1.0 - households.income_spent_share) * income / spent - income if spent > 0 else np.zeros(len(table))
    table["cash"] = round_money(np.maximum(0.0, buffer + saved))
