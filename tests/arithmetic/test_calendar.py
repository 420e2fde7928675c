"""Dates, steps, and the one place where days and years become steps (R17, R18)."""

from __future__ import annotations

import datetime
from decimal import Decimal, getcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arithmetic.calendar import Calendar, rate_over

START = datetime.date(2020, 1, 6)
WEEKLY, DAILY = Calendar(START, 60, 7), Calendar(START, 60, 1)


@pytest.mark.parametrize(
    ("days", "weekly", "daily"),
    [(0, 0, 0), (1, 1, 1), (7, 1, 7), (8, 2, 8), (21, 3, 21), (30, 5, 30), (0.5, 1, 1), (-3, 0, 0)],
)
def test_a_delay_is_rounded_up_to_the_next_step(days, weekly, daily):
    assert (WEEKLY.steps_in(days), DAILY.steps_in(days)) == (weekly, daily)


@given(st.integers(0, 10_000))
def test_money_is_never_early_and_never_a_step_late(days):
    for calendar in (WEEKLY, DAILY):
        assert 0 <= calendar.steps_in(days) * calendar.step_days - days < calendar.step_days


def test_steps_and_their_dates():
    assert (WEEKLY.steps, DAILY.steps) == (60, 420)
    assert WEEKLY.date(3) == DAILY.date(21) == datetime.date(2020, 1, 27)
    assert WEEKLY.date(8) == datetime.date(2020, 3, 2)  # over the leap day


@pytest.mark.parametrize(
    ("date", "weekly", "daily"),
    [
        (START, 0, 0),
        (datetime.date(2020, 1, 7), 1, 1),
        (datetime.date(2020, 1, 13), 1, 7),
        (datetime.date(2019, 1, 1), 0, 0),
    ],
)
def test_a_thing_dated_inside_a_step_begins_with_the_next(date, weekly, daily):
    assert (WEEKLY.step_of(date), DAILY.step_of(date)) == (weekly, daily)
    assert WEEKLY.step_of(None) == 0


def test_a_yearly_share_is_met_over_a_year_of_steps():
    # 6.7 % a year: 0.1329 % a week, 0.0190 % a day.
    assert WEEKLY.share_per_step(0.067) == pytest.approx(0.0013292, abs=1e-7)
    assert DAILY.share_per_step(0.067) == pytest.approx(0.00018998, abs=1e-8)
    for calendar in (WEEKLY, DAILY):
        kept = (1 - calendar.share_per_step(0.5)) ** (365 / calendar.step_days)
        assert kept == pytest.approx(0.5, abs=1e-12)


def test_a_weekly_share_is_met_over_a_week_of_days():
    assert WEEKLY.share_per_weeks(0.5) == 0.5
    assert (1 - DAILY.share_per_weeks(0.5)) ** 7 == pytest.approx(0.5, abs=1e-12)


def test_five_percent_a_year_over_a_week():
    # 1.05^(7/365) − 1 = 0.0936 %; over a 52nd part of the year 1.05^(1/52) − 1 = 0.0939 %.
    assert rate_over(0.05, 7) == pytest.approx(0.00093614, abs=1e-8)
    assert rate_over(0.05, 365 / 52) == pytest.approx(0.00093871, abs=1e-8)


@pytest.mark.parametrize("rate", [0.0, 1e-9, 0.05, 0.24, 2.0, 5.0])
@pytest.mark.parametrize("days", [1, 7, 28, 365, 3650])
def test_rates_compound_to_the_yearly_rate(rate, days):
    getcontext().prec = 30
    exact = float((1 + Decimal(rate)) ** (Decimal(days) / Decimal(365)) - 1)
    assert rate_over(rate, days) == pytest.approx(exact, rel=1e-10, abs=1e-12)


def test_twelve_percent_a_year_day_by_day_is_twelve_percent():
    grown = 1.0
    for _ in range(365):
        grown *= 1 + rate_over(0.12, 1)
    assert grown == pytest.approx(1.12, abs=1e-10)
