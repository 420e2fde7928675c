"""Submodel 8 of the ODD: instalments, arrears of loans, losses."""

from __future__ import annotations

from typing import Any

from tests.trust.reference.arithmetic import NEVER, Purpose, uniform, whole
from tests.trust.reference.asking import cash_needed
from tests.trust.reference.business import share_of_measure
from tests.trust.reference.conditions import HOLIDAY, SUBSIDY
from tests.trust.reference.world import World

PERFORMING, OVERDUE, NON_PERFORMING, REPAID, WRITTEN_OFF = range(4, 9)


def repay(world: World, e: Any, loan: Any, amount: int) -> None:
    """Move principal from the enterprise to the lender."""
    counts = world.lender_flows[loan.lender]
    e.cash -= amount
    loan.outstanding -= amount
    loan.repaid += amount
    if not loan.existing:
        e.debt -= amount
    counts.principal += amount
    if world.products[loan.product].programme:
        counts.programme_principal += amount


def is_on_holiday(world: World, e: Any) -> bool:
    """10.7."""
    share = share_of_measure(world, e, HOLIDAY)
    return share > 0 and uniform(world.fixed_keys[Purpose.HOLIDAY], e.id) < share


def charge_instalment(world: World, e: Any, loan: Any) -> None:
    """8.1."""
    s, now = world.step, world.now
    steps = world.products[loan.product].instalment_steps
    holiday = is_on_holiday(world, e)
    last = s >= loan.last_step
    deferred = holiday and now.holiday_interest and not (last and not now.holiday_principal)
    charge_interest(world, e, loan, bool(deferred))
    if holiday and now.holiday_principal:
        loan.was_deferred = 1
        if loan.last_step != NEVER:
            loan.last_step += steps
    elif s > loan.grace_step or last:
        left = (loan.last_step - s) // steps + 1
        free = loan.outstanding - loan.principal_due
        loan.principal_due += free if left <= 1 else free // left
    loan.instalment_step = NEVER if s >= loan.last_step else s + steps


def charge_interest(world: World, e: Any, loan: Any, deferred: bool) -> None:
    """8.9."""
    interest = whole(loan.outstanding * loan.instalment_rate)
    if deferred:
        loan.deferred += interest
        loan.was_deferred = 1
        return
    interest += loan.deferred
    loan.deferred = 0
    subsidy = whole(share_of_measure(world, e, SUBSIDY) * interest)
    loan.interest_due += interest - subsidy
    world.flow.interest_subsidy += subsidy
    world.lender_flows[loan.lender].interest += subsidy


def pay_instalment(world: World, e: Any, loan: Any) -> None:
    """8.2."""
    interest = min(e.cash, loan.interest_due)
    e.cash -= interest
    loan.interest_due -= interest
    loan.interest_paid += interest
    world.lender_flows[loan.lender].interest += interest
    principal = min(e.cash, loan.principal_due)
    loan.principal_due -= principal
    repay(world, e, loan, principal)


def repay_early(world: World, e: Any, loan: Any) -> None:
    """8.3."""
    kept = max(whole(world.terms.buffer_kept_share * e.buffer), cash_needed(world, e))
    amount = min(e.cash - kept, loan.outstanding)
    if amount > 0:
        repay(world, e, loan, amount)


def free_pledge(e: Any, loan: Any) -> None:
    """A loan that ends frees its pledge."""
    e.pledged = max(0, e.pledged - loan.collateral)


def mark_overdue(world: World, e: Any, loan: Any) -> None:
    """8.4."""
    if loan.interest_due + loan.principal_due > 0:
        if loan.overdue_step == -1:
            loan.overdue_step, loan.status = world.step, OVERDUE
        return
    loan.overdue_step = -1
    if loan.outstanding == 0:
        loan.status, loan.ended_step = REPAID, world.step
        free_pledge(e, loan)
    else:
        loan.status = PERFORMING


def service_loans(world: World, e: Any) -> None:
    """8.5."""
    if e.loan_step > world.step:
        return
    chain = world.chain(e)
    for loan in chain:
        fell_due = world.step == loan.instalment_step
        if fell_due:
            charge_instalment(world, e, loan)
        pay_instalment(world, e, loan)
        settled = loan.interest_due + loan.principal_due == 0 and loan.deferred == 0
        if fell_due and world.products[loan.product].early_repayment and settled:
            repay_early(world, e, loan)
        mark_overdue(world, e, loan)
    e.overdue = int(any(loan.status in (OVERDUE, NON_PERFORMING) for loan in chain))
    if e.overdue:
        e.loan_step = world.step + 1
    else:
        e.loan_step = min((loan.instalment_step for loan in chain if loan.status == PERFORMING), default=NEVER)


def age_overdue(world: World, e: Any) -> None:
    """8.6."""
    if not e.overdue:
        return
    for loan in world.chain(e):
        if loan.overdue_step < 0:
            continue
        overdue = world.step - loan.overdue_step
        if overdue >= world.terms.write_off_steps:
            recover_collateral(world, e, loan)
            end_loan(world, e, loan)
        elif overdue >= world.terms.non_performing_steps:
            loan.status = NON_PERFORMING


def recover_collateral(world: World, e: Any, loan: Any) -> None:
    """8.7."""
    kept = world.terms.collateral_kept_share
    proceeds = min(loan.outstanding, whole(kept * min(loan.collateral, e.collateral)))
    if proceeds > 0:
        e.collateral = max(0, e.collateral - whole(proceeds / kept))
        e.cash += proceeds
        world.flow.collateral_sold += proceeds
        repay(world, e, loan, proceeds)


def write_off(world: World, e: Any, loan: Any) -> None:
    """8.8."""
    counts, lost = world.lender_flows[loan.lender], loan.outstanding
    loan.written_off += lost
    loan.outstanding = 0
    if not loan.existing:
        e.debt -= lost
    world.flow.guarantees += whole(loan.guarantee * lost)
    counts.guaranteed += whole(loan.guarantee * lost)
    counts.written_off += lost
    if world.products[loan.product].programme:
        counts.programme_written_off += lost


def end_loan(world: World, e: Any, loan: Any) -> None:
    """8.8."""
    free_pledge(e, loan)
    if loan.outstanding > 0:
        write_off(world, e, loan)
        loan.status = WRITTEN_OFF
    else:
        loan.status = REPAID
    loan.interest_due = loan.principal_due = loan.deferred = 0
    loan.ended_step = world.step
