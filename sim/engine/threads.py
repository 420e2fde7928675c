"""Work on several items in several threads: compiled passes and NumPy let go of the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def in_order(function: Callable[[Any], Any], items: Iterable[Any], threads: int) -> list[Any]:
    """The function of each item, in the order of the items, worked out by some threads."""
    items = list(items)
    if min(threads, len(items)) < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))
