"""Loops over packed blocks for the compiled engine: unpacked, lived through a step, and packed again.

Decisions, and what follows them for those who may have been answered, read and write single rows in place.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from sim.arithmetic.decorators import ask_ahead
from sim.arithmetic.draws import Purpose, draw
from sim.engine.blocks import BLOCK
from sim.engine.compile_cache import use_cache_folder
from sim.engine.kernels import (
    AHEAD,
    enterprises_at,
    far_enterprises_at,
    far_households_at,
    finish_one,
    households_at,
    live_block,
    noted,
)
from sim.engine.packed.rows import packed_rows_at
from sim.engine.packed.store import KEPT, KEPT_AT_HOME
from sim.engine.packed.table import pack, read_through, unpack
from sim.engine.packed.values import ask_for
from sim.engine.passes import ANSWERED, ASKS, LATER, live_elsewhere, note_those, recall
from sim.engine.rows import records_of
from sim.rules.underwriting import money_arrives, queue_application, receive_application, serve_queues
from sim.state.fields import (
    ENTERPRISE_TYPE,
    HOUSEHOLD_TYPE,
)
from sim.state.step_totals import tally_waiting

READ = tuple(name for name in KEPT if name != "quality")
"""Fields of an enterprise that the loops over blocks read."""
CHANGED = (
    "staff", "cash", "collateral", "deviation", "open_days", "resumed", "wage_arrears", "input_arrears", "rent_arrears",
    "loan_step", "overdue", "receivables", "payables", "debt", "pledged", "asked_product", "answer_step", "gap_step",
    "take_up", "exists", "exit_step", "exit_cause",
)  # fmt: skip
"""Fields of an enterprise that the loops over blocks change."""
GLANCE = ("payout_step", "application")
"""Fields that say whether something happens in the rest of the step."""
PAID_OUT = (
    "id", "hazard", "wage", "staff_normal", "owner_works", "fixed", "wage_arrears", "rent_arrears", "overdue", "cash",
    "debt", "first_loan", "loan_step", "answer_step", "bank_step", "programme_step", "lent_by", "banked", "exists",
)  # fmt: skip
"""Further fields of an enterprise to which money is paid out."""
CHANGED_AT_HOME = ("working_elsewhere", "cash")

use_cache_folder()
packed_enterprises_at = packed_rows_at(ENTERPRISE_TYPE, KEPT)
packed_households_at = packed_rows_at(HOUSEHOLD_TYPE, KEPT_AT_HOME)
compiled = njit(cache=True, nogil=True, error_model="numpy")


class Packs(NamedTuple):
    """A packed table for a kernel: its columns, the fields it reads and those it changes, and where it unpacks to.

    ``seen`` holds a number that nobody needs, so that a compiler does not leave out the reading it comes from.
    """

    heads: np.ndarray
    kinds: np.ndarray
    read: np.ndarray
    changed: np.ndarray
    scratch: np.ndarray
    seen: np.ndarray


@compiled
def take(table, number):  # type: ignore[no-untyped-def]
    """Unpack a block; returns its rows."""
    table.seen[0] = read_through(table.heads, number, table.read)
    return unpack(table.heads, table.kinds, number, table.scratch, table.read)


@compiled
def put_back(table, number):  # type: ignore[no-untyped-def]
    """Pack what may have changed of a block."""
    pack(table.heads, table.kinds, number, table.scratch, table.changed)


@compiled
def ask_for_rows(heads, number, fields, places, many):  # type: ignore[no-untyped-def]
    """Ask for some fields of some rows of a block from memory."""
    for field in fields:
        column = heads.ctypes.data + (number * heads.shape[1] + field) * heads.itemsize
        for place in range(many):
            ask_for(column, places[place])


@compiled
def note_requests(enterprises, key, first, busy, notes, rows, requests, asked):  # type: ignore[no-untyped-def]
    """Write what the enterprises of a block ask for behind the ``asked`` first requests; returns how many there are."""
    note_those(busy, ASKS, notes)
    many = noted(notes, 0, len(busy), rows)
    for number in range(many):
        one, request = enterprises[rows[number]], requests[asked + number]
        request.enterprise, request.asked = first + rows[number], one.asked
        request.product, request.lender = one.asked_product, one.asked_lender
        request.tie = draw(key, one.id)
    return asked + many


@compiled
def live_packed(  # type: ignore[no-untyped-def]
    blocks, enterprises, households, loans, lenders, lender_flows, products, kinds, cells, custom, flow, conditions,
    terms, first, last, busy, requests, asked,
):  # fmt: skip
    """Phases 1 to 6 of some packed blocks, and the rest of the step of those who cannot be answered in it.

    Returns the first block that is left because the requests might not find room, and how many requests there are.
    """
    near, far = enterprises_at(enterprises.scratch), far_enterprises_at(enterprises.scratch)
    people, far_people = households_at(households.scratch), far_households_at(households.scratch)
    loans, lenders, lender_flows = records_of(loans), records_of(lenders), records_of(lender_flows)
    products, kinds, cells, customs = records_of(products), records_of(kinds), records_of(cells), records_of(custom)
    blocks, noticed = records_of(blocks), records_of(requests)
    notes, rows = np.zeros(BLOCK, dtype=np.uint8), np.zeros(BLOCK + 1, dtype=np.int64)
    for number in range(first, last):
        if asked + BLOCK > len(requests):
            return number, asked
        block, start = blocks[number], number * BLOCK
        many = take(enterprises, number)
        take(households, number)
        recall(near, people, terms, 0, many)
        busy_here = busy[start : start + many]
        live_block(
            near, far, people, far_people, kinds[block.kind], cells[block.cell], customs[block.cell], loans, lenders,
            lender_flows, products, flow, conditions, terms, 0, many, notes, rows, busy_here,
        )  # fmt: skip
        key = conditions.keys[Purpose.QUEUE_TIE]
        asked = note_requests(far, key, start, busy_here, notes, rows, noticed, asked)
        put_back(enterprises, number)
        put_back(households, number)
    return last, asked


@compiled
def receive_packed(requests, heads, loans, conditions):  # type: ignore[no-untyped-def]
    """Write requests into the loan table."""
    rows, loans, requests = packed_enterprises_at(heads), records_of(loans), records_of(requests)
    many = len(requests)
    for number in range(many):
        ask_ahead(loans, requests[min(number + AHEAD, many - 1)].loan)
        request = requests[number]
        receive_application(request, rows[request.enterprise], loans, conditions)


@compiled
def underwrite_packed(  # type: ignore[no-untyped-def]
    requests, heads, loans, queues, lenders, products, programme, conditions, terms
):
    """Queue the requests in the given order; then phase 7, lender by lender in a fixed order."""
    rows, loans, queues = packed_enterprises_at(heads), records_of(loans), records_of(queues)
    lenders, products, requests = records_of(lenders), records_of(products), records_of(requests)
    many = len(requests)
    for number in range(many):
        ask_ahead(loans, requests[min(number + AHEAD, many - 1)].loan)
        queue_application(requests[number], loans, queues, products)
    serve_queues(queues, lenders, loans, rows, products, programme, conditions, terms)


@compiled
def finish_packed(  # type: ignore[no-untyped-def]
    blocks, heads, home_heads, glance, paid_out, loans, lender_flows, products, custom, counted_custom, flow, counted,
    conditions, terms, first, last, busy,
):  # fmt: skip
    """The rest of the step of those of some packed blocks who may have been answered, in place."""
    rows, people = packed_enterprises_at(heads), packed_households_at(home_heads)
    loans, lender_flows, products = records_of(loans), records_of(lender_flows), records_of(products)
    blocks, customs, counted_customs = records_of(blocks), records_of(custom), records_of(counted_custom)
    notes, places = np.zeros(BLOCK, dtype=np.uint8), np.zeros(BLOCK + 1, dtype=np.int64)
    for number in range(first, last):
        block = blocks[number]
        cell, start, stop = block.cell, block.first, block.last
        note_those(busy[start:stop], ANSWERED, notes)
        many, few = noted(notes, 0, stop - start, places), 0
        ask_for_rows(heads, number, glance, places, many)
        for place in range(many):
            row = start + places[place]
            if busy[row] & LATER or money_arrives(rows[row], conditions):
                ask_ahead(loans, rows[row].application)
                places[few] = places[place]
                few += 1
            else:
                tally_waiting(rows[row], flow)
        ask_for_rows(heads, number, paid_out, places, few)
        for place in range(few):
            row = start + places[place]
            finish_one(
                rows[row], people[row], customs[cell], loans, lender_flows, products, flow, counted,
                counted_customs[cell], conditions, terms,
            )  # fmt: skip


@compiled
def live_outside_packed(households, flow, conditions, terms, first, last):  # type: ignore[no-untyped-def]
    """The step of the households of the rest of the economy."""
    people = households_at(households.scratch)
    for number in range(first, last):
        many = take(households, number)
        live_elsewhere(people, flow, conditions, terms, 0, many)
        put_back(households, number)
