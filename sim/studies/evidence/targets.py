"""Published targets of packaged scenarios and tables, and the rows of results that measures read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sim.results import Results
from sim.scenario import Place, Problem, ScenarioError, scenarios_folder

RUN, NORMAL = "with", "normal"
Day = datetime.date | None
Measure = Callable[[Results, int, Day], float]


def targets_of(name: str) -> pd.DataFrame:
    """Published targets of a packaged scenario, one a row, as in its file under ``scenarios/evidence``.

    Raises
    ------
    ScenarioError
        If there are none.
    """
    path = targets_path(name)
    if name not in names_with_targets():
        known = ", ".join(names_with_targets())
        raise ScenarioError([Problem(Place(name), f"has no published targets; known: {known}")])
    return pd.read_csv(path, parse_dates=["date"])


def names_with_targets() -> list[str]:
    """Names of the scenarios and tables that have published targets."""
    files = (scenarios_folder() / "evidence").glob("*.csv")
    return sorted(one.stem for one in files if one.read_text(encoding="utf-8").startswith("target,"))


def targets_path(name: str) -> Path:
    """File of a scenario's targets."""
    return scenarios_folder() / "evidence" / f"{name}.csv"


def part(table: pd.DataFrame, seed: int, arm: str = RUN) -> pd.DataFrame:
    """Rows of one arm and seed."""
    return table[(table["arm"] == arm) & (table["seed"] == seed)]
