"""Single values of a packed column, by the address of its description (``sim.engine.packed.columns.COLUMN``).

Plain functions that ``sim.engine.packed.rows`` compiles. All take and give whole numbers; for floats they are the bits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from sim.arithmetic.calendar import NEVER
from sim.engine.compiling import by_address, compiled
from sim.engine.packed.columns import COLUMN, rounded, settle_column, unpack_column
from sim.engine.packed.loops import share_of
from sim.engine.packed.memory import SETTLE, allocated, given_back, pointer, prefetch_address, words_at
from sim.engine.packed.widths import FLOAT, I2


def _bitcast(given: Any, wanted: Any) -> Any:
    @intrinsic
    def cast(context, value):
        def build(context, builder, sig, args):
            return builder.bitcast(args[0], context.get_value_type(wanted))

        return wanted(given), build

    return cast


bits_of, float_of = _bitcast(types.float64, types.int64), _bitcast(types.int64, types.float64)


@compiled
def _place_in(share, width, place):
    return place % share, place // share * width


@compiled
def _place_of_bits(width, place):
    """Byte of a row in a column of less than 8 bits, and where its bits begin there."""
    if width == 1:
        return _place_in(share_of(1), 1, place)
    return _place_in(share_of(2), 2, place) if width == 2 else _place_in(share_of(4), 4, place)


@compiled
def _stored(column, place):
    address, count, width = column.address, column.count, column.width
    values = pointer(address)
    if width == 8:
        return np.int64(carray(values, count, np.int8)[place])
    if width == 16:
        return np.int64(carray(values, count, np.int16)[place])
    if width == 24:
        high = carray(pointer(address + 2 * rounded(count)), count, np.int8)[place]
        return (np.int64(high) << 16) | np.int64(carray(values, count, np.uint16)[place])
    if width == 32:
        return np.int64(carray(values, count, np.int32)[place])
    if width == 64:
        return carray(values, count, np.int64)[place]
    byte, shift = _place_of_bits(width, place)
    return (np.int64(carray(values, share_of(width), np.uint8)[byte]) >> shift) & ((1 << width) - 1)


def _settle(address, kind, place, value):
    """Store a value in a column that is too narrow for it; returns 1, and 0 when there is no memory."""
    column = carray(pointer(address), 1, COLUMN)[0]
    values = allocated(column.arena, 8 * column.count)
    unpack_column(column, kind, values)
    if kind % FLOAT == 8:
        carray(pointer(values), column.count, np.int64)[place] = value
    elif kind % FLOAT == 4:
        carray(pointer(values), column.count, np.int32)[place] = value
    elif kind == I2:
        carray(pointer(values), column.count, np.int16)[place] = value
    else:
        carray(pointer(values), column.count, np.int8)[place] = value
    settle_column(column, kind, values)
    given_back(column.arena, values, 8 * column.count)
    return 1


@cache
def settling() -> int:
    """Address of that function, which is compiled apart: rules that write a value need not contain it."""
    apart = by_address(types.intp(types.intp, types.intp, types.intp, types.int64))(_settle)
    return int(apart.address)


@intrinsic
def _call(context, function, address, kind, place, value):
    def build(context, builder, sig, args):
        word = context.get_value_type(types.intp)
        called = ir.FunctionType(word, [word] * 4).as_pointer()
        return builder.call(builder.inttoptr(args[0], called), args[1:])

    return types.intp(types.intp, types.intp, types.intp, types.intp, types.int64), build


call: Any = _call
"""Call a function of four numbers by its address, for compiled code."""


@compiled
def _widen(column, address, kind, place, value):
    if call(words_at(column.arena, SETTLE + 1)[SETTLE], address, kind, place, value) == 0:
        raise MemoryError("no memory for a packed column")


@compiled
def _put(column, place, number):
    """Store a number that fits in less than 8 bits, or in 24."""
    address, count, width = column.address, column.count, column.width
    if width == 24:
        carray(pointer(address), count, np.uint16)[place] = np.uint16(number)
        carray(pointer(address + 2 * rounded(count)), count, np.int8)[place] = np.int8(number >> 16)
    else:
        byte, shift = _place_of_bits(width, place)
        values, mask = carray(pointer(address), share_of(width), np.uint8), (1 << width) - 1
        values[byte] = np.uint8((values[byte] & ~(mask << shift)) | (number << shift))


@compiled
def _store(column, address, kind, place, number, value):
    """Store a number if it fits in the present width; otherwise settle the column anew with the value."""
    values, count, width = pointer(column.address), column.count, column.width
    if width == 64:
        carray(values, count, np.int64)[place] = number
    elif width == 32 and np.int32(number) == number:
        carray(values, count, np.int32)[place] = np.int32(number)
    elif width == 16 and np.int16(number) == number:
        carray(values, count, np.int16)[place] = np.int16(number)
    elif width == 8 and np.int8(number) == number:
        carray(values, count, np.int8)[place] = np.int8(number)
    elif (width == 24 and -(1 << 23) <= number < 1 << 23) or (0 < width < 8 and 0 <= number < 1 << width):
        _put(column, place, number)
    elif width > 0 or number != 0:
        _widen(column, address, kind, place, value)


@compiled
def _largest(width):
    return (1 << (width - 1)) - 1


@compiled
def ask_for(address, place):
    """Ask the machine for what is read of a column; without branches, which would have to wait for it."""
    column = carray(pointer(address), 1, COLUMN)[0]
    width, in_two = column.width, column.width == 24
    first = place & (share_of(width) - 1) if width < 8 else place * (2 if in_two else width >> 3)
    prefetch_address(column.address + first)
    prefetch_address(column.address + (2 * rounded(column.count) + place if in_two else first))


def read_whole(address, place):
    """A whole number, or the bits of a float of four bytes."""
    column = carray(pointer(address), 1, COLUMN)[0]
    return column.base if column.width == 0 else column.base + _stored(column, place)


def read_step(address, place):
    """A whole number of four bytes, which may be NEVER."""
    column = carray(pointer(address), 1, COLUMN)[0]
    if column.width == 0:
        return column.base
    stored = _stored(column, place)
    return NEVER if 8 <= column.width < 32 and stored == _largest(column.width) else column.base + stored


def read_double(address, place):
    """The bits of a float of eight bytes."""
    column = carray(pointer(address), 1, COLUMN)[0]
    if column.width == 0:
        return column.base
    if column.width == 32:
        return bits_of(np.float64(carray(pointer(column.address), column.count, np.float32)[place]))
    return _stored(column, place)


def write_whole(address, kind, place, value):
    """Write what ``read_whole`` reads."""
    column = carray(pointer(address), 1, COLUMN)[0]
    _store(column, address, kind, place, value - column.base, value)


def write_step(address, kind, place, value):
    """Write what ``read_step`` reads."""
    column = carray(pointer(address), 1, COLUMN)[0]
    number = value - column.base
    if 8 <= column.width < 32:
        if value == NEVER:
            number = _largest(column.width)
        elif number == _largest(column.width):
            _widen(column, address, kind, place, value)
            return
    _store(column, address, kind, place, number, value)


def write_double(address, kind, place, value):
    """Write what ``read_double`` reads."""
    column = carray(pointer(address), 1, COLUMN)[0]
    if column.width == 32:
        stored = np.float32(float_of(value))
        if np.float64(stored) == float_of(value):
            carray(pointer(column.address), column.count, np.float32)[place] = stored
        else:
            _widen(column, address, kind, place, value)
    else:
        _store(column, address, kind, place, value - column.base, value)
