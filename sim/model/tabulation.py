"""Enterprises of a run counted into rows of equal ones, a portion of the table at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.arithmetic.calendar import DAYS_PER_YEAR, Calendar
from sim.engine.threads import in_order
from sim.model.counts import Counts
from sim.model.economy import Economy
from sim.population.enterprises import normal_profit
from sim.state.codes import ExitCause, LentBy, TakeUp
from sim.state.field import Use, named
from sim.state.fields import ENTERPRISE

PORTION = 2**16
"""Rows read at a time."""

Causes = npt.NDArray[np.int8]
"""Why each enterprise of the start closed in the run (ExitCause), by its id."""

OF_ENTERPRISES = named(ENTERPRISE, lambda field: Use.TOTALS in field.used)
"""Columns that are read to count enterprises."""
AS_THEY_ARE = ("kind", "sector", "region", "digital", "banked", "take_up", "lent_by")
ENTERPRISE_AMOUNTS = ("staff", "sales_normal", "programme", "bank")


def count_enterprises(economy: Economy, bounds: Sequence[int], others: Mapping[str, Causes]) -> tuple[Counts, Causes]:
    """Count the enterprises of the start by where they are, what became of them and what became of them in other arms.

    Parameters
    ----------
    economy
        A finished run.
    bounds
        People at which each size class but the first begins.
    others
        Why each enterprise closed in other arms.

    Returns
    -------
    Counts, Causes
        The counted enterprises, and why each of them closed in this run.
    """
    settings, horizon = economy.settings, economy.calendar.horizon
    sizes = {
        "kind": len(settings.kinds),
        "sector": len(settings.sectors),
        "region": len(settings.regions),
        "size": len(bounds) + 1,
        "digital": 2,
        "banked": 2,
        "closed": horizon + 1,
        "cause": len(ExitCause),
        "closed_later": 2,
        "take_up": len(TakeUp),
        "lent_by": int(LentBy.BANK | LentBy.PROGRAMME) + 1,
        "had_gap": 2,
        "died_waiting": 3,
        "insolvent": 2,
    }
    counts = Counts(sizes | {f"cause_{arm}": len(ExitCause) for arm in others}, ENTERPRISE_AMOUNTS)
    causes: Causes = np.zeros(settings.population.enterprises, dtype=np.int8)

    def count(span: tuple[int, int]) -> None:
        rows = economy.store.portion(*span, OF_ENTERPRISES)
        there = rows["entry_step"] == 0
        chosen = slice(None) if there.all() else np.flatnonzero(there)
        columns = {name: rows[name][chosen] for name in OF_ENTERPRISES}
        ids = columns["id"]
        owed, programme, bank = loans_of_each(columns["first_loan"], economy.loans, economy.products)
        event = (columns["exit_step"] >= 0) & (columns["exit_step"] < horizon)
        causes[ids] = np.where(event, columns["exit_cause"], 0)
        keys = {name: columns[name] for name in AS_THEY_ARE}
        keys |= {
            "size": np.digitize(columns["staff_normal"], bounds),
            "closed": np.where(event, columns["exit_step"] + 1, 0),
            "cause": causes[ids],
            "closed_later": (columns["exit_step"] >= 0) & ~event,
            "had_gap": columns["gap_step"] >= 0,
            "died_waiting": np.where(event, columns["died_waiting"], 0),
            "insolvent": is_insolvent(columns, owed, economy.calendar),
        }
        keys |= {f"cause_{arm}": found[ids] for arm, found in others.items()}
        amounts = (columns["staff_normal"], columns["sales_normal"], programme, bank)
        counts.add(keys, dict(zip(ENTERPRISE_AMOUNTS, amounts, strict=True)))

    in_order(count, economy.store.portions(PORTION), economy.threads)
    return counts, causes


def loans_of_each(
    first_loan: np.ndarray, loans: np.ndarray, products: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What each enterprise owes on loans, and what the programme and banks lent it in the run [fen], from its chain."""
    owed, programme, bank = np.zeros((3, len(first_loan)), dtype=np.int64)
    holder = np.flatnonzero(first_loan >= 0)
    loan = first_loan[holder]
    while len(holder):
        owed[holder] += loans["outstanding"][loan] + loans["interest_due"][loan]
        lent = np.where(loans["existing"][loan] == 1, 0, loans["amount"][loan])
        by_programme = products["programme"][loans["product"][loan]] == 1
        programme[holder] += np.where(by_programme, lent, 0)
        bank[holder] += np.where(by_programme, 0, lent)
        following = loans["next_loan"][loan]
        more = following >= 0
        holder, loan = holder[more], following[more]
    return owed, programme, bank


def is_insolvent(rows: Any, owed: np.ndarray, calendar: Calendar) -> np.ndarray:
    """Existing enterprises whose debts exceed cash, collateral and a year's normal profit. ODD equation O2."""
    debts = owed + rows["wage_arrears"] + rows["input_arrears"] + rows["rent_arrears"]
    yearly_profit = np.maximum(0, normal_profit(rows)) * (DAYS_PER_YEAR / calendar.step_days)
    insolvent: np.ndarray = (rows["exists"] == 1) & (debts > rows["cash"] + rows["collateral"] + yearly_profit)
    return insolvent
