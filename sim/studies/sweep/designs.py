"""Designs of sweeps: which settings vary, over which values, at which points; every point checked before any run.

A setting varies over a list of values or a range ``low:high`` (``low:high:n`` on a grid: n values, both ends included).
Policy levers and uncertainties of the world are told apart by the role that the schema gives each setting.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.scenario import Place, Problem, Scenario, ScenarioError
from sim.scenario.fields import Slot, slot_at, unknown_text
from sim.scenario.tree import split
from sim.scenario.yaml_file import parse

Floats = npt.NDArray[np.float64]
DESIGNS = ("grid", "oat", "lhs", "sobol", "morris")
WHERE = Place("--vary")
_RANGE = re.compile(r"\s*([^\s:,\[\]]+)\s*:\s*([^\s:,\[\]]+)\s*(?::\s*(\d{1,7})\s*)?")


@dataclass(frozen=True)
class Factor:
    """One setting that varies.

    Attributes
    ----------
    key, role
        Dotted path, and ``lever``, ``uncertainty`` or ``structure``.
    kind
        ``list``, ``number``, ``whole`` or ``date``.
    values
        The values of a list, or the two ends of a range.
    count
        How many values of a range a grid takes; none = not said.
    base
        The value that the scenario itself has.
    """

    key: str
    role: str
    kind: str
    values: tuple[Any, ...]
    count: int | None = None
    base: Any = None

    @property
    def is_range(self) -> bool:
        """Whether it varies over a range."""
        return self.kind != "list"

    def at(self, share: float) -> Any:
        """The value at a share, 0 to 1, of the way; whole numbers and dates are rounded, lists cut into equal parts."""
        if not self.is_range:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        low, high = (number_of(value) for value in self.values)
        value = low + share * (high - low)
        if self.kind == "date":
            return datetime.date.fromordinal(round(value))
        return round(value) if self.kind == "whole" else value

    def levels(self) -> list[Any]:
        """The values a grid takes, each once."""
        if not self.is_range:
            return list(self.values)
        found = [self.at(float(share)) for share in np.linspace(0.0, 1.0, self.count or 2)]
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Design:
    """Points of a sweep.

    Attributes
    ----------
    name
        One of ``DESIGNS``.
    factors
        What varies, in the given order.
    points
        Values of the factors at each point, no two points alike.
    rows
        Point of each row of the sample; a grid has one row a point.
    shares
        The sample itself [rows, factors], each 0 to 1; empty for grids.
    samples, seed
        Size and seed of the sample.
    """

    name: str
    factors: tuple[Factor, ...]
    points: tuple[tuple[Any, ...], ...]
    rows: tuple[int, ...]
    shares: Floats
    samples: int = 0
    seed: int = 1

    def changes(self, point: int) -> dict[str, Any]:
        """The settings of a point by dotted path."""
        return {factor.key: value for factor, value in zip(self.factors, self.points[point], strict=True)}

    def keys(self, role: str | None = None) -> list[str]:
        """Dotted paths of what varies, all or those of one role."""
        return [factor.key for factor in self.factors if role in (None, factor.role)]


def number_of(value: Any) -> float:
    """A number or a date as a number."""
    return float(value.toordinal()) if isinstance(value, datetime.date) else float(value)


def plain(value: Any) -> Any:
    """A value as JSON and tables hold it: dates as ISO text, lists as JSON text."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (list, tuple, dict)) else value


def parse_vary(texts: Iterable[str]) -> dict[str, Any]:
    """What ``--vary key=a,b,c`` and ``--vary key=low:high:n`` say, by key.

    Raises
    ------
    ScenarioError
        With every text that cannot be read, and every key given twice.
    """
    found: dict[str, Any] = {}
    problems = []
    for text in texts:
        key, equals, written = (part.strip() for part in text.partition("="))
        if not equals or not written:
            problems.append(Problem(WHERE, "write setting=a,b,c or setting=low:high", key))
        elif key in found:
            problems.append(Problem(WHERE, "given twice; write all its values once: key=a,b,c", key))
        found[key] = written
    if problems:
        raise ScenarioError(problems)
    return found


def make_factors(scenario: Scenario, vary: Mapping[str, Any]) -> tuple[Factor, ...]:
    """Factors of the settings that vary; each value, and both ends of each range, accepted by the schema.

    Parameters
    ----------
    scenario
        What the sweep starts from.
    vary
        A list of values, or a text as after ``key=`` on the command line, by dotted path.

    Raises
    ------
    ScenarioError
        With every problem found.
    """
    factors, problems = [], []
    if not vary:
        problems.append(Problem(WHERE, "nothing varies: give at least one setting: programme.decision_days=1,7,30"))
    for key, given in vary.items():
        try:
            factor = _factor(scenario, key, given)
            factors.append(factor)
            for value in factor.values:
                problems += _refused(scenario, {key: value}, f"{plain(value)}: ")
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return tuple(factors)


def _factor(scenario: Scenario, key: str, given: Any) -> Factor:
    """One factor, its values read but not yet checked."""
    keys, root = split(key), type(scenario.settings)
    slot = slot_at(root, keys) if keys else None
    if slot is None or keys is None:
        raise ScenarioError([Problem(WHERE, unknown_text(root, keys or (key,)), key)])
    base = scenario.get(key)
    found = _RANGE.fullmatch(given) if isinstance(given, str) else None
    if found:
        return _range(key, slot, found, base)
    values = _read(key, f"[{given}]") if isinstance(given, str) else list(_listed(key, given))
    values = [_as_date(value) if slot.kind is datetime.date else _fits(value, slot) for value in values]
    if not values:
        raise ScenarioError([Problem(WHERE, "the list of values is empty", key)])
    once = list({json.dumps(plain(value), default=str): value for value in values}.values())
    return Factor(key, slot.role, "list", tuple(once), base=base)


def _read(key: str, text: str) -> Any:
    """A value as scenario files write it."""
    try:
        return parse(text, WHERE.file).plain()
    except ScenarioError as error:
        raise ScenarioError([Problem(WHERE, problem.text, key) for problem in error.problems]) from None


def _listed(key: str, given: Any) -> Sequence[Any]:
    """A list of values given in Python; NumPy arrays and pandas columns count as lists."""
    given = given.tolist() if hasattr(given, "tolist") else given
    if not isinstance(given, (list, tuple, range)):
        raise ScenarioError([Problem(WHERE, "give a list of values, or a range as text: 'low:high'", key)])
    return given


def _fits(value: Any, slot: Slot) -> Any:
    """A whole number where the schema has numbers with a point counts as one."""
    return float(value) if slot.kind is float and isinstance(value, int) and not isinstance(value, bool) else value


def _as_date(value: Any) -> Any:
    """A date from ISO text; anything else is left to the schema to refuse."""
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _range(key: str, slot: Slot, found: re.Match[str], base: Any) -> Factor:
    """A factor over a range."""
    kind = {int: "whole", float: "number", datetime.date: "date"}.get(slot.kind)
    if kind is None:
        raise ScenarioError([Problem(WHERE, "only numbers and dates have ranges; give a list: a,b,c", key)])
    ends = [_as_date(end) if kind == "date" else _read(key, end) for end in found.groups()[:2]]
    wanted: Any = {"whole": int, "number": (int, float), "date": datetime.date}[kind]
    if not all(isinstance(end, wanted) and not isinstance(end, bool) for end in ends):
        raise ScenarioError([Problem(WHERE, f"{found[0]}: both ends must be {_WORDS[kind]}", key)])
    if not number_of(ends[0]) < number_of(ends[1]):
        raise ScenarioError([Problem(WHERE, f"{found[0]}: the first end must be below the second", key)])
    count = int(found[3]) if found[3] else None
    if count is not None and count < 2:
        raise ScenarioError([Problem(WHERE, f"{found[0]}: a range has at least 2 values", key)])
    return Factor(key, slot.role, kind, tuple(_fits(end, slot) for end in ends), count, base)


_WORDS = {"whole": "whole numbers", "number": "numbers", "date": "dates such as 2020-02-17"}


def _refused(scenario: Scenario, changes: dict[str, Any], before: str) -> list[Problem]:
    """What the schema has against a change."""
    try:
        scenario.set(changes)
    except ScenarioError as error:
        return [Problem(WHERE, before + problem.text, problem.key) for problem in error.problems]
    return []


def resolve(
    scenario: Scenario, design: Design, arms: Callable[[Scenario], Mapping[str, Scenario]]
) -> list[dict[str, str]]:
    """Digest of each arm at each point, every point checked through the schema.

    Raises
    ------
    ScenarioError
        With the problems of all bad points.
    """
    digests, problems = [], []
    for number in range(len(design.points)):
        changes = design.changes(number)
        try:
            digests.append({arm: one.digest for arm, one in arms(scenario.set(changes)).items()})
        except ScenarioError as error:
            values = ", ".join(f"{key}={plain(value)}" for key, value in changes.items())
            problems += [Problem(WHERE, f"{p.text} (at {values})", p.key) for p in error.problems]
    if problems:
        raise ScenarioError(problems)
    return digests
