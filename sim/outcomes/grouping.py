"""Rows of a table as codes: which arm, which seed, which group. Other modules sum over these codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.intp]
Number = npt.NDArray[np.float64] | None

NUMBER = "number"
"""Column of tables of totals: enterprises or loans that a row stands for; amounts in them are sums."""
OTHER_ARM = "exit_cause_"
"""Column of tables of totals: how the enterprises of a row end in the arm named after it."""
ENDINGS = ("in business", "illiquid", "other")
"""Values of that column; missing where the arm has no such run."""

ALL = "all"
"""The one group when nothing is grouped by."""

SIZE_BOUNDS = (5, 10, 50, 250)
SIZE_CLASSES = ("0–4 staff", "5–9 staff", "10–49 staff", "50–249 staff", "250+ staff")
"""OECD size classes, the micro one split in two."""

RUNWAY_BOUNDS = (14, 30, 60, 90, 180)
RUNWAY_CLASSES = ("under 2 weeks", "2 weeks–1 month", "1–2 months", "2–3 months", "3–6 months", "over 6 months")


@dataclass(frozen=True)
class Key:
    """One column as whole numbers: ``names[code]`` is the value of a row."""

    codes: Codes
    names: list[str]


def arm_names(frame: pd.DataFrame) -> list[str]:
    """Names of the arms of a table, the reference arm first.

    The order is that of the categories of ``arm``; without categories, that of first appearance.

    Parameters
    ----------
    frame
        Any table with the column ``arm``.

    Examples
    --------
    >>> from sim import compare, load, outcomes
    >>> scenario = load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> results = compare(scenario, seeds=2, progress=False).results
    >>> outcomes.arm_names(results.enterprises)
    ['with', 'without']
    """
    return key_of(frame["arm"]).names


def key_of(column: pd.Series) -> Key:
    """A column as codes: categories keep their order, true comes before not true, other values are sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Key(np.asarray(column.cat.codes, dtype=np.intp), [str(value) for value in column.cat.categories])
    if pd.api.types.is_bool_dtype(column.dtype):
        return Key((~column.to_numpy(bool)).astype(np.intp), [str(column.name), f"not {column.name}"])
    codes, values = pd.factorize(column, sort=column.name != "arm")
    return Key(codes.astype(np.intp), [str(value) for value in values])


def seed_codes(*frames: pd.DataFrame) -> tuple[list[Codes], npt.NDArray[np.int64]]:
    """The seed of each row as a code, one array [rows] for each table; and the seeds [seeds], sorted.

    A seed has the same code in all tables.
    """
    seeds = np.unique(np.concatenate([frame["seed"].unique() for frame in frames]).astype(np.int64))
    return [np.searchsorted(seeds, frame["seed"].to_numpy(np.int64)).astype(np.intp) for frame in frames], seeds


def group_key(frame: pd.DataFrame, by: str | None) -> Key:
    """The group of each row as a code, and the names of the groups.

    Parameters
    ----------
    frame
        Any table.
    by
        A column, or ``size`` (classes of ``staff``), ``runway`` (classes of ``runway_days``), or None: one group for
        all.

    Returns
    -------
    Key
        codes [rows], -1 where a row has no group; names [groups].

    Raises
    ------
    KeyError
        If the table has no such column.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim import outcomes
    >>> key = outcomes.group_key(pd.DataFrame({"staff": [0, 7, 60]}), "size")
    >>> [key.names[code] for code in key.codes]
    ['0–4 staff', '5–9 staff', '50–249 staff']
    """
    if by is None:
        return Key(np.zeros(len(frame), dtype=np.intp), [ALL])
    if by in ("staff", "runway", "runway_days"):
        need_panel(frame, f"grouping by {by}")
    if by == "size" and by not in frame:
        return Key(np.digitize(frame["staff"].to_numpy(np.float64), SIZE_BOUNDS).astype(np.intp), list(SIZE_CLASSES))
    if by == "runway" and by not in frame:
        days = frame["runway_days"].to_numpy(np.float64)
        return Key(np.where(np.isnan(days), -1, np.digitize(days, RUNWAY_BOUNDS)), list(RUNWAY_CLASSES))
    if by not in frame:
        raise KeyError(f"no column {by!r} to group by; there are: size, runway, {', '.join(map(str, frame.columns))}")
    return key_of(frame[by])


def number_of(frame: pd.DataFrame) -> Number:
    """Enterprises or loans that each row stands for [rows]; None where every row stands for one."""
    return frame[NUMBER].to_numpy(np.float64) if NUMBER in frame else None


def counted(values: npt.ArrayLike, number: Number) -> npt.NDArray[np.float64]:
    """Values of one enterprise or loan, times the number that each row stands for [rows]."""
    weights = np.asarray(values, dtype=np.float64)
    return weights if number is None else weights * number


def need_panel(frame: pd.DataFrame, what: str) -> None:
    """Refuse tables of totals.

    Raises
    ------
    ValueError
        If the table holds totals; the message names what was wanted.
    """
    if NUMBER in frame:
        raise ValueError(f"{what} needs every enterprise and loan by itself: set population.results to panels")


def totals(cells: Codes, shape: tuple[int, ...], weights: npt.ArrayLike | None = None) -> npt.NDArray[np.float64]:
    """Sum of ``weights``, or number of rows, in each cell [shape]; rows with a negative cell are left out."""
    kept = cells >= 0
    size = int(np.prod(shape))
    given = None if weights is None else np.asarray(weights, dtype=np.float64)
    if not kept.all():
        cells, given = cells[kept], None if given is None else given[kept]
    return np.bincount(cells, given, minlength=size).reshape(shape).astype(np.float64)


def cell_codes(*axes: tuple[Codes, int]) -> Codes:
    """One code for each row from its codes along several axes, each (codes [rows], length).

    The last axis runs fastest; -1 where a code is missing.
    """
    cells = np.zeros(len(axes[0][0]), dtype=np.intp)
    missing = np.zeros(len(cells), dtype=bool)
    for codes, length in axes:
        cells = cells * length + codes
        missing |= codes < 0
    cells[missing] = -1
    return cells
