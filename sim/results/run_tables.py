"""Tables of one finished run: country by week, enterprises, loans, lenders, sectors; in yuan, with dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.arithmetic.calendar import DAYS_PER_YEAR
from sim.arithmetic.money import FEN_PER_YUAN
from sim.model.economy import Economy
from sim.model.loan_tabulation import guaranteed
from sim.model.model import Model
from sim.model.tabulation import is_insolvent
from sim.scenario.schema import ScenarioSettings
from sim.state.codes import LoanStatus, Refusal, TakeUp

PERFORMING = int(LoanStatus.PERFORMING)
RunTables = dict[str, pd.DataFrame]


def yuan(fen: np.ndarray) -> np.ndarray:
    """Yuan of amounts in fen."""
    return np.asarray(fen) / FEN_PER_YUAN


def dates(economy: Economy, steps: np.ndarray) -> np.ndarray:
    """First day of each step [datetime64]; not a time where the step is negative."""
    start = np.datetime64(economy.calendar.start, "s")
    days = np.asarray(steps, dtype=np.int64) * economy.calendar.step_days
    return np.where(np.asarray(steps) >= 0, start + days.astype("timedelta64[D]"), np.datetime64("NaT", "s"))


def names(values: Sequence[str], codes: np.ndarray) -> pd.Categorical:
    """Names of codes as a categorical column."""
    return pd.Categorical.from_codes(np.asarray(codes, dtype=np.int64), categories=list(values))


def weekly_table(model: Model) -> pd.DataFrame:
    """Totals of the country at every step boundary, the start included."""
    economy, flows, books, start = model.economy, model.history, model.books, model.start
    scale, steps = economy.scale, len(flows) + 1
    members = np.concatenate([[start["members"]], flows["members"]]).astype(float)
    working = flow_column(start, flows, "jobs") + flow_column(start, flows, "working_elsewhere")
    existing = flow_column(start, flows, "existing")
    count = economy.settings.population.enterprises
    table: dict[str, Any] = {
        "step": np.arange(steps),
        "date": dates(economy, np.arange(steps)),
        "enterprises": existing * scale,
        "open_share": ratio(flow_column(start, flows, "resumed"), np.full(steps, count)),
        "open_of_existing_share": ratio(flow_column(start, flows, "open_now"), existing),
        "in_arrears_share": ratio(flow_column(start, flows, "in_arrears"), existing),
        "unemployed_share": ratio(members - working, members),
    }
    counts = (
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
    table |= {name: flow_column(start, flows, name) * scale for name in counts}
    table |= {f"{name}_yuan": yuan(flow_column(start, flows, name) * scale) for name in MONEY_COLUMNS}
    table |= {f"{renamed}_yuan": yuan(books[name]) for name, renamed in BOOK_COLUMNS.items()}
    table["ledger_residual_fen"] = books["residual"]
    return pd.DataFrame(table)


MONEY_COLUMNS = (
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
BOOK_COLUMNS = {
    "funds": "lender_funds",
    "loans": "loans_outstanding",
    "programme_loans": "programme_outstanding",
    "equity": "lender_equity",
    "government": "government",
    "rest": "rest_of_economy",
    "central_bank": "central_bank",
    "relending_subsidy": "relending_subsidy",
}


def flow_column(start: np.ndarray, flows: np.ndarray, name: str) -> np.ndarray:
    """One total at every step boundary, the start first [steps + 1]."""
    return np.concatenate([[start[name]], flows[name]])


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part over whole; missing where there is no whole."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=np.asarray(whole) > 0)


def enterprise_table(model: Model) -> pd.DataFrame:
    """One row per enterprise agent of the start, in the order of their ids (entrants have higher ids)."""
    economy = model.economy
    settings, calendar = economy.settings, economy.calendar
    order = np.argsort(economy.enterprises["id"], kind="stable")[: economy.settings.population.enterprises]
    rows = economy.enterprises[order]
    loans = economy.loans[: economy.loan_count]
    paid = (loans["payout_step"] >= 0) & (loans["existing"] == 0) & (loans["status"] >= PERFORMING)
    by_programme = economy.products["programme"][loans["product"]] == 1
    event = (rows["exit_step"] >= 0) & (rows["exit_step"] < calendar.horizon)
    last_step = np.where(event, rows["exit_step"] + 1, calendar.horizon)
    return pd.DataFrame(
        {
            "enterprise": rows["id"],
            "kind": names(list(settings.kinds), rows["kind"]),
            "sector": names(list(settings.sectors), rows["sector"]),
            "region": names(list(settings.regions), rows["region"]),
            "staff": rows["staff_normal"],
            "yearly_sales_yuan": yuan(rows["sales_normal"]) * (DAYS_PER_YEAR / calendar.step_days),
            "runway_days": model.runway_days[order],
            "digital": rows["digital"] == 1,
            "banked": rows["banked"] == 1,
            "reopening_rank": rows["reopening_rank"],
            "quality": rows["quality"],
            "had_gap": rows["gap_step"] >= 0,
            "duration_days": last_step.astype(np.int64) * calendar.step_days,
            "event": event,
            "exit_cause": names(["", "illiquid", "other"], np.where(event, rows["exit_cause"], 0)),
            "closed_later": (rows["exit_step"] >= 0) & ~event,
            "take_up": names([one.name.lower() for one in TakeUp], rows["take_up"]),
            "died_waiting": names(["", "bank", "programme"], np.where(event, rows["died_waiting"], 0)),
            "programme_yuan": yuan(money_by_enterprise(economy, loans, paid & by_programme)[order]),
            "bank_yuan": yuan(money_by_enterprise(economy, loans, paid & ~by_programme)[order]),
            "cash_yuan": yuan(rows["cash"]),
            "insolvent": is_insolvent(rows, owed_by_enterprise(economy, loans)[order], calendar),
        }
    )


def money_by_enterprise(economy: Economy, loans: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Sum of the chosen loans' amounts for each enterprise [fen]."""
    total = np.zeros(len(economy.enterprises), dtype=np.int64)
    np.add.at(total, loans["enterprise"][chosen], loans["amount"][chosen])
    return total


def owed_by_enterprise(economy: Economy, loans: np.ndarray) -> np.ndarray:
    """Principal and interest due that each enterprise owes on loans [fen]."""
    owed = np.zeros(len(economy.enterprises), dtype=np.int64)
    np.add.at(owed, loans["enterprise"], loans["outstanding"] + loans["interest_due"])
    return owed


def loan_table(model: Model) -> pd.DataFrame:
    """One row per application or existing loan, in the order in which they came."""
    economy = model.economy
    settings, days = economy.settings, economy.calendar.step_days
    loans = economy.loans[: economy.loan_count]
    enterprises = economy.enterprises[loans["enterprise"]]
    decided, paid = loans["decided_step"] >= 0, (loans["payout_step"] >= 0) & (loans["status"] >= PERFORMING)
    programme = economy.products["programme"][loans["product"]] == 1
    return pd.DataFrame(
        {
            "loan": np.arange(len(loans)),
            "enterprise": enterprises["id"],
            "kind": names(list(settings.kinds), enterprises["kind"]),
            "sector": names(list(settings.sectors), enterprises["sector"]),
            "region": names(list(settings.regions), enterprises["region"]),
            "lender": loans["lender"],
            "lender_group": names(list(settings.lenders), economy.lenders["group"][loans["lender"]]),
            "product": names(product_names(settings), loans["product"]),
            "programme": programme,
            "existing": loans["existing"] == 1,
            "status": names([status.name.lower() for status in LoanStatus], loans["status"]),
            "reason": names(["", *(reason.name.lower() for reason in list(Refusal)[1:])], loans["reason"]),
            "applied_date": dates(economy, loans["applied_step"]),
            "decided_date": dates(economy, loans["decided_step"]),
            "payout_date": dates(economy, np.where(paid, loans["payout_step"], -1)),
            "ended_date": dates(economy, loans["ended_step"]),
            "days_to_decision": np.where(
                decided, (loans["decided_step"] - loans["applied_step"]) * float(days), np.nan
            ),
            "days_to_money": np.where(paid, (loans["payout_step"] - loans["applied_step"]) * float(days), np.nan),
            "asked_yuan": yuan(loans["asked"]),
            "amount_yuan": yuan(loans["amount"]),
            "rate_yearly": np.where(loans["amount"] > 0, loans["rate"], np.nan),
            "collateralised": loans["collateral"] > 0,
            "first_time": loans["first_time"] == 1,
            "outstanding_yuan": yuan(loans["outstanding"]),
            "repaid_yuan": yuan(loans["repaid"]),
            "interest_paid_yuan": yuan(loans["interest_paid"]),
            "written_off_yuan": yuan(loans["written_off"]),
            "guaranteed_yuan": yuan(guaranteed(loans)),
            "deferred": loans["was_deferred"] == 1,
        }
    )


def product_names(settings: ScenarioSettings) -> list[str]:
    """Names of all products in the order of the product table; the programme's main product is called programme."""
    return [*settings.products, *settings.programme.products, "programme"]


def lender_table(model: Model) -> pd.DataFrame:
    """One row per lender at the end of the run [real yuan]."""
    economy = model.economy
    lenders = economy.lenders
    groups = list(economy.settings.lenders.values())
    return pd.DataFrame(
        {
            "lender": lenders["id"],
            "lender_group": names(list(economy.settings.lenders), lenders["group"]),
            "type": pd.Categorical([groups[group].type for group in lenders["group"]]),
            "member": lenders["member"] == 1,
            "funds_yuan": yuan(lenders["funds"]),
            "loans_yuan": yuan(lenders["loans"]),
            "programme_yuan": yuan(lenders["programme_loans"]),
            "liabilities_yuan": yuan(lenders["liabilities"]),
            "equity_yuan": yuan(lenders["funds"] + lenders["loans"] - lenders["liabilities"]),
            "equity_start_yuan": yuan(lenders["equity_start"]),
        }
    )


def normal_sales(economy: Economy) -> np.ndarray:
    """Sales of a normal step at the start by sector and region [fen × agents, cells]."""
    rows = economy.enterprises
    there = rows["entry_step"] == 0
    normal = np.zeros(len(economy.openness), dtype=np.int64)
    np.add.at(normal, rows["cell"][there], rows["sales_normal"][there])
    return normal


def sector_table(model: Model, normal: np.ndarray) -> pd.DataFrame:
    """Sales of every step by sector and region beside the ``normal`` ones [real yuan]."""
    economy = model.economy
    settings = economy.settings
    cells, steps = len(economy.openness), economy.calendar.steps
    cell = np.tile(np.arange(cells), steps)
    step = np.repeat(np.arange(steps), cells)
    return pd.DataFrame(
        {
            "step": step,
            "date": dates(economy, step),
            "sector": names(list(settings.sectors), cell // len(settings.regions)),
            "region": names(list(settings.regions), cell % len(settings.regions)),
            "sales_yuan": yuan(model.custom_history["sales"].reshape(-1) * economy.scale),
            "normal_sales_yuan": yuan(normal[cell] * economy.scale),
        }
    )


def journal_table(model: Model) -> pd.DataFrame:
    """One row per step and kind of movement of money [real fen]; step -1 opens the accounts."""
    return pd.DataFrame(model.journal, columns=["step", "kind", "payer", "payee", "amount_fen"])


def tables_of(model: Model) -> RunTables:
    """All tables of one finished run, without the columns that name the run."""
    audited = {"journal": journal_table(model)} if model.audited else {}
    return {
        **audited,
        "weekly": weekly_table(model),
        "enterprises": enterprise_table(model),
        "loans": loan_table(model),
        "lenders": lender_table(model),
        "sectors": sector_table(model, normal_sales(model.economy)),
    }
