"""Running a results folder again from its own scenarios and seeds, and comparing every table byte by byte."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim import outcomes
from sim.model.model import Engine
from sim.results import Results, read_manifest
from sim.results.atomic_folder import refuse
from sim.results.folder import open as open_folder
from sim.results.folder import write_tables
from sim.results.manifest import COUNTED, EVERY, TABLES, digest_of, manifest_of
from sim.studies.replications import replicate

ALL = (*TABLES, *COUNTED[len(EVERY) :], "summary.csv")
"""What is compared, where a folder has it."""
SAME, BYTES, OTHER = "same", "same numbers, other bytes", "differs"


@dataclass(frozen=True)
class Replay:
    """The verdict of running a folder again.

    Attributes
    ----------
    tables : pandas.DataFrame
        table, verdict (``same``, ``same numbers, other bytes``, ``differs``), detail: the first difference.
    versions : pandas.DataFrame
        Versions and properties of the machine that differ: name, then, now.
    """

    tables: pd.DataFrame
    versions: pd.DataFrame

    @property
    def same(self) -> bool:
        """Whether every table holds the same numbers."""
        return bool((self.tables["verdict"] != OTHER).all())


def replay(
    folder: str | Path, *, engine: Engine = "compiled", jobs: int | None = None, progress: bool = True
) -> Replay:
    """Run the arms and seeds of a results folder again, and compare the tables.

    Parameters
    ----------
    folder
        A results folder. Its own hashes are checked first.
    engine, jobs, progress
        As in :func:`sim.studies.replications.replicate`. Either engine gives the same bytes.

    Returns
    -------
    Replay
        ``same`` is true where every table holds the same numbers.

    Raises
    ------
    ScenarioError
        If the folder is not complete, or a scenario in it is not the one that its manifest names.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> folder = sim.save(sim.run(scenario, seeds=2, progress=False), "two-seeds")
    >>> sim.replay(folder, progress=False).same
    True
    """
    folder = Path(folder)
    manifest, before = read_manifest(folder), open_folder(folder)
    check_scenarios(folder, manifest, before)
    after = replicate(before.scenarios, manifest["seeds"], engine=engine, jobs=jobs, progress=progress)
    with tempfile.TemporaryDirectory() as place:
        written = Path(place)
        write_tables(after, written, outcomes.summary(after))
        rows = [(name, *verdict(folder / name, written / name)) for name in ALL if name in manifest["files"]]
    now = manifest_of(after, "", 0.0)
    return Replay(pd.DataFrame(rows, columns=["table", "verdict", "detail"]), changed(manifest, now))


def check_scenarios(folder: Path, manifest: dict[str, Any], results: Results) -> None:
    """Refuse a folder whose scenarios do not have the hashes of its manifest (written by another version, say)."""
    for arm, scenario in results.scenarios.items():
        if manifest["arms"][arm].get("digest") != scenario.digest:
            made = manifest.get("versions", {}).get("tideover", "?")
            refuse(
                folder,
                f"the settings of arm {arm} are read otherwise than when they were written, by version {made}: this "
                "version's schema differs; install that version to replay it",
            )


def changed(then: dict[str, Any], now: dict[str, Any]) -> pd.DataFrame:
    """Versions and machine that are not the same."""
    rows = []
    for group in ("versions", "machine"):
        old, new = then.get(group, {}), now[group]
        rows += [(name, old.get(name, "absent"), new.get(name, "absent")) for name in {**old, **new}]
    return pd.DataFrame([row for row in rows if row[1] != row[2]], columns=["name", "then", "now"])


def verdict(before: Path, after: Path) -> tuple[str, str]:
    """Whether two files of a table are the same, and what differs first."""
    if digest_of(before) == digest_of(after):
        return SAME, ""
    difference = first_difference(read(before), read(after))
    return (OTHER, difference) if difference else (BYTES, "written by other versions of the libraries")


def read(path: Path) -> pd.DataFrame:
    """A table of a folder."""
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, keep_default_na=False, dtype=str)


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
    both = before.isna().to_numpy() & after.isna().to_numpy()
    return ~both & (before.to_numpy() != after.to_numpy())


def format_replay(found: Replay) -> str:
    """The verdict on each table, and versions that differ, as lines of text."""
    width = max((len(name) for name in found.tables["table"]), default=0)
    lines = [
        f"{row.table:<{width}}  {row.verdict}" + (f": {row.detail}" if row.detail else "")
        for row in found.tables.itertuples()
    ]
    lines += [f"{row.name}: {row.then} then, {row.now} now" for row in found.versions.itertuples(index=False)]
    everything = "every table is the same" if found.same else "not the same"
    return "\n".join([*lines, everything])
