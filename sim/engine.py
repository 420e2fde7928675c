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
from sim.rules.credit_demand import seek_credit
from sim.rules.exit import close, exit_cause
from sim.rules.labour import adjust_staff, find_work
from sim.rules.payments import pay_arrears, pay_dues, pay_owner
from sim.rules.repayment import age_overdue, service_loans
from sim.rules.sales import sell
from sim.rules.stoppage import stop_or_reopen
from sim.rules.underwriting import pay_out_if_ready, receive_applications, serve_queues
from sim.state import CUSTOM_TYPE, FLOW_TYPE, LENDER_FLOW_TYPE
from sim.tally import tally_enterprise, tally_household
from sim.terms import Conditions

QUEUE_TIE = int(Purpose.QUEUE_TIE)

use_cache_folder()


@njit(cache=True, nogil=True)
def live(enterprises, households, loans, flow, lender_flows, conditions, terms):  # type: ignore[no-untyped-def]
    """Phases 1 to 6, enterprise by enterprise: nothing in them reaches from one enterprise to another in the step."""
    for row in range(len(enterprises)):
        enterprise = enterprises[row]
        household = households[row]
        household.income = 0
        if enterprise.exit_step < 0:
            stop_or_reopen(enterprise, conditions.openness, terms.step_days)
            sell(enterprise, flow, conditions, terms)
            pay_arrears(enterprise, household, flow)
            pay_dues(enterprise, household, flow, terms)
            service_loans(enterprise, loans, lender_flows, conditions, terms)
            pay_owner(enterprise, household, flow, terms)
            adjust_staff(enterprise, household, terms)
        idle = find_work(household, enterprise.staff, conditions, conditions.region_openness[enterprise.region], terms)
        earn_elsewhere(household, idle, flow, terms)
        consume(household, flow, terms)
        if enterprise.exit_step < 0:
            seek_credit(enterprise, flow, conditions, terms)
    for row in range(len(enterprises), len(households)):
        household = households[row]
        household.income = 0
        idle = find_work(household, 0, conditions, conditions.branch_openness, terms)
        earn_elsewhere(household, idle, flow, terms)
        consume(household, flow, terms)


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
def underwrite(rows, enterprises, loans, loan_count, queues, lenders, programme, conditions, terms):  # type: ignore[no-untyped-def]
    """Phase 7, lender by lender in a fixed order; returns the new number of rows of the loan table."""
    loan_count = receive_applications(rows, enterprises, loans, loan_count, queues, conditions, terms)
    serve_queues(queues, lenders, loans, enterprises, programme[0], conditions, terms)
    return loan_count


@njit(cache=True, nogil=True)
def finish(enterprises, households, loans, flow, lender_flows, custom, conditions, terms):  # type: ignore[no-untyped-def]
    """Pay-out, phases 8 and 9, and the totals of the step, enterprise by enterprise."""
    for row in range(len(enterprises)):
        enterprise = enterprises[row]
        household = households[row]
        if enterprise.exit_step < 0:
            pay_out_if_ready(enterprise, loans, lender_flows, conditions, terms)
            age_overdue(enterprise, loans, flow, lender_flows, conditions, terms)
            cause = exit_cause(enterprise, loans, conditions, terms)
            if cause > 0:
                close(enterprise, household, loans, flow, lender_flows, cause, conditions, terms)
        tally_enterprise(enterprise, flow, custom, conditions, terms)
    for row in range(len(households)):
        tally_household(households[row], flow)


def run_step(economy: Economy, conditions: Conditions) -> tuple[np.ndarray, np.ndarray]:
    """Run phases 1 to 9 of one step; return the step's flows [1] and the lenders' flows [lenders]."""
    flows = np.zeros(1, dtype=FLOW_TYPE)
    lender_flows = np.zeros(len(economy.lenders), dtype=LENDER_FLOW_TYPE)
    economy.custom = np.zeros(len(economy.openness), dtype=CUSTOM_TYPE)
    enterprises, households, terms = economy.enterprises, economy.households, economy.terms
    live(enterprises, households, economy.loans, flows[0], lender_flows, conditions, terms)
    rows = applicants(enterprises, conditions)
    ensure_loan_rows(economy, economy.loan_count + len(rows))
    economy.loan_count = underwrite(
        rows,
        enterprises,
        economy.loans,
        economy.loan_count,
        economy.queues,
        economy.lenders,
        economy.programme,
        conditions,
        terms,
    )
    finish(enterprises, households, economy.loans, flows[0], lender_flows, economy.custom, conditions, terms)
    return flows, lender_flows
