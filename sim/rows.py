"""How compiled code sees tables: rows of columns, records of arrays, and totals kept in registers.

The rules take ``enterprise.cash`` for granted; here it becomes a load or a store. A row of a
:class:`sim.columns.Table` is the addresses of the columns and a place in them, a record is an address, and neither is
counted by Numba's memory manager, which would cost more than the rules themselves. ``new_totals`` gives the totals of a
step that live in registers until ``add_totals`` adds them to the table, so that a loop over rows can be vectorised.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import from_dtype, njit
from numba.core import cgutils, types
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin, lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import intrinsic, overload, register_model

from sim.columns import LINE
from sim.compiling import ask_ahead
from sim.state import DECIDED_BY


class _Columns(types.Type):
    """Type of a table held by column: its fields with their types."""

    def __init__(self, fields: tuple[tuple[str, Any], ...], what: str = "columns") -> None:
        self.fields, self.what = fields, what
        super().__init__(name=f"{what}({','.join(f'{name}:{kind}' for name, kind in fields)})")


class _Row(_Columns):
    """Type of one row of such a table."""

    def __init__(self, fields: tuple[tuple[str, Any], ...]) -> None:
        super().__init__(fields, "row")


class _FarColumns(_Columns):
    """Type of the same table, known by the place where the addresses of its columns stand: two words to hand on."""

    def __init__(self, fields: tuple[tuple[str, Any], ...], what: str = "far columns") -> None:
        super().__init__(fields, what)


class _FarRow(_FarColumns):
    """Type of one row of it."""

    def __init__(self, fields: tuple[tuple[str, Any], ...]) -> None:
        super().__init__(fields, "far row")


class _Records(types.Type):
    """Type of an array of records, read by address."""

    def __init__(self, record: Any) -> None:
        self.record = record
        super().__init__(name=f"records({record})")


@register_model(_Columns)
class _ColumnsModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [(name, types.CPointer(one)) for name, one in kind.fields])


@register_model(_Row)
class _RowModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        members = [(name, types.CPointer(one)) for name, one in kind.fields]
        super().__init__(manager, kind, [*members, ("place", types.intp)])


@register_model(_FarColumns)
class _FarColumnsModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("addresses", types.CPointer(types.intp))])


@register_model(_FarRow)
class _FarRowModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("addresses", types.CPointer(types.intp)), ("place", types.intp)])


@register_model(_Records)
class _RecordsModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("start", types.CPointer(types.int8)), ("count", types.intp)])


def _struct(kind: Any, context: Any, builder: Any, value: Any = None) -> Any:
    return cgutils.create_struct_proxy(kind)(context, builder, value=value)


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        table, place = args
        if isinstance(table, _FarColumns) and isinstance(place, types.Integer):
            return signature(_FarRow(table.fields), table, types.intp)
        if isinstance(table, _Columns) and isinstance(place, types.Integer):
            return signature(_Row(table.fields), table, types.intp)
        if isinstance(table, _Records) and isinstance(place, types.Integer):
            return signature(table.record, table, types.intp)
        return None


@lower_builtin(operator.getitem, _Columns, types.Integer)
def _row_at(context, builder, sig, args):  # type: ignore[no-untyped-def]
    table, row = _struct(sig.args[0], context, builder, args[0]), _struct(sig.return_type, context, builder)
    for name, _ in sig.args[0].fields:
        setattr(row, name, getattr(table, name))
    row.place = args[1]
    return row._getvalue()


@lower_builtin(operator.getitem, _FarColumns, types.Integer)
def _far_row_at(context, builder, sig, args):  # type: ignore[no-untyped-def]
    row = _struct(sig.return_type, context, builder)
    row.addresses = _struct(sig.args[0], context, builder, args[0]).addresses
    row.place = args[1]
    return row._getvalue()


@lower_builtin(operator.getitem, _Records, types.Integer)
def _record_at(context, builder, sig, args):  # type: ignore[no-untyped-def]
    records = _struct(sig.args[0], context, builder, args[0])
    size = context.get_constant(types.intp, sig.return_type.size)
    address = builder.gep(records.start, [builder.mul(args[1], size)])
    return builder.bitcast(address, context.get_value_type(sig.return_type))


@infer_global(len)
class _Len(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], _Records) else None


@lower_builtin(len, _Records)
def _count_of(context, builder, sig, args):  # type: ignore[no-untyped-def]
    return _struct(sig.args[0], context, builder, args[0]).count


class _RowAttributes(AttributeTemplate):
    def generic_resolve(self, row: Any, name: str) -> Any:  # type: ignore[override]
        return dict(row.fields).get(name)


for _kind in (_Row, _FarRow):
    infer_getattr(type(f"{_kind.__name__}Attributes", (_RowAttributes,), {"key": _kind}))


def _field_at(context, builder, kind, value, name):  # type: ignore[no-untyped-def]
    row = _struct(kind, context, builder, value)
    if not isinstance(kind, _FarRow):
        return builder.gep(getattr(row, name), [row.place])
    number = [field for field, _ in kind.fields].index(name)
    address = builder.load(builder.gep(row.addresses, [context.get_constant(types.intp, number)]))
    column = builder.inttoptr(address, context.get_value_type(types.CPointer(dict(kind.fields)[name])))
    return builder.gep(column, [row.place])


def _read_field(context, builder, kind, value, name):  # type: ignore[no-untyped-def]
    return context.unpack_value(builder, dict(kind.fields)[name], _field_at(context, builder, kind, value, name))


def _write_field(context, builder, sig, args, name):  # type: ignore[no-untyped-def]
    kind, given = sig.args
    wanted = dict(kind.fields)[name]
    value = context.cast(builder, args[1], given, wanted)
    context.pack_value(builder, wanted, value, _field_at(context, builder, kind, args[0], name))


for _kind in (_Row, _FarRow):
    lower_getattr_generic(_kind)(_read_field)
    lower_setattr_generic(_kind)(_write_field)


def columns_at(layout: np.dtype) -> Any:
    """A function for compiled code: the table of a layout from the addresses of its columns (``Table.addresses``)."""
    kind = _Columns(fields_of(layout))

    @intrinsic
    def from_addresses(context, addresses):  # type: ignore[no-untyped-def]
        def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
            array = context.make_array(sig.args[0])(context, builder, value=args[0])
            table = _struct(kind, context, builder)
            for place, (name, one) in enumerate(kind.fields):
                address = builder.load(builder.gep(array.data, [context.get_constant(types.intp, place)]))
                setattr(table, name, builder.inttoptr(address, context.get_value_type(types.CPointer(one))))
            return table._getvalue()

        return kind(addresses), build

    return from_addresses


def far_columns_at(layout: np.dtype) -> Any:
    """The same, handed on in two words: for rules that are called and not made part of a loop."""
    kind = _FarColumns(fields_of(layout))

    @intrinsic
    def from_addresses(context, addresses):  # type: ignore[no-untyped-def]
        def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
            table = _struct(kind, context, builder)
            table.addresses = context.make_array(sig.args[0])(context, builder, value=args[0]).data
            return table._getvalue()

        return kind(addresses), build

    return from_addresses


def fields_of(layout: np.dtype) -> tuple[tuple[str, Any], ...]:
    """Names and compiled types of the fields of a layout."""
    return tuple((name, from_dtype(layout[name])) for name in layout.names or ())


@intrinsic
def _records_of(context, array):  # type: ignore[no-untyped-def]
    kind = _Records(array.dtype)

    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        given = context.make_array(sig.args[0])(context, builder, value=args[0])
        records = _struct(kind, context, builder)
        records.start = builder.bitcast(given.data, ir.IntType(8).as_pointer())
        records.count = given.nitems
        return records._getvalue()

    return kind(array), build


records_of: Any = _records_of
"""The records of an array by address, for compiled code; the caller keeps the array."""


def _ask(builder: Any, place: Any) -> None:
    """Ask for a line of memory to read."""
    number = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
    builder.call(
        cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8"),
        [place, number(0), number(3), number(1)],
    )


@intrinsic
def _prefetch(context, records, place):  # type: ignore[no-untyped-def]
    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        given, size = _struct(sig.args[0], context, builder, args[0]), sig.args[0].record.size
        start = builder.gep(given.start, [builder.mul(args[1], context.get_constant(types.intp, size))])
        for line in range(0, size, LINE):
            _ask(builder, builder.gep(start, [context.get_constant(types.intp, line)]))
        return context.get_dummy_value()

    return types.void(records, types.intp), build


@intrinsic
def _prefetch_address(context, address):  # type: ignore[no-untyped-def]
    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        _ask(builder, builder.inttoptr(args[0], ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.intp), build


@intrinsic
def _prefetch_far(context, table, place):  # type: ignore[no-untyped-def]
    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        table = _struct(sig.args[0], context, builder, args[0])
        for number, (name, one) in enumerate(sig.args[0].fields):
            if name in DECIDED_BY:
                start = builder.load(builder.gep(table.addresses, [context.get_constant(types.intp, number)]))
                size = context.get_constant(types.intp, one.bitwidth // 8)
                address = builder.add(start, builder.mul(args[1], size))
                _ask(builder, builder.inttoptr(address, ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(table, types.intp), build


prefetch_record: Any = _prefetch
prefetch_row: Any = _prefetch_far
prefetch_address: Any = _prefetch_address
"""Ask the machine to bring the bytes at an address into the cache, for compiled code; none is read."""


@overload(ask_ahead)
def _ask_ahead(table, row):  # type: ignore[no-untyped-def]
    if isinstance(table, _Records):
        return lambda table, row: prefetch_record(table, row)
    if isinstance(table, _FarColumns):
        return lambda table, row: prefetch_row(table, row)
    return None


def totals_of(layout: np.dtype) -> tuple[Any, Any]:
    """Two functions for compiled code: new totals of a layout, all zero, and adding them to a record of that layout."""
    kind = _Row(fields_of(layout))

    @intrinsic
    def new_totals(context):  # type: ignore[no-untyped-def]
        def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
            totals = _struct(kind, context, builder)
            for name, one in kind.fields:
                zero = context.get_constant(one, 0)
                slot = cgutils.alloca_once(builder, zero.type)
                builder.store(zero, slot)
                setattr(totals, name, slot)
            totals.place = context.get_constant(types.intp, 0)
            return totals._getvalue()

        return kind(), build

    @intrinsic
    def add_totals(context, record, totals):  # type: ignore[no-untyped-def]
        def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
            slots = _struct(kind, context, builder, args[1])
            for name, one in kind.fields:
                field = cgutils.get_record_member(
                    builder, args[0], sig.args[0].offset(name), context.get_data_type(one)
                )
                builder.store(builder.add(builder.load(field), builder.load(getattr(slots, name))), field)
            return context.get_dummy_value()

        return types.void(record, totals), build

    return new_totals, add_totals


class _Held(_Columns):
    """Type of a record whose fields were read before a loop."""

    def __init__(self, fields: tuple[tuple[str, Any], ...]) -> None:
        super().__init__(fields, "held")


@register_model(_Held)
class _HeldModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        members = [(name, types.CPointer(_stored(one))) for name, one in kind.fields]
        super().__init__(manager, kind, members)


def _stored(kind: Any) -> Any:
    """What a field consists of: a list of numbers is stored as that many numbers of one type."""
    return types.UniTuple(kind.dtype, kind.nitems) if isinstance(kind, types.NestedArray) else kind


@infer_getattr
class _HeldAttributes(AttributeTemplate):
    key = _Held

    def generic_resolve(self, record: Any, name: str) -> Any:  # type: ignore[override]
        kind = dict(record.fields).get(name)
        return _stored(kind) if kind is not None else None


@lower_getattr_generic(_Held)
def _read_held(context, builder, kind, value, name):  # type: ignore[no-untyped-def]
    return builder.load(getattr(_struct(kind, context, builder, value), name))


@intrinsic
def _held(context, record):  # type: ignore[no-untyped-def]
    kind = _Held(tuple((name, record.typeof(name)) for name in record.fields))

    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        given, held = sig.args[0], _struct(kind, context, builder)
        for name, one in kind.fields:
            stored = _stored(one)
            field = cgutils.get_record_member(builder, args[0], given.offset(name), context.get_data_type(stored))
            slot = cgutils.alloca_once(builder, context.get_value_type(stored))
            builder.store(builder.load(field, align=1), slot)
            setattr(held, name, slot)
        return held._getvalue()

    return kind(record), build


held: Any = _held
"""A record of constants with all its fields read now, for compiled code.

A loop that reads a record only where an ``if`` holds cannot read it once before, and would gather the same number for
every row.
"""


class _Separate(CompilerBase):
    """Numba's compiler, told that the tables a function is given do not overlap in memory."""

    def define_pipelines(self) -> list[Any]:
        self.state.flags.noalias = True
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


def over_rows(function: Any) -> Any:
    """Compile a loop over rows whose tables do not overlap, which lets it run on several rows at a time."""
    return njit(cache=True, nogil=True, error_model="numpy", pipeline_class=_Separate)(function)
