"""Memory of packed columns: pieces of large slabs that a table keeps, and that the system backs with huge pages.

A country has millions of columns, met in no order where lenders decide: in pages of 4 KiB each value read is on
another page, which the machine must look up. Any thread may ask for memory and give it back without Python. Pieces are
whole cache lines, and no whole pages, so that the same row of several columns does not fall on the same place of the
cache; what is given back is kept for pieces of the same size.
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from sim.engine.blocks import BLOCK
from sim.engine.compiling import compiled
from sim.engine.rows import ask_for_line
from sim.state.table import LINE, PAGE

_free: Any = types.ExternalFunction("free", types.void(types.intp))
_malloc: Any = types.ExternalFunction("malloc", types.intp(types.intp))

SLAB, HUGE = 2**25, 2**21
"""Bytes of a slab, and of a huge page, at whose start it begins."""
LOCKED, NEXT, END, LAST, SETTLE, SPARE = range(6)
"""What the words of an arena say: whether a thread is at it, where its last slab has room, that slab, the address of
``sim.engine.packed.values.settling``, and from SPARE on, by lines, the first spare piece of each size, which leads to
the next. The address keeps a rare path out of hot code: a rule that writes a value calls it and does not contain it.
"""
MOST_LINES = 8 * BLOCK // LINE + 1
"""Lines of the largest piece."""


def new_arena() -> np.ndarray:
    """An arena without slabs [words]; the caller keeps it as long as columns are in it."""
    return np.zeros(SPARE + MOST_LINES + 1, dtype=np.int64)


@intrinsic
def _pointer(context, address):
    def build(context, builder, sig, args):
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.intp), build


pointer: Any = _pointer
"""An address as a pointer, for compiled code."""


@intrinsic
def _prefetch_address(context, address):
    def build(context, builder, sig, args):
        ask_for_line(builder, builder.inttoptr(args[0], ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.intp), build


prefetch_address: Any = _prefetch_address
"""Ask the machine to bring the bytes at an address into the cache, for compiled code; none is read."""


@intrinsic
def _swapped(context, address, value):
    """Write a word so that no other thread can come between, and return what stood there."""

    def build(context, builder, sig, args):
        word = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        return builder.atomic_rmw("xchg", word, args[1], "seq_cst")

    return types.int64(types.intp, types.int64), build


swapped: Any = _swapped

if hasattr(mmap, "MADV_HUGEPAGE"):
    _advise: Any = types.ExternalFunction("madvise", types.int32(types.intp, types.intp, types.int32))
    _HUGEPAGE = mmap.MADV_HUGEPAGE

    @compiled
    def ask_for_huge_pages(address, size):
        """Ask the system for huge pages; it may have none."""
        _advise(address, size, _HUGEPAGE)

else:  # pragma: no cover

    @compiled
    def ask_for_huge_pages(address, size):
        """This system has none to ask for."""


@compiled
def words_at(address, count):
    """Words in memory."""
    return carray(pointer(address), count, np.int64)


@compiled
def lines_of(size):
    """Cache lines of a piece of memory: one more where it would end at the same line of a page as it begins."""
    lines = (size + LINE - 1) // LINE
    return lines + (lines % (PAGE // LINE) == 0)


@compiled
def _add_slab(words):
    """Add a slab to an arena; what was left of the last one stays unused. Returns whether there is memory."""
    slab = _malloc(SLAB + HUGE)
    if slab == 0:
        return False
    words_at(slab, 1)[0] = words[LAST]
    start = (slab + HUGE) // HUGE * HUGE
    words[LAST], words[NEXT], words[END] = slab, start, slab + SLAB + HUGE
    ask_for_huge_pages(start, SLAB)
    return True


@compiled
def _piece(words, lines):
    """A spare piece, or a new one; 0 where there is no memory, or none of that size."""
    if lines > MOST_LINES:
        return 0
    spare = words[SPARE + lines]
    if spare != 0:
        words[SPARE + lines] = words_at(spare, 1)[0]
        return spare
    size = lines * LINE
    if words[NEXT] + size > words[END] and not _add_slab(words):
        return 0
    words[NEXT] += size
    return words[NEXT] - size


@compiled
def allocated(arena, size):
    """Address of new memory in an arena."""
    while swapped(arena + 8 * LOCKED, 1) != 0:
        pass
    address = _piece(words_at(arena, SPARE + MOST_LINES + 1), lines_of(size))
    swapped(arena + 8 * LOCKED, 0)
    if address == 0:
        raise MemoryError("no memory for a packed column")
    return address


@compiled
def given_back(arena, address, size):
    """Give memory back to its arena; a size of 0 has none."""
    if size == 0:
        return
    while swapped(arena + 8 * LOCKED, 1) != 0:
        pass
    words = words_at(arena, SPARE + MOST_LINES + 1)
    words_at(address, 1)[0] = words[SPARE + lines_of(size)]
    words[SPARE + lines_of(size)] = address
    swapped(arena + 8 * LOCKED, 0)


@compiled
def clear_arena(words):
    """Give all slabs of an arena back to the system; nothing may be in them any more."""
    while words[LAST] != 0:
        slab = words[LAST]
        words[LAST] = words_at(slab, 1)[0]
        _free(slab)
    words[NEXT], words[END] = 0, 0
    words[SPARE:] = 0
