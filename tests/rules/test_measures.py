"""Submodel 10, worked by hand; all amounts in fen."""

from __future__ import annotations

import pytest

from sim.rules.measures import (
    guarantee_share,
    is_stopped,
    receive_grant,
    receive_support,
    share_of_measure,
    support_wages,
    waive_rent,
)
from sim.state.codes import MeasureIndex
from tests.support.records import EVERY, cell, conditions, enterprise, flow, the_terms

TERMS = the_terms(furlough_share=0.6, closed_fixed_share=0.75)


def in_force(measure, share=1.0, kinds=EVERY, regions=EVERY, **more):
    """Conditions of a step with one measure."""
    base = conditions(any_support=1, **more)
    base.measure_share[measure], base.measure_kinds[measure], base.measure_regions[measure] = share, kinds, regions
    return base


@pytest.mark.parametrize(
    ("kinds", "regions", "share"), [(EVERY, EVERY, 0.4), (0b010, 0b100, 0.4), (0b101, EVERY, 0.0), (EVERY, 0b011, 0.0)]
)
def test_a_measure_is_for_its_kinds_and_regions(kinds, regions, share):
    one, now = enterprise(kind=1, region=2), in_force(MeasureIndex.GUARANTEE, 0.4, kinds, regions)
    assert share_of_measure(one, MeasureIndex.GUARANTEE, now) == guarantee_share(one, now) == share


def test_no_measure_no_share():
    assert share_of_measure(enterprise(), MeasureIndex.WAGES, conditions()) == 0.0


@pytest.mark.parametrize(("open_days", "stopped"), [(7, False), (6, True), (0, True)])
def test_stopped_for_a_day_is_stopped(open_days, stopped):
    assert is_stopped(enterprise(open_days=open_days), TERMS) is stopped


@pytest.mark.parametrize(
    ("open_days", "only_stopped", "paid"), [(0, 1, 1_500), (0, 0, 1_500), (7, 1, 0), (7, 0, 2_500)]
)
def test_half_of_the_wages_due(open_days, only_stopped, paid):
    # Five on 1,000: 5,000 when open, 3,000 when shut; half of it.
    one, total = enterprise(staff=5, wage=1_000, open_days=open_days), flow()
    support_wages(one, total, in_force(MeasureIndex.WAGES, 0.5, wages_only_stopped=only_stopped), TERMS)
    assert (one.cash, total.wage_support) == (paid, paid)


def test_rent_is_waived_and_the_landlord_compensated():
    # Fixed cost of 400, of which 60 % is rent; half of that.
    one, total = enterprise(fixed=400), flow()
    waive_rent(one, cell(rent_part=0.6), total, in_force(MeasureIndex.RENT, 0.5), TERMS)
    assert (one.waived, total.rent_waiver, one.cash) == (120, 120, 0)


def test_grant_is_a_sum_and_some_weeks_of_sales():
    one, total = enterprise(sales_normal=1_000), flow()
    receive_grant(one, total, in_force(MeasureIndex.GRANT, grant=500, grant_steps=2.0), TERMS)
    assert (one.cash, total.grants) == (2_500, 2_500)
    receive_grant(one, total, in_force(MeasureIndex.GRANT, grant=500, grant_only_stopped=1), TERMS)
    assert one.cash == 2_500


def test_a_waiver_lasts_one_step():
    one, total = enterprise(waived=120), flow()
    receive_support(one, cell(), total, conditions(), TERMS)
    assert (one.waived, one.cash) == (0, 0)
