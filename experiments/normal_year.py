"""A year without a shock: does anybody default, do data see it coming, and does the economy stay level?

Question      with good and bad years of one's own (a persistent part of demand) and without: gaps, new bank loans,
              arrears and closures for lack of money by quarter; how many borrowers default in a year; how well receipts
              and cash, and margin and debts, tell who will
Levers        none
Uncertainties sales.persistent_sigma (0 and as in the scenario); seeds
Outcome       per quarter, in % of the enterprises of the start; money, jobs and sales against the first quarter; share
              of borrowers that default; AUC, estimated on half of the enterprises and measured on the others
Seeds         4, 20,000 enterprises, 104 weeks (``--quick``: 1 seed, 5,000 enterprises)
Running time  about half a minute on 2 cores (``--quick``: 10 seconds)

Default: non-performing, or closed for lack of money, within 364 days after the end of week 9, when the data are seen.
Without the persistent part the model is the one of version 0.1.0 in this (commit a6d9652), but for slopes of margins.

Run ``python -m experiments.normal_year [--quick] [--json] [--out DIR]``; ``quarters.csv`` and ``default.csv`` go to
DIR, the tables to stdout.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm

import sim
from sim.results import write_csv

WEEKS, QUARTER, SEEN, YEAR = 104, 13, 8, 52
"""Weeks of the run and of a quarter; the step at whose end data are seen; weeks after it in which a default counts."""
RECEIPT_WEEKS = 4
NON_PERFORMING_WEEKS = 13
RUNNING = (4, 5, 6)
"""Loans that are paid out and not ended."""
ILLIQUID = 1
ARMS = {"own demand as set": {}, "weekly noise alone": {"sales.persistent_sigma": 0.0}}
INFORMATION = {
    "receipts and cash": ("receipts", "cash"),
    "margin and debts": ("margin", "debts"),
    "all four": ("receipts", "cash", "margin", "debts"),
}
WEEKLY_SHARES = {"gaps": "gaps", "in_arrears": "in arrears"}
SUMS = {"illiquid_exits": "closed: no money", "other_exits": "closed: other"}
LEVELS = {"enterprise_cash": "cash", "jobs": "jobs", "sales": "sales"}

Mask = npt.NDArray[np.bool_]


class Watched:
    """A run watched week by week: what is seen of each enterprise in week 9, and who defaults in the year after."""

    def __init__(self, scenario: sim.Scenario, seed: int) -> None:
        self.model = sim.Model(scenario, rng=seed, engine="compiled")
        rows = len(self.enterprises)
        self.receipts, self.bad = np.zeros(rows), np.zeros(rows, dtype=bool)
        self.seen: pd.DataFrame = pd.DataFrame()
        for step in range(WEEKS):
            self.model.step()
            if SEEN - RECEIPT_WEEKS < step <= SEEN:
                self.receipts += self.enterprises["sales"]
            if step == SEEN:
                self.see()
            if SEEN < step <= SEEN + YEAR:
                self.note_bad_loans(step)
        table = self.enterprises
        closed = (table["exit_step"] > SEEN) & (table["exit_step"] <= SEEN + YEAR) & (table["exit_cause"] == ILLIQUID)
        self.seen["default"] = (self.bad | closed)[self.seen.index]

    @property
    def enterprises(self) -> Any:
        """The enterprises by column."""
        return self.model.economy.enterprises

    def loans(self) -> Any:
        """Loans that are running."""
        economy = self.model.economy
        loans = economy.loans[: economy.loan_count]
        return loans[np.isin(loans["status"], RUNNING)]

    def see(self) -> None:
        """What a lender could see, of those in business [a row each]."""
        table, loans = self.enterprises, self.loans()
        sales = np.maximum(1, table["sales_normal"]).astype(float)
        wages = (table["staff_normal"] - table["owner_works"]) * table["wage"]
        debts = np.zeros(len(table))
        np.add.at(debts, loans["enterprise"], loans["outstanding"])
        outgoings = np.maximum(1, wages + table["fixed"] + table["living"])
        found = pd.DataFrame(
            {
                "receipts": self.receipts / RECEIPT_WEEKS / sales,
                "cash": np.minimum(table["cash"] / outgoings, YEAR),
                "margin": 1.0 - table["input_share"] - (wages + table["fixed"]) / sales,
                "debts": debts / sales / YEAR,
                "quality": table["quality"],
            }
        )
        self.seen = found[np.asarray(table["exists"] == 1)]

    def note_bad_loans(self, step: int) -> None:
        """Who has a loan that is non-performing."""
        loans = self.loans()
        late = (loans["overdue_step"] >= 0) & (step - loans["overdue_step"] >= NON_PERFORMING_WEEKS)
        self.bad[loans["enterprise"][late]] = True

    def quarters(self) -> pd.DataFrame:
        """What happens in each quarter, in per cent."""
        history, count = self.model.history, self.model.played.settings.population.enterprises
        sales = self.model.patronage_history["sales"].sum(axis=1)
        economy = self.model.economy
        loans = economy.loans[: economy.loan_count]
        applied = loans["applied_step"][(loans["existing"] == 0) & np.isin(loans["status"], (*RUNNING, 7, 8))]
        rows = []
        for first in range(0, WEEKS, QUARTER):
            part, start = slice(first, first + QUARTER), slice(0, QUARTER)
            row: dict[str, Any] = {"quarter": first // QUARTER + 1}
            row |= {words: 100.0 * history[name][part].mean() / count for name, words in WEEKLY_SHARES.items()}
            row["new bank loans"] = 100.0 * float(((applied >= first) & (applied < first + QUARTER)).sum()) / count
            row |= {words: 100.0 * history[name][part].sum() / count for name, words in SUMS.items()}
            for name, words in LEVELS.items():
                values = sales if name == "sales" else history[name]
                row[words] = 100.0 * float(values[part].mean() / values[start].mean())
            rows.append(row)
        return pd.DataFrame(rows)

    def defaults(self) -> dict[str, float]:
        """Share of borrowers and of all that default [%], and how well data tell who does."""
        seen, default = self.seen, self.seen["default"].to_numpy(bool)
        found = {
            "borrowers that default (%)": 100.0 * float(default[(seen["debts"] > 0).to_numpy()].mean()),
            "enterprises that default (%)": 100.0 * float(default.mean()),
        }
        found |= {f"AUC of {name}": auc_of(seen, list(columns), default) for name, columns in INFORMATION.items()}
        found["AUC of margin alone"] = auc(-seen["margin"].to_numpy(), default)
        found["AUC of hidden quality"] = auc(-seen["quality"].to_numpy(), default)
        return found


def auc_of(seen: pd.DataFrame, columns: list[str], default: Mask) -> float:
    """AUC of a logistic regression estimated on every second enterprise and measured on the others."""
    half = np.arange(len(seen)) % 2 == 0
    if not (default[half].any() and default[~half].any()):
        return float("nan")
    values = sm.add_constant((seen[columns] - seen[columns].mean()) / seen[columns].std())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # few defaults: the estimate need not converge to be measured
        fitted = sm.Logit(default[half], values[half]).fit(disp=0)
    return auc(np.asarray(values[~half] @ fitted.params), default[~half])


def auc(score: npt.NDArray[np.float64], default: Mask) -> float:
    """Chance that one who defaults has a higher score than one who does not."""
    ranks, bad = pd.Series(score).rank().to_numpy(), int(default.sum())
    good = len(default) - bad
    return float((ranks[default].sum() - bad * (bad + 1) / 2) / (bad * good)) if bad and good else float("nan")


def tables(agents: int, seeds: Sequence[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Quarters and defaults of both arms, means over seeds."""
    quarters, defaults = [], []
    for arm, settings in ARMS.items():
        scenario = sim.load("normal-year", {"population.enterprises": agents, "calendar.weeks": WEEKS, **settings})
        runs = [Watched(scenario, seed) for seed in seeds]
        quarters.append(sum(run.quarters() for run in runs) / len(runs))
        quarters[-1].insert(0, "arm", arm)
        defaults.append({"arm": arm, **pd.DataFrame([run.defaults() for run in runs]).mean().to_dict()})
        for run in runs:
            run.model.free()
    return pd.concat(quarters, ignore_index=True), pd.DataFrame(defaults)


def main(arguments: list[str] | None = None) -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(prog="python -m experiments.normal_year", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and fast; do not read results from it")
    parser.add_argument("--json", action="store_true", help="the tables as JSON")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-normal-year"), metavar="DIR")
    asked = parser.parse_args(arguments)
    agents, seeds = (5_000, [1]) if asked.quick else (20_000, [1, 2, 3, 4])
    quarters, defaults = tables(agents, seeds)
    asked.out.mkdir(parents=True, exist_ok=True)
    write_csv(quarters, asked.out / "quarters.csv")
    write_csv(defaults, asked.out / "default.csv")
    if asked.json:
        print(json.dumps({"quarters": quarters.to_dict("records"), "default": defaults.to_dict("records")}, indent=1))
        return
    print(f"A normal year, without a programme: {agents:,} enterprises, mean of {len(seeds)} seed(s), in %")
    print(quarters.to_string(index=False, float_format=lambda value: f"{value:.2f}"))
    print()
    print(defaults.set_index("arm").T.to_string(float_format=lambda value: f"{value:.2f}"))


if __name__ == "__main__":
    main()
