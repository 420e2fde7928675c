"""Exit: closure for good and what becomes of the estate (ODD submodel 9)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.decorators import hot_rule, rule
from sim.arithmetic.draws import Purpose, uniform
from sim.arithmetic.money import part_of, round_fen
from sim.rules.payments import pay_household
from sim.rules.repayment import end_loan, is_running, repay
from sim.state.applications import forget_application, withdraw
from sim.state.codes import ExitCause, LoanStatus

BACKGROUND_EXIT = int(Purpose.BACKGROUND_EXIT)
ILLIQUID, OTHER = int(ExitCause.ILLIQUID), int(ExitCause.OTHER)
APPROVED = int(LoanStatus.APPROVED)


@hot_rule
def is_illiquid(enterprise: Any, conditions: Any, terms: Any) -> bool:
    """Arrears are older than creditors bear, and no money is there or will come soon. ODD equation 9.1.

    Receipts pay the oldest bill first, so the oldest unpaid bill is as old as the time in which bills of the size of
    the arrears normally fall due: arrears of more than ``patience`` steps of normal dues are older than that. Cash in
    hand, which is a loan paid out in this step, will pay arrears first thing in the next one, in the order of 3.4.
    Approved money keeps creditors quiet only when it comes within their patience with rent.
    """
    paid_staff = enterprise.staff_normal - enterprise.owner_works
    wages = enterprise.wage_arrears - enterprise.cash
    rent = enterprise.rent_arrears - max(0, enterprise.cash - enterprise.wage_arrears - enterprise.input_arrears)
    wages_too_old = wages > terms.wage_patience_steps * paid_staff * enterprise.wage
    rent_too_old = rent > terms.rent_patience_steps * enterprise.fixed
    if not (wages_too_old or rent_too_old):
        return False
    return bool(enterprise.payout_step > conditions.step + terms.rent_patience_steps)


@hot_rule
def exit_cause(enterprise: Any, conditions: Any, terms: Any) -> int:
    """Cause for which the enterprise closes in this step, 0 for none. ODD equation 9.2."""
    if is_illiquid(enterprise, conditions, terms):
        return ILLIQUID
    if uniform(conditions.keys[BACKGROUND_EXIT], enterprise.id) < enterprise.hazard:
        return OTHER
    return 0


@rule
def close(
    enterprise: Any,
    household: Any,
    loans: Any,
    flow: Any,
    lender_flows: Any,
    products: Any,
    cause: int,
    conditions: Any,
    terms: Any,
) -> None:
    """Close for good: withdraw the application, settle the estate, let the staff go. ODD equation 9.3."""
    if enterprise.application >= 0:
        enterprise.died_waiting = 2 if products[enterprise.asked_product].programme else 1
        flow.died_waiting += 1
    withdraw_application(enterprise, loans, lender_flows, products, conditions)
    settle_estate(enterprise, household, loans, flow, lender_flows, products, conditions, terms)
    enterprise.exit_step = conditions.step
    enterprise.exit_cause = cause
    enterprise.exists = 0
    enterprise.staff = 0
    enterprise.open_days = 0
    enterprise.sales = 0
    enterprise.asked = 0


@rule
def withdraw_application(enterprise: Any, loans: Any, lender_flows: Any, products: Any, conditions: Any) -> None:
    """Withdraw an application under way; a commitment goes back to funds, quota and envelope."""
    if enterprise.application < 0:
        return
    loan = loans[enterprise.application]
    if loan.status == APPROVED:
        lender_flows[loan.lender].released += loan.amount
        if products[loan.product].programme:
            lender_flows[loan.lender].programme_released += loan.amount
    withdraw(loan, conditions.step)
    enterprise.pledged = 0
    forget_application(enterprise)


@rule
def unsecured_claims(enterprise: Any, loans: Any) -> int:
    """Claims that share pro rata: suppliers and the unsecured rest of loans."""
    claims = enterprise.input_arrears + enterprise.payables
    row = enterprise.first_loan
    while row >= 0:
        if is_running(loans[row]):
            claims += loans[row].outstanding
        row = loans[row].next_loan
    return claims


@rule
def collect_receivables(enterprise: Any, flow: Any) -> None:
    """Bills that customers still owe are collected for the estate. ODD equation 9.6."""
    enterprise.cash += enterprise.receivables
    flow.sales += enterprise.receivables
    enterprise.receivables = 0


@rule
def sell_assets(enterprise: Any, loans: Any, flow: Any, terms: Any) -> None:
    """Sell collateral, stock and equipment, at a haircut, when the cash covers less than is owed. ODD equation 9.5."""
    owed = enterprise.wage_arrears + enterprise.rent_arrears + unsecured_claims(enterprise, loans)
    if owed <= enterprise.cash:
        return
    value = enterprise.collateral + terms.assets_steps * enterprise.sales_normal
    proceeds = round_fen(terms.collateral_kept_share * value)
    enterprise.cash += proceeds
    enterprise.collateral = 0
    flow.collateral_sold += proceeds


@rule
def pay_secured(enterprise: Any, loans: Any, lender_flows: Any, products: Any, terms: Any) -> None:
    """Pay secured lenders up to what their collateral brings."""
    row = enterprise.first_loan
    while row >= 0:
        loan = loans[row]
        if is_running(loan) and loan.collateral > 0:
            secured = min(loan.outstanding, round_fen(terms.collateral_kept_share * loan.collateral))
            paid = min(enterprise.cash, secured)
            repay(loan, enterprise, paid, lender_flows[loan.lender], products[loan.product])
        row = loan.next_loan


@rule
def pay_pro_rata(enterprise: Any, loans: Any, flow: Any, lender_flows: Any, products: Any) -> None:
    """Share what is left among suppliers and unsecured lenders in proportion to their claims."""
    claims = unsecured_claims(enterprise, loans)
    owed = enterprise.input_arrears + enterprise.payables
    paid = part_of(enterprise.cash, owed, claims)
    claims -= owed
    enterprise.input_arrears = 0
    enterprise.payables = 0
    enterprise.cash -= paid
    flow.inputs += paid
    flow.bad_debts += owed - paid
    row = enterprise.first_loan
    while row >= 0:
        loan = loans[row]
        if is_running(loan):
            claim = loan.outstanding
            paid = part_of(enterprise.cash, claim, claims)
            claims -= claim
            repay(loan, enterprise, paid, lender_flows[loan.lender], products[loan.product])
        row = loan.next_loan


@rule
def settle_estate(
    enterprise: Any,
    household: Any,
    loans: Any,
    flow: Any,
    lender_flows: Any,
    products: Any,
    conditions: Any,
    terms: Any,
) -> None:
    """Wages, secured lenders, rent, then all others pro rata; the rest is written off. ODD equation 9.4."""
    collect_receivables(enterprise, flow)
    sell_assets(enterprise, loans, flow, terms)
    paid = min(enterprise.cash, enterprise.wage_arrears)
    pay_household(enterprise, household, paid)
    flow.wages += paid
    pay_secured(enterprise, loans, lender_flows, products, terms)
    paid = min(enterprise.cash, enterprise.rent_arrears)
    enterprise.cash -= paid
    flow.fixed += paid
    pay_pro_rata(enterprise, loans, flow, lender_flows, products)
    enterprise.wage_arrears = 0
    enterprise.rent_arrears = 0
    write_off_rest(enterprise, loans, flow, lender_flows, products, conditions)
    pass_to_owner(enterprise, household, flow)


@rule
def write_off_rest(enterprise: Any, loans: Any, flow: Any, lender_flows: Any, products: Any, conditions: Any) -> None:
    """End every running loan of the estate: repaid in full, or the rest written off."""
    row = enterprise.first_loan
    while row >= 0:
        loan = loans[row]
        if is_running(loan):
            end_loan(loan, enterprise, flow, lender_flows[loan.lender], products[loan.product], conditions.step)
        row = loan.next_loan


@rule
def pass_to_owner(enterprise: Any, household: Any, flow: Any) -> None:
    """What is left of the estate goes to the owner."""
    left = enterprise.cash
    if enterprise.owner_works:
        pay_household(enterprise, household, left)
        flow.living += left
    else:
        enterprise.cash = 0
        flow.estate_owner += left
