"""Blocks: the rows of the enterprise table in portions of one cell (kind, sector, region) that fit the cache."""

from __future__ import annotations

import itertools

import numpy as np

from sim.state.fields import Field, layout
from sim.state.table import Table

BLOCK = 2048
"""Most rows of a block."""
LEAST_ROWS = 16 * BLOCK
"""Rows that are worth a thread of their own."""
SPANS = 4
"""Most spans for each of several threads: a thread with easy ones takes more. Fewer where they would have less than
SPANS * LEAST_ROWS rows, but as many for each."""

BLOCK_TYPE = layout(
    (
        Field("first", "i8", "row", "first row"),
        Field("last", "i8", "row", "end of the rows"),
        Field("kind", "i8", "index", "kind of all its enterprises"),
        Field("cell", "i8", "index", "kind × sector × region of all its enterprises"),
    )
)


def blocks_of(enterprises: Table) -> np.ndarray:
    """The rows of a table cut into blocks [a BLOCK record each]; few where the rows of a cell stand together."""
    count = len(enterprises)
    ends = [0, *(np.flatnonzero(np.diff(enterprises["cell"])) + 1).tolist(), count]
    firsts = [first for start, end in itertools.pairwise(ends) for first in range(start, end, BLOCK)]
    blocks = np.zeros(len(firsts), dtype=BLOCK_TYPE)
    blocks["first"], blocks["last"] = firsts, [*firsts, count][1:]
    blocks["kind"], blocks["cell"] = enterprises["kind"][firsts], enterprises["cell"][firsts]
    return blocks


def rows_of(blocks: np.ndarray, first: int, last: int) -> slice:
    """The rows of blocks ``first`` to ``last``, which follow each other."""
    return slice(int(blocks["first"][first]), int(blocks["last"][last - 1])) if last > first else slice(0, 0)


def spans_of(blocks: np.ndarray, threads: int) -> list[tuple[int, int]]:
    """First block and end of spans of about as many rows each, for some threads to work on; few where rows are few."""
    lasts = blocks["last"]
    rows = int(lasts[-1]) if len(lasts) else 0
    short = rows // (SPANS * LEAST_ROWS) // threads * threads
    parts = max(1, min(threads, rows // LEAST_ROWS), min(threads * SPANS, short)) if threads > 1 else 1
    ends = [int(np.searchsorted(lasts, rows * part // parts)) for part in range(parts)]
    return list(itertools.pairwise([*ends, len(blocks)]))
