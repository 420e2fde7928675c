"""The base and the least width that hold the values of a column, for ``sim.engine.packed.columns``."""

from __future__ import annotations

import numpy as np
from numba.np.numpy_support import carray

from sim.arithmetic.calendar import NEVER
from sim.engine.blocks import BLOCK
from sim.engine.compiling import compiled
from sim.engine.packed.loops import is_constant
from sim.engine.packed.memory import pointer

FLOAT = 16
I1, I2, I4, I8, F4, F8 = 1, 2, 4, 8, FLOAT + 4, FLOAT + 8
"""Kinds of columns: bytes of a value in its own type, and FLOAT more for floats; negative where none are stored."""

LEAST_OF_LONG = 24
"""Least width of numbers of eight bytes that differ: amounts outgrow a narrower one soon, and leave it unused."""


@compiled
def _extent(source, skips_never):
    least, most = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    for row in range(len(source)):
        value = source[row]
        if not (skips_never and value == NEVER):
            least, most = min(least, value), max(most, value)
    return least, most


@compiled
def _few_bits(least, most, count):
    """Width below a byte; 8 where the values need more, or the block is too small to save by it."""
    for width in (1, 2, 4):
        if np.uint64(most) - np.uint64(least) < np.uint64(1 << width) and BLOCK * width < 8 * count:
            return width
    return 8


@compiled
def _low_base(least, most, width):
    """Base of numbers that are stored unsigned: 0 where that holds them, otherwise with half of the room below."""
    top = (1 << width) - 1
    if least < 0:
        return least
    return np.int64(0) if most <= top else least - (top - (most - least)) // 2


@compiled
def _width_of(least, most, kind):
    for width in (8, 16, 24, 32):
        top = (1 << (width - 1)) - 1
        below = most < top if kind == I4 and width < 32 else most <= top
        if below and least >= -top - 1 and (kind != I8 or width >= LEAST_OF_LONG):
            return width
    return 64


@compiled
def _best_of_whole(source, kind):
    """Base and width for whole numbers: a base of 0 where another one saves nothing."""
    least, most = _extent(source, False)
    if least == most:
        return least, 0
    few = _few_bits(least, most, len(source)) if kind in (I1, I4) else 8
    if few < 8:
        return _low_base(least, most, few), few
    if kind == I4:
        least, most = _extent(source, True)
    half = np.int64((np.uint64(most) - np.uint64(least)) >> np.uint64(1))
    middle = np.int64(least + half)
    plain, based = _width_of(least, most, kind), _width_of(least - middle, most - middle, kind)
    if based < plain:
        return middle, based
    return np.int64(0), plain


@compiled
def _best_of_floats(bits, floats, present):
    if present == 0 and is_constant(bits, bits[0], np.int64):
        return bits[0], 0
    for row in range(len(floats)):
        if np.float64(np.float32(floats[row])) != floats[row]:
            return np.int64(0), 64
    return np.int64(0), 32


@compiled
def best(kind, address, count, present):
    """Base and least width of the values at an address, for a column of the present width."""
    place = pointer(address)
    if kind == I8:
        return _best_of_whole(carray(place, count, np.int64), kind)
    if kind == I4:
        return _best_of_whole(carray(place, count, np.int32), kind)
    if kind == I2:
        return _best_of_whole(carray(place, count, np.int16), kind)
    if kind == I1:
        return _best_of_whole(carray(place, count, np.int8), kind)
    if kind == F8:
        return _best_of_floats(carray(place, count, np.int64), carray(place, count, np.float64), present)
    bits = carray(place, count, np.int32)
    if is_constant(bits, bits[0], np.int32):
        return np.int64(bits[0]), 0
    return np.int64(0), 32
