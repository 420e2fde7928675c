"""The tables of an economy packed in blocks of one home: what a run needs that would not fit otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.engine.blocks import BLOCK
from sim.engine.packed.table import PackedTable
from sim.state.fields import ENTERPRISE_TYPE, HOUSEHOLD_TYPE, REQUEST_TYPE
from sim.state.table import Table

NOT_KEPT = ("sales", "waived", "asked", "asked_lender", "reopening_rank")
"""Fields of an enterprise that hold for the step only, or follow from its id."""
KEPT = tuple(name for name in ENTERPRISE_TYPE.names or () if name not in NOT_KEPT)
KEPT_AT_HOME = ("members", "working_elsewhere", "wage", "cash")
"""Fields of the household of an enterprise that are kept; the others follow from its enterprise."""
KEPT_ELSEWHERE = ("id", *KEPT_AT_HOME)


FEW_REQUESTS = 64 * BLOCK
"""Requests that a thread can write down to begin with."""


class Scratch(NamedTuple):
    """Tables of a block and of its households to unpack into, and requests to write down."""

    enterprises: Table
    households: Table
    requests: np.ndarray


@dataclass
class PackedTables:
    """Enterprises, their households, and the other households.

    Row ``number * BLOCK + place`` is enterprise ``place`` of block ``number``; blocks that are not full leave rows out.
    ``busy`` holds the notes of ``sim.engine.passes``, by row. ``under_way`` are rows of the loan table with
    applications of which something may become, ``spare`` those that can be used again, and ``counted`` what stood in
    them. ``scratch`` holds what no thread works in now.
    """

    blocks: np.ndarray
    enterprises: PackedTable
    households: PackedTable
    others: PackedTable
    busy: np.ndarray
    under_way: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    spare: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    counted: Any = None
    scratch: list[Scratch] = field(default_factory=list)

    @contextmanager
    def own_scratch(self) -> Iterator[Scratch]:
        """Tables for a thread to work in, made once for each that works at a time: memory that is new is dear."""
        try:
            own = self.scratch.pop()
        except IndexError:
            own = Scratch(
                Table(ENTERPRISE_TYPE, BLOCK), Table(HOUSEHOLD_TYPE, BLOCK), np.empty(FEW_REQUESTS, REQUEST_TYPE)
            )
        yield own
        self.scratch.append(own)

    def kinds_of(self, rows: np.ndarray) -> np.ndarray:
        """The kind of the enterprises of some rows."""
        kinds: np.ndarray = self.blocks["kind"][rows // BLOCK]
        return kinds

    def unpacked(self) -> tuple[Table, Table]:
        """All enterprises, and all households, in plain tables."""
        homes, others = self.households.unpacked(), self.others.unpacked()
        households = Table(HOUSEHOLD_TYPE, len(homes) + len(others))
        households[: len(homes)], households[len(homes) :] = homes, others
        enterprises = self.enterprises.unpacked()
        households["id"][: len(homes)] = enterprises["id"]
        households["enterprise"][: len(homes)] = np.arange(len(homes))
        households["enterprise"][len(homes) :] = -1
        return enterprises, households

    def free(self) -> None:
        """Give the memory back."""
        for table in (self.enterprises, self.households, self.others):
            table.free()
