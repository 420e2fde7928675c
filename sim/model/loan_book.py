"""The loan table of a run: rows for new applications, and rows that are used again when all is known of them."""

from __future__ import annotations

import numpy as np

from sim.engine.blocks import BLOCK
from sim.engine.loan_rows import SPARE, ended, take_out
from sim.engine.threads import in_order
from sim.model.counts import Counts
from sim.model.loan_tabulation import LoanTabulation
from sim.state.fields import LOAN_TYPE
from sim.state.record_bytes import as_bytes

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
