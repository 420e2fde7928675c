"""Jobs and other weekly totals over seeds. The weekly table already holds totals of the whole country."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes.grouping import key_of
from sim.outcomes.intervals import Floats, mean_interval

DAYS_PER_YEAR = 365.0


def jobs(weekly: pd.DataFrame) -> pd.DataFrame:
    """Jobs in the enterprises of each arm by date, with a band.

    Parameters
    ----------
    weekly
        The weekly table.

    Returns
    -------
    pandas.DataFrame
        arm, date, jobs, low, high [real jobs; 95 %, Student t over seeds].

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> outcomes.jobs(results.weekly).groupby("arm", observed=True).size().to_dict()
    {'with': 13, 'without': 13}
    """
    return weekly_mean(weekly, "jobs")


def weekly_mean(weekly: pd.DataFrame, column: str) -> pd.DataFrame:
    """Mean over seeds of one weekly column by arm and date, with a band.

    Parameters
    ----------
    weekly
        The weekly table.
    column
        Name of a column of numbers.

    Returns
    -------
    pandas.DataFrame
        arm, date, the column, low, high [95 %, Student t over seeds].

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> list(outcomes.weekly_mean(results.weekly, "open_share").columns)
    ['arm', 'date', 'open_share', 'low', 'high']
    """
    values, names, _, dates = weekly_cube(weekly, column)
    mean, low, high = mean_interval(values, axis=1)
    arm = pd.Categorical.from_codes(np.repeat(np.arange(len(names)), len(dates)), pd.Index(names, dtype="str"))
    frame = pd.DataFrame({"arm": arm, "date": np.tile(dates, len(names))})
    return frame.assign(**{column: mean.ravel(), "low": low.ravel(), "high": high.ravel()}).dropna(subset=column)


def jobs_kept(weekly: pd.DataFrame) -> pd.DataFrame:
    """Jobs of the first arm minus those of each other arm, paired by seed.

    Parameters
    ----------
    weekly
        The weekly table.

    Returns
    -------
    pandas.DataFrame
        against [the other arm], date, difference, low, high [real jobs; 95 %, Student t over the differences of the
        seeds].

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.jobs_kept(results.weekly)
    >>> float(table["difference"].iloc[0])
    0.0
    """
    values, names, _, dates = weekly_cube(weekly, "jobs")
    mean, low, high = mean_interval(values[:1] - values[1:], axis=1)
    arm = pd.Categorical.from_codes(np.repeat(np.arange(len(names) - 1), len(dates)), pd.Index(names[1:], dtype="str"))
    frame = pd.DataFrame({"against": arm, "date": np.tile(dates, len(names) - 1)})
    return frame.assign(difference=mean.ravel(), low=low.ravel(), high=high.ravel())


def weekly_cube(weekly: pd.DataFrame, column: str) -> tuple[Floats, list[str], npt.NDArray[np.int64], pd.DatetimeIndex]:
    """One weekly column [arms, seeds, dates], NaN where a run has no such date; the arms, the seeds and the dates."""
    arm = key_of(weekly["arm"])
    seed, seeds = pd.factorize(weekly["seed"], sort=True)
    date, dates = pd.factorize(pd.to_datetime(weekly["date"]), sort=True)
    values = np.full((len(arm.names), len(seeds), len(dates)), np.nan)
    values[arm.codes, seed, date] = weekly[column].to_numpy(np.float64)
    return values, arm.names, np.asarray(seeds, dtype=np.int64), pd.DatetimeIndex(dates)


def job_years(values: Floats, dates: pd.DatetimeIndex) -> Floats:
    """Job-years [...] from jobs [..., dates]: jobs times the length of each step in years.

    The last step is as long as the one before it.
    """
    gaps = np.diff(dates.to_numpy().astype("datetime64[D]")).astype(np.float64)
    days = np.append(gaps, gaps[-1:] if len(gaps) else 7.0)
    return np.asarray((values * (days / DAYS_PER_YEAR)).sum(axis=-1), dtype=np.float64)
