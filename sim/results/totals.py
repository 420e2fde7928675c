"""A run's results as totals: equal enterprises and equal loans in one row each, with their number and their sums.

Columns are those of a panel. Money, ``staff`` and ``cut_back`` are sums over the enterprises or loans of a row;
``number`` says how many there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.arithmetic.calendar import DAYS_PER_YEAR
from sim.model.counts import Counts
from sim.model.economy import Economy
from sim.model.loan_tabulation import RATE_UNIT
from sim.model.model import Model
from sim.model.tabulation import Causes, count_enterprises
from sim.outcomes.grouping import ENDINGS, NUMBER, OTHER_ARM, SIZE_BOUNDS, SIZE_CLASSES
from sim.outcomes.intervals import divide
from sim.results.run_tables import (
    RunTables,
    dates,
    journal_table,
    lender_table,
    names,
    product_names,
    sector_table,
    weekly_table,
    yuan,
)
from sim.scenario.resolved import Scenario
from sim.state.codes import LoanStatus, Refusal, TakeUp

WORDS: dict[str, list[str]] = {
    "size": list(SIZE_CLASSES),
    "exit_cause": ["", "illiquid", "other"],
    "take_up": [one.name.lower() for one in TakeUp],
    "lent_by": ["", "bank", "programme", "both"],
    "died_waiting": ["", "bank", "programme"],
    "status": [one.name.lower() for one in LoanStatus],
    "reason": ["", *(one.name.lower() for one in list(Refusal)[1:])],
}
"""Values of columns whose values are the same in every scenario."""


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
    """Sales of a normal step by sector and region [fen × agents, cells]."""
    normal = np.zeros(len(economy.openness), dtype=np.int64)
    cell = counted["sector"] * len(economy.settings.regions) + counted["region"]
    np.add.at(normal, cell, counted["sales_normal"])
    return normal


def enterprise_counts(economy: Economy, counted: Mapping[str, np.ndarray], arms: list[str]) -> pd.DataFrame:
    """One row per combination of where enterprises are and what became of them; how they end in other arms last."""
    settings, calendar = economy.settings, economy.calendar
    closed = counted["closed"]
    last_step = np.where(closed > 0, closed, calendar.horizon)
    table: dict[str, Any] = {
        "kind": names(list(settings.kinds), counted["kind"]),
        "sector": names(list(settings.sectors), counted["sector"]),
        "region": names(list(settings.regions), counted["region"]),
        "size": names(WORDS["size"], counted["size"]),
        "digital": counted["digital"] == 1,
        "banked": counted["banked"] == 1,
        "duration_days": last_step * calendar.step_days,
        "event": closed > 0,
        "exit_cause": names(WORDS["exit_cause"], counted["cause"]),
        "closed_later": counted["closed_later"] == 1,
        "take_up": names(WORDS["take_up"], counted["take_up"]),
        "lent_by": names(WORDS["lent_by"], counted["lent_by"]),
        "had_gap": counted["had_gap"] == 1,
        "died_waiting": names(WORDS["died_waiting"], counted["died_waiting"]),
        "insolvent": counted["insolvent"] == 1,
    }
    unknown = np.full(len(closed), -1)
    table |= {f"{OTHER_ARM}{arm}": names(ENDINGS, counted.get(f"cause_{arm}", unknown)) for arm in arms}
    table |= {NUMBER: counted["number"], "staff": counted["staff"]}
    table["yearly_sales_yuan"] = yuan(counted["sales_normal"]) * (DAYS_PER_YEAR / calendar.step_days)
    return pd.DataFrame(table | {f"{name}_yuan": yuan(counted[name]) for name in ("programme", "bank")})


def loan_counts_table(economy: Economy, counts: Counts) -> pd.DataFrame:
    """One row per combination of lender group, product, kind, status and dates; ``ended_date`` of written-off ones."""
    settings, days, counted = economy.settings, economy.calendar.step_days, counts.table()
    applied, decided, paid = (counted[name] - 1 for name in ("applied", "decided", "paid_out"))
    rate = (counted["rate_units"] + counted["rate_rest"] / RATE_UNIT) / RATE_UNIT
    table: dict[str, Any] = {
        "kind": names(list(settings.kinds), counted["kind"]),
        "lender_group": names(list(settings.lenders), counted["lender_group"]),
        "product": names(product_names(settings), counted["product"]),
        "programme": economy.products["programme"][counted["product"]] == 1,
        "existing": counted["existing"] == 1,
        "status": names(WORDS["status"], counted["status"]),
        "reason": names(WORDS["reason"], counted["reason"]),
        "applied_date": dates(economy, applied),
        "decided_date": dates(economy, decided),
        "payout_date": dates(economy, paid),
        "ended_date": dates(economy, counted["lost"] - 1),
        "days_to_decision": np.where(decided >= 0, (decided - applied) * float(days), np.nan),
        "days_to_money": np.where(paid >= 0, (paid - applied) * float(days), np.nan),
        "first_time": counted["first_time"] == 1,
        NUMBER: counted["number"],
        "rate_yearly": divide(rate, counted["rated"]),
    }
    money = ("asked", "amount", "outstanding", "repaid", "interest_paid", "written_off", "guaranteed")
    table |= {f"{name}_yuan": yuan(counted[name]) for name in money}
    return pd.DataFrame(table | {"cut_back": counted["cut_back"]})


def with_categories(table: pd.DataFrame, scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """A table of totals read from a file with the categories it was written with; plain text where arms differ."""
    known = dict(WORDS)
    for column, of in (("kind", "kinds"), ("sector", "sectors"), ("region", "regions"), ("lender_group", "lenders")):
        ways = {tuple(getattr(one.settings, of)) for one in scenarios.values()}
        known |= {column: list(*ways)} if len(ways) == 1 else {}
    ways = {tuple(product_names(one.settings)) for one in scenarios.values()}
    known |= {"product": list(*ways)} if len(ways) == 1 else {}
    known |= {name: list(ENDINGS) for name in table if str(name).startswith(OTHER_ARM)}
    there = {name: values for name, values in known.items() if name in table}
    blank = {name: table[name].where(table[name] != "") for name, values in there.items() if "" not in values}
    named = {name: pd.Categorical(blank.get(name, table[name]), values) for name, values in there.items()}
    return table.assign(**named)
