"""Judging the saved: fates with the money behind them, targeting errors, deaths in queues, costs, credit displaced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.outcomes.credit import CHANNELS, Flags, channel_of, is_paid_out
from sim.outcomes.grouping import Codes, Key, cell_codes, counted, group_key, key_of, number_of, totals
from sim.outcomes.intervals import Floats, divide, mean_interval
from sim.outcomes.pairs import FATES, paired_exits
from sim.outcomes.runs import Runs, Tables

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
MEASURES = ("wage_support", "rent_waiver", "grants", "interest_subsidy", "guarantees", "relending_subsidy")
"""Columns of the weekly table that are the measures' costs; unemployment benefit stands apart."""


def part_of_each(enterprises: pd.DataFrame, against: str | None = None) -> tuple[Codes, Codes]:
    """Rows of the first arm, and the position in PARTS of each."""
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
    """How far the programme came to each enterprise, as the position of its part if it is lost without a loan."""

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
    """Enterprises by part of their fate, with the money behind them, for each seed and group.

    Parameters
    ----------
    results
        Tables of a comparison.
    by
        None, a column, ``size`` or ``runway`` (as in the first arm).
    against
        The other arm; default the second one.

    Returns
    -------
    pandas.DataFrame
        seed, group, fate (one of FATES), part (one of PARTS), enterprises [real; over the parts they sum to the
        population exactly], share [of the enterprises of the seed and group], illiquid [real; closed for lack of money
        in the first arm], sound, insolvent, closed_later [real; in business in the first arm: neither of the two; debts
        above cash, collateral and a year's profit at the end; closed in the run-off after the run], programme_yuan
        [real, received in the first arm]. Empty with one arm.
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
    """Mean over seeds of :func:`judged` with bands.

    Returns
    -------
    pandas.DataFrame
        group, fate, part, enterprises, low, high, share, share_low, share_high [of the group; 95 %, Student t over
        seeds; a group that a seed does not have counts 0 and has no share], then illiquid, sound, insolvent,
        closed_later and programme_yuan [real, means over all seeds].
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
    """What ``judging.csv`` holds: :func:`judged_mean` of all enterprises and by each grouping, one under the other.

    Returns
    -------
    pandas.DataFrame
        by (``all`` or a grouping) and the columns of :func:`judged_mean`.
    """
    parts = []
    for name in by:
        table = judged_mean(results, name, against=against)
        parts.append(table.astype({"group": "str"}).assign(by=name or "all"))
    frame = pd.concat(parts, ignore_index=True)
    return frame[["by", *frame.columns.drop("by")]]


def targeting(results: Tables, by: str | None = None, *, against: str | None = None) -> pd.DataFrame:
    """Both errors of targeting: those in need whom the programme left out, and those not in need whom it served.

    Returns
    -------
    pandas.DataFrame
        group, error, of (the denominator in words), number, base [real enterprises or yuan, mean over seeds], share,
        low, high [number / base of each seed; 95 % over seeds]. Errors: ``exclusion`` (closed for lack of money without
        the programme and got no programme money), ``exclusion_lost`` (the same of those closed for lack of money in the
        first arm), ``inclusion`` (borrowers that survive without the programme too), ``inclusion_yuan`` (their money),
        ``wasted`` and ``wasted_yuan`` (borrowers that close all the same).
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

    Returns
    -------
    pandas.DataFrame
        arm, queue (bank, programme, both), enterprises, low, high [real; any cause], illiquid, base [real: of these
        closed for lack of money; all closed for lack of money], share, share_low, share_high [illiquid / base of each
        seed; 95 % over seeds].
    """
    frame, runs = results.enterprises, _runs_of(results)
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


def fiscal_cost(results: Tables) -> pd.DataFrame:
    """What each run cost the government and the lenders.

    Returns
    -------
    pandas.DataFrame
        arm, seed, one column a measure (``wage_support_yuan`` …), fiscal_yuan [their sum], benefits_yuan [unemployment
        benefit, in no sum], losses_programme_yuan, losses_bank_yuan, losses_existing_yuan [written off less
        guaranteed], losses_yuan [their sum], total_yuan [fiscal and lenders' losses]. Real yuan of the whole run.
    """
    runs = _runs_of(results)
    cells, loans = runs.cells(results.weekly), results.loans
    every = np.ones(len(cells), dtype=bool)
    names = [f"{name}_yuan" for name in MEASURES]
    found = {name: runs.total(cells, every, results.weekly[name]) for name in names}
    found["fiscal_yuan"] = sum((found[name] for name in names), np.zeros((len(runs.arms), len(runs.seeds))))
    found["benefits_yuan"] = runs.total(cells, every, results.weekly["benefits_yuan"])
    channel, of_loans = channel_of(loans), runs.cells(loans)
    lost = (loans["written_off_yuan"] - loans["guaranteed_yuan"]).to_numpy(np.float64)
    for name in CHANNELS:
        chosen = np.asarray(channel == name, dtype=bool)
        found[f"losses_{name}_yuan"] = runs.total(of_loans, chosen, lost) * results.scale
    found["losses_yuan"] = runs.total(of_loans, np.ones(len(loans), dtype=bool), lost) * results.scale
    found["total_yuan"] = found["fiscal_yuan"] + found["losses_yuan"]
    index = pd.MultiIndex.from_product([runs.arms, runs.seeds], names=["arm", "seed"])
    frame = pd.DataFrame({name: values.ravel() for name, values in found.items()}, index=index).reset_index()
    there = totals(runs.cells(results.enterprises), (len(runs.arms), len(runs.seeds))).ravel() > 0
    return frame[there].reset_index(drop=True)


def displaced(results: Tables, *, against: str | None = None) -> pd.DataFrame:
    """Ordinary bank credit that the programme took the place of.

    Returns
    -------
    pandas.DataFrame
        seed, programme_yuan [lent by the programme in the first arm], bank_yuan, bank_without_yuan [new bank loans
        paid out in the first and in the other arm], displaced_yuan [what the first arm's banks lent less], share
        [displaced / programme_yuan; NaN without any]. Real yuan, a row per seed that both arms have.
    """
    runs, loans = _runs_of(results), results.loans
    first, other = 0, runs.arms.index(against) if against else 1
    cells, paid = runs.cells(loans), is_paid_out(loans)
    programme = loans["programme"].to_numpy(bool)
    amount, scale = loans["amount_yuan"], results.scale
    lent, bank = (runs.total(cells, paid & flag, amount) * scale for flag in (programme, ~programme))
    gap = bank[other] - bank[first]
    columns = {"programme_yuan": lent[first], "bank_yuan": bank[first], "bank_without_yuan": bank[other]}
    table = pd.DataFrame({"seed": runs.seeds, **columns, "displaced_yuan": gap, "share": divide(gap, lent[first])})
    agents: Floats = totals(runs.cells(results.enterprises), (len(runs.arms), len(runs.seeds)))
    return table[(agents[first] > 0) & (agents[other] > 0)].reset_index(drop=True)


def _runs_of(results: Tables) -> Runs:
    """The arms and seeds of a result."""
    seeds = np.unique(results.enterprises["seed"].unique()).astype(np.int64)
    return Runs(key_of(results.enterprises["arm"]).names, seeds)
