"""Errors of targeting, and enterprises that closed while they waited in a queue."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.outcomes.grouping import cell_codes, counted, group_key, number_of, totals
from sim.outcomes.intervals import divide, mean_interval
from sim.outcomes.pairs import paired_exits
from sim.outcomes.runs import Tables, runs_of


def targeting(results: Tables, by: str | None = None, *, against: str | None = None) -> pd.DataFrame:
    """Both errors of targeting: enterprises in need without programme money, and borrowers that did not need it.

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
        group, error, of (the denominator in words), number, base [real enterprises or yuan, mean over seeds], share,
        low, high [number / base of each seed; 95 %, Student t over seeds]. Errors: ``exclusion`` (closed for lack of
        money without the programme and got no programme money), ``exclusion_lost`` (the same of those closed for lack
        of money in the first arm), ``inclusion`` (borrowers that survive without the programme too), ``inclusion_yuan``
        (their money), ``wasted`` and ``wasted_yuan`` (borrowers that close all the same).

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> outcomes.targeting(results)["error"].tolist()
    ['exclusion', 'exclusion_lost', 'inclusion', 'inclusion_yuan', 'wasted', 'wasted_yuan']
    """
    rows, closed_other = paired_exits(results.enterprises, against)
    _, need = paired_exits(results.enterprises, against, "illiquid")
    frame = results.enterprises.iloc[rows]
    group = group_key(results.enterprises, by)
    codes, seeds = pd.factorize(frame["seed"].to_numpy(np.int64), sort=True)
    shape = (len(seeds), len(group.names))
    cells = cell_codes((codes.astype(np.intp), shape[0]), (group.codes[rows], shape[1]))
    money = frame["programme_yuan"].to_numpy(np.float64)
    funded, closed = money > 0, frame["event"].to_numpy(bool)
    lost, alive = frame["exit_cause"].eq("illiquid").to_numpy(bool), ~closed_other
    number = number_of(frame)
    errors = (
        ("exclusion", "closed for lack of money without the programme", need & ~funded, need),
        ("exclusion_lost", "closed for lack of money in the first arm", lost & ~funded, lost),
        ("inclusion", "borrowers", funded & alive, funded),
        ("inclusion_yuan", "programme yuan", money * alive, money),
        ("wasted", "borrowers", funded & closed, funded),
        ("wasted_yuan", "programme yuan", money * closed, money),
    )
    parts = []
    for name, words, above, below in errors:
        each = None if name.endswith("_yuan") else number  # yuan are sums already
        top, bottom = (totals(cells, shape, counted(values, each)) * results.scale for values in (above, below))
        share, low, high = mean_interval(divide(top, bottom), axis=0)
        columns = {"number": top.mean(axis=0), "base": bottom.mean(axis=0), "share": share, "low": low, "high": high}
        parts.append(pd.DataFrame({"group": group.names, "error": name, "of": words, **columns}))
    return pd.concat(parts, ignore_index=True)


def queue_deaths(results: Tables) -> pd.DataFrame:
    """Enterprises that closed while they waited for a decision or for approved money.

    Parameters
    ----------
    results
        Tables of a run or of a comparison.

    Returns
    -------
    pandas.DataFrame
        arm, queue (bank, programme, both), enterprises, low, high [real; closed for any cause], illiquid [real; of
        these closed for lack of money], base [real; all closed for lack of money], share, share_low, share_high
        [illiquid / base of each seed]. Bands: 95 %, Student t over seeds.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> table = outcomes.queue_deaths(results)
    >>> table["queue"].unique().tolist()
    ['bank', 'programme', 'both']
    """
    frame, runs = results.enterprises, runs_of(results)
    cells = runs.cells(frame)
    lost = frame["exit_cause"].eq("illiquid").to_numpy(bool)
    queue, parts = frame["died_waiting"].astype("str").to_numpy(), []
    each = number_of(frame)
    base = runs.total(cells, lost, each)
    for name, names in (("bank", ["bank"]), ("programme", ["programme"]), ("both", ["bank", "programme"])):
        died = np.isin(queue, names) & frame["event"].to_numpy(bool)
        number, low, high = mean_interval(runs.total(cells, died, each) * results.scale, axis=1)
        short = runs.total(cells, died & lost, each)
        share, share_low, share_high = mean_interval(divide(short, base), axis=1)
        columns = {"enterprises": number, "low": low, "high": high}
        columns |= {"illiquid": short.mean(axis=1) * results.scale, "base": base.mean(axis=1) * results.scale}
        columns |= {"share": share, "share_low": share_low, "share_high": share_high}
        parts.append(pd.DataFrame({"arm": runs.arms, "queue": name, **columns}))
    return pd.concat(parts, ignore_index=True)
