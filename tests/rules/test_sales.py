"""Submodel 2, worked by hand."""

from __future__ import annotations

import math

import pytest

from sim.arithmetic.draws import Purpose, contrast, noise, streams
from sim.rules.sales import sell, vary_own_demand
from tests.support.records import SEED, cell, conditions, enterprise, flow, the_terms


def sold(one, demand=1.0, **terms):
    total = flow()
    sell(one, cell(demand=demand), total, conditions(), the_terms(**{"capacity_ratio": 1.2, **terms}))
    assert one.cash == one.sales == total.sales
    return one.sales


@pytest.mark.parametrize(
    ("demand", "open_days", "sales"),
    # Normal sales of 1,000.00 yuan. Demand 0.7 all week: 700.00. Demand 2 is cut to capacity: 1,200.00.
    # Demand 0.7 on 3 of 7 days: 0.7 × 3/7 × 100,000 fen = 30,000 fen. Closed: nothing.
    [(0.7, 7, 70_000), (2.0, 7, 120_000), (0.7, 3, 30_000), (1.0, 0, 0), (0.0, 7, 0)],
)
def test_sales_are_demand_up_to_capacity_on_the_days_open(demand, open_days, sales):
    assert sold(enterprise(sales_normal=100_000, open_days=open_days), demand) == sales


def test_own_demand_has_weekly_noise_and_a_persistent_part():
    # Half of 0.2 stays and a tenth of the noise comes; 0.9 of −0.3 stays and a fifth of the contrast comes.
    one, key = enterprise(id=5, deviation=0.2, persistent=-0.3), streams(SEED, 1)[Purpose.DEMAND]
    terms = the_terms(noise_persistence=0.5, noise_step=0.1, persistent_carried=0.9, persistent_step=0.2)
    vary_own_demand(one, conditions(), terms)
    assert one.deviation == pytest.approx(0.5 * 0.2 + 0.1 * noise(key, 5), abs=1e-15)
    assert one.persistent == pytest.approx(0.9 * -0.3 + 0.2 * contrast(key, 5), abs=1e-15)


def test_sales_follow_both_parts_of_own_demand():
    one = enterprise(id=5, sales_normal=100_000, deviation=0.2, persistent=0.1)
    sales = sold(one, noise_persistence=1.0, persistent_carried=1.0, demand_half_variance=0.01, capacity_ratio=9.0)
    assert sales == round(100_000 * math.exp(0.2 + 0.1 - 0.01))


@pytest.mark.parametrize(
    ("level", "slope", "exposure", "sales"),
    # Level 0.8 and slope 0.5: at exposure 0 four fifths of normal sales, at 2 only exp(−1) = 0.36788 of that: 29,430.
    # A demand of 2 at full capacity is cut to 1.2, at a level of 0.5 it is not: 2 × 0.5 = 1.0.
    [(0.8, 0.5, 0.0, 80_000), (0.8, 0.5, 2.0, 29_430), (1.0, 0.0, 7.0, 100_000)],
)
def test_an_open_enterprise_works_at_a_capacity_of_its_own(level, slope, exposure, sales):
    one, total = enterprise(sales_normal=100_000, exposure=exposure), flow()
    sell(one, cell(capacity_level=level, capacity_slope=slope), total, conditions(), the_terms(capacity_ratio=1.2))
    assert one.sales == total.sales == sales


@pytest.mark.parametrize(("level", "sales"), [(1.0, 120_000), (0.5, 100_000)])
def test_capacity_takes_from_demand_before_the_most_it_can_sell(level, sales):
    one = enterprise(sales_normal=100_000)
    sell(one, cell(demand=2.0, capacity_level=level), flow(), conditions(), the_terms(capacity_ratio=1.2))
    assert one.sales == sales


def test_the_most_exposed_sell_nothing():
    """Log demand is cut at −30, below which no fen is left of any sales a bank would look at."""
    one = enterprise(sales_normal=10**12, exposure=16.0)
    sell(one, cell(capacity_slope=1e6), flow(), conditions(), the_terms(capacity_ratio=1.2))
    assert one.sales == 0


@pytest.mark.parametrize("open_days", [0, 3, 7])
def test_what_it_could_sell_is_what_it_sells_when_open_in_all_of_the_step(open_days):
    # Demand 0.7: 70,000 if open on seven days, 3/7 of it on three.
    one = enterprise(sales_normal=100_000, open_days=open_days)
    sell(one, cell(demand=0.7), flow(), conditions(), the_terms(capacity_ratio=1.2))
    assert (one.could_sell, one.sales) == (70_000, 10_000 * open_days)


def test_part_of_the_sales_is_paid_later():
    # Sales of 1,000, of which 300 on credit. Of 300 + 200 receivables a tenth is lost, a quarter of 450 comes in: 113.
    one, total = enterprise(sales_normal=1_000, receivables=200), flow()
    where, now = cell(credit_sales_share=0.3), conditions(bad_debt_share=0.1)
    sell(one, where, total, now, the_terms(capacity_ratio=1.0, collected_share=0.25))
    assert (one.sales, one.cash, one.receivables, total.sales) == (1_000, 700 + 113, 500 - 50 - 113, 813)
