"""Submodel 5, worked by hand."""

from __future__ import annotations

import pytest

from sim.rules.consumption import consume, earn_elsewhere
from tests.support.records import flow, household, the_terms


def test_wages_elsewhere_and_benefit():
    # Two at work on 1,001 and three out of work on a fifth: 3 × 1,001 × 0.2 = 600.6, so 601.
    home, total = household(working_elsewhere=2, wage=1_001, cash=5), flow()
    earn_elsewhere(home, 3, total, the_terms(benefit_ratio=0.2))
    assert (home.cash, home.income) == (5 + 2_002 + 601, 2_603)
    assert (total.elsewhere, total.benefits) == (2_002, 601)


@pytest.mark.parametrize(
    ("cash", "spending"),
    # Income 1,000, of which 70 %; cash above a buffer of 5,000, of which 2 %. At 8,000: 700 + 60. At 4,000: 700.
    # At 300: all there is.
    [(8_000, 760), (4_000, 700), (300, 300)],
)
def test_spending_is_part_of_income_and_of_spare_cash_but_never_more_than_cash(cash, spending):
    home, total = household(cash=cash, income=1_000, members=2, wage=500), flow()
    consume(home, 1.0, total, the_terms(income_spent_share=0.7, cash_spent_share=0.02, household_buffer_steps=5.0))
    assert (home.cash, total.spending) == (cash - spending, spending)


def test_less_is_spent_where_the_region_is_closed():
    # Half closed, saving of 40 % at full closure: 1,000 × 0.7 × (1 − 0.4 × 0.5) = 560.
    home, total = household(cash=9_000, income=1_000, members=1, wage=9_000), flow()
    shares = the_terms(income_spent_share=0.7, precautionary_saving_share=0.4, household_buffer_steps=1.0)
    consume(home, 0.5, total, shares)
    assert total.spending == 560
