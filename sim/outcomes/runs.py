"""The outcomes of each run, one number for each arm and seed, from one pass over each table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes.credit import Flags, is_approved, is_paid_out
from sim.outcomes.grouping import Codes, cell_codes, counted, key_of, number_of, totals
from sim.outcomes.intervals import Floats, divide
from sim.outcomes.labour import job_years, weekly_cube
from sim.outcomes.survival_function import restricted_means, risk_table


class Tables(Protocol):
    """The tables that outcomes read: those of a run or of a comparison.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results: outcomes.Tables = compare(scenario, seeds=2, progress=False).results
    >>> len(results.enterprises)
    800
    """

    @property
    def weekly(self) -> pd.DataFrame:
        """Totals of the country, one row per seed, arm and step."""

    @property
    def enterprises(self) -> pd.DataFrame:
        """One row per seed, arm and enterprise; money of one real enterprise."""

    @property
    def loans(self) -> pd.DataFrame:
        """One row per application or loan; money of one real enterprise."""

    @property
    def scale(self) -> int:
        """Real enterprises that an agent stands for."""


CHANNELS = ("programme", "bank")
OF_CHANNELS = (
    "lent_bn",
    "mean_loan_yuan",
    "first_time_share",
    "approval_share",
    "days_to_money",
    "rate",
    "written_off_share",
    "written_off_bn",
)
OF_RUNS = (
    "exit_share",
    "exit_illiquid_share",
    "insolvent_share",
    "restricted_mean_days",
    "borrowers_million",
    "jobs_million",
    "job_years_million",
    "sales_bn",
    *(f"{name}_{channel}" for channel in CHANNELS for name in OF_CHANNELS),
)
"""Every outcome of one run, in the order of the columns of :func:`run_outcomes`; sweeps keep exactly these."""


def currency_of(results: Any) -> str:
    """Name of the currency of the scenarios of a result; yuan where the result has no scenarios.

    Parameters
    ----------
    results
        A result, or anything with ``scenarios``.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> outcomes.currency_of(results)
    'yuan'
    """
    for scenario in (getattr(results, "scenarios", None) or {}).values():
        return str(getattr(scenario.settings, "currency", "yuan"))
    return "yuan"


@dataclass(frozen=True)
class Runs:
    """The runs of a result: its arms and seeds, and outcomes by key, each [arms, seeds]."""

    arms: list[str]
    seeds: npt.NDArray[np.int64]
    found: dict[str, Floats] = field(default_factory=dict)

    def cells(self, frame: pd.DataFrame) -> Codes:
        """The run of each row as one code [rows]."""
        arm = key_of(frame["arm"])
        position = np.array([*(self.arms.index(name) if name in self.arms else -1 for name in arm.names), -1])
        seed = pd.Index(self.seeds).get_indexer(pd.Index(frame["seed"].to_numpy(np.int64)))
        return cell_codes((position[arm.codes], len(self.arms)), (seed.astype(np.intp), len(self.seeds)))

    def total(self, cells: Codes, where: Flags, weights: npt.ArrayLike | None = None) -> Floats:
        """Sum of ``weights``, or number of rows, of each run [arms, seeds] over the rows where ``where`` holds.

        A missing weight counts as 0.
        """
        chosen = cells[where]
        given = None if weights is None else np.nan_to_num(np.asarray(weights, dtype=np.float64)[where])
        return totals(chosen, (len(self.arms), len(self.seeds)), given)


def runs_of(results: Tables) -> Runs:
    """The arms and seeds of a result, no outcome yet."""
    seeds = np.unique(results.enterprises["seed"].unique()).astype(np.int64)
    return Runs(key_of(results.enterprises["arm"]).names, seeds)


def outcomes_of_runs(results: Tables) -> Runs:
    """All outcomes that belong to one run; NaN for a run that is not in the tables."""
    runs = runs_of(results)
    cells = runs.cells(results.enterprises)
    agents = runs.total(cells, np.ones(len(cells), dtype=bool), number_of(results.enterprises))
    runs.found.update(_enterprise_outcomes(runs, results, cells, agents))
    runs.found.update(_weekly_outcomes(runs, results.weekly))
    runs.found.update(_loan_outcomes(runs, results.loans, results.scale))
    absent = agents == 0
    for values in runs.found.values():
        values[absent] = np.nan
    return runs


def run_outcomes(results: Tables) -> pd.DataFrame:
    """The outcomes of each run, as a sweep stores them.

    Parameters
    ----------
    results
        Tables of a run or of a comparison.

    Returns
    -------
    pandas.DataFrame
        One row per arm and seed: arm, seed, one column for each outcome. Keys and units are those of :func:`summary`.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.run_outcomes(results)
    >>> table[["arm", "seed"]].values.tolist()
    [['with', 1], ['with', 2], ['without', 1], ['without', 2]]
    """
    runs = outcomes_of_runs(results)
    index = pd.MultiIndex.from_product([runs.arms, runs.seeds], names=["arm", "seed"])
    frame = pd.DataFrame({key: values.ravel() for key, values in runs.found.items()}, index=index)
    return frame.dropna(how="all").reset_index()


def _enterprise_outcomes(runs: Runs, results: Tables, cells: Codes, agents: Floats) -> dict[str, Floats]:
    """Exits, insolvency, days in business, borrowers of the programme."""
    frame = results.enterprises
    event, number = frame["event"].to_numpy(bool), number_of(frame)
    alive = runs.total(cells, ~event, number)
    illiquid = event & _equals(frame["exit_cause"], "illiquid")
    insolvent, borrowers = ~event & frame["insolvent"].to_numpy(bool), frame["programme_yuan"].to_numpy() > 0
    days = restricted_means(risk_table(frame))[:, 0] if len(frame) else agents
    return {
        "exit_share": divide(runs.total(cells, event, number), agents),
        "exit_illiquid_share": divide(runs.total(cells, illiquid, number), agents),
        "insolvent_share": divide(runs.total(cells, insolvent, number), alive),
        "restricted_mean_days": days,
        "borrowers_million": runs.total(cells, borrowers, number) * results.scale / 1e6,
    }


def _weekly_outcomes(runs: Runs, weekly: pd.DataFrame) -> dict[str, Floats]:
    """Jobs at the end and over the run, sales; the weekly table is of the whole country."""
    jobs, arms, seeds, dates = weekly_cube(weekly, "jobs")
    sales, *_ = weekly_cube(weekly, "sales_yuan")
    last = {"jobs_million": jobs[..., -1] / 1e6, "job_years_million": job_years(jobs, dates) / 1e6}
    found = last | {"sales_bn": sales.sum(axis=-1) / 1e9}
    return {key: _aligned(runs, values, arms, seeds) for key, values in found.items()}


def _loan_outcomes(runs: Runs, loans: pd.DataFrame, scale: int) -> dict[str, Floats]:
    """Volume, access, time, price and losses of new loans, of the programme and of banks."""
    cells, programme = runs.cells(loans), loans["programme"].to_numpy(bool)
    new = ~loans["existing"].to_numpy(bool)
    paid, approved = is_paid_out(loans), is_approved(loans) & new
    refused = loans["status"].eq("refused").to_numpy(bool) & new
    found: dict[str, Floats] = {}
    for channel, chosen in zip(CHANNELS, (programme, ~programme), strict=True):
        parts = _channel_outcomes(runs, loans, cells, (paid & chosen, approved & chosen, refused & chosen), scale)
        found |= {f"{name}_{channel}": values for name, values in parts.items()}
    return found


def _channel_outcomes(
    runs: Runs, loans: pd.DataFrame, cells: Codes, flags: tuple[Flags, Flags, Flags], scale: int
) -> dict[str, Floats]:
    """Outcomes of the loans of one channel: those paid out, approved, refused."""
    paid, approved, refused = flags
    each = number_of(loans)
    number, granted = runs.total(cells, paid, each), runs.total(cells, approved, each)
    lent = runs.total(cells, paid, loans["amount_yuan"])
    lost = runs.total(cells, paid, loans["written_off_yuan"])
    waited = paid & loans["days_to_money"].notna().to_numpy(bool)
    days = runs.total(cells, waited, counted(loans["days_to_money"], each))
    return {
        "lent_bn": lent * scale / 1e9,
        "mean_loan_yuan": divide(lent, number),
        "first_time_share": divide(runs.total(cells, paid, counted(loans["first_time"], each)), number),
        "approval_share": divide(granted, granted + runs.total(cells, refused, each)),
        "days_to_money": divide(days, runs.total(cells, waited, each)),
        "rate": divide(runs.total(cells, approved, counted(loans["rate_yearly"], each)), granted),
        "written_off_share": divide(lost, lent),
        "written_off_bn": lost * scale / 1e9,
    }


def _aligned(runs: Runs, values: Floats, arms: list[str], seeds: npt.NDArray[np.int64]) -> Floats:
    """An array [arms, seeds] of another table in the order of the runs; NaN where that table has no such run."""
    found = np.full((len(runs.arms), len(runs.seeds)), np.nan)
    for position, arm in enumerate(runs.arms):
        if arm in arms:
            row = pd.Series(values[arms.index(arm)], index=seeds)
            found[position] = row.reindex(runs.seeds).to_numpy()
    return found


def _equals(column: pd.Series, value: str) -> Flags:
    """Whether each entry is the value; fast for categories, and no error where the value is not one of them."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        names = list(column.cat.categories)
        return np.asarray(column.cat.codes == (names.index(value) if value in names else -2), dtype=bool)
    return column.eq(value).to_numpy(bool)
