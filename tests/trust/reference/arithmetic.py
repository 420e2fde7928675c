"""Section 0 of the ODD: money, smooth functions, time, and the draws (which are the package's)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.arithmetic.draws import Purpose, contrast, draw, noise, stream, uniform

__all__ = ["Purpose", "contrast", "draw", "noise", "stream", "uniform"]

NEVER = 2**30
NO_LEAST = -4 * 10**18
MOST = 4e18
A = [0.0, 0.0, 0.0, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320, 1 / 362880]


def whole(x: float) -> int:
    """M1: the nearest whole fen, halves away from zero."""
    return int(x + 0.5) if x >= 0 else -int(0.5 - x)


def single(x: float) -> float:
    """The nearest number of single precision, which a field of four bytes keeps."""
    return float(np.float32(x))


def part_of(amount: int, claim: int, claims: int) -> int:
    """M2: what a claim gets of an amount."""
    if claims <= 0:
        return 0
    if amount >= claims:
        return claim
    return min(claim, int(float(amount) * (float(claim) / float(claims))))


def exponential(x: float) -> float:
    """F1."""
    p = x * 0.0078125
    q = p * p
    f = q * q
    low = (1 + p) + q * (0.5 + p * A[3])
    high = (A[4] + p * A[5]) + q * (A[6] + p * A[7])
    total = low + f * (high + f * (A[8] + p * A[9]))
    for _ in range(7):
        total = total * total
    return total


def logarithm_of_one_plus(r: float) -> float:
    """F2."""
    q = r / (2 + r)
    u = q * q
    power, total = q, 0.0
    for n in range(80):
        total += power / (2 * n + 1)
        power *= u
    return 2 * total


def normal_share(x: float) -> float:
    """F3."""
    a = abs(x)
    if a > 8:
        return 0.0 if x < 0 else 1.0
    t = 1 / (1 + 0.2316419 * a)
    h = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = (0.3989422804014327 * exponential((-0.5 * a) * a)) * h
    return tail if x < 0 else 1 - tail


def rate_over(rate: float, days: float) -> float:
    """T3: a yearly rate over some days."""
    return exponential(logarithm_of_one_plus(rate) * (days / 365.0)) - 1.0


def share_in_days(share: float, days: float, period: float) -> float:
    """T2: a share of a period (365 or 7 days) as one of some days."""
    return 1.0 - (1.0 - share) ** (days / period)


def steps_in(days: float, step_days: int) -> int:
    """T1: a delay in steps, rounded up."""
    return max(0, -int(-days // step_days))


def added(terms: Iterable[float]) -> float:
    """A sum of doubles from left to right (the built-in sum compensates from Python 3.12 on)."""
    total = 0.0
    for term in terms:
        total += term
    return total


def holds(mask: int, place: int) -> bool:
    """Whether a bit of a mask is set."""
    return bool(mask >> place & 1)


def mask_of(names: Any, chosen: Any) -> int:
    """One bit for each chosen name; all bits where none is named."""
    if chosen is None:
        return -1
    return sum(1 << place for place, name in enumerate(names) if name in chosen)


def ceiling(x: float) -> int:
    """The whole number not below x."""
    return math.ceil(x)
