"""Money in whole fen (1 yuan = 100 fen), rounded in one place and split so that the parts add up."""

from __future__ import annotations

import math

import numpy as np
from numba.extending import register_jitable

from sim.arithmetic.decorators import hot_rule

FEN_PER_YUAN = 100
MOST_FEN = 4e17
"""Largest amount of one agent: 4 × 10^15 yuan, far from the end of a 64-bit number."""


def fen_from_yuan(yuan: float) -> int:
    """Whole fen of an amount in yuan."""
    return round_fen(yuan * FEN_PER_YUAN)


@hot_rule
def round_fen(amount: float) -> int:
    """The nearest whole fen; halves go away from zero. ODD equation M1."""
    return int(amount + math.copysign(0.5, amount))


@register_jitable
def part_of(amount: int, claim: int, claims: int) -> int:
    """What one claim gets when ``claims`` share ``amount``: the whole claim, or about its part. ODD equation M2.

    Called claim by claim with what is left of both (``amount - paid``, ``claims - claim``), the parts add up to the
    amount to the fen.
    """
    if claims <= 0:
        return 0
    if amount >= claims:
        return claim
    return min(claim, int(float(amount) * (float(claim) / float(claims))))


def round_money(amounts: np.ndarray) -> np.ndarray:
    """Whole fen [int64] of amounts in fen."""
    size = np.asarray(np.abs(amounts), dtype=np.float64)
    size += 0.5
    np.minimum(np.floor(size, out=size), MOST_FEN, out=size)
    return np.copysign(size, amounts, out=size).astype(np.int64)


def split(total_yuan: float, weights: np.ndarray) -> np.ndarray:
    """A total in yuan split by weights into whole fen that add up to it; largest remainders first."""
    total = int(round(total_yuan * FEN_PER_YUAN))
    exact = total * weights
    parts = np.floor(exact).astype(np.int64)
    missing = total - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    for place in range(abs(missing)):
        parts[order[place % len(parts)]] += 1 if missing > 0 else -1
    return parts


def sum_in_order(terms: np.ndarray) -> np.ndarray:
    """Sum of doubles over the first axis, one term after the other [shape of a term]: the same on every machine."""
    return np.add.accumulate(terms, axis=0)[-1] if len(terms) else np.zeros(terms.shape[1:])
