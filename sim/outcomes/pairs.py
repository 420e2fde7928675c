"""Fates: how each enterprise ends with and without the programme; every enterprise has exactly one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes.grouping import (
    ENDINGS,
    NUMBER,
    OTHER_ARM,
    Codes,
    Key,
    cell_codes,
    counted,
    group_key,
    key_of,
    need_panel,
    number_of,
    totals,
)
from sim.outcomes.intervals import Floats, divide, mean_interval

FATES = ("saved", "survived_anyway", "lost_either_way", "harmed")
"""Exits only without; in neither arm; in both arms; exits only with the programme."""

MONEY = ("programme_yuan", "insolvent_yuan")
_CODE = np.array([1, 0, 3, 2], dtype=np.intp)
"""Position in FATES of 2 × (exits with) + (exits without)."""


def paired_rows(enterprises: pd.DataFrame, against: str | None = None) -> tuple[Codes, Codes]:
    """Row numbers of the first arm and, in the same order, of the same enterprises in another arm.

    Parameters
    ----------
    enterprises
        The enterprise table of all arms.
    against
        The other arm; by default the second one.

    Returns
    -------
    rows, others
        Row numbers [pairs] each. Seeds that only one arm has are left out; with one arm both are empty.

    Raises
    ------
    ValueError
        If there is no such arm, or the two arms of a seed do not have the same enterprises.
    """
    need_panel(enterprises, "pairing rows")
    arm = key_of(enterprises["arm"])
    if against is None and len(arm.names) < 2:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    other = other_arm(arm, against)
    seed, identity = enterprises["seed"].to_numpy(np.int64), enterprises["enterprise"].to_numpy(np.int64)
    rows, others = np.flatnonzero(arm.codes == 0), np.flatnonzero(arm.codes == arm.names.index(other))
    if not _same(seed, identity, rows, others):
        shared = np.intersect1d(pd.unique(seed[rows]), pd.unique(seed[others]))
        rows, others = (_ordered(part[np.isin(seed[part], shared)], seed, identity) for part in (rows, others))
    if not _same(seed, identity, rows, others):
        raise ValueError(
            f"arms {arm.names[0]!r} and {other!r} do not have the same enterprises: not a paired comparison"
        )
    return rows, others


def other_arm(arm: Key, against: str | None) -> str:
    """The arm to compare with: the given one, by default the second one."""
    other = arm.names[1] if against is None else against
    if other not in arm.names[1:]:
        raise ValueError(f"no arm {other!r} to compare with; there are: {', '.join(arm.names)}")
    return other


def paired_exits(
    enterprises: pd.DataFrame, against: str | None = None, cause: str | None = None
) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Row numbers of the first arm [pairs], and whether the same enterprises closed in another arm [pairs].

    With ``cause``, only closures for that cause count. Tables of totals say in each row how its enterprises end in the
    other arm; other tables are paired by enterprise, as in :func:`paired_rows`.
    """
    if NUMBER not in enterprises:
        rows, others = paired_rows(enterprises, against)
        closed = enterprises["event"] if cause is None else enterprises["exit_cause"].eq(cause)
        return rows, closed.to_numpy(bool)[others]
    arm = key_of(enterprises["arm"])
    if against is None and len(arm.names) < 2:
        return np.empty(0, np.intp), np.empty(0, np.bool_)
    ending = enterprises[f"{OTHER_ARM}{other_arm(arm, against)}"].astype("str")
    closed = ending.isin(ENDINGS[1:] if cause is None else [cause]).to_numpy(bool)
    rows = np.flatnonzero((arm.codes == 0) & ending.isin(ENDINGS).to_numpy(bool))
    return rows, closed[rows]


def fate_of_each(enterprises: pd.DataFrame, against: str | None = None) -> pd.DataFrame:
    """The enterprises of the first arm, each with its fate.

    Parameters
    ----------
    enterprises
        The enterprise table of all arms, one row an enterprise.
    against
        The other arm; by default the second one.

    Returns
    -------
    pandas.DataFrame
        The rows of the first arm without ``arm``, with the column ``fate``. Money and ``insolvent`` are those of the
        first arm.

    Raises
    ------
    ValueError
        If the table holds totals, or the arms do not have the same enterprises.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.fate_of_each(results.enterprises)
    >>> len(table), list(table["fate"].cat.categories)
    (400, ['saved', 'survived_anyway', 'lost_either_way', 'harmed'])
    """
    need_panel(enterprises, "the fate of each enterprise")
    rows, fate = _fates(enterprises, against)
    names = pd.Categorical.from_codes(fate, pd.Index(FATES, dtype="str"))
    return enterprises.iloc[rows].drop(columns="arm").reset_index(drop=True).assign(fate=names)


def fates(
    enterprises: pd.DataFrame, by: str | None = None, *, against: str | None = None, scale: int = 1
) -> pd.DataFrame:
    """Enterprises by fate, for each seed and group.

    Parameters
    ----------
    enterprises
        The enterprise table of all arms.
    by
        None, a column, ``size`` or ``runway`` (values of the first arm).
    against
        The other arm; by default the second one.
    scale
        Real enterprises that an agent stands for.

    Returns
    -------
    pandas.DataFrame
        seed, group, fate, enterprises [real; the four fates sum to the population exactly], share [of the enterprises
        of the seed and group], insolvent [real; in business but insolvent at the end of the first arm: a saved one is
        then only kept for a while], programme_yuan [real, received in the first arm], insolvent_yuan [the part of it
        that went to the insolvent], and where the table has them staff [people working in a normal week] and
        yearly_sales_yuan [normal ones]. Empty with one arm.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.fates(results.enterprises, scale=results.scale)
    >>> table.groupby("seed")["enterprises"].sum().eq(200 * results.scale).tolist()
    [True, True]
    """
    (count, insolvent, money, kept_on, *sizes), seeds, group = _fate_counts(enterprises, by, against)
    there = count.sum(axis=2).ravel() > 0
    index = pd.MultiIndex.from_product([seeds, group.names, FATES], names=["seed", "group", "fate"])
    frame = index.to_frame(index=False)
    for name, values in (("group", group.names), ("fate", FATES)):
        frame[name] = pd.Categorical(frame[name], categories=pd.Index(values, dtype="str"))
    frame["enterprises"] = count.ravel().astype(np.int64) * scale
    frame["share"] = divide(count, count.sum(axis=2, keepdims=True)).ravel()
    frame["insolvent"] = insolvent.ravel().astype(np.int64) * scale
    frame["programme_yuan"] = money.ravel() * scale
    frame["insolvent_yuan"] = kept_on.ravel() * scale
    for column, sums in zip(_sizes_in(enterprises), sizes, strict=True):
        frame[column] = sums.ravel() * scale
    return frame[np.repeat(there, len(FATES))].reset_index(drop=True)


def fate_shares(
    enterprises: pd.DataFrame, by: str | None = None, *, against: str | None = None, scale: int = 1
) -> pd.DataFrame:
    """Mean over seeds of the fates, with bands.

    Parameters
    ----------
    enterprises, by, against, scale
        As for :func:`fates`.

    Returns
    -------
    pandas.DataFrame
        group, fate, share, low, high [of the enterprises of the group; 95 %, Student t over seeds], enterprises,
        insolvent, programme_yuan, insolvent_yuan [real, mean over seeds].

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.fate_shares(results.enterprises)
    >>> table["fate"].tolist(), round(float(table["share"].sum()), 6)
    (['saved', 'survived_anyway', 'lost_either_way', 'harmed'], 1.0)
    """
    each = fates(enterprises, by, against=against, scale=scale)
    columns = ["group", "fate", "share", "low", "high", "enterprises", "insolvent", *MONEY]
    if each.empty:
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in columns})
    wide = each.pivot(index=["group", "fate"], columns="seed", values="share").dropna(how="all")
    _, low, high = mean_interval(wide.to_numpy(), axis=1)
    means = each.groupby(["group", "fate"], observed=True)[["share", *columns[5:]]].mean()
    bands = pd.DataFrame({"low": np.clip(low, 0.0, 1.0), "high": np.clip(high, 0.0, 1.0)}, index=wide.index)
    return means.join(bands).reset_index()[columns]


def _fates(enterprises: pd.DataFrame, against: str | None) -> tuple[Codes, Codes]:
    """Row numbers of the first arm [pairs], and the position in FATES of each [pairs]."""
    rows, closed = paired_exits(enterprises, against)
    event = enterprises["event"].to_numpy(bool)
    return rows, _CODE[2 * event[rows].astype(np.intp) + closed]


def _fate_counts(
    enterprises: pd.DataFrame, by: str | None, against: str | None
) -> tuple[list[Floats], npt.NDArray[np.int64], Key]:
    """Sums by seed, group and fate, each [seeds, groups, fates]; the seeds; the groups.

    The sums: agents, insolvent agents, programme yuan, programme yuan of the insolvent, and the sizes.
    """
    rows, fate = _fates(enterprises, against)
    group = group_key(enterprises, by)
    codes, seeds = pd.factorize(enterprises["seed"].to_numpy(np.int64)[rows], sort=True)
    shape = (len(seeds), len(group.names), len(FATES))
    cells = cell_codes(*zip((codes, group.codes[rows], fate), shape, strict=True))
    kept_on = enterprises["insolvent"].to_numpy(bool)[rows] & ~enterprises["event"].to_numpy(bool)[rows]
    money = enterprises["programme_yuan"].to_numpy(np.float64)[rows]
    number = number_of(enterprises.iloc[rows])
    sizes = (enterprises[name].to_numpy(np.float64)[rows] for name in _sizes_in(enterprises))
    weights = (number, counted(kept_on, number), money, money * kept_on, *sizes)
    return [totals(cells, shape, weight) for weight in weights], seeds, group


def _sizes_in(enterprises: pd.DataFrame) -> list[str]:
    """Columns that say how large enterprises are."""
    return [name for name in ("staff", "yearly_sales_yuan") if name in enterprises]


def _same(seed: npt.NDArray[np.int64], identity: npt.NDArray[np.int64], rows: Codes, others: Codes) -> bool:
    """Whether two lists of rows are of the same enterprises in the same order."""
    return np.array_equal(seed[rows], seed[others]) and np.array_equal(identity[rows], identity[others])


def _ordered(rows: Codes, seed: npt.NDArray[np.int64], identity: npt.NDArray[np.int64]) -> Codes:
    """Rows by seed and enterprise."""
    return rows[np.lexsort((identity[rows], seed[rows]))]
