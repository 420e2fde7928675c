"""Lending by week, and the days from application to money."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from sim import outcomes
from sim.figures.axes import caption_of, day_numbers, put_dates
from sim.figures.style import COLOURS, DASHES, GREY, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import name_of
from sim.outcomes import Tables

Labels = Mapping[str, str] | None
OTHER = "other"
HATCHES = ("", "", "", "", "", "", "", "////")


def loans(results: Tables, by: str = "lender_group", *, labels: Labels = None) -> Figure:
    """New lending by week of payout, stacked by group, one panel an arm on the same scale.

    Parameters
    ----------
    results
        Tables of a comparison or of a run; loans there before the run are left out.
    by
        ``lender_group``, ``kind``, ``product``, ``channel`` or another column of the loans. The largest seven groups
        are shown, the rest together.
    labels
        Names of arms and groups, in any script.
    """
    arms = outcomes.arm_names(results.enterprises)
    seeds = results.enterprises["seed"].unique().tolist()
    volume = outcomes.loan_volume(results.loans, ("week", by), scale=results.scale, seeds=seeds)
    wide = _weekly_money(volume, by, arms)
    dates = pd.to_datetime(results.weekly["date"])
    with styled():
        figure = new_figure(1.75 * len(arms) + 0.9)
        panels = figure.subplots(len(arms), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for arm, panel in zip(arms, panels, strict=True):
            _stack(
                panel,
                wide.loc[[arm]].droplevel(0) if arm in wide.index.get_level_values(0) else wide.iloc[:0],
                labels,
                list(wide.columns),
            )
            panel.set_title(name_of(arm, labels))
            panel.set_ylabel("bn yuan a week")
            panel.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
            rule_off(panel)
        top = float(wide.sum(axis=1).max()) if len(wide) else 1.0
        panels[0].set_ylim(0.0, 1.05 * top if top > 0 else 1.0)
        put_dates(panels[-1], day_numbers([dates.min(), dates.max() + pd.Timedelta(days=7)]), most=12)
        add_legend(figure, panels[0], columns=3)
        add_caption(figure, caption_of(results, "new loans by week of payout, mean over seeds, whole country"))
    return figure


def time_to_money(loans: pd.DataFrame, *, labels: Labels = None) -> Figure:
    """Share of paid-out loans whose money had come within so many days of the application, by channel and arm.

    Parameters
    ----------
    loans
        The loan table. Refused, withdrawn and waiting applications have no money and are not in the share.
    labels
        Names of arms, in any script.
    """
    paid = loans[~loans["existing"].to_numpy(bool) & loans["days_to_money"].notna().to_numpy(bool)]
    arms = outcomes.arm_names(loans)
    with styled():
        figure = new_figure(3.3)
        panel = figure.subplots()
        most = 1.0
        for colour, (channel, flag) in enumerate((("programme", True), ("bank", False))):
            for position, arm in enumerate(arms):
                chosen = paid["programme"].eq(flag).to_numpy(bool) & paid["arm"].eq(arm).to_numpy(bool)
                days = np.sort(paid["days_to_money"].to_numpy(np.float64)[chosen])
                if not len(days):
                    continue
                most = max(most, float(np.quantile(days, 0.99)))
                word = name_of(arm, labels if labels and arm in labels else {arm: arm})
                words = (
                    f"{channel} loans" + (f", {word}" if len(arms) > 1 else "") + f" (median {np.median(days):.0f} d)"
                )
                _cumulative(panel, days, words, (COLOURS[colour], DASHES[position % len(DASHES)]))
        panel.set_xlim(0.0, most * 1.02)
        panel.set_ylim(0.0, 1.02)
        panel.set_yticks(np.linspace(0, 1, 6), [f"{share:.0f}" for share in np.linspace(0, 100, 6)])
        panel.set_xlabel("days from application to money")
        panel.set_ylabel("loans paid out (%)")
        rule_off(panel)
        add_legend(figure, panel, columns=2)
        seeds = loans["seed"].nunique()
        add_caption(figure, f"{len(paid):,} simulated loans paid out in {seeds:,} seed{'s' * (seeds != 1)}.")
    return figure


def _cumulative(panel: Axes, days: np.ndarray, words: str, look: tuple[str, object]) -> None:
    """One cumulative distribution as a step line from zero."""
    values, counts = np.unique(days, return_counts=True)
    share = np.cumsum(counts) / len(days)
    across, up = np.concatenate([[0.0], values, [1e6]]), np.concatenate([[0.0], share, [1.0]])
    panel.plot(across, up, drawstyle="steps-post", color=look[0], linestyle=look[1], label=words)


def _weekly_money(volume: pd.DataFrame, by: str, arms: list[str]) -> pd.DataFrame:
    """Bn yuan, rows (arm, week), columns the groups: in the order of their categories, the smallest merged."""
    frame = volume.assign(arm=volume["arm"].astype("str"), bn=volume["money_yuan"] / 1e9)
    if by in ("programme", "first_time", "digital"):
        frame[by] = np.where(frame[by].astype(bool), by, f"not {by}")
    order = list(frame[by].cat.categories) if hasattr(frame[by], "cat") else sorted(frame[by].unique())
    size = frame.groupby(frame[by].astype("str"), observed=True)["bn"].sum()
    order = [str(name) for name in order if size.get(str(name), 0.0) > 0]
    if len(order) > len(COLOURS):
        kept = set(size.nlargest(len(COLOURS) - 1).index)
        frame[by] = frame[by].astype("str").where(frame[by].astype("str").isin(kept), OTHER)
        order = [name for name in order if name in kept] + [OTHER]
    keys = [frame["arm"], frame["week"], frame[by].astype("str")]
    return frame["bn"].groupby(keys).sum().unstack(fill_value=0).reindex(columns=order)


def _stack(panel: Axes, wide: pd.DataFrame, labels: Labels, groups: list[str]) -> None:
    """Stacked bars of one arm, a week wide; the legend has every group, lent or not."""
    weeks = day_numbers(wide.index.to_numpy()) if len(wide) else np.empty(0)
    floor = np.zeros(len(weeks))
    for position, group in enumerate(groups):
        height = wide[group].to_numpy(np.float64)
        panel.bar(
            weeks, height, width=7.0, bottom=floor, align="edge", color=COLOURS[position % len(COLOURS)],
            edgecolor="white", linewidth=0.3, hatch=HATCHES[position % len(HATCHES)], label=name_of(group, labels),
        )  # fmt: skip
        floor = floor + height
    if not floor.sum():
        panel.text(0.5, 0.5, "no new loans", transform=panel.transAxes, ha="center", va="center", color=GREY)
