"""Judging the saved: the fates in parts, with the money behind each part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes.credit import Flags
from sim.outcomes.grouping import Codes, Key, cell_codes, counted, group_key, number_of, totals
from sim.outcomes.intervals import divide, mean_interval
from sim.outcomes.pairs import FATES, paired_exits
from sim.outcomes.runs import Tables

SAVED, SURVIVED, LOST, HARMED = FATES
PARTS = {
    "saved_directly": SAVED,
    "saved_indirectly": SAVED,
    "survived_with_loan": SURVIVED,
    "survived_without_loan": SURVIVED,
    "lost_with_loan": LOST,
    "lost_died_waiting": LOST,
    "lost_refused": LOST,
    "lost_unreachable": LOST,
    "lost_unaware": LOST,
    "lost_discouraged": LOST,
    "lost_shut": LOST,
    "lost_too_small": LOST,
    "lost_no_need": LOST,
    "harmed": HARMED,
}
"""Parts of the fates, exactly one for every enterprise.

Saved directly: it got programme money; indirectly: it got none, so customers, suppliers or wages saved it. Survived
with a loan: deadweight. Lost without a loan, by how far the programme came: died in its queue; asked and got nothing;
no footprint or not eligible; had not heard of it; did not ask; had a gap only while the programme did not lend; closed
for lack of money though its gap never reached the smallest amount that anybody asks for; never had a gap.
"""

_PLACE = {part: place for place, part in enumerate(PARTS)}
GROUPINGS = (None, "kind", "sector", "region", "size", "banked")
COUNTS = ("illiquid", "sound", "insolvent", "closed_later")


def part_of_each(enterprises: pd.DataFrame, against: str | None = None) -> tuple[Codes, Codes]:
    """Row numbers of the first arm [enterprises], and the position in PARTS of each [enterprises]."""
    rows, closed_without = paired_exits(enterprises, against)
    frame = enterprises.iloc[rows]
    closed = frame["event"].to_numpy(bool)
    funded = frame["programme_yuan"].to_numpy(np.float64) > 0
    found = np.where(funded, _PLACE["lost_with_loan"], _why_lost(frame))
    survived = np.where(funded, _PLACE["survived_with_loan"], _PLACE["survived_without_loan"])
    found = np.where(~closed & ~closed_without, survived, found)
    saved = np.where(funded, _PLACE["saved_directly"], _PLACE["saved_indirectly"])
    found = np.where(~closed & closed_without, saved, found)
    return rows, np.where(closed & ~closed_without, _PLACE["harmed"], found).astype(np.intp)


def _why_lost(frame: pd.DataFrame) -> Codes:
    """How close the programme came to each enterprise, as the position of its part if it is lost without a loan."""

    def has(column: str, *values: str) -> Flags:
        return frame[column].isin(values).to_numpy(bool)

    reasons = {
        "lost_died_waiting": has("died_waiting", "programme"),
        "lost_refused": has("take_up", "asked", "precautionary"),
        "lost_unreachable": has("take_up", "unreachable"),
        "lost_unaware": has("take_up", "unaware"),
        "lost_discouraged": has("take_up", "discouraged"),
        "lost_shut": frame["had_gap"].to_numpy(bool),
        "lost_too_small": has("exit_cause", "illiquid"),
    }
    places = [_PLACE[name] for name in reasons]
    return np.select(list(reasons.values()), places, _PLACE["lost_no_need"]).astype(np.intp)


def judged(results: Tables, by: str | None = None, *, against: str | None = None) -> pd.DataFrame:
    """Enterprises by part of their fate, with the money behind them, by seed and group.

    Parameters
    ----------
    results
        Tables of a comparison.
    by
        None, a column, ``size`` or ``runway`` (values of the first arm).
    against
        The other arm; by default the second one.

    Returns
    -------
    pandas.DataFrame
        seed, group, fate (one of FATES), part (one of PARTS), enterprises [real; the parts sum to the population
        exactly], share [of the enterprises of the seed and group], illiquid [real; closed for lack of money in the
        first arm], sound, insolvent, closed_later [real; in business in the first arm: neither of the two; debts above
        cash, collateral and a year's profit at the end; closed in the run-off after the run], programme_yuan [real,
        received in the first arm]. Empty with one arm.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.judged(results)
    >>> table.groupby("seed")["enterprises"].sum().eq(200 * results.scale).tolist()
    [True, True]
    """
    rows, part = part_of_each(results.enterprises, against)
    frame = results.enterprises.iloc[rows]
    group = group_key(results.enterprises, by)
    codes, seeds = pd.factorize(frame["seed"].to_numpy(np.int64), sort=True)
    shape = (len(seeds), len(group.names), len(PARTS))
    cells = cell_codes(*zip((codes.astype(np.intp), group.codes[rows], part), shape, strict=True))
    number = number_of(frame)
    count = totals(cells, shape, number)
    table = _labels(seeds, group)
    table["enterprises"] = count.ravel() * results.scale
    table["share"] = divide(count, count.sum(axis=2, keepdims=True)).ravel()
    states = {name: counted(values, number) for name, values in _states(frame).items()}
    weights = {**states, "programme_yuan": frame["programme_yuan"].to_numpy(np.float64)}
    for name, values in weights.items():
        table[name] = totals(cells, shape, values).ravel() * results.scale
    whole = ["enterprises", *COUNTS]
    table[whole] = table[whole].round().astype(np.int64)
    there = np.repeat(count.sum(axis=2).ravel() > 0, len(PARTS))
    return table[there].reset_index(drop=True)


def _states(frame: pd.DataFrame) -> dict[str, Flags]:
    """How each enterprise of the first arm ends, as COUNTS."""
    closed, later, insolvent = (frame[name].to_numpy(bool) for name in ("event", "closed_later", "insolvent"))
    later = later & ~closed
    insolvent = insolvent & ~closed & ~later
    illiquid = closed & frame["exit_cause"].eq("illiquid").to_numpy(bool)
    return dict(zip(COUNTS, (illiquid, ~closed & ~later & ~insolvent, insolvent, later), strict=True))


def _labels(seeds: npt.NDArray[np.int64], group: Key) -> pd.DataFrame:
    """One row per seed, group and part, with its fate."""
    index = pd.MultiIndex.from_product([seeds, group.names, list(PARTS)], names=["seed", "group", "part"])
    frame = index.to_frame(index=False)
    frame.insert(2, "fate", frame["part"].map(PARTS))
    for name, values in (("group", group.names), ("fate", FATES), ("part", PARTS)):
        frame[name] = pd.Categorical(frame[name], categories=pd.Index(list(values), dtype="str"))
    return frame


def judged_mean(results: Tables, by: str | None = None, *, against: str | None = None) -> pd.DataFrame:
    """Mean over seeds of :func:`judged`, with bands.

    Parameters
    ----------
    results, by, against
        As for :func:`judged`.

    Returns
    -------
    pandas.DataFrame
        group, fate, part, enterprises, low, high [real], share, share_low, share_high [of the group], then illiquid,
        sound, insolvent, closed_later and programme_yuan [real, means over all seeds]. Bands: 95 %, Student t over
        seeds. A group that a seed does not have counts as 0 enterprises and has no share in that seed.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.judged_mean(results)
    >>> len(table), round(float(table["share"].sum()), 6)
    (14, 1.0)
    """
    each, keys = judged(results, by, against=against), ["group", "fate", "part"]
    seeds = max(each["seed"].nunique(), 1)
    table = each.groupby(keys, observed=True)[[*COUNTS, "programme_yuan"]].sum() / seeds
    for place, (name, low, high) in enumerate((("enterprises", "low", "high"), ("share", "share_low", "share_high"))):
        wide = each.pivot(index=keys, columns="seed", values=name).reindex(table.index).astype(np.float64)
        values = wide.fillna(0.0) if name == "enterprises" else wide
        for offset, (column, found) in enumerate(zip((name, low, high), mean_interval(values, axis=1), strict=True)):
            table.insert(3 * place + offset, column, found)
    return table.reset_index()


def judging_table(results: Tables, by: Sequence[str | None] = GROUPINGS, *, against: str | None = None) -> pd.DataFrame:
    """The content of ``judging.csv``: :func:`judged_mean` of all enterprises, then by each grouping.

    Parameters
    ----------
    results, against
        As for :func:`judged`.
    by
        The groupings; None is all enterprises.

    Returns
    -------
    pandas.DataFrame
        by (``all`` or a grouping) and the columns of :func:`judged_mean`.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> list(outcomes.judging_table(results, by=[None, "kind"])["by"].unique())
    ['all', 'kind']
    """
    parts = []
    for name in by:
        table = judged_mean(results, name, against=against)
        parts.append(table.astype({"group": "str"}).assign(by=name or "all"))
    frame = pd.concat(parts, ignore_index=True)
    return frame[["by", *frame.columns.drop("by")]]
