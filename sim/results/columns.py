"""What a table of results is made of: each column once, with its type, unit and range, and how a run fills it.

A table is declared in one place. From that declaration it is made when a run ends, read when a folder is opened, and
checked before anything believes it: a column that is added there is written, read and checked.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.scenario import ScenarioSettings

Kind = Literal["whole", "number", "flag", "date", "name", "text"]
WORDS: dict[Kind, str] = {
    "whole": "a whole number",
    "number": "a number",
    "flag": "True or False",
    "date": "a date",
    "name": "a name",
    "text": "a text",
}
"""What a cell of each kind is called in messages."""
MOST_FEN = 2**63 - 1
MOST_YUAN = 1e19
"""More than any sum of money of a run."""


@dataclass(frozen=True)
class Scope:
    """What a scenario allows in the tables of one of its runs."""

    settings: ScenarioSettings

    @property
    def agents(self) -> int:
        """Enterprises of the start."""
        return int(self.settings.population.enterprises)

    @property
    def step_days(self) -> int:
        """Days of a step."""
        return int(self.settings.calendar.step_days)

    @property
    def steps(self) -> int:
        """Steps of the whole run, run-off included."""
        asked = self.settings.calendar
        return (asked.weeks + asked.run_off_weeks) * 7 // self.step_days

    @property
    def days(self) -> int:
        """Days of the whole run, run-off included."""
        return self.steps * self.step_days

    @property
    def lenders(self) -> int:
        """Lenders of all groups."""
        return sum(int(group.count) for group in self.settings.lenders.values())

    @property
    def cells(self) -> int:
        """Combinations of kind, sector and region."""
        return len(self.settings.kinds) * len(self.settings.sectors) * len(self.settings.regions)

    def date(self, steps: Any) -> Any:
        """First day of steps [datetime64]."""
        first = np.datetime64(self.settings.calendar.start, "s")
        return first + (np.asarray(steps, dtype=np.int64) * self.step_days).astype("timedelta64[D]")


Bound = float | Callable[[Scope], float]
Choices = Sequence[str] | Callable[[ScenarioSettings], Sequence[str]]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, kind, unit
        What it is called, what its cells are, and their unit.
    of
        Its values, taken from what a run left behind; codes where it holds names.
    low, high
        The least and the largest value, or how the scenario decides it.
    missing
        Whether a cell may be empty.
    choices
        The names that there are, in their order, or how the scenario decides them.
    written
        Whether the categories are those that occur, and not all that there are.
    """

    name: str
    kind: Kind
    of: Callable[[Any], Any] | None = None
    unit: str = ""
    low: Bound = -np.inf
    high: Bound = np.inf
    missing: bool = False
    choices: Choices | None = None
    written: bool = False

    def names(self, settings: ScenarioSettings) -> list[str]:
        """The names that a cell may hold."""
        given = self.choices(settings) if callable(self.choices) else self.choices
        return [str(name) for name in given or ()]

    def ends(self, scope: Scope) -> tuple[float, float]:
        """Least and largest value in the tables of a scenario."""
        return tuple(end(scope) if callable(end) else end for end in (self.low, self.high))  # type: ignore[return-value]

    def values(self, source: Any, settings: ScenarioSettings) -> Any:
        """Its values for a finished run."""
        assert self.of is not None
        found = self.of(source)
        if self.kind != "name" or self.written:
            return pd.Categorical(found) if self.written else found
        return pd.Categorical.from_codes(np.asarray(found, dtype=np.int64), categories=self.names(settings))


@dataclass(frozen=True)
class Shape:
    """One table: its file, its columns, and the rows and keys that each run has in it.

    Attributes
    ----------
    name, file
        What it is called, and the file that holds it.
    columns
        In their order; ``arm`` and ``seed`` stand in front of them in a file.
    rows
        Rows of one run, where the scenario decides them.
    keys
        Columns that the scenario decides, row by row of one run.
    of_arms
        The first letters of columns of which there is one for each other arm, and that column.
    after
        The column that they stand behind.
    """

    name: str
    file: str
    columns: tuple[Column, ...]
    rows: Callable[[Scope], int] | None = None
    keys: Callable[[Scope], Mapping[str, Any]] | None = None
    of_arms: Callable[[str], Column] | None = None
    after: str = ""

    def made(self, source: Any, settings: ScenarioSettings, arms: Sequence[str] = ()) -> pd.DataFrame:
        """The table of one finished run."""
        return pd.DataFrame({one.name: one.values(source, settings) for one in self.with_arms(arms)})

    def with_arms(self, arms: Sequence[str]) -> list[Column]:
        """The columns, with those of the other arms in their place."""
        found: list[Column] = []
        for one in self.columns:
            found.append(one)
            if one.name == self.after and self.of_arms is not None:
                found += [self.of_arms(arm) for arm in arms]
        return found


def whole(name: str, of: Any, unit: str = "count", low: Bound = 0, high: Bound = MOST_FEN) -> Column:
    """A column of whole numbers."""
    return Column(name, "whole", of, unit, low, high)


def number(
    name: str, of: Any, unit: str, low: Bound = -MOST_YUAN, high: Bound = MOST_YUAN, missing: bool = False
) -> Column:
    """A column of numbers."""
    return Column(name, "number", of, unit, low, high, missing)


def money(name: str, of: Any, low: Bound = 0.0) -> Column:
    """A column of money; ``of`` gives yuan."""
    return Column(f"{name}_yuan", "number", of, "yuan", low, MOST_YUAN)


def flag(name: str, of: Any) -> Column:
    """A column of yes and no."""
    return Column(name, "flag", of, "yes/no")


def date(name: str, of: Any, missing: bool = True) -> Column:
    """A column of dates within the run."""
    return Column(name, "date", of, "date", 0, lambda scope: scope.days, missing)


def name_of(name: str, choices: Choices, of: Any, missing: bool = False) -> Column:
    """A column of names; ``of`` gives their places among the choices."""
    return Column(name, "name", of, "name", choices=choices, missing=missing)


def first_day(scope: Scope) -> datetime.date:
    """The day on which the runs of a scenario begin."""
    day: datetime.date = scope.settings.calendar.start
    return day
