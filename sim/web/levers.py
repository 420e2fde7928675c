"""The levers of a scenario, by group: what policy sets, with unit, range and value, for fields and sliders."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.results.results import labels_of
from sim.scenario import Scenario
from sim.scenario.fields import Slot, range_text, slot_at
from sim.scenario.listing import written
from sim.scenario.tree import split

LEAST_REACH = {"days": 60.0}
"""How far a slider reaches at least, by unit."""
TIMES = 4
"""How many times its value a slider reaches."""
LARGE = 1000.0
MOST_WHOLE = 1.0
"""A range up to this is shown whole."""


@dataclass(frozen=True)
class Lever:
    """One lever as a page shows it; ``text`` is its value as a scenario file has it."""

    path: str
    label: str
    unit: str
    range: str
    text: str
    choices: tuple[str, ...] = ()
    slider: tuple[float, float, float] | None = None
    """Ends and step."""
    whole: bool = False


def levers_by_group(scenario: Scenario) -> dict[str, list[Lever]]:
    """The levers of a scenario by the title of their group, the programme's first."""
    root, labels = type(scenario.settings), labels_of(scenario.settings)
    groups: dict[str, list[Lever]] = {}
    for path, value in scenario.leaves.items():
        slot = slot_at(root, split(path) or (path,))
        if slot is not None and slot.role == "lever":
            groups.setdefault(path.rpartition(".")[0], []).append(lever(path, slot, value))
    for found in groups.values():
        found.sort(key=lambda one: (one.slider is None, not one.choices))
    ordered = sorted(groups.items(), key=lambda item: not item[0].startswith("programme"))
    return {group_title(path, labels): found for path, found in ordered}


def group_title(path: str, labels: dict[str, str]) -> str:
    """What a group of levers is called, with its name in both languages where the data has them."""
    above, _, name = path.rpartition(".")
    words = f"{above}.{name}".removeprefix(".").replace(".", ": ").replace("_", " ")
    return f"{words} · {labels[name]}" if name in labels else words


def lever(path: str, slot: Slot, value: object) -> Lever:
    """One lever."""
    text = value_text(value)
    choices = ("true", "false") if slot.kind is bool else tuple(str(one) for one in slot.choices)
    return Lever(
        path, slot.description, slot.unit, range_text(slot), text, choices, reach(slot, value), slot.kind is int
    )


def value_text(value: object) -> str:
    """A value as it is typed: texts without quotes, large whole amounts without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) >= LARGE:
        return str(int(value))
    return str(value) if isinstance(value, str) else written(value)


def reach(slot: Slot, value: object) -> tuple[float, float, float] | None:
    """Ends and step of a slider; none where a number in a field serves better."""
    if slot.kind not in (int, float) or isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    low, most = float(slot.limits.get("ge", 0)), float(slot.limits.get("le", 0))
    high = most if most <= MOST_WHOLE else min(most, max(LEAST_REACH.get(slot.unit, 0.0), TIMES * float(value)))
    if high <= low:
        return None
    return low, high, 1.0 if slot.kind is int else 10.0 ** math.floor(math.log10((high - low) / 20))
