"""A store by column: taking a block costs nothing, and a column can be looked at at any time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from sim.engine.blocks import BLOCK_TYPE, blocks_of
from sim.engine.store import (
    Room,
    Store,
    ask_for_answers,
    ask_for_borrowers,
    far_enterprises_at,
    far_households_at,
    put_back,
    put_back_others,
    rows_of,
    take,
    take_others,
)
from sim.state.fields import ENTERPRISE_TYPE, HOUSEHOLD_TYPE
from sim.state.table import Table


class ColumnsView(NamedTuple):
    """A store by column for a kernel: where the columns of enterprises and of households lie."""

    enterprises: np.ndarray
    households: np.ndarray


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

    def _new_room(self, requests: np.ndarray) -> Room:
        return Room(Table(ENTERPRISE_TYPE, 0), Table(HOUSEHOLD_TYPE, 0), requests)

    def view(self, room: Room | None = None) -> ColumnsView:
        return ColumnsView(self.enterprises.addresses, self.households.addresses)

    def others_view(self, room: Room) -> ColumnsView:
        return self.view()

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


def is_columns(view: Any) -> bool:
    """Whether the compiler is given a view of columns. Not ``isinstance``: a tuple of like fields has another class."""
    return getattr(view, "instance_class", None) is ColumnsView


@overload(take)
def _take(view, number, first, last, terms):
    return (lambda view, number, first, last, terms: (first, last)) if is_columns(view) else None


@overload(take_others)
def _take_others(view, number, first, last):
    return (lambda view, number, first, last: (first, last)) if is_columns(view) else None


@overload(put_back)
@overload(put_back_others)
def _put_back(view, number):
    return (lambda view, number: None) if is_columns(view) else None


@overload(rows_of)
def _rows_of(view):
    if not is_columns(view):
        return None
    return lambda view: (far_enterprises_at(view.enterprises), far_households_at(view.households))


@overload(ask_for_answers)
@overload(ask_for_borrowers)
def _ask(view, number, first, rows, many):
    return (lambda view, number, first, rows, many: None) if is_columns(view) else None
