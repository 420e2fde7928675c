"""The compiled engine: the rules of ``sim.rules`` run over whole tables, in passes that release the interpreter lock.

A pass goes through the rows block by block, and through each block loop by loop (``sim.engine.passes``), in the order of the
phases, so that the block stays in the machine's cache between them. Nothing in ``live`` and ``finish`` reaches from one
enterprise to another, and totals are whole numbers, so neither blocks nor threads change a byte.

Numba's disk cache does not notice that a function in another file changed, so the cache folder is keyed by a hash of
all sources of the package (see ``sim.engine.compile_cache``).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.arithmetic.decorators import ask_ahead
from sim.engine.blocks import BLOCK
from sim.engine.compile_cache import use_cache_folder
from sim.engine.passes import (
    ANSWERED,
    LATER,
    begin,
    count,
    employ,
    live_elsewhere,
    note_busy,
    note_causes,
    note_overdue,
    note_seekers,
    note_services,
    note_those,
    pay,
    spend,
    trade,
)
from sim.engine.rows import columns_at, far_columns_at, records_of
from sim.rules.credit_demand import seek_credit
from sim.rules.exit import close, exit_cause
from sim.rules.repayment import age_overdue, service_loans
from sim.rules.underwriting import money_arrives, receive_applications, receive_money, serve_queues
from sim.state.fields import (
    ENTERPRISE_TYPE,
    HOUSEHOLD_TYPE,
)
from sim.state.step_totals import tally_cash, tally_custom, tally_enterprise, tally_household, tally_waiting

AHEAD = 6
"""How many borrowers ahead their loans are asked for from memory."""

use_cache_folder()
enterprises_at, far_enterprises_at = columns_at(ENTERPRISE_TYPE), far_columns_at(ENTERPRISE_TYPE)
households_at, far_households_at = columns_at(HOUSEHOLD_TYPE), far_columns_at(HOUSEHOLD_TYPE)


@njit(cache=True, nogil=True, error_model="numpy")
def noted(notes, start, stop, rows):  # type: ignore[no-untyped-def]
    """Rows of a block that have a note, in order, written to ``rows``; returns how many."""
    count, words = 0, notes.view(np.uint64)
    notes[stop - start : 8 * ((stop - start + 7) // 8)] = 0
    for word in range((stop - start + 7) // 8):
        if words[word] != 0:
            for place in range(8 * word, 8 * word + 8):
                rows[count] = start + place
                count += 1 if notes[place] else 0
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def live_block(  # type: ignore[no-untyped-def]
    near, far, people, far_people, kind, cell, custom, loans, lenders, lender_flows, products, flow, conditions, terms,
    start, stop, notes, rows, busy,
):  # fmt: skip
    """Phases 1 to 6 of the rows of a block, and the rest of the step of those who cannot be answered in it."""
    if begin(near, people, cell, flow, conditions, start, stop) == 0:
        busy[:] = 0
        spend(near, people, cell, flow, conditions, terms, start, stop)
        count(near, people, custom, flow, conditions, terms, start, stop, busy)
        return
    trade(near, cell, custom, flow, conditions, terms, start, stop)
    pay(near, people, cell, flow, terms, start, stop)
    note_services(near, conditions, start, stop, notes)
    many = noted(notes, start, stop, rows)
    for place in range(many):
        ask_ahead(loans, far[rows[min(place + AHEAD, many - 1)]].first_loan)
        there = far[rows[min(place + AHEAD // 2, many - 1)]].first_loan  # asked for AHEAD // 2 borrowers ago
        if there >= 0:
            ask_ahead(loans, loans[there].next_loan)
        service_loans(far[rows[place]], loans, flow, lender_flows, products, conditions, terms)
    employ(near, people, flow, conditions, terms, start, stop)
    spend(near, people, cell, flow, conditions, terms, start, stop)
    note_seekers(near, kind, conditions, terms, start, stop, notes)
    for place in range(noted(notes, start, stop, rows)):
        seek_credit(far[rows[place]], kind, cell, lenders, products, flow, conditions, terms)
    note_busy(near, conditions, start, stop, busy)
    note_overdue(near, start, stop, notes)
    for place in range(noted(notes, start, stop, rows)):
        row = rows[place]
        if busy[row - start] & ANSWERED:
            busy[row - start] |= LATER
        else:
            age_overdue(far[row], loans, flow, lender_flows, products, conditions, terms)
    note_causes(near, conditions, terms, start, stop, notes)
    for place in range(noted(notes, start, stop, rows)):
        row = rows[place]
        if busy[row - start] or far[row].application >= 0:
            busy[row - start] |= ANSWERED | LATER
        else:
            cause = notes[row - start]
            close(far[row], far_people[row], loans, flow, lender_flows, products, cause, conditions, terms)
    count(near, people, custom, flow, conditions, terms, start, stop, busy)


@njit(cache=True, nogil=True, error_model="numpy")
def live(  # type: ignore[no-untyped-def]
    blocks, enterprises, households, loans, lenders, lender_flows, products, kinds, cells, custom, flow, conditions,
    terms, first, last, busy,
):  # fmt: skip
    """Phases 1 to 6 of some blocks, and the rest of the step of those who cannot be answered in it."""
    near, far = enterprises_at(enterprises), far_enterprises_at(enterprises)
    people, far_people = households_at(households), far_households_at(households)
    loans, lenders, lender_flows = records_of(loans), records_of(lenders), records_of(lender_flows)
    products, kinds, cells, customs = records_of(products), records_of(kinds), records_of(cells), records_of(custom)
    blocks = records_of(blocks)
    notes, rows = np.zeros(BLOCK, dtype=np.uint8), np.zeros(BLOCK + 1, dtype=np.int64)
    for number in range(first, last):
        block = blocks[number]
        live_block(
            near, far, people, far_people, kinds[block.kind], cells[block.cell], customs[block.cell], loans, lenders,
            lender_flows, products, flow, conditions, terms, block.first, block.last, notes, rows,
            busy[block.first : block.last],
        )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def underwrite(  # type: ignore[no-untyped-def]
    requests, enterprises, loans, queues, lenders, products, programme, conditions, terms
):
    """Phase 7, lender by lender in a fixed order."""
    far, loans, queues = far_enterprises_at(enterprises), records_of(loans), records_of(queues)
    lenders, products, requests = records_of(lenders), records_of(products), records_of(requests)
    receive_applications(requests, far, loans, queues, products, conditions)
    serve_queues(queues, lenders, loans, far, products, programme, conditions, terms)


@njit(cache=True, nogil=True, error_model="numpy")
def count_one(one, home, custom, flow, conditions, terms):  # type: ignore[no-untyped-def]
    """The totals of one enterprise and its household."""
    tally_enterprise(one, flow, conditions)
    tally_household(home, flow)
    tally_custom(one, custom, terms)


@njit(cache=True, nogil=True, error_model="numpy")
def finish_one(  # type: ignore[no-untyped-def]
    one, home, custom, loans, lender_flows, products, flow, counted, counted_custom, conditions, terms
):
    """The rest of the step of one who may have been answered: pay-out, phases 8 and 9.

    It has been counted already; where something happens it is counted again, and what held before goes to ``counted``,
    which is taken off in the end.
    """
    tally_cash(one, counted)
    if money_arrives(one, conditions):
        receive_money(one, loans, lender_flows, products, conditions, terms)
    if one.overdue:
        age_overdue(one, loans, flow, lender_flows, products, conditions, terms)
    tally_cash(one, flow)
    cause = exit_cause(one, conditions, terms)
    if cause > 0:
        count_one(one, home, counted_custom, counted, conditions, terms)
        close(one, home, loans, flow, lender_flows, products, cause, conditions, terms)
        count_one(one, home, custom, flow, conditions, terms)
    tally_waiting(one, flow)


@njit(cache=True, nogil=True, error_model="numpy")
def finish(  # type: ignore[no-untyped-def]
    blocks, enterprises, households, loans, lender_flows, products, custom, counted_custom, flow, counted, conditions,
    terms, first, last, busy,
):  # fmt: skip
    """The rest of the step of those of some blocks who may have been answered."""
    far, people = far_enterprises_at(enterprises), far_households_at(households)
    loans, lender_flows, products = records_of(loans), records_of(lender_flows), records_of(products)
    blocks, customs, counted_customs = records_of(blocks), records_of(custom), records_of(counted_custom)
    notes, rows = np.zeros(BLOCK, dtype=np.uint8), np.zeros(BLOCK + 1, dtype=np.int64)
    for number in range(first, last):
        block = blocks[number]
        cell, start, stop = block.cell, block.first, block.last
        note_those(busy[start:stop], ANSWERED, notes)
        many = noted(notes, start, stop, rows)
        for place in range(many):
            ask_ahead(loans, far[rows[min(place + AHEAD, many - 1)]].application)
            one = far[rows[place]]
            if busy[rows[place]] & LATER or money_arrives(one, conditions):
                finish_one(
                    one, people[rows[place]], customs[cell], loans, lender_flows, products, flow, counted,
                    counted_customs[cell], conditions, terms,
                )  # fmt: skip
            else:
                tally_waiting(one, flow)


@njit(cache=True, nogil=True, error_model="numpy")
def live_outside(households, flow, conditions, terms, first, last):  # type: ignore[no-untyped-def]
    """The step of the households of the rest of the economy."""
    live_elsewhere(households_at(households), flow, conditions, terms, first, last)
