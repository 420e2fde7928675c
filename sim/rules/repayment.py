"""Repayment: instalments, early repayment, overdue, non-performing, write-off (ODD submodel 8)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.calendar import NEVER
from sim.arithmetic.decorators import hot_rule, rule
from sim.arithmetic.money import round_fen
from sim.rules.credit_demand import cash_needed
from sim.rules.measures import SUBSIDY, is_on_holiday, share_of_measure
from sim.state.codes import LoanStatus

PERFORMING, OVERDUE = int(LoanStatus.PERFORMING), int(LoanStatus.OVERDUE)
NON_PERFORMING, REPAID = int(LoanStatus.NON_PERFORMING), int(LoanStatus.REPAID)
WRITTEN_OFF = int(LoanStatus.WRITTEN_OFF)


@rule
def is_running(loan: Any) -> bool:
    """Paid out and neither repaid nor written off."""
    return PERFORMING <= loan.status <= NON_PERFORMING


@rule
def charge_instalment(
    loan: Any, enterprise: Any, flow: Any, lender_flow: Any, product: Any, conditions: Any, terms: Any
) -> None:
    """Add what falls due: interest on the outstanding, after the grace also an equal part of it. ODD equation 8.1."""
    step = conditions.step
    on_holiday = is_on_holiday(enterprise, conditions, terms)
    last_one = step >= loan.last_step and not conditions.holiday_principal
    deferred = on_holiday and conditions.holiday_interest and not last_one
    charge_interest(loan, enterprise, flow, lender_flow, deferred, conditions)
    if on_holiday and conditions.holiday_principal:
        loan.was_deferred = 1
        if loan.last_step < NEVER:
            loan.last_step += product.instalment_steps
    elif step > loan.grace_step or step >= loan.last_step:
        left = (loan.last_step - step) // product.instalment_steps + 1
        not_yet_due = loan.outstanding - loan.principal_due
        loan.principal_due += not_yet_due if left <= 1 else not_yet_due // left
    loan.instalment_step = NEVER if step >= loan.last_step else step + product.instalment_steps


@rule
def charge_interest(loan: Any, enterprise: Any, flow: Any, lender_flow: Any, deferred: bool, conditions: Any) -> None:
    """Interest of the instalment: deferred, or due with what was deferred, less what the government pays. ODD 8.9."""
    interest = round_fen(loan.outstanding * loan.instalment_rate)
    if deferred:
        loan.deferred += interest
        loan.was_deferred = 1
        return
    interest += loan.deferred
    loan.deferred = 0
    subsidy = round_fen(share_of_measure(enterprise, SUBSIDY, conditions) * interest)
    loan.interest_due += interest - subsidy
    lender_flow.interest += subsidy
    flow.interest_subsidy += subsidy


@rule
def repay(loan: Any, enterprise: Any, amount: int, lender_flow: Any, product: Any) -> None:
    """Move principal from the enterprise to the lender."""
    enterprise.cash -= amount
    loan.outstanding -= amount
    loan.repaid += amount
    lender_flow.principal += amount
    if not loan.existing:
        enterprise.debt -= amount
    if product.programme:
        lender_flow.programme_principal += amount


@rule
def pay_instalment(loan: Any, enterprise: Any, lender_flow: Any, product: Any) -> None:
    """Pay what is due as far as the cash goes, interest first. ODD equation 8.2."""
    interest = min(enterprise.cash, loan.interest_due)
    enterprise.cash -= interest
    loan.interest_due -= interest
    loan.interest_paid += interest
    lender_flow.interest += interest
    principal = min(enterprise.cash, loan.principal_due)
    loan.principal_due -= principal
    repay(loan, enterprise, principal, lender_flow, product)


@rule
def repay_early(loan: Any, enterprise: Any, lender_flow: Any, product: Any, terms: Any) -> None:
    """Repay from cash above the buffer and above what the planning horizon needs. ODD equation 8.3."""
    kept = max(round_fen(terms.buffer_kept_share * enterprise.buffer), cash_needed(enterprise, terms))
    excess = min(enterprise.cash - kept, loan.outstanding)
    if excess > 0:
        repay(loan, enterprise, excess, lender_flow, product)


@rule
def mark_overdue(loan: Any, enterprise: Any, step: int) -> None:
    """Note the first unpaid instalment, or that everything due is paid. ODD equation 8.4."""
    if loan.interest_due + loan.principal_due > 0:
        if loan.overdue_step < 0:
            loan.overdue_step = step
            loan.status = OVERDUE
    else:
        loan.overdue_step = -1
        loan.status = REPAID if loan.outstanding == 0 else PERFORMING
        if loan.outstanding == 0:
            loan.ended_step = step
            enterprise.pledged = max(0, enterprise.pledged - loan.collateral)


@hot_rule
def loans_need_service(enterprise: Any, conditions: Any) -> bool:
    """An instalment falls due in this step, or something is overdue."""
    return enterprise.loan_step <= conditions.step


@rule
def service_loans(
    enterprise: Any, loans: Any, flow: Any, lender_flows: Any, products: Any, conditions: Any, terms: Any
) -> None:
    """Serve every running loan of the enterprise that needs attention in this step, newest first. ODD equation 8.5."""
    step = conditions.step
    next_step = NEVER
    enterprise.overdue = 0
    row = enterprise.first_loan
    while row >= 0:
        loan = loans[row]
        if is_running(loan):
            product = products[loan.product]
            falls_due = step == loan.instalment_step
            if falls_due:
                charge_instalment(loan, enterprise, flow, lender_flows[loan.lender], product, conditions, terms)
            pay_instalment(loan, enterprise, lender_flows[loan.lender], product)
            if falls_due and product.early_repayment and loan.interest_due + loan.principal_due + loan.deferred == 0:
                repay_early(loan, enterprise, lender_flows[loan.lender], product, terms)
            mark_overdue(loan, enterprise, step)
            if loan.status == OVERDUE or loan.status == NON_PERFORMING:
                enterprise.overdue = 1
                next_step = step + 1
            elif loan.status == PERFORMING:
                next_step = min(next_step, loan.instalment_step)
        row = loan.next_loan
    enterprise.loan_step = next_step


@rule
def age_overdue(
    enterprise: Any, loans: Any, flow: Any, lender_flows: Any, products: Any, conditions: Any, terms: Any
) -> None:
    """Class overdue loans: non-performing after 90 days, written off after 180. ODD equation 8.6."""
    row = enterprise.first_loan
    while row >= 0:
        loan = loans[row]
        if is_running(loan) and loan.overdue_step >= 0:
            overdue_steps = conditions.step - loan.overdue_step
            if overdue_steps >= terms.write_off_steps:
                product = products[loan.product]
                recover_collateral(loan, enterprise, flow, lender_flows[loan.lender], product, terms)
                end_loan(loan, enterprise, flow, lender_flows[loan.lender], product, conditions.step)
            elif overdue_steps >= terms.non_performing_steps:
                loan.status = NON_PERFORMING
        row = loan.next_loan


@rule
def recover_collateral(loan: Any, enterprise: Any, flow: Any, lender_flow: Any, product: Any, terms: Any) -> None:
    """Sell pledged collateral outside the model and pay the lender from it. ODD equation 8.7."""
    pledged = min(loan.collateral, enterprise.collateral)
    proceeds = min(loan.outstanding, round_fen(terms.collateral_kept_share * pledged))
    if proceeds <= 0:
        return
    enterprise.collateral = max(0, enterprise.collateral - round_fen(proceeds / terms.collateral_kept_share))
    enterprise.cash += proceeds
    flow.collateral_sold += proceeds
    repay(loan, enterprise, proceeds, lender_flow, product)


@rule
def end_loan(loan: Any, enterprise: Any, flow: Any, lender_flow: Any, product: Any, step: int) -> None:
    """End a loan for which nothing more will come: repaid, or the rest written off; its pledge is free again."""
    enterprise.pledged = max(0, enterprise.pledged - loan.collateral)
    if loan.outstanding > 0:
        write_off(loan, enterprise, flow, lender_flow, product)
        loan.status = WRITTEN_OFF
    else:
        loan.status = REPAID
    loan.interest_due = 0
    loan.principal_due = 0
    loan.deferred = 0
    loan.ended_step = step


@rule
def write_off(loan: Any, enterprise: Any, flow: Any, lender_flow: Any, product: Any) -> None:
    """Book what is still outstanding as the lender's loss; the government pays what it guarantees. ODD equation 8.8."""
    lost = loan.outstanding
    loan.written_off += lost
    loan.outstanding = 0
    lender_flow.written_off += lost
    borne = round_fen(loan.guarantee * lost)
    lender_flow.guaranteed += borne
    flow.guarantees += borne
    if not loan.existing:
        enterprise.debt -= lost
    if product.programme:
        lender_flow.programme_written_off += lost
