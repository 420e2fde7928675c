"""A figure that stands behind a promise, and the file that ``experiments/trust.py`` gathers such figures from."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """What was measured for a promise (P1 to P13), what is wanted of it, whether that holds, and how it was got."""

    promise: str
    figure: str
    value: str
    wanted: str
    holds: bool
    how: str


def report(figures: Iterable[Figure], path: Path | None) -> int:
    """Print the figures, write them to a file if there is one; 1 when a promise is not held."""
    rows = list(figures)
    for row in rows:
        print(f"{row.promise:4} {row.figure}: {row.value} ({'holds' if row.holds else 'MISSED'}; wanted: {row.wanted})")
    if path is not None:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([Figure._fields, *rows])
    return int(not all(row.holds for row in rows))
