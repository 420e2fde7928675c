"""Published figures beside the model's: ranges of tolerance as bars, the model as a mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.figures.fit_figures import fit_figure, headline_figure
from sim.figures.speed_figures import speed_figure
from sim.figures.style import COLOURS, GREY, SHADE, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import drawable

MARKS = ("o", "s", "^", "D")
EXPECTED = " Published shares are owners' expectations, which proved too pessimistic elsewhere (Kawaguchi et al. 2023)."


def runway_table(table: pd.DataFrame) -> Figure:
    """Median weeks to illiquidity by sector: published with its tolerance, and the model's.

    Parameters
    ----------
    table
        What ``reproduce("runway-bosio")`` returns.
    """
    with styled():
        figure = new_figure(2.6)
        panel = figure.subplots()
        for place, row in enumerate(table.to_dict("records")):
            draw_row(panel, place, row, COLOURS[0], MARKS[0], named=place == 0)
        name_rows(panel, [str(name) for name in table["industry"]])
        panel.set_xlim(left=0.0)
        panel.set_xlabel("median weeks to illiquidity, no revenue, fixed costs only (whole weeks paid)")
        add_legend(figure, panel)
        add_caption(figure, "Published: Bosio et al. (2020), tolerance 2 weeks. Cash from JPMorgan Chase buffer days.")
    return figure


def closure_table(table: pd.DataFrame) -> Figure:
    """Share that survives a stop by industry, one panel a length: published with tolerance, the model's two readings.

    Parameters
    ----------
    table
        What ``reproduce("closure-bartik")`` returns.
    """
    shares = table[table["unit"] == "share"]
    names = list(dict.fromkeys(shares["industry"]))
    with styled():
        figure = new_figure(4.6)
        panels = figure.subplots(1, 3, sharey=True)
        for panel, (months, part) in zip(panels, shares.groupby("months"), strict=True):
            draw_length(panel, part, names)
            panel.set_title(f"stop of {months:.0f} month{'s' if months > 1 else ''}")
            panel.set_xlim(0.0, 1.0)
            panel.set_xticks([0.0, 0.5, 1.0], ["0", "50", "100 %"])
        name_rows(panels[0], names)
        for panel in panels[1:]:
            rule_off(panel, "x")
            panel.tick_params(axis="y", length=0)
        panels[1].set_xlabel("enterprises that survive")
        add_legend(figure, panels[0])
        add_caption(figure, "Published: Bartik et al. (2020), Table 5, raw." + EXPECTED)
    return figure


def draw_length(panel: Any, part: pd.DataFrame, names: list[str]) -> None:
    """All industries for one length of the stop."""
    readings = sorted({str(target).rsplit(", ", 1)[-1] for target in part["target"]}, reverse=True)
    for place, row in enumerate(part.to_dict("records")):
        reading = str(row["target"]).rsplit(", ", 1)[-1]
        which = readings.index(reading)
        draw_row(
            panel,
            names.index(row["industry"]),
            row,
            COLOURS[which],
            MARKS[which],
            named=row["industry"] == names[0],
            name=f"model, {reading[:2]}-day reading of cash",
            published=place == 0 or which == 0,
        )


def draw_row(
    panel: Any,
    place: int,
    row: dict[str, Any],
    colour: str,
    mark: str,
    *,
    named: bool,
    name: str = "model",
    published: bool = True,
) -> None:
    """One row: the tolerance in grey, the published figure as a line, the model's with its band."""
    low, high = row["tolerance"]
    if published:
        panel.barh(
            place, high - low, left=low, height=0.62, color=SHADE, zorder=1, label="tolerance" if named else None
        )
        panel.plot(
            [row["published"]] * 2,
            [place - 0.31, place + 0.31],
            color=GREY,
            linewidth=1.8,
            zorder=2,
            label="published" if named else None,
        )
    if not np.isnan(row["low"]):
        panel.hlines(place, row["low"], row["high"], color=colour, linewidth=1.2, zorder=3)
    look = {"color": colour, "markeredgecolor": "white", "markersize": 6.5, "linestyle": "", "zorder": 4}
    panel.plot([row["model"]], [place], marker=mark, label=drawable(name) if named else None, **look)


def name_rows(panel: Any, names: list[str]) -> None:
    """Names down the side, the first on top."""
    panel.set_yticks(range(len(names)), [drawable(name) for name in names])
    panel.set_ylim(len(names) - 0.5, -0.5)
    rule_off(panel, "x")


TABLES = {"runway-bosio": runway_table, "closure-bartik": closure_table}
"""Which published table has a figure."""


def figures_of(
    name: str, table: pd.DataFrame, headline: pd.DataFrame | None = None, more: Mapping[str, pd.DataFrame] | None = None
) -> dict[str, Figure]:
    """Every figure of a reproduced table, by name: the table itself, the speed of money, the headline figures.

    Parameters
    ----------
    name
        Of the table or scenario.
    table
        What ``reproduce(name)`` returns.
    headline
        Headline figures beside the baseline.
    more
        Further tables: ``arrival`` and ``changes`` of the speed of money.
    """
    drawn = {"table": TABLES[name](table) if name in TABLES else fit_figure(table, name)}
    if more and "arrival" in more:
        drawn["speed"] = speed_figure(more["arrival"], more["changes"])
    if headline is not None:
        drawn["headline"] = headline_figure(headline)
    return drawn
