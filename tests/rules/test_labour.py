"""Submodel 4, worked by hand."""

from __future__ import annotations

import pytest

from sim.arithmetic.draws import Purpose, streams, uniform
from sim.rules.labour import adjust_staff, find_work, hire, staff_needed
from tests.support.records import SEED, conditions, enterprise, flow, household, the_terms

TERMS = the_terms(key_staff_share=0.5, layoff_steps=4.0, furlough_share=1.0, closed_fixed_share=1.0)


@pytest.mark.parametrize(
    ("sales", "needed"),
    # Nine people at sales of 900. Sales of 610 need 6.1, so 7; 300 would need 3, but 4.5, so 5, are key; 2,000 need 9.
    [(610, 7), (300, 5), (0, 5), (2_000, 9)],
)
def test_staff_follows_sales_down_to_key_staff(sales, needed):
    assert staff_needed(enterprise(staff_normal=9, sales_normal=900, sales=sales), TERMS) == needed


def test_owner_and_staff_without_normal_sales_stay():
    assert staff_needed(enterprise(staff_normal=3, owner_works=1), TERMS) == 3
    assert staff_needed(enterprise(staff_normal=1, owner_works=1, sales_normal=10), the_terms()) == 1


@pytest.mark.parametrize(("cash", "staff"), [(3_999, 5), (4_000, 10)])
def test_lays_off_when_cash_is_under_four_weeks_of_outgoings(cash, staff):
    # Ten people on 100: outgoings 1,000 a week, four weeks 4,000. No sales: key staff 5.
    one = enterprise(staff_normal=10, staff=10, wage=100, sales_normal=5_000, cash=cash)
    adjust_staff(one, household(members=10), flow(), conditions(), TERMS)
    assert one.staff == staff


@pytest.mark.parametrize(
    ("shut_steps", "cash", "staff"),
    # Shut, at full wages: 1,000 a week. Who reopens after two and a half weeks lays off with less than 2,500; beyond
    # four weeks, or if it does not know, with less than 4,000; who reopens tomorrow never.
    [(2.5, 2_500, 10), (2.5, 2_499, 5), (9.0, 3_999, 5), (9.0, 4_000, 10), (1e6, 3_999, 5), (0.0, 0, 10)],
)
def test_who_knows_when_it_reopens_keeps_staff_that_cash_lasts_for(shut_steps, cash, staff):
    one = enterprise(staff_normal=10, staff=10, wage=100, sales_normal=5_000, cash=cash)
    one.open_days, one.shut_steps = 0, shut_steps
    adjust_staff(one, household(members=10), flow(), conditions(), TERMS)
    assert one.staff == staff


def test_a_reopening_says_nothing_to_who_is_open():
    one = enterprise(staff_normal=10, staff=10, wage=100, sales_normal=5_000, cash=3_999, open_days=1)
    adjust_staff(one, household(members=10), flow(), conditions(), TERMS)
    assert one.staff == 5


def test_recall_takes_back_own_people_who_are_out_of_work():
    # Ten are needed, five are there, two work elsewhere: three come back at once, two posts stay vacant.
    one = enterprise(staff_normal=10, staff=5, sales_normal=100, sales=100)
    home, total = household(members=10, working_elsewhere=2), flow()
    adjust_staff(one, home, total, conditions(), TERMS)
    assert (one.staff, home.working_elsewhere, total.vacancies) == (8, 2, 2)


def test_vacancies_are_filled_from_elsewhere_by_a_keyed_draw():
    # Four posts, a quarter filled in a step: one or two, by 1 + a uniform number below 1.
    key = streams(SEED, 1)[Purpose.VACANCY]
    for number in range(50):
        one, home, total = enterprise(id=number), household(members=9, working_elsewhere=9), flow()
        hire(one, home, 4, total, conditions(), the_terms(vacancy_filling_share=0.25))
        hired = int(1.0 + uniform(key, number))
        assert (one.staff, home.working_elsewhere, total.vacancies) == (hired, 9 - hired, 4 - hired)


def test_finding_work_is_rounded_by_a_keyed_draw():
    # Ten out of work, a quarter find work where the region is half open: 1.25 expected, so one or two.
    key = streams(SEED, 1)[Purpose.JOB_FINDING]
    for number in range(50):
        home = household(id=number, members=12, working_elsewhere=2)
        left = find_work(home, 0, 0.5, conditions(), the_terms(job_finding_share=0.25))
        found = int(1.25 + uniform(key, number))
        assert (home.working_elsewhere, left) == (2 + found, 10 - found)


def test_nobody_looks_for_work_while_all_are_at_work():
    home = household(members=3, working_elsewhere=1)
    assert find_work(home, 2, 1.0, conditions(), the_terms(job_finding_share=1.0)) == 0
