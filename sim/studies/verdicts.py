"""Whether a table of a folder is the one that is made of its settings and seeds again, and what differs first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.results.manifest import digest_of
from sim.results.reading import refuse_table, told

SAME, BYTES, OTHER = "same", "same numbers, other bytes", "differs"


def verdict(before: Path, after: Path) -> tuple[str, str]:
    """Whether two files of a table are the same, and what differs first."""
    if digest_of(before) == digest_of(after):
        return SAME, ""
    difference = first_difference(read(before), read(after))
    return (OTHER, difference) if difference else (BYTES, "written by other versions of the libraries")


def read(path: Path) -> pd.DataFrame:
    """A table of a folder.

    Raises
    ------
    ScenarioError
        If it is none.
    """
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, keep_default_na=False, dtype=str)
    except (ValueError, OSError) as error:
        refuse_table(path, "", f"it is no table ({told(error)})", "what this program writes")


def first_difference(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """In words what differs first; nothing when all numbers are the same."""
    if list(before.columns) != list(after.columns):
        odd = [str(name) for name in before.columns.symmetric_difference(after.columns)]
        return f"columns: {', '.join(odd) or 'another order'}"
    if len(before) != len(after):
        return f"{len(before):,} rows then, {len(after):,} now"
    found = [(name, unequal(before[name], after[name])) for name in before.columns]
    differing = [(str(name), where) for name, where in found if where.any()]
    if not differing:
        return ""
    name, where = differing[0]
    row = int(np.flatnonzero(where)[0])
    keys = [
        f"{key} {before[key].iloc[row]}"
        for key in ("arm", "seed", "step", "enterprise", "loan", "key")
        if key in before
    ]
    cell = f"{name} was {before[name].iloc[row]}, is {after[name].iloc[row]}"
    return f"{len(differing)} columns, {int(where.sum()):,} rows of {name}; first: {', '.join([*keys, cell])}"


def unequal(before: pd.Series, after: pd.Series) -> np.ndarray:
    """Where two columns differ; missing equals missing."""
    if isinstance(before.dtype, pd.CategoricalDtype) or isinstance(after.dtype, pd.CategoricalDtype):
        before, after = before.astype("str"), after.astype("str")
    none = before.isna().to_numpy(), after.isna().to_numpy()
    cells = (one.to_numpy(object, na_value=None) if one.isna().any() else one.to_numpy() for one in (before, after))
    here, there = cells
    return (none[0] != none[1]) | (~none[0] & ~none[1] & np.asarray(here != there, dtype=bool))
