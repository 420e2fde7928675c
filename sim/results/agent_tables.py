"""The tables of agents: a row for each enterprise, and a row for each application or loan.

Each column is declared once, with type, unit, range and value (``sim/results/columns.py``): what is added here is
written, read back and checked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.arithmetic.calendar import DAYS_PER_YEAR
from sim.model.economy import Economy
from sim.model.loan_tabulation import guaranteed
from sim.model.tabulation import is_insolvent
from sim.results.columns import MOST_YUAN, Column, Shape, date, flag, money, name_of, number, whole
from sim.results.values import (
    CAUSES,
    GROUP,
    KIND,
    PERFORMING,
    QUEUES,
    REASONS,
    REGION,
    SECTOR,
    STATUSES,
    TAKE_UP,
    dates,
    field,
    is_one,
    product_names,
    yuan,
)


class Enterprises(NamedTuple):
    """What the table of enterprises is made of: their rows in the order of their ids, and what loans gave them."""

    economy: Economy
    rows: Any
    runway_days: np.ndarray
    programme: np.ndarray
    bank: np.ndarray
    owed: np.ndarray

    @property
    def event(self) -> np.ndarray:
        """Whether each closed in the run."""
        return np.asarray((self.rows["exit_step"] >= 0) & (self.rows["exit_step"] < self.economy.calendar.horizon))

    @property
    def duration(self) -> np.ndarray:
        """Days in business, of the run."""
        calendar = self.economy.calendar
        last = np.where(self.event, self.rows["exit_step"] + 1, calendar.horizon)
        return np.asarray(last.astype(np.int64) * calendar.step_days)

    def of_closed(self, name: str) -> np.ndarray:
        """A field of those that closed in the run; 0 for others."""
        return np.where(self.event, self.rows[name], 0)

    @property
    def yearly_sales(self) -> np.ndarray:
        """Sales of a normal year [yuan]."""
        return yuan(self.rows["sales_normal"]) * (DAYS_PER_YEAR / self.economy.calendar.step_days)


LEAST_RANK = -99
"""Rank of the largest with the smallest shut_ratio of a size class, 0.01."""

ENTERPRISES = Shape(
    "enterprises",
    "enterprises.parquet",
    (
        whole("enterprise", field("id"), "id", 0, lambda scope: scope.agents - 1),
        name_of("kind", KIND, field("kind")),
        name_of("sector", SECTOR, field("sector")),
        name_of("region", REGION, field("region")),
        whole("staff", field("staff_normal"), "people"),
        money("yearly_sales", lambda source: source.yearly_sales),
        number("runway_days", lambda source: source.runway_days, "days", 0, 1000.0 * DAYS_PER_YEAR),
        flag("digital", is_one("digital")),
        flag("banked", is_one("banked")),
        number("reopening_rank", field("reopening_rank"), "share", LEAST_RANK, 1),
        number("quality", field("quality"), "standard deviations", -100, 100),
        flag("had_gap", lambda source: source.rows["gap_step"] >= 0),
        whole("duration_days", lambda source: source.duration, "days", 0, lambda scope: scope.days),
        flag("event", lambda source: source.event),
        name_of("exit_cause", CAUSES, lambda source: source.of_closed("exit_cause")),
        flag("closed_later", lambda source: (source.rows["exit_step"] >= 0) & ~source.event),
        name_of("take_up", TAKE_UP, field("take_up")),
        name_of("died_waiting", QUEUES, lambda source: source.of_closed("died_waiting")),
        money("programme", lambda source: yuan(source.programme)),
        money("bank", lambda source: yuan(source.bank)),
        money("cash", lambda source: yuan(source.rows["cash"]), -MOST_YUAN),
        flag("insolvent", lambda source: is_insolvent(source.rows, source.owed, source.economy.calendar)),
    ),
    rows=lambda scope: scope.agents,
    keys=lambda scope: {"enterprise": np.arange(scope.agents)},
)


class Loans(NamedTuple):
    """What the table of loans is made of: their rows, and those of the enterprises they belong to."""

    economy: Economy
    rows: np.ndarray
    enterprises: Any

    def step(self, name: str) -> np.ndarray:
        """A step of each loan; -1 where it was not reached."""
        return np.asarray(self.rows[name])

    @property
    def paid(self) -> np.ndarray:
        """Whether money was paid out in the run."""
        return np.asarray((self.rows["payout_step"] >= 0) & (self.rows["status"] >= PERFORMING))

    def waited(self, until: str, where: np.ndarray) -> np.ndarray:
        """Days from the application to another step; missing where that was not reached."""
        days = float(self.economy.calendar.step_days)
        return np.where(where, (self.rows[until] - self.rows["applied_step"]) * days, np.nan)


def of_enterprise(name: str) -> Callable[[Loans], np.ndarray]:
    """A field of the enterprise of each loan."""
    return lambda loans: loans.enterprises[name]


def on(name: str) -> Column:
    """The date of a step of a loan."""
    return date(f"{name}_date", lambda loans: dates(loans.economy, loans.step(f"{name}_step")))


def amount(name: str) -> Column:
    """An amount of a loan."""
    return money(name, lambda loans: yuan(loans.rows[name]))


LOANS = Shape(
    "loans",
    "loans.parquet",
    (
        whole("loan", lambda loans: np.arange(len(loans.rows)), "id"),
        whole("enterprise", of_enterprise("id"), "id", 0, 2**31 - 1),
        name_of("kind", KIND, of_enterprise("kind")),
        name_of("sector", SECTOR, of_enterprise("sector")),
        name_of("region", REGION, of_enterprise("region")),
        whole("lender", field("lender"), "id", 0, lambda scope: scope.lenders - 1),
        name_of("lender_group", GROUP, lambda loans: loans.economy.lenders["group"][loans.rows["lender"]]),
        name_of("product", product_names, field("product")),
        flag("programme", lambda loans: loans.economy.products["programme"][loans.rows["product"]] == 1),
        flag("existing", is_one("existing")),
        name_of("status", STATUSES, field("status")),
        name_of("reason", REASONS, field("reason")),
        on("applied"),
        on("decided"),
        date("payout_date", lambda loans: dates(loans.economy, np.where(loans.paid, loans.step("payout_step"), -1))),
        on("ended"),
        number(
            "days_to_decision",
            lambda loans: loans.waited("decided_step", loans.step("decided_step") >= 0),
            "days",
            0,
            lambda scope: scope.days,
            missing=True,
        ),
        number(
            "days_to_money",
            lambda loans: loans.waited("payout_step", loans.paid),
            "days",
            0,
            lambda scope: scope.days,
            missing=True,
        ),
        amount("asked"),
        amount("amount"),
        number(
            "rate_yearly",
            lambda loans: np.where(loans.rows["amount"] > 0, loans.rows["rate"], np.nan),
            "per year",
            -1,
            1e6,
            missing=True,
        ),
        flag("collateralised", lambda loans: loans.rows["collateral"] > 0),
        flag("first_time", is_one("first_time")),
        amount("outstanding"),
        amount("repaid"),
        amount("interest_paid"),
        amount("written_off"),
        money("guaranteed", lambda loans: yuan(guaranteed(loans.rows))),
        flag("deferred", is_one("was_deferred")),
    ),
)
