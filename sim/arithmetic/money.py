"""Money in whole fen (1 yuan = 100 fen), rounded in one place and split so that the parts add up."""

from __future__ import annotations

import math

from numba.extending import register_jitable

from sim.compiling import hot_rule

FEN_PER_YUAN = 100


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
