"""A table of a folder is read by its declaration: columns, types and ranges, or one line on what is not as declared.

How many rows it has and what they take in memory is known from the footer (Parquet) or the size (CSV) before a row of
it is read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from sim.results.columns import WORDS, Column, Kind
from sim.results.csv_file import guarded, unguarded
from sim.scenario import Place, Problem, ScenarioError
from sim.scenario.memory_limits import bytes_for_table, text_bytes, unpacked_size
from sim.scenario.problems import one_line, shown

CURE = "run the command again, or ask for the folder anew"
CSV_ROOM = 4
"""Memory that a CSV file takes while it is read, over its size."""
ARROW: dict[Kind, Any] = {
    "whole": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "date": pa.timestamp("s"),
    "name": pa.string(),
    "text": pa.string(),
}
"""Types that the cells of a CSV file are read as."""


def refuse_table(path: Path, column: str, found: str, expected: str) -> NoReturn:
    """Refuse a table in the manner of all bad input: file, column, what was found, what was expected."""
    place = Place(f"{path.parent}/{path.name}")
    raise ScenarioError([Problem(place, f"cannot be read: {found}; expected {expected}; {CURE}", column)])


def read_table(path: Path, columns: Sequence[Column], most_rows: int | None = None) -> pa.Table:
    """The cells of a table by their declared types.

    Parameters
    ----------
    path
        A ``.csv`` or ``.parquet`` file.
    columns
        What is declared, in order.
    most_rows
        More rows are refused before any is read.

    Raises
    ------
    ScenarioError
        With file, column, what was found and what was expected.
    """
    read = read_parquet if path.suffix == ".parquet" else read_csv
    try:
        return read(path, columns, most_rows)
    except (pa.ArrowException, OSError, csv.Error, UnicodeError) as error:
        kind = "Parquet" if path.suffix == ".parquet" else "CSV"
        refuse_table(path, "", f"it is no whole {kind} file ({told(error)})", f"a table of {len(columns)} columns")


def told(error: BaseException) -> str:
    """What a reader says, in one short line."""
    return one_line((str(error).splitlines() or [type(error).__name__])[0][:150])


def check_names(path: Path, found: Sequence[str], columns: Sequence[Column]) -> None:
    """Refuse a table whose columns are not the declared ones, in their order."""
    wanted = [one.name for one in columns]
    if list(found) == wanted:
        return
    missing = [name for name in wanted if name not in found]
    unknown = [name for name in found if name not in wanted]
    if missing:
        refuse_table(path, missing[0], "there is no such column", f"{len(wanted)} columns: {some(wanted)}")
    if unknown:
        refuse_table(path, one_line(unknown[0][:60]), "the column is not known", f"only {some(wanted)}")
    refuse_table(path, "", "its columns stand in another order, or one twice", some(wanted))


def some(names: Sequence[str]) -> str:
    """The first of many names."""
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def check_rows(path: Path, rows: int, most: int | None) -> None:
    """Refuse more rows than there may be."""
    if most is not None and rows > most:
        refuse_table(path, "", f"it has {rows:,} rows or more", f"at most {most:,}, as the manifest and scenarios say")


def check_room(path: Path, needed: float, rows: int) -> None:
    """Refuse a table that would not fit into memory."""
    room = bytes_for_table()
    if needed > room:
        found = f"it takes about {needed / 1e6:,.0f} MB unpacked ({rows:,} rows)"
        refuse_table(path, "", found, f"at most {room / 1e6:,.0f} MB, half of this machine's memory")


def read_parquet(path: Path, columns: Sequence[Column], most_rows: int | None) -> pa.Table:
    """The cells of a Parquet file; names and texts as dictionaries, so that none is spread out."""
    words = [one.name for one in columns if one.kind in ("name", "text")]
    with pq.ParquetFile(path) as file:
        rows = int(file.metadata.num_rows)
        check_rows(path, rows, most_rows)
        check_room(path, unpacked_size(file), rows)
        check_names(path, file.schema_arrow.names, columns)
        for one in columns:
            check_type(path, one, file.schema_arrow.field(one.name).type)
    with pq.ParquetFile(path, read_dictionary=words) as file:
        table = file.read(use_threads=False)
    check_room(path, sum(text_bytes(table[name]) for name in words), rows)
    return table


def check_type(path: Path, column: Column, kind: Any) -> None:
    """Refuse a column of another type than is declared."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    is_text = pa.types.is_string(inner) or pa.types.is_large_string(inner)
    good = {
        "whole": pa.types.is_integer(kind),
        "number": pa.types.is_float32(kind) or pa.types.is_float64(kind),
        "flag": pa.types.is_boolean(kind),
        "date": pa.types.is_timestamp(kind) and kind.tz is None,
        "name": is_text,
        "text": is_text,
    }
    if not good[column.kind]:
        refuse_table(path, column.name, f"its cells are {one_line(str(kind)[:60])}", WORDS[column.kind])


def read_csv(path: Path, columns: Sequence[Column], most_rows: int | None) -> pa.Table:
    """The cells of a CSV file."""
    size = path.stat().st_size
    check_room(path, CSV_ROOM * size, 0)
    if most_rows is not None:
        check_rows(path, max(0, lines_in(path) - 1), most_rows)
    with path.open(newline="", encoding="utf-8") as file:
        header = next(csv.reader(file), [])
    check_names(path, [unguarded(name) for name in header], columns)
    types = {guarded(one.name): ARROW[one.kind] for one in columns}
    one_block = pa.csv.ReadOptions(use_threads=False, block_size=min(max(size + 1, 1 << 16), 2**31 - 1))
    how = pa.csv.ConvertOptions(
        column_types=types,
        null_values=[""],
        strings_can_be_null=False,
        true_values=["True"],
        false_values=["False"],
        timestamp_parsers=["%Y-%m-%d"],
    )
    try:
        table = pa.csv.read_csv(path, one_block, pa.csv.ParseOptions(newlines_in_values=True), how)
    except pa.ArrowInvalid as error:
        match = re.search(r"column #([0-9]+):.*?invalid value '(.*)'", str(error), re.DOTALL)
        if match is None:
            raise
        column = columns[int(match[1])]
        refuse_table(path, column.name, f"a cell is {shown(match[2])}", WORDS[column.kind])
    return table.rename_columns([one.name for one in columns])


def lines_in(path: Path) -> int:
    """Lines of a file."""
    with path.open("rb") as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))


def values_of(path: Path, column: Column, cells: Any, ends: tuple[float, float], names: set[str] | None) -> Any:
    """The values of a column, each within its range and among its names.

    Parameters
    ----------
    path, column
        What is read, for messages, and what is declared.
    cells
        The column as Arrow has it.
    ends
        The least and the largest value.
    names
        The names that there are; none = any text.

    Returns
    -------
    numpy.ndarray or list of str
        Texts as a list, with ``None`` where a name is missing.
    """
    if column.kind in ("name", "text"):
        return words_of(path, column, cells, names)
    if cells.null_count and not column.missing:
        row = int(np.flatnonzero(cells.is_null().to_numpy(zero_copy_only=False))[0])
        refuse_table(path, column.name, f"row {row + 1} is empty", told_range(column, ends))
    if column.kind == "date":
        return cells.cast(pa.timestamp("s")).to_numpy().astype("datetime64[s]")
    values = cells.to_numpy()
    if column.kind != "flag":
        check_range(path, column, values, ends)
    return values


def check_range(path: Path, column: Column, values: np.ndarray, ends: tuple[float, float]) -> None:
    """Refuse numbers that are not finite, or outside what is declared."""
    low, high = ends
    with np.errstate(invalid="ignore"):
        good = (values >= low) & (values <= high) & np.isfinite(values)
    if column.missing:
        good |= np.isnan(values)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        refuse_table(path, column.name, f"row {row + 1} is {values[row]}", told_range(column, ends))


def told_range(column: Column, ends: tuple[float, float]) -> str:
    """What a cell may be, in words."""
    low, high = ends
    if column.kind in ("flag", "date") or column.kind in ("name", "text"):
        return WORDS[column.kind]
    unit = f" [{column.unit}]" if column.unit else ""
    return f"{WORDS[column.kind]}{unit} from {low:,.6g} to {high:,.6g}"


def words_of(path: Path, column: Column, cells: Any, names: set[str] | None) -> list[str | None]:
    """Texts of a column; each of them is one of the names, where there are any."""
    chunk = cells.combine_chunks()
    if isinstance(chunk, pa.ChunkedArray):
        chunk = pa.concat_arrays(chunk.chunks) if chunk.num_chunks else pa.array([], pa.string()).dictionary_encode()
    if not pa.types.is_dictionary(chunk.type):
        chunk = chunk.dictionary_encode()
    known: list[str | None] = [None if one is None else str(one) for one in chunk.dictionary.to_pylist()]
    if path.suffix == ".csv":
        known = [unguarded(one) for one in known]
    codes = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    known = [None if column.missing and one == "" and names is not None and "" not in names else one for one in known]
    found = [*known, None]
    for code in np.unique(codes):
        one = found[code]
        row = int(np.flatnonzero(codes == code)[0]) + 1
        if one is None and not column.missing:
            refuse_table(path, column.name, f"row {row} is empty", told_names(names))
        if one is not None and names is not None and one not in names:
            refuse_table(path, column.name, f"row {row} is {shown(one)}", told_names(names))
    return [found[code] for code in codes.tolist()]


def told_names(names: set[str] | None) -> str:
    """The names that there are, in words."""
    return "a text" if names is None else f"one of {some([shown(name) for name in sorted(names)])}"


def as_column(words: Sequence[str | None], categories: Sequence[str] | None) -> Any:
    """Texts as a column: with categories where there are some, else as plain text."""
    if categories is None:
        return pd.Series(["" if one is None else one for one in words], dtype="str")
    place = {name: number for number, name in enumerate(categories)}
    codes = np.array([-1 if one is None else place[one] for one in words], dtype=np.int64)
    return pd.Categorical.from_codes(codes, categories=list(categories))
