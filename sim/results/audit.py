"""The journal beside the results, and its check by SQL: written files only, nothing of the program that made them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd

from sim.model.ledger import LedgerError
from sim.results.csv_file import read_csv
from sim.results.results import Results

FILE = "journal.parquet"
COLUMNS = ["arm", "seed", "step", "kind", "payer", "payee", "amount_fen"]
BALANCES = {
    "enterprises": "enterprise_cash_yuan",
    "households": "household_cash_yuan",
    "lenders": "lender_funds_yuan",
    "government": "government_yuan",
    "central_bank": "central_bank_yuan",
    "rest_of_economy": "rest_of_economy_yuan",
}
"""Column of weekly.csv that says what an account holds; enterprises that wait to enter stand in none."""

TABLES = """
CREATE TABLE journal (arm TEXT, seed INTEGER, step INTEGER, kind TEXT, payer TEXT, payee TEXT, amount INTEGER);
CREATE TABLE weekly (arm TEXT, seed INTEGER, step INTEGER, account TEXT, yuan REAL);
CREATE VIEW moved AS
  SELECT arm, seed, step, payee AS account, amount FROM journal
  UNION ALL SELECT arm, seed, step, payer, -amount FROM journal WHERE payer <> 'opening';
CREATE VIEW changes AS
  SELECT arm, seed, step + 1 AS step, account, SUM(amount) AS fen FROM moved GROUP BY arm, seed, step, account;
"""
CHECKS = {
    "a posting is negative, of nothing, or from an account to itself": """
        SELECT arm, seed, step, kind || ' of ' || amount || ' fen' FROM journal
        WHERE (kind <> 'opening' AND amount <= 0) OR payer = payee""",
    "the accounts of a step do not sum to zero": """
        SELECT arm, seed, step - 1, SUM(fen) || ' fen' FROM changes
        WHERE step > 0 GROUP BY arm, seed, step HAVING SUM(fen) <> 0""",
    "an account holds other than weekly.csv says": """
        WITH held AS (
          SELECT weekly.arm, weekly.seed, weekly.step, weekly.account, weekly.yuan,
            SUM(COALESCE(changes.fen, 0)) OVER (
              PARTITION BY weekly.arm, weekly.seed, weekly.account ORDER BY weekly.step) AS fen
          FROM weekly LEFT JOIN changes USING (arm, seed, step, account))
        SELECT arm, seed, step, account || ': ' || fen || ' fen by the journal, ' || yuan || ' yuan in weekly.csv'
        FROM held WHERE CAST(fen AS REAL) / 100.0 <> yuan""",
    "there is no such account": """
        SELECT arm, seed, step, account FROM moved WHERE account NOT IN (
          'enterprises', 'entrants', 'households', 'lenders', 'government', 'central_bank', 'rest_of_economy')""",
}
"""What must find nothing: arm, seed, step and what is wrong there."""


def write_journal(results: Results, folder: Path) -> None:
    """Write the journal of all runs beside the tables."""
    results.journal.to_parquet(folder / FILE, index=False)


def check_journal(folder: Path) -> str:
    """Check the written journal by itself and against the written weekly.csv; return what was checked in a sentence.

    Raises
    ------
    LedgerError
        With the first thing that does not add up.
    """
    journal = pd.read_parquet(folder / FILE)
    weekly = read_csv(folder / "weekly.csv", ("arm", "date"))
    base = sqlite3.connect(":memory:")
    try:
        base.executescript(TABLES)
        base.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", plain_rows(journal[COLUMNS]))
        for account, column in BALANCES.items():
            rows = weekly[["arm", "seed", "step"]].assign(account=account, yuan=weekly[column])
            base.executemany("INSERT INTO weekly VALUES (?, ?, ?, ?, ?)", plain_rows(rows))
        for wrong, query in CHECKS.items():
            found = base.execute(query).fetchone()
            if found is not None:
                arm, seed, step, what = found
                raise LedgerError(f"audit: {wrong}: arm {arm}, seed {seed}, step {step}: {what}")
    finally:
        base.close()
    runs = len(journal[["arm", "seed"]].drop_duplicates())
    return (
        f"audit: {len(journal):,} postings of {runs} runs in {FILE}; every step sums to zero, every closing balance is "
        "that of weekly.csv"
    )


def plain_rows(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows of a table in types that SQLite knows."""
    return list(zip(*(table[name].astype(object).tolist() for name in table), strict=True))
