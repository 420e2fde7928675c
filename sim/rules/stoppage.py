"""Stoppage: who is open, and who knows when it reopens (ODD submodel 1)."""

from __future__ import annotations

from typing import Any

from sim.arithmetic.decorators import hot_rule
from sim.arithmetic.draws import Purpose, noise, uniform
from sim.state.conditions import MOST_STEP_DAYS, WEEKS_AHEAD

REOPENING, RANK_KEPT, REOPENING_KNOWN = int(Purpose.REOPENING), int(Purpose.RANK_KEPT), int(Purpose.REOPENING_KNOWN)
FOR_GOOD = 1e6
"""Steps for which a shut enterprise plans when it does not know when it reopens."""


@hot_rule
def stop_or_reopen(enterprise: Any, cell: Any) -> None:
    """Count the days of the step on which the enterprise is open. ODD equation 1.1.

    Each enterprise has a reopening rank u ~ U(0, 1) and is open on the days when u is at most the cell's threshold,
    which is set so that the share of the enterprises in business that are open is the published one.
    """
    days = 0
    for day in range(MOST_STEP_DAYS):  # beyond the step the threshold is below every rank
        days += enterprise.reopening_rank <= cell.threshold[day]
    enterprise.open_days = days


@hot_rule
def resume(enterprise: Any, cell: Any) -> None:
    """Note whether the stoppage is over on the first day after the step; exited ones count too. ODD equation 1.10."""
    enterprise.resumed = enterprise.reopening_rank <= cell.threshold_after


@hot_rule
def redraw_rank(enterprise: Any, conditions: Any, terms: Any) -> None:
    """A new wave begins: some keep their reopening rank, the others draw anew. ODD equation 1.4."""
    kept = uniform(conditions.keys[RANK_KEPT], enterprise.id) < terms.rank_persistence
    shut_part = (1.0 - uniform(conditions.keys[REOPENING], enterprise.id)) / shut_ratio(enterprise, terms)
    enterprise.reopening_rank = enterprise.reopening_rank if kept else 1.0 - shut_part


@hot_rule
def shut_ratio(enterprise: Any, terms: Any) -> float:
    """How often an enterprise of its size is shut, against the smallest. ODD equation 1.5."""
    ratio = 1.0
    for size in range(len(terms.size_from)):
        ratio = terms.size_shut_ratio[size] if enterprise.staff_normal >= terms.size_from[size] else ratio
    return ratio


@hot_rule
def foresee_reopening(enterprise: Any, cell: Any, terms: Any) -> None:
    """Coming steps in which it expects to stay shut, as announced and with an error; 0 while open. ODD equation 1.6."""
    weeks = 0
    for week in range(WEEKS_AHEAD):
        weeks += enterprise.reopening_rank > cell.threshold_ahead[week]
    error = terms.known_error * noise(terms.fixed_keys[REOPENING_KNOWN], enterprise.id)
    known = max(0.0, weeks * terms.weeks_ahead + error) if weeks < WEEKS_AHEAD else FOR_GOOD
    enterprise.shut_steps = 0.0 if enterprise.open_days > 0 else known
