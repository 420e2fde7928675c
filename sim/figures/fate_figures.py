"""Figures of the fates of enterprises, and of the groups that the programme saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import outcomes
from sim.figures.axes import band_words, caption_of, counted
from sim.figures.style import (
    COLOURS,
    GREY,
    WIDTH,
    add_caption,
    add_legend,
    new_figure,
    rule_off,
    styled,
)
from sim.figures.text import fitted, most_lines, name_of, widest, wrapped
from sim.figures.ticks import round_marks
from sim.outcomes import Tables

Labels = Mapping[str, str] | None

PARTS = ("saved, sound at the end", "saved, insolvent at the end", "harmed", "lost either way", "survived anyway")
PART_COLOURS = ("#0072B2", "#56B4E9", "#D55E00", "#8C8C8C", "#CFCFCF")


def fates(results: Tables, by: str | None = None, *, against: str | None = None, labels: Labels = None) -> Figure:
    """The fates of the enterprises, and where the programme's money went.

    Parameters
    ----------
    results
        Tables of a comparison.
    by
        None: share and money of each fate. A column, ``size`` or ``runway``: for each group the enterprises that close
        without the programme, split into saved and lost, and left of zero those that the programme harms.
    against
        The other arm; by default the second one.
    labels
        Names of groups, in any script.

    Raises
    ------
    ValueError
        If there is only one arm.

    Examples
    --------
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> figure = figures.fates(results)
    >>> [panel.get_xlabel() for panel in figure.axes]
    ['enterprises (%)', 'programme money (bn yuan)']
    """
    table = outcomes.fate_shares(results.enterprises, by, against=against, scale=results.scale)
    if table.empty:
        raise ValueError("fates need two arms with the same seeds")
    parts = _parts(table)
    with styled():
        figure = _fates_alone(parts, outcomes.currency_of(results)) if by is None else _fates_by(parts, labels)
        add_caption(figure, caption_of(results, "mean over seeds, whole country"))
    return figure


def who_benefits(
    results: Tables,
    by: Sequence[str] = ("kind", "sector", "size"),
    *,
    against: str | None = None,
    labels: Labels = None,
) -> Figure:
    """Share of the enterprises of each group that the programme saves, with its band; dashed: all enterprises.

    Parameters
    ----------
    results
        Tables of a comparison.
    by
        Groupings, one panel for each: columns, ``size`` or ``runway``.
    against
        The other arm; by default the second one.
    labels
        Names of groups, in any script.

    Raises
    ------
    ValueError
        If there is only one arm.

    Examples
    --------
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> figure = figures.who_benefits(results, by=["kind", "size"])
    >>> [panel.get_title(loc="left") for panel in figure.axes]
    ['by kind', 'by size']
    """
    tables = {name: _saved(outcomes.fate_shares(results.enterprises, name, against=against)) for name in by}
    whole = _saved(outcomes.fate_shares(results.enterprises, against=against))
    if whole.empty:
        raise ValueError("who benefits needs two arms with the same seeds")
    with styled():
        names = [_row_names(list(table["group"]), labels) for table in tables.values()]
        heights = [len(rows) * _row_height(rows) + 0.6 for rows in names]
        figure = new_figure(0.2 * sum(heights) + 0.35 * len(heights) + 0.75)
        panels = figure.subplots(len(tables), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        for panel, rows, (column, table) in zip(panels, names, tables.items(), strict=True):
            _dots(panel, table, rows)
            panel.axvline(float(whole["share"].iloc[0]), color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
            panel.set_title(f"by {name_of(column, labels)}")
        _limits_with_zero(panels[-1])
        round_marks(panels[-1].xaxis, 100.0)
        panels[-1].set_xlabel(_across("enterprises saved by the programme (% of the group)", *names))
        words = band_words(results.enterprises["seed"].nunique()).replace("band", "bars")
        add_caption(figure, caption_of(results, words + "; dashed: all enterprises"))
    return figure


def _parts(table: pd.DataFrame) -> pd.DataFrame:
    """Share, enterprises and money of the five parts: the fates, with the saved split by solvency at the end."""
    frame = table.astype({"group": "str", "fate": "str"}).rename(columns={"fate": "part"})
    saved = frame["part"] == "saved"
    kept_on = frame[saved].assign(
        part=PARTS[1],
        share=frame["share"] * (frame["insolvent"] / frame["enterprises"].where(frame["enterprises"] > 0)).fillna(0.0),
        enterprises=frame["insolvent"],
        programme_yuan=frame["insolvent_yuan"],
    )
    columns = ["share", "enterprises", "programme_yuan"]
    frame["part"] = frame["part"].str.replace("_", " ").replace("saved", PARTS[0])
    frame.loc[saved, columns] -= kept_on[columns]
    index = pd.MultiIndex.from_product([list(dict.fromkeys(frame["group"])), PARTS], names=["group", "part"])
    return pd.concat([frame, kept_on]).set_index(["group", "part"])[columns].reindex(index)


def _fates_alone(parts: pd.DataFrame, currency: str) -> Figure:
    """Bars of the five parts: enterprises on the left, money of the programme on the right."""
    figure = new_figure(2.4)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.2, 1.0])
    money = parts["programme_yuan"].to_numpy(np.float64) / 1e9
    total = money.sum() if money.sum() > 0 else 1.0
    digits = int(np.clip(np.ceil(2.5 - np.log10(max(money.max(), 1e-9))), 0, 6)) if money.any() else 0
    numbers = [
        f"{share * 100:.2f} % ({counted(number)})"
        for share, number in zip(parts["share"], parts["enterprises"], strict=True)
    ]
    amounts = [f"{bn:,.{digits}f} ({bn / total * 100:.1f} %)" for bn in money]
    _labelled_bars(left, parts["share"].to_numpy(np.float64), numbers)
    _labelled_bars(right, money, amounts)
    left.set_yticks(range(len(PARTS)), PARTS)
    left.invert_yaxis()
    round_marks(left.xaxis, 100.0, most=5)
    round_marks(right.xaxis)
    left.set_xlabel("enterprises (%)")
    right.set_xlabel(f"programme money (bn {currency})")
    return figure


def _labelled_bars(panel: Axes, values: np.ndarray, words: list[str]) -> None:
    """Draw a bar for each of the five parts, with its number right of the axes."""
    panel.barh(range(len(PARTS)), values, color=PART_COLOURS, height=0.7)
    for place, text in enumerate(words):
        panel.annotate(
            text, (1.0, place), xytext=(4, 0), xycoords=panel.get_yaxis_transform(), textcoords="offset points",
            va="center", fontsize=8, annotation_clip=False,
        )  # fmt: skip
    panel.set_xlim(0.0, max(float(values.max()), 1e-9))
    panel.tick_params(axis="y", length=0)
    rule_off(panel, "x")


def _fates_by(parts: pd.DataFrame, labels: Labels) -> Figure:
    """Stacked bars by group for enterprises that close without the programme; harmed ones are left of zero."""
    groups = list(dict.fromkeys(parts.index.get_level_values(0)))
    names = _row_names(groups, labels)
    figure = new_figure(0.27 * len(groups) * _row_height(names) + 1.4)
    panel = figure.subplots()
    places, floor = np.arange(len(groups)), np.zeros(len(groups))
    for part in (0, 1, 3, 2):
        share = parts["share"].xs(PARTS[part], level="part").reindex(groups).to_numpy(np.float64)
        base, width = (floor, share) if part != 2 else (np.zeros(len(groups)), -share)
        panel.barh(places, width, left=base, color=PART_COLOURS[part], height=0.7, label=PARTS[part])
        floor = floor + share if part != 2 else floor
    panel.set_yticks(places, names)
    panel.invert_yaxis()
    words = "closures without the programme (% of the group)"
    harmed = parts["share"].xs(PARTS[2], level="part").gt(0).any()
    panel.set_xlabel(_across(words + (";\nleft of zero: closures only with it" if harmed else ""), names))
    _limits_with_zero(panel)
    round_marks(panel.xaxis, 100.0)
    rule_off(panel, "x")
    panel.tick_params(axis="y", length=0)
    add_legend(figure, panel, columns=4)
    return figure


def _limits_with_zero(panel: Axes) -> None:
    """Set limits of shares around zero, never beyond 100 %, and draw the line at zero instead of at the frame."""
    low, high = panel.get_xlim()
    panel.set_xlim(max(-1.0, min(low, -0.02 * high)), min(1.0, max(high, 1e-3)))
    for axes in panel.get_shared_x_axes().get_siblings(panel):
        axes.axvline(0.0, color="#444444", linewidth=0.8)
        axes.spines["left"].set_visible(False)


def _row_names(groups: Sequence[object], labels: Labels) -> list[str]:
    """Names left of rows, in as many lines as they need."""
    return fitted([name_of(str(group), labels) for group in groups], 2.7, 8.0)


def _row_height(names: Sequence[str]) -> float:
    """Height of a row with such a name, in rows of one line."""
    return 1.0 + 0.6 * (most_lines(names) - 1)


def _across(text: str, *names: Sequence[str]) -> str:
    """Label of the x axis, wrapped to the width that axes beside such names have."""
    return wrapped(text, WIDTH - max(widest(rows, 8.0) for rows in names) - 0.4, 9.0)


def _saved(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the saved."""
    return table[table["fate"].astype("str") == "saved"]


def _dots(panel: Axes, table: pd.DataFrame, names: Sequence[str]) -> None:
    """Draw one dot for each group with its band, the first on top."""
    places = np.arange(len(table))
    panel.hlines(places, table["low"], table["high"], color=COLOURS[0], linewidth=1.4, zorder=2)
    panel.plot(table["share"], places, "o", color=COLOURS[0], markersize=5, markeredgecolor="white", zorder=3)
    panel.set_yticks(places, names)
    panel.set_ylim(len(table) - 0.4, -0.6)
    panel.tick_params(axis="y", length=0)
    rule_off(panel, "x")
