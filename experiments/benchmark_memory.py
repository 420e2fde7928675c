"""The memory roof: how fast this machine moves bytes, and how many bytes one enterprise-step must move at least."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

from experiments.benchmark_runs import model_of

WORDS, TRIES = 20_000_000, 5
ROWS = 100
"""Enterprises whose reads and writes are noted."""
BYTES_A_WORD = 24
"""Both loops read two numbers of 8 bytes and write one."""


@njit(nogil=True)
def triad(first, second, third):  # type: ignore[no-untyped-def]
    """STREAM's triad."""
    for place in range(len(first)):
        first[place] = second[place] + 3.0 * third[place]


@njit(nogil=True)
def update(first, second, third):  # type: ignore[no-untyped-def]
    """A column updated in place, as a step does; the third is left alone."""
    for place in range(len(first)):
        first[place] = 0.5 * first[place] + second[place]


def bandwidth() -> dict[str, float]:
    """Bytes a second of both loops over tables larger than the cache, on one thread and on two; the best of several."""
    columns = tuple(np.full(WORDS, float(value)) for value in range(3))
    half = WORDS // 2
    parts = [tuple(column[:half] for column in columns), tuple(column[half:] for column in columns)]
    found = {}
    with ThreadPoolExecutor(2) as pool:
        for name, loop in (("triad", triad), ("update", update)):
            loop(*(column[:8] for column in columns))  # compiled before it is timed

            def alone(loop: Any = loop) -> None:
                loop(*columns)

            def together(loop: Any = loop) -> None:
                list(pool.map(lambda part: loop(*part), parts))

            found[name] = BYTES_A_WORD * WORDS / least(alone, time.thread_time)
            found[f"{name}_two_threads"] = BYTES_A_WORD * WORDS / least(together, time.perf_counter)
    return found


def least(work: Callable[[], None], clock: Callable[[], float]) -> float:
    """Seconds of the fastest of several tries."""
    seconds = []
    for _ in range(TRIES):
        began = clock()
        work()
        seconds.append(clock() - began)
    return min(seconds)


class Watched:
    """A column that notes which of its rows a step reads and writes."""

    def __init__(self, column: np.ndarray) -> None:
        self.column = column
        self.read: set[int] = set()
        self.written: set[int] = set()

    def item(self, row: int) -> Any:
        """Read one row."""
        self.read.add(row)
        return self.column.item(row)

    def __setitem__(self, row: int, value: Any) -> None:
        self.written.add(row)
        self.column[row] = value

    def moved(self) -> int:
        """Bytes read once and written once since the last call."""
        moved = (len(self.read) + len(self.written)) * self.column.itemsize
        self.read, self.written = set(), set()
        return moved


def bytes_of_step(enterprises: int = ROWS) -> float:
    """Least bytes that one enterprise-step moves: what the rules read, once, and what they write, once more.

    Found by running the rules agent by agent over columns that note what is touched in each step, so it follows the
    rules and the widths of the fields. Of enterprises and households alone: loans, lenders and totals come on top, and
    so does what lies in the same cache line and is not wanted.
    """
    model = model_of(enterprises, engine="mesa")
    columns = []
    for views in (model.enterprises, model.households):
        watched = {name: Watched(column) for name, column in views[0].columns.items()}
        for view in views:
            view.columns = watched
        columns += list(watched.values())
    moved = 0
    while model.economy.step < model.economy.calendar.steps:
        model.step()
        moved += sum(column.moved() for column in columns)
    return moved / (enterprises * model.economy.calendar.steps)


def roof(rate: float, bytes_a_step: float, bytes_a_second: dict[str, float]) -> dict[str, float]:
    """The rate that memory allows one thread, were nothing computed, and the share of it that is reached."""
    most = bytes_a_second["update"] / bytes_a_step
    return {
        "bytes_per_enterprise_step": bytes_a_step,
        "enterprise_steps_per_cpu_second": most,
        "share_reached": rate / most,
    }
