"""Targets beside the model in one measure: how far each is off, in units of its tolerance; and headline figures."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.figures.style import COLOURS, GREY, SHADE, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import drawable, shortened

FARTHEST = 3.0
"""Tolerances; what is farther off stands at the edge with an arrow."""
NO_ROOM = 0.5
"""Tolerance of a direction in the figure, so that one that is open or wrong stands outside."""
ROW = 0.165
"""Inches of a row of the fit figure."""


def fit_figure(table: pd.DataFrame, title: str = "") -> Figure:
    """How far the model is from each published figure, in units of the tolerance on that side.

    Parameters
    ----------
    table
        What ``reproduce`` returns for a scenario.
    title
        What was reproduced.
    """
    verdict, rows = table["verdict"].to_numpy(), table.to_dict("records")
    off = np.array([distance(row) for row in rows])
    with styled():
        figure = new_figure(1.3 + ROW * len(rows))
        panel = figure.subplots()
        panel.axvspan(-1.0, 1.0, color=SHADE, zorder=0, label="tolerance")
        panel.axvline(0.0, color=GREY, linewidth=1.2, zorder=1, label="published")
        looks = (("inside", COLOURS[0], "o"), ("miss", COLOURS[1], "D"), ("input", GREY, "s"))
        for kind, colour, mark in looks:
            places = np.flatnonzero((verdict == kind) & ~np.isnan(off))
            if not len(places):
                continue
            look: dict[str, Any] = {"color": colour, "marker": mark, "linestyle": "", "markersize": 5.0, "zorder": 3}
            name = "put in, not counted" if kind == "input" else f"model, {kind}"
            panel.plot(np.clip(off[places], -FARTHEST, FARTHEST), places, label=name, **look)
        for place in np.flatnonzero(np.isnan(off)):
            panel.annotate("not produced", (0.08, place), fontsize=7, color=COLOURS[1], va="center")
        for place in np.flatnonzero(np.abs(off) > FARTHEST):
            side = float(np.sign(off[place]))
            words, where = f"{abs(off[place]):.1f}", "right" if side > 0 else "left"
            spot = (side * (FARTHEST - 0.12), place)
            panel.annotate(words, spot, fontsize=7, color=COLOURS[1], va="center", ha=where)
        panel.set_xlim(-FARTHEST - 0.15, FARTHEST + 0.15)
        names = [shortened(drawable(f"{row['target']}  {row['quantity']}"), 3.3, 7.0) for row in rows]
        panel.set_yticks(range(len(rows)), names, fontsize=7)
        panel.set_ylim(len(rows) - 0.4, -0.6)
        rule_off(panel, "x")
        panel.set_xlabel("distance from the published figure (1 = the tolerance on that side)")
        beside = panel.secondary_yaxis("right")
        beside.set_yticks(range(len(rows)), [figures(row) for row in rows], fontsize=7)
        beside.tick_params(length=0)
        beside.spines["right"].set_visible(False)
        panel.set_title(drawable(title))
        add_legend(figure, panel)
        add_caption(figure, "At the right: published, then the model (mean over seeds).")
    return figure


def distance(row: dict[str, Any]) -> float:
    """How far a figure is from the published one, in units of the tolerance on that side."""
    low, high = row["tolerance"]
    off = float(row["model"]) - row["published"]
    room = high - row["published"] if off >= 0 else row["published"] - low
    return off / (room if room > 0 else NO_ROOM)


def figures(row: dict[str, Any]) -> str:
    """Published and model as text."""
    return f"{number(row['published'])}   {number(row['model'])}"


def number(value: float) -> str:
    """Three figures; none behind the point of large numbers."""
    if value is None or np.isnan(value):
        return "none"
    return (f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}").replace("-", "\u2212")


def headline_figure(table: pd.DataFrame) -> Figure:
    """Headline figures of other models beside a baseline without any policy; for comparison only.

    Parameters
    ----------
    table
        Columns scenario, band, version, quantity, published (text), unit, model, low, high.
    """
    rows = table[table["unit"] != "ratio"].to_dict("records")
    with styled():
        figure = new_figure(1.3 + 0.3 * len(rows))
        panel = figure.subplots()
        for place, row in enumerate(rows):
            first = place == 0
            look: dict[str, Any] = {"color": GREY, "linewidth": 2.2, "label": "published" if first else None}
            panel.plot([value_in(row["published"])] * 2, [place - 0.3, place + 0.3], **look)
            panel.hlines(place, row["low"], row["high"], color=COLOURS[0], linewidth=1.2)
            mark: dict[str, Any] = {"color": COLOURS[0], "marker": "o", "linestyle": "", "markersize": 5.5}
            panel.plot([row["model"]], [place], label="model, band: 95 % over seeds" if first else None, **mark)
        short = {
            "excess": "closures in a year over normal",
            "O1": "closures in two years",
            "O2": "the same, hospitality",
        }
        names = [f"{short.get(row['band'], short['excess'])}\n{row['version']}" for row in rows]
        panel.set_yticks(range(len(rows)), [drawable(text) for text in names], fontsize=7)
        panel.set_ylim(len(rows) - 0.5, -0.5)
        panel.set_xlim(left=min([0.0, *(float(row["low"]) for row in rows if not np.isnan(row["low"]))]))
        rule_off(panel, "x")
        panel.set_xlabel("% of enterprises (first five rows: points)")
        panel.set_title(drawable(f"{rows[0]['scenario']} without programme and without any other measure"))
        add_legend(figure, panel)
        add_caption(figure, "For comparison only: nothing is fitted to these. Published: as printed, e.g. over 15 %.")
    return figure


def value_in(text: str) -> float:
    """The number in a published figure such as nearly +9."""
    found = re.search(r"[-+]?\d+(?:\.\d+)?", text)
    return float(found.group()) if found else float("nan")
