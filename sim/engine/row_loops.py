"""What loops over rows are made of: totals kept in registers, constants read before the loop, tables that stand apart.

``new_totals`` gives the totals of a step that live in registers until ``add_totals`` adds them to the table, so that a
loop over rows can be vectorised; ``held`` reads a record of constants. ``over_rows`` of
``sim.engine.compiling`` compiles the loop.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, register_model

from sim.engine.rows import Columns, Row, fields_of, struct_of


def totals_of(layout: np.dtype) -> tuple[Any, Any]:
    """Two functions for compiled code: new totals of a layout, all zero, and adding them to a record of that layout."""
    kind = Row(fields_of(layout))

    @intrinsic
    def new_totals(context):
        def build(context, builder, sig, args):
            totals = struct_of(kind, context, builder)
            for name, one in kind.fields:
                zero = context.get_constant(one, 0)
                slot = cgutils.alloca_once(builder, zero.type)
                builder.store(zero, slot)
                setattr(totals, name, slot)
            totals.place = context.get_constant(types.intp, 0)
            return totals._getvalue()

        return kind(), build

    @intrinsic
    def add_totals(context, record, totals):
        def build(context, builder, sig, args):
            slots = struct_of(kind, context, builder, args[1])
            for name, one in kind.fields:
                field = cgutils.get_record_member(
                    builder, args[0], sig.args[0].offset(name), context.get_data_type(one)
                )
                builder.store(builder.add(builder.load(field), builder.load(getattr(slots, name))), field)
            return context.get_dummy_value()

        return types.void(record, totals), build

    return new_totals, add_totals


class _Held(Columns):
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
def _read_held(context, builder, kind, value, name):
    return builder.load(getattr(struct_of(kind, context, builder, value), name))


@intrinsic
def _held(context, record):
    kind = _Held(tuple((name, record.typeof(name)) for name in record.fields))

    def build(context, builder, sig, args):
        given, held = sig.args[0], struct_of(kind, context, builder)
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
