"""Values of tables: money in yuan, dates of steps, names of codes; and the names that a scenario gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.arithmetic.money import FEN_PER_YUAN
from sim.model.economy import Economy
from sim.scenario import ScenarioSettings
from sim.state.codes import LoanStatus, Refusal, TakeUp

PERFORMING = int(LoanStatus.PERFORMING)

CAUSES = ("", "illiquid", "other")
QUEUES = ("", "bank", "programme")
TAKE_UP = tuple(one.name.lower() for one in TakeUp)
STATUSES = tuple(status.name.lower() for status in LoanStatus)
REASONS = ("", *(reason.name.lower() for reason in list(Refusal)[1:]))


def yuan(fen: np.ndarray) -> np.ndarray:
    """Yuan of amounts in fen."""
    return np.asarray(fen) / FEN_PER_YUAN


def dates(economy: Economy, steps: np.ndarray) -> np.ndarray:
    """First day of each step [datetime64]; not a time where the step is negative."""
    start = np.datetime64(economy.calendar.start, "s")
    days = np.asarray(steps, dtype=np.int64) * economy.calendar.step_days
    return np.where(np.asarray(steps) >= 0, start + days.astype("timedelta64[D]"), np.datetime64("NaT", "s"))


def names(values: Sequence[str], codes: np.ndarray) -> pd.Categorical:
    """Names of codes as a categorical column."""
    return pd.Categorical.from_codes(np.asarray(codes, dtype=np.int64), categories=list(values))


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part over whole; missing where there is no whole."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=np.asarray(whole) > 0)


def product_names(settings: ScenarioSettings) -> list[str]:
    """Names of all products in the order of the product table; the programme's main product is called programme."""
    return [*settings.products, *settings.programme.products, "programme"]


KIND, SECTOR, REGION, GROUP = (
    lambda settings: list(settings.kinds),
    lambda settings: list(settings.sectors),
    lambda settings: list(settings.regions),
    lambda settings: list(settings.lenders),
)
"""The names that a scenario gives."""


def field(name: str) -> Callable[[Any], np.ndarray]:
    """A field of the rows, as it is."""
    return lambda source: source.rows[name]


def is_one(name: str) -> Callable[[Any], np.ndarray]:
    """Whether a field of the rows is one."""
    return lambda source: source.rows[name] == 1
