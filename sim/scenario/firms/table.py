"""Enterprises of a firm table as arrays, and how they take the place of what would be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

MISSING_NAME = -1


@dataclass(frozen=True, eq=False)
class Firms:
    """A firm table, read and checked.

    Attributes
    ----------
    columns
        Values by setting, one a used row: places of kinds, sectors and regions (-1 = blank), people, whole units of
        the currency, a year for flows (NaN = blank).
    kept
        Text columns kept as they are, and ``row``: the row number in the file.
    rows, dropped, blank
        Rows of the file; dropped rows by reason; blank cells by column, drawn by the scenario.
    bad
        Dropped rows as text: row, column, text, why.
    agents
        Row of each enterprise agent, by its id.
    """

    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    kept: Mapping[str, list[str]] = field(default_factory=dict)
    rows: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    blank: Mapping[str, int] = field(default_factory=dict)
    bad: tuple[tuple[int, str, str, str], ...] = ()
    agents: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def used(self) -> int:
        """Rows used."""
        return len(next(iter(self.columns.values()), ()))

    @cached_property
    def weights(self) -> np.ndarray:
        """Real enterprises that each row stands for [used]; 1 where the table does not say."""
        given = self.columns.get("weight")
        return np.ones(self.used) if given is None else np.where(np.isnan(given), 1.0, given)

    def over(self, name: str, ids: np.ndarray, drawn: np.ndarray, factor: int = 1) -> np.ndarray:
        """``drawn``, with the table's values times ``factor`` where the table has any [same shape and type]."""
        if name not in self.columns:
            return drawn
        inside = ids < len(self.agents)
        values = self.columns[name][self.agents[np.where(inside, ids, 0)]]
        known = inside & (values != MISSING_NAME if values.dtype.kind == "i" else ~np.isnan(values))
        return np.where(known, np.where(known, values, 0) * factor, drawn).astype(drawn.dtype)

    def sentence(self, file: str) -> str:
        """How many rows were used, dropped and why; how many blank cells are drawn."""
        lost = "; ".join(f"{reason}: {number:,}" for reason, number in self.dropped.items())
        text = f"{file}: {self.rows:,} rows, {self.used:,} used, {sum(self.dropped.values()):,} dropped"
        text += f" ({lost})" if lost else ""
        blank = "; ".join(f"{column}: {number:,}" for column, number in self.blank.items())
        return text + (f"; blank cells drawn by the scenario: {blank}" if blank else "")


NO_FIRMS = Firms()
"""No table: everything is drawn."""


def sampled(weights: np.ndarray, agents: int) -> np.ndarray:
    """Row of each agent: systematic sampling by weight, the same in every run [agents].

    With equal weights and as many agents as rows each row is taken once, in order.
    """
    total = np.cumsum(weights)
    if not len(total):
        return np.zeros(0, dtype=np.int64)
    points = (np.arange(agents) + 0.5) * (total[-1] / max(1, agents))
    return np.minimum(np.searchsorted(total, points), len(total) - 1).astype(np.int64)


def sales_of_bill(bill: np.ndarray, wage_share: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Yearly sales of which the yearly wage bill is the sector's share; as drawn where there is no bill. ODD P11."""
    known = ~np.isnan(bill) & (wage_share > 0)
    return np.where(known, bill / np.where(known, wage_share, 1.0), drawn)
