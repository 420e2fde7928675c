"""The one style of all figures: sizes, colours, a figure that keeps its style everywhere, repeatable files."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.figures.text import drawable, fitted, font_families, quiet_fonts, widest, wrapped
from sim.results.atomic_folder import write_file

WIDTH = 7.0
"""Inches; at 200 dots an inch 1,400 pixels."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#555555")
"""Okabe and Ito (2008), told apart by colour-blind readers; arms and groups take them in order."""

DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
"""So that arms are told apart in black and white too."""

GREY = "#6B6B6B"
SHADE = "#ECECEC"
BAND_ALPHA = 0.22

SETTINGS: dict[str, Any] = {
    "figure.dpi": 100.0,
    "savefig.dpi": 200.0,
    "savefig.facecolor": "white",
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "font.size": 9.0,
    "text.color": "black",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.labelsize": 9.0,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.titlepad": 5.0,
    "axes.labelcolor": "black",
    "axes.edgecolor": "#444444",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "tideover",
    "svg.fonttype": "path",
    "path.simplify": True,
}

LEFT_ALONE = ("backend", "backend_fallback", "interactive", "toolbar", "webagg.port", "savefig.directory")
"""Settings of the session, not of a figure."""

_LOCK = threading.RLock()


@contextmanager
def styled() -> Iterator[None]:
    """A context in which Matplotlib has the project's settings; outside it nothing changes. One thread at a time.

    Examples
    --------
    >>> import matplotlib
    >>> from sim.figures import styled
    >>> with styled():
    ...     matplotlib.rcParams["axes.titlelocation"]
    'left'
    """
    settings: dict[Any, Any] = {key: value for key, value in mpl.rcParamsDefault.items() if key not in LEFT_ALONE}
    with _LOCK, quiet_fonts(), mpl.rc_context(settings | SETTINGS | {"font.family": font_families()}):
        yield


class StyledFigure(Figure):
    """A Figure that is always drawn in the project's style, in a notebook too."""

    def draw(self, renderer: Any) -> None:
        """Draw in the project's style."""
        with styled():
            super().draw(renderer)

    def _repr_png_(self) -> bytes:
        """PNG for a notebook without a pyplot backend."""
        with styled():
            buffer = io.BytesIO()
            self.savefig(buffer, format="png", dpi=150, metadata={"Software": None})
        return buffer.getvalue()


def new_figure(height: float, width: float = WIDTH) -> StyledFigure:
    """An empty figure with its own canvas, unknown to pyplot, that lays itself out without overlaps.

    Parameters
    ----------
    height, width
        Inches.

    Examples
    --------
    >>> from sim import figures
    >>> figure = figures.new_figure(3.3)
    >>> figure.get_size_inches().tolist()
    [7.0, 3.3]
    """
    figure = StyledFigure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure as SVG, PNG or PDF, according to the ending of the name; the same figure gives the same bytes.

    The file appears under its name only when it is complete.

    Parameters
    ----------
    figure
        Any figure of this package.
    path
        Where to write; missing folders are made.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ValueError
        If the ending is another one.

    Examples
    --------
    >>> from sim import figures
    >>> figure = figures.new_figure(2.0)
    >>> figures.save(figure, "empty.svg").name
    'empty.svg'
    """
    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    metadata: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    if kind not in metadata:
        raise ValueError(f"{target.name}: figures are written as .svg, .png or .pdf")
    drawn = io.BytesIO()
    with styled():
        figure.savefig(drawn, format=kind, metadata=metadata[kind])
    return write_file(target, drawn.getvalue())


def add_caption(figure: Figure, text: str) -> None:
    """Write small grey words under the figure: how many enterprises and seeds there are, and what the band is.

    Parameters
    ----------
    figure
        The figure.
    text
        The words, in one paragraph.

    Examples
    --------
    >>> from sim import figures
    >>> figure = figures.new_figure(2.0)
    >>> figures.add_caption(figure, "200 enterprises simulated; 2 seeds.")
    >>> figure.get_supxlabel()
    '200 enterprises simulated; 2 seeds.'
    """
    words = wrapped(drawable(text), WIDTH - 0.25, 7.0)
    figure.supxlabel(words, x=0.01, ha="left", fontsize=7, color=GREY)


def add_legend(figure: Figure, axes: Axes, columns: int = 4, more: Sequence[tuple[Any, str]] = ()) -> None:
    """Put the legend of one panel above all panels, never over the data, in as many columns as fit the page.

    Parameters
    ----------
    figure, axes
        The figure that gets the legend, and the panel that has the entries.
    columns
        The most columns.
    more
        Further entries: what is drawn, and its name.

    Examples
    --------
    >>> from sim import figures
    >>> figure = figures.new_figure(2.0)
    >>> lines = figure.subplots().plot([0, 1], label="with the programme")
    >>> figures.add_legend(figure, figure.axes[0])
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['with the programme']
    """
    handles, names = axes.get_legend_handles_labels()
    handles, names = [*handles, *(handle for handle, _ in more)], [*names, *(name for _, name in more)]
    if handles:
        names = fitted(names, WIDTH - KEY - 0.25, 8.0)
        fits = [many for many in range(1, min(len(names), columns) + 1) if _legend_width(names, many) <= WIDTH - 0.15]
        figure.legend(
            handles, names, loc="outside upper left", ncols=max(fits, default=1), columnspacing=1.6, handlelength=2.2
        )


KEY = (2.2 + 0.8) * 8.0 / 72.0
"""Inches that the key of a legend entry and its gap take."""


def _legend_width(names: Sequence[str], columns: int) -> float:
    """Width of a legend [inches]; Matplotlib fills it column by column, the first ones taking the rest."""
    widths = [widest([names[place] for place in part], 8.0) for part in np.array_split(range(len(names)), columns)]
    return sum(widths) + columns * KEY + (columns - 1) * 1.6 * 8.0 / 72.0 + 0.2


def rule_off(axes: Axes, axis: str = "y") -> None:
    """Draw thin lines to read values by, along one axis only.

    Parameters
    ----------
    axes
        A panel.
    axis
        ``"y"`` for level lines, ``"x"`` for upright ones.

    Examples
    --------
    >>> from sim import figures
    >>> panel = figures.new_figure(2.0).subplots()
    >>> figures.rule_off(panel, "x")
    >>> panel.xaxis.get_gridlines()[0].get_visible(), panel.yaxis.get_gridlines()[0].get_visible()
    (True, False)
    """
    axes.grid(True, axis="x" if axis == "x" else "y")
    axes.tick_params(length=2.5)
