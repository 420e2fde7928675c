"""Stoppage: who is open (ODD submodel 1)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.decorators import hot_rule
from sim.state.conditions import MOST_STEP_DAYS


@hot_rule
def stop_or_reopen(enterprise: Any, cell: Any) -> None:
    """Count the days of the step on which the enterprise is open. ODD equation 1.1.

    The published figure is a share of enterprises, so each enterprise has a reopening rank u ~ U(0, 1) and is open on
    the days when u ≤ o(sector, region, day).
    """
    days = 0
    for day in range(MOST_STEP_DAYS):  # beyond the step the share open is below zero
        days += enterprise.reopening_rank <= cell.openness[day]
    enterprise.open_days = days


@hot_rule
def resume(enterprise: Any, cell: Any) -> None:
    """Note whether the stoppage is over on the first day after the step; exited ones count too. ODD equation 1.3."""
    enterprise.resumed = enterprise.reopening_rank <= cell.openness_after
