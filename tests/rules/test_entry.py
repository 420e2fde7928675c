"""Submodel 0, worked by hand."""

from __future__ import annotations

import pytest

from sim.rules.entry import enter_if_due
from tests.support.records import conditions, enterprise, flow, household


@pytest.mark.parametrize(("step", "entered"), [(3, False), (4, True), (5, False)])
def test_enters_in_its_step_with_its_people(step, entered):
    one, home, total = (
        enterprise(exists=0, entry_step=4, staff_normal=3),
        household(members=3, working_elsewhere=3),
        flow(),
    )
    enter_if_due(one, home, total, conditions(step=step))
    assert (one.exists, one.staff, home.working_elsewhere, total.entries) == ((1, 3, 0, 1) if entered else (0, 0, 3, 0))


def test_who_is_there_from_the_start_does_not_enter():
    one, total = enterprise(entry_step=0, staff_normal=3, staff=1), flow()
    enter_if_due(one, household(), total, conditions(step=0))
    assert (one.staff, total.entries) == (1, 0)
