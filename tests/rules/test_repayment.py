"""Submodel 8, worked by hand; all amounts in fen."""

from __future__ import annotations

import pytest

from sim.arithmetic.calendar import NEVER
from sim.rules.repayment import (
    age_overdue,
    charge_instalment,
    end_loan,
    is_running,
    loans_need_service,
    mark_overdue,
    pay_instalment,
    recover_collateral,
    repay,
    repay_early,
    service_loans,
    write_off,
)
from sim.state.codes import LoanStatus, MeasureIndex
from tests.support.records import conditions, enterprise, flow, lender_flow, loan, product, the_terms

TERMS = the_terms(non_performing_steps=13, write_off_steps=26, collateral_kept_share=0.7, buffer_kept_share=1.0)


def running(**values):
    """A loan of 1,000 at 1 % an instalment, due every 4 steps from step 4 to step 16, without grace."""
    base = {"status": LoanStatus.PERFORMING, "amount": 1_000, "outstanding": 1_000, "instalment_rate": 0.01}
    base |= {"instalment_step": 4, "last_step": 16}
    return loan(**{**base, **values})


def charge(one, step, total=None, sums=None, **measures):
    """Charge an instalment."""
    now = conditions(step=step, **measures)
    charge_instalment(one, enterprise(), sums or flow(), total or lender_flow(), product(), now, TERMS)


def share_of(measure, share):
    """Shares of the measures, all but one 0."""
    return [share if place == measure else 0.0 for place in MeasureIndex]


def test_only_loans_paid_out_and_not_ended_run():
    expected = {LoanStatus.PERFORMING, LoanStatus.OVERDUE, LoanStatus.NON_PERFORMING}
    assert {status for status in LoanStatus if is_running(loan(status=status))} == expected


def test_equal_parts_of_principal_and_interest_on_what_is_left():
    # Due on steps 4, 8, 12, 16: 250 each; interest of 10, 7.5 → 8, 5, 2.5 → 3.
    one, rich, total = running(), enterprise(cash=10_000), lender_flow()
    paid = []
    for step in (4, 8, 12, 16):
        charge(one, step)
        paid.append((one.interest_due, one.principal_due))
        pay_instalment(one, rich, total, product())
    assert paid == [(10, 250), (8, 250), (5, 250), (3, 250)]
    assert (one.outstanding, one.instalment_step, total.principal, total.interest) == (0, NEVER, 1_000, 26)


def test_only_interest_falls_due_during_grace():
    # Grace to step 8: on 4 and 8 interest alone, then two parts of 500.
    one, rich = running(grace_step=8), enterprise(cash=10_000)
    due = []
    for step in (4, 8, 12, 16):
        charge(one, step)
        due.append(one.principal_due)
        pay_instalment(one, rich, lender_flow(), product())
    assert due == [0, 0, 500, 500]


def test_grace_to_the_end_makes_all_of_it_due_at_the_end():
    one = running(grace_step=16)
    charge(one, 16)
    assert (one.principal_due, one.instalment_step) == (1_000, NEVER)


def test_odd_amounts_leave_the_remainder_to_the_last_instalment():
    # 1,000 in three parts: 333, then (1,000 − 333) // 2 = 333, then 334.
    one, rich, parts = running(last_step=12), enterprise(cash=10_000), []
    for step in (4, 8, 12):
        charge(one, step)
        parts.append(one.principal_due)
        pay_instalment(one, rich, lender_flow(), product())
    assert parts == [333, 333, 334]


def test_zero_rate_is_zero_interest():
    one = running(instalment_rate=0.0)
    charge(one, 4)
    assert one.interest_due == 0


def test_interest_is_paid_before_principal():
    one, poor, total = running(interest_due=10, principal_due=250), enterprise(cash=60), lender_flow()
    pay_instalment(one, poor, total, product())
    assert (one.interest_due, one.principal_due, one.outstanding, poor.cash) == (0, 200, 950, 0)
    assert (total.interest, total.principal, one.interest_paid, one.repaid) == (10, 50, 10, 50)


def test_repayment_lowers_debt_and_frees_the_programme():
    one, borrower, total = running(), enterprise(cash=100, debt=1_000), lender_flow()
    repay(one, borrower, 100, total, product(programme=1))
    assert (borrower.cash, borrower.debt, one.outstanding) == (0, 900, 900)
    assert (total.principal, total.programme_principal) == (100, 100)


def test_a_loan_from_before_the_run_is_no_new_debt():
    borrower = enterprise(cash=100, debt=7)
    repay(running(existing=1), borrower, 100, lender_flow(), product())
    assert borrower.debt == 7


@pytest.mark.parametrize(
    ("cash", "repaid"),
    # Eight weeks of fixed cost of 100 are 800; the buffer of 500 is less. Above 800 all goes to the loan of 1,000.
    [(700, 0), (1_150, 350), (9_000, 1_000)],
)
def test_early_repayment_keeps_the_buffer_and_the_horizon(cash, repaid):
    one, borrower = running(), enterprise(cash=cash, buffer=500, fixed=100, debt=1_000)
    terms = the_terms(buffer_kept_share=1.0, horizon_steps=8.0)
    repay_early(one, borrower, lender_flow(), product(early_repayment=1), terms)
    assert (one.repaid, borrower.cash) == (repaid, cash - repaid)


def test_overdue_from_the_first_unpaid_instalment():
    one = running(interest_due=1)
    mark_overdue(one, enterprise(), 4)
    mark_overdue(one, enterprise(), 5)
    assert (one.status, one.overdue_step) == (LoanStatus.OVERDUE, 4)
    one.interest_due = 0
    mark_overdue(one, enterprise(), 6)
    assert (one.status, one.overdue_step) == (LoanStatus.PERFORMING, -1)


def test_repaid_when_nothing_is_left():
    one, borrower = running(outstanding=0, collateral=300), enterprise(pledged=500)
    mark_overdue(one, borrower, 9)
    assert (one.status, one.ended_step, borrower.pledged) == (LoanStatus.REPAID, 9, 200)


def test_service_is_needed_when_due_and_while_overdue():
    assert loans_need_service(enterprise(loan_step=4), conditions(step=4))
    assert not loans_need_service(enterprise(loan_step=5), conditions(step=4))


def served(borrower, loans, step, early=0):
    products = [product(early_repayment=early)]
    service_loans(
        borrower, loans, flow(), [lender_flow()], products, conditions(step=step), the_terms(buffer_kept_share=1.0)
    )


def test_loans_are_served_newest_first():
    # 300 in hand; each instalment is 260. The newer loan is paid in full, the older in part.
    loans = [running(), running(next_loan=0)]
    borrower = enterprise(cash=300, first_loan=1, loan_step=4)
    served(borrower, loans, 4)
    assert (loans[1].status, loans[0].status) == (LoanStatus.PERFORMING, LoanStatus.OVERDUE)
    assert (loans[0].interest_due, loans[0].principal_due) == (0, 220)
    assert (borrower.cash, borrower.loan_step, borrower.overdue) == (0, 5, 1)


def test_next_service_is_at_the_next_instalment():
    borrower = enterprise(cash=10_000, first_loan=0, loan_step=4, overdue=1)
    served(borrower, [running()], 4)
    assert (borrower.loan_step, borrower.overdue) == (8, 0)


def test_flexible_loan_is_repaid_early_on_an_instalment_day():
    loans = [running()]
    borrower = enterprise(cash=10_000, first_loan=0, loan_step=4, debt=1_000)
    served(borrower, loans, 4, early=1)
    assert (loans[0].status, borrower.cash, borrower.loan_step) == (LoanStatus.REPAID, 10_000 - 1_010, NEVER)


@pytest.mark.parametrize(
    ("step", "status"),
    # First unpaid on step 4: non-performing after 13 steps, written off after 26.
    [
        (16, LoanStatus.OVERDUE),
        (17, LoanStatus.NON_PERFORMING),
        (29, LoanStatus.NON_PERFORMING),
        (30, LoanStatus.WRITTEN_OFF),
    ],
)
def test_overdue_loans_age(step, status):
    one = running(status=LoanStatus.OVERDUE, overdue_step=4, interest_due=1)
    total = lender_flow()
    age_overdue(enterprise(first_loan=0), [one], flow(), [total], [product()], conditions(step=step), TERMS)
    assert one.status == status
    assert total.written_off == (1_000 if status == LoanStatus.WRITTEN_OFF else 0)


def test_write_off_after_selling_the_collateral():
    # Collateral of 500 brings 70 %, 350; the lender loses 650.
    one = running(status=LoanStatus.OVERDUE, overdue_step=0, collateral=500)
    borrower, total, sums = enterprise(first_loan=0, collateral=500), lender_flow(), flow()
    age_overdue(borrower, [one], sums, [total], [product(collateral_required=1)], conditions(step=26), TERMS)
    assert (one.repaid, one.written_off, one.outstanding, one.ended_step) == (350, 650, 0, 26)
    assert (borrower.collateral, borrower.cash, sums.collateral_sold) == (0, 0, 350)
    assert (total.principal, total.written_off) == (350, 650)


def test_no_more_collateral_is_sold_than_the_loan_needs():
    # 210 outstanding needs 210/0.7 = 300 of the collateral.
    one, borrower = running(outstanding=210, collateral=500), enterprise(collateral=500)
    recover_collateral(one, borrower, flow(), lender_flow(), product(), TERMS)
    assert (one.outstanding, borrower.collateral, borrower.cash) == (0, 200, 0)


def test_collateral_that_brings_nothing_is_kept():
    one, borrower = running(outstanding=210, collateral=500), enterprise(collateral=500)
    worthless = the_terms(collateral_kept_share=0.0)
    recover_collateral(one, borrower, flow(), lender_flow(), product(), worthless)
    assert (one.outstanding, borrower.collateral, borrower.cash) == (210, 500, 0)


def test_write_off_books_the_loss():
    one, borrower, total = running(outstanding=300), enterprise(debt=300), lender_flow()
    write_off(one, borrower, flow(), total, product(programme=1))
    assert (one.outstanding, one.written_off, borrower.debt) == (0, 300, 0)
    assert (total.written_off, total.programme_written_off) == (300, 300)


@pytest.mark.parametrize(("outstanding", "status"), [(0, LoanStatus.REPAID), (1, LoanStatus.WRITTEN_OFF)])
def test_the_end_of_a_loan(outstanding, status):
    one, borrower = (
        running(outstanding=outstanding, interest_due=5, principal_due=outstanding, collateral=40),
        enterprise(pledged=40),
    )
    end_loan(one, borrower, flow(), lender_flow(), product(), 7)
    assert borrower.pledged == 0
    assert (one.status, one.ended_step, one.interest_due, one.principal_due) == (status, 7, 0, 0)


def test_government_pays_the_guaranteed_part_of_a_loss():
    one, total, sums = running(outstanding=301, guarantee=0.5), lender_flow(), flow()
    write_off(one, enterprise(debt=301), sums, total, product())
    assert (one.written_off, total.written_off, total.guaranteed, sums.guarantees) == (301, 301, 151, 151)


def test_government_pays_part_of_the_interest():
    # Interest of 10, half of it subsidised: 5 due from the borrower, 5 to the lender from the government.
    one, total, sums = running(), lender_flow(), flow()
    charge(one, 4, total, sums, measure_share=share_of(MeasureIndex.SUBSIDY, 0.5))
    assert (one.interest_due, total.interest, sums.interest_subsidy) == (5, 5, 5)


HOLIDAY = {"measure_share": share_of(MeasureIndex.HOLIDAY, 1.0)}


def test_a_holiday_moves_principal_by_one_instalment():
    one = running()
    charge(one, 4, holiday_principal=1, **HOLIDAY)
    assert (one.interest_due, one.principal_due, one.last_step, one.instalment_step, one.was_deferred) == (
        10,
        0,
        20,
        8,
        1,
    )


def test_interest_deferred_in_a_holiday_falls_due_after_it():
    one = running()
    charge(one, 4, holiday_interest=1, holiday_principal=1, **HOLIDAY)
    assert (one.interest_due, one.deferred) == (0, 10)
    charge(one, 8)
    assert (one.interest_due, one.deferred) == (20, 0)


def test_interest_is_not_deferred_at_the_last_instalment():
    """Nothing comes after the last instalment, so its interest is due although the holiday would defer it."""
    one = running(last_step=4)
    charge(one, 4, holiday_interest=1, **HOLIDAY)
    assert (one.interest_due, one.deferred) == (10, 0)
