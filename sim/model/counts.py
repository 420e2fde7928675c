"""Counting equal rows: the combinations of values that occur, how many rows have each, the sums of their amounts."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

import numpy as np
import numpy.typing as npt
import pandas as pd

Whole = npt.NDArray[np.int64]
MOST_ROWS = 1_000_000
"""Combinations kept before those that came several times are merged."""
MOST_CODES = 2**62


class Counts:
    """Combinations of values met so far, with their number and their sums, in whole numbers.

    The order in which rows come does not matter, nor in how many threads.

    Parameters
    ----------
    sizes
        Number of values of each key; a key's values are 0, 1, … up to it.
    amounts
        Names of what is summed.
    """

    def __init__(self, sizes: Mapping[str, int], amounts: tuple[str, ...]) -> None:
        self.sizes, self.amounts = dict(sizes), amounts
        combinations = 1
        for size in self.sizes.values():
            combinations *= max(1, size)
        if combinations > MOST_CODES:
            raise ValueError(f"{combinations:,} combinations are too many to keep separate")
        self._lock = Lock()
        self._codes: list[Whole] = []
        self._sums: list[Whole] = []

    def add(self, keys: Mapping[str, npt.ArrayLike], amounts: Mapping[str, npt.ArrayLike]) -> None:
        """Count rows.

        Parameters
        ----------
        keys
            Each key's values, one a row.
        amounts
            Each amount, one a row, in whole numbers.
        """
        codes: Whole = np.zeros(len(np.asarray(next(iter(keys.values())))), dtype=np.int64)
        for name, size in self.sizes.items():
            codes *= max(1, size)
            codes += np.asarray(keys[name])
        place, found = pd.factorize(codes)
        sums = np.zeros((1 + len(self.amounts), len(found)), dtype=np.int64)
        sums[0] = np.bincount(place, minlength=len(found))
        for row, name in enumerate(self.amounts, start=1):
            values = np.asarray(amounts[name], dtype=np.int64)
            if values.any():  # of refused applications most amounts are 0
                np.add.at(sums[row], place, values)
        with self._lock:
            self._codes.append(found)
            self._sums.append(sums)
            if sum(map(len, self._codes)) > MOST_ROWS:
                self._merge()

    def table(self) -> dict[str, Whole]:
        """Every combination that occurs, in the order of its values: the keys, ``number`` of rows, the sums."""
        self._merge()
        left, columns = self._codes[0], {}
        for name, size in reversed(self.sizes.items()):
            left, columns[name] = np.divmod(left, max(1, size))
        sums = dict(zip(("number", *self.amounts), self._sums[0], strict=True))
        return {name: columns[name] for name in self.sizes} | sums

    def _merge(self) -> None:
        """Add up what came several times."""
        every = np.concatenate([np.empty(0, np.int64), *self._codes])
        codes, place = np.unique(every, return_inverse=True)
        sums = np.zeros((1 + len(self.amounts), len(codes)), dtype=np.int64)
        for row, parts in enumerate(zip(*self._sums, strict=True)):
            np.add.at(sums[row], place, np.concatenate(parts))
        self._codes, self._sums = [codes], [sums]
