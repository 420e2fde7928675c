"""The firm table beside the results: Parquet as it was used, dropped rows as CSV that no spreadsheet runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.results.csv_file import read_rows, write_rows
from sim.scenario.firms.attach import describe, keep, key_of, table_of
from sim.scenario.firms.table import Firms
from sim.scenario.resolved import Scenario

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


def restore_firms(scenarios: Mapping[str, Scenario], folder: Path) -> None:
    """Take the firm tables of a results folder, so that its scenarios can be run again without the file."""
    import pandas as pd

    for name, scenario in tables(scenarios).items():
        place = folder / FOLDER
        if not (place / f"{name}.parquet").is_file():
            continue
        frame = pd.read_parquet(place / f"{name}.parquet")
        rest = json.loads((place / f"{name}.json").read_text(encoding="utf-8"))
        rows = read_rows(place / f"{name}-dropped.csv")[1:]
        bad = tuple((int(row), column, text, why) for row, column, text, why in rows)
        kept = {one.removeprefix(TEXT): frame[one].astype(str).tolist() for one in frame if one.startswith(TEXT)}
        columns = {one: frame[one].to_numpy() for one in frame if not one.startswith(TEXT)}
        keep(scenario.settings, Firms(columns, kept, rest["rows"], rest["dropped"], rest["blank"], bad))
