"""The loan table of a run: rows for new applications, and rows that are used again when all is known of them."""

from __future__ import annotations

import numpy as np

from sim.arithmetic.decorators import ask_ahead
from sim.engine.blocks import BLOCK
from sim.engine.compiling import compiled
from sim.engine.noted_rows import AHEAD
from sim.engine.rows import records_of
from sim.engine.threads import in_order
from sim.model.counts import Counts
from sim.model.loan_tabulation import LoanTabulation
from sim.state.codes import LoanStatus
from sim.state.fields import LOAN_TYPE, OUT
from sim.state.record_bytes import as_bytes

WITHDRAWN, REFUSED, PERFORMING = int(LoanStatus.WITHDRAWN), int(LoanStatus.REFUSED), int(LoanStatus.PERFORMING)
SPARE = np.zeros(1, dtype=LOAN_TYPE)
"""A row of the loan table that can be used again."""
SPARE["lender"] = -1
SPARE["status"] = REFUSED
AT_ONCE = 8 * BLOCK
"""Applications counted at once: few enough that they stay in the cache."""


class LoanBook:
    """Loans and applications of a run, each in a row of its own in the order in which they came.

    Parameters
    ----------
    loans
        The loan table [a LOAN record each]; it grows where it is full.
    count
        Rows in use, from the first on.
    tabulation
        How loans are counted.
    least
        Rows that the table has at least when it grows.
    """

    def __init__(self, loans: np.ndarray, count: int, tabulation: LoanTabulation, least: int = 0) -> None:
        self.loans, self.count, self.tabulation, self.least = loans, count, tabulation, least

    @property
    def nbytes(self) -> int:
        """Bytes of the rows in use."""
        return self.count * LOAN_TYPE.itemsize

    def add_rows(self, many: int) -> np.ndarray:
        """The next rows of the table, for so many new applications."""
        first, self.count = self.count, self.count + many
        if self.count > len(self.loans):
            larger = np.zeros(max(self.count, 2 * len(self.loans), self.least, 1024), dtype=LOAN_TYPE)
            as_bytes(larger)[:first] = as_bytes(self.loans[:first])
            self.loans = larger
        return np.arange(first, self.count, dtype=np.int32)

    def counted(self) -> Counts:
        """All loans and applications of the run, counted."""
        counts = self.tabulation.counts()
        self.tabulation.count(counts, self.loans[: self.count])
        return counts


class CountedLoanBook(LoanBook):
    """A loan book that counts applications of which nothing more becomes, and uses their rows again.

    ``under_way`` are rows with applications of which something may become, ``spare`` rows that can be used again.
    """

    def __init__(self, loans: np.ndarray, count: int, tabulation: LoanTabulation, least: int = 0) -> None:
        super().__init__(loans, count, tabulation, least)
        self.under_way, self.spare = np.zeros((2, 0), dtype=np.int32)
        self._counts = tabulation.counts()

    def add_rows(self, many: int) -> np.ndarray:
        """Rows of the table for so many new applications: spare ones first, then the next ones."""
        if len(self.spare) < many:
            self.put_aside()
        left = max(0, len(self.spare) - many)
        again, self.spare = self.spare[left:], self.spare[:left]
        rows = np.concatenate([again, super().add_rows(many - len(again))])
        self.under_way = np.concatenate([self.under_way, rows])
        return rows

    def put_aside(self) -> None:
        """Count the applications of which nothing more becomes, and keep their rows for others."""
        rows, self.under_way = ended(self.under_way, self.loans[: self.count])

        def count(first: int) -> None:
            some = rows[first : first + AT_ONCE]
            copies = np.empty(len(some), dtype=LOAN_TYPE)
            take_out(self.loans, some, SPARE, copies)
            self.tabulation.count(self._counts, copies)

        in_order(count, range(0, len(rows), AT_ONCE), self.tabulation.threads)
        self.spare = np.concatenate([self.spare, rows])

    def counted(self) -> Counts:
        """All loans and applications of the run, counted; those in use now are, too, so ask once, after the run."""
        self.tabulation.count(self._counts, self.loans[: self.count])
        return self._counts


@compiled
def take_out(loans, rows, spare, copies):  # type: ignore[no-untyped-def]
    """Copy some rows of the loan table [rows], and put a spare one [1] in the place of each."""
    asked_for = records_of(loans)
    for number in range(len(rows)):
        ask_ahead(asked_for, rows[min(number + AHEAD, len(rows) - 1)])
        copies[number] = loans[rows[number]]
        loans[rows[number]] = spare[0]


@compiled
def ended(rows, loans):  # type: ignore[no-untyped-def]
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
