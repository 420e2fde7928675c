"""Loops over the values of a packed column: stored numbers to values and back, for ``sim.engine.packed.columns``.

Loops that store tell whether all values fit. What they store is unsigned below a byte, and signed from a byte on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.arithmetic.calendar import NEVER
from sim.engine.blocks import BLOCK
from sim.engine.compiling import compiled

TOP_OF_24 = (1 << 23) - 1
"""Largest number of 24 bits."""


@compiled
def share_of(bits):
    """Bytes of a column of less than a byte a row.

    Byte ``i`` holds rows ``i``, ``share + i``, ``2 * share + i`` and so on, the first one in its lowest bits.
    """
    return BLOCK * bits // 8


@compiled
def fill(target, value, whole):
    """Write one value to all rows."""
    one = whole(value)
    for row in range(len(target)):
        target[row] = one


@compiled
def copy(source, target):
    """Write values as they are."""
    for row in range(len(target)):
        target[row] = source[row]


@compiled
def is_constant(source, value, whole):
    """Whether all rows have this value."""
    one, wrong = whole(value), whole(0)
    for row in range(len(source)):
        wrong = whole(wrong | whole(source[row] ^ one))
    return wrong == 0


@compiled
def widen(source, base, target, whole):
    """Values from numbers of 8, 16 or 32 bits."""
    start = whole(base)
    for row in range(len(target)):
        target[row] = whole(start + source[row])


@compiled
def narrow(source, base, target, whole, small):
    """Store values in 8, 16 or 32 bits."""
    start, wrong = whole(base), whole(0)
    for row in range(len(source)):
        difference = whole(source[row] - start)
        stored = small(difference)
        target[row] = stored
        wrong = whole(wrong | whole(difference ^ whole(stored)))
    return wrong == 0


@compiled
def widen_steps(source, base, target):
    """As ``widen``, where the largest number stands for NEVER."""
    start, never = np.int32(base), np.iinfo(source.dtype).max
    for row in range(len(target)):
        stored = source[row]
        target[row] = np.int32(NEVER) if stored == never else np.int32(start + stored)


@compiled
def narrow_steps(source, base, target, small):
    """As ``narrow``, where the largest number stands for NEVER."""
    start, wrong, never = np.int32(base), np.int32(0), np.int32(np.iinfo(target.dtype).max)
    for row in range(len(source)):
        value = source[row]
        difference = np.int32(value - start)
        stored = never if value == NEVER else difference
        target[row] = small(stored)
        fits = (value == NEVER) | ((difference < never) & (difference >= -never - 1))
        wrong = np.int32(wrong | np.int32(not fits))
    return wrong == 0


@compiled
def join(low, high, base, target):
    """Values of eight bytes from numbers of 24 bits: the low 16, and the high 8."""
    for row in range(len(target)):
        target[row] = base + ((np.int64(high[row]) << 16) | np.int64(low[row]))


@compiled
def split(source, base, low, high):
    """Store values of eight bytes in 24 bits."""
    wrong = np.int64(0)
    for row in range(len(source)):
        difference = source[row] - base
        low[row], high[row] = np.uint16(difference), np.int8(difference >> 16)
        wrong |= (difference + TOP_OF_24 + 1) & -(1 << 24)
    return wrong == 0


@compiled
def join_steps(low, high, base, target):
    """As ``join`` for values of four bytes, where the largest number stands for NEVER."""
    start = np.int32(base)
    for row in range(len(target)):
        stored = np.int32(np.int32(np.int32(high[row]) << np.int32(16)) | np.int32(low[row]))
        target[row] = np.int32(NEVER) if stored == TOP_OF_24 else np.int32(start + stored)


@compiled
def split_steps(source, base, low, high):
    """As ``split`` for values of four bytes, where the largest number stands for NEVER."""
    start, wrong, never = np.int32(base), np.int32(0), np.int32(TOP_OF_24)
    for row in range(len(source)):
        value = source[row]
        difference = np.int32(value - start)
        stored = never if value == NEVER else difference
        low[row], high[row] = np.uint16(stored), np.int8(stored >> np.int32(16))
        fits = (value == NEVER) | ((difference < never) & (difference >= -never - 1))
        wrong = np.int32(wrong | np.int32(not fits))
    return wrong == 0


def _spreading(bits: int) -> Any:
    """The loop for values of so many bits; constant shifts let it take many rows at a time."""
    share, planes, mask = BLOCK * bits // 8, 8 // bits, np.uint8((1 << bits) - 1)

    def spread(source, base, target, whole):
        start = whole(base)
        for plane in range(planes):
            part, shift = target[plane * share : (plane + 1) * share], np.uint8(plane * bits)
            for place in range(len(part)):
                part[place] = whole(start + whole(np.uint8(source[place] >> shift) & mask))

    return compiled(spread)


def _gathering(bits: int) -> Any:
    """The loop that stores values in so many bits."""
    share, planes, rest = BLOCK * bits // 8, 8 // bits, -(1 << bits)

    def gather(source, base, target, whole):
        start, wrong, above = whole(base), whole(0), whole(rest)
        target[:] = 0
        for plane in range(planes):
            part, shift = source[plane * share : (plane + 1) * share], np.uint8(plane * bits)
            for place in range(len(part)):
                difference = whole(part[place] - start)
                wrong = whole(wrong | whole(difference & above))
                target[place] = np.uint8(target[place] | np.uint8(np.uint8(difference) << shift))
        return wrong == 0

    return compiled(gather)


_spread_1, _spread_2, _spread_4 = _spreading(1), _spreading(2), _spreading(4)
_gather_1, _gather_2, _gather_4 = _gathering(1), _gathering(2), _gathering(4)


@compiled
def spread(source, bits, base, target, whole):
    """Values from numbers of 1, 2 or 4 bits."""
    if bits == 1:
        _spread_1(source, base, target, whole)
    elif bits == 2:
        _spread_2(source, base, target, whole)
    else:
        _spread_4(source, base, target, whole)


@compiled
def gather(source, bits, base, target, whole):
    """Store values in 1, 2 or 4 bits."""
    if bits == 1:
        return _gather_1(source, base, target, whole)
    if bits == 2:
        return _gather_2(source, base, target, whole)
    return _gather_4(source, base, target, whole)


@compiled
def narrow_floats(source, target):
    """Store floats of eight bytes in four."""
    wrong = 0
    for row in range(len(source)):
        stored = np.float32(source[row])
        target[row] = stored
        wrong |= np.float64(stored) != source[row]
    return wrong == 0
