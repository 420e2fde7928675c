"""The kernels: the rules of ``sim.rules`` run over a whole store, in passes that release the interpreter lock.

A pass goes through the rows block by block, and through each block loop by loop (``sim.engine.passes``, and
``sim.engine.noted_rows`` for what only some enterprises meet), in the order of the phases, so that the block stays in
the machine's cache between them. Nothing in ``advance`` and ``finish`` reaches from one enterprise to another, and
totals are whole numbers, so neither blocks nor threads change a byte. Comments of the form ``# --- phase`` are the
phases of ``Model.phases()``.

Each kernel is written once and compiled for each kind of store (``sim.engine.store``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arithmetic.decorators import ask_ahead
from sim.arithmetic.draws import Purpose
from sim.engine.blocks import BLOCK
from sim.engine.compiling import compiled, inlined
from sim.engine.noted_rows import AHEAD, age, leave, note_requests, noted, pay_out, seek, service
from sim.engine.passes import (
    ANSWERED,
    LATER,
    begin,
    count,
    earn_and_spend_elsewhere,
    employ,
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
from sim.engine.rows import records_of
from sim.engine.store import (
    ask_for_answers,
    ask_for_borrowers,
    enterprises_at,
    far_enterprises_at,
    far_households_at,
    households_at,
    put_back,
    recall,
    rows_of,
    take,
)
from sim.rules.underwriting import money_arrives, queue_application, receive_application, serve_queues
from sim.state.step_totals import tally_cash, tally_custom, tally_enterprise, tally_household, tally_waiting


class Books(NamedTuple):
    """What travels together through a kernel: loans, lenders, a thread's flows of the lenders, products [records]."""

    loans: np.ndarray
    lenders: np.ndarray
    lender_flows: np.ndarray
    products: np.ndarray


@inlined
def advance_block(
    near, far, people, far_people, kind, cell, patronage, loans, lenders, lender_flows, products, flow, conditions,
    terms, start, stop, notes, rows, busy,
):  # fmt: skip
    """Phases 1 to 6 of the rows of a block, and the rest of the step of those who cannot be answered in it.

    ``near`` and ``far`` are the same enterprises for loops over all rows and for single ones, ``people`` and
    ``far_people`` their households; ``notes`` and ``rows`` are scratch [BLOCK, BLOCK + 1], ``busy`` the notes that
    are kept [rows of the block].
    """
    # --- entry
    if begin(near, people, cell, flow, conditions, terms, start, stop) == 0:
        busy[:] = 0
        spend(near, people, cell, flow, conditions, terms, start, stop)
        count(near, people, patronage, flow, conditions, terms, start, stop, busy)
        return
    # --- 1 stoppage
    # --- 2 sales
    # --- measures
    trade(near, cell, patronage, flow, conditions, terms, start, stop)
    # --- 3 payments
    pay(near, people, cell, flow, terms, start, stop)
    note_services(near, conditions, start, stop, notes)
    service(far, rows, noted(notes, start, stop, rows), loans, lender_flows, products, flow, conditions, terms)
    # --- 4 labour
    employ(near, people, flow, conditions, terms, start, stop)
    # --- 5 consumption
    spend(near, people, cell, flow, conditions, terms, start, stop)
    # --- 6 credit demand
    note_seekers(near, kind, conditions, terms, start, stop, notes)
    seek(far, rows, noted(notes, start, stop, rows), kind, cell, lenders, products, flow, conditions, terms)
    note_busy(near, conditions, start, stop, busy)
    # --- 8 repayment
    note_overdue(near, start, stop, notes)
    many, left = noted(notes, start, stop, rows), 0
    for place in range(many):
        row = rows[place]
        if busy[row - start] & ANSWERED:
            busy[row - start] |= LATER
        else:
            rows[left] = row
            left += 1
    age(far, rows, left, loans, lender_flows, products, flow, conditions, terms)
    # --- 9 exit
    note_causes(near, conditions, terms, start, stop, notes)
    many, left = noted(notes, start, stop, rows), 0
    for place in range(many):
        row = rows[place]
        if busy[row - start] or far[row].application >= 0:
            busy[row - start] |= ANSWERED | LATER
        else:
            rows[left] = row
            left += 1
    leave(far, far_people, rows, left, notes, start, loans, lender_flows, products, flow, conditions, terms)
    # --- totals
    count(near, people, patronage, flow, conditions, terms, start, stop, busy)


@compiled
def advance(view, blocks, books, kinds, cells, patronage, flow, conditions, terms, first, last, busy, requests, asked):
    """Phases 1 to 6 of blocks ``first`` to ``last``, and the rest of the step of those who cannot be answered in it.

    Returns the first block that is left because the requests might not find room, and how many requests there are.
    ``view`` is that of a store, ``patronage`` has a record a cell, ``busy`` a note a row, ``requests`` room for REQUEST
    records, of which ``asked`` are written.
    """
    near, far = enterprises_at(view.enterprises.addresses), far_enterprises_at(view.enterprises.addresses)
    people, far_people = households_at(view.households.addresses), far_households_at(view.households.addresses)
    loans, lenders, lender_flows = records_of(books.loans), records_of(books.lenders), records_of(books.lender_flows)
    products, kinds, cells, patronages = (
        records_of(books.products),
        records_of(kinds),
        records_of(cells),
        records_of(patronage),
    )
    blocks, noticed = records_of(blocks), records_of(requests)
    notes, rows = np.zeros(BLOCK, dtype=np.uint8), np.zeros(BLOCK + 1, dtype=np.int64)
    key = conditions.keys[Purpose.QUEUE_TIE]
    for number in range(first, last):
        block = blocks[number]
        if asked + block.last - block.first > len(requests):
            return number, asked
        start, stop = take(view.enterprises, number, block.first, block.last)
        take(view.households, number, block.first, block.last)
        recall(view, terms, start, stop)
        noticing = busy[block.first : block.last]
        advance_block(
            near, far, people, far_people, kinds[block.kind], cells[block.cell], patronages[block.cell], loans, lenders,
            lender_flows, products, flow, conditions, terms, start, stop, notes, rows, noticing,
        )  # fmt: skip
        asked = note_requests(far, key, start, block.first, noticing, notes, rows, noticed, asked)
        put_back(view.enterprises, number)
        put_back(view.households, number)
    return last, asked


@compiled
def advance_others(view, blocks, flow, conditions, terms):
    """The step of the households of the rest of the economy; ``view`` is that of their table."""
    people, blocks = households_at(view.addresses), records_of(blocks)
    for number in range(len(blocks)):
        start, stop = take(view, number, blocks[number].first, blocks[number].last)
        # --- 5 consumption
        earn_and_spend_elsewhere(people, flow, conditions, terms, start, stop)
        put_back(view, number)


@compiled
def receive(requests, view, loans, conditions):
    """Write requests into the loan table [a REQUEST record each]."""
    # --- 7 underwriting
    (enterprises, _), loans, requests = rows_of(view), records_of(loans), records_of(requests)
    many = len(requests)
    for number in range(many):
        ask_ahead(loans, requests[min(number + AHEAD, many - 1)].loan)
        request = requests[number]
        receive_application(request, enterprises[request.enterprise], loans, conditions)


@compiled
def underwrite(requests, view, books, queues, programme, conditions, terms):
    """Queue the requests in the given order; then decide, lender by lender in a fixed order."""
    # --- 7 underwriting
    (enterprises, _), queues, requests = rows_of(view), records_of(queues), records_of(requests)
    loans, lenders, products = records_of(books.loans), records_of(books.lenders), records_of(books.products)
    many = len(requests)
    for number in range(many):
        ask_ahead(loans, requests[min(number + AHEAD, many - 1)].loan)
        queue_application(requests[number], loans, queues, products)
    serve_queues(queues, lenders, loans, enterprises, products, programme, conditions, terms)


@compiled
def count_one(one, home, patronage, flow, conditions, terms):
    """The totals of one enterprise and its household."""
    tally_enterprise(one, flow, conditions)
    tally_household(home, flow)
    tally_custom(one, patronage, terms)


@inlined
def answered(view, number, block, busy, enterprises, loans, flow, conditions, notes, rows):
    """How many enterprises of a block go on after phase 7; their rows are written to ``rows``.

    Others who might have been answered were not, and are counted as waiting. ``notes`` says to whom money arrives.
    """
    note_those(busy[block.first : block.last], ANSWERED, notes)
    many, left = noted(notes, block.first, block.last, rows), 0
    ask_for_answers(view, number, block.first, rows, many)
    for place in range(many):
        row = rows[place]
        arrives = money_arrives(enterprises[row], conditions)
        notes[row - block.first] = arrives
        if busy[row] & LATER or arrives:
            ask_ahead(loans, enterprises[row].application)
            rows[left] = row
            left += 1
        else:
            tally_waiting(enterprises[row], flow)
    return left


@inlined
def finish_those(
    enterprises, people, rows, many, patronage, counted_patronage, loans, lender_flows, products, flow, counted,
    conditions, terms, first, notes, some,
):  # fmt: skip
    """The rest of the step of some rows of a block that begins at row ``first``; ``notes`` says to whom money arrives.

    The rows were added to the totals already. If one changes, its old values are added to ``counted``, which is
    subtracted at the end, and its new values are added to the totals.
    """
    # --- 7 payout
    left = 0
    for place in range(many):
        tally_cash(enterprises[rows[place]], counted)
        if notes[rows[place] - first]:
            some[left] = rows[place]
            left += 1
    pay_out(enterprises, some, left, loans, lender_flows, products, conditions, terms)
    # --- 8 repayment
    left = 0
    for place in range(many):
        if enterprises[rows[place]].overdue:
            some[left] = rows[place]
            left += 1
    age(enterprises, some, left, loans, lender_flows, products, flow, conditions, terms)
    # --- 9 exit
    left = 0
    for place in range(many):
        row, at = rows[place], rows[place] - first
        tally_cash(enterprises[row], flow)
        note_causes(enterprises, conditions, terms, row, row + 1, notes[at : at + 1])
        if notes[at]:
            count_one(enterprises[row], people[row], counted_patronage, counted, conditions, terms)
            some[left] = row
            left += 1
    leave(enterprises, people, some, left, notes, first, loans, lender_flows, products, flow, conditions, terms)
    # --- totals
    for place in range(left):
        count_one(enterprises[some[place]], people[some[place]], patronage, flow, conditions, terms)
    for place in range(many):
        tally_waiting(enterprises[rows[place]], flow)


@compiled
def finish(view, blocks, books, patronage, counted_patronage, flow, counted, conditions, terms, first, last, busy):
    """The rest of the step of those of blocks ``first`` to ``last`` who may have been answered.

    ``patronage`` and ``counted_patronage`` have a record a cell, ``busy`` a note a row.
    """
    enterprises, people = rows_of(view)
    loans, lender_flows, products = records_of(books.loans), records_of(books.lender_flows), records_of(books.products)
    blocks, patronages, counted_patronages = records_of(blocks), records_of(patronage), records_of(counted_patronage)
    notes, rows = np.zeros(BLOCK, dtype=np.uint8), np.zeros(BLOCK + 1, dtype=np.int64)
    some = np.zeros(BLOCK, dtype=np.int64)
    for number in range(first, last):
        block = blocks[number]
        many = answered(view, number, block, busy, enterprises, loans, flow, conditions, notes, rows)
        ask_for_borrowers(view, number, block.first, rows, many)
        finish_those(
            enterprises, people, rows, many, patronages[block.cell], counted_patronages[block.cell], loans,
            lender_flows, products, flow, counted, conditions, terms, block.first, notes, some,
        )  # fmt: skip
