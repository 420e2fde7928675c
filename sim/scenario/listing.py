"""What a scenario holds and what may be set, as lines, rows and a file to start from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.scenario.fields import REQUIRED, range_text, root_slot, settings_of, slot_at
from sim.scenario.loading import _schema
from sim.scenario.problems import Place, Problem, ScenarioError
from sim.scenario.resolved import Scenario, _yaml_value
from sim.scenario.tree import split


@dataclass(frozen=True)
class Parameter:
    """One setting of the schema, as ``tideover params`` lists it."""

    path: str
    unit: str
    range: str
    default: str
    role: str
    description: str


def show(scenario: Scenario, diff: Scenario | None = None) -> list[str]:
    """Return one line a setting, ``path = value  unit  (origin; source)``; with ``diff`` only what differs.

    A line that differs ends in the other scenario's value: ``[other: 30 from china-2020.yaml:12]``.
    """
    if diff is None:
        return [_line(scenario, path) for path in scenario.leaves]
    paths = list(dict.fromkeys([*scenario.leaves, *diff.leaves]))
    return [_difference(scenario, diff, path) for path in paths if _value(scenario, path) != _value(diff, path)]


def parameters(filter: str = "", root: type[BaseModel] | None = None) -> list[Parameter]:
    """Return every setting of the schema whose path, unit, role or description contains ``filter``.

    Keys a file chooses are written ``<name>`` (``sectors.<name>.input_share``), positions in lists ``[n]``.
    """
    rows = [
        Parameter(path, slot.unit, range_text(slot), _default(slot.default), slot.role, slot.description)
        for path, slot in settings_of(root_slot(root or _schema()))
    ]
    word = filter.casefold()
    return [row for row in rows if word in " ".join((row.path, row.unit, row.role, row.description)).casefold()]


def json_schema(root: type[BaseModel] | None = None) -> dict[str, Any]:
    """Return the JSON schema of scenario files, for editors; ``extends`` included."""
    schema = (root or _schema()).model_json_schema(by_alias=True)
    extends = {"type": "string", "description": "packaged scenario or .yaml file whose settings this file changes"}
    schema["properties"] = {"extends": extends, **schema.get("properties", {})}
    for part in (schema, *schema.get("$defs", {}).values()):
        part.pop("required", None)  # a file that extends another need not repeat anything
    return json.loads(json.dumps(schema, default=str))  # type: ignore[no-any-return]


def new_scenario(folder: str | Path) -> Path:
    """Write a commented ``scenario.yaml`` that extends china-2020 and return its path.

    Raises
    ------
    ScenarioError
        When the file exists or the folder cannot be written.
    """
    path = Path(folder) / "scenario.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(_TEMPLATE)
    except FileExistsError:
        taken = "exists already; nothing was written" if path.exists() else "its folder is a file"
        raise ScenarioError([Problem(Place(str(path)), taken)]) from None
    except (OSError, ValueError) as error:
        raise ScenarioError(
            [Problem(Place(str(path)), f"cannot be written: {getattr(error, 'strerror', None) or error}")]
        ) from None
    return path


def _line(scenario: Scenario, path: str) -> str:
    slot = slot_at(type(scenario.settings), split(path) or (path,))
    unit = slot.unit if slot else ""
    return f"{path} = {_value(scenario, path)}  {unit}  ({scenario.origin[path]}; {scenario.sources[path]})"


def _difference(scenario: Scenario, other: Scenario, path: str) -> str:
    theirs = f"{_value(other, path)} from {other.origin[path]}" if path in other.leaves else "not there"
    ours = _line(scenario, path) if path in scenario.leaves else f"{path}: not there"
    return f"{ours}  [other: {theirs}]"


def _value(scenario: Scenario, path: str) -> str:
    return written(scenario.leaves[path]) if path in scenario.leaves else ""


def written(value: Any) -> str:
    """A value as a scenario file has it."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(written(item) for item in value)}]"
    return _yaml_value(value.model_dump(by_alias=True) if isinstance(value, BaseModel) else value)


def _default(value: Any) -> str:
    return "required" if value is REQUIRED else written(value)


_TEMPLATE = """\
# A scenario of your own: it starts from china-2020 and changes what is written below.
#
#   tideover check scenario.yaml       every error at once, with line and nearest setting
#   tideover show scenario.yaml        all settings, with where each comes from
#   tideover params programme          what may be set: unit, range, default
#   tideover compare scenario.yaml     with and without the programme
#
# Groups are merged setting by setting; numbers, texts and lists replace the parent's.
# Write numbers as plain numbers (0.05, not 5%), dates as 2020-02-10, true or false without quotes.

extends: china-2020
title: My scenario

# Remove the '# ' before a line to set it (keep the two spaces of the indented ones).
# programme:
#   decision_days: 7         # days from application to decision
#   payout_days: 1           # days from approval to money
#   loan_cap_share: 0.25     # largest loan, share of yearly turnover (0.25 = a quarter)
#   rate_yearly: 0.06        # posted effective rate a year (0.06 = 6 %)
#   envelope_yuan: 5e10      # most that may be out on loan at any time, yuan

# Say where a number comes from; a value without a source is listed as an assumption.
# sources:
#   programme.decision_days: "assumption: one week, for comparison"
"""
