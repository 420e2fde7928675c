"""Loans of a run counted into rows of equal ones, in whole numbers, a portion of the table at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.arithmetic.money import round_money
from sim.engine.threads import in_order
from sim.model.counts import Counts
from sim.state.codes import LoanStatus, Refusal

PERFORMING, WRITTEN_OFF = int(LoanStatus.PERFORMING), int(LoanStatus.WRITTEN_OFF)
PORTION = 2**16
"""Rows read at a time."""
RATE_UNIT = 2.0**30
"""A rate is summed as two whole numbers: units, and units of a unit."""

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


@dataclass(frozen=True, eq=False)
class LoanTabulation:
    """How the loans of a run are counted.

    Parameters
    ----------
    kinds, groups, products, steps
        Number of kinds of enterprises, of lender groups, of products, and of steps.
    kinds_of
        The kinds of the enterprises of some rows.
    group_of
        The group of each lender [lenders].
    threads
        Threads that count.
    """

    kinds: int
    groups: int
    products: int
    steps: int
    kinds_of: Callable[[np.ndarray], np.ndarray]
    group_of: np.ndarray
    threads: int = 1

    def counts(self) -> Counts:
        """Where loans are counted, none yet."""
        dates = self.steps + 1
        sizes = {
            "kind": self.kinds,
            "lender_group": self.groups,
            "product": self.products,
            "existing": 2,
            "first_time": 2,
            "status": len(LoanStatus),
            "reason": len(Refusal),
            "applied": dates,
            "decided": dates,
            "paid_out": dates,
            "lost": dates,
        }
        return Counts(sizes, LOAN_AMOUNTS)

    def count(self, counts: Counts, loans: np.ndarray) -> None:
        """Count applications and loans into ``counts``; each row once in a run, when nothing more becomes of it.

        Parameters
        ----------
        counts
            From :meth:`counts`.
        loans
            Any LOAN records of the run.
        """

        def count(first: int) -> None:
            self._count_portion(counts, loans[first : first + PORTION])

        in_order(count, range(0, len(loans), PORTION), self.threads)

    def _count_portion(self, counts: Counts, loans: np.ndarray) -> None:
        """Count some loans; rows that are spare have no lender."""
        spare = loans["lender"] < 0
        loans = np.compress(~spare, loans) if spare.any() else loans
        paid = (loans["payout_step"] >= 0) & (loans["status"] >= PERFORMING)
        keys = {name: loans[name] for name in ("product", "existing", "first_time", "status", "reason")}
        keys |= {
            "kind": self.kinds_of(loans["enterprise"]),
            "lender_group": self.group_of[loans["lender"]],
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


def guaranteed(loans: np.ndarray) -> np.ndarray:
    """What the government bore of each loan's loss [fen]. ODD equation 8.8."""
    return round_money(loans["guarantee"] * loans["written_off"])
