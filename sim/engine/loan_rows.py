"""Rows of the loan table that are met in no order: which of them can be used again, and taking them out."""

from __future__ import annotations

import numpy as np

from sim.arithmetic.decorators import ask_ahead
from sim.engine.compiling import compiled
from sim.engine.noted_rows import AHEAD
from sim.engine.rows import records_of
from sim.state.codes import LoanStatus
from sim.state.fields import LOAN_TYPE, OUT

WITHDRAWN, REFUSED, PERFORMING = int(LoanStatus.WITHDRAWN), int(LoanStatus.REFUSED), int(LoanStatus.PERFORMING)
SPARE = np.zeros(1, dtype=LOAN_TYPE)
"""A row of the loan table that can be used again."""
SPARE["lender"] = -1
SPARE["status"] = REFUSED


@compiled
def take_out(loans, rows, spare, copies):
    """Copy some rows of the loan table [rows], and put a spare one [1] in the place of each."""
    asked_for = records_of(loans)
    for number in range(len(rows)):
        ask_ahead(asked_for, rows[min(number + AHEAD, len(rows) - 1)])
        copies[number] = loans[rows[number]]
        loans[rows[number]] = spare[0]


@compiled
def ended(rows, loans):
    """Of some applications [rows], those refused, or withdrawn and in no queue any more; and those under way.

    Those paid out are neither.
    """
    done, left = np.empty_like(rows), np.empty_like(rows)
    loans, many, others = records_of(loans), 0, 0
    for number in range(len(rows)):
        ask_ahead(loans, rows[min(number + AHEAD, len(rows) - 1)])
        row = rows[number]
        loan = loans[row]
        if loan.status == REFUSED or (loan.status == WITHDRAWN and loan.next_in_queue == OUT):
            done[many] = row
            many += 1
        elif loan.status < PERFORMING:
            left[others] = row
            others += 1
    return done[:many].copy(), left[:others].copy()
