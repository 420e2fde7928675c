"""Headline figures of other models beside a baseline without any policy: for comparison only, never fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sim.model.model import Engine
from sim.outcomes import mean_interval
from sim.results import Results
from sim.scenario import Scenario, load, scenarios_folder
from sim.scenario.loading import packaged_names
from sim.studies.evidence.targets import NORMAL, part
from sim.studies.replications import replicate

BARE = "without policy"
MARK = "for comparison only"
HOSPITALITY = ("catering", "food_accommodation")
"""What the scenarios call accommodation and food."""
SCENARIO_OF = {"ppp-speed": "us-2020"}
"""Scenario whose baseline is shown with a table that has none of its own name."""
MOST_SEEDS = 5


def bands() -> pd.DataFrame:
    """Published headline figures, one a row."""
    return pd.read_csv(scenarios_folder() / "evidence" / "headline.csv", dtype=str)


def baseline_of(name: str, settings: Sequence[str] = ()) -> Scenario | None:
    """The scenario behind a table without its programme and all other measures over two years; none without one."""
    known = SCENARIO_OF.get(name, name)
    if known not in packaged_names():
        return None
    scenario = load(known, list(settings))
    return scenario if scenario.settings.programme.enabled else None


def arms(scenario: Scenario) -> dict[str, Scenario]:
    """The shock without any policy, and the same enterprises without the shock, each over two years."""
    off = {f"measures.{name}.enabled": False for name in type(scenario.settings.measures).model_fields}
    bare = scenario.set({"calendar.weeks": 105, "programme.enabled": False, **off})
    paths = [f"sectors.{name}.{path}" for name in bare.settings.sectors for path in ("openness", "demand")]
    paths += [f"regions.{name}.{path}" for name in bare.settings.regions for path in ("openness", "demand")]
    return {BARE: bare, NORMAL: bare.set({path: [] for path in ["stoppage.openness", *paths]})}


def closed_within(results: Results, seed: int, days: float, arm: str = BARE, sectors: Sequence[str] = ()) -> float:
    """Share of enterprises, in some sectors or all, that close within so many days from the start [%]."""
    rows = part(results.enterprises, seed, arm)
    rows = rows[rows["sector"].isin(sectors)] if sectors else rows
    return 100.0 * float((rows["event"] & (rows["duration_days"] <= days)).mean()) if len(rows) else float("nan")


def excess_year(results: Results, seed: int) -> float:
    """Closures in a year without policy less those without the shock [points]."""
    return closed_within(results, seed, 365.0) - closed_within(results, seed, 365.0, NORMAL)


def closed_two_years(results: Results, seed: int) -> float:
    """Closures in two years without policy [%]."""
    return closed_within(results, seed, 730.0)


def closed_hospitality(results: Results, seed: int) -> float:
    """The same in accommodation and food [%]."""
    return closed_within(results, seed, 730.0, sectors=HOSPITALITY)


MEASURES: dict[str, Callable[[Results, int], float]] = {
    "excess_year": excess_year,
    "closed_two_years": closed_two_years,
    "closed_hospitality": closed_hospitality,
    "hospitality_ratio": lambda results, seed: (
        closed_hospitality(results, seed) / max(1e-9, closed_two_years(results, seed))
    ),
}


def headline(
    scenario: Scenario,
    seeds: Sequence[int],
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Published headline figures beside the scenario's baseline without any policy.

    Returns
    -------
    pandas.DataFrame
        scenario, band, version, quantity, published (as printed), unit, model (mean over at most five seeds), low,
        high, verdict (``for comparison only``), source, confidence.
    """
    results = replicate(arms(scenario), list(seeds)[:MOST_SEEDS], engine=engine, jobs=jobs, progress=progress)
    numbers = [int(one) for one in results.runs["seed"].drop_duplicates()]
    table = bands()
    found = [mean_interval(np.array([MEASURES[name](results, one) for one in numbers])) for name in table["measure"]]
    values = np.array(found, dtype=np.float64).reshape(-1, 3)
    about = {
        "scenario": scenario.name,
        "model": values[:, 0],
        "low": values[:, 1],
        "high": values[:, 2],
        "verdict": MARK,
    }
    order = [
        "scenario",
        "band",
        "version",
        "quantity",
        "published",
        "unit",
        "model",
        "low",
        "high",
        "verdict",
        "source",
        "confidence",
    ]
    return table.assign(**about)[order]


def format_headline(table: pd.DataFrame) -> str:
    """The headline figures as lines of text."""
    lines = [f"{MARK}, not fitted: {table['scenario'].iloc[0]} without programme and without any other measure"]
    lines.append(f"{'band':<6}{'quantity':<62}{'published':>11}{'model':>8}  unit    of")
    for row in table.itertuples():
        lines.append(f"{row.band:<6}{row.quantity:<62}{row.published:>11}{row.model:>8.1f}  {row.unit:<8}{row.version}")
    return "\n".join(lines)


def sentence() -> str:
    """The headline figures in one sentence, for wherever a baseline is shown."""
    by = bands().set_index("band")["published"]
    return (
        f"{MARK}, not fitted: without policy, failures in a year rise by {by['G1'].lstrip('+')} points in "
        f"Gourinchas et al. (latest version, 11 European countries; {by['G4'].replace('+', '')} in NBER 27877, "
        f"17 countries); {by['O1']} % fail in two years in the OECD corporate agent-based model, {by['O3']} times as "
        f"many in hospitality"
    )
