"""The state of one run: tables, terms, and the conditions of each step; no rule is decided here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim import draws
from sim.calendar import DAYS_PER_YEAR, Calendar
from sim.lenders import (
    choose_house_banks,
    draw_lenders,
    existing_loans,
    lender_books,
    product_table,
    programme_record,
)
from sim.money import FEN_PER_YUAN
from sim.paths import demand_by_cell, openness_by_cell, openness_by_region
from sim.population import draw_enterprises, draw_households, scale_of
from sim.scenario.schema import ScenarioSettings
from sim.state import CUSTOM_TYPE, FLOW_TYPE, LOAN_TYPE
from sim.terms import CELL_TYPE, CONDITIONS_TYPE, KIND_TYPE, TERMS_TYPE

FULLY_OPEN = 1.0 - 1e-9
"""Share open from which there is no stoppage, with room for rounding."""


@dataclass
class Economy:
    """Everything that changes in a run, and what it is read against.

    ``government`` and ``rest`` are the outside accounts [real fen]; ``loan_count`` rows of ``loans`` are in use.
    """

    settings: ScenarioSettings
    seed: int
    calendar: Calendar
    scale: int
    enterprises: np.ndarray
    households: np.ndarray
    loans: np.ndarray
    loan_count: int
    lenders: np.ndarray
    queues: np.ndarray
    programme: np.ndarray
    products: np.ndarray
    kinds: np.ndarray
    terms: np.ndarray
    openness: np.ndarray
    region_openness: np.ndarray
    demand: np.ndarray
    step: int = 0
    government: int = 0
    rest: int = 0
    custom: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=CUSTOM_TYPE))
    spending: int = 0
    spending_start: int = 0

    @property
    def money(self) -> int:
        """All money of the country [real fen]; it never changes."""
        agents = int(self.enterprises["cash"].sum()) + int(self.households["cash"].sum())
        return self.scale * agents + int(self.lenders["funds"].sum()) + self.government + self.rest


def build_economy(settings: ScenarioSettings, seed: int) -> Economy:
    """The first state of a run, drawn from a scenario. ODD, initialisation."""
    calendar = Calendar(settings.calendar.start, settings.calendar.weeks, settings.calendar.step_days)
    scale = scale_of(settings)
    enterprises = draw_enterprises(settings, calendar, seed)
    households = draw_households(settings, calendar, seed, enterprises)
    lenders, queues = draw_lenders(settings, calendar, seed)
    products = product_table(settings, calendar)
    choose_house_banks(settings, seed, enterprises, lenders, queues)
    loans = existing_loans(settings, calendar, seed, enterprises, products, lenders)
    lender_books(lenders, loans, scale)
    openness = openness_by_cell(settings, calendar)
    economy = Economy(
        settings=settings,
        seed=seed,
        calendar=calendar,
        scale=scale,
        enterprises=enterprises,
        households=households,
        loans=loans,
        loan_count=len(loans),
        lenders=lenders,
        queues=queues,
        programme=programme_record(settings),
        products=products,
        kinds=kind_table(settings),
        terms=make_terms(settings, calendar, scale, seed),
        openness=openness,
        region_openness=openness_by_region(settings, openness),
        demand=demand_by_cell(settings, calendar),
    )
    economy.custom = np.zeros(len(openness), dtype=CUSTOM_TYPE)
    economy.spending_start = economy.spending = normal_spending(households, settings)
    return economy


def normal_spending(households: np.ndarray, settings: ScenarioSettings) -> int:
    """Household spending of a normal step [fen × agents]: income at work, benefit out of work."""
    own = households["enterprise"] >= 0
    elsewhere = households["working_elsewhere"]
    working = np.where(own & (elsewhere == 0), households["members"], elsewhere).astype(np.int64)
    idle = households["members"] - working
    return int((households["wage"] * working).sum() + (settings.labour.benefit_ratio * households["wage"] * idle).sum())


def make_terms(settings: ScenarioSettings, calendar: Calendar, scale: int, seed: int) -> np.ndarray:
    """The scenario's numbers per step, as rules read them [1]. ODD, parameter table."""
    days = calendar.step_days
    sales, payments, labour, households = settings.sales, settings.payments, settings.labour, settings.households
    demand, underwriting, repayment, leaving = (
        settings.credit_demand,
        settings.underwriting,
        settings.repayment,
        settings.exit,
    )
    persistence = 0.5 ** (days / sales.noise_half_life_days)
    values = {
        "scale": scale,
        "step_days": days,
        "day_share": 1.0 / days,
        "noise_persistence": persistence,
        "noise_step": sales.noise_sigma * (1.0 - persistence**2) ** 0.5,
        "noise_half_variance": 0.5 * sales.noise_sigma**2,
        "capacity_ratio": sales.capacity_ratio,
        "furlough_share": payments.furlough_share,
        "closed_fixed_share": 1.0 - payments.avoidable_share,
        "payout_share": calendar.share_per_weeks(payments.payout_share),
        "layoff_steps": labour.layoff_runway_days / days,
        "key_staff_share": labour.key_staff_share,
        "job_finding_share": calendar.share_per_step(labour.job_finding_rate_yearly),
        "benefit_ratio": labour.benefit_ratio,
        "income_spent_share": households.income_spent_share,
        "cash_spent_share": calendar.share_per_weeks(households.cash_spent_share),
        "horizon_steps": demand.horizon_days / days,
        "restock_steps": demand.restock_days / days,
        "precautionary_steps": demand.precautionary_days / days,
        "least_asked": max(1, round(demand.least_yuan * FEN_PER_YUAN)),
        "reapply_steps": calendar.steps_in(demand.reapply_days),
        "steps_per_year": DAYS_PER_YEAR / days,
        "pd_intercept": underwriting.pd_intercept,
        "pd_slope": underwriting.pd_slope,
        "noise_statements": underwriting.noise_statements,
        "noise_unknown": underwriting.noise_unknown,
        "noise_transactions": underwriting.noise_transactions,
        "lgd_unsecured": underwriting.lgd_unsecured_share,
        "collateral_kept_share": 1.0 - underwriting.collateral_haircut_share,
        "least_granted_share": underwriting.least_granted_share,
        "non_performing_steps": calendar.steps_in(repayment.non_performing_days),
        "write_off_steps": calendar.steps_in(repayment.write_off_days),
        "buffer_kept_share": repayment.buffer_kept_share,
        "rent_patience_steps": leaving.rent_patience_days / days,
        "wage_patience_steps": leaving.wage_patience_days / days,
        "fixed_keys": draws.streams(seed, 0),
    }
    return filled_record(TERMS_TYPE, values)


def filled_record(record_type: np.dtype, values: dict[str, Any]) -> np.ndarray:
    """A table of one record with every field given [1]."""
    table = np.zeros(1, dtype=record_type)
    if set(values) != set(record_type.names or ()):
        raise ValueError(f"fields differ: {set(values) ^ set(record_type.names or ())}")
    for name, value in values.items():
        table[name][0] = value
    return table


def kind_table(settings: ScenarioSettings) -> np.ndarray:
    """What rules read of each kind [kinds]."""
    table = np.zeros(len(settings.kinds), dtype=KIND_TYPE)
    for row, (name, kind) in zip(table, settings.kinds.items(), strict=True):
        row["eligible"] = name in settings.programme.eligible_kinds
        row["discouraged"], row["precautionary"] = kind.discouraged_share, kind.precautionary_share
    return table


def make_conditions(economy: Economy) -> tuple[np.ndarray, np.ndarray]:
    """What holds in the economy's present step: conditions [1] and cells [sectors × regions]."""
    calendar, step, settings = economy.calendar, economy.step, economy.settings
    programme, open_from = settings.programme, calendar.step_of(settings.programme.launch_date)
    days = slice(step * calendar.step_days, (step + 1) * calendar.step_days)
    by_region = economy.region_openness[:, days].mean(axis=1)
    national = float((by_region * [region.enterprise_share for region in settings.regions.values()]).sum())
    days_since = max(0, (step + 1 - open_from) * calendar.step_days)
    lends = programme.enabled and programme.envelope_yuan > 0 and step >= open_from
    conditions = {
        "step": step,
        "branch_openness": national,
        "stress_factor": settings.underwriting.stress_factor if national < FULLY_OPEN else 1.0,
        "programme_open": lends,
        "awareness": awareness(programme.awareness_half_days, days_since),
        "keys": draws.streams(economy.seed, step + 1),
    }
    cells = np.zeros(len(economy.openness), dtype=CELL_TYPE)
    cells["openness"][:, : calendar.step_days] = economy.openness[:, days]
    cells["openness_after"] = economy.openness[:, (step + 1) * calendar.step_days]
    cells["demand"] = demand_of_step(economy)
    regions = programme.eligible_regions
    eligible = [int(regions is None or name in regions) for name in settings.regions]
    cells["eligible"] = np.tile(eligible, len(settings.sectors))
    cells["region_openness"] = np.tile(by_region, len(settings.sectors))
    update_members(economy)
    return filled_record(CONDITIONS_TYPE, conditions), cells


def awareness(half_days: float, days_since: float) -> float:
    """Share of enterprises that have heard of the programme by the end of the step. ODD equation 6.6."""
    return 1.0 - 0.5 ** (days_since / half_days) if half_days > 0 else 1.0


def demand_of_step(economy: Economy) -> np.ndarray:
    """Demand met by open enterprises against normal [cells]. ODD equation 2.4.

    The dated path, times household spending of the last step against normal for the sector's household part, times
    the custom that came over from closed and exited enterprises of the cell in the last step.
    """
    settings = economy.settings
    demand = economy.demand[economy.step].copy()
    if settings.spillovers.consumption and economy.spending_start > 0:
        household = np.array([sector.household_demand_share for sector in settings.sectors.values()])
        change = economy.spending / economy.spending_start
        demand *= np.repeat(1.0 - household + household * change, len(settings.regions))
    if settings.spillovers.custom_shift:
        is_open = economy.custom["open"] > 0
        came_over = np.zeros(len(demand))
        came_over[is_open] = economy.custom["closed"][is_open] / economy.custom["open"][is_open]
        demand *= 1.0 + settings.sales.custom_shift_share * came_over
    return demand


def update_members(economy: Economy) -> None:
    """Cumulative quotas of the members that lend in this step, for drawing one of them."""
    lenders = economy.lenders
    lends = (lenders["member"] == 1) & (lenders["member_step"] <= economy.step)
    lenders["member_cumulative"] = np.cumsum(np.where(lends, lenders["programme_quota"], 0).astype(float))


def ensure_loan_rows(economy: Economy, wanted: int) -> None:
    """Make room in the loan table for ``wanted`` rows, doubling it when full."""
    if wanted <= len(economy.loans):
        return
    larger = np.zeros(max(wanted, 2 * len(economy.loans), 1024), dtype=LOAN_TYPE)
    larger[: economy.loan_count] = economy.loans[: economy.loan_count]
    economy.loans = larger


def totals_at_start(economy: Economy) -> np.ndarray:
    """The totals that hold before the first step: stocks of agents and who is open on the first day [a FLOW record]."""
    rows, households = economy.enterprises, economy.households
    there = rows["exists"] == 1
    is_open = there & (rows["reopening_rank"] <= economy.openness[rows["cell"], 0])
    totals = {
        "existing": there.sum(),
        "open_now": is_open.sum(),
        "resumed": is_open.sum(),
        "jobs": rows["staff"].sum(),
        "members": households["members"].sum(),
        "working_elsewhere": households["working_elsewhere"].sum(),
        "enterprise_cash": rows["cash"][there].sum(),
        "capital_waiting": rows["cash"][~there].sum(),
        "household_cash": households["cash"].sum(),
    }
    start = np.zeros(1, dtype=FLOW_TYPE)
    for name, value in totals.items():
        start[name] = value
    return start[0]
