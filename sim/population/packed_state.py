"""The initial state of a whole country, drawn chunk by chunk and packed at once."""

from __future__ import annotations

import itertools
import mmap
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np

from sim.engine.blocks import BLOCK, BLOCK_TYPE
from sim.engine.packed.store import PackedStore
from sim.engine.threads import in_order
from sim.population.enterprises import other_count
from sim.population.initial_state import Drawn, InitialState, Start, Totals, draw_chunk, fill_others, renumber
from sim.population.strata import Chunk, Strata
from sim.state.field import Use, named
from sim.state.fields import ENTERPRISE, HOUSEHOLD_TYPE, LOAN_TYPE
from sim.state.record_bytes import as_bytes
from sim.state.table import Table

UNREAD_BEFORE_ENTRY = named(ENTERPRISE, lambda field: Use.ENTERED in field.used)
"""What nothing reads of an enterprise that has not entered."""
AT_ONCE = 16 * BLOCK
"""Rows drawn at once."""
CHUNKS_WAITING = 2
"""Chunks that wait to be drawn, and to be packed, so that no more is held unpacked."""


def blocks_of_strata(strata: Strata) -> np.ndarray:
    """Blocks of the rows of every stratum, at most ``BLOCK`` in each [a BLOCK record each]."""
    spans = [
        (stratum, min(BLOCK, end - first))
        for stratum, (start, end) in enumerate(itertools.pairwise([0, *strata.ends.tolist()]))
        for first in range(start, end, BLOCK)
    ]
    blocks = np.zeros(len(spans), dtype=BLOCK_TYPE)
    stratum, count = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    blocks["first"] = np.arange(len(spans)) * BLOCK
    blocks["last"] = blocks["first"] + count
    blocks["kind"], blocks["cell"] = stratum // (strata.sectors * strata.regions), stratum
    return blocks


def draw_packed(first: InitialState, strata: Strata, threads: int = 1) -> Start:
    """The initial state in a packed store, and beside it the loan table, with room for more, and the sums."""
    rest = other_count(first.country.settings)
    store = PackedStore(blocks_of_strata(strata), rest)
    loans, totals = loan_rows(store.rows), first.totals()
    number = 0
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[None]] = deque()
        for chunk, drawn in drawn_ahead(first, strata, pool):
            renumber(drawn.enterprises, drawn.loans, chunk.first, totals.loans)
            drawn.loans["enterprise"] += number * BLOCK - chunk.first
            as_bytes(loans)[totals.loans : totals.loans + len(drawn.loans)] = as_bytes(drawn.loans)
            totals.add(drawn.totals)
            under_way.append(pool.submit(store_chunk, store, first.country.calendar.steps, number, drawn))
            number += -(-len(chunk.ids) // BLOCK)
            if len(under_way) > CHUNKS_WAITING:
                under_way.popleft().result()
        for stored in under_way:
            stored.result()

    def draw_rest(start: int) -> Totals:
        table = Table(HOUSEHOLD_TYPE, min(AT_ONCE, rest - start))
        sums = fill_others(first, start, at_work, table)
        store.other_households.store_all(start // BLOCK, table)
        return sums

    at_work = totals.at_work
    for sums in in_order(draw_rest, range(0, rest, AT_ONCE), threads):
        totals.add(sums)
    return Start(store, loans, totals)


def drawn_ahead(first: InitialState, strata: Strata, pool: Executor) -> Iterator[tuple[Chunk, Drawn]]:
    """All chunks in order; a pool draws the next ones while one is put away."""
    under_way: deque[tuple[Chunk, Future[Drawn]]] = deque()
    for chunk in strata.chunks(AT_ONCE):
        under_way.append((chunk, pool.submit(draw_chunk, first, chunk)))
        if len(under_way) > CHUNKS_WAITING:
            earlier, drawn = under_way.popleft()
            yield earlier, drawn.result()
    for earlier, drawn in under_way:
        yield earlier, drawn.result()


def store_chunk(store: PackedStore, steps: int, number: int, drawn: Drawn) -> None:
    """Pack a chunk into the blocks from ``number`` on; of those who never enter in the run without what none reads."""
    never = drawn.enterprises["entry_step"] >= steps
    for name in UNREAD_BEFORE_ENTRY if never.any() else ():
        drawn.enterprises[name][never] = 0
    store.enterprises.store_all(number, drawn.enterprises)
    store.households.store_all(number, drawn.households)


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
