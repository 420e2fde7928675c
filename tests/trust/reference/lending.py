"""Submodel 7 of the ODD: applications, queues, decisions and pay-outs."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from sim.state import fields as state
from tests.trust.reference.arithmetic import (
    MOST,
    NEVER,
    Purpose,
    ceiling,
    draw,
    noise,
    normal_share,
    rate_over,
    single,
    whole,
)
from tests.trust.reference.asking import free_collateral
from tests.trust.reference.business import share_of_measure
from tests.trust.reference.conditions import GUARANTEE
from tests.trust.reference.world import World

LOAN_FIELDS = tuple(field.name for field in state.LOAN)
NOT_YET = ("decided_step", "payout_step", "ended_step", "overdue_step", "next_loan", "next_in_queue")
OUT = -2
WAITING, APPROVED, REFUSED, WITHDRAWN, PERFORMING = range(5)
NO_COLLATERAL, NO_HISTORY, PRICE, CUT_BACK, FUNDS, EQUITY, QUOTA, ENVELOPE = range(1, 9)


def receive_applications(world: World) -> None:
    """Make an application of what each enterprise asked for, by rising draw."""
    key = world.now.keys[Purpose.QUEUE_TIE]
    asking = [e for e in world.enterprises if e.exists and e.asked > 0]
    for e in sorted(asking, key=lambda one: draw(key, one.id)):
        withdraw(world, e)
        place = len(world.loans)
        world.loans.append(open_application(world, e))
        e.application = place
        e.answer_step = world.step + world.products[e.asked_product].decision_steps
        join_queue(world, place)


def withdraw(world: World, e: Any) -> None:
    """End an application under way; what was approved is released."""
    if e.application < 0:
        return
    loan = world.loans[e.application]
    if loan.status == APPROVED:
        release(world, loan)
    loan.status, loan.ended_step, loan.payout_step = WITHDRAWN, world.step, -1
    e.application, e.answer_step, e.payout_step = -1, NEVER, NEVER


def release(world: World, loan: Any) -> None:
    """Count a commitment that ends."""
    counts = world.lender_flows[loan.lender]
    counts.released += loan.amount
    if world.products[loan.product].programme:
        counts.programme_released += loan.amount


def open_application(world: World, e: Any) -> SimpleNamespace:
    """A new loan row."""
    loan = SimpleNamespace(**{name: -1 if name in NOT_YET else 0 for name in LOAN_FIELDS})
    loan.enterprise, loan.lender, loan.product = e.row, e.asked_lender, e.asked_product
    loan.asked, loan.applied_step, loan.first_time = e.asked, world.step, 1 - e.banked
    loan.rate = loan.instalment_rate = loan.guarantee = 0.0
    return loan


def join_queue(world: World, place: int) -> None:
    """Put an application at the end of its queue."""
    loan = world.loans[place]
    queue = world.queues[2 * loan.lender + world.products[loan.product].remote]
    if queue.tail >= 0:
        world.loans[queue.tail].next_in_queue = place
    else:
        queue.head = place
    queue.tail = place


def leave_queue(world: World, queue: Any, before: int, place: int) -> None:
    """Take an application out of its queue."""
    following = world.loans[place].next_in_queue
    if before >= 0:
        world.loans[before].next_in_queue = following
    else:
        queue.head = following
    if queue.tail == place:
        queue.tail = before


def serve_queues(world: World) -> None:
    """Serve all queues: lender by lender, branch then remote."""
    for queue in world.queues:
        serve_queue(world, queue)


def serve_queue(world: World, queue: Any) -> None:
    """7.8."""
    scale = float(world.terms.scale)
    openness = 1.0 if queue.remote else world.now.branch_openness
    queue.ready = min(queue.ready, scale) + queue.capacity * openness
    before, place = -1, queue.head
    while place >= 0 and queue.ready >= scale:
        loan = world.loans[place]
        if world.step < loan.applied_step + queue.least_steps:
            break
        following = loan.next_in_queue
        product = world.products[loan.product]
        if loan.status == WAITING and world.step >= loan.applied_step + product.decision_steps:
            decide(world, place)
            queue.ready -= scale
        if loan.status == WAITING:
            before = place
        else:
            leave_queue(world, queue, before, place)
            loan.next_in_queue = OUT
        place = following


def signal_noise(world: World, e: Any, product: Any) -> float:
    """7.1."""
    if product.transactions and e.digital:
        return world.terms.noise_transactions
    return world.terms.noise_statements if e.banked else world.terms.noise_unknown


def default_probability(world: World, e: Any, product: Any) -> float:
    """7.2, 7.3."""
    terms, b = world.terms, world.terms.pd_slope
    sigma = signal_noise(world, e, product)
    x = e.quality + sigma * noise(world.fixed_keys[Purpose.SIGNAL], e.id)
    k = 1.0 / (1.0 + sigma * sigma)
    score = (terms.pd_intercept - b * k * x) / math.sqrt(1.0 + b * b * (1.0 - k))
    return min(0.99, normal_share(score) * world.now.stress_factor)


def offered_amount(world: World, e: Any, product: Any, asked: int) -> int:
    """7.4."""
    turnover = whole(e.sales_normal * world.terms.steps_per_year)
    most = min(asked, product.cap, whole(product.cap_share * turnover) - e.debt)
    if product.collateral_required:
        most = min(most, whole(product.ltv_share * free_collateral(e)))
    return max(0, most)


def pledge_for(e: Any, product: Any, amount: int) -> int:
    """7.10."""
    if not product.collateral_required or product.ltv_share <= 0:
        return 0
    return min(free_collateral(e), ceiling(amount / product.ltv_share))


def loss_given_default(world: World, e: Any, product: Any, amount: int) -> float:
    """7.6."""
    terms = world.terms
    if not product.collateral_required:
        return terms.lgd_unsecured
    pledge = pledge_for(e, product, amount)
    return terms.lgd_unsecured * (1.0 - min(1.0, terms.collateral_kept_share * pledge / amount))


def break_even_rate(world: World, e: Any, loan: Any, product: Any, amount: int) -> float:
    """7.5."""
    pd = default_probability(world, e, product)
    lgd = loss_given_default(world, e, product, amount)
    funding = world.lenders[loan.lender].funding_now
    return (funding + product.operating_cost + pd * lgd * (1.0 - loan.guarantee)) / (1.0 - pd)


def room_left(world: World, lender: Any, product: Any) -> tuple[int, int]:
    """7.7: what can still be lent, and what limits it."""
    equity = lender.funds + lender.loans - lender.liabilities
    if equity <= 0:
        return 0, EQUITY
    limits = [(lender.funds - lender.committed, FUNDS)]
    if lender.least_equity_ratio > 0:
        most = int(min(float(equity) / lender.least_equity_ratio, MOST))
        limits.append((most - lender.loans - lender.committed, EQUITY))
    if product.programme:
        programme = world.programme
        limits.append((lender.programme_quota - lender.programme_loans - lender.programme_committed, QUOTA))
        limits.append((programme.envelope - programme.outstanding - programme.committed, ENVELOPE))
    room, limit = min(limits, key=lambda one: one[0])
    return max(0, room), limit


def decide(world: World, place: int) -> None:
    """Box B."""
    loan = world.loans[place]
    e, product = world.enterprises[loan.enterprise], world.products[loan.product]
    if product.collateral_required and free_collateral(e) <= 0:
        return refuse(world, e, loan, NO_COLLATERAL)
    if product.banked_only and not e.banked:
        return refuse(world, e, loan, NO_HISTORY)
    offered = offered_amount(world, e, product, loan.asked)
    least = max(1, whole(world.terms.least_granted_share * loan.asked))
    if offered < least:
        return refuse(world, e, loan, CUT_BACK)
    loan.guarantee = share_of_measure(world, e, GUARANTEE)
    rate = max(product.rate, break_even_rate(world, e, loan, product, offered))
    if rate > product.rate_ceiling:
        return refuse(world, e, loan, PRICE)
    room, limit = room_left(world, world.lenders[loan.lender], product)
    left = room // world.terms.scale
    if left < offered and (left < least or (product.programme and not world.programme.partial)):
        return refuse(world, e, loan, limit)
    loan.rate = single(rate * (1.0 - product.discount_share))
    return approve(world, e, loan, min(offered, left))


def approve(world: World, e: Any, loan: Any, amount: int) -> None:
    """Promise an amount."""
    product, lender = world.products[loan.product], world.lenders[loan.lender]
    loan.status, loan.amount = APPROVED, amount
    loan.instalment_rate = rate_over(loan.rate, product.instalment_days)
    loan.decided_step = world.step
    loan.payout_step = e.payout_step = world.step + product.payout_steps
    loan.collateral = pledge_for(e, product, amount)
    e.pledged += loan.collateral
    real = amount * world.terms.scale
    lender.committed += real
    if product.programme:
        lender.programme_committed += real
        world.programme.committed += real


def refuse(world: World, e: Any, loan: Any, reason: int) -> None:
    """Refuse for a reason."""
    loan.status, loan.reason, loan.decided_step = REFUSED, reason, world.step
    e.application, e.answer_step = -1, NEVER
    wait_before_asking_again(world, e, loan)
    if world.products[loan.product].programme and reason in (FUNDS, EQUITY, QUOTA):
        e.programme_step = world.step + 1


def wait_before_asking_again(world: World, e: Any, loan: Any) -> None:
    """After a refusal and after a pay-out."""
    again = world.step + world.terms.reapply_steps
    if world.products[loan.product].programme:
        e.programme_step = again
    else:
        e.bank_step = again


def receive_money(world: World, e: Any) -> None:
    """7.9, when the money arrives."""
    if e.payout_step > world.step:
        return
    s, place = world.step, e.application
    loan = world.loans[place]
    product, counts = world.products[loan.product], world.lender_flows[loan.lender]
    release(world, loan)
    loan.status, loan.outstanding, loan.payout_step = PERFORMING, loan.amount, s
    loan.instalment_step = s + product.instalment_steps
    loan.grace_step = s + product.grace_steps
    whole_term = product.term_steps - product.term_steps % product.instalment_steps
    loan.last_step = s + max(product.instalment_steps, whole_term)
    e.cash += loan.amount
    e.debt += loan.amount
    counts.disbursed += loan.amount
    if product.programme:
        counts.programme_disbursed += loan.amount
        e.lent_by |= 2
    else:
        e.banked = 1
        e.lent_by |= 1
    loan.next_loan, e.first_loan = e.first_loan, place
    e.application, e.answer_step, e.payout_step = -1, NEVER, NEVER
    e.loan_step = min(e.loan_step, loan.instalment_step)
    wait_before_asking_again(world, e, loan)
