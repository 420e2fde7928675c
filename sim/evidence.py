"""Published targets beside the model's figures: what was seen, the tolerance, the verdict."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.economy import calendar_of
from sim.model import Engine
from sim.outcomes.intervals import mean_interval
from sim.paths import openness_by_cell
from sim.population import DAYS_PER_MONTH
from sim.replications import replicate, seed_list
from sim.results import Results
from sim.scenario.loading import load, scenarios_folder
from sim.scenario.problems import Place, Problem, ScenarioError
from sim.scenario.resolved import Scenario

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
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in (scenarios_folder() / "evidence").glob("*.csv")))
        raise ScenarioError([Problem(Place(name), f"has no published targets; known: {known}")])
    return pd.read_csv(path, parse_dates=["date"])


def targets_path(name: str) -> Path:
    """File of a scenario's targets."""
    return scenarios_folder() / "evidence" / f"{name}.csv"


def part(table: pd.DataFrame, seed: int, arm: str = RUN) -> pd.DataFrame:
    """Rows of one arm and seed."""
    return table[(table["arm"] == arm) & (table["seed"] == seed)]


def paid_by(results: Results, seed: int, day: Day) -> pd.DataFrame:
    """Programme loans paid out up to a day."""
    loans = part(results.loans, seed)
    return loans[loans["programme"] & (loans["payout_date"] <= pd.Timestamp(day or datetime.date(2200, 1, 1)))]


def registered(results: Results) -> int:
    """Real enterprises of the kinds that published shares are of: all but rural households."""
    kinds = results.scenarios[RUN].settings.kinds
    return sum(kind.real_enterprises for name, kind in kinds.items() if name != "rural")


def borrowers_share(results: Results, seed: int, day: Day) -> float:
    """Borrowers of the programme, rural households too, per registered enterprise."""
    return float(paid_by(results, seed, day)["enterprise"].nunique() * results.scale / registered(results))


def lent_per_borrower(results: Results, seed: int, day: Day) -> float:
    """Money lent by the programme per borrower [yuan]."""
    loans = paid_by(results, seed, day)
    return float(loans["amount_yuan"].sum() / max(1, loans["enterprise"].nunique()))


def first_time_share(results: Results, seed: int, day: Day) -> float:
    """Share of the programme's borrowers that had no bank-credit history when they first borrowed."""
    return float(paid_by(results, seed, day).drop_duplicates("enterprise")["first_time"].mean())


def decided(results: Results, seed: int, programme: bool) -> pd.DataFrame:
    """Applications that were decided, to the programme or to banks."""
    loans = part(results.loans, seed)
    return loans[(loans["programme"] == programme) & ~loans["existing"] & loans["decided_date"].notna()]


def approval(results: Results, seed: int, programme: bool) -> float:
    """Share of decided applications approved; withdrawn after approval counts as approved."""
    loans = decided(results, seed, programme)
    return float((loans["status"] != "refused").mean())


def decision_days(results: Results, seed: int, programme: bool) -> float:
    """Days from application to decision, queues included."""
    return float(decided(results, seed, programme)["days_to_decision"].mean())


def rate(results: Results, seed: int, programme: bool) -> float:
    """Mean yearly rate of approved loans."""
    return float(decided(results, seed, programme)["rate_yearly"].mean())


def runway_within(results: Results, seed: int, months: float) -> float:
    """Share of enterprises whose cash at the start lasts at most so many months of closed outgoings."""
    return float((part(results.enterprises, seed)["runway_days"] <= months * DAYS_PER_MONTH).mean())


def open_share(results: Results, seed: int, day: Day) -> float:
    """Share of enterprises open on a day, by the reopening rank of each (eq. 1.1)."""
    settings = results.scenarios[RUN].settings
    calendar = calendar_of(settings)
    openness = openness_by_cell(settings, calendar)[:, (pd.Timestamp(day).date() - calendar.start).days]
    rows = part(results.enterprises, seed)
    sector = pd.Categorical(rows["sector"], categories=list(settings.sectors)).codes
    region = pd.Categorical(rows["region"], categories=list(settings.regions)).codes
    cell = sector.astype(np.int64) * len(settings.regions) + region
    return float((rows["reopening_rank"].to_numpy() <= openness[cell]).mean())


def normal_exit_share(results: Results, seed: int, day: Day) -> float:
    """Share of enterprises that close within 365 days without a shock."""
    rows = part(results.enterprises, seed, NORMAL)
    return float((rows["event"] & (rows["duration_days"] <= 365)).mean())


def collateral_share(results: Results, seed: int, day: Day) -> float:
    """Money outstanding on bank loans that is backed by collateral, at the end of the run."""
    loans = part(results.loans, seed)
    loans = loans[~loans["programme"] & (loans["outstanding_yuan"] > 0)]
    return float(loans.loc[loans["collateralised"], "outstanding_yuan"].sum() / loans["outstanding_yuan"].sum())


MEASURES: dict[str, Measure] = {
    "borrowers_share": borrowers_share,
    "lent_per_borrower": lent_per_borrower,
    "decision_days_fast": lambda results, seed, day: decision_days(results, seed, True),
    "decision_days_bank": lambda results, seed, day: decision_days(results, seed, False),
    "approval_fast": lambda results, seed, day: approval(results, seed, True),
    "approval_bank": lambda results, seed, day: approval(results, seed, False),
    "first_time_fast": first_time_share,
    "rate_fast": lambda results, seed, day: rate(results, seed, True),
    "rate_bank": lambda results, seed, day: rate(results, seed, False),
    "runway_1_month": lambda results, seed, day: runway_within(results, seed, 1.0),
    "runway_3_months": lambda results, seed, day: runway_within(results, seed, 3.0),
    "open_share": open_share,
    "normal_exit_share": normal_exit_share,
    "collateral_share": collateral_share,
}


def reproduce(
    name: str = "china-2020",
    *,
    seeds: int | Sequence[int] = 10,
    seed: int = 1,
    settings: Sequence[str] = (),
    engine: Engine = "compiled",
    jobs: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Published targets beside the model's figures.

    Parameters
    ----------
    name
        Packaged scenario with targets.
    seeds, seed, engine, jobs, progress
        As in :func:`sim.replications.run`.
    settings
        Overrides ``key=value``.

    Returns
    -------
    pandas.DataFrame
        target, quantity, unit, date, published, model (mean over seeds), low, high (95 % over seeds), least, most (the
        tolerance), verdict (``inside`` or ``miss``), source, confidence.
    """
    targets = targets_of(name)
    results = replicate(arms_for(name, settings), seed_list(seeds, seed), engine=engine, jobs=jobs, progress=progress)
    return fit_table(targets, results)


def arms_for(name: str, settings: Sequence[str]) -> dict[str, Scenario]:
    """The scenario, and the same population in a normal year."""
    scenario = load(name, list(settings))
    normal = load("normal-year", {"population.enterprises": scenario.settings.population.enterprises})
    return {RUN: scenario, NORMAL: normal}


def fit_table(targets: pd.DataFrame, results: Results) -> pd.DataFrame:
    """One row per target: published, model, tolerance, verdict."""
    seeds = [int(one) for one in results.runs["seed"].drop_duplicates()]
    rows = []
    for target in targets.itertuples():
        day = None if pd.isna(target.date) else target.date.date()
        values = np.array([MEASURES[str(target.measure)](results, one, day) for one in seeds])
        model, low, high = (float(end) for end in mean_interval(values))
        inside = float(target.low) <= model <= float(target.high)
        rows.append(
            {
                "target": target.target,
                "quantity": target.quantity,
                "unit": target.unit,
                "date": None if day is None else day.isoformat(),
                "published": float(target.value),
                "model": model,
                "low": low,
                "high": high,
                "tolerance": [float(target.low), float(target.high)],
                "verdict": "inside" if inside else "miss",
                "source": target.source,
                "confidence": target.confidence,
            }
        )
    return pd.DataFrame(rows)


def format_fit(table: pd.DataFrame) -> str:
    """The fit table as lines of text, with the count of targets inside."""
    lines = [f"{'target':<7}{'quantity':<66}{'published':>10}{'model':>10}   {'tolerance':<18}verdict"]
    for row in table.itertuples():
        digits = 0 if abs(row.published) >= 1000 else 1 if row.unit == "days" else 3
        least, most = (f"{end:,.{digits}f}" for end in row.tolerance)
        published, model = (f"{value:,.{digits}f}" for value in (row.published, row.model))
        lines.append(
            f"{row.target:<7}{row.quantity:<66}{published:>10}{model:>10}   {least + ' … ' + most:<18}{row.verdict}"
        )
    inside = int((table["verdict"] == "inside").sum())
    return "\n".join([*lines, f"{inside} of {len(table)} inside their tolerance"])
