"""Single rows of a packed table for compiled code: ``table[row].cash`` reads and writes the value where it is stored.

A row number is ``block * BLOCK + place``. A row is two words, as the far rows of ``sim.engine.rows`` are: where the
columns of its block are described, and its place. Reading and writing are calls, kept apart from the rules that use
them, so the rules stay small; passes over many rows unpack blocks instead. Fields that are not stored read as 0, and
what is written to them is lost.
"""

from __future__ import annotations

import operator
from collections.abc import Collection
from typing import Any

import numpy as np
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin, lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import intrinsic, overload, register_model

from sim.arithmetic.decorators import ask_ahead, ask_for_place
from sim.engine.blocks import BLOCK
from sim.engine.packed.columns import COLUMN
from sim.engine.packed.memory import prefetch_address
from sim.engine.packed.table import kinds_of
from sim.engine.packed.values import ask_for, read_double, read_step, read_whole, write_double, write_step, write_whole
from sim.engine.packed.widths import F8, I4
from sim.engine.rows import fields_of
from sim.state.fields import DECIDED_BY

BITS = {types.float32: types.int32, types.float64: types.int64}
"""Whole numbers as which the bits of floats are read and written."""


class _PackedRows(types.Type):
    """Type of a packed table: its fields with their types, and which of them are stored."""

    def __init__(self, fields: tuple[tuple[str, Any], ...], kinds: tuple[int, ...], what: str = "packed rows") -> None:
        self.fields, self.kinds, self.what = fields, kinds, what
        listed = ",".join(f"{name}:{one}:{kind > 0}" for (name, one), kind in zip(fields, kinds, strict=True))
        super().__init__(name=f"{what}({listed})")

    def place_of(self, name: str) -> int:
        """Place of a field in the layout."""
        return [field for field, _ in self.fields].index(name)


class _PackedRow(_PackedRows):
    """Type of one row of it."""

    def __init__(self, fields: tuple[tuple[str, Any], ...], kinds: tuple[int, ...]) -> None:
        super().__init__(fields, kinds, "packed row")


@register_model(_PackedRows)
class _PackedRowsModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("heads", types.intp)])


@register_model(_PackedRow)
class _PackedRowModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("columns", types.intp), ("place", types.intp)])


def packed_rows_at(layout: np.dtype, kept: Collection[str]) -> Any:
    """A function for compiled code: the rows of a packed table of a layout from its ``heads``."""
    kind = _PackedRows(fields_of(layout), tuple(kinds_of(layout, kept)))

    @intrinsic
    def from_heads(context, heads):
        def build(context, builder, sig, args):
            rows = cgutils.create_struct_proxy(kind)(context, builder)
            start = context.make_array(sig.args[0])(context, builder, value=args[0]).data
            rows.heads = builder.ptrtoint(start, context.get_value_type(types.intp))
            return rows._getvalue()

        return kind(heads), build

    return from_heads


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        table, place = args
        if isinstance(table, _PackedRows) and isinstance(place, types.Integer):
            return signature(_PackedRow(table.fields, table.kinds), table, types.intp)
        return None


@lower_builtin(operator.getitem, _PackedRows, types.Integer)
def _row_at(context, builder, sig, args):
    rows = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    row = cgutils.create_struct_proxy(sig.return_type)(context, builder)
    block = builder.udiv(args[1], context.get_constant(types.intp, BLOCK))
    size = context.get_constant(types.intp, len(sig.args[0].fields) * COLUMN.itemsize)
    row.columns = builder.add(rows.heads, builder.mul(block, size))
    row.place = builder.urem(args[1], context.get_constant(types.intp, BLOCK))
    return row._getvalue()


@infer_getattr
class _PackedRowAttributes(AttributeTemplate):
    key = _PackedRow

    def generic_resolve(self, row: Any, name: str) -> Any:  # type: ignore[override]
        return dict(row.fields).get(name)


def _column_at(context, builder, row, place):
    return builder.add(row.columns, context.get_constant(types.intp, place * COLUMN.itemsize))


@intrinsic
def _where(context, row):
    """Where the columns of a row's block are described, and its place."""

    def build(context, builder, sig, args):
        given = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
        return context.make_tuple(builder, sig.return_type, [given.columns, given.place])

    return types.UniTuple(types.intp, 2)(row), build


where: Any = _where


def _heads_of(table: _PackedRows) -> tuple[int, ...]:
    """Where the columns that a decision reads are described, from the first column of a block on [bytes]."""
    return tuple(table.place_of(name) * COLUMN.itemsize for name, _ in table.fields if name in DECIDED_BY)


@overload(ask_ahead)
def _ask_ahead(table, row):
    if not isinstance(table, _PackedRows):
        return None
    heads = _heads_of(table)

    def ask(table, row):
        columns, place = where(table[row])
        for head in heads:
            ask_for(columns + head, place)

    return ask


@overload(ask_for_place)
def _ask_for_place(table, row):
    if not isinstance(table, _PackedRows):
        return None
    heads = _heads_of(table)

    def ask(table, row):
        columns, _ = where(table[row])
        for head in heads:
            prefetch_address(columns + head)

    return ask


def _called(context, builder, function, sig, args):
    """Call a function that is compiled for itself and never made part of its caller."""
    compiled = context.compile_subroutine(builder, function, sig)
    declared = context.declare_function(builder.module, compiled.fndesc)
    status, result = context.call_conv.call_function(
        builder, declared, sig.return_type, sig.args, args, attrs=("noinline",)
    )
    with cgutils.if_unlikely(builder, status.is_error):
        context.call_conv.return_status_propagate(builder, status)
    return result


@lower_getattr_generic(_PackedRow)
def _read_field(context, builder, kind, value, name):
    place = kind.place_of(name)
    wanted, code = kind.fields[place][1], kind.kinds[place]
    if code < 0:
        return context.get_constant(wanted, 0)
    row = cgutils.create_struct_proxy(kind)(context, builder, value=value)
    read = {I4: read_step, F8: read_double}.get(code, read_whole)
    args = _column_at(context, builder, row, place), row.place
    stored = _called(context, builder, read, types.int64(types.intp, types.intp), args)
    if isinstance(wanted, types.Float):
        bits = context.cast(builder, stored, types.int64, BITS[wanted])
        return builder.bitcast(bits, context.get_value_type(wanted))
    return context.cast(builder, stored, types.int64, wanted)


@lower_setattr_generic(_PackedRow)
def _write_field(context, builder, sig, args, name):
    kind, given = sig.args
    place = kind.place_of(name)
    wanted, code = kind.fields[place][1], kind.kinds[place]
    if code < 0:
        return
    row = cgutils.create_struct_proxy(kind)(context, builder, value=args[0])
    value = context.cast(builder, args[1], given, wanted)
    if isinstance(wanted, types.Float):
        value, wanted = builder.bitcast(value, context.get_value_type(BITS[wanted])), BITS[wanted]
    value = context.cast(builder, value, wanted, types.int64)
    write = {I4: write_step, F8: write_double}.get(code, write_whole)
    column, number = _column_at(context, builder, row, place), context.get_constant(types.intp, code)
    sig = types.void(types.intp, types.intp, types.intp, types.int64)
    _called(context, builder, write, sig, (column, number, row.place, value))
