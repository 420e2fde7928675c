"""Kaplan–Meier survival of enterprises by day, for all arms, groups and seeds in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc, ndtri  # type: ignore[import-untyped,unused-ignore]

from sim.outcomes.grouping import cell_codes, group_key, key_of, number_of, seed_codes, totals
from sim.outcomes.intervals import CONFIDENCE, Floats, divide, mean_interval


@dataclass(frozen=True)
class RiskTable:
    """Exits and enterprises at risk, in agents, each [arms, groups, seeds, days]."""

    arms: list[str]
    groups: list[str]
    seeds: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    exits: Floats
    at_risk: Floats

    @property
    def survival(self) -> Floats:
        """Product-limit estimate [arms, groups, seeds, days]; NaN after the last observation unless all have exited."""
        return product_limit(self.exits, self.at_risk)


def product_limit(exits: Floats, at_risk: Floats) -> Floats:
    """Kaplan–Meier estimate along the last axis: the product of 1 − exits / at risk. ODD equation O1."""
    hazard = np.nan_to_num(divide(exits, at_risk))
    estimate = np.cumprod(1.0 - hazard, axis=-1)
    return np.where((at_risk > 0) | ((estimate == 0) & (at_risk[..., :1] > 0)), estimate, np.nan)


def risk_table(enterprises: pd.DataFrame, by: str | None = None) -> RiskTable:
    """Exits and numbers at risk on every day on which any observation ends."""
    arm, group = key_of(enterprises["arm"]), group_key(enterprises, by)
    (seed,), seeds = seed_codes(enterprises)
    duration = enterprises["duration_days"].to_numpy(np.int64)
    days = np.flatnonzero(np.bincount(np.append(duration, 0)) + (np.arange(duration.max(initial=0) + 1) == 0))
    day = np.searchsorted(days, duration)
    shape = (len(arm.names), len(group.names), len(seeds), len(days))
    codes = (arm.codes, group.codes, seed, day)
    cells = cell_codes(*zip(codes, shape, strict=True))
    number = number_of(enterprises)
    exits = totals(np.where(enterprises["event"].to_numpy(bool), cells, -1), shape, number)
    at_risk = totals(cells, shape, number)[..., ::-1].cumsum(axis=-1)[..., ::-1]
    some = np.asarray(at_risk[..., 0].any(axis=(0, 2)))
    groups = [name for name, there in zip(group.names, some, strict=True) if there]
    return RiskTable(arm.names, groups, seeds, days, exits[:, some], at_risk[:, some])


def survival(enterprises: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Survival function of each arm and group, with a 95 % band.

    Parameters
    ----------
    enterprises
        One row per seed, arm and enterprise, with ``duration_days`` and ``event``.
    by
        None, a column, ``size`` or ``runway``.

    Returns
    -------
    pandas.DataFrame
        arm, group, day, survival, low, high [shares of the enterprises of day 0], at_risk [agents, mean over seeds].
        The band is Student t over seeds. With one seed it is Greenwood's, log-log transformed, and covers only the
        sampling of agents.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.survival(results.enterprises)
    >>> table.groupby("arm", observed=True)["survival"].first().to_dict()
    {'with': 1.0, 'without': 1.0}
    """
    table = risk_table(enterprises, by)
    estimate, low, high = mean_interval(table.survival, axis=2)
    alone = (table.at_risk[..., 0] > 0).sum(axis=2) == 1
    greenwood = greenwood_band(table.exits.sum(axis=2), table.at_risk.sum(axis=2), estimate)
    low = np.where(alone[..., None], greenwood[0], np.clip(low, 0.0, 1.0))
    high = np.where(alone[..., None], greenwood[1], np.clip(high, 0.0, 1.0))
    runs = (table.at_risk[..., 0].sum(axis=1) > 0).sum(axis=1)
    at_risk = divide(table.at_risk.sum(axis=2), runs[:, None, None])
    columns = {"survival": estimate, "low": low, "high": high, "at_risk": at_risk}
    return _long(table, "arm", table.arms, columns)


def greenwood_band(exits: Floats, at_risk: Floats, estimate: Floats) -> tuple[Floats, Floats]:
    """Band of one sample: Greenwood, log-log transformed; exact binomial where nobody or everybody has exited.

    All arrays have the shape of ``exits``, with days along the last axis.
    """
    spread = np.sqrt(np.cumsum(np.nan_to_num(divide(exits, at_risk * (at_risk - exits))), axis=-1))
    inside = (estimate > 0.0) & (estimate < 1.0)
    logarithm = np.log(np.where(inside, estimate, 0.5))
    factor = np.exp(-ndtri(0.5 - CONFIDENCE / 2) * spread / logarithm)
    base = np.where(inside, estimate, 0.5)
    low, high = base ** (1.0 / factor), base**factor
    tail = (0.5 - CONFIDENCE / 2) ** np.where(at_risk > 0, divide(np.ones_like(at_risk), at_risk), np.nan)
    start = (0.5 - CONFIDENCE / 2) ** divide(np.ones_like(at_risk), at_risk[..., :1])
    low = np.where(inside, low, np.where(estimate == 1.0, tail, estimate))
    high = np.where(inside, high, np.where(estimate == 0.0, 1.0 - start, estimate))
    low[..., 0] = np.where(estimate[..., 0] == 1.0, 1.0, low[..., 0])
    return low, high


def difference(enterprises: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Survival of the first arm minus that of each other arm by day, paired by seed.

    Parameters
    ----------
    enterprises, by
        As for :func:`survival`.

    Returns
    -------
    pandas.DataFrame
        against [the other arm], group, day, difference, low, high [shares of the enterprises of day 0; Student t over
        the differences of the seeds that both arms have; NaN with one seed]. Empty with one arm.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.difference(results.enterprises)
    >>> list(table.columns)
    ['against', 'group', 'day', 'difference', 'low', 'high']
    """
    table = risk_table(enterprises, by)
    curves = table.survival
    mean, low, high = mean_interval(curves[:1] - curves[1:], axis=2)
    return _long(table, "against", table.arms[1:], {"difference": mean, "low": low, "high": high})


def restricted_means(table: RiskTable, horizon_days: float | None = None) -> Floats:
    """Mean days survived up to the horizon [arms, groups, seeds]: the area under each survival function."""
    horizon = float(table.days[-1]) if horizon_days is None else float(horizon_days)
    if not 0.0 <= horizon <= table.days[-1]:
        raise ValueError(f"horizon_days = {horizon:g}: the run has {table.days[-1]} days")
    widths = np.diff(np.minimum(np.append(table.days, horizon), horizon).astype(np.float64))
    area: Floats = (table.survival * widths)[..., widths > 0].sum(axis=-1)
    return area + 0.0 * table.survival[..., 0]


def restricted_mean(
    enterprises: pd.DataFrame, by: str | None = None, horizon_days: float | None = None
) -> pd.DataFrame:
    """Restricted mean survival time: mean days in business out of the first ``horizon_days``, with a band.

    Parameters
    ----------
    enterprises, by
        As for :func:`survival`.
    horizon_days
        Days from the start; by default the whole run.

    Returns
    -------
    pandas.DataFrame
        arm, group, horizon_days, mean_days, low, high [days; 95 %, Student t over seeds].

    Raises
    ------
    ValueError
        If the run is shorter than the horizon.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> outcomes.restricted_mean(results.enterprises)["horizon_days"].tolist()
    [84.0, 84.0]
    """
    table = risk_table(enterprises, by)
    mean, low, high = mean_interval(restricted_means(table, horizon_days), axis=2)
    frame = _labels(table.arms, table.groups, "arm")
    frame["horizon_days"] = float(table.days[-1]) if horizon_days is None else float(horizon_days)
    return frame.assign(mean_days=mean.ravel(), low=low.ravel(), high=high.ravel())


def median_survival(enterprises: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """First day on which at most half of the enterprises are in business; NaN while more than half are.

    Parameters
    ----------
    enterprises, by
        As for :func:`survival`.

    Returns
    -------
    pandas.DataFrame
        arm, group, median_days, low, high [days]: where the survival function and the ends of its band reach one half.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import outcomes
    >>> table = pd.DataFrame({"seed": 1, "arm": "run", "duration_days": [7, 14, 21, 28], "event": [True] * 4})
    >>> outcomes.median_survival(table)["median_days"].tolist()
    [14.0]
    """
    curves = survival(enterprises, by)
    rows = [
        {"arm": arm, "group": group}
        | {name: _first_day(part, end) for name, end in zip(("median_days", "low", "high"), ENDS, strict=True)}
        for (arm, group), part in curves.groupby(["arm", "group"], observed=True, sort=False)
    ]
    return pd.DataFrame(rows, columns=["arm", "group", "median_days", "low", "high"])


ENDS = ("survival", "low", "high")


def logrank(enterprises: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Log-rank test of the first arm against each other arm, seeds pooled.

    The test treats the arms as independent samples. Paired arms share their draws, so it is conservative here.

    Parameters
    ----------
    enterprises, by
        As for :func:`survival`.

    Returns
    -------
    pandas.DataFrame
        against, group, statistic (standard normal; positive: the first arm exits more), p_value (two-sided).

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> outcomes.logrank(results.enterprises)["against"].tolist()
    ['without']
    """
    table = risk_table(enterprises, by)
    exits, at_risk = table.exits.sum(axis=2), table.at_risk.sum(axis=2)
    both, exited = at_risk[:1] + at_risk[1:], exits[:1] + exits[1:]
    expected = divide(at_risk[:1] * exited, both)
    variance = divide(expected * at_risk[1:] * (both - exited), both * (both - 1.0))
    surplus = np.nansum(exits[:1] - expected, axis=-1)
    statistic = divide(surplus, np.sqrt(np.nansum(variance, axis=-1)))
    frame = _labels(table.arms[1:], table.groups, "against")
    return frame.assign(statistic=statistic.ravel(), p_value=chdtrc(1.0, statistic**2).ravel())


def _first_day(curve: pd.DataFrame, column: str) -> float:
    """First day on which a curve is at or under a half."""
    days = curve["day"][curve[column] <= 0.5 + 1e-12]
    return float(days.iloc[0]) if len(days) else np.nan


def _labels(arms: list[str], groups: list[str], name: str) -> pd.DataFrame:
    """One row per arm and group, both categorical in the order of the tables."""
    arm = pd.Categorical.from_codes(np.repeat(np.arange(len(arms)), len(groups)), pd.Index(arms, dtype="str"))
    group = pd.Categorical.from_codes(np.tile(np.arange(len(groups)), len(arms)), pd.Index(groups, dtype="str"))
    return pd.DataFrame({name: arm, "group": group})


def _long(table: RiskTable, name: str, arms: list[str], columns: dict[str, Floats]) -> pd.DataFrame:
    """Arrays [arms, groups, days] as one row for each value; days without anybody under observation are left out."""
    labels = _labels(arms, table.groups, name)
    frame = labels.loc[labels.index.repeat(len(table.days))].reset_index(drop=True)
    frame["day"] = np.tile(table.days, len(labels))
    frame = frame.assign(**{column: values.ravel() for column, values in columns.items()})
    return frame[frame[next(iter(columns))].notna()].reset_index(drop=True)
