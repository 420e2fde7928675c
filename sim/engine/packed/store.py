"""A store in packed blocks: a country that would not fit by column, every block in the fewest bits that hold it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from sim.engine.blocks import BLOCK, BLOCK_TYPE
from sim.engine.packed.table import PackedTable
from sim.engine.packed.views import (
    CHANGED,
    CHANGED_AT_HOME,
    GLANCE,
    KEPT,
    KEPT_AT_HOME,
    KEPT_ELSEWHERE,
    PAID_OUT,
    READ,
    PackedTableView,
    PackedView,
)
from sim.engine.store import Scratch, Store
from sim.state.fields import ENTERPRISE_TYPE, HOUSEHOLD_TYPE
from sim.state.table import Table


class Unpacked:
    """A packed table of which kernels read and change some fields."""

    def __init__(self, table: PackedTable, read: Sequence[str], changed: Sequence[str]) -> None:
        self.table, self.read, self.changed = table, table.numbers(read), table.numbers(changed)

    def view(self, columns: Table) -> PackedTableView:
        """The table for a kernel, which unpacks blocks to some columns."""
        seen = np.zeros(1, dtype=np.int64)
        return PackedTableView(self.table.heads, self.table.kinds, self.read, self.changed, columns.addresses, seen)


class PackedStore(Store):
    """Enterprises, their households, and the other households in packed tables, empty at first.

    Row ``number * BLOCK + place`` is enterprise ``place`` of block ``number``; blocks that are not full leave rows out.

    Parameters
    ----------
    blocks
        Blocks of the enterprises [a BLOCK record each].
    others
        Number of the other households.
    """

    def __init__(self, blocks: np.ndarray, others: int) -> None:
        other_blocks = np.zeros(-(-others // BLOCK), dtype=BLOCK_TYPE)
        other_blocks["first"] = np.arange(len(other_blocks)) * BLOCK
        other_blocks["last"] = np.minimum(other_blocks["first"] + BLOCK, others)
        super().__init__(other_blocks, len(blocks) * BLOCK)
        self._blocks = blocks
        self.enterprises = PackedTable(ENTERPRISE_TYPE, len(blocks), KEPT)
        self.households = PackedTable(HOUSEHOLD_TYPE, len(blocks), KEPT_AT_HOME)
        self.other_households = PackedTable(HOUSEHOLD_TYPE, len(other_blocks), KEPT_ELSEWHERE)
        self._enterprises = Unpacked(self.enterprises, READ, CHANGED)
        self._households = Unpacked(self.households, KEPT_AT_HOME, CHANGED_AT_HOME)
        self._others = Unpacked(self.other_households, KEPT_ELSEWHERE, CHANGED_AT_HOME)
        self._glance, self._paid_out = self.enterprises.numbers(GLANCE), self.enterprises.numbers(PAID_OUT)

    @property
    def blocks(self) -> np.ndarray:
        return self._blocks

    def _new_scratch(self, requests: np.ndarray) -> Scratch:
        return Scratch(Table(ENTERPRISE_TYPE, BLOCK), Table(HOUSEHOLD_TYPE, BLOCK), requests)

    @cached_property
    def _no_scratch(self) -> Scratch:
        return Scratch(Table(ENTERPRISE_TYPE, 0), Table(HOUSEHOLD_TYPE, 0), np.zeros(0))

    def view(self, scratch: Scratch | None = None) -> PackedView:
        scratch = scratch or self._no_scratch
        enterprises, households = self._enterprises.view(scratch.enterprises), self._households.view(scratch.households)
        return PackedView(enterprises, households, self._glance, self._paid_out)

    def others_view(self, scratch: Scratch) -> PackedTableView:
        return self._others.view(scratch.households)

    def columns(self) -> tuple[Table, Table]:
        raise ValueError("a run with totals keeps no agents to look at: set population.results=panels")

    def tables(self) -> tuple[Table, Table]:
        homes, others = self.households.unpacked(), self.other_households.unpacked()
        households = Table(HOUSEHOLD_TYPE, len(homes) + len(others))
        households[: len(homes)], households[len(homes) :] = homes, others
        enterprises = self.enterprises.unpacked()
        households["id"][: len(homes)] = enterprises["id"]
        households["enterprise"][: len(homes)] = np.arange(len(homes))
        households["enterprise"][len(homes) :] = -1
        return enterprises, households

    def kinds_of(self, rows: np.ndarray) -> np.ndarray:
        kinds: np.ndarray = self._blocks["kind"][rows // BLOCK]
        return kinds

    def portions(self, rows: int) -> list[tuple[int, int]]:
        many, step = self.enterprises.blocks, max(1, rows // BLOCK)
        return [(first, min(many, first + step)) for first in range(0, many, step)]

    def portion(self, first: int, last: int, names: Sequence[str]) -> Table:
        return self.enterprises.rows_of(first, last, names)

    @property
    def packed(self) -> tuple[PackedTable, PackedTable, PackedTable]:
        """The packed tables: of enterprises, of their households, of the other households."""
        return self.enterprises, self.households, self.other_households

    @property
    def cash(self) -> int:
        each = (table.rows_of(block, block + 1, ("cash",)) for table in self.packed for block in range(table.blocks))
        return sum(int(rows["cash"].sum()) for rows in each)

    @property
    def nbytes(self) -> int:
        return sum(table.nbytes for table in self.packed)

    def free(self) -> None:
        for table in self.packed:
            table.free()
