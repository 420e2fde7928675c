"""The firm table beside the results: Parquet as it was used, dropped rows as CSV that no spreadsheet runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.results.atomic_folder import refuse
from sim.results.columns import MOST_FEN, Column
from sim.results.csv_file import write_rows
from sim.results.manifest_shape import Count, Strict, briefly
from sim.results.reading import CURE, read_table, refuse_table, told, values_of
from sim.scenario import Scenario, ScenarioSettings
from sim.scenario.firms.attach import describe, keep, key_of, table_of
from sim.scenario.firms.rows import MONEY, MOST_STAFF, NAMES, SIZES
from sim.scenario.firms.table import Firms

FOLDER = "firms"
TEXT = "text:"
"""In front of the names of text columns in the Parquet file."""


def tables(scenarios: Mapping[str, Scenario]) -> dict[str, Scenario]:
    """One scenario of each firm table, by the name its files have."""
    found: dict[str, Scenario] = {}
    for scenario in scenarios.values():
        if scenario.settings.firms.sha256:
            found.setdefault(key_of(scenario.settings)[:16], scenario)
    return found


def about_firms(scenarios: Mapping[str, Scenario]) -> list[dict[str, Any]]:
    """What the manifest says of the firm tables."""
    return [describe(scenario.settings) for scenario in tables(scenarios).values()]


def write_firms(scenarios: Mapping[str, Scenario], folder: Path) -> None:
    """Write the firm tables of the scenarios into a results folder."""
    import pandas as pd

    for name, scenario in tables(scenarios).items():
        table = table_of(scenario.settings)
        (folder / FOLDER).mkdir(exist_ok=True)
        frame = pd.DataFrame({**table.columns, **{TEXT + one: cells for one, cells in table.kept.items()}})
        frame.to_parquet(folder / FOLDER / f"{name}.parquet", index=False)
        rest = {"rows": table.rows, "dropped": dict(table.dropped), "blank": dict(table.blank)}
        (folder / FOLDER / f"{name}.json").write_text(json.dumps(rest, ensure_ascii=False) + "\n", encoding="utf-8")
        write_rows([("row", "column", "text", "why"), *table.bad], folder / FOLDER / f"{name}-dropped.csv")


class Rest(Strict):
    """What is kept of a firm table beside its rows: rows of the file, dropped ones by reason, blank cells by column."""

    rows: Count
    dropped: dict[str, Count]
    blank: dict[str, Count]


SMALLEST, LARGEST = 5e-324, 1e30
"""Of amounts and weights in a firm table, in whatever unit it is written."""
ROW = Column("row", "whole", unit="row of the file", low=1, high=MOST_FEN)
DROPPED = (ROW, Column("column", "text"), Column("text", "text"), Column("why", "text"))
"""Columns of the file of dropped rows."""


def columns_in(settings: ScenarioSettings, found: Sequence[str]) -> list[Column]:
    """The columns that a kept firm table may have, of those that are found, in their order."""
    names = {name: len(getattr(settings, f"{name}s")) for name in NAMES}
    known = {name: Column(name, "whole", unit="place", low=-1, high=many - 1) for name, many in names.items()}
    known["staff"] = Column("staff", "number", unit="people", low=1, high=MOST_STAFF, missing=True)
    known |= {name: Column(name, "number", unit="yuan", low=0, high=LARGEST, missing=True) for name in MONEY}
    known["weight"] = Column("weight", "number", unit="enterprises", low=SMALLEST, high=LARGEST, missing=True)
    there = [known[name] for name in dict.fromkeys(found) if name in known]
    texts = ["id"] * (TEXT + "id" in found) + [*settings.firms.keep, "row"]
    return [*there, *(Column(TEXT + name, "text") for name in dict.fromkeys(texts))]


def restore_firms(scenarios: Mapping[str, Scenario], folder: Path, manifest: Mapping[str, Any]) -> None:
    """Take the firm tables of a results folder, so that its scenarios can be run again without the file.

    Raises
    ------
    ScenarioError
        If one is missing or not as declared, with file, field or column, what was found and what was expected.
    """
    for name, scenario in tables(scenarios).items():
        for ending in (".parquet", ".json", "-dropped.csv"):
            if f"{FOLDER}/{name}{ending}" not in manifest["files"]:
                refuse(folder, f"manifest.json is damaged: files does not list {FOLDER}/{name}{ending}; {CURE}")
        keep(scenario.settings, read_firms(folder / FOLDER, name, scenario.settings))
    held, given = about_firms(scenarios), list(manifest["firms"])
    if given != held:
        wrong = next((place for place, one in enumerate(held) if given[place : place + 1] != [one]), len(held))
        refuse(folder, f"manifest.json is damaged: firms.{wrong} is not what the files in {FOLDER}/ say; {CURE}")


def read_firms(place: Path, name: str, settings: ScenarioSettings) -> Firms:
    """One kept firm table."""
    rest = read_rest(place / f"{name}.json")
    path = place / f"{name}.parquet"
    wanted = columns_in(settings, names_in(path))
    cells = read_table(path, wanted, rest.rows)
    columns: dict[str, Any] = {}
    kept: dict[str, list[str]] = {}
    for one in wanted:
        values = values_of(path, one, cells[one.name], (float(one.low), float(one.high)), None)  # type: ignore[arg-type]
        if one.kind == "text":
            kept[one.name.removeprefix(TEXT)] = values
        else:
            columns[one.name] = values
    if not any(one in columns for one in SIZES):
        refuse_table(path, "staff", "there is no column of sizes", f"one of {', '.join(SIZES)}")
    lost = place / f"{name}-dropped.csv"
    many = sum(rest.dropped.values())
    if rest.rows != cells.num_rows + many:
        found = f"{cells.num_rows:,} used and {many:,} dropped rows"
        refuse_table(path, "", found, f"the {rest.rows:,} rows that {name}.json gives")
    table = read_table(lost, DROPPED)
    lines = [values_of(lost, one, table[one.name], (1, MOST_FEN), None) for one in DROPPED]
    if table.num_rows != many:
        refuse_table(lost, "row", f"it has {table.num_rows:,} rows", f"the {many:,} that {name}.json says were dropped")
    bad = tuple(zip(lines[0].tolist(), *lines[1:], strict=True))
    return Firms(columns, kept, rest.rows, rest.dropped, rest.blank, bad)


def names_in(path: Path) -> list[str]:
    """Names of the columns of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        refuse_table(path, "", f"it is no whole Parquet file ({told(error)})", "the columns of a firm table")


def read_rest(path: Path) -> Rest:
    """Numbers of rows, dropped rows and blank cells."""
    try:
        return Rest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part)[:60] for part in first["loc"])
        found = "it is no JSON" if first["type"] == "json_invalid" else f"it is {briefly(first.get('input'))}"
        refuse_table(path, field, found, "rows, and dropped and blank cells by name, as whole numbers from 0")
