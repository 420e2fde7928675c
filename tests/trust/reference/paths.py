"""Section 6 of the ODD: dated paths."""

from __future__ import annotations

from typing import Any

from tests.trust.reference.world import World


def days_from_start(world: World, date: Any) -> int:
    """Days from the start of the run to a date."""
    return (date - world.settings.calendar.start).days


def value_at(world: World, path: Any, day: float) -> float:
    """A dated path on a day (section 6)."""
    if not path:
        return 1.0
    points = [(days_from_start(world, date), value) for date, value in path]
    if day <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        if day == x1:
            return y1
        if x0 < day < x1:
            return ((y1 - y0) / (x1 - x0)) * (day - x0) + y0
    return points[-1][1]
