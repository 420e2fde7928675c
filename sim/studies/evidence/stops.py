"""Two published thought experiments run with the model's own rules: no revenue, fixed costs only, no credit.

``runway-bosio``: median weeks to illiquidity by sector. ``closure-bartik``: share that survives a stop of 1, 4 or 6
months by industry. Each industry is one run of the scenario ``zero-revenue`` with its cash and fixed costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr  # type: ignore[import-untyped,unused-ignore]

from sim.model.model import Engine
from sim.population.enterprises import DAYS_PER_MONTH
from sim.results import Results
from sim.scenario import Scenario, load
from sim.studies.evidence.fit import row_of
from sim.studies.evidence.targets import part
from sim.studies.replications import refuse_totals, replicate

SCENARIO = "zero-revenue"
OUTFLOW = 0.95
"""Normal outgoings per unit of revenue: what a buffer day is a day of."""
QUARTILES = ((13.0 / 27.0, 0.25), (1.0, 0.5), (62.0 / 27.0, 0.75))
"""Spread of buffer days round their median: JPMorgan Chase Institute 2016, quartiles 13, 27 and 62 days."""
DAYS_PER_WEEK = 7.0
ORDER, ALL = "order", "all industries"


def weeks_to_illiquidity(results: Results, arm: str, seed: int, months: float | None) -> float:
    """Median weeks that enterprises pay their fixed costs in full."""
    rows = part(results.enterprises, seed, arm)
    weeks = np.where(rows["event"], rows["duration_days"] / DAYS_PER_WEEK - 1.0, np.inf)
    return float(np.median(weeks))


def share_alive(results: Results, arm: str, seed: int, months: float | None) -> float:
    """Share of enterprises not illiquid before the end of a stop of so many months."""
    rows = part(results.enterprises, seed, arm)
    return float((~rows["event"] | (rows["duration_days"] > (months or 0.0) * DAYS_PER_MONTH)).mean())


def order_of(results: Results, targets: pd.DataFrame, target: Mapping[str, Any], seed: int) -> float:
    """Rank correlation of published and simulated survival over the industries, for one length and reading of cash."""
    reading = str(target["arm"]).split(", ")[-1]
    rows = targets[(targets["months"] == target["months"]) & targets["arm"].str.endswith(reading)]
    rows = rows[~rows["industry"].isin((ORDER, ALL))]
    model = [share_alive(results, str(arm), seed, float(target["months"])) for arm in rows["arm"]]
    return float(spearmanr(model, rows["value"]).statistic)


TABLES: dict[str, Callable[[Results, str, int, float | None], float]] = {
    "runway-bosio": weeks_to_illiquidity,
    "closure-bartik": share_alive,
}


def reproduce(
    name: str,
    targets: pd.DataFrame,
    seeds: Sequence[int],
    settings: Sequence[str] = (),
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """The table: published beside model; an industry's runs are checked against its analytic runways."""
    arms = industries(targets, settings)
    refuse_totals(arms.values(), "comparing with published figures")
    results = replicate(arms, seeds, engine=engine, jobs=jobs, progress=progress)
    if (wrong := runways_that_differ(results)) > 0:
        raise RuntimeError(f"{wrong} enterprises were not illiquid in the step their cash and fixed costs say")
    return table_of(targets, results, TABLES[name])


def industries(targets: pd.DataFrame, settings: Sequence[str] = ()) -> dict[str, Scenario]:
    """One scenario for each industry and reading of cash in the file of targets."""
    rows = targets[targets["industry"] != ORDER].drop_duplicates("arm").to_dict("records")
    return {str(row["arm"]): load(SCENARIO, [*for_industry(row), *settings]) for row in rows}


def for_industry(row: Mapping[str, Any]) -> list[str]:
    """Overrides of one industry: fixed costs as a share of revenue, cash from buffer days of normal outgoings."""
    fixed = float(row["fixed_share"])
    months = float(row["buffer_days"]) * OUTFLOW / fixed / DAYS_PER_MONTH
    points = ", ".join(f"{{months: {months * ratio!r}, share: {share}}}" for ratio, share in QUARTILES)
    return [
        f"sectors.services.rent_share={fixed!r}",
        f"sectors.services.input_share={OUTFLOW - 0.25 - fixed:.6f}",
        f"kinds.sme.runway_points=[{points}]",
    ]


def runways_that_differ(results: Results) -> int:
    """Enterprises whose last whole step of fixed costs in the run is not the one their cash gives; exactly 0."""
    rows = results.enterprises
    steps = np.floor(rows["runway_days"].to_numpy() / DAYS_PER_WEEK)
    simulated = rows["duration_days"].to_numpy() / DAYS_PER_WEEK - 1.0
    last = rows["duration_days"].max() / DAYS_PER_WEEK
    return int(np.where(rows["event"], steps != simulated, steps < last).sum())


def table_of(
    targets: pd.DataFrame, results: Results, measure: Callable[[Results, str, int, float | None], float]
) -> pd.DataFrame:
    """One row per target, with the industry, the length of the stop and the reading of cash."""
    seeds = [int(one) for one in results.runs["seed"].drop_duplicates()]
    rows = []
    for target in targets.to_dict("records"):
        months = None if pd.isna(target.get("months")) else float(target["months"])
        ranked = target["industry"] == ORDER
        values = np.array(
            [
                order_of(results, targets, target, one) if ranked else measure(results, str(target["arm"]), one, months)
                for one in seeds
            ]
        )
        more = {"industry": target["industry"], "months": months, "buffer_days": float(target["buffer_days"])}
        rows.append({**row_of(target, values), **more})
    return pd.DataFrame(rows)
