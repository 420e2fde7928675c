"""Figure of an attribution: a waterfall from no programme to the whole programme, each step with its interval."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.figures.axes import band_words, counting_unit
from sim.figures.style import COLOURS, GREY, add_caption, add_legend, new_figure, rule_off, styled
from sim.figures.text import fitted, name_of
from sim.figures.ticks import round_marks
from sim.outcomes.apportion import apportion

MORE, LESS, WHOLE, STEP = COLOURS[0], COLOURS[1], "#444444", "#B5B5B5"
STEP_WORDS = "a programme on the terms of ordinary bank credit"
WORDS = {"net_saved": "enterprises saved, net of harmed", "saved": "enterprises saved", "harmed": "enterprises harmed"}
"""What outcomes are called on the axis; others by their name."""


def waterfall(
    contributions: pd.DataFrame, totals: pd.DataFrame, outcome: str, unit: str, size: tuple[int, int], seeds: int
) -> Figure:
    """From no programme, through a programme on ordinary terms, property by property to the whole programme.

    Parameters
    ----------
    contributions
        title, value, low, high: one row for each property, in the order in which they are drawn.
    totals
        Rows step, total and effect with value, low, high.
    outcome, unit
        What is attributed.
    size
        Enterprise agents in a run, and real ones that each stands for.
    seeds
        Number of seeds.
    """
    bars = steps_of(contributions, totals)
    factor, words = measure(bars, unit)
    with styled():
        names = fitted([name_of(str(name)) for name in bars["title"]], 2.1, 8.0)
        figure = new_figure(0.36 * (len(bars) + 0.4 * sum(name.count("\n") for name in names)) + 1.25)
        panel = figure.subplots()
        draw_bars(panel, bars, factor)
        panel.set_yticks(range(len(bars)), names)
        panel.set_xlabel(f"{WORDS.get(outcome, outcome.replace('_', ' '))}, against no programme{words}")
        round_marks(panel.xaxis, most=8)
        rule_off(panel, "x")
        panel.tick_params(axis="y", length=0)
        used = [(Patch(color=colour), text) for colour, text in KEYS if (bars["colour"] == colour).any()]
        add_legend(figure, panel, more=used)
        add_caption(figure, caption(size, seeds))
    return figure


KEYS = ((STEP, "not of the properties"), (MORE, "adds"), (LESS, "takes away"), (WHOLE, "the whole programme"))


def steps_of(contributions: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Bars from the top: title, value, low, high, where each begins, its colour."""
    first = totals.loc[["step"]].assign(title=STEP_WORDS)
    last = totals.loc[["effect"]].assign(title="the whole programme")
    bars = pd.concat([first, contributions, last], ignore_index=True)[["title", "value", "low", "high"]]
    value = bars["value"].to_numpy(np.float64)
    begin = np.concatenate([[0.0], np.cumsum(value[:-1])])
    begin[-1] = 0.0
    colours = np.where(value >= 0, MORE, LESS).astype(object)
    colours[0], colours[-1] = STEP, WHOLE
    return bars.assign(begin=begin, colour=colours)


def measure(bars: pd.DataFrame, unit: str) -> tuple[float, str]:
    """Factor by which values are multiplied before they are written, and the unit in words."""
    if unit == "share":
        return 100.0, " (percentage points)"
    if unit != "enterprises":
        return 1.0, f" ({unit})" if unit else ""
    divisor, name = counting_unit(float(bars[["value", "low", "high"]].abs().max().max()))
    return 1.0 / divisor, f" ({name})" if name else ""


def draw_bars(panel: Axes, bars: pd.DataFrame, factor: float) -> None:
    """Draw the bars, the lines that link them, the interval of each at its end, and its number at the right."""
    places = np.arange(len(bars))
    value, begin = (bars[name].to_numpy(np.float64) * factor for name in ("value", "begin"))
    low, high = (begin + bars[name].to_numpy(np.float64) * factor for name in ("low", "high"))
    end = begin + value
    panel.barh(places, value, left=begin, color=list(bars["colour"]), height=0.62, zorder=2)
    for place in places[:-1]:
        panel.plot([end[place]] * 2, [place - 0.31, place + 1.31], color=GREY, linewidth=0.7, zorder=1)
    panel.hlines(places, low, high, color="black", linewidth=1.1, zorder=3)
    for side in (low, high):
        panel.plot(side, places, "|", color="black", markersize=5, zorder=3)
    panel.axvline(0.0, color="#444444", linewidth=0.8, zorder=1.5)
    panel.spines["left"].set_visible(False)
    words = numbers(value)
    for place in places:
        panel.annotate(
            words[place], (1.0, place), xytext=(40, 0), xycoords=panel.get_yaxis_transform(),
            textcoords="offset points", ha="right", va="center", fontsize=8, annotation_clip=False,
            fontweight="bold" if place == places[-1] else "normal",
        )  # fmt: skip
    panel.set_ylim(len(bars) - 0.45, -0.55)


def decimals(values: np.ndarray) -> int:
    """Decimals that show the largest number in four figures."""
    largest = float(np.abs(values).max()) if len(values) else 0.0
    return 0 if largest <= 0 else int(np.clip(3 - np.floor(np.log10(largest)), 0, 9))


def numbers(values: np.ndarray) -> list[str]:
    """Numbers of the bars with their sign, rounded so that all before the last sum to the last."""
    digits, exact = decimals(values), [Fraction(value) for value in values.tolist()]
    shown = apportion(exact[:-1], sum(exact[:-1], Fraction(0)), digits)
    return [number(float(value), digits) for value in (*shown, sum(shown, Fraction(0)))]


def number(value: float, digits: int) -> str:
    """A contribution with its sign; zero has none."""
    text = f"{value:+,.{digits}f}"
    return (text.lstrip("+-") if not text.strip("+-0.,") else text).replace("-", "−")


def caption(size: tuple[int, int], seeds: int) -> str:
    """How many enterprises and seeds, and how to read the bars."""
    agents, scale = size
    stands = "one to one" if scale == 1 else f"each for {scale:,} real ones"
    bands = band_words(seeds).replace("band", "black lines")
    how = "Shapley values over all subsets of the properties; numbers add up to the whole."
    return f"{agents:,} enterprises simulated ({stands}); {seeds:,} seed{'s' * (seeds != 1)}; {bands}. {how}"
