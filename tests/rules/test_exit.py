"""Submodel 9, worked by hand; all amounts in fen."""

from __future__ import annotations

import pytest

from sim.arithmetic.calendar import NEVER
from sim.arithmetic.draws import Purpose, streams, uniform
from sim.rules.exit import (
    close,
    collect_receivables,
    exit_cause,
    is_illiquid,
    pass_to_owner,
    pay_pro_rata,
    pay_secured,
    sell_assets,
    settle_estate,
    unsecured_claims,
    withdraw_application,
    write_off_rest,
)
from sim.state.codes import ExitCause, LoanStatus
from tests.support.records import SEED, conditions, enterprise, flow, household, lender_flow, loan, product, the_terms

TERMS = the_terms(wage_patience_steps=8.0, rent_patience_steps=12.0, collateral_kept_share=0.7)


def running(outstanding, **values):
    """A loan that runs."""
    return loan(status=LoanStatus.PERFORMING, amount=outstanding, outstanding=outstanding, **values)


@pytest.mark.parametrize(
    ("wages", "rent", "payout_step", "illiquid"),
    # Five paid on 100: eight weeks of wages are 4,000. Rent of 50: twelve weeks are 600, and money
    # that comes later than that keeps nobody quiet.
    [
        (4_000, 600, NEVER, False),
        (4_001, 0, NEVER, True),
        (0, 601, NEVER, True),
        (4_001, 601, 9, False),
        (4_001, 601, 20, False),
        (4_001, 601, 21, True),
    ],
)
def test_illiquid_when_arrears_are_older_than_creditors_bear(wages, rent, payout_step, illiquid):
    one = enterprise(staff_normal=6, owner_works=1, wage=100, fixed=50, wage_arrears=wages, rent_arrears=rent)
    one.payout_step = payout_step
    assert is_illiquid(one, conditions(step=8), TERMS) is illiquid


@pytest.mark.parametrize(
    ("cash", "inputs", "illiquid"),
    # Wages of 5,000 may be 4,000, rent of 700 may be 600: 1,000 of a loan paid out in this step keep the staff quiet,
    # and 100 beyond all wages and inputs the landlord.
    [(1_000, 0, True), (999, 0, True), (5_100, 0, False), (5_099, 0, True), (5_100, 1, True), (5_101, 1, False)],
)
def test_creditors_wait_for_money_that_has_just_arrived(cash, inputs, illiquid):
    one = enterprise(staff_normal=6, owner_works=1, wage=100, fixed=50, wage_arrears=5_000, rent_arrears=700)
    one.cash, one.input_arrears, one.payout_step = cash, inputs, NEVER
    assert is_illiquid(one, conditions(step=8), TERMS) is illiquid


@pytest.mark.parametrize(("cash", "illiquid"), [(1_000, False), (999, True)])
def test_staff_wait_for_money_that_has_just_arrived(cash, illiquid):
    one = enterprise(staff_normal=6, owner_works=1, wage=100, fixed=50, wage_arrears=5_000, cash=cash)
    one.payout_step = NEVER
    assert is_illiquid(one, conditions(step=8), TERMS) is illiquid


def test_other_causes_strike_by_a_keyed_draw():
    drawn = uniform(streams(SEED, 1)[Purpose.BACKGROUND_EXIT], 4)
    assert exit_cause(enterprise(id=4, hazard=drawn + 1e-9), conditions(), TERMS) == ExitCause.OTHER
    assert exit_cause(enterprise(id=4, hazard=drawn - 1e-9), conditions(), TERMS) == ExitCause.NONE


def test_illiquidity_comes_before_other_causes():
    assert exit_cause(enterprise(hazard=1.0, rent_arrears=1), conditions(), TERMS) == ExitCause.ILLIQUID


def test_commitment_of_a_withdrawn_application_is_released():
    one, total = enterprise(application=0, answer_step=5, payout_step=9), lender_flow()
    application = loan(status=LoanStatus.APPROVED, amount=500, payout_step=9)
    withdraw_application(one, [application], [total], [product(programme=1)], conditions(step=6))
    assert (application.status, application.ended_step, application.payout_step) == (LoanStatus.WITHDRAWN, 6, -1)
    assert (total.released, total.programme_released, one.application) == (500, 500, -1)
    assert (one.answer_step, one.payout_step) == (NEVER, NEVER)


def test_an_application_still_waiting_releases_nothing():
    one, total = enterprise(application=0), lender_flow()
    withdraw_application(one, [loan(amount=0)], [total], [product()], conditions())
    assert (total.released, one.application) == (0, -1)


def test_claims_are_supplier_arrears_and_running_loans():
    loans = [running(300), running(200, next_loan=0), loan(status=LoanStatus.REPAID, next_loan=1, outstanding=0)]
    assert unsecured_claims(enterprise(first_loan=2, input_arrears=50), loans) == 550


@pytest.mark.parametrize(("owed", "sold"), [(1_001, 700), (1_000, 0)])
def test_collateral_is_sold_only_when_cash_does_not_do(owed, sold):
    one, total = enterprise(cash=1_000, collateral=1_000, rent_arrears=owed), flow()
    sell_assets(one, [], total, TERMS)
    assert (one.cash, one.collateral, total.collateral_sold) == (1_000 + sold, 0 if sold else 1_000, sold)


def test_secured_lender_is_paid_up_to_what_the_collateral_brings():
    # 70 % of 500 is 350 of the 800 owed.
    one, total, loans = enterprise(cash=1_000, first_loan=0), lender_flow(), [running(800, collateral=500)]
    pay_secured(one, loans, [total], [product(collateral_required=1)], TERMS)
    assert (one.cash, loans[0].outstanding, total.principal) == (650, 450, 350)


def test_the_rest_is_shared_pro_rata_to_the_fen():
    # 100 for claims of 100 (suppliers), 200 and 100: 25, then 75 × 2/3 = 50, then 25.
    one, sums, flows = enterprise(cash=100, input_arrears=100, first_loan=0), flow(), [lender_flow(), lender_flow()]
    loans = [running(200, next_loan=1), running(100, lender=1)]
    pay_pro_rata(one, loans, sums, flows, [product()])
    assert (sums.inputs, flows[0].principal, flows[1].principal, one.cash) == (25, 50, 25, 0)


def test_what_cannot_be_paid_is_written_off():
    loans, total = [running(200, next_loan=1), running(0)], lender_flow()
    write_off_rest(enterprise(first_loan=0), loans, flow(), [total], [product()], conditions(step=3))
    assert [one.status for one in loans] == [LoanStatus.WRITTEN_OFF, LoanStatus.REPAID]
    assert total.written_off == 200


@pytest.mark.parametrize(("owner_works", "home", "outside"), [(1, 80, 0), (0, 0, 80)])
def test_what_is_left_goes_to_the_owner(owner_works, home, outside):
    one, people, total = enterprise(cash=80, owner_works=owner_works), household(), flow()
    pass_to_owner(one, people, total)
    assert (one.cash, people.cash, total.living, total.estate_owner) == (0, home, home, outside)


def test_estate_pays_wages_then_secured_then_rent_then_the_rest():
    # Cash 600 and collateral 1,000 × 70 % = 1,300. Wages 500; secured loan 700 of 900; rent 60; 40 are left for
    # suppliers with 200 and the 200 unsecured rest of the loan: 20 each. 180 are written off.
    one = enterprise(cash=600, collateral=1_000, wage_arrears=500, rent_arrears=60, input_arrears=200, first_loan=0)
    people, sums, total = household(), flow(), lender_flow()
    loans = [running(900, collateral=1_000)]
    settle_estate(one, people, loans, sums, [total], [product(collateral_required=1)], conditions(), TERMS)
    assert (people.income, sums.wages, sums.fixed, sums.inputs, total.principal) == (500, 500, 60, 20, 720)
    assert (loans[0].written_off, total.written_off, one.cash) == (180, 180, 0)
    assert (one.wage_arrears, one.rent_arrears, one.input_arrears) == (0, 0, 0)


def test_closing_ends_everything():
    one = enterprise(cash=50, staff=3, open_days=7, sales=9, asked=4, application=0)
    people, loans = household(), [loan()]
    close(one, people, loans, flow(), [lender_flow()], [product()], ExitCause.OTHER, conditions(step=8), TERMS)
    assert (one.exit_step, one.exit_cause, one.cash, one.staff) == (8, ExitCause.OTHER, 0, 0)
    assert (one.open_days, one.sales, one.asked, one.application) == (0, 0, 0, -1)
    assert loans[0].status == LoanStatus.WITHDRAWN


def test_bills_are_collected_for_the_estate():
    one, total = enterprise(cash=5, receivables=95), flow()
    collect_receivables(one, total)
    assert (one.cash, one.receivables, total.sales) == (100, 0, 95)


def test_stock_and_equipment_are_sold_too():
    # Assets of four weeks of sales of 100 at 70 %: 280.
    one, total = enterprise(sales_normal=100, rent_arrears=1), flow()
    sell_assets(one, [], total, the_terms(collateral_kept_share=0.7, assets_steps=4.0))
    assert (one.cash, total.collateral_sold) == (280, 280)


def test_suppliers_are_not_paid_what_is_missing():
    one, total = enterprise(cash=60, input_arrears=50, payables=50), flow()
    pay_pro_rata(one, [], total, [], [])
    assert (total.inputs, total.bad_debts, one.payables, one.input_arrears) == (60, 40, 0, 0)


def test_who_dies_waiting_is_remembered():
    for programme_loan, mark in ((1, 2), (0, 1)):
        one, total = enterprise(application=0), flow()
        close(
            one,
            household(),
            [loan()],
            total,
            [lender_flow()],
            [product(programme=programme_loan)],
            1,
            conditions(),
            TERMS,
        )
        assert (one.died_waiting, total.died_waiting) == (mark, 1)
