"""The tables of an economy packed in blocks of one home: what a run needs that would not fit otherwise."""

from __future__ import annotations

import itertools
import mmap
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.blocks import BLOCK, BLOCK_TYPE
from sim.columns import Table
from sim.counts import Counts
from sim.first_state import Drawn, FirstState, Totals, draw_chunk, fill_others, renumber
from sim.homes import Chunk, Homes
from sim.packed import PackedTable
from sim.population import other_count
from sim.records import as_bytes
from sim.state import ENTERPRISE_TYPE, HOUSEHOLD_TYPE, LOAN_TYPE, REQUEST_TYPE
from sim.threads import in_order

NOT_KEPT = ("sales", "waived", "asked", "asked_lender", "reopening_rank")
"""Fields of an enterprise that hold for the step only, or follow from its id."""
KEPT = tuple(name for name in ENTERPRISE_TYPE.names or () if name not in NOT_KEPT)
KEPT_AT_HOME = ("members", "working_elsewhere", "wage", "cash")
"""Fields of the household of an enterprise that are kept; the others follow from its enterprise."""
KEPT_ELSEWHERE = ("id", *KEPT_AT_HOME)
UNREAD_BEFORE_ENTRY = (
    "wage", "sales_normal", "input_share", "fixed", "living", "buffer", "collateral", "quality", "hazard", "deviation",
)  # fmt: skip
"""What nothing reads of an enterprise that has not entered."""
AT_ONCE = 16 * BLOCK
"""Rows drawn at once."""
CHUNKS_WAITING = 2
"""Chunks that wait to be drawn, and to be packed, so that no more is held unpacked."""


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

    Row ``number * BLOCK + place`` is enterprise ``place`` of block ``number``; blocks that are not full leave rows
    out. ``busy`` holds the notes of ``sim.passes``, by row. ``under_way`` are rows of the loan table with applications
    of which something may become, ``spare`` those that can be used again, and ``counted`` what stood in them.
    ``scratch`` holds what no thread works in now.
    """

    blocks: np.ndarray
    enterprises: PackedTable
    households: PackedTable
    others: PackedTable
    busy: np.ndarray
    under_way: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    spare: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    counted: Counts | None = None
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


def blocks_of_homes(homes: Homes) -> np.ndarray:
    """Blocks of the rows of every home, at most ``BLOCK`` in each [a BLOCK record each]."""
    cells = homes.sectors * homes.regions
    spans = [
        (home, min(BLOCK, end - first))
        for home, (start, end) in enumerate(itertools.pairwise([0, *homes.ends.tolist()]))
        for first in range(start, end, BLOCK)
    ]
    blocks = np.zeros(len(spans), dtype=BLOCK_TYPE)
    home, count = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    blocks["first"] = np.arange(len(spans)) * BLOCK
    blocks["last"] = blocks["first"] + count
    blocks["kind"], blocks["cell"] = np.divmod(home, cells)
    return blocks


def draw_packed(first: FirstState, homes: Homes, threads: int = 1) -> tuple[PackedTables, Drawn]:
    """The first state in packed tables, and beside them the loan table, with room for more, and the sums."""
    blocks = blocks_of_homes(homes)
    rest = other_count(first.country.settings)
    packed = PackedTables(
        blocks,
        PackedTable(ENTERPRISE_TYPE, len(blocks), KEPT),
        PackedTable(HOUSEHOLD_TYPE, len(blocks), KEPT_AT_HOME),
        PackedTable(HOUSEHOLD_TYPE, -(-rest // BLOCK), KEPT_ELSEWHERE),
        np.zeros(len(blocks) * BLOCK, dtype=np.uint8),
    )
    loans, totals = loan_rows(len(packed.busy)), first.totals()
    number = 0
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[None]] = deque()
        for chunk, drawn in drawn_ahead(first, homes, pool):
            renumber(drawn.enterprises, drawn.loans, chunk.first, totals.loans)
            drawn.loans["enterprise"] += number * BLOCK - chunk.first
            as_bytes(loans)[totals.loans : totals.loans + len(drawn.loans)] = as_bytes(drawn.loans)
            totals.add(drawn.totals)
            under_way.append(pool.submit(store_chunk, packed, first.country.calendar.steps, number, drawn))
            number += -(-len(chunk.ids) // BLOCK)
            if len(under_way) > CHUNKS_WAITING:
                under_way.popleft().result()
        for stored in under_way:
            stored.result()

    def draw_rest(start: int) -> Totals:
        table = Table(HOUSEHOLD_TYPE, min(AT_ONCE, rest - start))
        sums = fill_others(first, start, at_work, table)
        packed.others.store_all(start // BLOCK, table)
        return sums

    at_work = totals.at_work
    for sums in in_order(draw_rest, range(0, rest, AT_ONCE), threads):
        totals.add(sums)
    return packed, Drawn(Table(ENTERPRISE_TYPE, 0), Table(HOUSEHOLD_TYPE, 0), loans, totals)


def drawn_ahead(first: FirstState, homes: Homes, pool: Executor) -> Iterator[tuple[Chunk, Drawn]]:
    """All chunks in order; a pool draws the next ones while one is put away."""
    under_way: deque[tuple[Chunk, Future[Drawn]]] = deque()
    for chunk in homes.chunks(AT_ONCE):
        under_way.append((chunk, pool.submit(draw_chunk, first, chunk)))
        if len(under_way) > CHUNKS_WAITING:
            earlier, drawn = under_way.popleft()
            yield earlier, drawn.result()
    for earlier, drawn in under_way:
        yield earlier, drawn.result()


def store_chunk(packed: PackedTables, steps: int, number: int, drawn: Drawn) -> None:
    """Pack a chunk into the blocks from ``number`` on; of those who never enter in the run without what none reads."""
    never = drawn.enterprises["entry_step"] >= steps
    for name in UNREAD_BEFORE_ENTRY if never.any() else ():
        drawn.enterprises[name][never] = 0
    packed.enterprises.store_all(number, drawn.enterprises)
    packed.households.store_all(number, drawn.households)


def loan_rows(count: int) -> np.ndarray:
    """A loan table of so many rows; the system gives memory to those in use only, and room is asked for in halves.

    Memory comes in huge pages where there are any: loans are met in no order, and small pages cost a look-up each.
    """
    huge = getattr(mmap, "MADV_HUGEPAGE", None)
    while True:
        try:
            if huge is None:
                return np.zeros(count, dtype=LOAN_TYPE)
            memory = mmap.mmap(-1, max(1, count) * LOAN_TYPE.itemsize, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            memory.madvise(huge)
            return np.frombuffer(memory, dtype=LOAN_TYPE, count=count)
        except (MemoryError, OSError):
            if count == 0:
                raise
            count //= 2
