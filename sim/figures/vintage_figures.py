"""Figure of losses by age of the loans, one curve for each month of payout."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import outcomes
from sim.figures.axes import caption_of
from sim.figures.style import GREY, add_caption, new_figure, rule_off, styled
from sim.figures.text import name_of
from sim.figures.ticks import week_marks
from sim.outcomes import Tables

HEADROOM = 1.4
"""The axis goes so far above the largest loss, for the legend."""
LEAST_LOANS = 100
"""Simulated loans under which a vintage is left out: its curve would be noise."""


def vintages(results: Tables, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Share of the money lent in each month that was written off, by days since payout, one panel for each channel.

    Parameters
    ----------
    results
        Tables of a comparison or of a run; of a comparison, the first arm with programme loans is shown.
    labels
        Names of arms, in any script.

    Examples
    --------
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> figure = figures.vintages(results)
    >>> figure.axes[0].get_ylabel()
    'lost (% of the money lent)'
    """
    until = pd.to_datetime(results.weekly["date"]).max() + pd.Timedelta(days=7)
    table = outcomes.vintage_losses(results.loans, until)
    arms = outcomes.arm_names(results.enterprises)
    lending = [arm for arm in arms if ((table["arm"] == arm) & (table["channel"] == "programme")).any()]
    arm = (lending or arms)[0]
    shown = table[(table["arm"] == arm) & (table["loans"] >= LEAST_LOANS)]
    channels = [name for name in ("programme", "bank") if (shown["channel"] == name).any()] or ["programme"]
    with styled():
        figure = new_figure(3.2)
        panels = figure.subplots(1, len(channels), sharey=True, squeeze=False)[0]
        for channel, panel in zip(channels, panels, strict=True):
            _draw(panel, shown[shown["channel"] == channel])
            panel.set_title(f"{channel} loans")
            panel.set_xlabel("days since payout")
            rule_off(panel)
        panels[0].set_ylabel("lost (% of the money lent)")
        panels[0].set_ylim(0.0, HEADROOM * max(100.0 * float(shown["lost_share"].max()), 0.01) if len(shown) else 1.0)
        where = f" in the arm {name_of(arm, labels)}" if len(arms) > 1 else ""
        words = f"money written off{where}; months of under {LEAST_LOANS} loans left out"
        add_caption(figure, caption_of(results, words))
    return figure


def _draw(panel: Axes, table: pd.DataFrame) -> None:
    """Draw the curves of one channel, from the first month (dark) to the last (light)."""
    months = sorted(table["vintage"].unique())
    colours = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, max(1, len(months))))
    for month, colour in zip(months, colours, strict=False):
        curve = table[table["vintage"] == month]
        panel.plot(curve["days"], 100.0 * curve["lost_share"], color=colour, label=month)
    if months:
        panel.legend(title="paid out in", fontsize=6, title_fontsize=7, loc="upper left", frameon=False, ncols=3)
        week_marks(panel, float(table["days"].max()))
    else:
        panel.text(0.5, 0.5, "no new loans", transform=panel.transAxes, ha="center", va="center", color=GREY)
