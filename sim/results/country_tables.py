"""The tables of the whole country: totals by week, sales by kind, sector and region, lenders, and the journal.

Each column is declared once, with type, unit, range and value (``sim/results/columns.py``): what is added here is
written, read back and checked.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from sim.model.economy import Economy
from sim.model.journal import ACCOUNTS, OPENING
from sim.results.columns import MOST_FEN, MOST_YUAN, Column, Scope, Shape, date, flag, money, name_of, number, whole
from sim.results.values import GROUP, KIND, REGION, SECTOR, dates, field, is_one, ratio, yuan
from sim.scenario import ScenarioSettings


class Weeks(NamedTuple):
    """What the weekly table is made of: totals of the start and of every step, and the books."""

    economy: Economy
    start: np.ndarray
    flows: np.ndarray
    books: np.ndarray

    def total(self, name: str) -> np.ndarray:
        """One total at every step boundary, the start first [agents, fen; steps + 1]."""
        return np.concatenate([[self.start[name]], self.flows[name]])

    @property
    def steps(self) -> np.ndarray:
        """Numbers of the step boundaries."""
        return np.arange(len(self.flows) + 1)

    @property
    def unemployed(self) -> np.ndarray:
        """Members of households without work, over all members."""
        members = np.concatenate([[self.start["members"]], self.flows["members"]]).astype(float)
        return ratio(members - (self.total("jobs") + self.total("working_elsewhere")), members)

    @property
    def agents(self) -> np.ndarray:
        """Enterprises of the start, at every boundary."""
        return np.full(len(self.steps), self.economy.settings.population.enterprises)


def real(name: str) -> Column:
    """A total of real enterprises or people, whose column is called as the total."""
    return whole(name, lambda weeks: weeks.total(name) * weeks.economy.scale, "real number")


def flow(name: str, low: float = -MOST_YUAN) -> Column:
    """A total of money, whose column is called as the total."""
    return money(name, lambda weeks: yuan(weeks.total(name) * weeks.economy.scale), low)


def book(name: str, called: str) -> Column:
    """An account of the books."""
    return money(called, lambda weeks: yuan(weeks.books[name]), -MOST_YUAN)


def share_of(name: str, part: str, of: Callable[[Weeks], np.ndarray]) -> Column:
    """A share of enterprises; missing where there are none."""
    return number(name, lambda weeks: ratio(weeks.total(part), of(weeks)), "share", 0, 1, missing=True)


def existing(weeks: Weeks) -> np.ndarray:
    """Enterprises in business."""
    return weeks.total("existing")


COUNTS = (
    "jobs",
    "illiquid_exits",
    "other_exits",
    "entries",
    "gaps",
    "discouraged",
    "unreached",
    "unaware",
    "unreachable",
    "precautionary",
    "waiting",
    "died_waiting",
    "vacancies",
)
FLOWS = (
    "sales",
    "inputs",
    "wages",
    "fixed",
    "living",
    "dividends",
    "benefits",
    "wage_support",
    "rent_waiver",
    "grants",
    "interest_subsidy",
    "guarantees",
    "bad_debts",
    "spending",
    "enterprise_cash",
    "household_cash",
    "household_income",
)
BOOKS = {
    "funds": "lender_funds",
    "loans": "loans_outstanding",
    "programme_loans": "programme_outstanding",
    "equity": "lender_equity",
    "government": "government",
    "rest": "rest_of_economy",
    "central_bank": "central_bank",
    "relending_subsidy": "relending_subsidy",
}

WEEKLY = Shape(
    "weekly",
    "weekly.csv",
    (
        whole("step", lambda weeks: weeks.steps, "step", 0, lambda scope: scope.steps),
        date("date", lambda weeks: dates(weeks.economy, weeks.steps), missing=False),
        whole("enterprises", lambda weeks: existing(weeks) * weeks.economy.scale, "real number"),
        share_of("open_share", "resumed", lambda weeks: weeks.agents),
        share_of("open_of_existing_share", "open_now", existing),
        share_of("in_arrears_share", "in_arrears", existing),
        number("unemployed_share", lambda weeks: weeks.unemployed, "share", -1, 1, missing=True),
        *map(real, COUNTS),
        *map(flow, FLOWS),
        *(book(name, called) for name, called in BOOKS.items()),
        whole("ledger_residual_fen", lambda weeks: weeks.books["residual"], "fen", -MOST_FEN),
    ),
    rows=lambda scope: scope.steps + 1,
    keys=lambda scope: {"step": np.arange(scope.steps + 1), "date": scope.date(np.arange(scope.steps + 1))},
)


class Sectors(NamedTuple):
    """What the table of sectors is made of: what each cell sold in each step, who is open there, and normal sales."""

    economy: Economy
    history: np.ndarray
    normal: np.ndarray

    @property
    def cell(self) -> np.ndarray:
        """Cell of each row."""
        return np.tile(np.arange(len(self.normal)), len(self.step) // max(1, len(self.normal)))

    @property
    def step(self) -> np.ndarray:
        """Step of each row."""
        return np.repeat(np.arange(self.economy.calendar.steps), len(self.normal))

    def place(self, what: str) -> np.ndarray:
        """Place of each row's kind, sector or region among those of the scenario."""
        settings = self.economy.settings
        shape = (len(settings.kinds), len(settings.sectors), len(settings.regions))
        return np.unravel_index(self.cell, shape)[("kind", "sector", "region").index(what)]


def sector_keys(scope: Scope) -> Mapping[str, Any]:
    """Step, date, kind, sector and region of every row of one run."""
    settings, step = scope.settings, np.repeat(np.arange(scope.steps), scope.cells)
    cells = itertools.product(settings.kinds, settings.sectors, settings.regions)
    kind, sector, region = ([str(name) for name in names] * scope.steps for names in zip(*cells, strict=True))
    return {"step": step, "date": scope.date(step), "kind": kind, "sector": sector, "region": region}


SECTORS = Shape(
    "sectors",
    "sectors.csv",
    (
        whole("step", lambda rows: rows.step, "step", 0, lambda scope: scope.steps),
        date("date", lambda rows: dates(rows.economy, rows.step), missing=False),
        name_of("kind", KIND, lambda rows: rows.place("kind")),
        name_of("sector", SECTOR, lambda rows: rows.place("sector")),
        name_of("region", REGION, lambda rows: rows.place("region")),
        money("sales", lambda rows: yuan(rows.history["sales"] * rows.economy.scale), -MOST_YUAN),
        money("normal_sales", lambda rows: yuan(rows.normal[rows.cell] * rows.economy.scale)),
        whole("in_business", lambda rows: rows.history["living"], "agents"),
        whole("open", lambda rows: rows.history["living_resumed"], "agents"),
    ),
    rows=lambda scope: scope.steps * scope.cells,
    keys=sector_keys,
)


def old_sector_keys(scope: Scope) -> Mapping[str, Any]:
    """Step, date, sector and region of every row of one run, as version 0.1.0 wrote them."""
    settings = scope.settings
    places = list(itertools.product(settings.sectors, settings.regions))
    step = np.repeat(np.arange(scope.steps), len(places))
    sector, region = (list(names) * scope.steps for names in zip(*places, strict=True))
    return {"step": step, "date": scope.date(step), "sector": sector, "region": region}


NEW_IN_SECTORS = ("kind", "in_business", "open")
OLD_SECTORS = replace(
    SECTORS,
    columns=tuple(column for column in SECTORS.columns if column.name not in NEW_IN_SECTORS),
    rows=lambda scope: scope.steps * len(scope.settings.sectors) * len(scope.settings.regions),
    keys=old_sector_keys,
)
"""The table of sectors as version 0.1.0 wrote it, without kinds: its folders can be read."""


def types_of(settings: ScenarioSettings) -> list[str]:
    """Types of lenders in a scenario."""
    return sorted({str(group.type) for group in settings.lenders.values()})


def lender_types(lenders: Any) -> list[str]:
    """Type of each lender."""
    groups = list(lenders.economy.settings.lenders.values())
    return [groups[group].type for group in lenders.rows["group"]]


class Lenders(NamedTuple):
    """What the table of lenders is made of."""

    economy: Economy
    rows: np.ndarray


LENDERS = Shape(
    "lenders",
    "lenders.csv",
    (
        whole("lender", field("id"), "id", 0, lambda scope: scope.lenders - 1),
        name_of("lender_group", GROUP, field("group")),
        Column("type", "name", lender_types, "name", choices=types_of, written=True),
        flag("member", is_one("member")),
        money("funds", lambda lenders: yuan(lenders.rows["funds"]), -MOST_YUAN),
        money("loans", lambda lenders: yuan(lenders.rows["loans"])),
        money("programme", lambda lenders: yuan(lenders.rows["programme_loans"])),
        money("liabilities", lambda lenders: yuan(lenders.rows["liabilities"]), -MOST_YUAN),
        money("equity", lambda one: yuan(one.rows["funds"] + one.rows["loans"] - one.rows["liabilities"]), -MOST_YUAN),
        money("equity_start", lambda lenders: yuan(lenders.rows["equity_start"]), -MOST_YUAN),
    ),
    rows=lambda scope: scope.lenders,
    keys=lambda scope: {"lender": np.arange(scope.lenders)},
)

JOURNAL = Shape(
    "journal",
    "journal.parquet",
    (
        whole("step", lambda rows: rows["step"], "step", -1, lambda scope: scope.steps),
        Column("kind", "text", lambda rows: rows["kind"], "name"),
        Column("payer", "text", lambda rows: rows["payer"], "name", choices=(OPENING, *ACCOUNTS)),
        Column("payee", "text", lambda rows: rows["payee"], "name", choices=ACCOUNTS),
        whole("amount_fen", lambda rows: rows["amount_fen"], "fen", -MOST_FEN),
    ),
)
