"""A run's results as totals: equal enterprises and equal loans in one row each, with their number and their sums.

Columns are those of a panel. Money, ``staff`` and ``cut_back`` are sums over the enterprises or loans of a row;
``number`` says how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.arithmetic.calendar import DAYS_PER_YEAR
from sim.model import Model
from sim.model.counts import Counts
from sim.model.economy import Economy
from sim.model.loan_tabulation import RATE_UNIT
from sim.model.tabulation import Causes, count_enterprises
from sim.outcomes.grouping import ENDINGS, NUMBER, OTHER_ARM, SIZE_BOUNDS, SIZE_CLASSES
from sim.outcomes.intervals import divide
from sim.results.columns import Column, Shape, date, flag, money, name_of, number, whole
from sim.results.run_tables import RunTables, journal_table, lender_table, sector_table, weekly_table
from sim.results.values import (
    CAUSES,
    GROUP,
    KIND,
    QUEUES,
    REASONS,
    REGION,
    SECTOR,
    STATUSES,
    TAKE_UP,
    dates,
    product_names,
    yuan,
)


def totals_of(model: Model, others: Mapping[str, Causes | None]) -> tuple[RunTables, Causes]:
    """All tables of one finished run, enterprises and loans as counts.

    Parameters
    ----------
    model
        The run.
    others
        For each other arm why every enterprise closed there with the same seed; None where that is not known.

    Returns
    -------
    RunTables, Causes
        The tables, and why every enterprise closed in this run, for the pairing with another arm.
    """
    economy = model.economy
    known = {arm: found for arm, found in others.items() if found is not None}
    enterprises, causes = count_enterprises(economy, SIZE_BOUNDS, known)
    counted = enterprises.table()
    audited = {"journal": journal_table(model)} if model.audited else {}
    tables = {
        **audited,
        "weekly": weekly_table(model),
        "enterprises": enterprise_counts(economy, counted, list(others)),
        "loans": loan_counts_table(economy, economy.book.counted()),
        "lenders": lender_table(model),
        "sectors": sector_table(model, normal_sales(economy, counted)),
    }
    return tables, causes


def normal_sales(economy: Economy, counted: Mapping[str, np.ndarray]) -> np.ndarray:
    """Sales of a normal step by kind, sector and region [fen × agents, cells]."""
    normal, settings = np.zeros(economy.cells, dtype=np.int64), economy.settings
    cell = (counted["kind"] * len(settings.sectors) + counted["sector"]) * len(settings.regions) + counted["region"]
    np.add.at(normal, cell, counted["sales_normal"])
    return normal


def known(name: str) -> Callable[[Any], np.ndarray]:
    """A count, as it is."""
    return lambda source: source.counted[name]


def true(name: str) -> Callable[[Any], np.ndarray]:
    """Whether a count is one of those of which something is so."""
    return lambda source: source.counted[name] == 1


class EnterpriseCounts(NamedTuple):
    """What the table of counted enterprises is made of."""

    economy: Economy
    counted: Mapping[str, np.ndarray]

    @property
    def duration(self) -> np.ndarray:
        """Days in business, of the run."""
        closed, calendar = self.counted["closed"], self.economy.calendar
        return np.asarray(np.where(closed > 0, closed, calendar.horizon) * calendar.step_days)

    @property
    def yearly_sales(self) -> np.ndarray:
        """Sales of a normal year [yuan]."""
        return yuan(self.counted["sales_normal"]) * (DAYS_PER_YEAR / self.economy.calendar.step_days)

    def ending(self, arm: str) -> np.ndarray:
        """How the enterprises end in another arm; -1 where that is not known."""
        unknown = np.full(len(self.counted["closed"]), -1)
        return np.asarray(self.counted.get(f"cause_{arm}", unknown))


def ending_in(arm: str) -> Column:
    """How enterprises end in another arm."""
    return name_of(f"{OTHER_ARM}{arm}", ENDINGS, lambda source: source.ending(arm), missing=True)


ENTERPRISE_COUNTS = Shape(
    "enterprises",
    "enterprise_counts.csv",
    (
        name_of("kind", KIND, known("kind")),
        name_of("sector", SECTOR, known("sector")),
        name_of("region", REGION, known("region")),
        name_of("size", SIZE_CLASSES, known("size")),
        flag("digital", true("digital")),
        flag("banked", true("banked")),
        whole("duration_days", lambda source: source.duration, "days", 0, lambda scope: scope.days),
        flag("event", lambda source: source.counted["closed"] > 0),
        name_of("exit_cause", CAUSES, known("cause")),
        flag("closed_later", true("closed_later")),
        name_of("take_up", TAKE_UP, known("take_up")),
        name_of("lent_by", ("", "bank", "programme", "both"), known("lent_by")),
        flag("had_gap", true("had_gap")),
        name_of("died_waiting", QUEUES, known("died_waiting")),
        flag("insolvent", true("insolvent")),
        whole(NUMBER, known("number"), "count", 0, lambda scope: scope.agents),
        whole("staff", known("staff"), "people"),
        money("yearly_sales", lambda source: source.yearly_sales),
        money("programme", lambda source: yuan(source.counted["programme"])),
        money("bank", lambda source: yuan(source.counted["bank"])),
    ),
    of_arms=ending_in,
    after="insolvent",
)


class LoanCounts(NamedTuple):
    """What the table of counted loans is made of."""

    economy: Economy
    counted: Mapping[str, np.ndarray]

    def step(self, name: str) -> np.ndarray:
        """A step; -1 where it was not reached."""
        return np.asarray(self.counted[name] - 1)

    def waited(self, until: str) -> np.ndarray:
        """Days from the application to another step; missing where that was not reached."""
        last, days = self.step(until), float(self.economy.calendar.step_days)
        return np.where(last >= 0, (last - self.step("applied")) * days, np.nan)

    @property
    def rate(self) -> np.ndarray:
        """Mean rate; missing where none is known."""
        sums = (self.counted["rate_units"] + self.counted["rate_rest"] / RATE_UNIT) / RATE_UNIT
        return divide(sums, self.counted["rated"])


def on(name: str, step: str) -> Column:
    """The date of a step of loans."""
    return date(f"{name}_date", lambda source: dates(source.economy, source.step(step)))


def waiting(name: str, until: str) -> Column:
    """Days from the application to another step."""
    return number(name, lambda source: source.waited(until), "days", 0, lambda scope: scope.days, missing=True)


def total(name: str) -> Column:
    """A sum of money over loans."""
    return money(name, lambda source: yuan(source.counted[name]))


LOAN_COUNTS = Shape(
    "loans",
    "loan_counts.csv",
    (
        name_of("kind", KIND, known("kind")),
        name_of("lender_group", GROUP, known("lender_group")),
        name_of("product", product_names, known("product")),
        flag("programme", lambda source: source.economy.products["programme"][source.counted["product"]] == 1),
        flag("existing", true("existing")),
        name_of("status", STATUSES, known("status")),
        name_of("reason", REASONS, known("reason")),
        on("applied", "applied"),
        on("decided", "decided"),
        on("payout", "paid_out"),
        on("ended", "lost"),
        waiting("days_to_decision", "decided"),
        waiting("days_to_money", "paid_out"),
        flag("first_time", true("first_time")),
        whole(NUMBER, known("number"), "count", 0, 2**53),
        number("rate_yearly", lambda source: source.rate, "per year", -1, 1e6, missing=True),
        *map(total, ("asked", "amount", "outstanding", "repaid", "interest_paid", "written_off", "guaranteed")),
        whole("cut_back", known("cut_back")),
    ),
)


def enterprise_counts(economy: Economy, counted: Mapping[str, np.ndarray], arms: list[str]) -> pd.DataFrame:
    """One row per combination of where enterprises are and what became of them."""
    return ENTERPRISE_COUNTS.made(EnterpriseCounts(economy, counted), economy.settings, arms)


def loan_counts_table(economy: Economy, counts: Counts) -> pd.DataFrame:
    """One row per combination of lender group, product, kind, status and dates; ``ended_date`` of written-off ones."""
    return LOAN_COUNTS.made(LoanCounts(economy, counts.table()), economy.settings)
