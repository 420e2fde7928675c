"""The benchmark's figure: agent updates per CPU second by number of agents, and what memory would allow."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from sim.figures import COLOURS, GREY, add_caption, new_figure, styled


def benchmark_figure(found: dict[str, Any]) -> Figure:
    """Draw the figures that :func:`experiments.benchmark.benchmark` finds."""
    with styled():
        figure = new_figure(3.9)
        axes = figure.subplots()
        sizes = found["sizes"]
        each = sizes[-1]["agents"] / sizes[-1]["enterprises"]
        draw_roof(axes, found["roof"]["enterprise_steps_per_cpu_second"] * each / 1e6)
        draw_sizes(axes, sizes)
        most = sizes[-1]["agents"]
        for number, (name, point) in enumerate(points_of(found).items(), start=1):
            draw_point(axes, name, point, COLOURS[number], left=point["agents"] ** 2 > most * 1_000.0)
        put_scales(axes)
        add_caption(figure, caption_of(found, each))
    return figure


def draw_sizes(axes: Axes, sizes: list[dict[str, float]]) -> None:
    """Our compiled engine by size, with the range of its runs."""
    across = [one["agents"] for one in sizes]
    middle, low, high = (
        [one[name] * one["agents"] / one["enterprises"] / 1e6 for one in sizes]
        for name in ("enterprise_steps_per_cpu_second", "low", "high")
    )
    below = [one - least for one, least in zip(middle, low, strict=True)]
    above = [most - one for one, most in zip(middle, high, strict=True)]
    axes.errorbar(across, middle, yerr=[below, above], fmt="o-", color=COLOURS[0], markersize=4, capsize=3, zorder=3)
    words = f"Tideover, compiled: {short(middle[-1])}"
    axes.annotate(
        words, (across[-1], max(middle)), xytext=(0, 8), textcoords="offset points", ha="right", va="bottom",
        fontsize=8, color=COLOURS[0],
    )  # fmt: skip


def draw_roof(axes: Axes, most: float) -> None:
    """What memory would allow one thread."""
    axes.axhline(most, color=GREY, linewidth=1.0, linestyle=(0, (5, 2)))
    axes.annotate(
        f"memory roof of one thread: {short(most)}", (1.0, most), xytext=(0, 3), textcoords="offset points",
        xycoords=axes.get_yaxis_transform(), ha="right", va="bottom", fontsize=8, color=GREY,
    )  # fmt: skip


def points_of(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Everything that was run beside the compiled engine by name: agents, rates, and where its name stands."""
    mesa = found["mesa"]
    points = {"Tideover, Mesa engine": {"agents": mesa["agents"], **mesa["agent_updates_per_cpu_second"]}}
    there = {name: one for name, one in found["peers"].items() if one["agent_updates_per_cpu_second"] is not None}
    fastest = max((one["agent_updates_per_cpu_second"] for one in there.values()), default=0.0)
    for name, one in there.items():
        middle = one["agent_updates_per_cpu_second"]
        words = f"{name} ({one['model'].split(',')[0]})"
        points[words] = {**one, "median": middle, "up": "bottom" if middle == fastest else "top"}
    return points


def draw_point(axes: Axes, name: str, point: dict[str, Any], colour: str, left: bool) -> None:
    """One engine at one size, with the range of its measurements and its name to the left or right."""
    middle, low, high = (point[one] / 1e6 for one in ("median", "low", "high"))
    axes.errorbar(
        [point["agents"]], [middle], yerr=[[middle - low], [high - middle]], fmt="D", color=colour, markersize=5,
        capsize=3, zorder=4,
    )  # fmt: skip
    axes.annotate(
        f"{name}: {short(middle)}", (point["agents"], middle), xytext=(-8 if left else 8, 0),
        textcoords="offset points", ha="right" if left else "left", va=point.get("up", "center"), fontsize=8,
        color=colour,
    )  # fmt: skip


def short(value: float) -> str:
    """A number of millions with two or three figures."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def put_scales(axes: Axes) -> None:
    """Powers of ten on both axes, written out."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(x=0.06, y=0.14)
    for axis, digits in ((axes.xaxis, ",.0f"), (axes.yaxis, ",g")):
        axis.set_major_locator(LogLocator(numticks=12))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _, digits=digits: format(value, digits)))
    axes.set_xlabel("agents of the model")
    axes.set_ylabel("million agent updates\nper CPU second")
    axes.grid(True, axis="y")


def caption_of(found: dict[str, Any], each: float) -> str:
    """What is counted, and what a bar is."""
    return (
        f"One agent through all rules of one step, on one thread. One enterprise-step of Tideover is {each:.2f} "
        "updates: the enterprise, its household, and a part of the households of the rest of the economy. Other models "
        f"have rules of their own. Bars: range of {found['repeats']} runs, by turns; more than a million enterprises "
        "are run once."
    )
