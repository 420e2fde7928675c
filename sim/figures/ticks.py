"""Marks on number axes: steps of 1, 2 or 5 times a power of ten, and as many digits as the marks need."""

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
        """Take the digits from all marks of the axis."""
        self.digits = digits_needed(np.asarray(locs, dtype=np.float64) * self.factor)

    def __call__(self, value: float, pos: int | None = None) -> str:
        """One mark."""
        text = f"{value * self.factor:{'+' if self.sign else ''},.{self.digits}f}"
        return (text.lstrip("+-") if not text.strip("+-0.,") else text).replace("-", "−")


def digits_needed(values: npt.NDArray[np.float64]) -> int:
    """Least decimals with which every number is written exactly, up to a millionth of the step between them."""
    if not values.size:
        return 0
    steps = np.diff(np.unique(values))
    finest = 1e-6 * (float(steps.min()) if steps.size else max(1e-3, float(np.abs(values).max())))
    exact = (digits for digits in range(MOST_DIGITS) if np.abs(values - np.round(values, digits)).max() <= finest)
    return next(exact, MOST_DIGITS)


def round_marks(axis: Axis, factor: float = 1.0, sign: bool = False, most: int | Literal["auto"] = "auto") -> None:
    """Marks at round numbers, written exactly.

    Parameters
    ----------
    axis
        An x or y axis.
    factor
        What a value is multiplied by to be written: 100 for shares in percent (the unit stands in the axis label).
    sign
        Whether positive numbers get a plus.
    most
        The most steps; by default as many as there is room for.
    """
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(ExactFormatter(factor, sign))


def whole_percent(axes: Axes) -> None:
    """An upright axis of shares from 0 to 100 %."""
    axes.set_ylim(-0.01, 1.02)
    axes.set_yticks(np.linspace(0, 1, 6), [f"{share:.0f}" for share in np.linspace(0, 100, 6)])


def week_marks(axes: Axes, most: float, room: int = 10) -> None:
    """Marks of a time in days at whole weeks, no more than ``room``."""
    weeks = int(most // 7) + 1
    step = next(n * 10**k for k in range(12) for n in (1, 2, 5) if weeks <= n * 10**k * room)
    axes.set_xticks(np.arange(0, most + 1e-9, 7 * step))
    axes.xaxis.set_major_formatter(ExactFormatter())
