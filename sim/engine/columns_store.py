"""A store by column: taking a block costs nothing, and a column can be looked at at any time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba.extending import overload

from sim.engine.blocks import BLOCK_TYPE, blocks_of
from sim.engine.store import (
    Scratch,
    Store,
    ask_for_answers,
    ask_for_borrowers,
    far_enterprises_at,
    far_households_at,
    is_view,
    put_back,
    recall,
    rows_of,
    take,
)
from sim.state.fields import ENTERPRISE_TYPE, HOUSEHOLD_TYPE
from sim.state.table import Table


class TableView(NamedTuple):
    """A table by column for a kernel: where its columns lie."""

    addresses: np.ndarray


class ColumnsView(NamedTuple):
    """A store by column for a kernel."""

    enterprises: TableView
    households: TableView


class ColumnsStore(Store):
    """Enterprises by column, and their households and behind them the others by column.

    Parameters
    ----------
    enterprises, households
        Tables of ENTERPRISE and of HOUSEHOLD records; household ``row`` is that of enterprise ``row``.
    """

    def __init__(self, enterprises: Table, households: Table) -> None:
        others = np.zeros(1, dtype=BLOCK_TYPE)
        others["first"], others["last"] = len(enterprises), len(households)
        super().__init__(others, len(enterprises))
        self.enterprises, self.households = enterprises, households

    @cached_property
    def blocks(self) -> np.ndarray:
        return blocks_of(self.enterprises)

    def _new_scratch(self, requests: np.ndarray) -> Scratch:
        return Scratch(Table(ENTERPRISE_TYPE, 0), Table(HOUSEHOLD_TYPE, 0), requests)

    def view(self, scratch: Scratch | None = None) -> ColumnsView:
        return ColumnsView(TableView(self.enterprises.addresses), TableView(self.households.addresses))

    def others_view(self, scratch: Scratch) -> TableView:
        return TableView(self.households.addresses)

    def columns(self) -> tuple[Table, Table]:
        return self.enterprises, self.households

    def tables(self) -> tuple[Table, Table]:
        return self.columns()

    def kinds_of(self, rows: np.ndarray) -> np.ndarray:
        kinds: np.ndarray = self.enterprises["kind"][rows]
        return kinds

    def portions(self, rows: int) -> list[tuple[int, int]]:
        return [(first, min(self.rows, first + rows)) for first in range(0, self.rows, rows)]

    def portion(self, first: int, last: int, names: Sequence[str]) -> Table:
        part: Table = self.enterprises[first:last]
        return part

    @property
    def cash(self) -> int:
        return int(self.enterprises["cash"].sum()) + int(self.households["cash"].sum())

    @property
    def nbytes(self) -> int:
        return self.enterprises.nbytes + self.households.nbytes

    def free(self) -> None:
        self.enterprises, self.households = Table(ENTERPRISE_TYPE, 0), Table(HOUSEHOLD_TYPE, 0)


@overload(take)
def _take(table, number, first, last):
    return (lambda table, number, first, last: (first, last)) if is_view(table, TableView) else None


@overload(put_back)
def _put_back(table, number):
    return (lambda table, number: None) if is_view(table, TableView) else None


@overload(recall)
def _recall(view, terms, start, stop):
    return (lambda view, terms, start, stop: None) if is_view(view, ColumnsView) else None


@overload(rows_of)
def _rows_of(view):
    if not is_view(view, ColumnsView):
        return None
    return lambda view: (
        far_enterprises_at(view.enterprises.addresses),
        far_households_at(view.households.addresses),
    )


@overload(ask_for_answers)
@overload(ask_for_borrowers)
def _ask(view, number, first, rows, many):
    return (lambda view, number, first, rows, many: None) if is_view(view, ColumnsView) else None
