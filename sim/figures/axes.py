"""Axes that several figures share: real dates, the stoppage in grey, counts with a unit, panels by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from sim.figures.style import GREY, SHADE, WIDTH
from sim.figures.text import fitted
from sim.outcomes import Tables, arm_names, size_of

Floats = npt.NDArray[np.float64]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
OPEN_AGAIN = 0.9
"""Share of enterprises open from which on a figure no longer shows a stoppage in grey."""


def start_of(weekly: pd.DataFrame) -> pd.Timestamp:
    """First day of the runs."""
    return pd.Timestamp(pd.to_datetime(weekly["date"]).min())


def day_numbers(dates: Any) -> Floats:
    """Dates as numbers on a date axis [dates]: days since 1970."""
    index = pd.DatetimeIndex(pd.to_datetime(dates))
    return np.asarray(index.to_numpy().astype("datetime64[s]").astype(np.float64) / 86400.0, dtype=np.float64)


def days_as_dates(days: npt.ArrayLike, start: pd.Timestamp) -> Floats:
    """Days of a run as numbers on a date axis [days]."""
    return np.asarray(days, dtype=np.float64) + float(day_numbers([start])[0])


def put_dates(axes: Axes, span: Sequence[float] | Floats, most: int = 10) -> Floats:
    """Places of the marks of a date axis, at most ``most``; writes months there, and the year where it begins."""
    first, last = float(span[0]), float(span[1])
    begin, end = (pd.Timestamp("1970-01-01") + pd.Timedelta(days=float(day)) for day in (first, last))
    months = pd.date_range(begin.normalize(), end, freq="MS")
    if len(months) < 2:
        months = pd.date_range(
            begin.normalize(), end, periods=min(most, max(2, int(last - first) // 7 + 1))
        ).normalize()
        names = [f"{day.day} {MONTHS[day.month - 1]}\n{day.year}" for day in months]
    else:
        step = next(n for n in (1, 2, 3, 4, 6, 12, 24, 60, 120) if len(months[::n]) <= most or n == 120)
        months = months[::step]
        years = [position == 0 or months[position - 1].year != day.year for position, day in enumerate(months)]
        names = [
            f"{MONTHS[day.month - 1]}\n{day.year if year else ''}" for day, year in zip(months, years, strict=True)
        ]
    places = day_numbers(months)
    axes.set_xticks(places, names)
    axes.set_xlim(first, max(last, first + 1.0))
    return places


def shade_stoppage(axes: Axes, stoppage: pd.Series | None, name: bool = True) -> bool:
    """Whether there is a time in which under 90 % of enterprises are open; shades it in grey.

    Parameters
    ----------
    axes
        A date axis.
    stoppage
        Share of enterprises open, indexed by date.
    name
        Whether to name it on the axes.
    """
    if stoppage is None or stoppage.empty:
        return False
    dates = day_numbers(pd.to_datetime(stoppage.index))
    ends = np.append(dates[1:], dates[-1] + (dates[-1] - dates[-2] if len(dates) > 1 else 7.0))
    shut = stoppage.to_numpy(np.float64) < OPEN_AGAIN
    edges = np.flatnonzero(np.diff(np.concatenate([[False], shut, [False]]).astype(int)))
    for position, (first, last) in enumerate(zip(edges[::2], edges[1::2] - 1, strict=True)):
        axes.axvspan(dates[first], ends[last], color=SHADE, linewidth=0, zorder=0)
        if name and position == 0:
            place = (dates[first] + 1.5, 1.0)
            words = f"stoppage: under {OPEN_AGAIN:.0%} open".replace("%", " %")
            axes.annotate(
                words, place, xytext=(0, 2), textcoords="offset points", xycoords=axes.get_xaxis_transform(),
                fontsize=7, color=GREY, va="bottom", annotation_clip=False,
            )  # fmt: skip
    return bool(len(edges))


def launch_of(results: Tables, arm: str | None = None) -> pd.Timestamp | None:
    """First day of the programme in an arm, by default in the first arm that has one; None if no scenario says so."""
    scenarios = getattr(results, "scenarios", None) or {}
    for name in arm_names(results.enterprises) if arm is None else [arm]:
        programme = scenarios[name].settings.programme if name in scenarios else None
        if programme is not None and programme.enabled:
            return pd.Timestamp(programme.launch_date)
    return None


def mark_launch(axes: Axes, launch: pd.Timestamp | None, *, top: bool = True, name: bool = True) -> bool:
    """Whether the launch of the programme lies on the axis; draws a thin line there, with its name.

    Parameters
    ----------
    axes
        A date axis whose limits are set.
    launch
        The day; with None there is no line.
    top
        Whether the name is at the top or at the bottom, where the data leave room.
    name
        Whether to write the name.
    """
    first, last = axes.get_xlim()
    day = first - 1.0 if launch is None else float(day_numbers([launch])[0])
    if not first <= day <= last:
        return False
    axes.axvline(day, color=GREY, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=1.5)
    if name:
        late = day > first + 0.85 * (last - first)
        axes.annotate(
            "launch", (day, float(top)), xytext=(-3 if late else 3, -2 if top else 3), textcoords="offset points",
            xycoords=axes.get_xaxis_transform(), fontsize=7, color=GREY, ha="right" if late else "left",
            va="top" if top else "bottom", zorder=4,
        )  # fmt: skip
    return True


def open_path(weekly: pd.DataFrame) -> pd.Series | None:
    """Share of enterprises open in the first arm, mean over seeds, by date; None if the table does not say."""
    if "open_share" not in weekly:
        return None
    first = weekly[weekly["arm"].astype("str") == arm_names(weekly)[0]]
    path = first.groupby(pd.to_datetime(first["date"]))["open_share"].mean()
    return path if path.notna().any() else None


def counted(value: float) -> str:
    """A count with its own unit, such as 8.37 million or 26.0 thousand."""
    divisor, unit = (1e6, "million") if value >= 1e6 else (1e3, "thousand") if value >= 1e4 else (1.0, "")
    return f"{count_text(value, divisor)} {unit}".strip()


def counting_unit(largest: float) -> tuple[float, str]:
    """Divisor and name of the unit in which a number of enterprises is written, according to the largest."""
    if largest >= 1e6:
        return 1e6, "million"
    if largest >= 1e5:
        return 1e3, "thousand"
    return 1.0, ""


def count_text(value: float, divisor: float) -> str:
    """A count in its unit with three figures; without decimals where the unit is one."""
    if divisor == 1.0:
        return f"{value:,.0f}"
    scaled = value / divisor
    return f"{scaled:,.{0 if scaled >= 100 else 1 if scaled >= 10 else 2}f}"


def caption_of(results: Tables, band: str = "") -> str:
    """Enterprises of a run, seeds, scale, and what the band is, in words for the caption."""
    agents, seeds = size_of(results)
    stands = "one to one" if results.scale == 1 else f"each for {results.scale:,} real ones"
    band = band.replace("mean over seeds, ", "") if seeds == 1 else band
    parts = [f"{agents:,} enterprises simulated ({stands})", f"{seeds:,} seed{'s' * (seeds != 1)}"]
    return "; ".join([*parts, *([band] if band else [])]) + "."


def band_words(seeds: int, alone: str = "no band over seeds") -> str:
    """What the band is, with several seeds or with one."""
    return "band: 95 % over seeds (Student t)" if seeds > 1 else alone


def grid_of(panels: int) -> tuple[int, int]:
    """Rows and columns for a number of panels."""
    columns = 1 if panels == 1 else 2 if panels <= 4 else 3
    return -(-panels // columns), columns


def panel_titles(names: Sequence[str], columns: int, left: float) -> list[str]:
    """Titles wrapped to the width of one of several panels side by side; the left axis takes ``left`` inches."""
    return fitted(names, (WIDTH - left) / columns - 0.12, 9.0)


def month_marks(columns: int) -> int:
    """How many dates fit under one of so many panels in a row."""
    return {1: 12, 2: 6}.get(columns, 4)


def shared_limits(values: Sequence[float] | Floats, floor: float, ceiling: float) -> tuple[float, float]:
    """Limits in whole steps of 5 % around the values."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    low = float(known.min()) if known.size else floor
    return max(floor, np.floor(low * 20 - 0.2) / 20), ceiling
