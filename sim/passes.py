"""Loops over rows of the compiled engine: the rules that every enterprise meets, in the order of the phases.

Each loop is short and its tables do not overlap, so that the machine takes several rows at a time (``sim.rows``). What
only some enterprises meet is noted here and done by the engine, row by row.
"""

from __future__ import annotations

from sim.cache import use_cache_folder
from sim.rows import over_rows, totals_of
from sim.rules.consumption import consume, earn_elsewhere
from sim.rules.credit_demand import is_in_need, is_precautionary
from sim.rules.entry import enter_if_due
from sim.rules.exit import exit_cause
from sim.rules.labour import adjust_staff, find_work
from sim.rules.measures import receive_support
from sim.rules.payments import pay_arrears, pay_dues, pay_owner
from sim.rules.repayment import loans_need_service, may_be_overdue
from sim.rules.sales import sell
from sim.rules.stoppage import stop_or_reopen
from sim.state import FLOW_TYPE
from sim.tally import tally_enterprise, tally_household

use_cache_folder()
new_totals, add_totals = totals_of(FLOW_TYPE)


@over_rows
def trade(enterprises, households, cells, flow, conditions, terms, first, last):  # type: ignore[no-untyped-def]
    """Entry, phases 1 and 2, and support from measures."""
    totals = new_totals()
    for row in range(first, last):
        enterprise, household = enterprises[row], households[row]
        household.income = 0
        enter_if_due(enterprise, household, totals, conditions)
        if enterprise.exists:
            stop_or_reopen(enterprise, cells[enterprise.cell])
    for row in range(first, last):
        enterprise = enterprises[row]
        if enterprise.exists:
            sell(enterprise, cells[enterprise.cell], totals, conditions, terms)
    for row in range(first, last):
        enterprise = enterprises[row]
        if enterprise.exists:
            receive_support(enterprise, cells[enterprise.cell], totals, conditions, terms)
    add_totals(flow, totals)


@over_rows
def pay(enterprises, households, cells, flow, conditions, terms, first, last):  # type: ignore[no-untyped-def]
    """Phase 3, up to the instalments."""
    totals = new_totals()
    for row in range(first, last):
        enterprise, household = enterprises[row], households[row]
        if enterprise.exists:
            pay_arrears(enterprise, household, totals)
            pay_dues(enterprise, household, cells[enterprise.cell], totals, terms)
    add_totals(flow, totals)


@over_rows
def employ(enterprises, households, flow, conditions, terms, first, last):  # type: ignore[no-untyped-def]
    """The end of phase 3, and phase 4."""
    totals = new_totals()
    for row in range(first, last):
        enterprise, household = enterprises[row], households[row]
        if enterprise.exists:
            pay_owner(enterprise, household, totals, terms)
            adjust_staff(enterprise, household, totals, conditions, terms)
    add_totals(flow, totals)


@over_rows
def spend(enterprises, households, cells, flow, conditions, terms, first, last):  # type: ignore[no-untyped-def]
    """The end of phase 4, and phase 5."""
    totals = new_totals()
    for row in range(first, last):
        household, openness = households[row], cells[enterprises[row].cell].region_openness
        idle = find_work(household, enterprises[row].staff, openness, conditions, terms)
        earn_elsewhere(household, idle, totals, terms)
        consume(household, openness, totals, terms)
    add_totals(flow, totals)


@over_rows
def note_services(enterprises, conditions, first, last, notes):  # type: ignore[no-untyped-def]
    """Phase 3: whose loans need service [0/1, by place in the block]."""
    for row in range(first, last):
        enterprise = enterprises[row]
        notes[row - first] = enterprise.exists and loans_need_service(enterprise, conditions)


@over_rows
def note_seekers(enterprises, kinds, conditions, terms, first, last, notes):  # type: ignore[no-untyped-def]
    """Phase 6: who looks for credit [0/1, by place in the block]."""
    for row in range(first, last):
        enterprise = enterprises[row]
        notes[row - first] = enterprise.exists and is_in_need(enterprise, conditions, terms)
    if conditions.programme_open:
        for row in range(first, last):
            enterprise = enterprises[row]
            if enterprise.exists and is_precautionary(enterprise, kinds[enterprise.kind], conditions, terms):
                notes[row - first] = 1


@over_rows
def note_busy(enterprises, first, last, busy):  # type: ignore[no-untyped-def]
    """Who asks or waits, so that phase 7 comes before the rest of its step [0/1, by row]."""
    for row in range(first, last):
        enterprise = enterprises[row]
        busy[row] = enterprise.exists and (enterprise.asked > 0 or enterprise.application >= 0)


@over_rows
def note_overdue(enterprises, conditions, first, last, busy, notes):  # type: ignore[no-untyped-def]
    """Phase 8: whose loan may be overdue [0/1, by place in the block]."""
    for row in range(first, last):
        enterprise = enterprises[row]
        notes[row - first] = enterprise.exists and not busy[row] and may_be_overdue(enterprise, conditions)


@over_rows
def note_causes(enterprises, conditions, terms, first, last, busy, notes):  # type: ignore[no-untyped-def]
    """Phase 9: who closes, by cause [by place in the block]."""
    for row in range(first, last):
        enterprise = enterprises[row]
        free = enterprise.exists and not busy[row]
        notes[row - first] = exit_cause(enterprise, conditions, terms) if free else 0


@over_rows
def count(enterprises, households, cells, flow, conditions, first, last, busy):  # type: ignore[no-untyped-def]
    """The totals of the step."""
    totals = new_totals()
    for row in range(first, last):
        enterprise = enterprises[row]
        if not busy[row]:
            tally_enterprise(enterprise, cells[enterprise.cell], totals, conditions)
    for row in range(first, last):
        household = households[row]
        if not busy[row]:
            tally_household(household, totals)
    add_totals(flow, totals)


@over_rows
def live_elsewhere(households, flow, conditions, terms, first, last):  # type: ignore[no-untyped-def]
    """Phases 4 and 5 of the households of the rest of the economy, and their totals."""
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
