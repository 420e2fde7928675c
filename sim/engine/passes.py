"""Loops over the rows of a block: the rules that every enterprise meets, in the order of the phases.

All enterprises of a block are of one cell (kind, sector and region), so ``kind`` and ``cell`` stand still in a loop.
Each loop is short and its tables do not overlap, so that the machine takes several rows at a time
(``sim.engine.row_loops``). What only some enterprises meet is noted here and done row by row
(``sim.engine.noted_rows``).
"""

from __future__ import annotations

from sim.engine.compiling import over_rows
from sim.engine.row_loops import held, totals_of
from sim.rules.consumption import consume, earn_elsewhere
from sim.rules.credit_demand import is_in_need, is_precautionary
from sim.rules.entry import enter_if_due
from sim.rules.exit import exit_cause
from sim.rules.labour import adjust_staff, find_work
from sim.rules.measures import receive_support
from sim.rules.payments import pay_arrears, pay_dues, pay_owner
from sim.rules.repayment import loans_need_service
from sim.rules.sales import sell
from sim.rules.stoppage import foresee_reopening, redraw_rank, resume, stop_or_reopen
from sim.state.flows import FLOW_TYPE, PATRONAGE_TYPE
from sim.state.step_totals import tally_custom, tally_enterprise, tally_household, tally_trade

ANSWERED, ASKS, LATER = 1, 2, 4
"""Notes of an enterprise, added up: it may be answered in phase 7; it asks; phases 8 and 9 do something after that."""

new_totals, add_totals = totals_of(FLOW_TYPE)
new_patronage, add_patronage = totals_of(PATRONAGE_TYPE)


@over_rows
def begin(enterprises, households, cell, flow, conditions, terms, first, last):
    """Entry; returns how many are in business."""
    cell, conditions, terms = held(cell), held(conditions), held(terms)
    totals, there = new_totals(), 0
    if cell.wave_begins:
        for row in range(first, last):
            redraw_rank(enterprises[row], conditions, terms)
    for row in range(first, last):
        enterprise, household = enterprises[row], households[row]
        household.income = 0
        resume(enterprise, cell)
        enter_if_due(enterprise, household, totals, conditions)
        there += enterprise.exists
    add_totals(flow, totals)
    return there


@over_rows
def trade(enterprises, cell, patronage, flow, conditions, terms, first, last):
    """Phases 1 and 2, and support from measures."""
    cell, conditions, terms = held(cell), held(conditions), held(terms)
    totals, patronage_totals = new_totals(), new_patronage()
    for row in range(first, last):
        enterprise = enterprises[row]
        if enterprise.exists:
            stop_or_reopen(enterprise, cell)
            enterprise.shut_steps = 0.0
    if cell.stopped:
        for row in range(first, last):
            enterprise = enterprises[row]
            if enterprise.exists:
                foresee_reopening(enterprise, cell, terms)
    for row in range(first, last):
        enterprise = enterprises[row]
        if enterprise.exists:
            sell(enterprise, cell, totals, conditions, terms)
            tally_trade(enterprise, patronage_totals)
    for row in range(first, last):
        enterprise = enterprises[row]
        if enterprise.exists:
            receive_support(enterprise, cell, totals, conditions, terms)
    add_totals(flow, totals)
    add_patronage(patronage, patronage_totals)


@over_rows
def pay(enterprises, households, cell, flow, terms, first, last):
    """Phase 3, up to the instalments."""
    cell, terms = held(cell), held(terms)
    totals = new_totals()
    for row in range(first, last):
        enterprise, household = enterprises[row], households[row]
        if enterprise.exists:
            pay_arrears(enterprise, household, totals)
            pay_dues(enterprise, household, cell, totals, terms)
    add_totals(flow, totals)


@over_rows
def employ(enterprises, households, flow, conditions, terms, first, last):
    """The end of phase 3, and phase 4."""
    conditions, terms = held(conditions), held(terms)
    totals = new_totals()
    for row in range(first, last):
        enterprise, household = enterprises[row], households[row]
        if enterprise.exists:
            pay_owner(enterprise, household, totals, terms)
            adjust_staff(enterprise, household, totals, conditions, terms)
    add_totals(flow, totals)


@over_rows
def spend(enterprises, households, cell, flow, conditions, terms, first, last):
    """The end of phase 4, and phase 5."""
    cell, conditions, terms = held(cell), held(conditions), held(terms)
    totals, openness = new_totals(), cell.region_openness
    for row in range(first, last):
        household = households[row]
        idle = find_work(household, enterprises[row].staff, openness, conditions, terms)
        earn_elsewhere(household, idle, totals, terms)
        consume(household, openness, totals, terms)
    add_totals(flow, totals)


@over_rows
def note_services(enterprises, conditions, first, last, notes):
    """Phase 3: whose loans need service [0/1, by place in the block]."""
    conditions = held(conditions)
    for row in range(first, last):
        enterprise = enterprises[row]
        notes[row - first] = enterprise.exists and loans_need_service(enterprise, conditions)


@over_rows
def note_seekers(enterprises, kind, conditions, terms, first, last, notes):
    """Phase 6: who looks for credit [0/1, by place in the block]."""
    kind, conditions, terms = held(kind), held(conditions), held(terms)
    for row in range(first, last):
        enterprise = enterprises[row]
        notes[row - first] = enterprise.exists and is_in_need(enterprise, conditions, terms)
    if conditions.programme_open:
        for row in range(first, last):
            enterprise = enterprises[row]
            if enterprise.exists and is_precautionary(enterprise, kind, conditions, terms):
                notes[row - first] = 1


@over_rows
def note_busy(enterprises, conditions, first, last, busy):
    """Who asks, and who may be answered, so that phase 7 comes before the rest of its step [by place in the block]."""
    conditions = held(conditions)
    for row in range(first, last):
        enterprise = enterprises[row]
        asks, answered = ASKS * (enterprise.asked > 0), ANSWERED * (enterprise.answer_step <= conditions.step)
        busy[row - first] = asks + answered if enterprise.exists else 0


@over_rows
def note_those(busy, note, notes):
    """Who has a note among others [the note or 0, by place in the block]."""
    for place in range(len(busy)):
        notes[place] = busy[place] & note


@over_rows
def note_overdue(enterprises, first, last, notes):
    """Phase 8: who has an overdue loan [0/1, by place in the block]."""
    for row in range(first, last):
        enterprise = enterprises[row]
        notes[row - first] = enterprise.exists and enterprise.overdue


@over_rows
def note_causes(enterprises, conditions, terms, first, last, notes):
    """Phase 9: who closes, by cause, unless money is approved before [by place in the block]."""
    conditions, terms = held(conditions), held(terms)
    for row in range(first, last):
        enterprise = enterprises[row]
        notes[row - first] = exit_cause(enterprise, conditions, terms) if enterprise.exists else 0


@over_rows
def count(enterprises, households, patronage, flow, conditions, terms, first, last, busy):
    """The totals after the step, as far as it has gone: the engine counts again those with whom it goes on.

    Those it goes on with in any case are left out of who waits.
    """
    conditions, terms = held(conditions), held(terms)
    totals, patronage_totals = new_totals(), new_patronage()
    for row in range(first, last):
        tally_enterprise(enterprises[row], totals, conditions)
    for row in range(first, last):
        tally_custom(enterprises[row], patronage_totals, terms)
    for row in range(first, last):
        noted = busy[row - first]
        waits = noted == ASKS or (noted == 0 and enterprises[row].application >= 0)
        totals.waiting += 1 if waits else 0
    for row in range(first, last):
        tally_household(households[row], totals)
    add_totals(flow, totals)
    add_patronage(patronage, patronage_totals)


@over_rows
def earn_and_spend_elsewhere(households, flow, conditions, terms, first, last):
    """Phases 4 and 5 of the households of the rest of the economy, and their totals."""
    conditions, terms = held(conditions), held(terms)
    totals = new_totals()
    for row in range(first, last):
        household = households[row]
        household.income = 0
        idle = find_work(household, 0, conditions.branch_openness, conditions, terms)
        earn_elsewhere(household, idle, totals, terms)
        consume(household, conditions.branch_openness, totals, terms)
    for row in range(first, last):
        tally_household(households[row], totals)
    add_totals(flow, totals)
