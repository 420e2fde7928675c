"""Packed blocks as kernels see them: unpacked when they are taken, packed again when they are put back.

Single rows are read and written where they are stored (``sim.engine.packed.rows``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import overload

from sim.engine.compiling import compiled, over_rows
from sim.engine.packed.rows import packed_rows_at
from sim.engine.packed.table import pack, read_through, unpack
from sim.engine.packed.values import ask_for
from sim.engine.store import (
    ask_for_answers,
    ask_for_borrowers,
    enterprises_at,
    households_at,
    is_view,
    put_back,
    recall,
    rows_of,
    take,
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

packed_enterprises_at = packed_rows_at(ENTERPRISE_TYPE, KEPT)
packed_households_at = packed_rows_at(HOUSEHOLD_TYPE, KEPT_AT_HOME)


class PackedTableView(NamedTuple):
    """A packed table for a kernel: its columns, their kinds, the fields that are read and those that are changed.

    ``addresses`` are where the columns lie that blocks are unpacked to. ``seen`` is written so that the compiler cannot
    drop the read that warms the cache.
    """

    heads: np.ndarray
    kinds: np.ndarray
    read: np.ndarray
    changed: np.ndarray
    addresses: np.ndarray
    seen: np.ndarray


class PackedView(NamedTuple):
    """A packed store for a kernel; ``glance`` and ``paid_out`` are the numbers of the fields of GLANCE and PAID_OUT."""

    enterprises: PackedTableView
    households: PackedTableView
    glance: np.ndarray
    paid_out: np.ndarray


@over_rows
def recall_from_id(enterprises, households, terms, first, last):
    """Compute the fields that packed tables do not store because they follow from the id."""
    for row in range(first, last):
        households[row].id = enterprises[row].id


@compiled
def ask_for_rows(heads, number, fields, first, rows, many):
    """Ask for some fields of some rows of a block, whose first row is ``first``, from memory."""
    for field in fields:
        column = heads.ctypes.data + (number * heads.shape[1] + field) * heads.itemsize
        for place in range(many):
            ask_for(column, rows[place] - first)


@overload(take)
def _take(table, number, first, last):
    def unpacked(table, number, first, last):
        table.seen[0] = read_through(table.heads, number, table.read)
        return 0, unpack(table.heads, table.kinds, number, table.addresses, table.read)

    return unpacked if is_view(table, PackedTableView) else None


@overload(put_back)
def _put_back(table, number):
    def packed(table, number):
        pack(table.heads, table.kinds, number, table.addresses, table.changed)

    return packed if is_view(table, PackedTableView) else None


@overload(recall)
def _recall(view, terms, start, stop):
    def recalled(view, terms, start, stop):
        enterprises, people = enterprises_at(view.enterprises.addresses), households_at(view.households.addresses)
        recall_from_id(enterprises, people, terms, start, stop)

    return recalled if is_view(view, PackedView) else None


@overload(rows_of)
def _rows_of(view):
    if not is_view(view, PackedView):
        return None
    return lambda view: (packed_enterprises_at(view.enterprises.heads), packed_households_at(view.households.heads))


@overload(ask_for_answers)
def _ask_for_answers(view, number, first, rows, many):
    def ask(view, number, first, rows, many):
        ask_for_rows(view.enterprises.heads, number, view.glance, first, rows, many)

    return ask if is_view(view, PackedView) else None


@overload(ask_for_borrowers)
def _ask_for_borrowers(view, number, first, rows, many):
    def ask(view, number, first, rows, many):
        ask_for_rows(view.enterprises.heads, number, view.paid_out, first, rows, many)

    return ask if is_view(view, PackedView) else None
