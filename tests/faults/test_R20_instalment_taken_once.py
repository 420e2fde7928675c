"""R20: an instalment taken twice."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, getcontext

import numpy as np
import pytest

from sim.arithmetic.calendar import rate_over
from sim.model.model import Model
from sim.state.codes import LoanStatus
from tests.support.economies import one_enterprise

PRINCIPAL, WEEKS = 10_000_000, 52


def by_hand():
    """Interest of each week: 1.12^(7/365) − 1 on what is outstanding, then one of the equal parts left is repaid."""
    getcontext().prec = 40
    rate = Decimal("1.12") ** (Decimal(7) / Decimal(365)) - 1
    left, interest = PRINCIPAL, []
    for week in range(WEEKS):
        interest.append(int((left * rate).quantize(Decimal(1), ROUND_HALF_UP)))
        left -= left // (WEEKS - week)
    return interest


def borrower(engine):
    """One enterprise with ample cash and a loan of 100,000 yuan at 12 % a year, due weekly over 52 weeks."""
    model = Model(one_enterprise(WEEKS + 4, products__unsecured__instalment_days=7), rng=1, engine=engine, audit=True)
    economy = model.economy
    economy.book.add_rows(1)
    values = {
        "enterprise": 0,
        "lender": 0,
        "product": 1,
        "status": LoanStatus.PERFORMING,
        "existing": 1,
        "amount": PRINCIPAL,
        "outstanding": PRINCIPAL,
        "asked": PRINCIPAL,
        "instalment_rate": rate_over(0.12, 7),
        "instalment_step": 1,
        "last_step": WEEKS,
    }
    loan = economy.loans[:1]
    loan["overdue_step"] = loan["ended_step"] = loan["next_loan"] = loan["next_in_queue"] = -1
    for name, value in values.items():
        loan[name] = value
    economy.enterprises["first_loan"], economy.enterprises["loan_step"] = 0, 1
    economy.enterprises["cash"] += 10**9
    economy.lenders["loans"][0] += PRINCIPAL
    economy.lenders["liabilities"][0] += PRINCIPAL
    model.money = economy.money
    if engine == "mesa":
        model.loans.rebind(economy.loans)
    return model


@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_interest_is_paid_once_a_week_and_to_the_fen(engine):
    model = borrower(engine)
    paid = [0]
    while model.economy.step < model.economy.calendar.steps:
        model.step()
        paid.append(int(model.economy.loans["interest_paid"][0]))
    weekly = np.diff(paid).tolist()
    assert weekly == [0, *by_hand(), 0, 0, 0]
    assert model.economy.loans["status"][0] == LoanStatus.REPAID
    assert model.economy.loans["repaid"][0] == PRINCIPAL
