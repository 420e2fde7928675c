"""Packed blocks as kernels see them: unpacked when they are taken, packed again when they are put back.

Single rows are read and written where they are stored (``sim.engine.packed.rows``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from sim.arithmetic.draws import Purpose, uniform
from sim.engine.compiling import compiled, over_rows
from sim.engine.packed.rows import packed_rows_at
from sim.engine.packed.table import pack, read_through, unpack
from sim.engine.packed.values import ask_for
from sim.engine.row_loops import held
from sim.engine.store import (
    ask_for_answers,
    ask_for_borrowers,
    enterprises_at,
    households_at,
    put_back,
    put_back_others,
    rows_of,
    take,
    take_others,
)
from sim.state.field import Kept, Use, named
from sim.state.fields import ENTERPRISE, ENTERPRISE_TYPE, HOUSEHOLD, HOUSEHOLD_TYPE

KEPT = named(ENTERPRISE, lambda field: field.kept is Kept.ALWAYS)
"""Fields of an enterprise that are stored; the others hold for the step only, or follow from its id."""
KEPT_AT_HOME = named(HOUSEHOLD, lambda field: field.kept is Kept.ALWAYS)
"""Fields of the household of an enterprise that are stored; the others follow from its enterprise."""
KEPT_ELSEWHERE = named(HOUSEHOLD, lambda field: field.kept is not Kept.NEVER)
READ = named(ENTERPRISE, lambda field: field.kept is Kept.ALWAYS and field.reads)
"""Fields of an enterprise that the loops over blocks read."""
CHANGED = named(ENTERPRISE, lambda field: field.kept is Kept.ALWAYS and field.changes)
"""Fields of an enterprise that the loops over blocks change."""
CHANGED_AT_HOME = named(HOUSEHOLD, lambda field: field.kept is Kept.ALWAYS and field.changes)
GLANCE = named(ENTERPRISE, lambda field: Use.ANSWER in field.used)
"""Fields that say whether something happens in the rest of the step."""
PAID_OUT = named(ENTERPRISE, lambda field: Use.PAYOUT in field.used)
"""Further fields of an enterprise to which money is paid out."""
REOPENING = int(Purpose.REOPENING)

packed_enterprises_at = packed_rows_at(ENTERPRISE_TYPE, KEPT)
packed_households_at = packed_rows_at(HOUSEHOLD_TYPE, KEPT_AT_HOME)


class PackedColumns(NamedTuple):
    """A packed table for a kernel: its columns, their kinds, the fields that are read and those that are changed.

    ``seen`` is written so that the compiler cannot drop the read that warms the cache.
    """

    heads: np.ndarray
    kinds: np.ndarray
    read: np.ndarray
    changed: np.ndarray
    seen: np.ndarray


class PackedView(NamedTuple):
    """A packed store for a kernel.

    ``enterprises`` and ``households`` are where the columns lie that blocks are unpacked to, ``glance`` and
    ``paid_out`` the numbers of the fields of GLANCE and PAID_OUT.
    """

    enterprises: np.ndarray
    households: np.ndarray
    packed: PackedColumns
    packed_homes: PackedColumns
    glance: np.ndarray
    paid_out: np.ndarray


@compiled
def unpack_block(packed, number, addresses):
    """Unpack a block to columns at these addresses; returns how many rows it has."""
    packed.seen[0] = read_through(packed.heads, number, packed.read)
    return unpack(packed.heads, packed.kinds, number, addresses, packed.read)


@compiled
def pack_block(packed, number, addresses):
    """Pack what may have changed of a block."""
    pack(packed.heads, packed.kinds, number, addresses, packed.changed)


@over_rows
def recall(enterprises, households, terms, first, last):
    """Compute the fields that packed tables do not store because they follow from the id."""
    terms = held(terms)
    for row in range(first, last):
        enterprise = enterprises[row]
        enterprise.reopening_rank = uniform(terms.fixed_keys[REOPENING], enterprise.id)
        households[row].id = enterprise.id


@compiled
def ask_for_rows(heads, number, fields, first, rows, many):
    """Ask for some fields of some rows of a block, whose first row is ``first``, from memory."""
    for field in fields:
        column = heads.ctypes.data + (number * heads.shape[1] + field) * heads.itemsize
        for place in range(many):
            ask_for(column, rows[place] - first)


def is_packed(view: Any) -> bool:
    """Whether the compiler is given a view of packed blocks."""
    return getattr(view, "instance_class", None) is PackedView


@overload(take)
def _take(view, number, first, last, terms):
    def unpacked(view, number, first, last, terms):
        many = unpack_block(view.packed, number, view.enterprises)
        unpack_block(view.packed_homes, number, view.households)
        recall(enterprises_at(view.enterprises), households_at(view.households), terms, 0, many)
        return 0, many

    return unpacked if is_packed(view) else None


@overload(take_others)
def _take_others(view, number, first, last):
    def unpacked(view, number, first, last):
        return 0, unpack_block(view.packed_homes, number, view.households)

    return unpacked if is_packed(view) else None


@overload(put_back)
def _put_back(view, number):
    def packed(view, number):
        pack_block(view.packed, number, view.enterprises)
        pack_block(view.packed_homes, number, view.households)

    return packed if is_packed(view) else None


@overload(put_back_others)
def _put_back_others(view, number):
    return (lambda view, number: pack_block(view.packed_homes, number, view.households)) if is_packed(view) else None


@overload(rows_of)
def _rows_of(view):
    if not is_packed(view):
        return None
    return lambda view: (packed_enterprises_at(view.packed.heads), packed_households_at(view.packed_homes.heads))


@overload(ask_for_answers)
def _ask_for_answers(view, number, first, rows, many):
    def ask(view, number, first, rows, many):
        ask_for_rows(view.packed.heads, number, view.glance, first, rows, many)

    return ask if is_packed(view) else None


@overload(ask_for_borrowers)
def _ask_for_borrowers(view, number, first, rows, many):
    def ask(view, number, first, rows, many):
        ask_for_rows(view.packed.heads, number, view.paid_out, first, rows, many)

    return ask if is_packed(view) else None
