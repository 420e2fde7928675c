"""Submodel 2, worked by hand."""

from __future__ import annotations

import math

import pytest

from sim.arithmetic.draws import Purpose, noise, streams
from sim.rules.sales import sell
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


def test_deviation_is_an_autoregression_on_keyed_noise():
    one = enterprise(id=5, sales_normal=100_000, deviation=0.2)
    drawn = noise(streams(SEED, 1)[Purpose.DEMAND], 5)
    sales = sold(one, noise_persistence=0.5, noise_step=0.1, noise_half_variance=0.01, capacity_ratio=9.0)
    assert one.deviation == pytest.approx(0.5 * 0.2 + 0.1 * drawn, abs=1e-15)
    assert sales == round(100_000 * math.exp(one.deviation - 0.01))


def test_part_of_the_sales_is_paid_later():
    # Sales of 1,000, of which 300 on credit. Of 300 + 200 receivables a tenth is lost, a quarter of 450 comes in: 113.
    one, total = enterprise(sales_normal=1_000, receivables=200), flow()
    where, now = cell(credit_sales_share=0.3), conditions(bad_debt_share=0.1)
    sell(one, where, total, now, the_terms(capacity_ratio=1.0, collected_share=0.25))
    assert (one.sales, one.cash, one.receivables, total.sales) == (1_000, 700 + 113, 500 - 50 - 113, 813)
