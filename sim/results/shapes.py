"""The tables of a results folder, read by their declarations and checked against manifest and scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.outcomes.grouping import NUMBER
from sim.results.agent_tables import ENTERPRISES, LOANS
from sim.results.columns import MOST_FEN, Column, Scope, Shape
from sim.results.country_tables import JOURNAL, LENDERS, OLD_SECTORS, SECTORS, WEEKLY
from sim.results.reading import as_column, read_table, refuse_table, values_of
from sim.results.totals import ENTERPRISE_COUNTS, LOAN_COUNTS
from sim.scenario import Scenario
from sim.scenario.problems import shown

SEED = Column("seed", "whole", unit="seed", low=0, high=MOST_FEN)
ARM = Column("arm", "text")
RUNS = Shape(
    "runs",
    "runs.csv",
    (
        ARM,
        SEED,
        Column("status", "text", choices=("done", "failed")),
        Column("failure", "text"),
        Column("scenario", "text"),
    ),
)
PANELS = (WEEKLY, LENDERS, SECTORS, ENTERPRISES, LOANS)
COUNTS = (WEEKLY, LENDERS, SECTORS, ENTERPRISE_COUNTS, LOAN_COUNTS)
"""The tables of a folder of panels, and of totals."""
DONE = "done"


def shapes_in(folder: Path, totals: bool) -> list[Shape]:
    """The tables of a folder; one of version 0.1.0 has no kinds in its table of sectors."""
    with (folder / SECTORS.file).open(encoding="utf-8", errors="replace") as file:
        is_old = not set(OLD_SECTORS_LACK) & set(file.readline(MOST_HEADER).rstrip("\n").split(","))
    return [OLD_SECTORS if shape is SECTORS and is_old else shape for shape in (COUNTS if totals else PANELS)]


OLD_SECTORS_LACK = {column.name for column in SECTORS.columns} - {column.name for column in OLD_SECTORS.columns}
MOST_HEADER = 10_000
"""Characters of a first line that are looked at."""


Run = tuple[str, int]


@dataclass(frozen=True)
class Told:
    """What the manifest and the scenarios of a folder say of its tables.

    Attributes
    ----------
    scenarios
        The scenario of each arm.
    runs
        Whether each run, arms first, then seeds, ended well.
    """

    scenarios: Mapping[str, Scenario]
    runs: Mapping[Run, bool]

    @property
    def scopes(self) -> dict[str, Scope]:
        """What each arm's scenario allows."""
        return {arm: Scope(one.settings) for arm, one in self.scenarios.items()}

    def categories(self, column: Column) -> list[str] | None:
        """Names in their order where all arms have the same, else nothing: the column is plain text."""
        ways = {tuple(column.names(one.settings)) for one in self.scenarios.values()}
        return list(*ways) if len(ways) == 1 else None

    def names(self, column: Column) -> set[str] | None:
        """Names that a cell may hold in any arm; nothing where any text may stand."""
        if column.name == ARM.name:
            return set(self.scenarios)
        if column.choices is None:
            return None
        return {name for one in self.scenarios.values() for name in column.names(one.settings)}

    def ends(self, column: Column) -> tuple[float, float]:
        """Least and largest value in any arm."""
        each = [column.ends(scope) for scope in self.scopes.values()]
        return min(low for low, _ in each), max(high for _, high in each)


def read_runs(folder: Path, manifest: Mapping[str, Any], scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """The table of runs, which says of each arm and seed what the manifest says."""
    path = folder / RUNS.file
    table = frame_of(path, RUNS.columns, Told(scenarios, {}), None)
    wanted = [(arm, seed) for arm in manifest["arms"] for seed in manifest["seeds"]]
    if list(zip(table["arm"], table["seed"], strict=True)) != wanted:
        expected = f"{len(wanted):,} runs: each arm of manifest.json with each of its seeds, in their order"
        refuse_table(path, "seed", f"its {len(table):,} runs are others than those of the manifest", expected)
    digests = [manifest["arms"][arm]["digest"] for arm, _ in wanted]
    check_equal(path, table, "scenario", digests, "the hash of the arm's scenario in manifest.json")
    failed = {(arm, seed): reason for arm, seed, reason in manifest["failed"]}
    status = ["failed" if run in failed else DONE for run in wanted]
    check_equal(path, table, "status", status, "failed for the failed runs of manifest.json, else done")
    reasons = [failed.get(run, text) for run, text in zip(wanted, table["failure"], strict=True)]
    check_equal(path, table, "failure", reasons, "the reason that manifest.json gives")
    return table


def check_equal(path: Path, table: pd.DataFrame, column: str, wanted: Sequence[Any], words: str) -> None:
    """Refuse a column that does not hold exactly these values."""
    for row, (found, value) in enumerate(zip(table[column], wanted, strict=True), start=1):
        if found != value:
            refuse_table(path, column, f"row {row} is {shown(found)}", words)


def read_shape(folder: Path, shape: Shape, told: Told) -> pd.DataFrame:
    """A table of all runs.

    Raises
    ------
    ScenarioError
        With file, column, what was found and what was expected.
    """
    path = folder / shape.file
    columns = [SEED, ARM, *shape.with_arms(list(told.scenarios)[1:])]
    scopes = told.scopes
    most = None if shape.rows is None else sum(shape.rows(scopes[arm]) for arm, _ in told.runs)
    table = frame_of(path, columns, told, most)
    check_runs(path, table, shape, told)
    return table


def frame_of(path: Path, columns: Sequence[Column], told: Told, most: int | None) -> pd.DataFrame:
    """The table of a file as it was before it was written: the same types and categories."""
    cells = read_table(path, columns, most)
    found: dict[str, Any] = {}
    for one in columns:
        ends = told.ends(one) if one.kind != "date" else (0.0, 0.0)
        values = values_of(path, one, cells[one.name], ends, told.names(one))
        found[one.name] = shown_as(one, values, told, path.name != RUNS.file)
    table = pd.DataFrame(found)
    for one in columns:
        if one.kind == "date":
            check_dates(path, one, table[one.name], told)
    return table


def shown_as(column: Column, values: Any, told: Told, arms: bool) -> Any:
    """Values as they were before they were written."""
    if column.name == ARM.name and arms:
        return as_column(values, list(told.scenarios))
    if column.kind not in ("name", "text"):
        return values
    known = told.categories(column) if column.kind == "name" else None
    groups = {tuple(one.settings.lenders) for one in told.scenarios.values()}
    if column.written:
        return as_column(values, sorted(set(values)) if len(groups) == 1 else None)
    return as_column(values, known)


def check_dates(path: Path, column: Column, dates: pd.Series, told: Told) -> None:
    """Refuse dates that lie outside the runs."""
    scopes = told.scopes.values()
    first, last = min(one.date(0) for one in scopes), max(one.date(one.steps) for one in scopes)
    good = dates.isna() | ((dates >= first) & (dates <= last))
    if not good.all():
        row = int(np.flatnonzero(~good.to_numpy())[0])
        words = f"a date from {str(first)[:10]} to {str(last)[:10]}, those of the runs"
        refuse_table(path, column.name, f"row {row + 1} is {str(dates.iloc[row])[:30]}", words)


def check_runs(path: Path, table: pd.DataFrame, shape: Shape, told: Told) -> None:
    """Refuse a table whose arms and seeds are not those of runs.csv, or whose rows of a run are not what they must be.

    Runs stand in the order of ``runs.csv``; every run that ended well is there, where a run has any rows at all.
    """
    arms, seeds = table["arm"].astype("str").to_numpy(), table["seed"].to_numpy()
    starts = [0, *(np.flatnonzero((arms[1:] != arms[:-1]) | (seeds[1:] != seeds[:-1])) + 1)] if len(table) else []
    blocks = [(str(arms[first]), int(seeds[first])) for first in starts]
    left = iter(told.runs)
    for run in blocks:
        if run not in told.runs or not any(run == one for one in left):
            refuse_table(path, "seed", f"arm {shown(run[0])}, seed {run[1]} is no run, or not in its place", ORDER)
    if shape.rows is not None:
        for (arm, seed), done in told.runs.items():
            if done and (arm, seed) not in set(blocks) and shape.rows(told.scopes[arm]):
                refuse_table(path, "seed", f"arm {shown(arm)}, seed {seed} has no rows", ORDER)
    ends = [*starts[1:], len(table)] if starts else []
    for run, first, last in zip(blocks, starts, ends, strict=True):
        check_run(path, table.iloc[first:last], shape, told.scopes[run[0]], run, first)


ORDER = "the runs of runs.csv in their order, all that are done"


def check_run(path: Path, rows: pd.DataFrame, shape: Shape, scope: Scope, run: Run, first: int) -> None:
    """Refuse rows of one run that are fewer, more or others than its scenario makes."""
    where = f"arm {shown(run[0])}, seed {run[1]}"
    if shape.rows is not None and len(rows) != shape.rows(scope):
        refuse_table(path, "seed", f"{where} has {len(rows):,} rows", f"{shape.rows(scope):,}, as its scenario says")
    for name, wanted in (shape.keys(scope) if shape.keys is not None else {}).items():
        values = rows[name].astype("str").to_numpy() if isinstance(wanted, list) else rows[name].to_numpy()
        wrong = np.flatnonzero(values != np.asarray(wanted))
        if len(wrong):
            row = int(wrong[0])
            found, good = str(values[row])[:40], str(wanted[row])[:40]
            refuse_table(path, name, f"row {first + row + 1} is {found}", f"{good}: {where} counts them in order")
    if shape is ENTERPRISE_COUNTS and int(rows[NUMBER].sum()) != scope.agents:
        found = f"those of {where} sum to {int(rows[NUMBER].sum()):,}"
        refuse_table(path, NUMBER, found, f"{scope.agents:,}, the enterprises of its scenario")


def read_journal(folder: Path, told: Told) -> pd.DataFrame:
    """The journal of all runs, where it was kept."""
    return read_shape(folder, JOURNAL, told)
