"""Submodel 3, worked by hand; all amounts in fen."""

from __future__ import annotations

import pytest

from sim.rules.payments import (
    fixed_due,
    inputs_due,
    open_outgoings,
    outgoings,
    pay_arrears,
    pay_dues,
    pay_household,
    pay_owner,
    share_open,
    wages_due,
)
from tests.support.records import cell, enterprise, flow, household, the_terms

TERMS = the_terms(furlough_share=0.6, closed_fixed_share=0.75, payout_share=0.5)


def employer(**values):
    """Six people, one of them the owner, on 1,000 each; fixed cost 400; living 300."""
    return enterprise(**{"staff": 6, "owner_works": 1, "wage": 1_000, "fixed": 400, "living": 300, **values})


@pytest.mark.parametrize(
    ("open_days", "wages", "fixed"),
    # Open: 5 × 1,000 and 400. Closed: 60 % of 5,000 and 75 % of 400.
    # Three of seven days: 5,000 × (3/7 + 4/7 × 0.6) = 3,857.14; 400 × (3/7 + 4/7 × 0.75) = 342.86.
    [(7, 5_000, 400), (0, 3_000, 300), (3, 3_857, 343)],
)
def test_dues_open_and_closed(open_days, wages, fixed):
    one = employer(open_days=open_days)
    assert share_open(one, TERMS) == open_days / 7
    assert wages_due(one, TERMS) == wages
    assert fixed_due(one, TERMS) == fixed
    assert outgoings(one, TERMS) == wages + fixed + 300


@pytest.mark.parametrize("open_days", [0, 3, 7])
def test_outgoings_of_an_open_step_are_the_same_however_many_days_it_is_open(open_days):
    # 5 × 1,000, 400 and 300. A rent that is waived in this step is no promise for later ones.
    assert open_outgoings(employer(open_days=open_days, waived=100)) == 5_700
    assert open_outgoings(employer(staff=1)) == open_outgoings(employer(staff=0)) == 700


def test_they_are_the_outgoings_of_a_step_that_is_open():
    one = employer()
    assert open_outgoings(one) == outgoings(one, TERMS)


def test_a_lone_owner_pays_no_wages():
    assert wages_due(employer(staff=1), TERMS) == 0
    assert wages_due(employer(staff=0), TERMS) == 0


def test_household_receives_what_the_enterprise_pays():
    one, home = enterprise(cash=500), household(cash=7, income=1)
    pay_household(one, home, 120)
    assert (one.cash, home.cash, home.income) == (380, 127, 121)


def test_arrears_are_paid_wages_then_inputs_then_rent():
    # 1,000 in hand against 600 + 300 + 200: the last 100 of rent stay owed.
    one, home, total = (
        enterprise(cash=1_000, wage_arrears=600, input_arrears=300, rent_arrears=200),
        household(),
        flow(),
    )
    pay_arrears(one, home, total)
    assert (one.cash, one.wage_arrears, one.input_arrears, one.rent_arrears) == (0, 0, 0, 100)
    assert (home.income, total.wages, total.inputs, total.fixed) == (600, 600, 300, 100)


def test_what_cannot_be_paid_becomes_arrears_to_that_creditor():
    # 5,500 in hand. Wages 5,000, living 300 of 300, inputs 600 of which 200, rent 400 of which nothing.
    one, home, total = employer(cash=5_500, sales=1_000, input_share=0.6), household(), flow()
    pay_dues(one, home, cell(), total, TERMS)
    assert (one.cash, one.wage_arrears, one.input_arrears, one.rent_arrears) == (0, 0, 400, 400)
    assert (home.income, total.wages, total.living, total.inputs, total.fixed) == (5_300, 5_000, 300, 200, 0)


def test_living_that_cannot_be_paid_is_not_owed():
    one, home, total = employer(cash=4_000), household(), flow()
    pay_dues(one, home, cell(), total, TERMS)
    assert (one.wage_arrears, one.rent_arrears, total.living) == (1_000, 400, 0)


def test_owner_gets_nothing_while_shut():
    one = enterprise(cash=10_000, open_days=0)
    pay_owner(one, household(), flow(), TERMS)
    assert one.cash == 10_000


@pytest.mark.parametrize(
    ("owner_works", "debt", "paid"),
    # Cash 10,000, buffer 4,000. Half of 6,000; with a loan of 5,000 half of 1,000; with one of 7,000 nothing.
    [(1, 0, 3_000), (0, 0, 3_000), (1, 5_000, 500), (0, 7_000, 0)],
)
def test_owner_gets_part_of_own_cash_above_the_buffer(owner_works, debt, paid):
    one = enterprise(cash=10_000, buffer=4_000, debt=debt, owner_works=owner_works)
    home, total = household(), flow()
    pay_owner(one, home, total, TERMS)
    assert one.cash == 10_000 - paid
    assert (home.income, total.living, total.dividends) == ((paid, paid, 0) if owner_works else (0, 0, paid))


def test_part_of_the_inputs_is_paid_later():
    # Inputs of 600, half on credit; a quarter of the 400 owed falls due: 300 + 100 now, 400 + 300 − 100 owed.
    one = enterprise(sales=1_000, input_share=0.6, payables=400)
    assert inputs_due(one, cell(credit_inputs_share=0.5), the_terms(collected_share=0.25)) == 400
    assert one.payables == 600


def test_rent_that_is_waived_is_not_due():
    assert fixed_due(employer(waived=150), TERMS) == 250
