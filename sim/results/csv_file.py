"""Every CSV file of results is written and read here: text that a spreadsheet would run is kept from it, numbers stay.

A text cell or column name that begins like a formula gets an apostrophe in front (one that has an apostrophe there
already gets one more), so that reading takes exactly that one away again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

FORMULA = re.compile(r"'*[ \u3000]*[=+\-@\t\r\n＝＋－＠]")
"""What makes a spreadsheet take a cell for a formula, apostrophes in front of it apart."""


def guarded(text: Any) -> Any:
    """A text as no spreadsheet takes it for a formula; anything else as it is."""
    return f"'{text}" if isinstance(text, str) and FORMULA.match(text) else text


def unguarded(text: Any) -> Any:
    """The text that :func:`guarded` was given."""
    return text[1:] if isinstance(text, str) and text.startswith("'") and FORMULA.match(text) else text


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV; the same table gives the same text everywhere."""
    safe = table.rename(columns=guarded)
    for place in range(table.shape[1]):
        column = table.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype):
            if pd.api.types.is_string_dtype(column.cat.categories.dtype):
                safe.isetitem(place, column.cat.rename_categories(guarded))
        elif not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_datetime64_any_dtype(column):
            safe.isetitem(place, column.map(guarded))
    return str(safe.to_csv(index=False, lineterminator="\n"))


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a CSV file."""
    path.write_text(csv_text(table), encoding="utf-8", newline="")


def write_rows(rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write rows as a CSV file, the header first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([guarded(cell) for cell in row] for row in rows)


def read_rows(path: Path) -> list[list[str]]:
    """Rows of a CSV file that was written here, the header first."""
    with path.open(newline="", encoding="utf-8") as file:
        return [[unguarded(cell) for cell in row] for row in csv.reader(file)]


def read_csv(path: Path, text: Sequence[str]) -> pd.DataFrame:
    """A table that was written here; the columns ``text`` hold names, even ``nan`` or ``2020``.

    An empty number is missing. Numbers are exact from pandas 3.1 on.
    """
    numbers = {name: [""] for name in pd.read_csv(path, nrows=0).columns if name not in text}
    table = pd.read_csv(path, dtype=dict.fromkeys(text, str), keep_default_na=False, na_values=numbers)
    for name in [name for name in text if name in table]:
        table[name] = table[name].map(unguarded)
    return table.rename(columns=unguarded)
