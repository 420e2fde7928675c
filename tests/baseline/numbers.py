"""The named numbers: counts and money (whole fen) are integers, shares and means are floats."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

import sim

FILE = Path(__file__).with_name("numbers.json")
SIZE = ("population.enterprises=1500",)
SEEDS = 2
TOLERANCE = 1e-9
OUTCOMES = (
    "exit_share",
    "insolvent_share",
    "restricted_mean_days",
    "jobs_million",
    "sales_bn",
    "borrowers_million",
    "lent_bn_programme",
    "lent_bn_bank",
    "approval_share_programme",
    "approval_share_bank",
    "days_to_money_programme",
    "days_to_money_bank",
    "rate_programme",
    "rate_bank",
    "written_off_share_programme",
)
Numbers = dict[str, int | float]


def computed() -> Numbers:
    """All numbers, computed now."""
    china = sim.compare(sim.load("china-2020", SIZE), seeds=SEEDS, progress=False)
    normal = sim.run(sim.load("normal-year", SIZE), seeds=SEEDS, progress=False)
    found: Numbers = {}
    for arm in ("with", "without"):
        found |= named(f"china-2020.{arm}", counts(china.results, arm))
        found |= named(f"china-2020.{arm}", outcomes(china.summary(), arm))
    found |= named("china-2020", fates(china))
    found |= named("normal-year", counts(normal, "run"))
    return found


def named(prefix: str, numbers: Numbers) -> Numbers:
    """Numbers with what they belong to in front of their names."""
    return {f"{prefix}.{name}": value for name, value in numbers.items()}


def counts(results: sim.Results, arm: str) -> Numbers:
    """Counts of agents and loans, and money in whole fen of one real enterprise or of the country."""
    enterprises, loans, lenders, weekly = (
        table[table["arm"] == arm] for table in (results.enterprises, results.loans, results.lenders, results.weekly)
    )
    last = weekly[weekly["step"] == weekly["step"].max()]
    new = loans[~loans["existing"]]
    return {
        "illiquid_exits": int((enterprises["exit_cause"] == "illiquid").sum()),
        "other_exits": int((enterprises["exit_cause"] == "other").sum()),
        "had_gap": int(enterprises["had_gap"].sum()),
        "days_in_business": int(enterprises["duration_days"].sum()),
        "cash_fen": fen(enterprises["cash_yuan"]),
        "applications": len(new),
        "refused": int((new["status"] == "refused").sum()),
        "programme_loans": int(new["programme"].sum()),
        "lent_fen": fen(new.loc[new["payout_date"].notna(), "amount_yuan"]),
        "repaid_fen": fen(loans["repaid_yuan"]),
        "written_off_fen": fen(loans["written_off_yuan"]),
        "lender_equity_fen": fen(lenders["equity_yuan"]),
        "jobs_at_the_end": int(last["jobs"].sum()),
        "household_cash_fen": fen(last["household_cash_yuan"]),
    }


def fen(yuan: pd.Series) -> int:
    """Sum of amounts in yuan as whole fen, exact."""
    return int(np.rint(yuan.to_numpy(np.float64) * 100).astype(np.int64).sum())


def outcomes(summary: pd.DataFrame, arm: str) -> Numbers:
    """What the printed table says of an arm; what it does not have is left out."""
    values = summary[arm].reindex(OUTCOMES).dropna()
    return {str(name): float(value) for name, value in values.items()}


def fates(comparison: sim.Comparison) -> Numbers:
    """Real enterprises of each fate over all seeds."""
    totals = comparison.fates().groupby("fate", observed=True)["enterprises"].sum()
    return {str(fate): int(value) for fate, value in totals.items()}


def kept() -> Numbers:
    """All numbers of the file."""
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def moved(old: Numbers, new: Numbers) -> list[str]:
    """One line for each number that is not what it was: integers exactly, floats to 1e-9."""
    lines = []
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before is None or after is None or not same(before, after):
            lines.append(f"{name}: {'not there' if before is None else before} → {'gone' if after is None else after}")
    return lines


def same(one: int | float, other: int | float) -> bool:
    """Whether two numbers are the same."""
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return type(one) is type(other) and abs(one - other) <= TOLERANCE * max(abs(one), abs(other))
