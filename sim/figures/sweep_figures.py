"""Figures of sweeps: a map over two settings, swings of one setting at a time, Sobol and Morris indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.figures.style import COLOURS, GREY, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import fitted, most_lines, wrapped
from sim.figures.ticks import round_marks
from sim.outcomes import format_number

DIVERGING = "PuOr"
"""Told apart by colour-blind readers; its middle, white, is 0."""
MOST_NUMBERS = 120
"""Cells up to which each carries its number."""
ROLE_COLOURS = {"lever": COLOURS[0], "uncertainty": COLOURS[1], "structure": COLOURS[7]}
INDICES = {
    "first": "alone (first order)",
    "total": "with all its interactions (total)",
    "mu_star": "mean size of the effect",
    "sigma": "its spread: interactions, curvature",
}


def heatmap(
    table: pd.DataFrame,
    across: str,
    up: str,
    *,
    title: str,
    unit: str = "",
    base: tuple[Any, Any] | None = None,
    against_base: bool = False,
    caption: str = "",
) -> Figure:
    """An outcome over two settings, on a colour scale that is centred on 0.

    Parameters
    ----------
    table
        One row for each point: the two settings, ``mean``, ``low``, ``high``.
    across, up
        Columns of the two settings.
    title, unit
        What is shown, and its unit; ``share`` is written in percent.
    base
        Values of the two settings in the scenario itself; that cell gets a frame.
    against_base
        Show the difference from that cell.
    caption
        Words under the figure.

    Raises
    ------
    ValueError
        If the table is not a grid, or if ``against_base`` is given and the grid does not have the base.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import figures
    >>> table = pd.DataFrame({"days": [3, 7, 3, 7], "rate": [0.04, 0.04, 0.05, 0.05], "mean": [4.0, 3.0, 2.0, 1.0]})
    >>> figure = figures.heatmap(table, "days", "rate", title="enterprises saved", unit="thousand")
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    ('days', 'rate')
    """
    table = table.assign(**{key: without_missing(table[key]) for key in (across, up)})
    columns, rows = (list(dict.fromkeys(table[key])) for key in (across, up))
    columns, rows = sorted(columns), sorted(rows)
    if len(table) != len(columns) * len(rows):
        raise ValueError("a map needs a grid over two settings")
    wide = table.pivot(index=up, columns=across, values="mean").reindex(index=rows, columns=columns)
    cell = (columns.index(base[0]), rows.index(base[1])) if base and base[0] in columns and base[1] in rows else None
    values = wide.to_numpy(np.float64)
    if against_base and cell is None:
        raise ValueError("the scenario itself is not a point of the grid")
    if against_base and cell is not None:
        values = values - values[cell[1], cell[0]]
    with styled():
        figure = new_figure(1.7 + 0.32 * len(rows) + 0.12 * most_lines([caption]))
        panel = figure.subplots()
        most = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
        image = panel.imshow(values, cmap=DIVERGING, vmin=-most, vmax=most, origin="lower", aspect="auto")
        panel.set_xticks(range(len(columns)), _marks(columns, 0.95 * 5.3 / len(columns)))
        panel.set_yticks(range(len(rows)), _marks(rows, 1.5))
        panel.set_xlabel(across)
        panel.set_ylabel(up)
        panel.set_title(wrapped(title, 5.5, 9.0))
        panel.tick_params(length=0)
        for side in panel.spines.values():
            side.set_visible(False)
        if values.size <= MOST_NUMBERS:
            _numbers(panel, values, unit, most, against_base)
        if cell is not None:
            frame = Rectangle(
                (cell[0] - 0.48, cell[1] - 0.46), 0.96, 0.92, fill=False, edgecolor="black", linewidth=1.6
            )
            panel.add_patch(frame)
        bar = figure.colorbar(image, ax=panel, fraction=0.05, pad=0.02)
        bar.outline.set_visible(False)  # type: ignore[operator]
        round_marks(bar.ax.yaxis, 100.0 if unit == "share" else 1.0, sign=against_base)
        bar.set_label("%" if unit == "share" else unit)
        add_caption(figure, f"{caption}{' Framed: the scenario itself.' if cell else ''}".strip())
    return figure


def without_missing(values: pd.Series) -> pd.Series:
    """Values of a setting to sort and to show; texts where some are none."""
    return values if values.notna().all() else values.astype(object).where(values.notna(), "none").astype(str)


def _marks(values: Sequence[Any], inches: float) -> list[str]:
    """Values of a setting as text for the marks of an axis."""
    return fitted([f"{value:g}" if isinstance(value, float) else str(value) for value in values], inches, 8.0)


def _numbers(panel: Axes, values: np.ndarray, unit: str, most: float, sign: bool) -> None:
    """Write the number in each cell, all with the same digits."""
    factor = 100.0 if unit == "share" else 1.0
    digits = int(np.clip(np.ceil(1.5 - np.log10(most * factor)), 0, 6))
    for (row, column), value in np.ndenumerate(values):
        text = f"{value * factor:{'+' if sign else ''},.{digits}f}" if np.isfinite(value) else "–"
        text = text.lstrip("+-") if not text.strip("+-0.,") else text.replace("-", "−")
        dark = abs(value) > 0.62 * most
        panel.text(column, row, text, ha="center", va="center", fontsize=7, color="white" if dark else "black")


def tornado(swings: pd.DataFrame, *, title: str, unit: str = "", caption: str = "") -> Figure:
    """What each setting does to an outcome, one at a time, the widest swing on top; dots with 95 % bands.

    Parameters
    ----------
    swings
        key, role, value, mean, low, high, base, as :func:`sim.studies.sweep.sensitivity.swings` gives them.
    title, unit, caption
        What is shown, its unit, words under the figure.
    """
    keys = list(dict.fromkeys(swings["key"]))
    factor = 100.0 if unit == "share" else 1.0
    with styled():
        names = fitted(keys, 2.6, 8.0)
        figure = new_figure(1.5 + 0.36 * len(keys))
        panel = figure.subplots()
        base = float(swings["base"].iloc[0])
        for place, key in enumerate(keys):
            part = swings[swings["key"] == key]
            _swing(panel, place, part, base)
        panel.axvline(base, color="#444444", linewidth=0.8, zorder=1)
        panel.set_yticks(range(len(keys)), names)
        panel.set_ylim(len(keys) - 0.4, -0.7)
        panel.spines["left"].set_visible(False)
        panel.set_xlabel(f"{title} ({'%' if unit == 'share' else unit})" if unit else title)
        panel.margins(x=0.12)
        round_marks(panel.xaxis, factor)
        rule_off(panel, "x")
        panel.tick_params(axis="y", length=0)
        add_legend(figure, panel, more=_role_keys(list(dict.fromkeys(swings["role"]))))
        banded = " Bands: 95 % of the change on the same seeds." if swings["low"].notna().any() else ""
        words = f"Line: the scenario itself, {format_number(base, unit)}{' %' if unit == 'share' else ''}.{banded}"
        add_caption(figure, f"{caption} {words}".strip())
    return figure


def _swing(panel: Axes, place: int, part: pd.DataFrame, base: float) -> None:
    """The bar of one setting, from its lowest to its highest outcome, its values at the ends."""
    colour = ROLE_COLOURS.get(str(part["role"].iloc[0]), GREY)
    means = part["mean"].to_numpy(np.float64)
    left, right = min(base, float(np.nanmin(means))), max(base, float(np.nanmax(means)))
    panel.barh(place, right - left, left=left, height=0.56, color=colour, alpha=0.55, zorder=2)
    panel.hlines([place] * len(part), part["low"], part["high"], color=colour, linewidth=1.0, zorder=3)
    panel.plot(means, [place] * len(part), "o", color=colour, markersize=3.5, markeredgecolor="white", zorder=4)
    if right == left:
        panel.annotate("no effect", (base, place), xytext=(5, 7), textcoords="offset points", fontsize=7, color=GREY)
        return
    for spot, side in ((int(np.nanargmin(means)), -1), (int(np.nanargmax(means)), 1)):
        value = part["value"].iloc[spot]
        panel.annotate(
            f"{value:g}" if isinstance(value, float) else str(value), (means[spot], place), xytext=(4 * side, 6),
            textcoords="offset points", ha="right" if side < 0 else "left", va="center", fontsize=7, color="black",
        )  # fmt: skip


def indices(table: pd.DataFrame, *, title: str = "", unit: str = "", caption: str = "") -> Figure:
    """Sobol or Morris indices with intervals, the largest on top; hatched where the interval exceeds the index.

    Parameters
    ----------
    table
        key, role, index, value, low, high, wide, as :func:`sim.studies.sweep.sensitivity.sensitivity` gives them.
    title, unit, caption
        What the outcome is, its unit (for Morris effects), words under the figure.
    """
    kinds = list(dict.fromkeys(table["index"]))
    order = table[table["index"] == kinds[-1 if "total" in kinds else 0]].sort_values("value", ascending=False)["key"]
    keys = list(order)
    shares = "first" in kinds
    with styled():
        names = fitted(keys, 2.6, 8.0)
        figure = new_figure(1.5 + 0.42 * len(keys))
        panel = figure.subplots()
        for number, kind in enumerate(kinds):
            part = table[table["index"] == kind].set_index("key").loc[keys]
            _index_bars(panel, part, number, len(kinds))
        panel.axvline(0.0, color="#444444", linewidth=0.8)
        panel.set_yticks(range(len(keys)), names)
        panel.set_ylim(len(keys) - 0.4, -0.6)
        panel.spines["left"].set_visible(False)
        what = "share of the variance (%)" if shares else f"effect over the whole range{f' ({unit})' if unit else ''}"
        panel.set_xlabel(wrapped(f"{title}: {what}" if title else what, 4.0, 9.0))
        round_marks(panel.xaxis, 100.0 if shares else 1.0)
        rule_off(panel, "x")
        panel.tick_params(axis="y", length=0)
        wide = bool(table["wide"].any())
        handles = [Rectangle((0, 0), 1, 1, color=COLOURS[number]) for number in range(len(kinds))]
        add_legend(figure, panel, columns=2, more=[(h, INDICES[kind]) for h, kind in zip(handles, kinds, strict=True)])
        hatched = " Hatched: the interval exceeds the index, too few samples to tell." if wide else ""
        add_caption(figure, f"{caption} Bars: 95 % by bootstrap.{hatched}".strip())
    return figure


def _index_bars(panel: Axes, part: pd.DataFrame, number: int, kinds: int) -> None:
    """Draw the bars of one index, beside those of the others."""
    height = 0.76 / kinds
    places = np.arange(len(part)) + (number - (kinds - 1) / 2) * height
    values = part["value"].to_numpy(np.float64)
    bars = panel.barh(places, values, height=0.92 * height, color=COLOURS[number], zorder=2)
    for bar, wide in zip(bars, part["wide"], strict=True):
        if wide:
            bar.set(hatch="////", facecolor="white", edgecolor=COLOURS[number])
    panel.hlines(places, part["low"], part["high"], color="black", linewidth=1.0, zorder=3)


def _role_keys(roles: Sequence[str]) -> list[tuple[Any, str]]:
    """Legend entries of the roles that occur."""
    words = {"lever": "lever (policy)", "uncertainty": "uncertainty (world)", "structure": "how the run is made"}
    return [
        (Rectangle((0, 0), 1, 1, color=ROLE_COLOURS.get(role, GREY), alpha=0.55), words.get(role, role))
        for role in roles
    ]
