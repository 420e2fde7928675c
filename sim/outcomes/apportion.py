"""Parts that are printed rounded and add up to the printed total."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def rounded(value: Fraction, digits: int) -> Fraction:
    """The nearest number with so many decimals (fewer than none: whole tens, hundreds), half to even."""
    return Fraction(round(value * Fraction(10) ** digits)) / Fraction(10) ** digits


def apportion(parts: Sequence[Fraction], total: Fraction, digits: int) -> list[Fraction]:
    """Parts rounded to so many decimals so that they sum to the total, itself rounded, in the last digit.

    Zero stays zero. The odd units go to the largest remainders, first of all of parts that equal no other, so that
    equal parts stay equal wherever that is possible (two equal parts alone of an odd total cannot).
    """
    scale = Fraction(10) ** digits
    exact = [part * scale for part in parts]
    whole = [floor(part) for part in exact]
    missing = int(rounded(total, digits) * scale) - sum(whole)
    broken = [place for place, part in enumerate(exact) if part != whole[place]]
    alone = [place for place in broken if exact.count(exact[place]) == 1]
    equal = [place for place in broken if place not in alone and exact[place] - whole[place] >= Fraction(1, 2)]
    for place in equal if alone else []:
        whole[place] += 1
        missing -= 1
    order = sorted(alone or broken, key=lambda place: whole[place] - exact[place])
    for turn in range(abs(missing)):
        if missing > 0:
            whole[order[turn % len(order)]] += 1
        else:
            whole[order[-1 - turn % len(order)]] -= 1
    return [part / scale for part in map(Fraction, whole)]
