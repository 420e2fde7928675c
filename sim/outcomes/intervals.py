"""Means and ratios over seeds with Student-t intervals. A NaN means that a seed has no value; it is left out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit  # type: ignore[import-untyped,unused-ignore]

CONFIDENCE = 0.95
"""Coverage of every band in tables and figures."""

Floats = npt.NDArray[np.float64]


def mean_interval(values: npt.ArrayLike, axis: int = -1) -> tuple[Floats, Floats, Floats]:
    """Mean over seeds and the ends of its 95 % interval.

    Parameters
    ----------
    values
        One number for each seed along ``axis``; NaN where a seed has none.
    axis
        The axis of the seeds; the result does not have it.

    Returns
    -------
    mean, low, high
        Arrays of the shape of ``values`` without ``axis``. All NaN where no seed has a value; ``low`` and ``high`` are
        NaN where only one has.

    Examples
    --------
    >>> from sim import outcomes
    >>> mean, low, high = outcomes.mean_interval([9.0, 10.0, 11.0])
    >>> [round(float(end), 2) for end in (mean, low, high)]
    [10.0, 7.52, 12.48]
    """
    array = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(array)
    number = known.sum(axis=axis)
    mean = divide(np.where(known, array, 0.0).sum(axis=axis), number)
    deviation = np.where(known, array - np.expand_dims(mean, axis), 0.0)
    half = student(number) * np.sqrt(divide((deviation**2).sum(axis=axis), (number - 1) * number))
    return mean, mean - half, mean + half


def ratio_interval(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> tuple[float, float, float]:
    """Ratio of two means over seeds and its 95 % interval (linearised, Student t).

    It is the ratio of the means, not the mean of the ratios, so that a seed with a small denominator does not dominate.
    The interval is that of the residuals ``(y - r x) / mean(x)``.

    Parameters
    ----------
    numerator, denominator
        One number for each seed [seeds]; a seed with a NaN in either is left out.

    Returns
    -------
    ratio, low, high
        All NaN where the mean of the denominator is not above zero.

    Examples
    --------
    >>> from sim import outcomes
    >>> ratio, low, high = outcomes.ratio_interval([10.0, 20.0, 30.0], [1.0, 2.0, 3.0])
    >>> round(ratio, 2)
    10.0
    """
    above, below = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    known = ~(np.isnan(above) | np.isnan(below))
    above, below = above[known], below[known]
    if below.size == 0 or below.mean() <= 0.0:
        return np.nan, np.nan, np.nan
    ratio = float(above.mean() / below.mean())
    _, low, high = mean_interval((above - ratio * below) / below.mean())
    return ratio, ratio + float(low), ratio + float(high)


def student(number: npt.ArrayLike) -> Floats:
    """Two-sided Student-t factor for each number of seeds; NaN for fewer than two."""
    freedom = np.asarray(number, dtype=np.float64) - 1.0
    factor = stdtrit(np.maximum(freedom, 1.0), 0.5 + CONFIDENCE / 2)
    return np.where(freedom >= 1.0, factor, np.nan)


def divide(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
    """Quotient; NaN where the divisor is not above zero."""
    top, bottom = np.broadcast_arrays(np.asarray(above, np.float64), np.asarray(below, np.float64))
    quotient: Floats = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=quotient, where=bottom > 0.0)
    return quotient
