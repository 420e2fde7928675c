"""Figures of rival policies: what each saves at equal cost, and what a saved enterprise costs at each size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import COLOURS, GREY, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import drawable
from sim.figures.ticks import round_marks

ALONE, WITH_PROGRAMME, OTHER = COLOURS[1], COLOURS[0], GREY
KINDS = (("alone", ALONE, "o"), ("pair with the programme", WITH_PROGRAMME, "s"), ("other pair", OTHER, "D"))
PANELS = (
    ("saved_thousand", "enterprises saved, net\n(thousand)"),
    ("jobs_thousand", "jobs kept at the end\n(thousand)"),
)
LOOKS = (
    ("#56B4E9", "v"),
    ("#D55E00", "D"),
    ("#009E73", "^"),
    ("#0072B2", "o"),
    ("#CC79A7", "<"),
    ("#E69F00", "s"),
    ("#8C510A", ">"),
    ("#222222", "h"),
)
"""Colour and mark of each policy; no pale yellow, which a thin line does not carry."""
LEAST_BN = 0.1
"""Costs below this (bn yuan) are drawn here on the logarithmic axis."""


def equal_cost(table: pd.DataFrame, caption: str) -> Figure:
    """Enterprises saved and jobs kept by each policy and pair of policies at the same cost, with the best on top.

    Parameters
    ----------
    table
        One row for each policy: policy (a name with `` + `` is a pair), full_size, cost_bn, and saved_thousand and
        jobs_thousand with ``_low`` and ``_high``.
    caption
        How many enterprises and seeds there are, and what the bars are.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import figures
    >>> table = pd.DataFrame({"policy": ["programme", "grants"], "full_size": [False, True], "cost_bn": [10.0, 9.0]})
    >>> names = [f"{name}_thousand{end}" for name in ("saved", "jobs") for end in ("", "_low", "_high")]
    >>> figure = figures.equal_cost(table.assign(**dict.fromkeys(names, [2.0, 1.0])), "2 seeds.")
    >>> [mark.get_text() for mark in figure.axes[0].get_yticklabels()]
    ['programme', 'grants']
    """
    rows = table.sort_values("saved_thousand", ascending=False, kind="stable").reset_index(drop=True)
    kinds = np.array([kind_of(str(name)) for name in rows["policy"]])
    with styled():
        figure = new_figure(0.19 * len(rows) + 1.35)
        panels = figure.subplots(1, len(PANELS), sharey=True)
        for panel, (name, words) in zip(panels, PANELS, strict=True):
            draw_points(panel, rows, kinds, name)
            panel.set_xlabel(words)
        panels[0].set_yticks(range(len(rows)), [drawable(str(name)) for name in rows["policy"]])
        panels[0].set_ylim(len(rows) - 0.4, -0.6)
        write_costs(panels[-1], rows)
        add_legend(figure, panels[0], columns=3)
        note = " Right: cost (bn yuan); * full size, cannot cost more."
        add_caption(figure, caption + note)
    return figure


def kind_of(name: str) -> int:
    """Position in KINDS of a policy, by its name."""
    return 0 if " + " not in name else 1 if "programme" in name.split(" + ") else 2


def draw_points(panel: Axes, rows: pd.DataFrame, kinds: np.ndarray, name: str) -> None:
    """Draw points with their bands, coloured by kind."""
    for kind, (words, colour, mark) in enumerate(KINDS):
        places = np.flatnonzero(kinds == kind)
        some = rows.iloc[places]
        panel.hlines(places, some[f"{name}_low"], some[f"{name}_high"], color=colour, linewidth=1.3, zorder=2)
        panel.plot(
            some[name], places, mark, color=colour, markersize=4.5, markeredgecolor="white", label=words, zorder=3
        )
    panel.axvline(0.0, color="#444444", linewidth=0.8, zorder=1)
    panel.spines["left"].set_visible(False)
    panel.tick_params(axis="y", length=0)
    round_marks(panel.xaxis, most=5)
    rule_off(panel, "x")
    panel.tick_params(axis="y", length=0)


def write_costs(panel: Axes, rows: pd.DataFrame) -> None:
    """Write the cost of each policy right of the axes."""
    for place, (cost, full) in enumerate(zip(rows["cost_bn"], rows["full_size"], strict=True)):
        text = f"{cost:,.1f}{'*' if full else ''}"
        text = text.lstrip("-") if not text.strip("-0.*,") else text.replace("-", "−")
        panel.annotate(
            text, (1.0, place), xytext=(34, 0), xycoords=panel.get_yaxis_transform(), textcoords="offset points",
            ha="right", va="center", fontsize=7, color=GREY, annotation_clip=False,
        )  # fmt: skip


def cost_against_saved(table: pd.DataFrame, caption: str) -> Figure:
    """Enterprises saved against cost (logarithmic) of each policy alone; a line joins the sizes of a policy.

    Parameters
    ----------
    table
        As for :func:`equal_cost`, with ``size`` and several sizes of each policy. Pairs are left out.
    caption
        How many enterprises and seeds there are, and what the bars are.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import figures
    >>> table = pd.DataFrame({"policy": "grants", "size": [0.5, 1.0], "cost_bn": [5.0, 10.0]})
    >>> ends = {f"saved_thousand{end}": [1.0, 2.0] for end in ("", "_low", "_high")}
    >>> figure = figures.cost_against_saved(table.assign(**ends), "2 seeds.")
    >>> figure.axes[0].get_xscale()
    'log'
    """
    alone = table[~table["policy"].str.contains(" + ", regex=False)]
    names = list(dict.fromkeys(alone["policy"]))
    with styled():
        figure = new_figure(3.9)
        panel = figure.subplots()
        for place, name in enumerate(names):
            part = alone[alone["policy"] == name].drop_duplicates("size").sort_values("cost_bn")
            cost = np.maximum(part["cost_bn"].to_numpy(np.float64), LEAST_BN)
            colour, mark = LOOKS[place % len(LOOKS)]
            look: dict[str, Any] = {"color": colour, "zorder": 3}
            panel.vlines(cost, part["saved_thousand_low"], part["saved_thousand_high"], linewidth=1.2, **look)
            panel.plot(
                cost, part["saved_thousand"], marker=mark, markersize=6, linewidth=1.1,
                markeredgecolor="white", label=drawable(name), **look,
            )  # fmt: skip
        panel.set_xscale("log")
        low, high = LEAST_BN / 1.4, 1.6 * max(float(alone["cost_bn"].max()), 1.0)
        panel.set_xlim(low, high)
        marks = [mark for mark in (0.1, 1, 10, 100, 1000, 10_000, 100_000) if low <= mark <= high]
        panel.set_xticks(marks, [f"≤ {mark:g}" if mark == LEAST_BN else f"{mark:,.0f}" for mark in marks])
        panel.minorticks_off()
        panel.axhline(0.0, color="#444444", linewidth=0.8, zorder=1)
        round_marks(panel.yaxis)
        panel.set_xlabel("cost: fiscal and lenders' losses on new loans, against no policy (bn yuan)")
        panel.set_ylabel("enterprises saved, net (thousand)")
        rule_off(panel)
        add_legend(figure, panel, columns=4)
        add_caption(figure, caption + " Lines join the sizes of one policy.")
    return figure
