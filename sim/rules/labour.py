"""Labour: lay-off, recall, work found elsewhere (ODD submodel 4)."""

from __future__ import annotations

import math
from typing import Any

from sim.arithmetic.decorators import hot_rule
from sim.arithmetic.draws import Purpose, uniform
from sim.rules.payments import outgoings

JOB_FINDING, VACANCY = int(Purpose.JOB_FINDING), int(Purpose.VACANCY)


@hot_rule
def staff_needed(enterprise: Any, terms: Any) -> int:
    """People that the sales of the step need, at least the key staff. ODD equation 4.1."""
    if enterprise.sales_normal <= 0:
        return enterprise.staff_normal
    by_sales = int(math.ceil(enterprise.staff_normal * (enterprise.sales / enterprise.sales_normal)))
    key = int(math.ceil(enterprise.staff_normal * terms.key_staff_share))
    return min(enterprise.staff_normal, max(by_sales, key, enterprise.owner_works))


@hot_rule
def adjust_staff(enterprise: Any, household: Any, flow: Any, conditions: Any, terms: Any) -> None:
    """Recall and hire when sales need it; lay off when cash does not last (until it reopens). ODD equation 4.2."""
    needed = staff_needed(enterprise, terms)
    hire(enterprise, household, max(0, needed - enterprise.staff), flow, conditions, terms)
    steps = terms.layoff_steps if enterprise.open_days > 0 else min(terms.layoff_steps, enterprise.shut_steps)
    short = enterprise.cash < steps * outgoings(enterprise, terms)
    enterprise.staff = min(enterprise.staff, needed) if short else enterprise.staff


@hot_rule
def hire(enterprise: Any, household: Any, posts: int, flow: Any, conditions: Any, terms: Any) -> None:
    """Recall own people out of work at once; the other posts stay vacant until people come from elsewhere. ODD 4.4."""
    out_of_work = household.members - enterprise.staff - household.working_elsewhere
    recalled = min(posts, out_of_work)
    vacancies = posts - recalled
    hired = 0
    if vacancies > 0:
        expected = vacancies * terms.vacancy_filling_share
        hired = min(vacancies, int(expected + uniform(conditions.keys[VACANCY], enterprise.id)))
        household.working_elsewhere -= hired
        flow.vacancies += vacancies - hired
    enterprise.staff += recalled + hired


@hot_rule
def find_work(household: Any, staff: int, openness: float, conditions: Any, terms: Any) -> int:
    """Let some members out of work start elsewhere; return how many are still out of work. ODD equation 4.3.

    The expected number is rounded down or up by a keyed draw; job markets work as far as the region is open.
    """
    out_of_work = household.members - staff - household.working_elsewhere
    if out_of_work > 0:
        expected = out_of_work * terms.job_finding_share * openness
        found = min(out_of_work, int(expected + uniform(conditions.keys[JOB_FINDING], household.id)))
        household.working_elsewhere += found
        out_of_work -= found
    return out_of_work
