"""The initial state of a run, drawn chunk by chunk: any chunk alone gives the same rows as all of them together.

Sums over all rows are of whole fen and whole people, so that neither the order of the rows nor their chunks can move
them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.arithmetic.money import round_money, sum_in_order
from sim.engine.columns_store import ColumnsStore
from sim.engine.store import Store
from sim.engine.threads import in_order
from sim.population.enterprises import draw_enterprises, draw_households, draw_others, other_count
from sim.population.lenders import (
    Banking,
    banking_of,
    choose_house_banks,
    draw_lenders,
    existing_loans,
    product_table,
    set_least_steps,
)
from sim.population.paths import StoppagePaths, stoppage_paths
from sim.population.strata import Chunk, Country, Strata, strata_of
from sim.scenario.schema import ScenarioSettings
from sim.state.conditions import WEEKS_AHEAD
from sim.state.fields import ENTERPRISE_TYPE, HOUSEHOLD_TYPE, LOAN_TYPE
from sim.state.flows import FLOW_TYPE
from sim.state.record_bytes import joined
from sim.state.table import Table

ROWS = 32 * 1024
"""Rows of a chunk: few enough that what is worked out of them stays in the cache."""


@dataclass
class Totals:
    """Sums over the rows drawn so far.

    ``flow`` holds stocks and counts by field of the flow record; ``inputs`` is what enterprises of each sector buy in
    a normal step [fen × agents, sectors], ``lent`` the principal outstanding [fen × agents, lenders], ``spending`` that
    of all households in a normal step [fen × agents], ``at_work`` the people who work in enterprises, ``loans`` the
    number of loans.
    """

    inputs: np.ndarray
    lent: np.ndarray
    flow: Counter[str] = field(default_factory=Counter)
    spending: int = 0
    at_work: int = 0
    loans: int = 0

    def add(self, other: Totals) -> None:
        """Take in the sums of other rows."""
        self.inputs, self.lent = self.inputs + other.inputs, self.lent + other.lent
        self.flow.update(other.flow)
        self.spending += other.spending
        self.at_work += other.at_work
        self.loans += other.loans

    @property
    def start(self) -> np.ndarray:
        """The totals that hold before the first step: stocks, and who is open on the first day [a FLOW record]."""
        record = np.zeros(1, dtype=FLOW_TYPE)
        for name, value in self.flow.items():
            record[name] = np.uint64(value % 2**64).astype(np.int64)  # wraps around as every sum of a step does
        return record[0]


class Drawn(NamedTuple):
    """What was drawn of a chunk: tables of its enterprises and their households, its loans, and its sums."""

    enterprises: Table
    households: Table
    loans: np.ndarray
    totals: Totals


class Start(NamedTuple):
    """The initial state of a whole country: where it is stored, its loans, and its sums."""

    store: Store
    loans: np.ndarray
    totals: Totals


@dataclass(frozen=True, eq=False)
class InitialState:
    """All that the initial state of a country is drawn from."""

    country: Country
    lenders: np.ndarray
    queues: np.ndarray
    products: np.ndarray
    banking: Banking
    stoppage: StoppagePaths
    sector_terms: dict[str, np.ndarray]

    def totals(self) -> Totals:
        """Sums over no rows."""
        sectors = len(self.country.settings.sectors)
        return Totals(np.zeros(sectors, dtype=np.int64), np.zeros(len(self.lenders), dtype=np.int64))

    @cached_property
    def credit_left(self) -> float:
        """Bills outstanding, in steps of what is delivered on credit."""
        collected = min(1.0, self.country.calendar.step_days / self.country.settings.spillovers.trade_credit_days)
        return (1.0 - collected) / collected


def initial_state(country: Country) -> InitialState:
    """Lenders, products and terms that the initial state is drawn from."""
    settings, calendar = country.settings, country.calendar
    lenders, queues = draw_lenders(settings, calendar, country.seed)
    products = product_table(settings, calendar)
    set_least_steps(queues, products)
    return InitialState(
        country=country,
        lenders=lenders,
        queues=queues,
        products=products,
        banking=banking_of(settings, lenders, queues, products),
        stoppage=stoppage_paths(settings, calendar, 7 * WEEKS_AHEAD),
        sector_terms=sector_terms(settings),
    )


def fill_chunk(first: InitialState, chunk: Chunk, enterprises: Table, households: Table) -> tuple[np.ndarray, Totals]:
    """Fill in the enterprises of a chunk and their households, rows of zeros before; their loans and their sums.

    ``first_loan`` counts the loans of the chunk from 0; who puts chunks together adds those before (``renumber``).
    """
    country = first.country
    draw_enterprises(enterprises, chunk, country)
    draw_households(households, enterprises, chunk.first, country)
    choose_house_banks(enterprises, chunk, country, first.banking)
    loans = existing_loans(enterprises, chunk, country, first.banking)
    start_trade_credit(enterprises, chunk, first)
    totals = first.totals()
    count_enterprises(totals, enterprises, chunk, first)
    count_households(totals, households, households["members"], country)
    np.add.at(totals.lent, loans["lender"], loans["outstanding"])
    totals.loans = len(loans)
    totals.at_work = int(households["members"][enterprises["exists"] == 1].sum())
    return loans, totals


def renumber(enterprises: Table, loans: np.ndarray, first_row: int, before: int) -> None:
    """Number the loans of a chunk on from those before."""
    enterprises["first_loan"][loans["enterprise"] - first_row] += before


def fill_others(first: InitialState, start: int, at_work: int, households: Table) -> Totals:
    """Fill in other households from number ``start`` on, rows of zeros before; their sums."""
    draw_others(households, start, first.country, at_work)
    totals = first.totals()
    count_households(totals, households, households["working_elsewhere"], first.country)
    return totals


def count_enterprises(totals: Totals, rows: Table, chunk: Chunk, first: InitialState) -> None:
    """Stocks of enterprises, who is open on the first day, and normal inputs."""
    there = rows["exists"] == 1
    is_open = there & (rows["reopening_rank"] <= chunk.each(first.stoppage.openness[chunk.cells, 0]))
    cash, in_business = int(rows["cash"].sum()), int(rows["cash"][there].sum())
    totals.flow.update(
        existing=int(there.sum()),
        open_now=int(is_open.sum()),
        resumed=int(is_open.sum()),
        jobs=int(rows["staff"].sum()),
        enterprise_cash=in_business,
        capital_waiting=cash - in_business,
    )
    bought = np.where(there, round_money(rows["input_share"] * rows["sales_normal"]), 0)
    starts = np.cumsum(chunk.counts) - chunk.counts
    np.add.at(totals.inputs, chunk.sectors, np.add.reduceat(bought, starts))


def count_households(totals: Totals, rows: Table, working: np.ndarray, country: Country) -> None:
    """Stocks of households, and what they spend in a normal step: income at work, benefit out of work."""
    idle = rows["members"] - working
    benefits = round_money(country.settings.labour.benefit_ratio * rows["wage"] * idle)
    totals.spending += int((rows["wage"] * working).sum()) + int(benefits.sum())
    totals.flow.update(
        members=int(rows["members"].sum()),
        working_elsewhere=int(rows["working_elsewhere"].sum()),
        household_cash=int(rows["cash"].sum()),
    )


def start_trade_credit(rows: Table, chunk: Chunk, first: InitialState) -> None:
    """Bills outstanding at the start as in a normal year: what is delivered on credit in the mean delay. ODD P10."""
    sold, bought = (
        first.credit_left * chunk.by_sector(first.sector_terms[name])
        for name in ("credit_sales_share", "credit_inputs_share")
    )
    rows["receivables"] = round_money(sold * rows["sales_normal"])
    rows["payables"] = round_money(bought * (rows["input_share"] * rows["sales_normal"]))
    waiting = np.flatnonzero(rows["exists"] == 0)
    rows["receivables"][waiting] = rows["payables"][waiting] = 0


def enterprises_without_loans(country: Country) -> Table:
    """All enterprises as they are drawn, before bank loans and trade credit."""
    strata = strata_of(country)
    table = Table(ENTERPRISE_TYPE, len(strata.ids))
    for chunk in strata.chunks(ROWS, mixed=True):
        draw_enterprises(table[chunk.first : chunk.first + len(chunk.ids)], chunk, country)
    return table


def draw_tables(first: InitialState, strata: Strata, threads: int = 1, rows: int = ROWS) -> Drawn:
    """All enterprises, households and loans, and their sums, drawn by some threads."""
    count, others = len(strata.ids), other_count(first.country.settings)
    enterprises, households = Table(ENTERPRISE_TYPE, count), Table(HOUSEHOLD_TYPE, count + others)

    def draw(chunk: Chunk) -> tuple[np.ndarray, Totals]:
        part = slice(chunk.first, chunk.first + len(chunk.ids))
        return fill_chunk(first, chunk, enterprises[part], households[part])

    def draw_rest(start: int) -> Totals:
        part = slice(count + start, count + min(others, start + rows))
        return fill_others(first, start, totals.at_work, households[part])

    totals, loans, before = first.totals(), [np.zeros(0, dtype=LOAN_TYPE)], 0
    for part, sums in in_order(draw, strata.chunks(rows, mixed=True), threads):
        renumber(enterprises, part, 0, before)
        loans.append(part)
        before += len(part)
        totals.add(sums)
    for sums in in_order(draw_rest, range(0, others, rows), threads):
        totals.add(sums)
    return Drawn(enterprises, households, joined(loans), totals)


def draw_columns(first: InitialState, strata: Strata, threads: int = 1) -> Start:
    """The initial state in a store by column."""
    drawn = draw_tables(first, strata, threads)
    return Start(ColumnsStore(drawn.enterprises, drawn.households), drawn.loans, drawn.totals)


def draw_chunk(first: InitialState, chunk: Chunk) -> Drawn:
    """A chunk alone, in tables of its own."""
    enterprises, households = Table(ENTERPRISE_TYPE, len(chunk.ids)), Table(HOUSEHOLD_TYPE, len(chunk.ids))
    return Drawn(enterprises, households, *fill_chunk(first, chunk, enterprises, households))


def sector_terms(settings: ScenarioSettings) -> dict[str, np.ndarray]:
    """What cells carry of their sector for the whole run, by field of the cell record [sectors]."""
    sectors = list(settings.sectors.values())
    fixed = np.array([sector.rent_share + sector.other_fixed_share for sector in sectors])
    rent = np.array([sector.rent_share for sector in sectors])
    on = 1.0 if settings.spillovers.trade_credit else 0.0
    credit = on * np.array([sector.trade_credit_share for sector in sectors])
    bought = input_coefficients(settings)
    totals = sum_in_order(bought.T)
    mean_credit = np.divide(sum_in_order((bought * credit).T), totals, out=np.zeros(len(sectors)), where=totals > 0)
    return {
        "rent_part": np.divide(rent, fixed, out=np.zeros(len(sectors)), where=fixed > 0),
        "credit_sales_share": credit,
        "credit_inputs_share": mean_credit * np.minimum(1.0, totals),
    }


def input_coefficients(settings: ScenarioSettings) -> np.ndarray:
    """Part of each sector's inputs that it buys from each sector [buyers × sellers]."""
    names = list(settings.sectors)
    return np.array([[sector.inputs_from.get(name, 0.0) for name in names] for sector in settings.sectors.values()])
