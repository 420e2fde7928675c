"""Entry: new enterprises take the place of those that close in a normal year (ODD submodel 0)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.decorators import hot_rule


@hot_rule
def enter_if_due(enterprise: Any, household: Any, flow: Any, conditions: Any) -> None:
    """Open for business in the step of entry, with the owner's savings and people from elsewhere. ODD equation 0.1."""
    if enterprise.entry_step == conditions.step and conditions.step > 0:
        enterprise.exists = 1
        enterprise.staff = enterprise.staff_normal
        household.working_elsewhere = 0
        flow.entries += 1
