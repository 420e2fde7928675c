"""Smooth functions built from + − × ÷ alone, so that every engine, Python version and machine gives the same bits.

The library functions of C differ in the last digit between systems, and a last digit can decide an application.
"""

from __future__ import annotations

from numba.extending import register_jitable

from sim.arithmetic.decorators import hot_rule

A3, A4, A5, A6, A7, A8, A9 = 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320, 1 / 362880
"""Coefficients of the exponential series from the third power on."""


@hot_rule
def exponential(x: float) -> float:
    """e to the power x; relative error below 1e-13 for |x| ≤ 5, 1e-10 for |x| ≤ 32. ODD equation F1.

    The series to the ninth power of x / 128 is summed in pairs, and the result is squared seven times.
    """
    part = x * 0.0078125
    square = part * part
    fourth = square * square
    low = (1.0 + part) + square * (0.5 + part * A3)
    high = (A4 + part * A5) + square * (A6 + part * A7)
    total = low + fourth * (high + fourth * (A8 + part * A9))
    total *= total
    total *= total
    total *= total
    total *= total
    total *= total
    total *= total
    return total * total


@register_jitable
def logarithm_of_one_plus(rate: float) -> float:
    """ln(1 + rate) for rate ≥ 0, by the series of the inverse hyperbolic tangent. ODD equation F2.

    Once a term is too small to change the sum, so are those after it: leaving them out changes no bit.
    """
    ratio = rate / (2.0 + rate)
    square = ratio * ratio
    power, total = ratio, 0.0
    for term in range(80):
        longer = total + power / (2.0 * term + 1.0)
        if longer == total:
            break
        total = longer
        power *= square
    return 2.0 * total


@register_jitable
def normal_share(x: float) -> float:
    """Share of a standard normal below x (Abramowitz & Stegun 26.2.17, error below 7.5e-8). ODD equation F3."""
    size = -x if x < 0.0 else x
    if size > 8.0:
        return 0.0 if x < 0.0 else 1.0
    t = 1.0 / (1.0 + 0.2316419 * size)
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = 0.3989422804014327 * exponential(-0.5 * size * size) * series
    return tail if x < 0.0 else 1.0 - tail
