"""Every CSV file of results is written and read here: text that a spreadsheet would run is kept from it, numbers stay.

A text cell or column name that begins like a formula gets an apostrophe in front (one that has an apostrophe there
already gets one more), so that reading takes exactly that one away again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

FORMULA = re.compile(r"'*[ \u3000]*[=+\-@\t\r\n＝＋－＠]")
"""What makes a spreadsheet take a cell for a formula, apostrophes in front of it apart."""


def guarded(text: Any) -> Any:
    """A text as no spreadsheet takes it for a formula, and as UTF-8 can hold it; anything else as it is."""
    if not isinstance(text, str):
        return text
    kept = storable(text)
    return f"'{kept}" if FORMULA.match(kept) else kept


def storable(text: str) -> str:
    """A text without the half letters (lone surrogates) that no file can hold: ``?`` stands for each."""
    return text.encode("utf-8", "replace").decode("utf-8")


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
    if any(map(has_return, [*safe.columns, *(safe.iloc[:, place] for place in range(table.shape[1]))])):
        cells = zip(*(as_written(safe.iloc[:, place]) for place in range(table.shape[1])), strict=True)
        return "".join(line_of(row) for row in [list(safe.columns), *cells])
    return str(safe.to_csv(index=False, lineterminator="\n"))


def has_return(texts: Any) -> bool:
    """Whether a name, or a text of a column, has a carriage return in it, which ``to_csv`` leaves without quotes."""
    if isinstance(texts, str):
        return "\r" in texts
    if not isinstance(texts, pd.Series) or not (
        isinstance(texts.dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(texts.dtype)
    ):
        return False
    return any("\r" in text for text in distinct(texts) if isinstance(text, str))


def distinct(texts: pd.Series) -> Iterable[Any]:
    """Cells of a column, each text once where that is quick to tell."""
    if isinstance(texts.dtype, pd.CategoricalDtype):
        return texts.cat.categories
    return texts.unique() if isinstance(texts.dtype, pd.StringDtype) else texts


def as_written(column: pd.Series) -> list[Any]:
    """Cells of a column as ``to_csv`` writes them."""
    if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(column.dtype):
        return ["" if pd.isna(cell) else cell for cell in column]
    return column.to_frame("").to_csv(index=False, header=False, lineterminator="\n").split("\n")[:-1]


def line_of(cells: Iterable[Any]) -> str:
    """A line of a CSV file; a cell that needs quotes has them, one with a carriage return too."""
    return ",".join(quoted(str(cell)) for cell in cells) + "\n"


def quoted(cell: str) -> str:
    """A cell, in quotes where it has a mark that means something."""
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\r\n') else cell


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a CSV file."""
    path.write_text(csv_text(table), encoding="utf-8", newline="")


def write_rows(rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write rows as a CSV file, the header first."""
    path.write_text("".join(line_of(map(guarded, row)) for row in rows), encoding="utf-8", newline="")


def read_csv(path: Path, text: Sequence[str]) -> pd.DataFrame:
    """A table that was written here; the columns ``text`` hold names, even ``nan`` or ``2020``.

    An empty number is missing. Numbers are exact from pandas 3.1 on.
    """
    numbers = {name: [""] for name in pd.read_csv(path, nrows=0).columns if name not in text}
    table = pd.read_csv(path, dtype=dict.fromkeys(text, str), keep_default_na=False, na_values=numbers)
    for name in [name for name in text if name in table]:
        table[name] = table[name].map(unguarded)
    return table.rename(columns=unguarded)
