"""Where a run keeps its enterprises and households, and how kernels reach them, whatever way they are stored.

A store is a table from which a block of rows is taken, worked on and put back, and in which one row can be read and
written where it stands. There are two: columns (``sim.engine.columns_store``), which cost nothing to take, and packed
blocks (``sim.engine.packed.store``). Kernels are given a view of a store, a named tuple; the functions below have one
body for each class of view, and Numba picks it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from sim.engine.blocks import BLOCK
from sim.engine.rows import columns_at, far_columns_at
from sim.state.fields import ENTERPRISE_TYPE, HOUSEHOLD_TYPE, REQUEST_TYPE
from sim.state.table import Table

FEW_REQUESTS = 64 * BLOCK
"""Requests that a thread can write down to begin with."""

enterprises_at, far_enterprises_at = columns_at(ENTERPRISE_TYPE), far_columns_at(ENTERPRISE_TYPE)
households_at, far_households_at = columns_at(HOUSEHOLD_TYPE), far_columns_at(HOUSEHOLD_TYPE)


class Scratch(NamedTuple):
    """What one thread works in: tables that blocks are unpacked to (of no rows where none are), and its requests."""

    enterprises: Table
    households: Table
    requests: np.ndarray


class Store(ABC):
    """Enterprises with their households, and the households of the rest of the economy.

    Parameters
    ----------
    other_blocks
        Rows of the other households [a BLOCK record each].
    rows
        End of the row numbers of enterprises.

    Notes
    -----
    ``busy`` holds the notes of ``sim.engine.passes`` by row. Scratch that no thread works in now is kept: memory is
    slow when it is touched for the first time.
    """

    def __init__(self, other_blocks: np.ndarray, rows: int) -> None:
        self.other_blocks, self.rows = other_blocks, rows
        self.busy = np.zeros(rows, dtype=np.uint8)
        self._unused: list[Scratch] = []

    @property
    @abstractmethod
    def blocks(self) -> np.ndarray:
        """Rows of enterprises of one home each, one block after the other [a BLOCK record each]."""

    @property
    def others(self) -> int:
        """Households of the rest of the economy."""
        return int((self.other_blocks["last"] - self.other_blocks["first"]).sum())

    @contextmanager
    def scratch(self) -> Iterator[Scratch]:
        """Scratch for a thread to work in, made once for each that works at a time."""
        try:
            own = self._unused.pop()
        except IndexError:
            own = self._new_scratch(np.empty(min(FEW_REQUESTS, self.rows + BLOCK), dtype=REQUEST_TYPE))
        yield own
        self._unused.append(own)

    @abstractmethod
    def _new_scratch(self, requests: np.ndarray) -> Scratch:
        """New scratch for a thread, with these requests."""

    @abstractmethod
    def view(self, scratch: Scratch | None = None) -> Any:
        """Enterprises and their households for a kernel; without scratch for single rows only."""

    @abstractmethod
    def others_view(self, scratch: Scratch) -> Any:
        """The households of the rest of the economy for a kernel."""

    @abstractmethod
    def columns(self) -> tuple[Table, Table]:
        """Enterprises and households by column, to be read and written; refused where they are not held so."""

    @abstractmethod
    def tables(self) -> tuple[Table, Table]:
        """Enterprises and households by column, copied if need be: for what is small or rare."""

    @abstractmethod
    def kinds_of(self, rows: np.ndarray) -> np.ndarray:
        """The kind of the enterprises of some rows."""

    @abstractmethod
    def portions(self, rows: int) -> list[tuple[int, int]]:
        """First and end of portions of about so many enterprises, in the store's own numbers."""

    @abstractmethod
    def portion(self, first: int, last: int, names: Sequence[str]) -> Table:
        """A portion of the enterprises with some of their fields; the others may be 0."""

    @property
    @abstractmethod
    def cash(self) -> int:
        """Cash of all enterprises and households [fen × agents]."""

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """Bytes of the tables."""

    @abstractmethod
    def free(self) -> None:
        """Give the memory back now; nothing may be read any more."""


def take(table: Any, number: int, first: int, last: int) -> tuple[int, int]:
    """Take a block of one table of a view out of the store; first row and end of it where they are now."""
    raise NotImplementedError


def put_back(table: Any, number: int) -> None:
    """Put a block back that was taken."""
    raise NotImplementedError


def recall(view: Any, terms: Any, start: int, stop: int) -> None:
    """Compute the fields of a block that was taken which the store does not keep because they follow from the id."""
    raise NotImplementedError


def rows_of(view: Any) -> tuple[Any, Any]:
    """Enterprises and their households row by row, read and written where they stand."""
    raise NotImplementedError


def ask_for_answers(view: Any, number: int, first: int, rows: Any, many: int) -> None:
    """Ask the machine for what says whether some enterprises of a block were answered."""
    raise NotImplementedError


def ask_for_borrowers(view: Any, number: int, first: int, rows: Any, many: int) -> None:
    """Ask the machine for what changes of some enterprises of a block when money arrives."""
    raise NotImplementedError


def is_view(given: Any, kind: type) -> bool:
    """Whether the compiler is given a view. Not ``isinstance``: a tuple of fields of one type has another class."""
    return getattr(given, "instance_class", None) is kind
