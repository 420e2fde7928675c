"""Tables of one finished run: country by week, enterprises, loans, lenders, sectors; in yuan, with dates.

Their columns are declared in ``sim/results/country_tables.py`` and ``sim/results/agent_tables.py``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.model import Model
from sim.model.economy import Economy
from sim.results.agent_tables import ENTERPRISES, LOANS, Enterprises, Loans
from sim.results.country_tables import JOURNAL, LENDERS, SECTORS, WEEKLY, Lenders, Sectors, Weeks
from sim.results.values import PERFORMING, dates, names, product_names, yuan

__all__ = ["PERFORMING", "RunTables", "dates", "names", "product_names", "tables_of", "yuan"]

RunTables = dict[str, pd.DataFrame]


def weekly_table(model: Model) -> pd.DataFrame:
    """Totals of the country at every step boundary, the start included."""
    source = Weeks(model.economy, model.start, model.history, model.books)
    return WEEKLY.made(source, model.economy.settings)


def enterprise_table(model: Model) -> pd.DataFrame:
    """One row per enterprise agent of the start, in the order of their ids (entrants have higher ids)."""
    economy = model.economy
    order = np.argsort(economy.enterprises["id"], kind="stable")[: economy.settings.population.enterprises]
    loans = economy.loans[: economy.loan_count]
    paid = (loans["payout_step"] >= 0) & (loans["existing"] == 0) & (loans["status"] >= PERFORMING)
    by_programme = economy.products["programme"][loans["product"]] == 1
    source = Enterprises(
        economy,
        economy.enterprises[order],
        model.runway_days[order],
        money_by_enterprise(economy, loans, paid & by_programme)[order],
        money_by_enterprise(economy, loans, paid & ~by_programme)[order],
        owed_by_enterprise(economy, loans)[order],
    )
    return ENTERPRISES.made(source, economy.settings)


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
    loans = economy.loans[: economy.loan_count]
    return LOANS.made(Loans(economy, loans, economy.enterprises[loans["enterprise"]]), economy.settings)


def lender_table(model: Model) -> pd.DataFrame:
    """One row per lender at the end of the run [real yuan]."""
    return LENDERS.made(Lenders(model.economy, model.economy.lenders), model.economy.settings)


def normal_sales(economy: Economy) -> np.ndarray:
    """Sales of a normal step at the start by kind, sector and region [fen × agents, cells]."""
    rows = economy.enterprises
    there = rows["entry_step"] == 0
    normal = np.zeros(economy.cells, dtype=np.int64)
    np.add.at(normal, rows["cell"][there], rows["sales_normal"][there])
    return normal


def sector_table(model: Model, normal: np.ndarray) -> pd.DataFrame:
    """Sales of every step by kind, sector and region beside the ``normal`` ones [real yuan]."""
    source = Sectors(model.economy, model.patronage_history.reshape(-1), normal)
    return SECTORS.made(source, model.economy.settings)


def journal_table(model: Model) -> pd.DataFrame:
    """One row per step and kind of movement of money [real fen]; step -1 opens the accounts."""
    return pd.DataFrame(model.journal, columns=[one.name for one in JOURNAL.columns])


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
