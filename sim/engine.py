"""The compiled engine: the rules of ``sim.rules`` run over whole tables, in passes that release the interpreter lock.

Numba's disk cache does not notice that a function in another file changed, so the cache folder is keyed by a hash of
all sources of the package (see ``sim.cache``).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.cache import use_cache_folder
from sim.draws import Purpose, draw
from sim.economy import Economy, ensure_loan_rows
from sim.rules.consumption import consume, earn_elsewhere
from sim.rules.credit_demand import seek_credit, seeks_credit
from sim.rules.entry import enter_if_due
from sim.rules.exit import close, exit_cause
from sim.rules.labour import adjust_staff, find_work
from sim.rules.measures import receive_support
from sim.rules.payments import pay_arrears, pay_dues, pay_owner
from sim.rules.repayment import age_overdue, loans_need_service, may_be_overdue, service_loans
from sim.rules.sales import sell
from sim.rules.stoppage import stop_or_reopen
from sim.rules.underwriting import money_arrives, receive_applications, receive_money, serve_queues
from sim.state import CUSTOM_TYPE, FLOW_TYPE, LENDER_FLOW_TYPE
from sim.tally import tally_enterprise, tally_household

QUEUE_TIE = int(Purpose.QUEUE_TIE)

use_cache_folder()


@njit(cache=True, nogil=True)
def live(enterprises, households, loans, lenders, lender_flows, products, kinds, cells, flow, conditions, terms):  # type: ignore[no-untyped-def]
    """Phases 1 to 6, enterprise by enterprise: nothing in them reaches from one enterprise to another in the step."""
    for row in range(len(enterprises)):
        enterprise = enterprises[row]
        household = households[row]
        cell = cells[enterprise.cell]
        household.income = 0
        enter_if_due(enterprise, household, flow, conditions)
        if enterprise.exists:
            stop_or_reopen(enterprise, cell, terms)
            sell(enterprise, cell, flow, conditions, terms)
            receive_support(enterprise, cell, flow, conditions, terms)
            pay_arrears(enterprise, household, flow)
            pay_dues(enterprise, household, cell, flow, terms)
            if loans_need_service(enterprise, conditions):
                service_loans(enterprise, loans, flow, lender_flows, products, conditions, terms)
            pay_owner(enterprise, household, flow, terms)
            adjust_staff(enterprise, household, flow, conditions, terms)
        idle = find_work(household, enterprise.staff, cell.region_openness, conditions, terms)
        earn_elsewhere(household, idle, flow, terms)
        consume(household, cell.region_openness, flow, terms)
        kind = kinds[enterprise.kind]
        if enterprise.exists and seeks_credit(enterprise, kind, conditions, terms):
            seek_credit(enterprise, kind, cell, lenders, products, flow, conditions, terms)
    for row in range(len(enterprises), len(households)):
        household = households[row]
        household.income = 0
        idle = find_work(household, 0, conditions.branch_openness, conditions, terms)
        earn_elsewhere(household, idle, flow, terms)
        consume(household, conditions.branch_openness, flow, terms)


@njit(cache=True, nogil=True)
def applicants(enterprises, conditions):  # type: ignore[no-untyped-def]
    """Rows of the enterprises that ask in this step, in the order of a keyed draw."""
    count = 0
    for row in range(len(enterprises)):
        count += enterprises[row].asked > 0
    rows = np.empty(count, dtype=np.int64)
    ties = np.empty(count, dtype=np.uint64)
    place = 0
    for row in range(len(enterprises)):
        if enterprises[row].asked > 0:
            rows[place] = row
            ties[place] = draw(conditions.keys[QUEUE_TIE], enterprises[row].id)
            place += 1
    return rows[np.argsort(ties)]


@njit(cache=True, nogil=True)
def underwrite(rows, enterprises, loans, loan_count, queues, lenders, products, programme, conditions, terms):  # type: ignore[no-untyped-def]
    """Phase 7, lender by lender in a fixed order; returns the new number of rows of the loan table."""
    loan_count = receive_applications(rows, enterprises, loans, loan_count, queues, products, conditions)
    serve_queues(queues, lenders, loans, enterprises, products, programme, conditions, terms)
    return loan_count


@njit(cache=True, nogil=True)
def finish(enterprises, households, loans, lender_flows, products, cells, custom, flow, conditions, terms):  # type: ignore[no-untyped-def]
    """Pay-out, phases 8 and 9, and the totals of the step, enterprise by enterprise."""
    for row in range(len(enterprises)):
        enterprise = enterprises[row]
        if enterprise.exists:
            if money_arrives(enterprise, conditions):
                receive_money(enterprise, loans, lender_flows, products, conditions, terms)
            if may_be_overdue(enterprise, conditions):
                age_overdue(enterprise, loans, flow, lender_flows, products, conditions, terms)
            cause = exit_cause(enterprise, conditions, terms)
            if cause > 0:
                close(enterprise, households[row], loans, flow, lender_flows, products, cause, conditions, terms)
        tally_enterprise(enterprise, cells[enterprise.cell], custom[enterprise.cell], flow, conditions, terms)
    for row in range(len(households)):
        tally_household(households[row], flow)


def run_step(economy: Economy, conditions: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Run phases 1 to 9 of one step; return the step's flows [1] and the lenders' flows [lenders]."""
    flows = np.zeros(1, dtype=FLOW_TYPE)
    lender_flows = np.zeros(len(economy.lenders), dtype=LENDER_FLOW_TYPE)
    economy.custom = np.zeros(len(cells), dtype=CUSTOM_TYPE)
    enterprises, households, lenders, products = (
        economy.enterprises,
        economy.households,
        economy.lenders,
        economy.products,
    )
    now = (flows[0], conditions[0], economy.terms[0])
    live(enterprises, households, economy.loans, lenders, lender_flows, products, economy.kinds, cells, *now)
    rows = applicants(enterprises, conditions[0])
    ensure_loan_rows(economy, economy.loan_count + len(rows))
    economy.loan_count = underwrite(
        rows,
        enterprises,
        economy.loans,
        economy.loan_count,
        economy.queues,
        lenders,
        products,
        economy.programme[0],
        *now[1:],
    )
    finish(enterprises, households, economy.loans, lender_flows, products, cells, economy.custom, *now)
    return flows, lender_flows
