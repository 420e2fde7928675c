"""Figures of many programmes: enterprises saved against cost, and regret over states of the world."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.figures.style import COLOURS, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import drawable, fitted, wrapped
from sim.figures.ticks import round_marks

LENT = "cividis"
"""Told apart by colour-blind readers and in grey."""
BASE_COLOUR = COLOURS[1]
LEVEL_LOOKS = ((COLOURS[0], "o"), (COLOURS[4], "s"), (COLOURS[2], "^"), (COLOURS[3], "D"))


def frontier(table: pd.DataFrame, tried: pd.DataFrame, caption: str) -> Figure:
    """Enterprises saved against cost: every trial, the non-dominated programmes coloured by money lent, and one marked.

    Parameters
    ----------
    table
        One row for each programme: saved_thousand and cost_bn with ``_low`` and ``_high``, lent_bn. The first row is
        the programme that is marked.
    tried
        One row for each trial: net_saved [enterprises] and cost [yuan].
    caption
        How many enterprises, trials and seeds there are, and what the bars are.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import figures
    >>> saved = {"saved_thousand": [9.0, 12.0], "saved_thousand_low": [8.0, 11.0], "saved_thousand_high": [10.0, 13.0]}
    >>> cost = {"cost_bn": [5.0, 4.0], "cost_bn_low": [4.0, 3.0], "cost_bn_high": [6.0, 5.0], "lent_bn": [50.0, 60.0]}
    >>> tried = pd.DataFrame({"net_saved": [9000.0, 12000.0, 3000.0], "cost": [5e9, 4e9, 6e9]})
    >>> figure = figures.frontier(pd.DataFrame(saved | cost), tried, "2 seeds.")
    >>> figure.axes[0].get_ylabel()
    'enterprises saved, net (thousand)'
    """
    base, others = table.iloc[:1], table.iloc[1:]
    with styled():
        figure = new_figure(4.3)
        panel = figure.subplots()
        panel.plot(
            tried["cost"] / 1e9, tried["net_saved"] / 1e3, ".", color="#BBBBBB", markersize=4, zorder=1,
            label="tried (seeds of the search)",
        )  # fmt: skip
        _steps(panel, others)
        _bars(panel, others, "#C8C8C8", 0.5)
        points = panel.scatter(
            others["cost_bn"], others["saved_thousand"], c=others["lent_bn"], cmap=LENT, s=34, edgecolor="white",
            linewidth=0.6, zorder=4,
        )  # fmt: skip
        _bars(panel, base, BASE_COLOUR, 1.4)
        panel.plot(
            base["cost_bn"], base["saved_thousand"], "*", color=BASE_COLOUR, markersize=14, markeredgecolor="white",
            zorder=6, label="the programme as it was",
        )  # fmt: skip
        bar = figure.colorbar(points, ax=panel, fraction=0.05, pad=0.02)
        bar.outline.set_visible(False)  # type: ignore[operator]
        bar.set_label("lent more, programme and banks (bn yuan)")
        round_marks(bar.ax.yaxis)
        round_marks(panel.xaxis)
        round_marks(panel.yaxis)
        panel.set_xlabel("cost: fiscal and lenders' losses on new loans, against no programme (bn yuan)")
        panel.set_ylabel("enterprises saved, net (thousand)")
        rule_off(panel)
        key = Line2D([], [], marker="o", linestyle="none", color="#7F7F7F", markeredgecolor="white", markersize=6.5)
        add_legend(figure, panel, columns=4, more=[(key, "not dominated, of those tried (fresh seeds)")])
        add_caption(figure, caption)
    return figure


def _steps(panel: Axes, rows: pd.DataFrame) -> None:
    """Draw the most that is saved at no more than each cost, as steps."""
    order = rows.sort_values("cost_bn", kind="stable")
    cost, most = order["cost_bn"].to_numpy(np.float64), order["saved_thousand"].cummax().to_numpy(np.float64)
    panel.step(cost, most, where="post", color=COLOURS[0], linewidth=1.2, zorder=2, label="most saved at this cost")


def _bars(panel: Axes, rows: pd.DataFrame, colour: str, width: float) -> None:
    """Draw the bands of both numbers."""
    look: dict[str, Any] = {"color": colour, "linewidth": width, "zorder": 3}
    panel.vlines(rows["cost_bn"], rows["saved_thousand_low"], rows["saved_thousand_high"], **look)
    panel.hlines(rows["saved_thousand"], rows["cost_bn_low"], rows["cost_bn_high"], **look)


def regret(table: pd.DataFrame, levels: str, *, name: str, unit: str, caption: str) -> Figure:
    """Regret of each design in each state of the world, its mean and its maximum, with the least maximum on top.

    Parameters
    ----------
    table
        One row for each design and state: design, regret, and the column that colours the dots.
    levels, name
        That column (a few levels of something uncertain), and how the figure calls it.
    unit
        Unit of the regret.
    caption
        How many enterprises, seeds and states there are.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import figures
    >>> table = pd.DataFrame({"design": ["fast", "slow"], "regret": [0.0, 3.0], "demand": [0.9, 0.9]})
    >>> figure = figures.regret(table, "demand", name="demand", unit="thousand", caption="1 state.")
    >>> [mark.get_text() for mark in figure.axes[0].get_yticklabels()]
    ['fast', 'slow']
    """
    most = table.groupby("design", sort=False)["regret"].agg(["max", "mean"])
    order = most.sort_values(["max", "mean"], kind="stable").index
    values = list(dict.fromkeys(table[levels]))
    spread = np.linspace(-0.24, 0.24, len(values)) if len(values) > 1 else np.zeros(1)
    with styled():
        figure = new_figure(1.5 + 0.42 * len(order))
        panel = figure.subplots()
        for value, shift, (colour, mark) in zip(values, spread, LEVEL_LOOKS, strict=False):
            part = table[table[levels] == value]
            places = [order.get_loc(design) + shift for design in part["design"]]
            panel.plot(
                part["regret"], places, mark, color=colour, markersize=4, markeredgecolor="white",
                markeredgewidth=0.4, label=drawable(f"{name} {value:g}×"), zorder=3,
            )  # fmt: skip
        for place, design in enumerate(order):
            mean, highest = most.loc[design, "mean"], most.loc[design, "max"]
            panel.hlines(place, 0.0, highest, color="#DDDDDD", linewidth=7, zorder=1)
            panel.vlines(mean, place - 0.36, place + 0.36, color="black", linewidth=1.6, zorder=4)
        panel.set_yticks(range(len(order)), fitted([str(name) for name in order], 2.2, 8.0))
        panel.set_ylim(len(order) - 0.4, -0.6)
        panel.spines["left"].set_visible(False)
        panel.set_xlabel(wrapped(f"regret: best design in that state less this one ({unit})", 4.5, 9.0))
        round_marks(panel.xaxis)
        rule_off(panel, "x")
        panel.tick_params(axis="y", length=0)
        mean_key = Line2D([], [], color="black", linewidth=1.6, marker="|", linestyle="none", markersize=9)
        mean_key.set_markeredgewidth(1.6)
        add_legend(figure, panel, columns=4, more=[(mean_key, "mean over states")])
        add_caption(figure, f"{caption} Grey: to the maximum over states.")
    return figure
