"""The compiled engine: the rules of ``sim.rules`` run over whole tables, in passes that release the interpreter lock.

A pass goes through the rows block by block, and through each block loop by loop (``sim.passes``), in the order of the
phases, so that the block stays in the machine's cache between them. Nothing in ``live`` and ``finish`` reaches from one
enterprise to another, and totals are whole numbers, so neither blocks nor threads change a byte.

Numba's disk cache does not notice that a function in another file changed, so the cache folder is keyed by a hash of
all sources of the package (see ``sim.cache``).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from sim.cache import use_cache_folder
from sim.draws import Purpose, draw_array
from sim.economy import Economy, ensure_loan_rows
from sim.passes import (
    count,
    employ,
    live_elsewhere,
    note_busy,
    note_causes,
    note_overdue,
    note_seekers,
    note_services,
    pay,
    spend,
    trade,
)
from sim.rows import columns_at, far_columns_at, records_of
from sim.rules.credit_demand import seek_credit
from sim.rules.exit import close, exit_cause
from sim.rules.repayment import age_overdue, may_be_overdue, service_loans
from sim.rules.underwriting import money_arrives, receive_applications, receive_money, serve_queues
from sim.state import CUSTOM_TYPE, ENTERPRISE_TYPE, FLOW_TYPE, HOUSEHOLD_TYPE, LENDER_FLOW_TYPE
from sim.tally import tally_custom, tally_enterprise, tally_household

BLOCK = 2048
"""Rows of a block."""
LEAST_BLOCKS = 16
"""Blocks that are worth a thread of their own."""

use_cache_folder()
enterprises_at, far_enterprises_at = columns_at(ENTERPRISE_TYPE), far_columns_at(ENTERPRISE_TYPE)
households_at, far_households_at = columns_at(HOUSEHOLD_TYPE), far_columns_at(HOUSEHOLD_TYPE)


@njit(cache=True, nogil=True, error_model="numpy")
def live(  # type: ignore[no-untyped-def]
    enterprises, households, loans, lenders, lender_flows, products, kinds, cells, custom, flow, conditions, terms,
    first, last, busy,
):  # fmt: skip
    """Phases 1 to 6 of some rows, and the rest of the step of those who neither ask nor wait for an answer."""
    near, far = enterprises_at(enterprises), far_enterprises_at(enterprises)
    people, far_people = households_at(households), far_households_at(households)
    loans, lenders, lender_flows = records_of(loans), records_of(lenders), records_of(lender_flows)
    products, kinds, cells, custom = records_of(products), records_of(kinds), records_of(cells), records_of(custom)
    notes = np.empty(BLOCK, dtype=np.uint8)
    for start in range(first, last, BLOCK):
        stop = min(last, start + BLOCK)
        trade(near, people, cells, flow, conditions, terms, start, stop)
        pay(near, people, cells, flow, conditions, terms, start, stop)
        note_services(near, conditions, start, stop, notes)
        for row in range(start, stop):
            if notes[row - start]:
                service_loans(far[row], loans, flow, lender_flows, products, conditions, terms)
        employ(near, people, flow, conditions, terms, start, stop)
        spend(near, people, cells, flow, conditions, terms, start, stop)
        note_seekers(near, kinds, conditions, terms, start, stop, notes)
        for row in range(start, stop):
            if notes[row - start]:
                one = far[row]
                seek_credit(one, kinds[one.kind], cells[one.cell], lenders, products, flow, conditions, terms)
        note_busy(near, start, stop, busy)
        note_overdue(near, conditions, start, stop, busy, notes)
        for row in range(start, stop):
            if notes[row - start]:
                age_overdue(far[row], loans, flow, lender_flows, products, conditions, terms)
        note_causes(near, conditions, terms, start, stop, busy, notes)
        for row in range(start, stop):
            if notes[row - start]:
                cause = notes[row - start]
                close(far[row], far_people[row], loans, flow, lender_flows, products, cause, conditions, terms)
        count(near, people, cells, flow, conditions, start, stop, busy)
        for row in range(start, stop):
            if not busy[row]:
                tally_custom(near[row], custom[near[row].cell], terms)


@njit(cache=True, nogil=True, error_model="numpy")
def underwrite(  # type: ignore[no-untyped-def]
    rows, enterprises, loans, loan_count, queues, lenders, products, programme, conditions, terms
):
    """Phase 7, lender by lender in a fixed order; returns the new number of rows of the loan table."""
    far, loans, queues = far_enterprises_at(enterprises), records_of(loans), records_of(queues)
    lenders, products = records_of(lenders), records_of(products)
    loan_count = receive_applications(rows, far, loans, loan_count, queues, products, conditions)
    serve_queues(queues, lenders, loans, far, products, programme, conditions, terms)
    return loan_count


@njit(cache=True, nogil=True, error_model="numpy")
def finish(  # type: ignore[no-untyped-def]
    enterprises, households, loans, lender_flows, products, cells, custom, flow, conditions, terms, first, last, busy
):
    """The rest of the step of those of some rows who ask or wait: pay-out, phases 8 and 9, totals."""
    far, people = far_enterprises_at(enterprises), far_households_at(households)
    loans, lender_flows, products = records_of(loans), records_of(lender_flows), records_of(products)
    cells, custom = records_of(cells), records_of(custom)
    for row in range(first, last):
        if busy[row]:
            one, cell = far[row], cells[far[row].cell]
            if money_arrives(one, conditions):
                receive_money(one, loans, lender_flows, products, conditions, terms)
            if may_be_overdue(one, conditions):
                age_overdue(one, loans, flow, lender_flows, products, conditions, terms)
            cause = exit_cause(one, conditions, terms)
            if cause > 0:
                close(one, people[row], loans, flow, lender_flows, products, cause, conditions, terms)
            tally_enterprise(one, cell, flow, conditions)
            tally_household(people[row], flow)
            tally_custom(one, custom[one.cell], terms)


@njit(cache=True, nogil=True, error_model="numpy")
def live_outside(households, flow, conditions, terms, first, last):  # type: ignore[no-untyped-def]
    """The step of the households of the rest of the economy."""
    live_elsewhere(households_at(households), flow, conditions, terms, first, last)


def run_step(economy: Economy, conditions: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Run phases 1 to 9 of one step; return the step's flows [1] and the lenders' flows [lenders].

    Each thread has rows and totals of its own; the totals are added up at the end.
    """
    spans = spans_of(len(economy.enterprises), economy.threads)
    flows = np.zeros(len(spans), dtype=FLOW_TYPE)
    lender_flows = np.zeros((len(spans), len(economy.lenders)), dtype=LENDER_FLOW_TYPE)
    custom = np.zeros((len(spans), len(cells)), dtype=CUSTOM_TYPE)
    busy = np.empty(len(economy.enterprises), dtype=np.uint8)
    enterprises, households = economy.enterprises.addresses, economy.households.addresses
    lenders, products = economy.lenders, economy.products
    now = (conditions[0], economy.terms[0])

    def first_part(part: int) -> None:
        live(
            enterprises, households, economy.loans, lenders, lender_flows[part], products, economy.kinds, cells,
            custom[part], flows[part], *now, *spans[part], busy,
        )  # fmt: skip

    def last_part(part: int) -> None:
        finish(
            enterprises, households, economy.loans, lender_flows[part], products, cells, custom[part], flows[part],
            *now, *spans[part], busy,
        )  # fmt: skip

    for_each(first_part, len(spans))
    live_outside(households, flows[0], *now, len(economy.enterprises), len(economy.households))
    rows = applicants(economy, conditions)
    ensure_loan_rows(economy, economy.loan_count + len(rows))
    economy.loan_count = underwrite(
        rows, enterprises, economy.loans, economy.loan_count, economy.queues, lenders, products, economy.programme[0],
        *now,
    )  # fmt: skip
    for_each(last_part, len(spans))
    economy.custom = added_up(custom)
    return added_up(flows)[np.newaxis], added_up(lender_flows)


def spans_of(count: int, threads: int) -> list[tuple[int, int]]:
    """First row and end of the rows of each thread, whole blocks; one thread where there are few rows."""
    blocks = -(-count // BLOCK)
    parts = max(1, min(threads, blocks // LEAST_BLOCKS))
    ends = [min(count, (blocks * part // parts) * BLOCK) for part in range(1, parts + 1)]
    return list(zip([0, *ends[:-1]], ends, strict=True))


def for_each(work: Callable[[int], None], parts: int) -> None:
    """Do the work of every part, each in a thread of its own."""
    if parts == 1:
        work(0)
        return
    with ThreadPoolExecutor(parts) as pool:
        for done in [pool.submit(work, part) for part in range(parts)]:
            done.result()


def added_up(parts: np.ndarray) -> np.ndarray:
    """The sum over parts of a table of whole numbers, field by field."""
    total = np.zeros(parts.shape[1:], dtype=parts.dtype)
    for name in parts.dtype.names or ():
        total[name] = parts[name].sum(axis=0)
    return total


def applicants(economy: Economy, conditions: np.ndarray) -> np.ndarray:
    """Rows of the enterprises that ask in this step, in the order of a keyed draw."""
    rows = np.flatnonzero(economy.enterprises["asked"])
    ties = draw_array(conditions["keys"][0, Purpose.QUEUE_TIE], economy.enterprises["id"][rows])
    return rows[np.argsort(ties)]
