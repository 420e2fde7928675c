"""Columns of a block of rows in as few bits as hold their values: the compiled side of ``sim.engine.packed.table``.

A packed column has a base and a width of 0, 1, 2, 4, 8, 16, 24, 32 or 64 bits; a value is the base plus what is stored
in that width. Width 0 stores nothing: all rows have the base as their value. Sums wrap around, so base and width hold
every value exactly. Whole numbers of one and of four bytes can have less than 8 bits, those of four and of eight bytes
24; those of eight bytes do not have 8 or 16. In a column of four-byte numbers NEVER takes the largest number of 8, 16
or 24 bits. Floats are bits without a base; in a column of eight-byte floats width 32 holds floats of four bytes.
"""

from __future__ import annotations

import numpy as np
from numba.np.numpy_support import carray

from sim.engine.compiling import compiled
from sim.engine.packed.loops import (
    copy,
    fill,
    gather,
    is_constant,
    join,
    join_steps,
    narrow,
    narrow_floats,
    narrow_steps,
    share_of,
    split,
    split_steps,
    spread,
    widen,
    widen_steps,
)
from sim.engine.packed.memory import allocated, given_back, pointer
from sim.engine.packed.widths import F8, I1, I2, I4, I8, best

COLUMN = np.dtype([("address", "i8"), ("base", "i8"), ("count", "i4"), ("width", "i4"), ("arena", "i8")])
"""A column of a block: place of its values, base, rows, bits of a row, and place of the arena they are in."""
WORD = 8
"""Rows are rounded up to such a number in memory."""


@compiled
def rounded(count):
    """Rows that a column has room for."""
    return (count + WORD - 1) // WORD * WORD


@compiled
def size_of(count, width):
    """Bytes of a column; below a byte a row, always those of a full block."""
    return share_of(width) if 0 < width < 8 and count > 0 else rounded(count) * width // 8


@compiled
def _parts_of_24(column):
    """The low 16 bits of all rows, and behind them the high 8."""
    high = column.address + 2 * rounded(column.count)
    low = carray(pointer(column.address), column.count, np.uint16)
    return low, carray(pointer(high), column.count, np.int8)


@compiled
def _unpack_few(column, target, whole):
    source = carray(pointer(column.address), share_of(column.width), np.uint8)
    spread(source, column.width, column.base, target, whole)


@compiled
def _unpack_same(column, target, whole):
    if column.width == 0:
        fill(target, column.base, whole)
    else:
        copy(carray(pointer(column.address), len(target), whole), target)


@compiled
def _unpack_long(column, target):
    source, base, count, width = pointer(column.address), column.base, column.count, column.width
    if width == 32:
        widen(carray(source, count, np.int32), base, target, np.int64)
    elif width == 24:
        low, high = _parts_of_24(column)
        join(low, high, base, target)
    else:
        _unpack_same(column, target, np.int64)


@compiled
def _unpack_steps(column, target):
    source, base, count, width = pointer(column.address), column.base, column.count, column.width
    if width == 24:
        low, high = _parts_of_24(column)
        join_steps(low, high, base, target)
    elif width == 16:
        widen_steps(carray(source, count, np.int16), base, target)
    elif width == 8:
        widen_steps(carray(source, count, np.int8), base, target)
    elif 0 < width < 8:
        _unpack_few(column, target, np.int32)
    else:
        _unpack_same(column, target, np.int32)


@compiled
def unpack_column(column, kind, address):
    """Write the values of a column, in their own type, to an address."""
    source, count, width = pointer(column.address), column.count, column.width
    target = pointer(address)
    if kind == I8:
        _unpack_long(column, carray(target, count, np.int64))
    elif kind == I4:
        _unpack_steps(column, carray(target, count, np.int32))
    elif kind == I2 and width == 8:
        widen(carray(source, count, np.int8), column.base, carray(target, count, np.int16), np.int16)
    elif kind == I2:
        _unpack_same(column, carray(target, count, np.int16), np.int16)
    elif kind == I1 and 0 < width < 8:
        _unpack_few(column, carray(target, count, np.int8), np.int8)
    elif kind == I1:
        _unpack_same(column, carray(target, count, np.int8), np.int8)
    elif kind == F8 and width == 32:
        copy(carray(source, count, np.float32), carray(target, count, np.float64))
    elif kind == F8:
        _unpack_same(column, carray(target, count, np.int64), np.int64)
    else:
        _unpack_same(column, carray(target, count, np.int32), np.int32)


@compiled
def _pack_few(column, source, whole):
    target = carray(pointer(column.address), share_of(column.width), np.uint8)
    return gather(source, column.width, column.base, target, whole)


@compiled
def _pack_same(column, source, whole):
    if column.width == 0:
        return is_constant(source, column.base, whole)
    copy(source, carray(pointer(column.address), len(source), whole))
    return True


@compiled
def _pack_long(column, source):
    target, base, count, width = pointer(column.address), column.base, column.count, column.width
    if width == 32:
        return narrow(source, base, carray(target, count, np.int32), np.int64, np.int32)
    if width == 24:
        low, high = _parts_of_24(column)
        return split(source, base, low, high)
    return _pack_same(column, source, np.int64)


@compiled
def _pack_steps(column, source):
    target, base, count, width = pointer(column.address), column.base, column.count, column.width
    if width == 24:
        low, high = _parts_of_24(column)
        return split_steps(source, base, low, high)
    if width == 16:
        return narrow_steps(source, base, carray(target, count, np.int16), np.int16)
    if width == 8:
        return narrow_steps(source, base, carray(target, count, np.int8), np.int8)
    if 0 < width < 8:
        return _pack_few(column, source, np.int32)
    return _pack_same(column, source, np.int32)


@compiled
def pack_column(column, kind, address):
    """Store values from an address in the present width; whether all of them fit."""
    target, count, width = pointer(column.address), column.count, column.width
    source = pointer(address)
    if kind == I8:
        return _pack_long(column, carray(source, count, np.int64))
    if kind == I4:
        return _pack_steps(column, carray(source, count, np.int32))
    if kind == I2 and width == 8:
        values = carray(source, count, np.int16)
        return narrow(values, column.base, carray(target, count, np.int8), np.int16, np.int8)
    if kind == I2:
        return _pack_same(column, carray(source, count, np.int16), np.int16)
    if kind == I1 and 0 < width < 8:
        return _pack_few(column, carray(source, count, np.int8), np.int8)
    if kind == I1:
        return _pack_same(column, carray(source, count, np.int8), np.int8)
    if kind == F8 and width == 32:
        return narrow_floats(carray(source, count, np.float64), carray(target, count, np.float32))
    if kind == F8:
        return _pack_same(column, carray(source, count, np.int64), np.int64)
    return _pack_same(column, carray(source, count, np.int32), np.int32)


@compiled
def settle_column(column, kind, address):
    """Store values from an address in the least width, or in the present one where that is larger."""
    base, width = best(kind, address, column.count, column.width)
    if width > column.width:
        room = allocated(column.arena, size_of(column.count, width))
        given_back(column.arena, column.address, size_of(column.count, column.width))
        column.address, column.width = room, width
    column.base = base
    pack_column(column, kind, address)


@compiled
def clear_column(column):
    """Give the memory of a column back; it has no rows then."""
    given_back(column.arena, column.address, size_of(column.count, column.width))
    column.address, column.base, column.count, column.width = 0, 0, 0, 0


@compiled
def copy_column(column, copied):
    """Make an empty column hold the same as another one, in memory of its own."""
    size, room = size_of(column.count, column.width), 0
    if size > 0:
        room = allocated(copied.arena, size)
        copy(carray(pointer(column.address), size, np.int8), carray(pointer(room), size, np.int8))
    copied.address, copied.base, copied.count, copied.width = room, column.base, column.count, column.width
