"""How compiled code sees tables: rows of columns, and records of arrays.

The rules take ``enterprise.cash`` for granted; here it becomes a load or a store. A row of a
:class:`sim.state.table.Table` is the addresses of the columns and a place in them, a record is an address,
and neither is counted by Numba's memory manager, which would cost more than the rules themselves. What is asked
for ahead (``sim.arithmetic.decorators.ask_ahead``) is brought into the cache and not read.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import from_dtype
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin, lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import intrinsic, overload, register_model

from sim.arithmetic.decorators import ask_ahead, ask_for_place
from sim.state.fields import DECIDED_BY
from sim.state.table import LINE


class Columns(types.Type):
    """Type of a table held by column: its fields with their types."""

    def __init__(self, fields: tuple[tuple[str, Any], ...], what: str = "columns") -> None:
        self.fields, self.what = fields, what
        super().__init__(name=f"{what}({','.join(f'{name}:{kind}' for name, kind in fields)})")


class Row(Columns):
    """Type of one row of such a table."""

    def __init__(self, fields: tuple[tuple[str, Any], ...]) -> None:
        super().__init__(fields, "row")


class FarColumns(Columns):
    """Type of the same table, known by the place where the addresses of its columns stand: two words to hand on."""

    def __init__(self, fields: tuple[tuple[str, Any], ...], what: str = "far columns") -> None:
        super().__init__(fields, what)


class FarRow(FarColumns):
    """Type of one row of it."""

    def __init__(self, fields: tuple[tuple[str, Any], ...]) -> None:
        super().__init__(fields, "far row")


class Records(types.Type):
    """Type of an array of records, read by address."""

    def __init__(self, record: Any) -> None:
        self.record = record
        super().__init__(name=f"records({record})")


@register_model(Columns)
class _ColumnsModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [(name, types.CPointer(one)) for name, one in kind.fields])


@register_model(Row)
class _RowModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        members = [(name, types.CPointer(one)) for name, one in kind.fields]
        super().__init__(manager, kind, [*members, ("place", types.intp)])


@register_model(FarColumns)
class _FarColumnsModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("addresses", types.CPointer(types.intp))])


@register_model(FarRow)
class _FarRowModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("addresses", types.CPointer(types.intp)), ("place", types.intp)])


@register_model(Records)
class _RecordsModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("start", types.CPointer(types.int8)), ("count", types.intp)])


def struct_of(kind: Any, context: Any, builder: Any, value: Any = None) -> Any:
    return cgutils.create_struct_proxy(kind)(context, builder, value=value)


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        table, place = args
        if isinstance(table, FarColumns) and isinstance(place, types.Integer):
            return signature(FarRow(table.fields), table, types.intp)
        if isinstance(table, Columns) and isinstance(place, types.Integer):
            return signature(Row(table.fields), table, types.intp)
        if isinstance(table, Records) and isinstance(place, types.Integer):
            return signature(table.record, table, types.intp)
        return None


@lower_builtin(operator.getitem, Columns, types.Integer)
def _row_at(context, builder, sig, args):
    table, row = struct_of(sig.args[0], context, builder, args[0]), struct_of(sig.return_type, context, builder)
    for name, _ in sig.args[0].fields:
        setattr(row, name, getattr(table, name))
    row.place = args[1]
    return row._getvalue()


@lower_builtin(operator.getitem, FarColumns, types.Integer)
def _far_row_at(context, builder, sig, args):
    row = struct_of(sig.return_type, context, builder)
    row.addresses = struct_of(sig.args[0], context, builder, args[0]).addresses
    row.place = args[1]
    return row._getvalue()


@lower_builtin(operator.getitem, Records, types.Integer)
def _record_at(context, builder, sig, args):
    records = struct_of(sig.args[0], context, builder, args[0])
    size = context.get_constant(types.intp, sig.return_type.size)
    address = builder.gep(records.start, [builder.mul(args[1], size)])
    return builder.bitcast(address, context.get_value_type(sig.return_type))


@infer_global(len)
class _Len(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], Records) else None


@lower_builtin(len, Records)
def _count_of(context, builder, sig, args):
    return struct_of(sig.args[0], context, builder, args[0]).count


class _RowAttributes(AttributeTemplate):
    def generic_resolve(self, row: Any, name: str) -> Any:  # type: ignore[override]
        return dict(row.fields).get(name)


for _kind in (Row, FarRow):
    infer_getattr(type(f"{_kind.__name__}Attributes", (_RowAttributes,), {"key": _kind}))


def _field_at(context, builder, kind, value, name):
    row = struct_of(kind, context, builder, value)
    if not isinstance(kind, FarRow):
        return builder.gep(getattr(row, name), [row.place])
    number = [field for field, _ in kind.fields].index(name)
    address = builder.load(builder.gep(row.addresses, [context.get_constant(types.intp, number)]))
    column = builder.inttoptr(address, context.get_value_type(types.CPointer(dict(kind.fields)[name])))
    return builder.gep(column, [row.place])


def _read_field(context, builder, kind, value, name):
    return context.unpack_value(builder, dict(kind.fields)[name], _field_at(context, builder, kind, value, name))


def _write_field(context, builder, sig, args, name):
    kind, given = sig.args
    wanted = dict(kind.fields)[name]
    value = context.cast(builder, args[1], given, wanted)
    context.pack_value(builder, wanted, value, _field_at(context, builder, kind, args[0], name))


for _kind in (Row, FarRow):
    lower_getattr_generic(_kind)(_read_field)
    lower_setattr_generic(_kind)(_write_field)


def columns_at(layout: np.dtype) -> Any:
    """A function for compiled code: the table of a layout from the addresses of its columns (``Table.addresses``)."""
    kind = Columns(fields_of(layout))

    @intrinsic
    def from_addresses(context, addresses):
        def build(context, builder, sig, args):
            array = context.make_array(sig.args[0])(context, builder, value=args[0])
            table = struct_of(kind, context, builder)
            for place, (name, one) in enumerate(kind.fields):
                address = builder.load(builder.gep(array.data, [context.get_constant(types.intp, place)]))
                setattr(table, name, builder.inttoptr(address, context.get_value_type(types.CPointer(one))))
            return table._getvalue()

        return kind(addresses), build

    return from_addresses


def far_columns_at(layout: np.dtype) -> Any:
    """The same, handed on in two words: for rules that are called and not made part of a loop."""
    kind = FarColumns(fields_of(layout))

    @intrinsic
    def from_addresses(context, addresses):
        def build(context, builder, sig, args):
            table = struct_of(kind, context, builder)
            table.addresses = context.make_array(sig.args[0])(context, builder, value=args[0]).data
            return table._getvalue()

        return kind(addresses), build

    return from_addresses


def fields_of(layout: np.dtype) -> tuple[tuple[str, Any], ...]:
    """Names and compiled types of the fields of a layout."""
    return tuple((name, from_dtype(layout[name])) for name in layout.names or ())


@intrinsic
def _records_of(context, array):
    kind = Records(array.dtype)

    def build(context, builder, sig, args):
        given = context.make_array(sig.args[0])(context, builder, value=args[0])
        records = struct_of(kind, context, builder)
        records.start = builder.bitcast(given.data, ir.IntType(8).as_pointer())
        records.count = given.nitems
        return records._getvalue()

    return kind(array), build


records_of: Any = _records_of
"""The records of an array by address, for compiled code; the caller keeps the array."""


def ask_for_line(builder: Any, place: Any) -> None:
    """Ask for a line of memory to read."""
    number = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
    builder.call(
        cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8"),
        [place, number(0), number(3), number(1)],
    )


@intrinsic
def _prefetch(context, records, place):
    def build(context, builder, sig, args):
        given, size = struct_of(sig.args[0], context, builder, args[0]), sig.args[0].record.size
        start = builder.gep(given.start, [builder.mul(args[1], context.get_constant(types.intp, size))])
        for line in range(0, size, LINE):
            ask_for_line(builder, builder.gep(start, [context.get_constant(types.intp, line)]))
        return context.get_dummy_value()

    return types.void(records, types.intp), build


@intrinsic
def _prefetch_far(context, table, place):
    def build(context, builder, sig, args):
        table = struct_of(sig.args[0], context, builder, args[0])
        for number, (name, one) in enumerate(sig.args[0].fields):
            if name in DECIDED_BY:
                start = builder.load(builder.gep(table.addresses, [context.get_constant(types.intp, number)]))
                size = context.get_constant(types.intp, one.bitwidth // 8)
                address = builder.add(start, builder.mul(args[1], size))
                ask_for_line(builder, builder.inttoptr(address, ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(table, types.intp), build


prefetch_record: Any = _prefetch
prefetch_row: Any = _prefetch_far


@overload(ask_ahead)
def _ask_ahead(table, row):
    if isinstance(table, Records):
        return lambda table, row: prefetch_record(table, row)
    if isinstance(table, FarColumns):
        return lambda table, row: prefetch_row(table, row)
    return None


@overload(ask_for_place)
def _ask_for_place(table, row):
    if isinstance(table, FarColumns):
        return lambda table, row: None
    return None
