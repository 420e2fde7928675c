"""Loops over the few rows of a block that were noted: the rules that only some enterprises meet.

``enterprises`` and ``people`` are any rows that the rules can read and write, ``rows`` the numbers of those it is about
[many], and ``books`` the loans, the flows of the lenders and the products. What a row leads to in the loan table is
asked for a few rows ahead.
"""

from __future__ import annotations

import numpy as np

from sim.arithmetic.decorators import ask_ahead
from sim.arithmetic.draws import draw
from sim.engine.compiling import compiled, inlined
from sim.engine.passes import ASKS, note_those
from sim.rules.credit_demand import seek_credit
from sim.rules.exit import close
from sim.rules.repayment import age_overdue, service_loans
from sim.rules.underwriting import receive_money

AHEAD = 6
"""How many borrowers ahead their loans are asked for from memory."""


@compiled
def noted(notes, start, stop, rows):
    """How many rows from ``start`` to ``stop`` have a note [by place in the block]; they are written to ``rows``."""
    count, words = 0, notes.view(np.uint64)
    notes[stop - start : 8 * ((stop - start + 7) // 8)] = 0
    for word in range((stop - start + 7) // 8):
        if words[word] != 0:
            for place in range(8 * word, 8 * word + 8):
                rows[count] = start + place
                count += 1 if notes[place] else 0
    return count


@inlined
def service(enterprises, rows, many, loans, lender_flows, products, flow, conditions, terms):
    """Phase 3: instalments."""
    for place in range(many):
        ask_ahead(loans, enterprises[rows[min(place + AHEAD, many - 1)]].first_loan)
        there = enterprises[rows[min(place + AHEAD // 2, many - 1)]].first_loan  # asked for AHEAD // 2 borrowers ago
        if there >= 0:
            ask_ahead(loans, loans[there].next_loan)
        service_loans(enterprises[rows[place]], loans, flow, lender_flows, products, conditions, terms)


@inlined
def seek(enterprises, rows, many, kind, cell, lenders, products, flow, conditions, terms):
    """Phase 6: who asks whom for how much."""
    for place in range(many):
        seek_credit(enterprises[rows[place]], kind, cell, lenders, products, flow, conditions, terms)


@inlined
def pay_out(enterprises, rows, many, loans, lender_flows, products, conditions, terms):
    """Phase 7: approved money arrives."""
    for place in range(many):
        receive_money(enterprises[rows[place]], loans, lender_flows, products, conditions, terms)


@inlined
def age(enterprises, rows, many, loans, lender_flows, products, flow, conditions, terms):
    """Phase 8: overdue loans grow older."""
    for place in range(many):
        age_overdue(enterprises[rows[place]], loans, flow, lender_flows, products, conditions, terms)


@inlined
def leave(enterprises, people, rows, many, causes, first, loans, lender_flows, products, flow, conditions, terms):
    """Phase 9: those of some causes close [causes by place in the block, whose first row is ``first``]."""
    for place in range(many):
        row = rows[place]
        cause = causes[row - first]
        close(enterprises[row], people[row], loans, flow, lender_flows, products, cause, conditions, terms)


@inlined
def note_requests(enterprises, key, start, first, busy, notes, rows, requests, asked):
    """Write what a block asks for behind the ``asked`` first requests; returns how many requests there are then.

    The rows of the block begin at ``start`` where they are now and at ``first`` in the store.
    """
    note_those(busy, ASKS, notes)
    many = noted(notes, start, start + len(busy), rows)
    for number in range(many):
        one, request = enterprises[rows[number]], requests[asked + number]
        request.enterprise, request.asked = rows[number] - start + first, one.asked
        request.product, request.lender = one.asked_product, one.asked_lender
        request.tie = draw(key, one.id)
    return asked + many
