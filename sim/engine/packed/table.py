"""A table held in as few bits as hold its values: blocks of rows, in each of them every column as narrow as may be.

A pass unpacks a block into the columns of a plain table, works on those, and packs the block again; columns grow where
values no longer fit, and never shrink. Values never change by that. Blocks share nothing, so threads may work on
different ones. Single rows are read and written in place by ``sim.engine.packed.rows``.
"""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterable

import numpy as np
from numba.np.numpy_support import carray

from sim.engine.blocks import BLOCK
from sim.engine.compiling import compiled
from sim.engine.packed.columns import (
    COLUMN,
    clear_column,
    copy_column,
    pack_column,
    settle_column,
    size_of,
    unpack_column,
)
from sim.engine.packed.memory import SETTLE, clear_arena, new_arena, pointer
from sim.engine.packed.values import settling
from sim.engine.packed.widths import FLOAT
from sim.state.table import Table

TYPES = ("i1", "i2", "i4", "i8", "f4", "f8")
"""Types of fields that can be packed."""


@compiled
def unpack(heads, kinds, block, scratch, fields):
    """Write some fields of a block to the columns that begin at the scratch addresses; returns the rows of the block.

    Fields that are not stored are written as 0.
    """
    for field in fields:
        unpack_column(heads[block, field], abs(kinds[field]), scratch[field])
    return heads[block, 0].count


@compiled
def read_through(heads, block, fields):
    """Read what is stored of some fields of a block, which brings it into the cache; returns a number made of it all.

    Memory gives its bytes faster to a loop that does nothing else: ``unpack`` alone takes a fifth longer.
    """
    seen = 0
    for field in fields:
        column = heads[block, field]
        for word in carray(pointer(column.address), size_of(column.count, column.width) // 8, np.int64):
            seen ^= word
    return seen


@compiled
def pack(heads, kinds, block, scratch, fields):
    """Store some fields of a block from the columns that begin at the scratch addresses; others stay as they are."""
    for field in fields:
        kind, address = kinds[field], scratch[field]
        if kind > 0 and not pack_column(heads[block, field], kind, address):
            settle_column(heads[block, field], kind, address)


@compiled
def fill(heads, kinds, block, count, scratch):
    """Store a block anew from so many rows that begin at the scratch addresses, each column in the smallest width."""
    for field in range(len(kinds)):
        column = heads[block, field]
        clear_column(column)
        column.count = count
        if kinds[field] > 0 and count > 0:
            settle_column(column, kinds[field], scratch[field])


@compiled
def fill_blocks(heads, kinds, block, rows, addresses, sizes):
    """Store rows that begin at some addresses anew in blocks from one on; at least one block is stored."""
    for start in range(0, max(1, rows), BLOCK):
        fill(heads, kinds, block + start // BLOCK, min(BLOCK, rows - start), addresses + sizes * start)


@compiled
def _copy(heads, copied):
    for block in range(heads.shape[0]):
        for field in range(heads.shape[1]):
            copy_column(heads[block, field], copied[block, field])


@compiled
def _bytes_of(heads):
    total = 0
    for block in range(heads.shape[0]):
        for field in range(heads.shape[1]):
            total += size_of(heads[block, field].count, heads[block, field].width)
    return total


def _give_back(heads: np.ndarray, arena: np.ndarray) -> None:
    """Free all columns at once."""
    for name in ("address", "base", "count", "width"):
        heads[name] = 0
    clear_arena(arena)


class PackedTable:
    """Rows of one record layout in packed blocks.

    Compiled code is given ``heads`` and ``kinds``; they are valid as long as the table lives and is not freed.

    Parameters
    ----------
    layout
        NumPy record type: names and types of the fields.
    blocks
        Number of blocks, all without rows.
    kept
        Names of the fields that are stored; the others read as 0.
    """

    def __init__(self, layout: np.dtype, blocks: int, kept: Collection[str]) -> None:
        names = layout.names or ()
        self.dtype, self.kept = layout, tuple(name for name in names if name in kept)
        self.kinds = np.array(kinds_of(layout, kept), dtype=np.int64)
        self.heads = np.empty((blocks, len(names)), dtype=COLUMN)  # not zeros: NumPy asks for huge pages for this only
        self.heads.fill(0)
        self.arena = new_arena()
        self.arena[SETTLE] = settling()
        self.heads["arena"] = self.arena.ctypes.data
        clear_arena(self.arena)  # so that it is compiled before memory is short or collected
        self._freed = weakref.finalize(self, _give_back, self.heads, self.arena)
        self._freed.atexit = False

    def __len__(self) -> int:
        return int(self.counts.sum())

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return len(self.heads)

    @property
    def counts(self) -> np.ndarray:
        """Rows of each block."""
        return self.heads["count"][:, 0].astype(np.int64)

    @property
    def nbytes(self) -> int:
        """Bytes of all columns and of what is known about them."""
        return int(_bytes_of(self.heads)) + self.heads.nbytes

    def numbers(self, names: Iterable[str]) -> np.ndarray:
        """Places of some fields in the layout, for ``unpack`` and ``pack``."""
        places = {name: place for place, name in enumerate(self.dtype.names or ())}
        return np.array([places[name] for name in names], dtype=np.int64)

    @property
    def sizes(self) -> np.ndarray:
        """Bytes of a value of each field in a plain table."""
        return np.array([self.dtype[name].itemsize for name in self.dtype.names or ()])

    def store(self, block: int, table: Table, first: int, last: int) -> None:
        """Store some rows of a table as a block, in place of what it held."""
        if not 0 <= last - first <= BLOCK or not 0 <= first <= last <= len(table):
            raise ValueError(f"rows {first} to {last} of {len(table)} are no block of up to {BLOCK}")
        self.store_all(self._checked(block), table[first:last])

    def store_all(self, block: int, table: Table) -> None:
        """Store all rows of a table in blocks from one on, in place of what they held; the last may not be full."""
        if table.dtype != self.dtype:
            raise ValueError("the table has another layout")
        if block + max(1, -(-len(table) // BLOCK)) > self.blocks:
            raise IndexError(f"{len(table):,} rows from block {block} of {self.blocks}")
        fill_blocks(self.heads, self.kinds, block, len(table), table.addresses, self.sizes)

    def read(self, block: int) -> Table:
        """The rows of a block."""
        return self.rows_of(self._checked(block), block + 1)

    def rows_of(self, first: int, last: int, names: Collection[str] | None = None) -> Table:
        """The rows of some blocks, one block after the other; only some fields where names are given, others are 0."""
        if not 0 <= first <= last <= self.blocks:
            raise IndexError(f"blocks {first} to {last} of {self.blocks}")
        counts = self.counts[first:last]
        starts = np.cumsum(counts) - counts
        table, fields = Table(self.dtype, int(counts.sum())), self.numbers(names or self.dtype.names or ())
        addresses, sizes = table.addresses, self.sizes
        for block, start in enumerate(starts, first):
            unpack(self.heads, self.kinds, block, addresses + sizes * start, fields)
        return table

    def unpacked(self) -> Table:
        """The rows of all blocks, one block after the other."""
        return self.rows_of(0, self.blocks)

    def copy(self) -> PackedTable:
        """The same rows in memory of their own."""
        copied = PackedTable(self.dtype, self.blocks, self.kept)
        _copy(self.heads, copied.heads)
        return copied

    def __deepcopy__(self, known: object) -> PackedTable:
        return self.copy()

    def __reduce__(self) -> str:
        raise TypeError("a packed table stays in its process")

    def free(self) -> None:
        """Give the memory back now; the table has no rows then."""
        self._freed()

    def _checked(self, block: int) -> int:
        if not 0 <= block < self.blocks:
            raise IndexError(f"block {block} of {self.blocks}")
        return block


def kinds_of(layout: np.dtype, kept: Collection[str]) -> list[int]:
    """The kind of every field of a layout in compiled code."""
    names = layout.names or ()
    if unknown := sorted(set(kept) - set(names)):
        raise ValueError(f"no fields {unknown} in the layout")
    for name in names:
        if layout[name].str[1:] not in TYPES:
            raise ValueError(f"{name}: fields of type {layout[name]} cannot be packed, only {', '.join(TYPES)}")
    sizes = [layout[name].itemsize + (FLOAT if layout[name].kind == "f" else 0) for name in names]
    return [size if name in kept else -size for name, size in zip(names, sizes, strict=True)]
