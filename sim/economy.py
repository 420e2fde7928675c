"""The state of one run: tables, terms, and the conditions of each step; no rule is decided here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim import draws
from sim.calendar import DAYS_PER_YEAR, Calendar
from sim.columns import Table
from sim.lenders import (
    choose_house_banks,
    draw_lenders,
    existing_loans,
    lender_books,
    product_table,
    programme_record,
)
from sim.money import FEN_PER_YUAN
from sim.paths import demand_by_cell, openness_by_cell, openness_by_region, sum_in_order
from sim.population import draw_enterprises, draw_households, round_money, scale_of
from sim.scenario.schema import ScenarioSettings
from sim.state import CUSTOM_TYPE, FLOW_TYPE, LOAN_TYPE
from sim.terms import KIND_TYPE, TERMS_TYPE


@dataclass
class Economy:
    """Everything that changes in a run, and what it is read against.

    ``government``, ``rest`` and ``central_bank`` are the outside accounts [real fen]; ``loan_count`` rows of ``loans``
    are in use. The compiled engine runs a step in ``threads`` threads.
    """

    settings: ScenarioSettings
    seed: int
    calendar: Calendar
    scale: int
    enterprises: Table
    households: Table
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
    by_sector: dict[str, np.ndarray] = field(default_factory=dict)
    bought_from: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    inputs_start: np.ndarray = field(default_factory=lambda: np.zeros(0))
    bad_debts: int = 0
    receivables: int = 0
    central_bank: int = 0
    relending_subsidy: int = 0
    threads: int = 1

    @property
    def money(self) -> int:
        """All money of the country [real fen]; it never changes."""
        agents = int(self.enterprises["cash"].sum()) + int(self.households["cash"].sum())
        return self.scale * agents + int(self.lenders["funds"].sum()) + self.government + self.rest + self.central_bank


def calendar_of(settings: ScenarioSettings) -> Calendar:
    """The calendar of a scenario."""
    asked = settings.calendar
    return Calendar(asked.start, asked.weeks, asked.step_days, asked.run_off_weeks)


def build_economy(settings: ScenarioSettings, seed: int) -> Economy:
    """The first state of a run, drawn from a scenario. ODD, initialisation."""
    calendar = calendar_of(settings)
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
    economy.by_sector, economy.bought_from = sector_terms(settings), bought_from(settings)
    economy.inputs_start = normal_inputs(settings, enterprises)
    start_trade_credit(economy)
    economy.spending_start = economy.spending = normal_spending(households, settings)
    return economy


def normal_spending(households: Table, settings: ScenarioSettings) -> int:
    """Household spending of a normal step [fen × agents]: income at work, benefit out of work."""
    own = households["enterprise"] >= 0
    elsewhere = households["working_elsewhere"]
    working = np.where(own & (elsewhere == 0), households["members"], elsewhere).astype(np.int64)
    idle = households["members"] - working
    benefits = sum_in_order(settings.labour.benefit_ratio * households["wage"] * idle)
    return int((households["wage"] * working).sum() + benefits)


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
        "assets_steps": leaving.assets_share * DAYS_PER_YEAR / days,
        "vacancy_filling_share": 1.0 if labour.vacancy_days < days else days / labour.vacancy_days,
        "precautionary_saving_share": households.precautionary_saving_share,
        "collected_share": min(1.0, days / settings.spillovers.trade_credit_days),
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


def sector_terms(settings: ScenarioSettings) -> dict[str, np.ndarray]:
    """What cells carry of their sector for the whole run, by field of the cell record [sectors]."""
    sectors = list(settings.sectors.values())
    fixed = np.array([sector.rent_share + sector.other_fixed_share for sector in sectors])
    rent = np.array([sector.rent_share for sector in sectors])
    on = 1.0 if settings.spillovers.trade_credit else 0.0
    credit = on * np.array([sector.trade_credit_share for sector in sectors])
    bought = bought_from(settings)
    totals = sum_in_order(bought.T)
    mean_credit = np.divide(sum_in_order((bought * credit).T), totals, out=np.zeros(len(sectors)), where=totals > 0)
    return {
        "rent_part": np.divide(rent, fixed, out=np.zeros(len(sectors)), where=fixed > 0),
        "credit_sales_share": credit,
        "credit_inputs_share": mean_credit * np.minimum(1.0, totals),
    }


def bought_from(settings: ScenarioSettings) -> np.ndarray:
    """Part of each sector's inputs that it buys from each sector [buyers × sellers]."""
    names = list(settings.sectors)
    return np.array([[sector.inputs_from.get(name, 0.0) for name in names] for sector in settings.sectors.values()])


def normal_inputs(settings: ScenarioSettings, enterprises: Table) -> np.ndarray:
    """Inputs bought from each sector in a normal step [fen × agents, sectors]."""
    there = enterprises["exists"] == 1
    spent = np.zeros(len(settings.sectors))
    np.add.at(spent, enterprises["sector"][there], (enterprises["input_share"] * enterprises["sales_normal"])[there])
    return sum_in_order(bought_from(settings) * spent[:, None])


def start_trade_credit(economy: Economy) -> None:
    """Bills outstanding at the start as in a normal year: what is delivered on credit in the mean delay. ODD P10."""
    rows, collected = economy.enterprises, float(economy.terms["collected_share"][0])
    left = (1.0 - collected) / collected
    by_sector = economy.by_sector
    rows["receivables"] = round_money(left * by_sector["credit_sales_share"][rows["sector"]] * rows["sales_normal"])
    bought = rows["input_share"] * rows["sales_normal"]
    rows["payables"] = round_money(left * by_sector["credit_inputs_share"][rows["sector"]] * bought)
    rows["receivables"][rows["exists"] == 0] = 0
    rows["payables"][rows["exists"] == 0] = 0


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
