"""Dates, steps, and the one place where days and years become steps."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from numba.extending import register_jitable

from sim.arithmetic.smooth import exponential, logarithm_of_one_plus

DAYS_PER_YEAR = 365.0
NEVER = 2**30
"""A step that no run reaches."""


@dataclass(frozen=True)
class Calendar:
    """Real dates and steps of one run.

    Step ``s`` covers the days ``s * step_days`` to ``(s + 1) * step_days - 1``, counted from ``start``.
    """

    start: datetime.date
    weeks: int
    step_days: int
    run_off_weeks: int = 0

    @property
    def steps(self) -> int:
        """Steps of the whole run, run-off included."""
        return (self.weeks + self.run_off_weeks) * 7 // self.step_days

    @property
    def horizon(self) -> int:
        """Steps up to the end of the run proper; after them no loan is asked for."""
        return self.weeks * 7 // self.step_days

    def date(self, step: int) -> datetime.date:
        """First day of a step."""
        return self.start + datetime.timedelta(days=step * self.step_days)

    def step_of(self, date: datetime.date | None) -> int:
        """First step that starts on or after a date (a thing dated inside a step begins with the next one)."""
        if date is None:
            return 0
        return self.steps_in((date - self.start).days)

    def steps_in(self, days: float) -> int:
        """Steps a delay takes, rounded up to the first step boundary not before the day. ODD equation T1."""
        return max(0, -int(-days // self.step_days))

    def share_per_step(self, share_yearly: float) -> float:
        """A yearly share (hazard) as a share per step: 1 − (1 − h)^(d/365). ODD equation T2."""
        return 1.0 - (1.0 - share_yearly) ** (self.step_days / DAYS_PER_YEAR)

    def share_per_weeks(self, share_weekly: float) -> float:
        """A weekly share as a share per step."""
        return 1.0 - (1.0 - share_weekly) ** (self.step_days / 7.0)


@register_jitable
def rate_over(rate_yearly: float, days: float) -> float:
    """An effective yearly rate over some days: (1 + r)^(d/365) − 1. ODD equation T3."""
    return exponential(logarithm_of_one_plus(rate_yearly) * (days / DAYS_PER_YEAR)) - 1.0
