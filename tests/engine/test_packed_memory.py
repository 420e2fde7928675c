"""Memory of packed columns: pieces of slabs, for any thread, used again and given back."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numba import njit

from sim.engine.blocks import BLOCK
from sim.engine.packed.memory import HUGE, LAST, SLAB, allocated, clear_arena, given_back, lines_of, new_arena, words_at
from sim.state.table import LINE, PAGE
from tests.trust.memory import resident

LARGEST = 8 * BLOCK


@pytest.fixture
def arena():
    words = new_arena()
    yield words
    clear_arena(words)


def test_pieces_begin_at_a_line_and_keep_apart(arena):
    sizes = [8, 64, 65, 256, 2048, 4096, 6144, 8192, LARGEST] * 40
    pieces = sorted((allocated(arena.ctypes.data, size), size) for size in sizes)
    assert all(address % LINE == 0 for address, _ in pieces)
    assert all(start + size <= following for (start, size), (following, _) in zip(pieces, pieces[1:], strict=False))


@pytest.mark.parametrize("size", [PAGE, 2 * PAGE, LARGEST])
def test_pieces_of_whole_pages_do_not_begin_at_the_same_line_of_a_page(arena, size):
    addresses = [allocated(arena.ctypes.data, size) for _ in range(8)]
    assert len({address % PAGE for address in addresses}) == 8
    assert lines_of(size) * LINE == size + LINE


def test_what_is_given_back_serves_the_same_size_only(arena):
    at = arena.ctypes.data
    one, two = allocated(at, 2048), allocated(at, 2048)
    given_back(at, one, 2048)
    given_back(at, two, 2040)
    assert allocated(at, 4000) not in (one, two)
    assert [allocated(at, 2048), allocated(at, 2010)] == [two, one]
    assert allocated(at, 2048) not in (one, two)


def test_nothing_is_given_back_of_nothing(arena):
    given_back(arena.ctypes.data, 0, 0)
    assert not arena.any()


def test_more_than_a_chunk(arena):
    many = (SLAB + HUGE) // LARGEST
    addresses = {allocated(arena.ctypes.data, LARGEST) for _ in range(many)}
    assert len(addresses) == many
    assert words_at(int(arena[LAST]), 1)[0] != 0  # the slab before it


@njit(nogil=True)
def use(arena, mark, turns):
    """Take pieces, write a mark all over them, give every second one back; returns how many lost their mark."""
    kept, sizes, lost = np.zeros(turns, dtype=np.int64), np.zeros(turns, dtype=np.int64), 0
    for turn in range(turns):
        sizes[turn] = 8 * (1 + (turn * 37 + mark * 11) % 500)
        kept[turn] = allocated(arena, sizes[turn])
        words_at(kept[turn], sizes[turn] // 8)[:] = mark
        if turn % 2 == 1:
            lost += (words_at(kept[turn - 1], sizes[turn - 1] // 8) != mark).any()
            given_back(arena, kept[turn - 1], sizes[turn - 1])
    for turn in range(1, turns, 2):
        lost += (words_at(kept[turn], sizes[turn] // 8) != mark).any()
    return lost


def test_threads_do_not_get_each_others_pieces(arena):
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda mark: use(arena.ctypes.data, mark, 20_000), range(1, 5))) == [0] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of the process from Linux")
def test_a_cleared_arena_holds_nothing_and_can_be_used_again(arena):
    allocated(arena.ctypes.data, 8)
    clear_arena(arena)
    before = resident()
    for _ in range(2):
        for _ in range(6000):
            words_at(allocated(arena.ctypes.data, LARGEST), LARGEST // 8)[:] = 1
        assert resident() - before > 90e6
        clear_arena(arena)
        assert not arena.any()
        assert resident() - before < 3 * HUGE


def test_a_piece_larger_than_any_column_is_refused(arena):
    with pytest.raises(MemoryError, match="packed column"):
        allocated(arena.ctypes.data, 2**62)


WITHOUT_MEMORY = """
import resource
from sim.engine.packed.memory import allocated, new_arena
arena = new_arena()
allocated(arena.ctypes.data, 8)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**24, -1))
try:
    while True:
        allocated(arena.ctypes.data, 2**14)
except MemoryError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
def test_memory_that_is_not_there_is_told():
    done = subprocess.run([sys.executable, "-c", WITHOUT_MEMORY], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "no memory for a packed column"
