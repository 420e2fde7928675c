"""Payments: arrears, wages, the owner's living, inputs, rent, pay-outs; cash never goes below zero (ODD submodel 3)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.decorators import hot_rule
from sim.arithmetic.money import round_fen


@hot_rule
def share_open(enterprise: Any, terms: Any) -> float:
    """Part of the step during which the enterprise is open."""
    return enterprise.open_days * terms.day_share


@hot_rule
def wages_due(enterprise: Any, terms: Any) -> int:
    """Wage bill of the step: full while open, the furlough share while closed. ODD equation 3.1."""
    is_open = share_open(enterprise, terms)
    paid_staff = max(0, enterprise.staff - enterprise.owner_works)
    return round_fen(paid_staff * enterprise.wage * (is_open + (1.0 - is_open) * terms.furlough_share))


@hot_rule
def fixed_due(enterprise: Any, terms: Any) -> int:
    """Rent and other fixed cost of the step: a part is avoided while closed, a part may be waived. ODD equation 3.2."""
    is_open = share_open(enterprise, terms)
    return round_fen(enterprise.fixed * (is_open + (1.0 - is_open) * terms.closed_fixed_share)) - enterprise.waived


@hot_rule
def outgoings(enterprise: Any, terms: Any) -> int:
    """What must be paid in a step whatever is sold: wages, fixed cost, the owner's living. ODD equation 3.3."""
    return wages_due(enterprise, terms) + fixed_due(enterprise, terms) + enterprise.living


@hot_rule
def open_outgoings(enterprise: Any) -> int:
    """The same for a step in which the enterprise is open on all days. ODD equation 3.8."""
    wages = max(0, enterprise.staff - enterprise.owner_works) * enterprise.wage
    return wages + enterprise.fixed + enterprise.living


@hot_rule
def pay_arrears(enterprise: Any, household: Any, flow: Any) -> None:
    """Pay what is owed from earlier steps, in the order wages, inputs, rent. ODD equation 3.4."""
    paid = min(enterprise.cash, enterprise.wage_arrears)
    enterprise.wage_arrears -= paid
    pay_household(enterprise, household, paid)
    flow.wages += paid
    paid = min(enterprise.cash, enterprise.input_arrears)
    enterprise.input_arrears -= paid
    enterprise.cash -= paid
    flow.inputs += paid
    paid = min(enterprise.cash, enterprise.rent_arrears)
    enterprise.rent_arrears -= paid
    enterprise.cash -= paid
    flow.fixed += paid


@hot_rule
def pay_household(enterprise: Any, household: Any, amount: int) -> None:
    """Move money from the enterprise to the household it employs or belongs to."""
    enterprise.cash -= amount
    household.cash += amount
    household.income += amount


@hot_rule
def pay_dues(enterprise: Any, household: Any, cell: Any, flow: Any, terms: Any) -> None:
    """Pay what falls due in this step; what cannot be paid becomes arrears to that creditor. ODD equation 3.5."""
    due = wages_due(enterprise, terms)
    paid = min(enterprise.cash, due)
    enterprise.wage_arrears += due - paid
    pay_household(enterprise, household, paid)
    flow.wages += paid

    paid = min(enterprise.cash, enterprise.living)
    pay_household(enterprise, household, paid)
    flow.living += paid

    due = inputs_due(enterprise, cell, terms)
    paid = min(enterprise.cash, due)
    enterprise.input_arrears += due - paid
    enterprise.cash -= paid
    flow.inputs += paid

    due = fixed_due(enterprise, terms)
    paid = min(enterprise.cash, due)
    enterprise.rent_arrears += due - paid
    enterprise.cash -= paid
    flow.fixed += paid


@hot_rule
def inputs_due(enterprise: Any, cell: Any, terms: Any) -> int:
    """Inputs to pay now: those of this step paid at once, and earlier ones that fall due. ODD equation 3.7."""
    bought = round_fen(enterprise.input_share * enterprise.sales)
    on_credit = round_fen(cell.credit_inputs_share * bought)
    falls_due = round_fen(terms.collected_share * enterprise.payables)
    enterprise.payables += on_credit - falls_due
    return bought - on_credit + falls_due


@hot_rule
def pay_owner(enterprise: Any, household: Any, flow: Any, terms: Any) -> None:
    """Pay out part of the cash above the buffer; not while shut, and never borrowed cash. ODD equation 3.6."""
    excess = max(0, enterprise.cash - enterprise.buffer - enterprise.debt)
    amount = round_fen(terms.payout_share * excess) if enterprise.open_days > 0 else 0
    to_household = amount if enterprise.owner_works else 0
    pay_household(enterprise, household, to_household)
    flow.living += to_household
    enterprise.cash -= amount - to_household
    flow.dividends += amount - to_household
