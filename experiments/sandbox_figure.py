"""The sandbox's figure: estimates with intervals against the truth, by chance on the left and not by chance beside."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures import COLOURS, add_caption, add_legend, new_figure, round_marks, rule_off, styled

TITLES = {
    "as good as random": "by lottery, or by a turnover cap",
    "not random": "by own choice, or by a cap misreported",
}


def against_truth(table: pd.DataFrame, outcome: str, caption: str) -> Figure:
    """Estimates of each kind of assignment in a panel of its own, on one axis.

    Parameters
    ----------
    table
        kind, method, value, low, high, truth.
    outcome, caption
        What the effect is on; words under the figure.
    """
    methods = list(dict.fromkeys(table["method"]))
    with styled():
        figure = new_figure(1.7 + 0.34 * len(methods))
        panels = figure.subplots(1, 2, sharex=True, sharey=True)
        for panel, (kind, title) in zip(panels, TITLES.items(), strict=True):
            draw_kind(panel, table[table["kind"] == kind], methods)
            panel.set_title(title)
            panel.set_xlabel("effect on borrowers (percentage points)")
            round_marks(panel.xaxis, 100.0, most=6)
            rule_off(panel, "x")
            panel.axvline(0.0, color="#444444", linewidth=0.8, zorder=1)
            panel.tick_params(axis="y", length=0)
            panel.spines["left"].set_visible(False)
        panels[0].set_yticks(range(len(methods)), methods)
        panels[0].set_ylim(len(methods) - 0.5, -0.5)
        panels[0].set_xlim(left=min(0.0, panels[0].get_xlim()[0]))
        add_legend(figure, panels[0])
        words = "Truth: both worlds of the same enterprises. A discontinuity estimates the effect at its cut."
        add_caption(figure, f"Outcome: {outcome}. {caption} {words}")
    return figure


def draw_kind(panel: Axes, rows: pd.DataFrame, methods: list[str]) -> None:
    """Estimates with their intervals, and a mark at each truth."""
    places = np.array([methods.index(name) for name in rows["method"]])
    panel.plot(
        rows["truth"], places, "|", color=COLOURS[1], markersize=14, markeredgewidth=2.2, zorder=2, label="truth"
    )
    panel.hlines(places, rows["low"], rows["high"], color=COLOURS[0], linewidth=2.0, zorder=3)
    panel.plot(
        rows["value"], places, "o", color=COLOURS[0], markersize=4.5, zorder=4, label="estimate with 95 % interval"
    )
