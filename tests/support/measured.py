"""A figure that stands behind a promise, and the file that ``experiments/trust.py`` gathers such figures from."""

from __future__ import annotations

import csv
import datetime
import sys
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


WHERE = ("--figures", "--kept")
FIELDS = (*Figure._fields, "command", "day")
"""Columns of a file of figures: those of a figure, the command that measured it, and when [UTC]."""


def report(figures: Iterable[Figure], path: Path | None) -> int:
    """Print the figures, write them to a file if there is one; 1 when a promise is not held."""
    rows = list(figures)
    for row in rows:
        print(f"{row.promise:4} {row.figure}: {row.value} ({'holds' if row.holds else 'MISSED'}; wanted: {row.wanted})")
    if path is not None:
        command, day = typed(sys.argv[1:]), datetime.datetime.now(datetime.UTC).date().isoformat()
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([FIELDS, *((*row, command, day) for row in rows)])
    return int(not all(row.holds for row in rows))


def typed(words: list[str]) -> str:
    """The command that is running, without where its figures and cases go, and without the folder of an interpreter."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    module = spec.name.removesuffix(".__main__") if spec else "?"
    skipped = {place + step for place, word in enumerate(words) if word in WHERE for step in (0, 1)}
    kept = [Path(word).name if Path(word).is_absolute() else word for place, word in enumerate(words)
            if place not in skipped]  # fmt: skip
    return " ".join(["python -m", module, *kept])
