"""The state of one run: tables, terms, and the conditions of each step; no rule is decided here."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sim import draws
from sim.blocks import blocks_of
from sim.calendar import DAYS_PER_YEAR, Calendar
from sim.columns import Table
from sim.first_state import bought_from, draw_tables, first_state
from sim.homes import Country, homes_of
from sim.lenders import lender_books, programme_record
from sim.money import FEN_PER_YUAN
from sim.packed_tables import PackedTables, draw_packed
from sim.paths import demand_by_cell, openness_by_region, sum_in_order
from sim.records import as_bytes
from sim.scenario.scale import scale_of
from sim.scenario.schema import ScenarioSettings
from sim.state import CUSTOM_TYPE, FLOW_TYPE, LOAN_TYPE
from sim.terms import KIND_TYPE, TERMS_TYPE


@dataclass
class Economy:
    """Everything that changes in a run, and what it is read against.

    ``government``, ``rest`` and ``central_bank`` are the outside accounts [real fen]; ``loan_count`` rows of ``loans``
    are in use; ``start`` holds the totals before the first step [a FLOW record]. The compiled engine runs a step in
    ``threads`` threads. Where the tables of enterprises and households are ``packed`` the plain ones are empty.
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
    start: np.ndarray = field(default_factory=lambda: np.zeros((), dtype=FLOW_TYPE))
    bad_debts: int = 0
    receivables: int = 0
    central_bank: int = 0
    relending_subsidy: int = 0
    threads: int = 1
    packed: PackedTables | None = None

    @cached_property
    def blocks(self) -> np.ndarray:
        """The enterprises in blocks of one home, as the compiled engine goes through them."""
        return blocks_of(self.enterprises)

    @property
    def tables(self) -> tuple[Table, Table]:
        """Enterprises and households, unpacked where they are packed: for what is small or rare."""
        return (self.enterprises, self.households) if self.packed is None else self.packed.unpacked()

    @property
    def nbytes(self) -> int:
        """Bytes of the tables of enterprises, households and loans."""
        packed = self.packed
        plain = (self.enterprises, self.households)
        tables = plain if packed is None else (packed.enterprises, packed.households, packed.others)
        return int(sum(table.nbytes for table in tables)) + self.loan_count * LOAN_TYPE.itemsize

    def kinds_of(self, rows: np.ndarray) -> np.ndarray:
        """The kind of the enterprises of some rows."""
        kinds: np.ndarray = self.enterprises["kind"][rows] if self.packed is None else self.packed.kinds_of(rows)
        return kinds

    @property
    def money(self) -> int:
        """All money of the country [real fen]; it never changes. With packed tables only before the first step."""
        if self.packed is None:
            agents = int(self.enterprises["cash"].sum()) + int(self.households["cash"].sum())
        else:
            agents = sum(int(self.start[name]) for name in ("enterprise_cash", "capital_waiting", "household_cash"))
        return self.scale * agents + int(self.lenders["funds"].sum()) + self.government + self.rest + self.central_bank


def calendar_of(settings: ScenarioSettings) -> Calendar:
    """The calendar of a scenario."""
    asked = settings.calendar
    return Calendar(asked.start, asked.weeks, asked.step_days, asked.run_off_weeks)


def build_economy(settings: ScenarioSettings, seed: int, threads: int = 1, packed: bool = False) -> Economy:
    """The first state of a run, drawn from a scenario by some threads, in packed tables or not. ODD, initialisation."""
    calendar, scale = calendar_of(settings), scale_of(settings)
    country = Country(settings, calendar, seed)
    first = first_state(country)
    homes = homes_of(country, threads)
    tables, drawn = draw_packed(first, homes, threads) if packed else (None, draw_tables(first, homes, threads))
    lender_books(first.lenders, drawn.totals.lent, scale)
    return Economy(
        settings=settings,
        seed=seed,
        calendar=calendar,
        scale=scale,
        enterprises=drawn.enterprises,
        households=drawn.households,
        loans=drawn.loans,
        loan_count=int(drawn.totals.loans),
        lenders=first.lenders,
        queues=first.queues,
        programme=programme_record(settings),
        products=first.products,
        kinds=kind_table(settings),
        terms=make_terms(settings, calendar, scale, seed),
        openness=first.openness,
        region_openness=openness_by_region(settings, first.openness),
        demand=demand_by_cell(settings, calendar),
        spending=drawn.totals.spending,
        spending_start=drawn.totals.spending,
        custom=np.zeros(len(first.openness), dtype=CUSTOM_TYPE),
        by_sector=first.by_sector,
        bought_from=bought_from(settings),
        inputs_start=normal_inputs(settings, drawn.totals.inputs),
        start=drawn.totals.start,
        threads=threads,
        packed=tables,
    )


def normal_inputs(settings: ScenarioSettings, bought: np.ndarray) -> np.ndarray:
    """Inputs bought from each sector in a normal step [fen × agents, sectors], from what each sector buys."""
    return sum_in_order(bought_from(settings) * bought.astype(float)[:, None])


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
        "household_buffer_steps": households.buffer_weeks * 7.0 / days,
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


def add_loan_rows(economy: Economy, requests: np.ndarray) -> None:
    """Give every request the next row of the loan table, which grows where it is full."""
    first, economy.loan_count = economy.loan_count, economy.loan_count + len(requests)
    requests["loan"] = np.arange(first, economy.loan_count)
    if economy.loan_count > len(economy.loans):
        larger = np.zeros(
            max(economy.loan_count, 2 * len(economy.loans), len(economy.enterprises), 1024), dtype=LOAN_TYPE
        )
        as_bytes(larger)[:first] = as_bytes(economy.loans[:first])
        economy.loans = larger
