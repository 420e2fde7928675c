"""From outcomes of jobs to the tables of a sweep; the same jobs give the same bytes, in whatever order they ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from sim.outcomes import mean_interval, ratio_interval
from sim.outcomes.table import OF_ARMS, OF_PAIRS, RATIOS, Outcome
from sim.studies.sweep.designs import Design, Floats, plain

WITH, WITHOUT = "with", "without"
Entry = tuple[int, int, Mapping[str, float | None]]
"""Point, seed and outcomes of a job."""


def outcome_keys(compare: bool) -> list[str]:
    """Outcomes that a sweep's table has."""
    return [outcome.key for outcome in (*OF_ARMS, *(OF_PAIRS if compare else ()))]


def points_table(design: Design) -> pd.DataFrame:
    """One row a point: its number and the value of each setting that varies."""
    table = pd.DataFrame({"point": np.arange(len(design.points))})
    for place, key in enumerate(design.keys()):
        table[key] = column([plain(values[place]) for values in design.points])
    return table


def column(values: list[Any]) -> pd.Series:
    """Values as one type: numbers or yes/no where all are that are not none, else text; none is a missing value."""
    types = {type(value) for value in values}
    if types <= {int} or types <= {bool}:
        return pd.Series(values)
    if types <= {int, float, NoneType} and float in types:
        return pd.Series(values, dtype="float64")
    if types == {int, NoneType} or types == {bool, NoneType}:
        return pd.Series(values, dtype="Int64" if int in types else "boolean")
    return pd.Series(["" if value is None else str(value) for value in values], dtype="str")


def jobs_table(design: Design, entries: Iterable[Entry]) -> pd.DataFrame:
    """One row a point and seed, with the values of the point and every outcome of the job."""
    ordered = sorted(entries, key=lambda entry: entry[:2])
    names = list(ordered[0][2]) if ordered else []
    frame = pd.DataFrame(
        {
            "point": np.array([point for point, _, _ in ordered], dtype=np.int64),
            "seed": np.array([seed for _, seed, _ in ordered], dtype=np.int64),
        }
    )
    numbers = {
        name: np.array([np.nan if row[name] is None else row[name] for _, _, row in ordered], dtype=np.float64)
        for name in names
    }
    frame = frame.merge(points_table(design), on="point", how="left", sort=False)
    return pd.concat([frame, pd.DataFrame(numbers)], axis=1)


def sweep_table(design: Design, jobs: pd.DataFrame, compare: bool) -> pd.DataFrame:
    """One row a point and outcome.

    Returns
    -------
    pandas.DataFrame
        point, the settings that vary, seeds, outcome, unit, mean, low, high (95 %, Student t over seeds). In a sweep of
        comparisons the mean is that of the paired difference, or of what belongs to the pair (saved, harmed, ratios of
        mean costs to mean gains), and the columns ``with`` and ``without`` are the means of the arms.
    """
    points = points_table(design)
    cubes = Cubes(jobs, len(points))
    outcomes = (*OF_ARMS, *OF_PAIRS) if compare else OF_ARMS
    parts = [_rows(outcome, cubes, compare) for outcome in outcomes]
    whole = pd.concat([points.assign(seeds=cubes.counts(), **part) for part in parts], ignore_index=True)
    return whole.sort_values("point", kind="stable", ignore_index=True)


class Cubes:
    """Outcomes of all jobs as arrays [points, seeds]; NaN where there is no job."""

    def __init__(self, jobs: pd.DataFrame, points: int) -> None:
        self.jobs, self.points = jobs, points
        self.rows = jobs["point"].to_numpy(np.int64)
        self.columns, seeds = pd.factorize(jobs["seed"].to_numpy(np.int64), sort=True)
        self.shape = (points, len(seeds))

    def __getitem__(self, name: str) -> Floats:
        cube = np.full(self.shape, np.nan)
        if name in self.jobs:
            cube[self.rows, self.columns] = self.jobs[name].to_numpy(np.float64)
        return cube

    def counts(self) -> np.ndarray:
        """Jobs done at each point."""
        return np.bincount(self.rows, minlength=self.points)

    def gain(self, name: str) -> Floats:
        """Difference of the arms, seed by seed; net saved is a difference of fates."""
        if name == "net_saved_thousand":
            return self["saved_thousand"] - self["harmed_thousand"]
        return self[f"{name}_{WITH}"] - self[f"{name}_{WITHOUT}"]


def _rows(outcome: Outcome, cubes: Cubes, compare: bool) -> dict[str, Any]:
    """Columns of one outcome, a row a point."""
    levels: dict[str, Any] = {}
    if outcome in OF_ARMS and compare:
        levels = {arm: mean_interval(cubes[f"{outcome.key}_{arm}"])[0] for arm in (WITH, WITHOUT)}
    elif compare:
        levels = {arm: np.full(cubes.points, np.nan) for arm in (WITH, WITHOUT)}
    mean, low, high = band(outcome.key, cubes, compare)
    return {"outcome": outcome.key, "unit": outcome.unit, **levels, "mean": mean, "low": low, "high": high}


def band(key: str, cubes: Cubes, compare: bool) -> tuple[Floats, Floats, Floats]:
    """Mean of an outcome and the ends of its interval at each point."""
    values = by_seed(key, cubes, compare)
    if values is not None:
        return mean_interval(values)
    above, below, unit = RATIOS[key]
    pairs = zip(cubes.gain(above), cubes.gain(below), strict=True)
    found = np.array([ratio_interval(*pair) for pair in pairs]).reshape(-1, 3) * unit
    return found[:, 0], found[:, 1], found[:, 2]


def by_seed(key: str, cubes: Cubes, compare: bool) -> Floats | None:
    """An outcome by point and seed, in a comparison the paired difference; none for ratios, which are of means."""
    if key in RATIOS:
        return None
    paired = compare and (f"{key}_{WITH}" in cubes.jobs or key == "net_saved_thousand")
    return cubes.gain(key) if paired else cubes[key]
