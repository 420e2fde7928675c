"""Stoppage: who is open (ODD submodel 1)."""

from __future__ import annotations

from typing import Any

from numba.extending import register_jitable


@register_jitable
def stop_or_reopen(enterprise: Any, cell: Any, terms: Any) -> None:
    """Count the days of the step on which the enterprise is open. ODD equation 1.1.

    The published figure is a share of enterprises, so each enterprise has a reopening rank u ~ U(0, 1) and is open on
    the days when u ≤ o(sector, region, day).
    """
    days = 0
    for day in range(terms.step_days):
        if enterprise.reopening_rank <= cell.openness[day]:
            days += 1
    enterprise.open_days = days
