"""The state of one run: tables, terms, and the conditions of each step; no rule is decided here."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sim.arithmetic.calendar import Calendar
from sim.arithmetic.money import sum_in_order
from sim.engine.blocks import blocks_of
from sim.engine.packed.store import PackedTables
from sim.model.terms_of import kind_table, make_terms
from sim.population.initial_state import bought_from, draw_tables, first_state
from sim.population.lenders import lender_books, programme_record
from sim.population.packed_state import draw_packed
from sim.population.paths import demand_by_cell, openness_by_region
from sim.population.strata import Country, homes_of
from sim.scenario.scale import scale_of
from sim.scenario.schema import ScenarioSettings
from sim.state.fields import CUSTOM_TYPE, FLOW_TYPE, LOAN_TYPE
from sim.state.record_bytes import as_bytes
from sim.state.table import Table


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
