"""Figures of cash runways at the start, and of the share of enterprises that are open."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim import outcomes
from sim.figures.axes import band_words, day_numbers, put_dates
from sim.figures.style import (
    BAND_ALPHA,
    COLOURS,
    DASHES,
    add_caption,
    add_legend,
    new_figure,
    rule_off,
    styled,
)
from sim.figures.text import name_of
from sim.figures.ticks import whole_percent
from sim.outcomes.grouping import need_panel

Labels = Mapping[str, str] | None


def runway(enterprises: pd.DataFrame, by: str | None = "kind", *, labels: Labels = None) -> Figure:
    """Share of enterprises whose cash at the start covers at most so many days of outgoings without sales, by group.

    Enterprises without outgoings count as never running out.

    Parameters
    ----------
    enterprises
        The enterprise table, one row an enterprise; the first arm is shown.
    by
        None, a column, ``size`` or ``runway``.
    labels
        Names of groups, in any script.

    Raises
    ------
    ValueError
        If the table holds totals.

    Examples
    --------
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> figure = figures.runway(results.enterprises, by=None)
    >>> figure.axes[0].get_xlabel()
    'runway at the start: days that cash covers outgoings'
    """
    need_panel(enterprises, "the figure of runways")
    first = enterprises[enterprises["arm"].astype("str") == outcomes.arm_names(enterprises)[0]]
    key = outcomes.group_key(first, by)
    days = np.nan_to_num(first["runway_days"].to_numpy(np.float64), nan=np.inf, posinf=np.inf)
    across = np.linspace(0.0, 180.0, 361)
    with styled():
        figure = new_figure(3.3)
        panel = figure.subplots()
        for code, name in enumerate(key.names):
            some = np.sort(days[key.codes == code])
            if len(some):
                share = np.searchsorted(some, across, side="right") / len(some)
                look = {"color": COLOURS[code % len(COLOURS)], "linestyle": DASHES[code % len(DASHES)]}
                panel.plot(across, share, label=name_of(name, labels), **look)
        panel.set_xlim(0.0, 180.0)
        panel.set_xticks(range(0, 181, 30))
        whole_percent(panel)
        panel.set_xlabel("runway at the start: days that cash covers outgoings")
        panel.set_ylabel("enterprises with at most\nthis runway (%)")
        rule_off(panel)
        add_legend(figure, panel, columns=3)
        seeds = first["seed"].nunique()
        agents = int(first.groupby("seed").size().max()) if len(first) else 0
        add_caption(figure, f"{agents:,} enterprises simulated; {seeds:,} seed{'s' * (seeds != 1)}, pooled.")
    return figure


def openness(weekly: pd.DataFrame, published: pd.DataFrame, *, labels: Labels = None) -> Figure:
    """Share of enterprises open in the model (first arm, band over seeds) and as published.

    Parameters
    ----------
    weekly
        The weekly table.
    published
        ``date`` and ``open_share``; with a column ``source``, each source has its own mark.
    labels
        Names of sources, in any script.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import compare, figures, load
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> published = pd.DataFrame({"date": ["2020-03-02"], "open_share": [0.6], "source": ["a survey"]})
    >>> figure = figures.openness(results.weekly, published)
    >>> figure.axes[0].get_ylabel()
    'enterprises open (%)'
    """
    path = outcomes.weekly_mean(weekly, "open_share")
    path = path[path["arm"] == outcomes.arm_names(weekly)[0]]
    points = published.assign(day=day_numbers(published["date"]), source=published.get("source", "published"))
    with styled():
        figure = new_figure(3.3)
        panel = figure.subplots()
        days = day_numbers(path["date"])
        panel.fill_between(days, path["low"], path["high"], color=COLOURS[0], alpha=BAND_ALPHA, linewidth=0)
        panel.plot(days, path["open_share"], color=COLOURS[0], label="model")
        for position, (source, part) in enumerate(points.groupby("source", sort=False)):
            panel.plot(
                part["day"], part["open_share"], linestyle="none", marker="oDs^v"[position % 5], markersize=5, zorder=4,
                color=(*COLOURS[1:2], "black", *COLOURS[2:])[position % 7], markeredgecolor="white", clip_on=False,
                label=name_of(str(source), labels),
            )  # fmt: skip
        whole_percent(panel)
        panel.set_ylabel("enterprises open (%)")
        both = np.concatenate([days, points["day"].to_numpy(np.float64)])
        put_dates(panel, [both.min(), both.max()], most=12)
        rule_off(panel)
        add_legend(figure, panel)
        seeds = weekly["seed"].nunique()
        add_caption(figure, f"{seeds:,} seed{'s' * (seeds != 1)}; {band_words(seeds)}.")
    return figure
