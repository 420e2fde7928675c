"""R17: a yearly rate used as a daily one; the number of steps depends on how dates are written."""

from __future__ import annotations

import datetime

import pytest

from sim.model.economy import build_economy
from sim.scenario.problems import ScenarioError
from tests.support.economies import toy


@pytest.mark.parametrize("step_days", [1, 7])
def test_five_percent_a_year_is_0_0936_percent_a_week(step_days):
    """1.05^(7/365) − 1, in weekly and in daily steps (1.05^(1/52) − 1 = 0.0939 % would be a year of 52 weeks)."""
    terms = {
        "calendar.step_days": step_days,
        "products.secured.rate_yearly": 0.05,
        "products.secured.instalment_days": 7,
    }
    economy = build_economy(toy(terms, population__enterprises=400).settings, 1)
    secured = economy.loans[economy.loans["product"] == 0]
    assert len(secured) > 0
    assert secured["instalment_rate"] == pytest.approx(0.00093614, abs=1e-8)


@pytest.mark.parametrize(
    "written", ["calendar.start=2020-02-03", 'calendar.start="2020-02-03"', "calendar.start=20200203"]
)
def test_the_same_weeks_however_the_start_is_written_or_an_error(written):
    scenario = toy()
    path, _, value = written.partition("=")
    try:
        changed = scenario.set({path: datetime.date(2020, 2, 3) if value == "2020-02-03" else value.strip('"')})
    except ScenarioError:
        return
    assert changed.calendar.start == datetime.date(2020, 2, 3)
