"""Stoppage: who is open (ODD submodel 1)."""

from __future__ import annotations

from typing import Any

from numba.extending import register_jitable


@register_jitable
def stop_or_reopen(enterprise: Any, openness: Any, step_days: int) -> None:
    """Count the days of the step on which the enterprise is open. ODD equation 1.1.

    The published figure is a share of enterprises, so each enterprise has a reopening rank u ~ U(0, 1) and is open on
    the days when u ≤ o(sector, region, day).
    """
    path = openness[enterprise.cell]
    days = 0
    for day in range(step_days):
        if enterprise.reopening_rank <= path[day]:
            days += 1
    enterprise.open_days = days
