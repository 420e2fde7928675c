"""A table held by column: one contiguous array a field, so that a pass reads only what it needs."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

LINE, PAGE = 64, 4096
"""Bytes of a cache line and of a page of memory."""


def zero_columns(layout: np.dtype, count: int) -> dict[str, np.ndarray]:
    """Columns of zeros by name, each a line further into its page than the last.

    Columns that all began at the start of a page would compete for the same few places in the cache.
    """
    names, end = layout.names or (), 0
    starts = []
    for number, name in enumerate(names):
        start = -(-end // PAGE) * PAGE + number % (PAGE // LINE) * LINE
        if start - PAGE >= end:
            start -= PAGE
        starts.append(start)
        end = start + count * layout[name].itemsize
    memory = np.empty(end + PAGE, dtype=np.uint8)  # NumPy asks the system for huge pages for this, not for zeros
    memory.fill(0)
    first = -memory.ctypes.data % PAGE
    return {
        name: memory[first + start : first + start + count * layout[name].itemsize].view(layout[name])
        for name, start in zip(names, starts, strict=True)
    }


class Table:
    """Rows of one record layout, stored field by field.

    ``table["cash"]`` is the column itself; ``table[rows]`` is a table of those rows (a view for a slice, a copy for an
    array of row numbers or flags); both can be assigned to.

    Parameters
    ----------
    layout
        NumPy record type: names and types of the fields.
    count
        Number of rows, all zero.
    """

    def __init__(self, layout: np.dtype, count: int) -> None:
        self.dtype, self.count = layout, count
        self.columns = zero_columns(layout, count)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self.columns[key]
        part = Table(self.dtype, 0)
        part.columns = {name: column[key] for name, column in self.columns.items()}
        part.count = len(next(iter(part.columns.values())))
        return part

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, str):
            self.columns[key][...] = value
            return
        for name, column in self.columns.items():
            column[key] = value[name]

    def copy(self) -> Table:
        """The same rows in columns of their own."""
        copied = Table(self.dtype, 0)
        copied.columns = {name: column.copy() for name, column in self.columns.items()}
        copied.count = self.count
        return copied

    def row(self, place: int) -> tuple[Any, ...]:
        """One row as plain numbers, in the order of the fields."""
        return tuple(column.item(place) for column in self.columns.values())

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return sum(column.nbytes for column in self.columns.values())

    @cached_property
    def addresses(self) -> np.ndarray:
        """Where each column lies in memory, in the order of the fields; valid as long as the table lives."""
        return np.array([column.ctypes.data for column in self.columns.values()], dtype=np.int64)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy starts from: its columns lie elsewhere."""
        return {name: value for name, value in self.__dict__.items() if name != "addresses"}
