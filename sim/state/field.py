"""What is said of a field where it is declared: type, unit, meaning, and who reads, changes and keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, Flag, auto
from typing import NamedTuple, Protocol

import numpy as np


class Kept(Enum):
    """Whether a store keeps a field from step to step."""

    ALWAYS = auto()
    """It does."""
    ELSEWHERE = auto()
    """Only of a household that has no enterprise; otherwise it follows from the enterprise."""
    NEVER = auto()
    """It holds for the step only, or follows from the id."""


class Use(Flag):
    """Who uses a field of an enterprise, besides the loops over all rows of a block."""

    NONE = 0
    DECISION = auto()
    """A lender's decision reads or changes it."""
    ANSWER = auto()
    """It says whether something happens after the decisions."""
    PAYOUT = auto()
    """It is read or changed when money is paid out, and in the rest of that step."""
    TOTALS = auto()
    """Results as totals are counted by it."""
    ENTERED = auto()
    """Nothing reads it of an enterprise that has not entered."""


class Field(NamedTuple):
    """One field of a record: name, NumPy type, unit and meaning, and how the compiled step treats it.

    Loops over the rows of a block read a field unless ``reads`` is false, and leave it as it was unless ``changes``
    is true; a rule for single rows may change any field in place after the decisions.
    """

    name: str
    type: str
    unit: str
    meaning: str
    changes: bool = False
    reads: bool = True
    kept: Kept = Kept.ALWAYS
    used: Use = Use.NONE


class Declared(Protocol):
    """Anything that declares a field of a record."""

    @property
    def name(self) -> str:
        """How rules call it."""

    @property
    def type(self) -> str:
        """Its NumPy type."""


def layout(fields: Iterable[Declared]) -> np.dtype:
    """The aligned NumPy record type of a list of fields."""
    return np.dtype([(field.name, field.type) for field in fields], align=True)


def named(fields: Iterable[Field], holds: Callable[[Field], bool]) -> tuple[str, ...]:
    """Names of the fields for which something holds, in the order of the record."""
    return tuple(field.name for field in fields if holds(field))
