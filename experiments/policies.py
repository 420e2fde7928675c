"""The policies that the rivals experiment compares: seven measures and the programme, each with one size to turn."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sim

SUPPORT_END = datetime.date(2020, 6, 30)
"""Last day of the rent waiver and the wage support."""

CREDIT_END = datetime.date(2020, 12, 31)
"""Last day of the guarantee, the relending and the interest subsidy, and of the longest payment holiday."""


@dataclass(frozen=True)
class Policy:
    """A measure or the programme, with one size.

    Attributes
    ----------
    name, title
        In tables and on figures.
    size_name, unit
        What is scaled; how a size is written.
    limit
        Full size.
    key
        The setting that the size goes to (``end``: so many days after the launch).
    fixed
        Further settings of the measure.
    """

    name: str
    title: str
    size_name: str
    unit: str
    limit: float
    key: str
    fixed: Mapping[str, Any]

    def settings(self, size: float, launch: datetime.date) -> dict[str, Any]:
        """Settings of the policy at a size; none at size 0."""
        if size <= 0.0:
            return {}
        if self.name == "programme":
            return {"programme.enabled": True, "programme.envelope_yuan": min(size, self.limit)}
        value: Any = launch + datetime.timedelta(days=round(size)) if self.key == "end" else size
        chosen = {"enabled": True, "start": launch, **self.fixed, self.key: value}
        return {f"measures.{self.name}.{key}": setting for key, setting in chosen.items()}

    def words(self, size: float) -> str:
        """A size as text."""
        number = size * 100 if self.unit == "%" else size / 1e9 if self.unit == "bn yuan" else size
        digits = 0 if number >= 100 else 1 if number >= 10 else 2 if number >= 1 else 3
        return f"{self.size_name} {number:,.{digits}f} {self.unit}"


def policies_of(scenario: sim.Scenario) -> dict[str, Policy]:
    """The eight policies of a scenario; those most likely to reach their full size first."""
    support, credit = {"end": SUPPORT_END}, {"end": CREDIT_END}
    programme = scenario.settings.programme
    left = (CREDIT_END - programme.launch_date).days
    found = (
        Policy("payment_holiday", "payment holiday", "lasts", "days", float(left), "end", {}),
        Policy("guarantee", "guarantee", "share of loss", "%", 1.0, "share", credit),
        Policy("interest_subsidy", "interest subsidy", "share of interest", "%", 1.0, "share", credit),
        Policy("programme", "programme", "envelope", "bn yuan", programme.envelope_yuan, "envelope_yuan", {}),
        Policy("relending", "relending", "total", "bn yuan", 5e12, "total_yuan", {**credit, "rate_yearly": 0.0}),
        Policy("rent_waiver", "rent waiver", "share of rent", "%", 1.0, "share", support),
        Policy("wage_support", "wage support", "share of wages", "%", 1.0, "share", support),
        Policy("grant", "grant", "sales of", "days", 365.0, "sales_days", {}),
    )
    return {policy.name: policy for policy in found}


Sizes = Mapping[str, float]
"""Size of each policy that is on."""


def scenario_with(reference: sim.Scenario, policies: Mapping[str, Policy], sizes: Sizes) -> sim.Scenario:
    """The reference (without programme or measures) with some policies at some sizes."""
    changes: dict[str, Any] = {}
    for name, size in sizes.items():
        changes |= policies[name].settings(size, reference.settings.programme.launch_date)
    return reference.set(changes) if changes else reference


def size_for(
    target: float, value_of: Callable[[float], float], limit: float, tolerance: float = 0.02, most: int = 9
) -> float:
    """Size at which something that grows with it reaches a target; the limit where it never does.

    Bisection, the point of division chosen by the secant, kept away from the ends (so that a line takes one step and a
    curve not many); the same draws at every size, so the function is smooth enough.
    """
    if target <= 0.0:
        return 0.0
    low, high, below, above = 0.0, limit, 0.0, value_of(limit)
    if above <= target * (1.0 + tolerance):
        return limit
    size = limit
    for _ in range(most):
        part = min(max((target - below) / (above - below), 1e-4), 0.95)
        size = low + part * (high - low)
        value = value_of(size)
        if abs(value - target) <= tolerance * target:
            break
        if value < target:
            low, below = size, value
        else:
            high, above = size, value
    return size
