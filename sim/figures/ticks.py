"""Marks on number axes: steps of 1, 2 or 5 times a power of ten, with as many digits as the marks need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import Formatter, MaxNLocator

MOST_DIGITS = 9


class ExactFormatter(Formatter):
    """Numbers of an axis without rounding: all marks get the digits that the one with the most needs."""

    def __init__(self, factor: float = 1.0, sign: bool = False) -> None:
        self.factor, self.sign, self.digits = factor, sign, 0

    def set_locs(self, locs: Sequence[float]) -> None:
        """Take the number of digits from all marks of the axis."""
        self.digits = digits_needed(np.asarray(locs, dtype=np.float64) * self.factor)

    def __call__(self, value: float, pos: int | None = None) -> str:
        """The text of one mark."""
        text = f"{value * self.factor:{'+' if self.sign else ''},.{self.digits}f}"
        return (text.lstrip("+-") if not text.strip("+-0.,") else text).replace("-", "−")


def digits_needed(values: npt.NDArray[np.float64]) -> int:
    """Fewest decimals that write every number exactly, up to a millionth of the step between them."""
    if not values.size:
        return 0
    steps = np.diff(np.unique(values))
    finest = 1e-6 * (float(steps.min()) if steps.size else max(1e-3, float(np.abs(values).max())))
    exact = (digits for digits in range(MOST_DIGITS) if np.abs(values - np.round(values, digits)).max() <= finest)
    return next(exact, MOST_DIGITS)


def round_marks(axis: Axis, factor: float = 1.0, sign: bool = False, most: int | Literal["auto"] = "auto") -> None:
    """Put marks at round numbers on an axis, written exactly.

    Parameters
    ----------
    axis
        An x or y axis.
    factor
        Factor by which values are multiplied before they are written: 100 for shares in percent (the axis label has the
        unit).
    sign
        Whether positive numbers get a plus.
    most
        The most steps; by default as many as fit.

    Examples
    --------
    >>> from sim import figures
    >>> panel = figures.new_figure(2.0).subplots()
    >>> figures.round_marks(panel.yaxis, factor=100.0, most=2)
    >>> [mark.get_text() for mark in panel.get_yticklabels()]
    ['0', '50', '100']
    """
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(ExactFormatter(factor, sign))


def whole_percent(axes: Axes) -> None:
    """Set an upright axis of shares from 0 to 100 %."""
    axes.set_ylim(-0.01, 1.02)
    axes.set_yticks(np.linspace(0, 1, 6), [f"{share:.0f}" for share in np.linspace(0, 100, 6)])


def week_marks(axes: Axes, most: float, room: int = 10) -> None:
    """Put marks at whole weeks on an axis of days, at most ``room`` of them."""
    weeks = int(most // 7) + 1
    step = next(n * 10**k for k in range(12) for n in (1, 2, 5) if weeks <= n * 10**k * room)
    axes.set_xticks(np.arange(0, most + 1e-9, 7 * step))
    axes.xaxis.set_major_formatter(ExactFormatter())
