"""Figures of survival with and without the programme, and of the difference, on real dates."""

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
    grid_of,
    launch_of,
    mark_launch,
    month_marks,
    open_path,
    panel_titles,
    put_dates,
    shade_stoppage,
    shared_limits,
    start_of,
)
from sim.figures.style import BAND_ALPHA, COLOURS, DASHES, GREY, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import most_lines, name_of, shortened
from sim.figures.ticks import round_marks
from sim.outcomes import Tables

Labels = Mapping[str, str] | None
GREENWOOD = "band: 95 % of this one sample (Greenwood)"
SHORT = {"with": "with", "without": "without"}
GREY_WORDS = "; grey: stoppage, under 90 % open"
LAUNCH_WORDS = "; dotted: launch of the programme"


def survival(
    results: Tables, by: str | None = None, *, labels: Labels = None, stoppage: pd.Series | None = None
) -> Figure:
    """Survival function of each arm with its band, the numbers in business under the axis, and the stoppage in grey.

    Parameters
    ----------
    results
        Tables of a comparison or of a run.
    by
        None, a column of the enterprises, ``size`` or ``runway``: one panel for each group, with the same axes.
    labels
        Names of arms and groups, in any script.
    stoppage
        Share of enterprises open, indexed by date; by default that of the weekly table.

    Examples
    --------
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> figure = figures.survival(results)
    >>> figure.axes[0].get_ylabel()
    'enterprises in business (%)'
    """
    curves = outcomes.survival(results.enterprises, by)
    with styled():
        groups = [name for name in curves["group"].cat.categories if (curves["group"] == name).any()]
        rows, columns = grid_of(max(len(groups), 1))
        arms = list(curves["arm"].cat.categories)
        table = 0.14 * len(arms) + 0.02
        height = 3.3 if rows == 1 and columns == 1 else 1.9
        titles = panel_titles([name_of(group, labels) for group in groups], columns, 0.75)
        figure = new_figure(rows * (height + table + 0.3 + 0.15 * most_lines(titles)) + 0.5)
        grid = GridSpec(2 * rows, columns, figure=figure, height_ratios=[height, table] * rows)
        limits = shared_limits(curves["low"].fillna(curves["survival"]).to_numpy(), 0.0, 1.0)
        path = open_path(results.weekly) if stoppage is None else stoppage
        shut = launched = False
        for position, group in enumerate(groups):
            row, column = divmod(position, columns)
            panel = figure.add_subplot(grid[2 * row, column])
            part = curves[curves["group"] == group]
            _draw_curves(panel, part, start_of(results.weekly), labels)
            shut = shade_stoppage(panel, path, name=by is None)
            panel.set_ylim(*limits)
            round_marks(panel.yaxis, 100.0)
            panel.tick_params(labelleft=column == 0)
            panel.set_title("" if by is None else titles[position])
            panel.set_ylabel("enterprises in business (%)" if column == 0 else "")
            below = figure.add_subplot(grid[2 * row + 1, column], sharex=panel)
            _number_table(below, part, results, panel, columns, (column == 0, labels))
            launched = mark_launch(panel, launch_of(results), top=False, name=by is None)
        if groups and len(arms) > 1:
            add_legend(figure, figure.axes[0])
        words = band_words(results.enterprises["seed"].nunique(), GREENWOOD) + _panel_words(by, shut, launched)
        add_caption(figure, caption_of(results, words))
    return figure


def difference(
    results: Tables, by: str | None = None, *, labels: Labels = None, stoppage: pd.Series | None = None
) -> Figure:
    r"""Survival of the first arm minus that of the other, in percentage points, with the paired band over seeds.

    Parameters
    ----------
    results, by, labels, stoppage
        As for :func:`survival`.

    Raises
    ------
    ValueError
        If there is only one arm, or no seed that ended in both.

    Examples
    --------
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> figure = figures.difference(results)
    >>> figure.axes[0].get_ylabel()
    'survival with − without\n(percentage points)'
    """
    gaps = outcomes.difference(results.enterprises, by)
    if not len(gaps["against"].cat.categories):
        raise ValueError("a difference needs two arms; these tables have one")
    if gaps.empty:
        raise ValueError("a difference needs two arms with the same seeds")
    with styled():
        groups = [name for name in gaps["group"].cat.categories if (gaps["group"] == name).any()]
        rows, columns = grid_of(len(groups))
        titles = panel_titles([name_of(group, labels) for group in groups], columns, 0.95)
        figure = new_figure(3.4 if by is None else rows * (1.95 + 0.15 * most_lines(titles)) + 0.6)
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        path = open_path(results.weekly) if stoppage is None else stoppage
        shut = launched = False
        arms = outcomes.arm_names(results.enterprises)
        for panel, group, title in zip(panels.flat, groups, titles, strict=False):
            _draw_gaps(panel, gaps[gaps["group"] == group], start_of(results.weekly), arms, labels)
            shut = shade_stoppage(panel, path, name=by is None)
            panel.set_title("" if by is None else title)
            last = float(gaps["day"].max())
            put_dates(panel, days_as_dates([0.0, last], start_of(results.weekly)), most=month_marks(columns))
            launched = mark_launch(panel, launch_of(results), top=_starts_low(panel), name=by is None)
        for place in range(len(groups), panels.size):
            panels.flat[place].set_visible(False)
            panels.flat[place - columns].tick_params(labelbottom=True)
        round_marks(panels[0, 0].yaxis, 100.0, sign=True)
        for panel in panels[:, 0]:
            panel.set_ylabel("difference in survival\n(percentage points)")
        if len(arms) > 2 or by is not None:
            add_legend(figure, panels[0, 0], columns=2)
        if len(arms) == 2 and by is None:
            names = [shortened(arm, 1.1, 9.0) for arm in arms]
            panels[0, 0].set_ylabel(f"survival {names[0]} − {names[1]}\n(percentage points)")
        words = band_words(results.enterprises["seed"].nunique()).replace("band: 95 %", "paired band: 95 %")
        add_caption(figure, caption_of(results, words + _panel_words(by, shut, launched)))
    return figure


def _panel_words(by: str | None, shut: bool, launched: bool) -> str:
    """What small panels show without naming it, in words for the caption."""
    if by is None:
        return ""
    return (GREY_WORDS if shut else "") + (LAUNCH_WORDS if launched else "")


def _starts_low(panel: Axes) -> bool:
    """Whether zero, where differences start, lies in the lower half of the axis."""
    low, high = panel.get_ylim()
    return low + high > 0


def _draw_curves(panel: Axes, curves: pd.DataFrame, start: pd.Timestamp, labels: Labels) -> None:
    """Draw lines and bands of the arms in one panel."""
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
    """Write the enterprises in business at each mark of the axis, one line for each arm, in its colour."""
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
        [shortened(name_of(arm, SHORT), 0.7, 7.0) if names[0] and len(arms) > 1 else "" for arm in arms],
    )
    below.tick_params(length=0, labelsize=7, labelbottom=False, pad=12)
    below.spines[:].set_visible(False)
    if names[0]:
        words = f"in business ({unit})" if unit else "in business"
        below.set_title(words, fontsize=7, color=GREY, pad=2)


def _draw_gaps(panel: Axes, gaps: pd.DataFrame, start: pd.Timestamp, arms: list[str], labels: Labels) -> None:
    """Draw lines and bands of the differences in one panel."""
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
