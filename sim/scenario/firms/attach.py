"""A scenario whose enterprises come from a table, and the table of a scenario.

The settings hold the hash of the file, so a changed file is another scenario with other run ids. The table itself is
kept in this process by a hash of all settings that decide how it is read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario.firms.files import read_bytes, read_sheet, refuse
from sim.scenario.firms.rows import check_rows, columns_of, refuse_bad
from sim.scenario.firms.table import NO_FIRMS, Firms, sampled
from sim.scenario.problems import Place, Problem, ScenarioError
from sim.scenario.resolved import Scenario
from sim.scenario.schema import ScenarioSettings

_TABLES: dict[str, Firms] = {}
_PATHS: dict[str, Path] = {}


def key_of(settings: ScenarioSettings) -> str:
    """Hash of the file's content and of every setting that decides what is made of it."""
    how = settings.firms.model_dump(mode="json")
    text = json.dumps([how, list(settings.kinds), list(settings.sectors), list(settings.regions)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def firms_of(settings: ScenarioSettings) -> Firms:
    """The table of a scenario, one row an agent; an empty one where there is none.

    Raises
    ------
    ScenarioError
        If the file was not read in this process, or has changed since.
    """
    if not settings.firms.sha256:
        return NO_FIRMS
    table = table_of(settings)
    return dataclasses.replace(table, agents=sampled(table.weights, settings.population.enterprises))


def table_of(settings: ScenarioSettings) -> Firms:
    """The table of a scenario, read again where its settings were changed after it was read."""
    key = key_of(settings)
    if key not in _TABLES:
        path = _PATHS.get(settings.firms.sha256)
        if path is None:
            text = f"the firm table {settings.firms.file} is not at hand; give it with --firms"
            raise ScenarioError([Problem(Place(settings.firms.file), text, "firms.sha256")])
        content = read_bytes(path)
        if hashlib.sha256(content).hexdigest() != settings.firms.sha256:
            refuse(path, "has changed since it was read; give it again with --firms")
        keep(settings, read(path, content, settings))
    return _TABLES[key]


def keep(settings: ScenarioSettings, table: Firms) -> None:
    """Keep a table for the scenarios that are read from it in the same way."""
    _TABLES[key_of(settings)] = table


def read(path: Path, content: bytes, settings: ScenarioSettings) -> Firms:
    """The file as a table; bad rows are refused or dropped as the scenario says."""
    asked = settings.firms
    sheet = read_sheet(path, content, asked)
    columns = columns_of(path, sheet, asked)
    if not sheet.rows:
        refuse(path, "has a header and no rows", line=1)
    checked = check_rows(sheet, columns, settings)
    if checked.bad and (asked.bad_rows == "refuse" or len(checked.bad) == len(sheet.rows)):
        refuse_bad(path, checked)
    good = np.array([row not in checked.bad for row in range(len(sheet.rows))])
    lost = [checked.bad[row] for row in sorted(checked.bad)]
    reasons = Counter(f"{one.column} {one.reason}".strip() for one in lost)
    texts = {name: sheet.column(name.strip()) for name in asked.keep}
    if "id" in columns:
        texts = {"id": sheet.column(columns["id"]), **texts}
    kept = {name: [cell for cell, one in zip(cells, good, strict=True) if one] for name, cells in texts.items()}
    kept["row"] = [str(number) for number, one in zip(sheet.numbers, good, strict=True) if one]
    values = {name: array[good] for name, array in checked.values.items()}
    return Firms(
        columns=values,
        kept=kept,
        rows=len(sheet.rows),
        dropped=dict(reasons.most_common()),
        blank=blanks(columns, values),
        bad=tuple((one.row, one.column, one.text, one.why) for one in lost),
    )


def blanks(columns: dict[str, str], values: dict[str, np.ndarray]) -> dict[str, int]:
    """Blank cells of used rows, by column."""
    found = {
        columns[name]: int((array == -1).sum() if array.dtype.kind == "i" else np.isnan(array).sum())
        for name, array in values.items()
        if name in columns
    }
    return {name: number for name, number in found.items() if number}


def with_firms(scenario: Scenario, path: str | Path) -> Scenario:
    """The scenario with the enterprises of a file in place of drawn ones.

    Each row is one agent, unless ``population.enterprises`` was set by hand or the table has weights; then that many
    agents are taken from the rows, by weight. An agent stands for the scenario's real enterprises over the agents, or
    for the sum of the weights over the agents, or for ``population.scale``. Numbers and sectors of the kinds and shares
    of the regions become those of the table, where it has them. The table itself stays in this process.

    Parameters
    ----------
    scenario
        A scenario; its ``firms`` settings say how the file is read.
    path
        A .csv, .tsv, .txt, .parquet or .dta file.

    Returns
    -------
    Scenario
        A scenario whose settings hold the hash of the file.

    Raises
    ------
    ScenarioError
        With the first ten bad rows, or with what else is wrong with the file.

    Examples
    --------
    >>> import pandas as pd
    >>> import sim
    >>> pd.DataFrame({"staff": [3, 8, 20], "yearly_sales_yuan": [4e5, 2e6, 9e6]}).to_csv("firms.csv", index=False)
    >>> scenario = sim.with_firms(sim.load("china-2020", ["calendar.weeks=12"]), "firms.csv")
    >>> scenario.population.enterprises, scenario.firms.file
    (3, 'firms.csv')
    """
    path = Path(path)
    content = read_bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    scenario = scenario.set({"firms.file": path.name[:200], "firms.sha256": digest})
    _PATHS[digest] = path.absolute()
    table = read(path, content, scenario.settings)
    keep(scenario.settings, table)
    return scenario.set(changes(scenario, table))


def changes(scenario: Scenario, table: Firms) -> dict[str, Any]:
    """Settings that follow from the table: agents, scale, shares of kinds, sectors and regions."""
    settings: ScenarioSettings = scenario.settings
    weights, columns = table.weights, table.columns
    made: dict[str, Any] = {}
    by_hand = scenario.origin["population.enterprises"] in ("--set", "set()")
    if not by_hand and "weight" not in columns:
        made["population.enterprises"] = table.used
    agents = made.get("population.enterprises", settings.population.enterprises)
    if "weight" in columns and settings.population.scale is None:
        made["population.scale"] = max(1, round(float(weights.sum()) / max(1, agents)))
    kinds = list(settings.kinds)
    if "kind" in columns:
        total = weights.sum() if "weight" in columns else sum(one.real_enterprises for one in settings.kinds.values())
        shares = shares_of(columns["kind"], weights, len(kinds))
        made |= {
            f"kinds.{name}.real_enterprises": round(share * total) for name, share in zip(kinds, shares, strict=True)
        }
    if "sector" in columns:
        for place, name in enumerate(kinds):
            chosen = columns["kind"] == place if "kind" in columns else np.ones(table.used, dtype=bool)
            shares = shares_of(columns["sector"][chosen], weights[chosen], len(settings.sectors))
            if shares.sum() > 0:
                made[f"kinds.{name}.sectors"] = dict(zip(settings.sectors, shares.tolist(), strict=True))
    if "region" in columns:
        shares = shares_of(columns["region"], weights, len(settings.regions))
        pairs = zip(settings.regions, shares.tolist(), strict=True)
        made |= {f"regions.{name}.enterprise_share": share for name, share in pairs if shares.sum() > 0}
    return made


def shares_of(codes: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """Weighted share of each code [count]; blank cells apart."""
    known = codes >= 0
    sums = np.bincount(codes[known], weights=weights[known], minlength=count)
    total = sums.sum()
    return sums / total if total > 0 else sums


def describe(settings: ScenarioSettings) -> dict[str, Any]:
    """What the manifest says of the table: file, hash, rows used, dropped and why."""
    table = table_of(settings)
    return {
        "file": settings.firms.file,
        "sha256": settings.firms.sha256,
        "rows": table.rows,
        "used": table.used,
        "dropped": dict(table.dropped),
        "blank_cells_drawn": dict(table.blank),
    }
