"""The fit table: published targets beside the model's figures, with tolerance and verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.model.model import Engine
from sim.outcomes import mean_interval
from sim.results import Results
from sim.scenario import Scenario, load
from sim.studies.evidence.measures import MEASURES, OF_A_NORMAL_YEAR
from sim.studies.evidence.targets import NORMAL, RUN
from sim.studies.replications import refuse_totals, replicate

INPUT = "input"
"""Role and verdict of a published figure that is put into the scenario: no test of the model."""
OF_THE_WORLD = ("kinds", "exit", "repayment", "underwriting", "credit_demand", "payments", "labour", "calendar")
"""Settings that hold in a year without a shock too."""


def fit(
    name: str,
    targets: pd.DataFrame,
    seeds: Sequence[int],
    settings: Sequence[str] = (),
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Run a scenario and compare it with its targets."""
    arms = arms_for(name, settings, targets)
    refuse_totals(arms.values(), "comparing with published figures")
    return fit_table(targets, replicate(arms, seeds, engine=engine, jobs=jobs, progress=progress))


def arms_for(name: str, settings: Sequence[str], targets: pd.DataFrame | None = None) -> dict[str, Scenario]:
    """The scenario, and the same population in a normal year where a target is about one."""
    scenario = load(name, list(settings))
    if targets is not None and not set(targets["measure"]) & OF_A_NORMAL_YEAR:
        return {RUN: scenario}
    size = f"population.enterprises={scenario.settings.population.enterprises}"
    world = [one for one in settings if one.split(".")[0] in OF_THE_WORLD]
    return {RUN: scenario, NORMAL: load("normal-year", [size, *world])}


def fit_table(targets: pd.DataFrame, results: Results) -> pd.DataFrame:
    """One row per target: published, model, tolerance, verdict."""
    seeds = [int(one) for one in results.runs["seed"].drop_duplicates()]
    rows = []
    for target in targets.to_dict("records"):
        day = None if pd.isna(target["date"]) else target["date"].date()
        rows.append(row_of(target, np.array([MEASURES[target["measure"]](results, one, day) for one in seeds])))
    return pd.DataFrame(rows)


def row_of(target: dict[str, Any], values: np.ndarray) -> dict[str, Any]:
    """A row of the fit table from the model's value in each seed; of a direction (unit ``sign``) the sign alone."""
    values = np.full(len(values), direction(values)) if target["unit"] == "sign" else values
    model, low, high = (float(end) for end in mean_interval(values))
    inside = float(target["low"]) <= model <= float(target["high"])
    date, cause = target.get("date"), target.get("cause")
    return {
        "target": target["target"],
        "quantity": target["quantity"],
        "unit": target["unit"],
        "date": None if date is None or pd.isna(date) else date.date().isoformat(),
        "published": float(target["value"]),
        "model": model,
        "low": low,
        "high": high,
        "tolerance": [float(target["low"]), float(target["high"])],
        "verdict": INPUT if target.get("role") == INPUT else "inside" if inside else "miss",
        "source": target["source"],
        "confidence": target["confidence"],
        "cause": "" if inside or not isinstance(cause, str) else cause,
    }


def direction(values: np.ndarray) -> float:
    """1 or −1 where the mean over seeds is clear of 0 (95 %; one seed alone is taken as it is), else 0."""
    mean, low, high = mean_interval(values)
    return 0.0 if low <= 0.0 <= high else float(np.sign(mean))


def misses(table: pd.DataFrame) -> pd.Series:
    """How far each figure is from the published one, in units of the tolerance on that side; missing = not produced."""
    ends = np.array(table["tolerance"].tolist())
    off = (table["model"] - table["published"]).to_numpy()
    room = np.where(off >= 0, ends[:, 1] - table["published"], table["published"] - ends[:, 0])
    return pd.Series(np.where(off == 0, 0.0, off / np.where(room > 0, room, 1.0)), index=table["target"].to_list())


def group_of(target: str) -> str:
    """Target that a figure belongs to: C11a and C11b are parts of C11."""
    return re.sub(r"(?<=\d)[a-z]$", "", target)


def groups_inside(table: pd.DataFrame) -> pd.Series:
    """Whether every figure of a target is inside, by target; what was put in is left out."""
    table = counted(table)
    return (table["verdict"] == "inside").groupby(table["target"].map(group_of), sort=False).all()


def counted(table: pd.DataFrame) -> pd.DataFrame:
    """The figures that test the model: all but those that were put in."""
    return table[table["verdict"] != INPUT]


def causes(table: pd.DataFrame) -> list[str]:
    """Why figures miss, those with the same cause in one line."""
    missed = table[(table["verdict"] == "miss") & (table["cause"] != "")]
    return [f"miss {listed(list(part['target']))}: {cause}" for cause, part in missed.groupby("cause", sort=False)]


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names in a row; of many the first ones and how many more."""
    return "; ".join(names) if len(names) <= most else f"{'; '.join(names[:2])} and {len(names) - 2} more"


def format_fit(table: pd.DataFrame) -> str:
    """The fit table as lines of text, with causes of misses and the count of targets inside."""
    wide = max(7, table["target"].str.len().max() + 2)
    lines = [f"{'target':<{wide}}{'quantity':<66}{'published':>10}{'model':>10}   {'tolerance':<18}verdict"]
    for row in table.itertuples():
        digits = 0 if abs(row.published) >= 1000 else 1 if row.unit in ("days", "weeks", "months", "people") else 3
        least, most = (f"{end:,.{digits}f}" for end in row.tolerance)
        published, model = (f"{value:,.{digits}f}" for value in (row.published, row.model))
        model = "none" if model == "nan" else model
        tolerance = f"{least} … {most}"
        lines.append(f"{row.target:<{wide}}{row.quantity:<66}{published:>10}{model:>10}   {tolerance:<18}{row.verdict}")
    lines += causes(table)
    number, groups = len(counted(table)), groups_inside(table)
    inside, put_in = int((table["verdict"] == "inside").sum()), len(table) - number
    beside = f"; {put_in} inputs are not counted" if put_in else ""
    if len(groups) == number:
        return "\n".join([*lines, f"{inside} of {number} inside their tolerance{beside}"])
    whole = f"{int(groups.sum())} of {len(groups)} targets with every figure inside"
    return "\n".join([*lines, f"{inside} of {number} figures inside their tolerance; {whole}{beside}"])
