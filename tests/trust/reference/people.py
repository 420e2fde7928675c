"""Submodels 4 (job finding) and 5 of the ODD: households."""

from __future__ import annotations

from typing import Any

from tests.trust.reference.arithmetic import Purpose, uniform, whole
from tests.trust.reference.world import World


def live(world: World, household: Any) -> None:
    """4.3, 5.1 and 5.2, in this order."""
    terms, now, flow = world.terms, world.now, world.flow
    staff, openness = 0, now.branch_openness
    if household.row < len(world.enterprises):
        enterprise = world.enterprises[household.row]
        staff, openness = enterprise.staff, world.cell(enterprise).region_openness
    else:
        household.income = 0
    idle = household.members - staff - household.working_elsewhere
    if idle > 0:
        chance = uniform(now.keys[Purpose.JOB_FINDING], household.id)
        found = min(idle, int(idle * terms.job_finding_share * openness + chance))
        household.working_elsewhere += found
        idle -= found
    earned = household.working_elsewhere * household.wage
    benefit = whole((idle * household.wage) * terms.benefit_ratio)
    household.cash += earned + benefit
    household.income += earned + benefit
    flow.elsewhere += earned
    flow.benefits += benefit
    saved = terms.precautionary_saving_share * (1.0 - openness)
    out_of_income = terms.income_spent_share * (1.0 - saved) * household.income
    out_of_cash = terms.cash_spent_share * max(0, household.cash - cash_kept(world, household))
    spent = min(household.cash, whole(out_of_income + out_of_cash))
    household.cash -= spent
    flow.spending += spent


def cash_kept(world: World, household: Any) -> int:
    """5.3."""
    return whole(world.terms.household_buffer_steps * (household.members * household.wage))
