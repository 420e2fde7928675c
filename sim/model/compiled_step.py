"""The compiled engine over packed tables, for runs that would not fit otherwise: the same loops, block by block."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.arithmetic.decorators import ask_ahead
from sim.arithmetic.draws import Purpose, draw_array
from sim.engine.blocks import BLOCK, rows_of, spans_of
from sim.engine.compile_cache import use_cache_folder
from sim.engine.kernels import AHEAD, finish, live, live_outside, underwrite
from sim.engine.packed.store import KEPT_AT_HOME, KEPT_ELSEWHERE, PackedTables
from sim.engine.packed.table import PackedTable
from sim.engine.packed.views import (
    CHANGED,
    CHANGED_AT_HOME,
    GLANCE,
    PAID_OUT,
    READ,
    Packs,
    compiled,
    finish_packed,
    live_outside_packed,
    live_packed,
    receive_packed,
    underwrite_packed,
)
from sim.engine.passes import ASKS
from sim.engine.rows import records_of
from sim.engine.threads import in_order
from sim.model.economy import Economy, add_loan_rows
from sim.model.tabulation import count_loans, loan_counts
from sim.state.codes import LoanStatus
from sim.state.fields import CUSTOM_TYPE, FLOW_TYPE, LENDER_FLOW_TYPE, LOAN_TYPE, OUT, REQUEST_TYPE
from sim.state.record_bytes import joined
from sim.state.table import Table

WITHDRAWN, REFUSED, PERFORMING = int(LoanStatus.WITHDRAWN), int(LoanStatus.REFUSED), int(LoanStatus.PERFORMING)
SPARE = np.zeros(1, dtype=LOAN_TYPE)
"""A row of the loan table that can be used again."""
SPARE["lender"] = -1
SPARE["status"] = REFUSED

use_cache_folder()


def packs(table: PackedTable, read: Iterable[str], changed: Iterable[str], scratch: Table) -> Packs:
    """What a kernel needs of a packed table; the caller keeps the scratch table."""
    seen = np.zeros(1, dtype=np.int64)
    return Packs(table.heads, table.kinds, table.numbers(read), table.numbers(changed), scratch.addresses, seen)


def run_packed_step(economy: Economy, conditions: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`sim.engine.kernels.run_step`, over the packed tables of an economy."""
    packed = packed_of(economy)
    blocks, lenders, products = packed.blocks, economy.lenders, economy.products
    spans = spans_of(blocks, economy.threads)
    flows, counted = np.zeros((2, len(spans)), dtype=FLOW_TYPE)
    lender_flows = np.zeros((len(spans), len(lenders)), dtype=LENDER_FLOW_TYPE)
    custom, counted_custom = np.zeros((2, len(spans), len(cells)), dtype=CUSTOM_TYPE)
    now = (conditions[0], economy.terms[0])
    requests = [NO_REQUESTS] * len(spans)

    def first_part(part: int) -> None:
        number, last = spans[part]
        with packed.own_scratch() as scratch:
            own = packs(packed.enterprises, READ, CHANGED, scratch.enterprises)
            homes = packs(packed.households, KEPT_AT_HOME, CHANGED_AT_HOME, scratch.households)
            found, asked = scratch.requests, 0
            while number < last:
                number, asked = live_packed(
                    blocks, own, homes, economy.loans, lenders, lender_flows[part], products, economy.kinds,
                    cells, custom[part], flows[part], *now, number, last, packed.busy, found, asked,
                )  # fmt: skip
                if number < last:
                    found = joined([found, np.empty(len(found) // 2, dtype=REQUEST_TYPE)])
            requests[part] = joined([found[:asked]])

    def receive_part(part: int) -> None:
        receive_packed(requests[part], packed.enterprises.heads, economy.loans, now[0])
        requests[part] = in_order_of_ties(requests[part])

    def middle_part(part: int) -> None:
        """Decisions come one after the other; other households, whom they do not concern, live beside them."""
        if part == 0:
            underwrite_packed(
                merged(requests), packed.enterprises.heads, economy.loans, economy.queues, lenders, products,
                economy.programme[0], *now,
            )  # fmt: skip
        if part == 1 or economy.threads == 1:
            with packed.own_scratch() as scratch:
                others = packs(packed.others, KEPT_ELSEWHERE, CHANGED_AT_HOME, scratch.households)
                live_outside_packed(others, flows[0], *now, 0, packed.others.blocks)

    def last_part(part: int) -> None:
        finish_packed(
            blocks, packed.enterprises.heads, packed.households.heads, packed.enterprises.numbers(GLANCE),
            packed.enterprises.numbers(PAID_OUT), economy.loans, lender_flows[part], products, custom[part],
            counted_custom[part], flows[part], counted[part], *now, *spans[part], packed.busy,
        )  # fmt: skip

    in_order(first_part, range(len(spans)), economy.threads)
    place(economy, requests)
    in_order(receive_part, range(len(spans)), economy.threads)
    in_order(middle_part, range(min(economy.threads, 2)), economy.threads)
    in_order(last_part, range(len(spans)), economy.threads)
    economy.custom = added_up(custom, counted_custom)
    return added_up(flows, counted)[np.newaxis], added_up(lender_flows)


def packed_of(economy: Economy) -> PackedTables:
    """The packed tables of an economy that has them."""
    if economy.packed is None:
        raise ValueError("the tables of this economy are not packed")
    return economy.packed


def place(economy: Economy, requests: list[np.ndarray]) -> None:
    """Give every request a row of the loan table: spare ones first, then the next ones."""
    packed = packed_of(economy)
    if len(packed.spare) < sum(map(len, requests)):
        put_aside(economy)
    for part in requests:
        again = min(len(packed.spare), len(part))
        left = len(packed.spare) - again
        part["loan"][:again], packed.spare = packed.spare[left:], packed.spare[:left]
        add_loan_rows(economy, part[again:])
    packed.under_way = np.concatenate([packed.under_way, *(part["loan"] for part in requests)])


def put_aside(economy: Economy) -> None:
    """Count the applications of which nothing more becomes, and keep their rows for others."""
    packed, loans = packed_of(economy), economy.loans[: economy.loan_count]
    rows, packed.under_way = ended(packed.under_way, loans)
    counts = loan_counts(economy)

    def count(first: int) -> None:
        some = rows[first : first + AT_ONCE]
        copies = np.empty(len(some), dtype=LOAN_TYPE)
        take_out(loans, some, SPARE, copies)
        count_loans(counts, economy, copies)

    in_order(count, range(0, len(rows), AT_ONCE), economy.threads)
    packed.counted = counts
    packed.spare = np.concatenate([packed.spare, rows])


@compiled
def take_out(loans, rows, spare, copies):  # type: ignore[no-untyped-def]
    """Copy some rows of the loan table, and put a spare one in the place of each."""
    asked_for = records_of(loans)
    for number in range(len(rows)):
        ask_ahead(asked_for, rows[min(number + AHEAD, len(rows) - 1)])
        copies[number] = loans[rows[number]]
        loans[rows[number]] = spare[0]


@compiled
def ended(rows, loans):  # type: ignore[no-untyped-def]
    """Of some applications, those that were refused, or withdrawn and no longer stand in a queue; and those under way.

    Those paid out are neither.
    """
    done, left = np.empty_like(rows), np.empty_like(rows)
    loans, many, others = records_of(loans), 0, 0
    for number in range(len(rows)):
        ask_ahead(loans, rows[min(number + AHEAD, len(rows) - 1)])
        row = rows[number]
        loan = loans[row]
        if loan.status == REFUSED or (loan.status == WITHDRAWN and loan.next_in_queue == OUT):
            done[many] = row
            many += 1
        elif loan.status < PERFORMING:
            left[others] = row
            others += 1
    return done[:many].copy(), left[:others].copy()


AT_ONCE = 8 * BLOCK
"""Applications counted at once: few enough that they stay in the cache."""
NO_REQUESTS = np.zeros(0, dtype=REQUEST_TYPE)


def run_step(economy: Economy, conditions: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Run phases 1 to 9 of one step; return the step's flows [1] and the lenders' flows [lenders].

    Each span of rows has totals of its own; they are added up at the end.
    """
    blocks = economy.blocks
    spans = spans_of(blocks, economy.threads)
    flows, counted = np.zeros((2, len(spans)), dtype=FLOW_TYPE)
    lender_flows = np.zeros((len(spans), len(economy.lenders)), dtype=LENDER_FLOW_TYPE)
    custom, counted_custom = np.zeros((2, len(spans), len(cells)), dtype=CUSTOM_TYPE)
    busy = np.empty(len(economy.enterprises), dtype=np.uint8)
    requests = [NO_REQUESTS] * len(spans)
    enterprises, households = economy.enterprises.addresses, economy.households.addresses
    lenders, products = economy.lenders, economy.products
    now = (conditions[0], economy.terms[0])

    def first_part(part: int) -> None:
        live(
            blocks, enterprises, households, economy.loans, lenders, lender_flows[part], products, economy.kinds, cells,
            custom[part], flows[part], *now, *spans[part], busy,
        )  # fmt: skip
        rows = rows_of(blocks, *spans[part])
        asking = rows.start + np.flatnonzero(busy[rows] & ASKS)
        requests[part] = requests_of(economy.enterprises, asking, conditions["keys"][0, Purpose.QUEUE_TIE])

    def last_part(part: int) -> None:
        finish(
            blocks, enterprises, households, economy.loans, lender_flows[part], products, custom[part],
            counted_custom[part], flows[part], counted[part], *now, *spans[part], busy,
        )  # fmt: skip

    def middle_part(part: int) -> None:
        """Decisions come one after the other; other households, whom they do not concern, live beside them."""
        if part == 0:
            every = merged(requests)
            add_loan_rows(economy, every)
            underwrite(
                every, enterprises, economy.loans, economy.queues, lenders, products, economy.programme[0], *now,
            )  # fmt: skip
        if part == 1 or economy.threads == 1:
            live_outside(households, flows[0], *now, len(economy.enterprises), len(economy.households))

    in_order(first_part, range(len(spans)), economy.threads)
    in_order(middle_part, range(min(economy.threads, 2)), economy.threads)
    in_order(last_part, range(len(spans)), economy.threads)
    economy.custom = added_up(custom, counted_custom)
    return added_up(flows, counted)[np.newaxis], added_up(lender_flows)


def added_up(parts: np.ndarray, less: np.ndarray | None = None) -> np.ndarray:
    """The sum over parts of a table of whole numbers of eight bytes, field by field, less that of another one."""
    total = parts[..., np.newaxis].view(np.int64).sum(axis=0)
    if less is not None:
        total -= less[..., np.newaxis].view(np.int64).sum(axis=0)
    return np.ascontiguousarray(total).view(parts.dtype)[..., 0]


def merged(requests: list[np.ndarray]) -> np.ndarray:
    """Requests of several parts, each in the order of its draws, in the order of the draws."""
    every = joined(requests)
    return in_order_of_ties(every) if len(requests) > 1 else every


def requests_of(enterprises: Table, rows: np.ndarray, key: int) -> np.ndarray:
    """What the enterprises of some rows ask for, in the order of a keyed draw [a REQUEST record each]."""
    requests = np.zeros(len(rows), dtype=REQUEST_TYPE)
    requests["enterprise"], requests["tie"] = rows, draw_array(key, enterprises["id"][rows])
    for name, field in (("asked", "asked"), ("product", "asked_product"), ("lender", "asked_lender")):
        requests[name] = enterprises[field][rows]
    return in_order_of_ties(requests)


def in_order_of_ties(requests: np.ndarray) -> np.ndarray:
    """Requests in the order of their draws; parts that are in it already take few comparisons."""
    order = np.argsort(requests["tie"], kind="stable")
    ordered: np.ndarray = np.take(requests, order)  # requests[order] takes 17 times as long
    return ordered
