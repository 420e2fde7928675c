"""Columns of a block of rows in as few bytes as hold their values: the compiled side of ``sim.packed``.

A packed column has a base and a width of 0, 1, 2, 4 or 8 bytes; a value is the base plus what is stored in that width.
Width 0 stores nothing: all rows have the base as their value. Sums wrap around, so base and width hold every value
exactly. In a column of four-byte numbers NEVER takes the largest number of one or of two bytes. Floats are bits
without a base; in a column of eight-byte floats width 4 holds floats of four bytes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import types
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from sim.cache import use_cache_folder
from sim.calendar import NEVER

COLUMN = np.dtype([("address", "i8"), ("base", "i8"), ("count", "i4"), ("width", "i4"), ("settle", "i8")])
"""A column of a block: place of its values, base, rows, bytes of a row, and place of ``packing_values.settling``."""
FLOAT = 16
I2, I4, I8, F4, F8 = 2, 4, 8, FLOAT + 4, FLOAT + 8
"""Kinds of columns: bytes of a value in its own type, and FLOAT more for floats; negative where none are stored."""
WORD = 8
"""Rows are rounded up to such a number in memory."""

use_cache_folder()
compiled = njit(cache=True, nogil=True, error_model="numpy")
free = types.ExternalFunction("free", types.void(types.intp))
_malloc = types.ExternalFunction("malloc", types.intp(types.intp))


@intrinsic
def _pointer(context, address):  # type: ignore[no-untyped-def]
    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.intp), build


pointer: Any = _pointer
"""An address as a pointer, for compiled code."""


@compiled
def _fill(target, value, whole):  # type: ignore[no-untyped-def]
    one = whole(value)
    for row in range(len(target)):
        target[row] = one


@compiled
def _widen(source, base, target, whole):  # type: ignore[no-untyped-def]
    start = whole(base)
    for row in range(len(target)):
        target[row] = whole(start + source[row])


@compiled
def _widen_steps(source, base, target):  # type: ignore[no-untyped-def]
    start, never = np.int32(base), np.iinfo(source.dtype).max
    for row in range(len(target)):
        stored = source[row]
        target[row] = np.int32(NEVER) if stored == never else np.int32(start + stored)


@compiled
def _copy(source, target):  # type: ignore[no-untyped-def]
    for row in range(len(target)):
        target[row] = source[row]


@compiled
def _is_constant(source, base, whole):  # type: ignore[no-untyped-def]
    one, wrong = whole(base), whole(0)
    for row in range(len(source)):
        wrong = whole(wrong | whole(source[row] ^ one))
    return wrong == 0


@compiled
def _narrow(source, base, target, whole, small):  # type: ignore[no-untyped-def]
    start, wrong = whole(base), whole(0)
    for row in range(len(source)):
        difference = whole(source[row] - start)
        stored = small(difference)
        target[row] = stored
        wrong = whole(wrong | whole(difference ^ whole(stored)))
    return wrong == 0


@compiled
def _narrow_steps(source, base, target, small):  # type: ignore[no-untyped-def]
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
def _narrow_floats(source, target):  # type: ignore[no-untyped-def]
    wrong = 0
    for row in range(len(source)):
        stored = np.float32(source[row])
        target[row] = stored
        wrong |= np.float64(stored) != source[row]
    return wrong == 0


@compiled
def _unpack_same(column, target, whole):  # type: ignore[no-untyped-def]
    if column.width == 0:
        _fill(target, column.base, whole)
    else:
        _copy(carray(pointer(column.address), len(target), whole), target)


@compiled
def unpack_column(column, kind, address):  # type: ignore[no-untyped-def]
    """Write the values of a column, in their own type, to an address."""
    source, base, count, width = pointer(column.address), column.base, column.count, column.width
    target = pointer(address)
    if kind == I8 and width == 4:
        _widen(carray(source, count, np.int32), base, carray(target, count, np.int64), np.int64)
    elif kind == I8 and width == 2:
        _widen(carray(source, count, np.int16), base, carray(target, count, np.int64), np.int64)
    elif kind == I8 and width == 1:
        _widen(carray(source, count, np.int8), base, carray(target, count, np.int64), np.int64)
    elif kind == I4 and width == 2:
        _widen_steps(carray(source, count, np.int16), base, carray(target, count, np.int32))
    elif kind == I4 and width == 1:
        _widen_steps(carray(source, count, np.int8), base, carray(target, count, np.int32))
    elif kind == I2 and width == 1:
        _widen(carray(source, count, np.int8), base, carray(target, count, np.int16), np.int16)
    elif kind == F8 and width == 4:
        _copy(carray(source, count, np.float32), carray(target, count, np.float64))
    elif kind % FLOAT == 8:
        _unpack_same(column, carray(target, count, np.int64), np.int64)
    elif kind % FLOAT == 4:
        _unpack_same(column, carray(target, count, np.int32), np.int32)
    elif kind == I2:
        _unpack_same(column, carray(target, count, np.int16), np.int16)
    else:
        _unpack_same(column, carray(target, count, np.int8), np.int8)


@compiled
def _pack_same(column, source, whole):  # type: ignore[no-untyped-def]
    if column.width == 0:
        return _is_constant(source, column.base, whole)
    _copy(source, carray(pointer(column.address), len(source), whole))
    return True


@compiled
def pack_column(column, kind, address):  # type: ignore[no-untyped-def]
    """Store values from an address in the present width; whether all of them fit."""
    target, base, count, width = pointer(column.address), column.base, column.count, column.width
    source = pointer(address)
    if kind == I8 and width == 4:
        return _narrow(carray(source, count, np.int64), base, carray(target, count, np.int32), np.int64, np.int32)
    if kind == I8 and width == 2:
        return _narrow(carray(source, count, np.int64), base, carray(target, count, np.int16), np.int64, np.int16)
    if kind == I8 and width == 1:
        return _narrow(carray(source, count, np.int64), base, carray(target, count, np.int8), np.int64, np.int8)
    if kind == I4 and width == 2:
        return _narrow_steps(carray(source, count, np.int32), base, carray(target, count, np.int16), np.int16)
    if kind == I4 and width == 1:
        return _narrow_steps(carray(source, count, np.int32), base, carray(target, count, np.int8), np.int8)
    if kind == I2 and width == 1:
        return _narrow(carray(source, count, np.int16), base, carray(target, count, np.int8), np.int16, np.int8)
    if kind == F8 and width == 4:
        return _narrow_floats(carray(source, count, np.float64), carray(target, count, np.float32))
    if kind % FLOAT == 8:
        return _pack_same(column, carray(source, count, np.int64), np.int64)
    if kind % FLOAT == 4:
        return _pack_same(column, carray(source, count, np.int32), np.int32)
    if kind == I2:
        return _pack_same(column, carray(source, count, np.int16), np.int16)
    return _pack_same(column, carray(source, count, np.int8), np.int8)


@compiled
def _extent(source, skips_never):  # type: ignore[no-untyped-def]
    least, most = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    for row in range(len(source)):
        value = source[row]
        if not (skips_never and value == NEVER):
            least, most = min(least, value), max(most, value)
    return least, most


@compiled
def _width_of(least, most, kind):  # type: ignore[no-untyped-def]
    for width in (1, 2, 4):
        top = (1 << (8 * width - 1)) - 1
        below = most < top if kind == I4 and width < 4 else most <= top
        if below and least >= -top - 1:
            return width
    return 8


@compiled
def _best_of_whole(source, kind):  # type: ignore[no-untyped-def]
    """Base and width for whole numbers: a base of 0 where another one saves nothing."""
    least, most = _extent(source, False)
    if least == most:
        return least, 0
    if kind == I4:
        least, most = _extent(source, True)
    half = np.int64((np.uint64(most) - np.uint64(least)) >> np.uint64(1))
    middle = np.int64(least + half)
    plain, based = _width_of(least, most, kind), _width_of(least - middle, most - middle, kind)
    if based < plain:
        return middle, based
    return np.int64(0), plain


@compiled
def _best_of_floats(bits, floats, present):  # type: ignore[no-untyped-def]
    if present == 0 and _is_constant(bits, bits[0], np.int64):
        return bits[0], 0
    for row in range(len(floats)):
        if np.float64(np.float32(floats[row])) != floats[row]:
            return np.int64(0), 8
    return np.int64(0), 4


@compiled
def _best(kind, address, count, present):  # type: ignore[no-untyped-def]
    """Base and smallest width of the values at an address, for a column of the present width."""
    place = pointer(address)
    if kind == I8:
        return _best_of_whole(carray(place, count, np.int64), kind)
    if kind == I4:
        return _best_of_whole(carray(place, count, np.int32), kind)
    if kind == I2:
        return _best_of_whole(carray(place, count, np.int16), kind)
    if kind == 1:
        return _best_of_whole(carray(place, count, np.int8), kind)
    if kind == F8:
        return _best_of_floats(carray(place, count, np.int64), carray(place, count, np.float64), present)
    bits = carray(place, count, np.int32)
    if _is_constant(bits, bits[0], np.int32):
        return np.int64(bits[0]), 0
    return np.int64(0), 4


@compiled
def rounded(count):  # type: ignore[no-untyped-def]
    """Rows that a column has room for."""
    return (count + WORD - 1) // WORD * WORD


@compiled
def allocated(size):  # type: ignore[no-untyped-def]
    """Address of new memory from the C library, which any thread may ask for and give back without Python."""
    address = _malloc(size)
    if address == 0:
        raise MemoryError("no memory for a packed column")
    return address


@compiled
def settle_column(column, kind, address):  # type: ignore[no-untyped-def]
    """Store values from an address in the smallest width, or in the present one where that is larger."""
    base, width = _best(kind, address, column.count, column.width)
    if width > column.width:
        room = allocated(rounded(column.count) * width)
        free(column.address)
        column.address, column.width = room, width
    column.base = base
    pack_column(column, kind, address)


@compiled
def clear_column(column):  # type: ignore[no-untyped-def]
    """Give the memory of a column back; it has no rows then."""
    free(column.address)
    column.address, column.base, column.count, column.width = 0, 0, 0, 0


@compiled
def copy_column(column, copied):  # type: ignore[no-untyped-def]
    """Make an empty column hold the same as another one, in memory of its own."""
    size, room = rounded(column.count) * column.width, 0
    if size > 0:
        room = allocated(size)
        _copy(carray(pointer(column.address), size, np.int8), carray(pointer(room), size, np.int8))
    copied.address, copied.base, copied.count, copied.width = room, column.base, column.count, column.width
