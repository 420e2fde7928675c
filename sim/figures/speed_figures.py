"""The speed of money: real arrival of loans by size beside the model's, and what no delay would have changed."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sim.figures.axes import day_numbers, put_dates
from sim.figures.style import COLOURS, DASHES, SHADE, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import drawable

GAP = (pd.Timestamp("2020-04-17"), pd.Timestamp("2020-04-27"))
SHADES = ("#9ECAE1", "#6BAED6", "#3182BD", "#08519C", "#08264D")
"""Size classes from small to large, light to dark."""


def speed_figure(arrival: pd.DataFrame, changes: pd.DataFrame) -> Figure:
    """Loans approved by day and size, real and model; jobs that closing the gap or halving the delay would have kept.

    Parameters
    ----------
    arrival
        Columns jobs (size class), date, published, model [share of loans approved by the end of June].
    changes
        Columns change, jobs, employment, more_jobs, more_low, more_high.
    """
    with styled():
        figure = new_figure(5.4)
        (real, model), below = figure.subplots(2, 2, height_ratios=[1.25, 1.0])
        for panel, column, title in (
            (real, "published", "approved by day: real loans"),
            (model, "model", "approved by day: model"),
        ):
            draw_arrival(panel, arrival, column)
            panel.set_title(title)
        model.tick_params(labelleft=False)
        real.set_ylabel("% of loans to the end of June")
        whole = [change for change in changes["change"].drop_duplicates() if change != "rate halved"]
        draw_changes(below[0], changes, whole, per_employment=False)
        draw_changes(below[1], changes, whole, per_employment=True)
        below[0].set_ylabel("jobs (thousand)")
        below[1].set_ylabel("per 1,000 jobs")
        add_legend(figure, real, columns=4, more=[(bar, name) for bar, name in bars_of(below[0])])
        add_caption(
            figure,
            "Above: PPP loans to 150,000 dollars in Montana by jobs reported, and the model's loans; grey: no approval "
            "from 17 to 26 April. Below: more jobs than as it was, mean from 17 April to 31 August; bands: 95 % over "
            "paired seeds.",
        )
    return figure


def draw_arrival(panel: Any, arrival: pd.DataFrame, column: str) -> None:
    """One curve a size class."""
    days = day_numbers(arrival["date"])
    panel.axvspan(*day_numbers(list(GAP)), color=SHADE, linewidth=0, zorder=0)
    for place, (size, part) in enumerate(arrival.groupby("jobs", sort=False)):
        panel.plot(
            day_numbers(part["date"]),
            100.0 * part[column],
            color=SHADES[place % len(SHADES)],
            linestyle=DASHES[0],
            label=drawable(f"{size} jobs"),
        )
    put_dates(panel, (float(days.min()), float(days.max())), most=4)
    panel.set_ylim(0.0, 102.0)
    rule_off(panel)


def draw_changes(panel: Any, changes: pd.DataFrame, whole: list[str], *, per_employment: bool) -> None:
    """Bars by size class for each change: thousand jobs, or jobs per thousand of the class."""
    parts = changes[(changes["jobs"] != "all") & changes["change"].isin(whole)]
    sizes = list(parts["jobs"].drop_duplicates())
    width = 0.8 / len(whole)
    for place, change in enumerate(whole):
        part = parts[parts["change"] == change]
        base = part["employment"] / 1000.0 if per_employment else 1000.0
        high, low = (part[f"more_{end}"] / base for end in ("high", "low"))
        mean = part["more_jobs"] / base
        spots = [at + (place - (len(whole) - 1) / 2.0) * width for at in range(len(sizes))]
        colour = COLOURS[1 + place]
        panel.bar(spots, mean, width=0.9 * width, color=colour, label=change, zorder=2)
        panel.vlines(spots, low, high, color="#444444", linewidth=0.9, zorder=3)
    panel.axhline(0.0, color="#444444", linewidth=0.7)
    panel.set_xticks(range(len(sizes)), [drawable(size) for size in sizes])
    panel.set_xlabel("jobs at the start")
    rule_off(panel)


def bars_of(panel: Any) -> list[tuple[Any, str]]:
    """Entries of the legend of the bars."""
    handles, names = panel.get_legend_handles_labels()
    return list(zip(handles, names, strict=True))
