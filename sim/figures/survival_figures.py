"""Survival with and without the programme, and the difference, on real dates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from sim import outcomes
from sim.figures.axes import (
    band_words,
    caption_of,
    count_text,
    counting_unit,
    days_as_dates,
    digits_for,
    grid_of,
    month_marks,
    open_path,
    percent,
    put_dates,
    shade_stoppage,
    shared_limits,
    start_of,
)
from sim.figures.style import BAND_ALPHA, COLOURS, DASHES, GREY, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import name_of
from sim.outcomes import Tables

Labels = Mapping[str, str] | None
GREY_WORDS = "; grey: stoppage, under 90 % open"


def survival(
    results: Tables, by: str | None = None, *, labels: Labels = None, stoppage: pd.Series | None = None
) -> Figure:
    """Survival function of each arm with its band, numbers in business under the axis, the stoppage in grey.

    Parameters
    ----------
    results
        Tables of a comparison or of a run.
    by
        None, a column of the enterprises, ``size`` or ``runway``: one panel a group, same axes.
    labels
        Names of arms and groups, in any script.
    stoppage
        Share open indexed by date; default the one of the weekly table.
    """
    curves = outcomes.survival(results.enterprises, by)
    with styled():
        groups = [name for name in curves["group"].cat.categories if (curves["group"] == name).any()]
        rows, columns = grid_of(max(len(groups), 1))
        arms = list(curves["arm"].cat.categories)
        table = 0.14 * len(arms) + 0.02
        height = 3.3 if rows == 1 and columns == 1 else 1.9
        figure = new_figure(rows * (height + table + 0.45) + 0.5)
        grid = GridSpec(2 * rows, columns, figure=figure, height_ratios=[height, table] * rows)
        limits = shared_limits(curves["low"].fillna(curves["survival"]).to_numpy(), 0.0, 1.0)
        path = open_path(results.weekly) if stoppage is None else stoppage
        for position, group in enumerate(groups):
            row, column = divmod(position, columns)
            panel = figure.add_subplot(grid[2 * row, column])
            part = curves[curves["group"] == group]
            _draw_curves(panel, part, start_of(results.weekly), labels)
            shade_stoppage(panel, path, name=by is None)
            panel.set_ylim(*limits)
            panel.yaxis.set_major_formatter(percent(digits=digits_for(panel)))
            panel.tick_params(labelleft=column == 0)
            panel.set_title("" if by is None else name_of(group, labels))
            panel.set_ylabel("enterprises in business (%)" if column == 0 else "")
            below = figure.add_subplot(grid[2 * row + 1, column], sharex=panel)
            _number_table(below, part, results, panel, columns, (column == 0, labels))
        if groups:
            add_legend(figure, figure.axes[0])
        grey = "" if by is None else GREY_WORDS
        add_caption(figure, caption_of(results, band_words(results.enterprises["seed"].nunique()) + grey))
    return figure


def difference(
    results: Tables, by: str | None = None, *, labels: Labels = None, stoppage: pd.Series | None = None
) -> Figure:
    """Survival of the first arm minus that of the other, in percentage points, with the paired band over seeds.

    Parameters
    ----------
    results, by, labels, stoppage
        As for ``survival``.

    Raises
    ------
    ValueError
        If there is one arm only.
    """
    gaps = outcomes.difference(results.enterprises, by)
    if not len(gaps["against"].cat.categories):
        raise ValueError("a difference needs two arms; these tables have one")
    with styled():
        groups = [name for name in gaps["group"].cat.categories if (gaps["group"] == name).any()]
        rows, columns = grid_of(len(groups))
        figure = new_figure(3.4 if by is None else rows * 2.1 + 0.6)
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        path = open_path(results.weekly) if stoppage is None else stoppage
        arms = outcomes.arm_names(results.enterprises)
        for panel, group in zip(panels.flat, groups, strict=False):
            _draw_gaps(panel, gaps[gaps["group"] == group], start_of(results.weekly), arms, labels)
            shade_stoppage(panel, path, name=by is None)
            panel.set_title("" if by is None else name_of(group, labels))
            last = float(gaps["day"].max())
            put_dates(panel, days_as_dates([0.0, last], start_of(results.weekly)), most=month_marks(columns))
        for place in range(len(groups), panels.size):
            panels.flat[place].set_visible(False)
            panels.flat[place - columns].tick_params(labelbottom=True)
        digits = digits_for(panels[0, 0])
        for panel in panels.flat:
            panel.yaxis.set_major_formatter(percent(digits=digits, sign=True))
        for panel in panels[:, 0]:
            panel.set_ylabel("difference in survival\n(percentage points)")
        if len(arms) > 2 or by is not None:
            add_legend(figure, panels[0, 0])
        if len(arms) == 2 and by is None:
            panels[0, 0].set_ylabel(f"survival {arms[0]} − {arms[1]}\n(percentage points)")
        words = "paired " + band_words(results.enterprises["seed"].nunique())
        add_caption(
            figure, caption_of(results, words.replace("paired one", "one") + ("" if by is None else GREY_WORDS))
        )
    return figure


def _draw_curves(panel: Axes, curves: pd.DataFrame, start: pd.Timestamp, labels: Labels) -> None:
    """Lines and bands of the arms in one panel."""
    for position, arm in enumerate(curves["arm"].cat.categories):
        part = curves[curves["arm"] == arm]
        days, colour = days_as_dates(part["day"], start), COLOURS[position % len(COLOURS)]
        panel.fill_between(
            days, part["low"], part["high"], step="post", color=colour, alpha=BAND_ALPHA, linewidth=0, zorder=2
        )
        panel.plot(
            days, part["survival"], drawstyle="steps-post", color=colour, zorder=3,
            linestyle=DASHES[position % len(DASHES)], label=name_of(arm, labels),
        )  # fmt: skip
    rule_off(panel)


def _number_table(
    below: Axes, curves: pd.DataFrame, results: Tables, panel: Axes, columns: int, names: tuple[bool, Labels]
) -> None:
    """Enterprises in business at each mark of the axis, a line an arm, in its colour."""
    start, last = start_of(results.weekly), float(curves["day"].max()) if len(curves) else 1.0
    marks = put_dates(panel, days_as_dates([0.0, last], start), most=month_marks(columns))
    divisor, unit = counting_unit(float(curves["at_risk"].max()) * results.scale)
    arms = list(curves["arm"].cat.categories)
    for position, arm in enumerate(arms):
        part = curves[curves["arm"] == arm]
        days = days_as_dates(part["day"], start)
        for mark in marks:
            after = np.searchsorted(days, mark, side="left")
            number = part["at_risk"].to_numpy()[after] * results.scale if after < len(days) else 0.0
            below.text(
                mark, position, count_text(number, divisor), ha="center", va="center", fontsize=7,
                color=COLOURS[position % len(COLOURS)],
            )  # fmt: skip
    below.set_ylim(len(arms) - 0.5, -0.5)
    below.set_yticks(
        range(len(arms)),
        [name_of(arm, {"with": "with", "without": "without"}) for arm in arms] if names[0] else [""] * len(arms),
    )
    below.tick_params(length=0, labelsize=7, labelbottom=False, pad=12)
    below.spines[:].set_visible(False)
    if names[0]:
        words = f"in business ({unit})" if unit else "in business"
        below.set_title(words, fontsize=7, color=GREY, pad=2)


def _draw_gaps(panel: Axes, gaps: pd.DataFrame, start: pd.Timestamp, arms: list[str], labels: Labels) -> None:
    """Lines and bands of the differences in one panel."""
    panel.axhline(0.0, color="#444444", linewidth=0.8, zorder=1)
    for position, other in enumerate(gaps["against"].cat.categories):
        part = gaps[gaps["against"] == other]
        days, colour = days_as_dates(part["day"], start), COLOURS[position % len(COLOURS)]
        panel.fill_between(
            days, part["low"], part["high"], step="post", color=colour, alpha=BAND_ALPHA, linewidth=0, zorder=2
        )
        words = f"{name_of(arms[0], labels)} − {name_of(other, labels)}"
        panel.plot(
            days, part["difference"], drawstyle="steps-post", color=colour, zorder=3, label=words,
            linestyle=DASHES[position % len(DASHES)],
        )  # fmt: skip
    rule_off(panel)
