"""A finished sweep in the shape of EMA Workbench, for scenario discovery (PRIM, CART) there.

The archive is what ``ema_workbench.load_results`` reads: ``experiments.csv`` with one row a point, one file an outcome
with its mean over seeds, and ``metadata.json``. Points that share all levers share a policy; those that share
everything else share a scenario. A date that varies over a range is a number there, days after 1 January 1970
(``pandas.to_datetime(…, unit="D")``), since a box is a range of numbers. The same sweep gives the same bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.results.csv_file import read_csv
from sim.scenario import Place, Problem, ScenarioError
from sim.studies.sweep.store import Store, file_digest

ENDING = ".tar.gz"
FORMAT = 0.1
"""Version that EMA Workbench 2 and 3 write in ``metadata.json``."""


def check_target(target: Path) -> None:
    """Refuse a place that no archive can be written to.

    Raises
    ------
    ScenarioError
        If the name does not end in ``.tar.gz``, or there is a folder of that name.
    """
    if not target.name.endswith(ENDING) or target.is_dir():
        _refuse(target, f"write --ema NAME{ENDING}, the name of a file")
    if target.is_symlink() or (target.exists() and not is_archive(target)):
        _refuse(target, "is there already and no archive of a sweep; choose another name, or move it")


def is_archive(target: Path) -> bool:
    """Whether a file is what this module writes."""
    try:
        with tarfile.open(target) as whole:
            return whole.next().name == "experiments.csv"  # type: ignore[union-attr]
    except (OSError, EOFError, AttributeError, tarfile.TarError, zlib.error):
        return False


def write_ema(folder: Path, target: Path) -> None:
    """Write a finished sweep as EMA Workbench keeps its results.

    Parameters
    ----------
    folder
        Folder of the sweep.
    target
        The file, ``NAME.tar.gz``; replaced if it is there.

    Raises
    ------
    ScenarioError
        If the folder holds no finished sweep, or its tables were changed since.
    """
    check_target(target)
    manifest = finished(folder)
    table = experiments(folder, manifest)
    members = {"experiments.csv": table.astype(object).to_csv(index=False, lineterminator="\n")}
    kept = read_csv(folder / "sweep.csv", ["outcome", "unit", *text_columns(manifest)])
    names = list(dict.fromkeys(kept["outcome"]))
    for name in names:
        means = kept.loc[kept["outcome"] == name].set_index("point")["mean"].reindex(range(len(table)))
        members[f"{name}.cls"] = "".join(f"{value!r}\n" for value in means.to_numpy(np.float64).tolist())
    metadata = {
        "version": FORMAT,
        "outcomes": [["ScalarOutcome", name, f"{name}.cls"] for name in names],
        "experiments": {name: column.dtype.name for name, column in table.items()},
    }
    members["metadata.json"] = json.dumps(metadata)
    target.parent.mkdir(parents=True, exist_ok=True)
    Store(target.parent).write(target.name, archive(members))


def finished(folder: Path) -> dict[str, Any]:
    """Manifest of a finished sweep whose tables are as they were written."""
    manifest = Store(folder).manifest()
    digests = manifest.get("files", {})
    if manifest.get("kind") != "tideover sweep" or not digests:
        _refuse(folder, "holds no finished sweep; finish it with tideover sweep … --resume")
    for name in ("points.csv", "sweep.csv"):
        if not (folder / name).is_file() or file_digest(folder / name) != digests.get(name):
            _refuse(folder / name, "is missing or not as it was written; make it again with tideover sweep … --resume")
    return manifest


def experiments(folder: Path, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """One row a point: the values of what varies, and the names of its scenario, policy and model."""
    text = text_columns(manifest)
    table = read_csv(folder / "points.csv", text).drop(columns="point")
    dates = [one["key"] for one in manifest["vary"] if one["kind"] == "date"]
    for key in text:
        table[key] = days_of(table[key]) if key in dates else table[key].astype("category")
    levers = [one["key"] for one in manifest["vary"] if one["role"] == "lever"]
    others = [name for name in table.columns if name not in levers]
    for column, keys in (("scenario", others), ("policy", levers)):
        table[column] = pd.Categorical(numbered(table, keys))
    table["model"] = pd.Categorical([manifest["scenario"]["name"]] * len(table))
    return table


def days_of(dates: pd.Series) -> pd.Series:
    """ISO dates as days after 1 January 1970."""
    return pd.Series(dates.to_numpy("datetime64[D]").astype(np.int64), index=dates.index)


def numbered(table: pd.DataFrame, keys: Sequence[str]) -> list[int]:
    """A number for each different row of some columns, in the order in which they come."""
    seen: dict[tuple[Any, ...], int] = {}
    return [seen.setdefault(row, len(seen)) for row in _rows(table, keys)]


def _rows(table: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    columns = [table[key].tolist() for key in keys]
    return zip(*columns, strict=True) if columns else iter([()] * len(table))


def text_columns(manifest: Mapping[str, Any]) -> list[str]:
    """What varies over words, dates or lists: a table holds it as text."""
    return [one["key"] for one in manifest["vary"] if one["kind"] == "date" or _words(one["values"])]


def _words(values: Sequence[Any]) -> bool:
    types = {type(value) for value in values}
    return not (types <= {bool} or types <= {int, float})


def archive(members: Mapping[str, str]) -> bytes:
    """Files in a compressed archive without dates or owners."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file, tarfile.open(
        mode="w", fileobj=file, format=tarfile.USTAR_FORMAT
    ) as whole:  # fmt: skip
        for name, text in members.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            whole.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _refuse(place: Path, text: str) -> None:
    raise ScenarioError([Problem(Place(str(place)), text)])
