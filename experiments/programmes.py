"""Programmes that could have been: the levers a search may turn, and the programme at some values of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sim

Values = Mapping[str, float]
"""Value of each lever."""

GUARANTEE_END = datetime.date(2020, 12, 31)
"""Last day of a guarantee, as in the rivals experiment."""


@dataclass(frozen=True)
class Lever:
    """What a search may turn.

    Attributes
    ----------
    name
        In tables.
    low, high
        Range, in the lever's unit.
    step
        Values tried are so far apart.
    unit
        In tables.
    """

    name: str
    low: float
    high: float
    step: float
    unit: str


LEVERS = (
    Lever("envelope", 50.0, 1000.0, 50.0, "bn yuan"),
    Lever("cap", 5.0, 50.0, 5.0, "% of yearly sales"),
    Lever("rate", 3.0, 17.0, 1.0, "% a year"),
    Lever("decision", 0.0, 28.0, 7.0, "days"),
    Lever("launch", 0.0, 70.0, 7.0, "days after 3 February 2020"),
    Lever("grace", 0.0, 168.0, 28.0, "days"),
    Lever("guarantee", 0.0, 80.0, 20.0, "% of loss"),
)
FIRST_LAUNCH = datetime.date(2020, 2, 3)


def programme_of(scenario: sim.Scenario, values: Values) -> sim.Scenario:
    """The scenario with its programme at some values of all levers; terms hold for every product of the programme."""
    launch = FIRST_LAUNCH + datetime.timedelta(days=round(values["launch"]))
    terms: dict[str, Any] = {
        "loan_cap_share": values["cap"] / 100.0,
        "rate_yearly": values["rate"] / 100.0,
        "rate_discount_share": 0.0,
        "decision_days": round(values["decision"]),
        "grace_days": round(values["grace"]),
    }
    places = ["programme", *(f"programme.products.{name}" for name in scenario.settings.programme.products)]
    changes = {f"{place}.{term}": value for place in places for term, value in terms.items()}
    changes |= {"programme.launch_date": launch, "programme.envelope_yuan": values["envelope"] * 1e9}
    return scenario.set(changes | guarantee(values["guarantee"] / 100.0, launch))


def guarantee(share: float, launch: datetime.date) -> dict[str, Any]:
    """Settings of a guarantee that begins with the programme; none at a share of 0."""
    if share <= 0.0:
        return {}
    chosen = {"enabled": True, "start": launch, "end": GUARANTEE_END, "share": share}
    return {f"measures.guarantee.{key}": value for key, value in chosen.items()}


def words(values: Values) -> Iterator[str]:
    """The values of all levers as text, lever by lever."""
    for lever in LEVERS:
        value = values[lever.name]
        if lever.name == "launch":
            yield f"{FIRST_LAUNCH + datetime.timedelta(days=round(value)):%d %b}"
        else:
            yield f"{value:,.0f}"
