"""Random changes of the files of a folder, each described so that it can be made again: what ``tamper`` tries."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 2**31, 2**63, -(2**63), 10**30, 0.5, -0.5, 1e308, -1e308, 1e18,
    "", "x", "done", "../x", "/etc/x", "a\nb", "=1+1", "\u202e", "nan", "9" * 5000, "y" * 100_000,
    [], {}, [[]], [None], {"": ""}, [1, 1], "0" * 64, "2020-01-06", "with", "without",
)  # fmt: skip
TEXTS = ("", "x", "nan", "inf", "-inf", "-1", "0", "1", "1.5", "1e400", "1e308", "-1e308", "99999999999999999999",
         "True", "False", "true", "2020-01-06", "1677-01-01", "9999-12-31", "0000-00-00", "with", "other", "=1+1",
         '"', "a,b",
         "\u202e", " 1", "1 ", "0x10", "1_000", "١", "y" * 70_000)  # fmt: skip
Chance = random.Random


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything in plain data."""
    found = [path] if path else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in children:
        found += places(inner, (*path, key))
    return found


def change_data(data: Any, chance: Chance) -> str:
    """Change plain data in one place; what was done."""
    path = chance.choice(places(data))
    above = data
    for key in path[:-1]:
        above = above[key]
    key, how = path[-1], chance.choice(("value", "value", "value", "value", "nudge", "delete", "rename", "twice"))
    if how == "delete":
        del above[key]
    elif how == "rename" and isinstance(above, dict):
        above[chance.choice(("", "x", f"{key} ", "../x", str(key).upper(), "y" * 300))] = above.pop(key)
    elif how == "twice" and isinstance(above, list):
        above.insert(key, above[key])
    elif how == "nudge" and isinstance(above[key], (int, float)) and not isinstance(above[key], bool):
        above[key] += chance.choice((-1, 1, 0.5, 1000))
    else:
        above[key] = chance.choice(VALUES)
        how = f"value {str(above[key])[:40]!r}"
    return f"{'.'.join(map(str, path))[:80]}: {how}"


def change_json(content: bytes, chance: Chance) -> tuple[bytes, str]:
    """Change a JSON file in one place, or its bytes."""
    if chance.random() < 0.1:
        return change_bytes(content, chance)
    data = json.loads(content)
    what = change_data(data, chance)
    return (json.dumps(data, ensure_ascii=chance.random() < 0.5) + "\n").encode("utf-8", "replace"), what


def change_bytes(content: bytes, chance: Chance) -> tuple[bytes, str]:
    """Cut, empty, double or turn some bytes."""
    place, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    how = chance.choice(("cut", "empty", "bit", "out", "double", "zeros"))
    changed = {
        "cut": content[:place],
        "empty": b"",
        "bit": content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :],
        "out": content[:place] + content[end:],
        "double": content[:end] + content[place:],
        "zeros": content[:place] + bytes(end - place) + content[end:],
    }[how]
    return changed, f"bytes {place}–{end}: {how}"


def change_csv(content: bytes, chance: Chance) -> tuple[bytes, str]:
    """Change a cell, a row, a column or the header of a CSV file, or its bytes."""
    if chance.random() < 0.1:
        return change_bytes(content, chance)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    row, column = chance.randrange(len(rows)), chance.randrange(len(rows[0]))
    other = chance.randrange(len(rows))
    how = chance.choice(("cell",) * 4 + ("column", "no row", "row twice", "swap", "no column", "header"))
    what = f"row {row}, column {rows[0][column]}: {how}"
    if how == "cell":
        rows[max(1, row) % len(rows)][column] = text = chance.choice(TEXTS)
        what += f" {text[:40]!r}"
    elif how == "column":
        text = chance.choice(TEXTS)
        rows[1:] = [[*line[:column], text, *line[column + 1 :]] for line in rows[1:]]
        what += f" {text[:40]!r}"
    elif how == "no row":
        del rows[row]
    elif how == "row twice":
        rows.insert(row, rows[row])
    elif how == "swap":
        rows[row], rows[other] = rows[other], rows[row]
    elif how == "no column":
        rows = [[*line[:column], *line[column + 1 :]] for line in rows]
    else:
        rows[0] = [*rows[0][:column], chance.choice((*TEXTS, rows[0][0])), *rows[0][column + 1 :]]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8"), what


def change_parquet(content: bytes, chance: Chance) -> tuple[bytes, str]:
    """Change values, the type, the name or the rows of a Parquet file."""
    table = pq.read_table(pa.BufferReader(content))
    name = chance.choice(table.column_names)
    place, rows = table.column_names.index(name), table.num_rows
    cells: list[Any] = table[name].to_pylist()
    how = chance.choice(("cell",) * 4 + ("column", "type", "missing", "rows", "twice", "rename", "drop"))
    what = f"column {name}: {how}"
    if how in ("cell", "column") and rows:
        value = like(cells[0], chance)
        row = chance.randrange(rows)
        new = [value] * rows if how == "column" else [*cells[:row], value, *cells[row + 1 :]]
        what += f" row {row} {str(value)[:40]!r}"
        try:
            table = table.set_column(place, name, pa.array(new))
        except (pa.ArrowException, OverflowError, TypeError):
            table = table.set_column(place, name, pa.array([str(one) for one in new]))
    elif how == "type":
        table = table.set_column(place, name, pa.array([chance.choice(("x", "1", ""))] * rows))
    elif how == "missing":
        table = table.set_column(place, name, pa.nulls(rows, table.schema.field(name).type))
    elif how == "rows":
        table = table.slice(chance.randrange(rows + 1), chance.randrange(rows + 1))
    elif how == "twice":
        table = pa.concat_tables([table] * chance.choice((2, 30)))
    elif how == "rename":
        table = table.rename_columns([one if one != name else chance.choice(TEXTS) for one in table.column_names])
    elif how == "drop":
        table = table.drop_columns([name])
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(), sink)
    return sink.getvalue(), what


def like(value: Any, chance: Chance) -> Any:
    """Another value of the same kind, or now and then of another one."""
    if chance.random() < 0.15:
        return chance.choice(VALUES[:30])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return chance.choice((-1, 0, 1, 5, 2**31, 2**62, -(2**63)))
    if isinstance(value, float):
        return chance.choice((-1.0, 0.0, 1.0, 1e6, 1e18, 1e308, float("inf"), float("nan")))
    return chance.choice(("", "x", "sme", "trade", "performing", "1", None))


Change = Callable[[bytes, Chance], tuple[bytes, str]]
BY_ENDING: dict[str, Change] = {".json": change_json, ".csv": change_csv, ".parquet": change_parquet}


def change_file(path: Path, chance: Chance) -> str:
    """Change a file in one place, by its ending; what was done."""
    before = path.read_bytes()
    after, what = BY_ENDING.get(path.suffix, change_bytes)(before, chance)
    path.write_bytes(after)
    return f"{path.name}: {what}" + (" (nothing changed)" if after == before else "")
