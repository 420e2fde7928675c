"""Figures of credit: lending by week, and the days from application to money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim import outcomes
from sim.figures.axes import caption_of, day_numbers, launch_of, mark_launch, put_dates
from sim.figures.style import COLOURS, DASHES, GREY, WIDTH, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import most_lines, name_of, wrapped
from sim.figures.ticks import round_marks, week_marks, whole_percent
from sim.outcomes import Tables

Labels = Mapping[str, str] | None
OTHER = "other"
PROGRAMME, BANK = "programme loans", "bank loans"
HATCH = "//////"
UNSPLIT = ("programme", "channel", "product")
"""Groups that tell programme and bank loans apart by themselves."""


def loans(results: Tables, by: str = "lender_group", *, labels: Labels = None) -> Figure:
    """New lending by week of payout, stacked by group, with one panel for each arm on the same scale.

    Where an arm has both, programme loans are at the bottom and hatched bank loans above them.

    Parameters
    ----------
    results
        Tables of a comparison or of a run. Loans from before the run are left out.
    by
        ``lender_group``, ``kind``, ``product``, ``channel`` or another column of the loans. The largest seven groups
        are shown; the rest are added up.
    labels
        Names of arms and groups, in any script.

    Examples
    --------
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> figure = figures.loans(results, by="kind")
    >>> len(figure.axes)
    2
    """
    arms = outcomes.arm_names(results.enterprises)
    seeds = results.enterprises["seed"].unique().tolist()
    keys = ("week", by) if by in UNSPLIT else ("week", by, "programme")
    wide = _weekly_money(outcomes.loan_volume(results.loans, keys, scale=results.scale, seeds=seeds), by)
    dates = pd.to_datetime(results.weekly["date"])
    with styled():
        titles = [wrapped(name_of(arm, labels), WIDTH - 0.9, 9.0) for arm in arms]
        figure = new_figure((1.6 + 0.15 * most_lines(titles)) * len(arms) + 0.9)
        panels = figure.subplots(len(arms), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        put_dates(panels[-1], day_numbers([dates.min(), dates.max() + pd.Timedelta(days=7)]), most=12)
        for arm, title, panel in zip(arms, titles, panels, strict=True):
            _stack(panel, wide[wide.index.get_level_values("arm") == arm].droplevel("arm"), labels)
            mark_launch(panel, launch_of(results, arm))
            panel.set_title(title if len(arms) > 1 else "")
            panel.set_ylabel(f"bn {outcomes.currency_of(results)} a week")
            rule_off(panel)
        top = float(wide.sum(axis=1).max()) if len(wide) else 0.0
        panels[0].set_ylim(0.0, (1.16 if launch_of(results) is not None else 1.05) * top if top > 0 else 1.0)
        round_marks(panels[0].yaxis)
        add_legend(figure, panels[0], columns=3, more=_keys_of(list(wide.columns.unique("channel"))))
        add_caption(figure, caption_of(results, "new loans by week of payout, mean over seeds, whole country"))
    return figure


def time_to_money(loans: pd.DataFrame, *, labels: Labels = None) -> Figure:
    """Cumulative share of loans paid out, by days from application to money, channel and arm.

    Parameters
    ----------
    loans
        The loan table. Refused, withdrawn and waiting applications have no money and are not part of the share.
    labels
        Names of arms, in any script.

    Examples
    --------
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> figure = figures.time_to_money(results.loans)
    >>> figure.axes[0].get_xlabel()
    'days from application to money'
    """
    paid = loans[~loans["existing"].to_numpy(bool) & loans["days_to_money"].notna().to_numpy(bool)]
    curves = _times(paid, labels)
    with styled():
        figure = new_figure(3.3)
        panel = figure.subplots()
        most = max([7.0, *(float(np.quantile(days, 0.99)) for _, _, days in curves)])
        for position, (colour, words, days) in enumerate(curves):
            _cumulative(panel, days, words, (COLOURS[colour % len(COLOURS)], DASHES[position % len(DASHES)]))
        panel.set_xlim(-0.02 * most, most * 1.06)
        week_marks(panel, most * 1.06)
        whole_percent(panel)
        panel.set_xlabel("days from application to money")
        panel.set_ylabel("loans paid out (%)")
        rule_off(panel)
        if not curves:
            panel.text(0.5, 0.5, "no new loans", transform=panel.transAxes, ha="center", va="center", color=GREY)
        add_legend(figure, panel, columns=2)
        add_caption(figure, _times_caption(loans, int(paid["number"].sum()) if "number" in paid else len(paid)))
    return figure


def _times(paid: pd.DataFrame, labels: Labels) -> list[tuple[int, str, np.ndarray]]:
    """Colour, name and sorted days [loans] of each curve: programme loans, then bank loans, by arm."""
    arms, curves = outcomes.arm_names(paid), []
    for channel, flag in ((PROGRAMME, True), (BANK, False)):
        for position, arm in enumerate(arms):
            chosen = paid["programme"].eq(flag).to_numpy(bool) & paid["arm"].eq(arm).to_numpy(bool)
            number = paid["number"].to_numpy()[chosen] if "number" in paid else 1
            days = np.sort(np.repeat(paid["days_to_money"].to_numpy(np.float64)[chosen], number))
            if len(days):
                where = f" {name_of(arm, labels)}" if arm in ("with", "without") else f", {name_of(arm, labels)}"
                median = f"{np.median(days):.1f}".removesuffix(".0")
                curves.append((position, f"{channel}{where if len(arms) > 1 else ''} (median {median} days)", days))
    return curves


def _times_caption(loans: pd.DataFrame, paid: int) -> str:
    """How many loans are shown, and in which steps their times come."""
    seeds, new = loans["seed"].nunique(), loans[~loans["existing"].to_numpy(bool)]
    times = [new["days_to_money"], new["days_to_decision"]]
    if "applied_date" in new:
        times.append((new["applied_date"] - new["applied_date"].min()).dt.days)
    step = int(np.gcd.reduce(pd.concat(times).dropna().to_numpy(np.int64))) if paid else 0
    words = f"{paid:,} simulated loans paid out in {seeds:,} seed{'s' * (seeds != 1)}"
    return words + (f"; times in steps of {step} days; dots: medians." if step > 1 else "; dots: medians.")


def _cumulative(panel: Axes, days: np.ndarray, words: str, look: tuple[str, object]) -> None:
    """One cumulative distribution as a step line from zero, a dot where it passes one half."""
    values, counts = np.unique(days, return_counts=True)
    share = np.cumsum(counts) / len(days)
    across, up = np.concatenate([[0.0], values, [1e6]]), np.concatenate([[0.0], share, [1.0]])
    panel.plot(across, up, drawstyle="steps-post", color=look[0], linestyle=look[1], label=words)
    panel.plot([np.median(days)], [0.5], "o", color=look[0], markersize=5, markeredgecolor="white", zorder=3)


def _weekly_money(volume: pd.DataFrame, by: str) -> pd.DataFrame:
    """Bn yuan, rows (arm, week), columns (channel, group): groups in the order of their categories, small ones merged.

    The channel is empty where there is only one.
    """
    frame = volume.assign(arm=volume["arm"].astype("str"), bn=volume["money_yuan"] / 1e9)
    fast = (
        frame["programme"].astype(bool) if "programme" in frame and by not in UNSPLIT else pd.Series(False, frame.index)
    )
    frame["channel"] = np.where(fast, PROGRAMME, BANK) if fast.any() and not fast.all() else ""
    if by in ("programme", "first_time", "digital"):
        frame[by] = np.where(frame[by].astype(bool), by, f"not {by}")
    order = list(frame[by].cat.categories) if hasattr(frame[by], "cat") else sorted(frame[by].unique())
    size = frame.groupby(frame[by].astype("str"), observed=True)["bn"].sum()
    order = sorted((str(name) for name in order if size.get(str(name), 0.0) > 0), key=lambda name: name != "programme")
    if len(order) > len(COLOURS):
        kept = set(size.nlargest(len(COLOURS) - 1).index)
        frame[by] = frame[by].astype("str").where(frame[by].astype("str").isin(kept), OTHER)
        order = [name for name in order if name in kept] + [OTHER]
    names = [frame["arm"], frame["week"], frame["channel"], frame[by].astype("str").rename("group")]
    channels = [name for name in ("", PROGRAMME, BANK) if (frame["channel"] == name).any()]
    columns = pd.MultiIndex.from_product([channels, order], names=["channel", "group"])
    return (
        frame["bn"]
        .groupby(names)
        .sum()
        .unstack(["channel", "group"], fill_value=0)
        .reindex(columns=columns, fill_value=0.0)
    )


def _stack(panel: Axes, wide: pd.DataFrame, labels: Labels) -> None:
    """Stacked bars of one arm, a week wide; the legend has every group, lent or not."""
    weeks = day_numbers(wide.index.to_numpy()) if len(wide) else np.empty(0)
    floor, groups = np.zeros(len(weeks)), list(wide.columns.unique("group"))
    columns: list[Any] = list(wide.columns)
    for place, (channel, group) in enumerate(columns):
        height = wide[(channel, group)].to_numpy(np.float64)
        lent = (height > 0) | (weeks == weeks[:1])  # the first week stands for the group in the legend
        look: dict[str, Any] = {"color": COLOURS[groups.index(group) % len(COLOURS)]}
        look["hatch"] = HATCH if channel == BANK else ""
        panel.bar(
            weeks[lent], height[lent], width=7.0, bottom=floor[lent], align="edge", edgecolor="white", linewidth=0.3,
            label=name_of(group, labels) if place < len(groups) else "", **look,
        )  # fmt: skip
        floor = floor + height
    if not floor.sum():
        panel.text(0.5, 0.5, "no new loans", transform=panel.transAxes, ha="center", va="center", color=GREY)


def _keys_of(channels: list[str]) -> list[tuple[Patch, str]]:
    """Legend entries of full and hatched bars, if there are both."""
    looks = {PROGRAMME: "", BANK: HATCH}
    return [
        (Patch(facecolor="#8C8C8C", edgecolor="white", linewidth=0.3, hatch=looks[channel]), channel)
        for channel in channels
        if channel in looks
    ]
