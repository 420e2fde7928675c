"""What a run cost the government and the lenders, and the bank credit that programme loans replaced."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.outcomes.credit import CHANNELS, channel_of, is_paid_out
from sim.outcomes.grouping import totals
from sim.outcomes.intervals import Floats, divide
from sim.outcomes.runs import Tables, runs_of

MEASURES = ("wage_support", "rent_waiver", "grants", "interest_subsidy", "guarantees", "relending_subsidy")
"""Columns of the weekly table that are the measures' costs; unemployment benefit stands apart."""


def fiscal_cost(results: Tables) -> pd.DataFrame:
    """Cost of each run to the government and to the lenders.

    Parameters
    ----------
    results
        Tables of a run or of a comparison.

    Returns
    -------
    pandas.DataFrame
        arm, seed, one column for each measure (``wage_support_yuan`` …), fiscal_yuan [their sum], benefits_yuan
        [unemployment benefit, part of no sum], losses_programme_yuan, losses_bank_yuan, losses_existing_yuan [written
        off less guaranteed], losses_yuan [their sum], total_yuan [fiscal_yuan + losses_yuan]. Real yuan of the whole
        run.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.fiscal_cost(results)
    >>> table[["arm", "seed"]].values.tolist()
    [['with', 1], ['with', 2], ['without', 1], ['without', 2]]
    """
    runs = runs_of(results)
    cells, loans = runs.cells(results.weekly), results.loans
    every = np.ones(len(cells), dtype=bool)
    names = [f"{name}_yuan" for name in MEASURES]
    found = {name: runs.total(cells, every, results.weekly[name]) for name in names}
    found["fiscal_yuan"] = sum((found[name] for name in names), np.zeros((len(runs.arms), len(runs.seeds))))
    found["benefits_yuan"] = runs.total(cells, every, results.weekly["benefits_yuan"])
    channel, of_loans = channel_of(loans), runs.cells(loans)
    lost = (loans["written_off_yuan"] - loans["guaranteed_yuan"]).to_numpy(np.float64)
    for name in CHANNELS:
        chosen = np.asarray(channel == name, dtype=bool)
        found[f"losses_{name}_yuan"] = runs.total(of_loans, chosen, lost) * results.scale
    found["losses_yuan"] = runs.total(of_loans, np.ones(len(loans), dtype=bool), lost) * results.scale
    found["total_yuan"] = found["fiscal_yuan"] + found["losses_yuan"]
    index = pd.MultiIndex.from_product([runs.arms, runs.seeds], names=["arm", "seed"])
    frame = pd.DataFrame({name: values.ravel() for name, values in found.items()}, index=index).reset_index()
    there = totals(runs.cells(results.enterprises), (len(runs.arms), len(runs.seeds))).ravel() > 0
    return frame[there].reset_index(drop=True)


def displaced(results: Tables, *, against: str | None = None) -> pd.DataFrame:
    """Ordinary bank credit that programme loans replaced, by seed.

    Parameters
    ----------
    results
        Tables of a comparison.
    against
        The other arm; by default the second one.

    Returns
    -------
    pandas.DataFrame
        One row for each seed that both arms have: seed, programme_yuan [lent by the programme in the first arm],
        bank_yuan, bank_without_yuan [new bank loans paid out in the first and in the other arm], displaced_yuan
        [bank_without_yuan − bank_yuan], share [displaced_yuan / programme_yuan; NaN without programme loans]. Real
        yuan.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> list(outcomes.displaced(results).columns)
    ['seed', 'programme_yuan', 'bank_yuan', 'bank_without_yuan', 'displaced_yuan', 'share']
    """
    runs, loans = runs_of(results), results.loans
    first, other = 0, runs.arms.index(against) if against else 1
    cells, paid = runs.cells(loans), is_paid_out(loans)
    programme = loans["programme"].to_numpy(bool)
    amount, scale = loans["amount_yuan"], results.scale
    lent, bank = (runs.total(cells, paid & flag, amount) * scale for flag in (programme, ~programme))
    gap = bank[other] - bank[first]
    columns = {"programme_yuan": lent[first], "bank_yuan": bank[first], "bank_without_yuan": bank[other]}
    table = pd.DataFrame({"seed": runs.seeds, **columns, "displaced_yuan": gap, "share": divide(gap, lent[first])})
    agents: Floats = totals(runs.cells(results.enterprises), (len(runs.arms), len(runs.seeds)))
    return table[(agents[first] > 0) & (agents[other] > 0)].reset_index(drop=True)
