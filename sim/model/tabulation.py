"""Enterprises and loans of a run counted into rows of equal ones, a portion of the tables at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.arithmetic.calendar import DAYS_PER_YEAR, Calendar
from sim.arithmetic.money import round_money
from sim.engine.blocks import BLOCK
from sim.engine.threads import in_order
from sim.model.counts import Counts
from sim.model.economy import Economy
from sim.population.enterprises import normal_profit
from sim.state.codes import ExitCause, LentBy, LoanStatus, Refusal, TakeUp
from sim.state.table import Table

PERFORMING, WRITTEN_OFF = int(LoanStatus.PERFORMING), int(LoanStatus.WRITTEN_OFF)
PORTION = 2**16
"""Rows read at a time."""
BLOCKS = PORTION // BLOCK
RATE_UNIT = 2.0**30
"""A rate is summed as two whole numbers: units, and units of a unit."""

Causes = npt.NDArray[np.int8]
"""Why each enterprise of the start closed in the run (ExitCause), by its id."""

OF_ENTERPRISES = (
    "kind",
    "sector",
    "region",
    "digital",
    "banked",
    "staff_normal",
    "owner_works",
    "wage",
    "sales_normal",
    "input_share",
    "fixed",
    "living",
    "cash",
    "collateral",
    "wage_arrears",
    "input_arrears",
    "rent_arrears",
    "first_loan",
    "take_up",
    "lent_by",
    "gap_step",
    "died_waiting",
    "exists",
    "exit_step",
    "exit_cause",
)
"""Columns that are read to count enterprises, besides ``id`` and ``entry_step``."""

AS_THEY_ARE = ("kind", "sector", "region", "digital", "banked", "take_up", "lent_by")
ENTERPRISE_AMOUNTS = ("staff", "sales_normal", "programme", "bank")
LOAN_AMOUNTS = (
    "asked",
    "amount",
    "outstanding",
    "repaid",
    "interest_paid",
    "written_off",
    "guaranteed",
    "cut_back",
    "rated",
    "rate_units",
    "rate_rest",
)


def portions(economy: Economy) -> list[tuple[int, int]]:
    """The enterprise table in portions: first and end, of rows, or of blocks where it is packed."""
    packed = economy.packed
    many, step = (len(economy.enterprises), PORTION) if packed is None else (packed.enterprises.blocks, BLOCKS)
    return [(first, min(many, first + step)) for first in range(0, many, step)]


def portion(economy: Economy, first: int, last: int) -> Table:
    """A portion of the enterprise table; of packed tables what is counted."""
    if economy.packed is None:
        return economy.enterprises[first:last]
    return economy.packed.enterprises.rows_of(first, last, ("id", "entry_step", *OF_ENTERPRISES))


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
        rows = portion(economy, *span)
        there = rows["entry_step"] == 0
        chosen = slice(None) if there.all() else np.flatnonzero(there)
        ids, columns = rows["id"][chosen], {name: rows[name][chosen] for name in OF_ENTERPRISES}
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

    in_order(count, portions(economy), economy.threads)
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


def guaranteed(loans: np.ndarray) -> np.ndarray:
    """What the government bore of each loan's loss [fen]. ODD equation 8.8."""
    return round_money(loans["guarantee"] * loans["written_off"])


def loan_counts(economy: Economy) -> Counts:
    """Where loans of a run are counted; some may be there already."""
    if economy.packed is not None and economy.packed.counted is not None:
        return economy.packed.counted
    settings, steps = economy.settings, economy.calendar.steps + 1
    sizes = {
        "kind": len(settings.kinds),
        "lender_group": len(settings.lenders),
        "product": len(economy.products),
        "existing": 2,
        "first_time": 2,
        "status": len(LoanStatus),
        "reason": len(Refusal),
        "applied": steps,
        "decided": steps,
        "paid_out": steps,
        "lost": steps,
    }
    return Counts(sizes, LOAN_AMOUNTS)


def count_loans(counts: Counts, economy: Economy, loans: np.ndarray) -> None:
    """Count applications and loans into ``counts``; each row once in a run, when nothing more becomes of it.

    Parameters
    ----------
    counts
        From :func:`loan_counts`.
    economy
        The run.
    loans
        Any LOAN records of it.
    """

    def count(first: int) -> None:
        _count_portion(counts, economy, loans[first : first + PORTION])

    in_order(count, range(0, len(loans), PORTION), economy.threads)


def _count_portion(counts: Counts, economy: Economy, loans: np.ndarray) -> None:
    """Count some loans; rows that are spare have no lender."""
    spare = loans["lender"] < 0
    loans = np.compress(~spare, loans) if spare.any() else loans
    paid = (loans["payout_step"] >= 0) & (loans["status"] >= PERFORMING)
    keys = {name: loans[name] for name in ("product", "existing", "first_time", "status", "reason")}
    keys |= {
        "kind": economy.kinds_of(loans["enterprise"]),
        "lender_group": economy.lenders["group"][loans["lender"]],
        "applied": loans["applied_step"] + 1,
        "decided": loans["decided_step"] + 1,
        "paid_out": np.where(paid, loans["payout_step"], -1) + 1,
        "lost": np.where(loans["status"] == WRITTEN_OFF, loans["ended_step"], -1) + 1,
    }
    rate = np.where(loans["amount"] > 0, loans["rate"], 0.0) * RATE_UNIT
    whole = np.floor(rate)
    amounts = {name: loans[name] for name in LOAN_AMOUNTS[:6]}
    amounts |= {
        "guaranteed": guaranteed(loans),
        "cut_back": loans["amount"] < loans["asked"],
        "rated": loans["amount"] > 0,
        "rate_units": whole,
        "rate_rest": np.rint((rate - whole) * RATE_UNIT),
    }
    counts.add(keys, amounts)
