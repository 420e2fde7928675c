"""Underwriting: data or collateral, limits of the lender and the programme, queues, payout (ODD submodel 7)."""

from __future__ import annotations

import math
from typing import Any

from sim.arithmetic.calendar import rate_over
from sim.arithmetic.decorators import hot_rule, rule
from sim.arithmetic.draws import Purpose, noise
from sim.arithmetic.money import round_fen
from sim.arithmetic.smooth import normal_share
from sim.rules.credit_demand import free_collateral
from sim.rules.measures import guarantee_share
from sim.state.applications import (
    forget_application,
    join_queue,
    leave_queue,
    look_ahead,
    open_application,
    withdraw,
)
from sim.state.codes import LentBy, LoanStatus, Refusal
from sim.state.fields import OUT

SIGNAL = int(Purpose.SIGNAL)
WAITING, APPROVED, REFUSED = int(LoanStatus.WAITING), int(LoanStatus.APPROVED), int(LoanStatus.REFUSED)
PERFORMING = int(LoanStatus.PERFORMING)
NO_COLLATERAL, NO_HISTORY = int(Refusal.NO_COLLATERAL), int(Refusal.NO_HISTORY)
PRICE, CUT_BACK, FUNDS = int(Refusal.PRICE), int(Refusal.CUT_BACK), int(Refusal.FUNDS)
EQUITY, QUOTA, ENVELOPE = int(Refusal.EQUITY), int(Refusal.QUOTA), int(Refusal.ENVELOPE)
BY_BANK, BY_PROGRAMME = int(LentBy.BANK), int(LentBy.PROGRAMME)
MOST_PD = 0.99
MOST_LENDING = 4e18  # real fen; keeps a tiny equity ratio inside a whole number


@rule
def signal_noise(enterprise: Any, product: Any, terms: Any) -> float:
    """Noise of what the lender sees: small for transaction data, large without any history. ODD equation 7.1."""
    if product.transactions and enterprise.digital:
        return terms.noise_transactions
    if enterprise.banked:
        return terms.noise_statements
    return terms.noise_unknown


@rule
def default_probability(enterprise: Any, product: Any, conditions: Any, terms: Any) -> float:
    """Probability of default within a year, as the lender sees it. ODD equations 7.2 and 7.3.

    The lender sees x = θ + σ·noise, so the posterior of θ has mean k·x and variance 1 − k with k = 1/(1 + σ²).
    """
    sigma = signal_noise(enterprise, product, terms)
    seen = enterprise.quality + sigma * noise(terms.fixed_keys[SIGNAL], enterprise.id)
    weight = 1.0 / (1.0 + sigma * sigma)
    slope = terms.pd_slope
    index = (terms.pd_intercept - slope * weight * seen) / math.sqrt(1.0 + slope * slope * (1.0 - weight))
    return min(MOST_PD, normal_share(index) * conditions.stress_factor)


@rule
def pledge_for(enterprise: Any, product: Any, amount: int) -> int:
    """Collateral pledged for a loan: as much as the product asks for it, at most what is free. ODD equation 7.10."""
    if not product.collateral_required or product.ltv_share <= 0.0:
        return 0
    return min(free_collateral(enterprise), int(math.ceil(amount / product.ltv_share)))


@rule
def offered_amount(enterprise: Any, product: Any, asked: int, terms: Any) -> int:
    """What is asked, cut to the ceilings of the product. ODD equation 7.4."""
    turnover = round_fen(enterprise.sales_normal * terms.steps_per_year)
    room = round_fen(product.cap_share * turnover) - enterprise.debt
    amount = min(min(asked, product.cap), room)
    if product.collateral_required:
        amount = min(amount, round_fen(product.ltv_share * free_collateral(enterprise)))
    return max(0, amount)


@rule
def break_even_rate(lender: Any, product: Any, pd: float, lgd: float, guarantee: float) -> float:
    """Rate at which the lender earns its costs and its expected loss. ODD equation 7.5."""
    return (lender.funding_now + product.operating_cost + pd * lgd * (1.0 - guarantee)) / (1.0 - pd)


@rule
def loss_given_default(enterprise: Any, product: Any, amount: int, terms: Any) -> float:
    """Part of the exposure lost at default; falls with the part that collateral covers. ODD equation 7.6."""
    if not product.collateral_required or amount <= 0:
        return terms.lgd_unsecured
    covered = min(1.0, terms.collateral_kept_share * pledge_for(enterprise, product, amount) / amount)
    return terms.lgd_unsecured * (1.0 - covered)


@rule
def room_left(lender: Any, product: Any, programme: Any) -> tuple[int, int]:
    """Real fen that can still be lent, and the limit that binds. ODD equation 7.7."""
    room, limit = lender.funds - lender.committed, FUNDS
    equity = lender.funds + lender.loans - lender.liabilities
    if equity <= 0:
        return 0, EQUITY
    if lender.least_equity_ratio > 0.0:
        by_equity = int(min(equity / lender.least_equity_ratio, MOST_LENDING)) - lender.loans - lender.committed
        if by_equity < room:
            room, limit = by_equity, EQUITY
    if product.programme:
        by_quota = lender.programme_quota - lender.programme_loans - lender.programme_committed
        if by_quota < room:
            room, limit = by_quota, QUOTA
        by_envelope = programme.envelope - programme.outstanding - programme.committed
        if by_envelope < room:
            room, limit = by_envelope, ENVELOPE
    return max(0, room), limit


@rule
def refuse(loan: Any, enterprise: Any, product: Any, reason: int, step: int, terms: Any) -> None:
    """Refuse an application with its reason; the enterprise may ask again after a while."""
    loan.status = REFUSED
    loan.reason = reason
    loan.decided_step = step
    forget_application(enterprise)
    wait_before_asking_again(enterprise, product, step, terms)
    if product.programme and FUNDS <= reason <= QUOTA:  # this member is full, another may not be
        enterprise.programme_step = step + 1


@rule
def wait_before_asking_again(enterprise: Any, product: Any, step: int, terms: Any) -> None:
    """After a refusal or a pay-out it may not ask the same channel again for a while; the other one stays open."""
    if product.programme:
        enterprise.programme_step = step + terms.reapply_steps
    else:
        enterprise.bank_step = step + terms.reapply_steps


@rule
def decide(loan: Any, enterprise: Any, lender: Any, product: Any, programme: Any, conditions: Any, terms: Any) -> None:
    """Approve in full or in part, or refuse. ODD decision box B."""
    step = conditions.step
    if product.collateral_required and free_collateral(enterprise) <= 0:
        refuse(loan, enterprise, product, NO_COLLATERAL, step, terms)
        return
    if product.banked_only and not enterprise.banked:
        refuse(loan, enterprise, product, NO_HISTORY, step, terms)
        return
    amount = offered_amount(enterprise, product, loan.asked, terms)
    least = max(1, round_fen(terms.least_granted_share * loan.asked))
    if amount < least:
        refuse(loan, enterprise, product, CUT_BACK, step, terms)
        return
    pd = default_probability(enterprise, product, conditions, terms)
    lgd = loss_given_default(enterprise, product, amount, terms)
    loan.guarantee = guarantee_share(enterprise, conditions)
    rate = max(product.rate, break_even_rate(lender, product, pd, lgd, loan.guarantee))
    if rate > product.rate_ceiling:
        refuse(loan, enterprise, product, PRICE, step, terms)
        return
    room, limit = room_left(lender, product, programme)
    left = room // terms.scale
    passes_on = product.programme and not programme.partial
    if left < amount and (left < least or passes_on):
        refuse(loan, enterprise, product, limit, step, terms)
        return
    loan.rate = rate * (1.0 - product.discount_share)
    approve(loan, enterprise, lender, product, programme, min(amount, left), step, terms)


@rule
def approve(
    loan: Any, enterprise: Any, lender: Any, product: Any, programme: Any, amount: int, step: int, terms: Any
) -> None:
    """Approve an amount and reserve it at once from funds, quota and envelope."""
    loan.status = APPROVED
    loan.amount = amount
    loan.instalment_rate = rate_over(loan.rate, product.instalment_days)
    loan.decided_step = step
    loan.payout_step = step + product.payout_steps
    enterprise.payout_step = loan.payout_step
    loan.collateral = pledge_for(enterprise, product, amount)
    enterprise.pledged += loan.collateral
    reserved = amount * terms.scale
    lender.committed += reserved
    if product.programme:
        lender.programme_committed += reserved
        programme.committed += reserved


@rule
def serve_queue(
    queue: Any, lender: Any, loans: Any, enterprises: Any, products: Any, programme: Any, conditions: Any, terms: Any
) -> None:
    """Decide applications first come first served, as many as the capacity allows. ODD equation 7.8.

    Capacity is in real applications: an agent's application takes ``scale`` of it. What is left below one agent's
    worth is kept for the next step. Branch capacity falls with contact restrictions. Who came too late to be due with
    any product, and so everybody behind, is not looked at.
    """
    openness = 1.0 if queue.remote else conditions.branch_openness
    queue.ready = min(queue.ready, float(terms.scale)) + queue.capacity * openness
    before, row = -1, queue.head
    while row >= 0 and queue.ready >= terms.scale:
        loan = loans[row]
        if conditions.step < loan.applied_step + queue.least_steps:
            break
        following = loan.next_in_queue
        look_ahead(following, loans, enterprises)
        product = products[loan.product]
        due = conditions.step >= loan.applied_step + product.decision_steps
        if loan.status == WAITING and due:
            decide(loan, enterprises[loan.enterprise], lender, product, programme, conditions, terms)
            queue.ready -= terms.scale
        if loan.status == WAITING:
            before = row
        else:
            leave_queue(queue, loans, before, following)
            loan.next_in_queue = OUT
        row = following


@rule
def pay_out(loan: Any, row: int, enterprise: Any, lender_flow: Any, product: Any, conditions: Any, terms: Any) -> None:
    """Pay out an approved loan when its day has come and set its instalments. ODD equation 7.9."""
    step = conditions.step
    loan.status = PERFORMING
    loan.outstanding = loan.amount
    loan.payout_step = step
    loan.instalment_step = step + product.instalment_steps
    loan.grace_step = step + product.grace_steps
    loan.last_step = step + max(
        product.instalment_steps, product.term_steps - product.term_steps % product.instalment_steps
    )
    enterprise.cash += loan.amount
    loan.next_loan = enterprise.first_loan
    enterprise.first_loan = row
    forget_application(enterprise)
    wait_before_asking_again(enterprise, product, step, terms)
    enterprise.loan_step = min(enterprise.loan_step, loan.instalment_step)
    enterprise.debt += loan.amount
    enterprise.lent_by |= BY_PROGRAMME if product.programme else BY_BANK
    if not product.programme:
        enterprise.banked = 1
    lender_flow.disbursed += loan.amount
    lender_flow.released += loan.amount
    if product.programme:
        lender_flow.programme_disbursed += loan.amount
        lender_flow.programme_released += loan.amount


@rule
def receive_application(request: Any, enterprise: Any, loans: Any, conditions: Any) -> None:
    """Write a request into the loan table; it takes the place of an application under way."""
    if enterprise.application >= 0:
        withdraw(loans[enterprise.application], conditions.step)
    open_application(loans[request.loan], request, enterprise, conditions)
    enterprise.application = request.loan


@rule
def queue_application(request: Any, loans: Any, queues: Any, products: Any) -> None:
    """Put a new application at the end of the lender's queue of its channel."""
    join_queue(queues[2 * request.lender + products[request.product].remote], loans, request.loan)


@rule
def receive_applications(
    requests: Any, enterprises: Any, loans: Any, queues: Any, products: Any, conditions: Any
) -> None:
    """Write the step's requests into the loan table and queue them, in the given order."""
    for number in range(len(requests)):
        request = requests[number]
        receive_application(request, enterprises[request.enterprise], loans, conditions)
        queue_application(request, loans, queues, products)


@rule
def serve_queues(
    queues: Any, lenders: Any, loans: Any, enterprises: Any, products: Any, programme: Any, conditions: Any, terms: Any
) -> None:
    """Let every lender decide its branch and its remote queue."""
    for place in range(len(queues)):
        queue = queues[place]
        serve_queue(queue, lenders[queue.lender], loans, enterprises, products, programme, conditions, terms)


@hot_rule
def money_arrives(enterprise: Any, conditions: Any) -> bool:
    """An approved loan is to be paid out in this step."""
    return enterprise.payout_step <= conditions.step


@rule
def receive_money(enterprise: Any, loans: Any, lender_flows: Any, products: Any, conditions: Any, terms: Any) -> None:
    """Pay out the enterprise's approved loan."""
    row = enterprise.application
    loan = loans[row]
    pay_out(loan, row, enterprise, lender_flows[loan.lender], products[loan.product], conditions, terms)
